//! The uses of types, by which records are found that are only variants of unions.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{Api, Discriminator, Kind, Type, TypeId, Variant};

/// The uses of a type.
pub(crate) enum Uses {
    /// As variant of some unions only, each for one value of this property.
    Variant { property: String, unions: BTreeSet<TypeId> },
    /// In any other position.
    Anything,
}

/// Returns the uses of each type.
pub(crate) fn uses(api: &Api) -> FxHashMap<TypeId, Uses> {
    let mut uses = FxHashMap::default();
    let mut any = |ty: &Type| {
        ty.leaf().map(|id| uses.insert(id, Uses::Anything));
    };
    for def in &api.types {
        if let Kind::Record(record) = &def.kind {
            record.fields.iter().for_each(|field| any(&field.ty));
        }
    }
    for operation in &api.operations {
        operation.parameters.iter().for_each(|parameter| any(&parameter.ty));
        operation.versions.iter().for_each(|version| version.for_each_type(&mut any));
    }
    for (index, def) in api.types.iter().enumerate() {
        let Kind::Union(union) = &def.kind else { continue };
        for variant in &union.variants {
            let Some(id) = variant.ty.leaf() else { continue };
            let used = match (implied_property(&union.by, variant), uses.remove(&id)) {
                (Some(property), None) => {
                    let unions = BTreeSet::from([TypeId(index)]);
                    Uses::Variant { property: property.to_owned(), unions }
                }
                (
                    Some(property),
                    Some(Uses::Variant { property: known, mut unions }),
                ) if property == known => {
                    unions.insert(TypeId(index));
                    Uses::Variant { property: known, unions }
                }
                _ => Uses::Anything,
            };
            uses.insert(id, used);
        }
    }
    uses
}

/// Returns the discriminator if the variant has one value for it, which the union can write.
fn implied_property<'u>(by: &'u Discriminator, variant: &Variant) -> Option<&'u str> {
    match (by, &variant.ty, variant.tags.as_slice()) {
        (Discriminator::Tag { property, .. }, Type::Def(_), [_]) => Some(property),
        _ => None,
    }
}
