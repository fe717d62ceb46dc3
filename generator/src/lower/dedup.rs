//! Merges equal types.
//!
//! Inline types are equal if they have the same property name and the same content. Variants of
//! unions are equal if they have the same content except for the discriminator, which the union
//! writes.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::casing::common_name;
use crate::model::uses::{Uses, uses};
use crate::model::{
    Api, Discriminator, Field, Kind, Limits, Type, TypeDef, TypeId, Variant,
};

/// Merges inline types until no two of them are the same.
pub(super) fn merge_inline_types(api: &mut Api) {
    // An inline record may contain inline types, so merging proceeds from the innermost outwards.
    loop {
        let mut groups: FxHashMap<(&str, Content<'_>), Vec<usize>> =
            FxHashMap::default();
        let inline = api.types.iter().enumerate().filter(|(_, def)| !def.origin.named);
        for (index, def) in inline {
            let hint = def.origin.places[0].hint.as_str();
            groups.entry((hint, Content::of(def, None))).or_default().push(index);
        }
        let groups = groups.into_values().collect();
        if !merge_groups(api, groups) {
            return;
        }
    }
}

/// Merges records that are only ever variants of the same unions, each for one value of the same
/// discriminator. The merged record is named with the words that their names have in common.
pub(super) fn merge_equal_variants(api: &mut Api) {
    loop {
        let uses = uses(api);
        let mut groups: FxHashMap<(&BTreeSet<TypeId>, Content<'_>), Vec<usize>> =
            FxHashMap::default();
        for (index, def) in api.types.iter().enumerate() {
            let Some(Uses::Variant { property, unions }) = uses.get(&TypeId(index))
            else {
                continue;
            };
            if matches!(def.kind, Kind::Record(_)) && def.origin.named {
                let content = Content::of(def, Some(property));
                groups.entry((unions, content)).or_default().push(index);
            }
        }
        let can_be_named = |group: &Vec<usize>| {
            let keys = group.iter().flat_map(|index| &api.types[*index].origin.places);
            common_name(keys.map(|place| place.key.as_str())).is_some()
        };
        let groups = groups.into_values().filter(can_be_named).collect();
        if !merge_groups(api, groups) {
            return;
        }
    }
}

/// The content of a type. Types with equal content are the same.
#[derive(PartialEq, Eq, Hash)]
enum Content<'a> {
    Enum(BTreeSet<&'a str>),
    Record(Vec<Property<'a>>),
    Union(&'a Discriminator, Vec<(&'a Type, &'a [String])>),
}

#[derive(PartialEq, Eq, Hash)]
struct Property<'a> {
    json_name: &'a str,
    ty: &'a Type,
    flags: [bool; 8],
    limits: &'a Limits,
}

impl<'a> Content<'a> {
    /// Returns the content of a type without one property.
    fn of(def: &'a TypeDef, but: Option<&str>) -> Self {
        match &def.kind {
            Kind::Enum(values) => {
                Self::Enum(values.values.iter().map(String::as_str).collect())
            }
            Kind::Record(record) => {
                let fields = record.fields.iter();
                let others =
                    fields.filter(|field| Some(field.json_name.as_str()) != but);
                Self::Record(others.map(Property::of).collect())
            }
            Kind::Union(union) => {
                let variant =
                    |variant: &'a Variant| (&variant.ty, variant.tags.as_slice());
                Self::Union(&union.by, union.variants.iter().map(variant).collect())
            }
        }
    }
}

impl<'a> Property<'a> {
    fn of(field: &'a Field) -> Self {
        let flags = [
            field.required,
            field.nullable,
            field.read_only,
            field.write_only,
            field.secret,
            field.identity,
            field.kept,
            field.deprecated,
        ];
        Self { json_name: &field.json_name, ty: &field.ty, flags, limits: &field.limits }
    }
}

/// Merges each group into its first member by origin; returns true if anything changed.
fn merge_groups(api: &mut Api, groups: Vec<Vec<usize>>) -> bool {
    let mut to: FxHashMap<TypeId, TypeId> = FxHashMap::default();
    for mut members in groups {
        members.sort_by(|a, b| {
            api.types[*a].origin.places.cmp(&api.types[*b].origin.places)
        });
        let keep = members[0];
        for &other in &members[1..] {
            let places = api.types[other].origin.places.clone();
            api.types[keep].origin.places.extend(places);
            add_places_of_fields(api, keep, other);
            to.insert(TypeId(other), TypeId(keep));
        }
        api.types[keep].origin.places.sort();
        api.types[keep].origin.places.dedup();
    }
    if to.is_empty() {
        return false;
    }
    api.replace(&to);
    true
}

/// Adds the places of a record's fields to the fields of the record that takes its place.
fn add_places_of_fields(api: &mut Api, keep: usize, other: usize) {
    let Ok([keep, other]) = api.types.get_disjoint_mut([keep, other]) else { return };
    let (Kind::Record(keep), Kind::Record(other)) = (&mut keep.kind, &other.kind) else {
        return;
    };
    for field in &mut keep.fields {
        let twin = other.fields.iter().find(|other| other.json_name == field.json_name);
        if let Some(other) = twin {
            field.add_places_of(other);
        }
    }
}

/// Merges the enums of a property in sibling records, so that a value read from one can be set in
/// another. Siblings are records that are fields of the same record; their enums are merged if most
/// of their values are the same.
pub(super) fn merge_sibling_enums(api: &mut Api) {
    let mut groups: Vec<FxHashSet<usize>> = Vec::new();
    for (one, other) in sibling_enums(api) {
        let (found, mut rest): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| group.contains(&one) || group.contains(&other));
        let mut group: FxHashSet<usize> = found.into_iter().flatten().collect();
        group.extend([one, other]);
        rest.push(group);
        groups = rest;
    }
    let groups: Vec<Vec<usize>> =
        groups.into_iter().map(|group| group.into_iter().collect()).collect();
    for group in &groups {
        unite_values(api, group);
    }
    merge_groups(api, groups);
}

/// Gives all enums of a group the values of all, those of the largest enum first.
fn unite_values(api: &mut Api, group: &[usize]) {
    let mut members: Vec<&TypeDef> =
        group.iter().map(|index| &api.types[*index]).collect();
    let count = |def: &TypeDef| values(&def.kind).map_or(0, <[String]>::len);
    members.sort_by(|a, b| {
        count(b).cmp(&count(a)).then_with(|| a.origin.places.cmp(&b.origin.places))
    });
    let all = members.iter().filter_map(|def| values(&def.kind)).flatten();
    let united = crate::model::Enum::new(all.map(String::as_str));
    for index in group {
        api.types[*index].kind = Kind::Enum(united.clone());
    }
}

/// Returns the pairs of inline enums of sibling records for a property of the same name.
fn sibling_enums(api: &Api) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for def in &api.types {
        let Kind::Record(record) = &def.kind else { continue };
        let held: BTreeSet<TypeId> =
            record.fields.iter().filter_map(|field| field.ty.leaf()).collect();
        let mut enums: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for id in held {
            let Kind::Record(sibling) = &api.def(id).kind else { continue };
            for field in &sibling.fields {
                if let Type::Def(id) = field.ty
                    && !api.def(id).origin.named
                    && values(&api.def(id).kind).is_some()
                {
                    enums.entry(&field.json_name).or_default().push(id.0);
                }
            }
        }
        for members in enums.into_values() {
            for (index, one) in members.iter().enumerate() {
                let others = members[index + 1..].iter();
                let alike = others.filter(|other| is_alike(api, *one, **other));
                pairs.extend(alike.map(|other| (*one, *other)));
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Tells whether two enums differ, and share more than half of the values of the smaller one.
fn is_alike(api: &Api, one: usize, other: usize) -> bool {
    let (Some(a), Some(b)) =
        (values(&api.types[one].kind), values(&api.types[other].kind))
    else {
        return false;
    };
    let common = a.iter().filter(|value| b.contains(value)).count();
    one != other && common * 2 > a.len().min(b.len())
}

fn values(kind: &Kind) -> Option<&[String]> {
    match kind {
        Kind::Enum(values) => Some(&values.values),
        Kind::Record(_) | Kind::Union(_) => None,
    }
}
