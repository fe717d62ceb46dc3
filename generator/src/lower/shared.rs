//! Inline types that are the same thing become one type.
//!
//! The same thing is: the same property name, and the same content.

use std::collections::HashMap;

use super::reach;
use crate::model::{Api, Enum, Kind, TypeDef, TypeId};

/// Merges inline types until no two of them are the same thing.
pub(super) fn merge_inline_types(api: &mut Api) {
    // An inline record may hold inline types, so equality grows from the inside out.
    while merge_groups(api, &group(api)) {}
}

/// The indices of inline types that are the same thing, by what they are.
fn group(api: &Api) -> Vec<Vec<usize>> {
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, def) in api.types.iter().enumerate().filter(|(_, def)| !def.origin.named)
    {
        groups.entry(content(def)).or_default().push(index);
    }
    groups.into_values().collect()
}

/// A text that is equal for types that are the same thing.
fn content(def: &TypeDef) -> String {
    let hint = &def.origin.places[0].hint;
    match &def.kind {
        Kind::Enum(Enum { values }) => {
            let mut values = values.clone();
            values.sort_unstable();
            format!("{hint} enum {values:?}")
        }
        Kind::Record(record) => {
            let fields: Vec<_> = record
                .fields
                .iter()
                .map(|f| {
                    let flags = [
                        f.required,
                        f.nullable,
                        f.read_only,
                        f.write_only,
                        f.secret,
                        f.identity,
                        f.kept,
                    ];
                    (&f.json_name, &f.ty, flags, &f.limits)
                })
                .collect();
            format!("{hint} record {fields:?}")
        }
        Kind::Union(union) => {
            let variants: Vec<_> =
                union.variants.iter().map(|v| (&v.ty, &v.tags)).collect();
            format!("{hint} union {:?} {variants:?}", union.by)
        }
    }
}

/// Merges each group into its first member by place; tells whether anything changed.
fn merge_groups(api: &mut Api, groups: &[Vec<usize>]) -> bool {
    let mut to: HashMap<TypeId, TypeId> = HashMap::new();
    for group in groups {
        let mut members: Vec<usize> = group.clone();
        members.sort_by(|a, b| {
            api.types[*a].origin.places.cmp(&api.types[*b].origin.places)
        });
        let keep = members[0];
        for &other in &members[1..] {
            let places = api.types[other].origin.places.clone();
            api.types[keep].origin.places.extend(places);
            to.insert(TypeId(other), TypeId(keep));
        }
        api.types[keep].origin.places.sort();
        api.types[keep].origin.places.dedup();
    }
    if to.is_empty() {
        return false;
    }
    reach::replace(api, &to);
    true
}
