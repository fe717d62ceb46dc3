//! The keys that a document has for sentences, and the sentences with other keys.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rustc_hash::FxHashSet;
use serde_json::Value;

use super::places::member_of;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::target;
use crate::model::{Api, Kind, TypeDef};
use crate::names::Names;
use crate::words::{Lines, Sentence, Words};

/// The keys of a document. Places and values are kept only if they have a sentence.
pub(super) struct Keys<'d> {
    words: &'d Words,
    /// The keys of the sentences on types and properties, and of the examples.
    said: FxHashSet<&'d str>,
    operations: BTreeSet<&'d str>,
    tags: BTreeSet<&'d str>,
    parameters: BTreeSet<String>,
    /// The keys of schemas and properties, and the places of types.
    places: FxHashSet<&'d str>,
    /// The names of properties.
    properties: FxHashSet<&'d str>,
    /// The pairs of a table and a value.
    values: BTreeSet<(&'d str, &'d str)>,
}

/// The methods whose operations are generated.
const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

impl<'d> Keys<'d> {
    /// Collects the keys of a document, and the values that the ledger has of earlier documents.
    pub(super) fn of(
        document: &'d Value,
        api: &'d Api,
        names: &Names,
        words: &'d Words,
    ) -> Self {
        let Words { types, properties, examples, .. } = words;
        let lists = [types, properties, examples];
        let mut keys = Self {
            words,
            said: lists
                .into_iter()
                .flat_map(|it| it.keys().map(String::as_str))
                .collect(),
            operations: BTreeSet::new(),
            tags: BTreeSet::new(),
            parameters: BTreeSet::new(),
            places: FxHashSet::default(),
            properties: FxHashSet::default(),
            values: BTreeSet::new(),
        };
        keys.tags.extend(api.tags.iter().map(|tag| tag.name.as_str()));
        keys.add_operations(document);
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        for (name, schema) in schemas.into_iter().flatten() {
            keys.add_schema(schema, &mut name.clone());
        }
        for (def, name) in api.types.iter().zip(&names.types) {
            keys.add_type(def, name);
        }
        keys
    }

    fn add_operations(&mut self, document: &'d Value) {
        let paths = document.get("paths").and_then(Value::as_object);
        for item in paths.into_iter().flatten().filter_map(|(_, it)| it.as_object()) {
            let operations = METHODS.iter().filter_map(|method| item.get(*method));
            for operation in operations {
                let id = operation.get("operationId").and_then(Value::as_str);
                let id = id.unwrap_or_default();
                self.operations.insert(id);
                let lists = [item.get("parameters"), operation.get("parameters")];
                for parameter in lists.into_iter().flatten().filter_map(Value::as_array)
                {
                    for parameter in parameter {
                        self.add_parameter(document, parameter, id);
                    }
                }
                // Inline schemas have no path that a sentence could name, only properties.
                self.add_schemas_within(operation);
            }
        }
    }

    fn add_parameter(&mut self, document: &'d Value, parameter: &'d Value, id: &str) {
        let reference = parameter.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|it| target(document, "parameters", it));
        let parameter = target.unwrap_or(parameter);
        let name = parameter.get("name").and_then(Value::as_str);
        let schema = parameter.get("schema");
        if let Some(name) = name {
            for key in [name.to_owned(), format!("{id}.{name}")] {
                let lists = [schema, schema.and_then(|schema| schema.get("items"))];
                lists.into_iter().flatten().for_each(|it| self.add_listed(it, &key));
                self.add_place(&key);
                self.add_place(&format!("{key}[]"));
                self.parameters.insert(key);
            }
        }
    }

    fn add_schemas_within(&mut self, node: &'d Value) {
        match node {
            Value::Object(members) => {
                for (key, value) in members {
                    match key.as_str() {
                        "schema" => self.add_schema(value, &mut String::new()),
                        "example" | "examples" => {}
                        _ => self.add_schemas_within(value),
                    }
                }
            }
            Value::Array(items) => {
                items.iter().for_each(|it| self.add_schemas_within(it));
            }
            _ => {}
        }
    }

    /// Adds the keys of a schema with a path, and those of its parts. While a part is visited, `path`
    /// ends with the step to it.
    fn add_schema(&mut self, whole: &'d Value, path: &mut String) {
        let Some(schema) = whole.as_object() else { return };
        self.add_place(path);
        for (key, value) in schema {
            match key.as_str() {
                "enum" => {
                    let member = member_of(path);
                    let tables = member.iter().flat_map(|it| [it.path, it.name]);
                    for table in tables.chain([path.as_str()]) {
                        self.add_listed(whole, table);
                    }
                }
                "allOf" | "oneOf" | "anyOf" => {
                    let parts = value.as_array().into_iter().flatten();
                    parts.for_each(|part| self.add_schema(part, path));
                }
                "items" => self.add_part(value, path, &["[]"]),
                "additionalProperties" => self.add_part(value, path, &["{}"]),
                "properties" => {
                    for (name, property) in value.as_object().into_iter().flatten() {
                        self.properties.insert(name);
                        self.add_part(property, path, &[".", name]);
                    }
                }
                _ => {}
            }
        }
    }

    fn add_part(&mut self, part: &'d Value, path: &mut String, steps: &[&str]) {
        let length = path.len();
        path.extend(steps.iter().copied());
        self.add_schema(part, path);
        path.truncate(length);
    }

    /// Adds the values that a schema lists to a table.
    fn add_listed(&mut self, schema: &Value, table: &str) {
        let values = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        let values = values.map(|value| match value.as_str() {
            Some(value) => Cow::Borrowed(value),
            None => Cow::Owned(value.to_string()),
        });
        self.add_values(table, values);
    }

    /// Adds the values that have a sentence in a table.
    fn add_values<'v>(
        &mut self,
        table: &str,
        values: impl Iterator<Item = Cow<'v, str>>,
    ) {
        let Some((table, lines)) = self.words.values.get_key_value(table) else {
            return;
        };
        for value in values {
            if let Some((value, _)) = lines.get_key_value(&*value) {
                self.values.insert((table, value));
            }
        }
    }

    fn add_place(&mut self, key: &str) {
        self.places.extend(self.said.get(key));
    }

    /// Adds the places of a type, and its values, including those that the ledger has of earlier
    /// documents. A type with several places may have sentences under its Rust name.
    fn add_type(&mut self, def: &TypeDef, name: &str) {
        let keys = def.origin.places.iter().map(|place| place.key.as_str());
        let together = (def.origin.places.len() > 1).then_some(name);
        let own: Vec<&str> = keys.chain(together).collect();
        own.iter().for_each(|key| self.add_place(key));
        let Kind::Enum(values) = &def.kind else { return };
        let members = own.iter().filter_map(|key| member_of(key));
        let members: Vec<&str> = members.flat_map(|it| [it.path, it.name]).collect();
        for table in own.iter().chain(&members) {
            self.add_values(table, values.values.iter().map(Cow::from));
        }
    }

    /// Lists the sentences whose key the document doesn't have.
    pub(super) fn stale(&self) -> Vec<Diagnostic> {
        let words = self.words;
        let is_property =
            |key: &str| self.properties.contains(key) || self.places.contains(key);
        let mut stale = Vec::new();
        let mut add = |file: &str, lines: &Lines, is_known: &dyn Fn(&str) -> bool| {
            let unknown = lines.iter().filter(|(key, _)| !is_known(key));
            stale.extend(unknown.map(|(key, said)| note(file, key, said)));
        };
        add("operations", &words.operations, &|key| self.operations.contains(key));
        add("aliases", &words.aliases, &|key| self.operations.contains(key));
        add("tags", &words.tags, &|key| self.tags.contains(key));
        add("parameters", &words.parameters, &|key| self.parameters.contains(key));
        add("types", &words.types, &|key| self.places.contains(key));
        add("properties", &words.properties, &is_property);
        add("examples", &words.examples, &|key| {
            let of_operation =
                key.split_once('.').is_some_and(|(operation, property)| {
                    self.operations.contains(operation)
                        && self.properties.contains(property)
                });
            is_property(key) || of_operation
        });
        for (table, lines) in &words.values {
            let is_known = |value: &str| self.values.contains(&(table.as_str(), value));
            let unknown = lines.iter().filter(|(value, _)| !is_known(value));
            stale.extend(
                unknown.map(|(value, said)| {
                    note("values", &format!("{table}.{value}"), said)
                }),
            );
        }
        stale
    }
}

fn note(file: &str, key: &str, said: &Sentence) -> Diagnostic {
    let what = format!("spec/words/{file}.toml has `{key}`, which the document doesn't");
    let help = "move the sentence to the new name, or remove it";
    Diagnostic::new(Severity::Note, what, said.place.clone()).help(help)
}
