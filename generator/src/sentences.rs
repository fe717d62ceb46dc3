//! The sentence of each item of the model, if `words` has one for it.
//!
//! The most specific key wins: the path of a property before its name, and a parameter's name with
//! the id of its operation before the name alone. An item with several places gets a sentence only
//! if it applies to all of them.

mod keys;
mod places;
mod wanting;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::model::{Api, Enum, Field, Kind, Operation, Place, TypeDef, TypeId};
use crate::names::Names;
use crate::words::{Lines, Sentence, Words, split};

use places::{MemberOf, agreed, member_of};
pub use wanting::{Coverage, Share, Wording};

/// The sentences of an [`Api`], by its indices; empty without words.
#[derive(Debug, Default)]
pub struct Sentences<'w> {
    operations: Vec<Option<&'w str>>,
    /// For each operation, other words for it.
    aliases: Vec<Option<&'w str>>,
    tags: Vec<Option<&'w str>>,
    /// For each operation, the sentences of its parameters by name.
    parameters: Vec<BTreeMap<String, &'w str>>,
    types: Vec<Option<&'w str>>,
    /// For each type, the sentences of its fields or values.
    members: Vec<Vec<Option<&'w str>>>,
    /// For each type, the values of its fields in example programs.
    examples: Vec<Vec<Option<Example<'w>>>>,
    /// For each operation, the properties that the body of its example sets, with their values;
    /// empty for an operation that has none of its own.
    bodies: Vec<Vec<(&'w str, &'w str)>>,
    /// The operations by their ids, which sentences use.
    by_id: BTreeMap<String, usize>,
}

impl<'w> Sentences<'w> {
    /// Finds the sentences of all items.
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
            aliases: api
                .operations
                .iter()
                .map(|operation| find(&words.aliases, &operation.id))
                .collect(),
            tags: api.tags.iter().map(|tag| find(&words.tags, &tag.name)).collect(),
            parameters: api.operations.iter().map(|it| finder.parameters(it)).collect(),
            types: types().map(|(def, name)| finder.ty(def, name)).collect(),
            by_id: indices(api),
            members: types().map(|(def, name)| finder.members(def, name)).collect(),
            examples: api.types.iter().map(|def| finder.examples(def)).collect(),
            bodies: api
                .operations
                .iter()
                .map(|operation| body(&words.examples, &operation.id))
                .collect(),
        }
    }

    /// Returns the sentence of an operation.
    pub fn operation(&self, index: usize) -> Option<&'w str> {
        *self.operations.get(index)?
    }

    /// Returns other words for an operation, by which people look for it.
    pub fn aliases(&self, index: usize) -> impl Iterator<Item = &'w str> {
        let line = self.aliases.get(index).copied().flatten();
        line.into_iter().flat_map(|line| line.split(',').map(str::trim))
    }

    /// Returns the operation with an id; `None` where there is none.
    pub fn named(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Returns the sentence of an operation group.
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

    /// Returns the value of the field of a record in example programs.
    pub fn example(&self, id: TypeId, index: usize) -> Option<Example<'w>> {
        *self.examples.get(id.0)?.get(index)?
    }

    /// Returns the properties that the body of an operation's example sets, with their values;
    /// empty if the operation has none of its own.
    pub fn body(&self, operation: usize) -> &[(&'w str, &'w str)] {
        self.bodies.get(operation).map_or(&[], Vec::as_slice)
    }

    /// Returns the shares of items with a sentence.
    pub fn coverage(&self, api: &Api) -> Coverage {
        wanting::coverage(self, api)
    }

    /// Lists the keys without a sentence, and the sentences whose key is not in the document.
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

/// The value of a field in example programs.
#[derive(Clone, Copy, Debug)]
pub struct Example<'w> {
    pub text: &'w str,
    /// Whether the record has it even if the document doesn't require it: its key is the path of
    /// the property rather than the name alone.
    pub is_shown: bool,
}

/// Finds the sentences of items by their places.
struct Finder<'w, 'a> {
    words: &'w Words,
    /// The ids of operations by their keys.
    ids: FxHashMap<&'a str, &'a str>,
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

    /// Returns the sentence of a type: its own, or that of the property with values of the type. A
    /// type that was merged from several may have a sentence under its Rust name.
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

    /// Returns the first sentence of the property or parameter whose value has the type. A sentence
    /// that begins with "Whether" doesn't describe the type.
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

    /// Returns the property or parameter of a place, with the path that is its key.
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

    fn examples(&self, def: &TypeDef) -> Vec<Option<Example<'w>>> {
        let Kind::Record(record) = &def.kind else { return Vec::new() };
        let lines = &self.words.examples;
        let example = |field: &Field| {
            let path = field.places.iter().find_map(|place| find(lines, place));
            let text = path.or_else(|| find(lines, &field.json_name))?;
            Some(Example { text, is_shown: path.is_some() })
        };
        record.fields.iter().map(example).collect()
    }

    /// Returns the sentences of the values of an enum. A type that was merged from several may have
    /// a table under its Rust name.
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

    /// Returns the tables for the values at a place: that of its path, then that of its name.
    fn tables(&self, place: &Place) -> [Option<&'w Lines>; 2] {
        let tables = &self.words.values;
        match self.member(place) {
            Some(member) => [tables.get(&member.path), tables.get(member.name)],
            None => [tables.get(&place.key), None],
        }
    }
}

/// The property or parameter whose value, or whose items, have a type.
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

fn ids(api: &Api) -> FxHashMap<&str, &str> {
    api.operations.iter().map(|it| (it.key.as_str(), it.id.as_str())).collect()
}

/// Returns the examples with the keys `operationId.property`.
fn body<'w>(examples: &'w Lines, id: &str) -> Vec<(&'w str, &'w str)> {
    let own = |(key, said): (&'w String, &'w Sentence)| {
        let property = key.strip_prefix(id)?.strip_prefix('.')?;
        Some((property, said.text.as_str()))
    };
    examples.range(format!("{id}.")..).map_while(own).collect()
}

fn find<'w>(lines: &'w Lines, key: &str) -> Option<&'w str> {
    lines.get(key).map(|sentence| sentence.text.as_str())
}
