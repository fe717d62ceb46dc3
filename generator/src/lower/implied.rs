//! Tags that a variant implies: where a record is never anything but the variant of one tag, the
//! union writes the tag, and the record has no field that could contradict it.

use std::collections::{HashMap, HashSet};

use crate::model::{Api, Discriminator, Kind, Type, TypeDef, TypeId, Variant};
use crate::names::Ledger;

/// Drops the field of the tag from every record that is only ever one variant. A field that the
/// ledger knows stays.
pub(super) fn drop_implied_tags(api: &mut Api, ledger: &Ledger) {
    let elsewhere = used_elsewhere(api);
    let mut implied: HashMap<TypeId, HashSet<(String, Option<String>)>> = HashMap::new();
    for def in &api.types {
        let Kind::Union(union) = &def.kind else { continue };
        let Discriminator::Tag { property, .. } = &union.by else { continue };
        for Variant { ty, tags, .. } in &union.variants {
            if let Type::Def(id) = ty {
                let tag =
                    if let [tag] = tags.as_slice() { Some(tag.clone()) } else { None };
                implied.entry(*id).or_default().insert((property.clone(), tag));
            }
        }
    }
    for (id, tags) in implied {
        // Under several tags, or under a tag with several values, the record must hold its own.
        let mut tags = tags.into_iter();
        if let (Some((property, Some(_))), None) = (tags.next(), tags.next())
            && !elsewhere.contains(&id)
            && !is_recorded(api.def(id), &property, ledger)
            && let Kind::Record(record) = &mut api.types[id.0].kind
        {
            record.fields.retain(|field| field.json_name != property);
        }
    }
}

fn is_recorded(def: &TypeDef, property: &str, ledger: &Ledger) -> bool {
    let name = def.recorded.as_deref();
    name.is_some_and(|name| ledger.field(name, property).is_some())
}

/// The types that are used as anything but a variant.
fn used_elsewhere(api: &Api) -> HashSet<TypeId> {
    let mut used = HashSet::new();
    for def in &api.types {
        match &def.kind {
            Kind::Record(record) => {
                used.extend(record.fields.iter().filter_map(|field| field.ty.leaf()));
            }
            Kind::Union(union) => used.extend(
                union
                    .variants
                    .iter()
                    .filter(|v| !matches!(v.ty, Type::Def(_)))
                    .filter_map(|v| v.ty.leaf()),
            ),
            Kind::Enum(_) => {}
        }
    }
    for operation in &api.operations {
        used.extend(
            operation.parameters.iter().filter_map(|parameter| parameter.ty.leaf()),
        );
        for version in &operation.versions {
            version.for_each_type(|ty| used.extend(ty.leaf()));
        }
    }
    used
}
