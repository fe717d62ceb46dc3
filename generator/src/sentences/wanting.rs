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

/// The kinds of items that have sentences.
#[derive(Clone, Copy)]
enum Item {
    Operation,
    Tag,
    Parameter,
    Type,
    Property,
}

impl Item {
    /// The names of the kinds, in their order.
    const NAMES: [&'static str; 5] =
        ["operations", "groups of operations", "parameters", "types", "properties"];
}

pub(super) fn coverage(sentences: &Sentences<'_>, api: &Api) -> Coverage {
    let mut coverage = Coverage::default();
    visit(sentences, api, &mut |item, is_said, _| {
        let share = match item {
            Item::Operation => &mut coverage.operations,
            Item::Tag => &mut coverage.tags,
            Item::Parameter => &mut coverage.parameters,
            Item::Type => &mut coverage.types,
            Item::Property => &mut coverage.properties,
        };
        share.said += usize::from(is_said);
        share.all += 1;
    });
    coverage
}

/// Lists the keys without a sentence.
pub(super) fn wanting(
    sentences: &Sentences<'_>,
    api: &Api,
) -> Vec<(&'static str, Vec<String>)> {
    let mut found = Item::NAMES.map(|name| (name, BTreeSet::new()));
    visit(sentences, api, &mut |item, is_said, key| {
        if !is_said {
            found[item as usize].1.insert(key());
        }
    });
    found.into_iter().map(|(kind, keys)| (kind, keys.into_iter().collect())).collect()
}

/// A function that is called with an item, whether the item has a sentence, and the item's key.
type See<'s> = dyn FnMut(Item, bool, &dyn Fn() -> String) + 's;

/// Calls `see` for each item, with whether it has a sentence, and its key.
fn visit(sentences: &Sentences<'_>, api: &Api, see: &mut See<'_>) {
    for (index, operation) in api.operations.iter().enumerate() {
        let id = &operation.id;
        see(Item::Operation, sentences.operation(index).is_some(), &|| id.clone());
        for name in operation.parameters.iter().map(|parameter| &parameter.name) {
            let is_said = sentences.parameter(index, name).is_some();
            see(Item::Parameter, is_said, &|| format!("{id}.{name}"));
        }
    }
    let used: BTreeSet<usize> = api.operations.iter().map(|it| it.tag).collect();
    for tag in used {
        let is_said = sentences.tag(tag).is_some();
        see(Item::Tag, is_said, &|| api.tags[tag].name.clone());
    }
    for (index, def) in api.types.iter().enumerate() {
        let id = TypeId(index);
        if !is_common(def) {
            see(Item::Type, sentences.ty(id).is_some(), &|| key_of(def).to_owned());
        }
        let Kind::Record(record) = &def.kind else { continue };
        for (index, field) in record.fields.iter().enumerate() {
            let is_said = sentences.member(id, index).is_some();
            see(Item::Property, is_said, &|| match field.places.first() {
                Some(place) => place.clone(),
                None => format!("{}.{}", key_of(def), field.json_name),
            });
        }
    }
}

fn key_of(def: &TypeDef) -> &str {
    def.origin.places.first().map(|place| place.key.as_str()).unwrap_or_default()
}

/// Tells whether a type is the record of the fields that all variants of a union have in common.
fn is_common(def: &TypeDef) -> bool {
    !def.origin.named && key_of(def).ends_with("#common")
}
