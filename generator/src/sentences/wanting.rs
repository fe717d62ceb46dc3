//! The shares of items with a sentence, and the items without one.

use std::collections::BTreeSet;

use super::Sentences;
use crate::diagnostic::Diagnostic;
use crate::model::{Api, Kind, TypeDef, TypeId};

/// The shares of items with a sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The share of all operations.
    pub operations: Share,
    /// The share of the operation groups.
    pub tags: Share,
    /// The share of the parameters of all operations.
    pub parameters: Share,
    /// The share of the types. Records of the fields that variants have in common don't count: the
    /// sentence of the union is enough.
    pub types: Share,
    /// The share of the fields of all records.
    pub properties: Share,
}

/// A share of items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The number of items with a sentence.
    pub said: usize,
    /// The number of all items.
    pub all: usize,
}

impl Share {
    /// Returns the share in percent, rounded down; 100 if there are no items.
    pub fn percent(self) -> usize {
        (self.said * 100).checked_div(self.all).unwrap_or(100)
    }

    fn of(things: &[(String, bool)]) -> Self {
        let said = things.iter().filter(|(_, is_said)| *is_said).count();
        Self { said, all: things.len() }
    }
}

/// The keys without a sentence, and the sentences without a key in the document; empty without
/// words.
#[derive(Clone, Debug, Default)]
pub struct Wording {
    /// Kind of items → the keys without a sentence.
    pub wanting: Vec<(&'static str, Vec<String>)>,
    /// Notes on sentences whose key the document doesn't have.
    pub stale: Vec<Diagnostic>,
}

/// Kind of items → the key of each, and whether it has a sentence.
type Things = [(&'static str, Vec<(String, bool)>); 5];

pub(super) fn coverage(sentences: &Sentences<'_>, api: &Api) -> Coverage {
    let [operations, tags, parameters, types, properties] =
        things(sentences, api).map(|(_, things)| Share::of(&things));
    Coverage { operations, tags, parameters, types, properties }
}

/// Lists the keys without a sentence.
pub(super) fn wanting(
    sentences: &Sentences<'_>,
    api: &Api,
) -> Vec<(&'static str, Vec<String>)> {
    let found = things(sentences, api).into_iter().map(|(kind, things)| {
        let wanting = things.into_iter().filter(|(_, is_said)| !is_said);
        let mut keys: Vec<String> = wanting.map(|(key, _)| key).collect();
        keys.sort();
        keys.dedup();
        (kind, keys)
    });
    found.collect()
}

fn things(sentences: &Sentences<'_>, api: &Api) -> Things {
    let operations = || api.operations.iter().enumerate();
    let used: BTreeSet<usize> = operations().map(|(_, it)| it.tag).collect();
    let parameters = operations().flat_map(|(index, operation)| {
        operation.parameters.iter().map(move |parameter| {
            let is_said = sentences.parameter(index, &parameter.name).is_some();
            (format!("{}.{}", operation.id, parameter.name), is_said)
        })
    });
    let types = || api.types.iter().enumerate().map(|(index, def)| (TypeId(index), def));
    let properties = types().flat_map(|(id, def)| fields(sentences, id, def));
    [
        (
            "operations",
            operations()
                .map(|(index, it)| (it.id.clone(), sentences.operation(index).is_some()))
                .collect(),
        ),
        (
            "groups of operations",
            used.into_iter()
                .map(|tag| (api.tags[tag].name.clone(), sentences.tag(tag).is_some()))
                .collect(),
        ),
        ("parameters", parameters.collect()),
        (
            "types",
            types()
                .filter(|(_, def)| !is_common(def))
                .map(|(id, def)| (key_of(def), sentences.ty(id).is_some()))
                .collect(),
        ),
        ("properties", properties.collect()),
    ]
}

fn fields(sentences: &Sentences<'_>, id: TypeId, def: &TypeDef) -> Vec<(String, bool)> {
    let Kind::Record(record) = &def.kind else { return Vec::new() };
    let said = record.fields.iter().enumerate().map(|(index, field)| {
        let place = field.places.first().cloned();
        let key =
            place.unwrap_or_else(|| format!("{}.{}", key_of(def), field.json_name));
        (key, sentences.member(id, index).is_some())
    });
    said.collect()
}

fn key_of(def: &TypeDef) -> String {
    def.origin.places.first().map(|place| place.key.clone()).unwrap_or_default()
}

/// Tells whether a type is the record of the fields that all variants of a union have in common.
fn is_common(def: &TypeDef) -> bool {
    !def.origin.named && key_of(def).ends_with("#common")
}
