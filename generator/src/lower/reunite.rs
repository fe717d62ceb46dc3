//! What the ledger has called one type stays one type, even where its places have come to differ.
//!
//! Enums add up. Records do where the properties that both declare have one type; otherwise the API
//! itself has parted them, and the first place keeps the name.

use std::collections::BTreeMap;

use super::shared::merge_groups;
use crate::model::{Api, Enum, Field, Kind, Record, TypeDef};
use crate::names::Ledger;

/// Returns what the ledger calls an inline type.
pub(super) fn known_name<'l>(def: &TypeDef, ledger: &'l Ledger) -> Option<&'l str> {
    def.origin.places.iter().find_map(|place| ledger.type_name(&place.key))
}

/// Unites inline types that bear one name in the ledger; tells whether anything changed.
pub(super) fn reunite(api: &mut Api, ledger: &Ledger) -> bool {
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, def) in api.types.iter().enumerate().filter(|(_, def)| !def.origin.named)
    {
        if let Some(name) = known_name(def, ledger) {
            named.entry(name).or_default().push(index);
        }
    }
    let mut groups = Vec::new();
    for mut members in named.into_values() {
        members.sort_by(|a, b| {
            api.types[*a].origin.places.cmp(&api.types[*b].origin.places)
        });
        groups.push(unite(api, &members));
    }
    merge_groups(api, &groups)
}

/// Gives the first member what all have that can be united with it, and returns those.
fn unite(api: &mut Api, members: &[usize]) -> Vec<usize> {
    let first = members[0];
    let mut united = vec![first];
    for &other in &members[1..] {
        let kind = match (&api.types[first].kind, &api.types[other].kind) {
            (Kind::Enum(one), Kind::Enum(other)) => {
                let values = one.values.iter().chain(&other.values);
                Some(Kind::Enum(Enum::new(values.map(String::as_str))))
            }
            (Kind::Record(one), Kind::Record(other)) => {
                unite_records(one, other).map(Kind::Record)
            }
            _ => None,
        };
        if let Some(kind) = kind {
            api.types[first].kind = kind;
            united.push(other);
        }
    }
    united
}

/// Makes one record of two; `None` where they declare a property in different types.
fn unite_records(one: &Record, other: &Record) -> Option<Record> {
    let mut fields: BTreeMap<&str, Field> = BTreeMap::new();
    for field in &one.fields {
        let twin = other.fields.iter().find(|twin| twin.json_name == field.json_name);
        fields.insert(&field.json_name, unite_fields(field, twin)?);
    }
    for field in &other.fields {
        if !fields.contains_key(field.json_name.as_str()) {
            fields.insert(&field.json_name, unite_fields(field, None)?);
        }
    }
    Some(Record { fields: fields.into_values().collect() })
}

/// A property that only one of the two declares can't be required of both.
fn unite_fields(field: &Field, twin: Option<&Field>) -> Option<Field> {
    let mut field = field.clone();
    let Some(twin) = twin else {
        field.required = false;
        return Some(field);
    };
    if twin.ty != field.ty {
        return None;
    }
    field.weaken(twin);
    Some(field)
}
