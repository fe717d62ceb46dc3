//! Inline types that are the same thing become one type.
//!
//! The same thing is: the same property name, and the same content. What the ledger has called one
//! type stays one type, even where its places have come to differ.

use std::collections::{BTreeMap, HashMap};

use super::reach;
use crate::model::{Api, Enum, Kind, TypeDef, TypeId};
use crate::names::Ledger;

/// Merges inline types until no two of them are the same thing.
pub(super) fn merge_inline_types(api: &mut Api, ledger: &Ledger) {
    // An inline record may hold inline types, so equality grows from the inside out.
    loop {
        let groups = group(api);
        if !merge_groups(api, &groups) {
            break;
        }
    }
    merge_by_ledger(api, ledger);
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
                    let flags =
                        [f.required, f.nullable, f.read_only, f.write_only, f.secret];
                    (&f.wire, &f.ty, flags, &f.limits)
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

/// Unites enums that bear one name in the ledger: what was one type stays one type.
fn merge_by_ledger(api: &mut Api, ledger: &Ledger) {
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, def) in api.types.iter().enumerate() {
        let is_inline_enum = !def.origin.named && matches!(def.kind, Kind::Enum(_));
        let name =
            def.origin.places.iter().find_map(|place| ledger.type_name(&place.key));
        if let (true, Some(name)) = (is_inline_enum, name) {
            named.entry(name).or_default().push(index);
        }
    }
    let groups: Vec<Vec<usize>> =
        named.into_values().filter(|group| group.len() > 1).collect();
    for group in &groups {
        let mut members = group.clone();
        members.sort_by(|a, b| {
            api.types[*a].origin.places.cmp(&api.types[*b].origin.places)
        });
        let mut values: Vec<String> = Vec::new();
        for &member in &members {
            if let Kind::Enum(Enum { values: more }) = &api.types[member].kind {
                values.extend(more.iter().cloned());
            }
        }
        let united = Enum::new(values.iter().map(String::as_str));
        api.types[members[0]].kind = Kind::Enum(united);
    }
    merge_groups(api, &groups);
}
