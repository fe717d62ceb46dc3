//! The values that the document lists for a string property whose Rust type allows further ones.
//!
//! The type of an enum has the values of all places that share it, and those of earlier documents.
//! A property of the type `String` keeps that type, even if a later document lists its values.
//! Code that makes values, such as the fake, needs the listed ones.

use std::collections::BTreeMap;

use crate::model::{Api, Field, Kind, Type};
use crate::names::Names;

/// Returns the listed values of each such property of a record, by `Record.property`.
pub(crate) fn listed(api: &Api, names: &Names) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for (def, name) in api.types.iter().zip(&names.types) {
        let Kind::Record(record) = &def.kind else { continue };
        for field in record.fields.iter().filter(|field| has_more(api, field)) {
            let key = format!("{name}.{}", field.json_name);
            found.insert(key, field.listed.clone());
        }
    }
    found
}

/// Tells whether the type of a field allows more than its places list.
fn has_more(api: &Api, field: &Field) -> bool {
    if field.listed.is_empty() {
        return false;
    }
    match string_of(&field.ty) {
        Type::String => true,
        Type::Def(id) => match &api.def(*id).kind {
            Kind::Enum(all) => {
                all.values.iter().any(|value| !field.listed.contains(value))
            }
            Kind::Record(_) | Kind::Union(_) => false,
        },
        _ => false,
    }
}

/// Returns the type of a string, within lists and maps.
fn string_of(ty: &Type) -> &Type {
    match ty {
        Type::List(item) | Type::Map(item) => string_of(item),
        other => other,
    }
}
