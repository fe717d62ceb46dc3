//! The sentence of each thing in the model, as far as `words` has one.
//!
//! The most specific key wins: the path of a property before its name, the id of an operation with
//! a parameter before the parameter's name. A thing that stands at several places has a sentence
//! only if it is true of all of them.

mod keys;
mod places;
mod wanting;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{Api, Enum, Field, Kind, Operation, Place, TypeDef, TypeId};
use crate::names::Names;
use crate::words::{Lines, Words, split};

use places::{MemberOf, agreed, member_of};
pub use wanting::{Coverage, Share, Wording};

/// The sentences of an [`Api`], by its indices. Empty where there are no words.
#[derive(Debug, Default)]
pub struct Sentences<'w> {
    operations: Vec<Option<&'w str>>,
    tags: Vec<Option<&'w str>>,
    /// By name, for each operation.
    parameters: Vec<BTreeMap<String, &'w str>>,
    types: Vec<Option<&'w str>>,
    /// Of the fields of records and the values of enums.
    members: Vec<Vec<Option<&'w str>>>,
    /// The operations by their ids, which sentences name them by.
    by_id: BTreeMap<String, usize>,
}

impl<'w> Sentences<'w> {
    /// Finds the sentence of everything.
    pub fn of(api: &Api, names: &Names, words: &'w Words) -> Self {
        if words.is_empty() {
            return Self::default();
        }
        let finder = Finder { words, ids: ids(api) };
        let types = || api.types.iter().zip(&names.types);
        Self {
            operations: api
                .operations
                .iter()
                .map(|operation| find(&words.operations, &operation.id))
                .collect(),
            tags: api.tags.iter().map(|tag| find(&words.tags, &tag.name)).collect(),
            parameters: api.operations.iter().map(|it| finder.parameters(it)).collect(),
            types: types().map(|(def, name)| finder.ty(def, name)).collect(),
            by_id: indices(api),
            members: types().map(|(def, name)| finder.members(def, name)).collect(),
        }
    }

    /// Returns the sentence of an operation.
    pub fn operation(&self, index: usize) -> Option<&'w str> {
        *self.operations.get(index)?
    }

    /// Finds the operation that a sentence names.
    pub fn named(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Returns the sentence of a group of operations.
    pub fn tag(&self, index: usize) -> Option<&'w str> {
        *self.tags.get(index)?
    }

    /// Returns the sentence of a parameter of an operation.
    pub fn parameter(&self, operation: usize, name: &str) -> Option<&'w str> {
        self.parameters.get(operation)?.get(name).copied()
    }

    /// Returns the sentence of a type.
    pub fn ty(&self, id: TypeId) -> Option<&'w str> {
        *self.types.get(id.0)?
    }

    /// Returns the sentence of the field of a record or the value of an enum.
    pub fn member(&self, id: TypeId, index: usize) -> Option<&'w str> {
        *self.members.get(id.0)?.get(index)?
    }

    /// Returns the shares of things that have a sentence.
    pub fn coverage(&self, api: &Api) -> Coverage {
        wanting::coverage(self, api)
    }

    /// Lists what has no sentence, and the keys of `words` that nothing in a document has.
    pub fn wording(
        &self,
        api: &Api,
        names: &Names,
        words: &Words,
        document: &Value,
    ) -> Wording {
        if words.is_empty() {
            return Wording::default();
        }
        let stale = keys::Keys::of(document, api, names, words).stale();
        Wording { wanting: wanting::wanting(self, api), stale }
    }
}

/// The words, and what is needed to find the keys of places.
struct Finder<'w, 'a> {
    words: &'w Words,
    /// The ids of operations by their keys.
    ids: BTreeMap<String, &'a str>,
}

impl<'w> Finder<'w, '_> {
    fn parameters(&self, operation: &Operation) -> BTreeMap<String, &'w str> {
        let names = operation.parameters.iter().map(|parameter| &parameter.name);
        let lines = &self.words.parameters;
        let said = names.filter_map(|name| {
            let specific = find(lines, &format!("{}.{name}", operation.id));
            Some((name.clone(), specific.or_else(|| find(lines, name))?))
        });
        said.collect()
    }

    /// The sentence of a type: its own, or that of the property that it is the value of. Schemas
    /// and inline types that are one type may have a sentence together, under its Rust name.
    fn ty(&self, def: &TypeDef, name: &str) -> Option<&'w str> {
        let places = || def.origin.places.iter();
        let lines = &self.words.types;
        if let (true, Some(said)) = (def.origin.places.len() > 1, find(lines, name)) {
            return Some(said);
        }
        let own = |place: &Place| self.own(place);
        if places().any(|place| own(place).is_some()) {
            return agreed(places().map(own), None);
        }
        if def.origin.named {
            return None;
        }
        agreed(places().map(|place| self.holder(place)), None)
    }

    fn own(&self, place: &Place) -> Option<&'w str> {
        let lines = &self.words.types;
        match self.member(place) {
            Some(member) => find(lines, &(member.path + member.steps)),
            None => find(lines, &place.key),
        }
    }

    /// The first sentence of the property or parameter that has a type as its value. One that says
    /// whether something is so says nothing of the type.
    fn holder(&self, place: &Place) -> Option<&'w str> {
        let member = self.member(place).filter(|member| member.steps.is_empty())?;
        let lines = match member.is_parameter {
            true => &self.words.parameters,
            false => &self.words.properties,
        };
        let said = find(lines, &member.path).or_else(|| find(lines, member.name))?;
        let (first, _) = split(said);
        (!first.starts_with("Whether ")).then_some(first)
    }

    /// The property or parameter of a place, with the path that sentences know it by.
    fn member<'k>(&self, place: &'k Place) -> Option<Member<'k>> {
        let MemberOf { path, name, operation, steps } = member_of(&place.key)?;
        let path = match operation.and_then(|operation| self.ids.get(operation)) {
            Some(id) => format!("{id}.{name}"),
            None => path.to_owned(),
        };
        Some(Member { path, name, steps, is_parameter: operation.is_some() })
    }

    fn members(&self, def: &TypeDef, name: &str) -> Vec<Option<&'w str>> {
        match &def.kind {
            Kind::Record(record) => {
                record.fields.iter().map(|field| self.field(field)).collect()
            }
            Kind::Enum(values) => self.values(def, values, name),
            Kind::Union(_) => Vec::new(),
        }
    }

    fn field(&self, field: &Field) -> Option<&'w str> {
        let lines = &self.words.properties;
        let general = find(lines, &field.json_name);
        let specific = field.places.iter().map(|place| find(lines, place).or(general));
        agreed(specific, general)
    }

    /// Values too may have sentences for all places together, under the Rust name of the type.
    fn values(&self, def: &TypeDef, values: &Enum, name: &str) -> Vec<Option<&'w str>> {
        let tables: Vec<[Option<&'w Lines>; 2]> =
            def.origin.places.iter().map(|place| self.tables(place)).collect();
        let is_merged = tables.len() > 1;
        let together = self.words.values.get(name).filter(|_| is_merged);
        let said = |value: &String| {
            if let Some(said) = together.and_then(|table| find(table, value)) {
                return Some(said);
            }
            let in_table = |table: &Option<&'w Lines>| find((*table)?, value);
            let general = agreed(tables.iter().map(|[_, it]| in_table(it)), None);
            let specific = tables.iter().map(|it| it.iter().find_map(in_table));
            agreed(specific, general)
        };
        values.values.iter().map(said).collect()
    }

    /// The tables of a place, the one for it alone first.
    fn tables(&self, place: &Place) -> [Option<&'w Lines>; 2] {
        let tables = &self.words.values;
        match self.member(place) {
            Some(member) => [tables.get(&member.path), tables.get(member.name)],
            None => [tables.get(&place.key), None],
        }
    }
}

/// The property or parameter that has a type as its value, or as items of it.
struct Member<'k> {
    /// `Schema.property`, or `operationId.parameter`.
    path: String,
    name: &'k str,
    /// The steps from the value to the type: `[]`.
    steps: &'k str,
    is_parameter: bool,
}

fn indices(api: &Api) -> BTreeMap<String, usize> {
    let operations = api.operations.iter().enumerate();
    operations.map(|(index, operation)| (operation.id.clone(), index)).collect()
}

fn ids(api: &Api) -> BTreeMap<String, &str> {
    api.operations.iter().map(|it| (it.key(), it.id.as_str())).collect()
}

fn find<'w>(lines: &'w Lines, key: &str) -> Option<&'w str> {
    lines.get(key).map(|sentence| sentence.text.as_str())
}
