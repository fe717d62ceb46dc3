//! What all variants of a tagged union have in common: the record for a tag that none declares.
//!
//! The service adds kinds of things between two documents. What every kind has, an unknown one has
//! too, and stays typed.

use crate::model::{
    Api, By, Field, Kind, Limits, Origin, Place, Record, Type, TypeDef, TypeId, Union,
};

/// Adds the record to every tagged union whose variants share more than the tag.
pub(super) fn add_common_records(api: &mut Api) {
    for index in 0..api.types.len() {
        let Kind::Union(Union { by: By::Tag { property, .. }, .. }) =
            &api.types[index].kind
        else {
            continue;
        };
        let property = property.clone();
        let Some(fields) = shared_fields(api, TypeId(index), &mut Vec::new()) else {
            continue;
        };
        if fields.iter().all(|field| field.wire == property) {
            continue;
        }
        let def = TypeDef {
            origin: Origin {
                places: common_places(&api.types[index].origin),
                named: false,
            },
            kind: Kind::Record(Record { fields }),
            prose: None,
            docs_url: None,
        };
        let id = TypeId(api.types.len());
        api.types.push(def);
        if let Kind::Union(union) = &mut api.types[index].kind {
            union.common = Some(Type::Def(id));
        }
    }
}

fn common_places(union: &Origin) -> Vec<Place> {
    union
        .places
        .iter()
        .map(|place| Place {
            key: format!("{}#common", place.key),
            hint: format!("{} common", place.hint),
            ..place.clone()
        })
        .collect()
}

/// The fields that every variant has in the same type; `None` where a variant is no record.
fn shared_fields(api: &Api, id: TypeId, path: &mut Vec<TypeId>) -> Option<Vec<Field>> {
    if path.contains(&id) {
        return None;
    }
    path.push(id);
    let fields = match &api.def(id).kind {
        Kind::Record(record) => Some(record.fields.clone()),
        Kind::Union(union) => {
            let mut shared: Option<Vec<Field>> = None;
            for variant in &union.variants {
                let Type::Def(id) = variant.ty else { return None };
                let fields = shared_fields(api, id, path)?;
                shared = Some(match shared {
                    None => fields,
                    Some(shared) => intersect(api, shared, &fields),
                });
            }
            shared
        }
        Kind::Enum(_) => None,
    };
    path.pop();
    fields.map(|fields| fields.into_iter().map(relax).collect())
}

fn intersect(api: &Api, shared: Vec<Field>, fields: &[Field]) -> Vec<Field> {
    shared
        .into_iter()
        .filter_map(|mut field| {
            let other = fields.iter().find(|other| other.wire == field.wire)?;
            if other.ty != field.ty {
                if !is_text(api, &field.ty) || !is_text(api, &other.ty) {
                    return None;
                }
                field.ty = Type::String;
            }
            field.nullable |= other.nullable;
            field.read_only &= other.read_only;
            field.write_only &= other.write_only;
            field.secret |= other.secret;
            field.deprecated &= other.deprecated;
            Some(field)
        })
        .collect()
}

/// Nothing is known of an unknown variant but that it may have these.
fn relax(mut field: Field) -> Field {
    field.required = false;
    field.limits = Limits::default();
    field.prose = None;
    field
}

fn is_text(api: &Api, ty: &Type) -> bool {
    match ty {
        Type::String => true,
        Type::Def(id) => matches!(api.def(*id).kind, Kind::Enum(_)),
        _ => false,
    }
}
