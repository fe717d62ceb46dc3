//! Places in a document, and whether a document still has them.
//!
//! A place is an operation in a version, one of its parts (body, response or parameters), and the
//! JSON names below that part. Lists, maps, and the branches of `allOf`, `oneOf` and `anyOf` have
//! no name: a property is found in any branch, which is an approximation.

use std::collections::{BTreeMap, BTreeSet};

use atlas_admin_generator::template::positional;
use serde_json::Value;

use crate::surface::{Operation, Shape, Surface, mentioned};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Body,
    Response,
    Parameters,
}

/// A place where a type is declared.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub operation: Operation,
    pub start: Start,
    pub names: Vec<String>,
}

/// Returns the places of each type that the functions need: one for each function and start.
pub(crate) fn places(surface: &Surface) -> BTreeMap<String, Vec<Place>> {
    let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for function in &surface.functions {
        let parameters = function.parameters.iter();
        let (bodies, others): (Vec<&String>, _) = parameters
            .partition(|ty| ty.starts_with("&types::") || ty.starts_with("&["));
        let setters = function.setters.iter().flat_map(|setter| &setter.parameters);
        let others: Vec<&String> =
            Vec::from_iter(others).into_iter().chain(setters).collect();
        for (start, types) in [
            (Start::Body, bodies),
            (Start::Response, vec![&function.response]),
            (Start::Parameters, others),
        ] {
            let roots: Vec<&str> =
                types.into_iter().flat_map(|ty| mentioned(ty)).collect();
            for (name, names) in reached(surface, &roots) {
                let operation = function.operation.clone();
                places.entry(name).or_default().push(Place { operation, start, names });
            }
        }
    }
    for places in places.values_mut() {
        places.sort_by_key(|place| place.names.len());
    }
    places
}

/// Returns the types that some types contain, directly or not, each with the JSON names of a
/// shortest path.
fn reached(surface: &Surface, roots: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut now: Vec<(String, Vec<String>)> =
        roots.iter().map(|root| ((*root).to_owned(), Vec::new())).collect();
    while !now.is_empty() {
        let mut next = Vec::new();
        for (name, names) in now {
            let Some(ty) =
                surface.types.get(&name).filter(|_| !found.contains_key(&name))
            else {
                continue;
            };
            let mut step = |ty: &str, json_name: Option<&String>| {
                let names: Vec<String> =
                    names.iter().chain(json_name).cloned().collect();
                next.extend(mentioned(ty).map(|name| (name.to_owned(), names.clone())));
            };
            match &ty.shape {
                Shape::Record(fields) => {
                    fields.iter().for_each(|f| step(&f.ty, f.json_name.as_ref()));
                }
                Shape::Enum(_) => {}
                Shape::Union(union) => {
                    let contents =
                        union.variants.iter().filter_map(|it| it.content.as_ref());
                    contents
                        .chain(&union.common)
                        .for_each(|content| step(content, None));
                }
            }
            found.insert(name, names);
        }
        now = next;
    }
    found
}

/// A document, with its operations by method and path.
pub(super) struct Document<'a> {
    tree: &'a Value,
    operations: BTreeMap<(String, String), (&'a Value, &'a Value)>,
}

impl<'a> Document<'a> {
    pub(super) fn of(tree: &'a Value) -> Self {
        let mut operations = BTreeMap::new();
        for (path, item) in tree["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                operations.insert((method.clone(), positional(path)), (item, operation));
            }
        }
        Self { tree, operations }
    }

    /// Tells whether an operation exists in its version.
    pub(super) fn has(&self, operation: &Operation) -> bool {
        let found = self.operation(operation);
        found.is_some_and(|(_, tree)| {
            self.media(tree, &operation.version, None).next().is_some()
        })
    }

    /// Tells whether an operation has a parameter with this name.
    pub(super) fn has_parameter(&self, operation: &Operation, name: &str) -> bool {
        self.parameters(operation).iter().any(|parameter| parameter["name"] == name)
    }

    /// Returns the schemas at a place.
    pub(super) fn at(&self, place: &Place) -> Vec<&'a Value> {
        let Some((_, operation)) = self.operation(&place.operation) else {
            return Vec::new();
        };
        let roots: Vec<&Value> = match place.start {
            Start::Parameters => {
                let parameters = self.parameters(&place.operation);
                parameters.iter().filter_map(|it| it.get("schema")).collect()
            }
            start => self
                .media(operation, &place.operation.version, Some(start))
                .filter_map(|media| media.get("schema"))
                .collect(),
        };
        let mut schemas = self.spread(roots);
        for name in &place.names {
            schemas = self.properties(&schemas, name);
        }
        schemas
    }

    /// Returns the schemas of a property of some schemas.
    pub(super) fn properties(
        &self,
        schemas: &[&'a Value],
        name: &str,
    ) -> Vec<&'a Value> {
        let properties = schemas.iter().filter_map(|it| it.get("properties")?.get(name));
        self.spread(properties.collect())
    }

    fn operation(&self, operation: &Operation) -> Option<(&'a Value, &'a Value)> {
        let key = (operation.method.clone(), positional(&operation.path));
        self.operations.get(&key).copied()
    }

    fn parameters(&self, operation: &Operation) -> Vec<&'a Value> {
        let Some((item, operation)) = self.operation(operation) else {
            return Vec::new();
        };
        let lists =
            [item, operation].into_iter().filter_map(|it| it["parameters"].as_array());
        lists.flatten().map(|parameter| self.resolved(parameter)).collect()
    }

    /// Returns the media types of a version, for one start or for all.
    fn media(
        &self,
        operation: &'a Value,
        version: &str,
        start: Option<Start>,
    ) -> impl Iterator<Item = &'a Value> {
        let responses = operation["responses"].as_object().into_iter().flatten();
        let responses = responses
            .filter(move |(code, _)| start != Some(Start::Body) && code.starts_with('2'))
            .map(|(_, response)| response);
        let body =
            operation.get("requestBody").filter(|_| start != Some(Start::Response));
        let version = format!("atlas.{version}+");
        let contents =
            responses.chain(body).map(|holder| &self.resolved(holder)["content"]);
        let contents: Vec<_> = contents.filter_map(Value::as_object).flatten().collect();
        let media = contents.into_iter();
        media.filter(move |(name, _)| name.contains(&version)).map(|(_, media)| media)
    }

    fn resolved(&self, value: &'a Value) -> &'a Value {
        let pointer = value["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
        pointer.and_then(|pointer| self.tree.pointer(pointer)).unwrap_or(value)
    }

    /// Returns schemas with all that they refer to, list as parts or choose from.
    fn spread(&self, mut open: Vec<&'a Value>) -> Vec<&'a Value> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        while let Some(schema) = open.pop() {
            let schema = self.resolved(schema);
            if !seen.insert(std::ptr::from_ref(schema)) {
                continue;
            }
            found.push(schema);
            for key in ["allOf", "oneOf", "anyOf"] {
                open.extend(schema[key].as_array().into_iter().flatten());
            }
            open.extend(
                ["items", "additionalProperties"].iter().filter_map(|k| schema.get(k)),
            );
            for target in
                schema["discriminator"]["mapping"].as_object().into_iter().flatten()
            {
                let pointer = target.1.as_str().and_then(|it| it.strip_prefix('#'));
                open.extend(pointer.and_then(|it| self.tree.pointer(it)));
            }
        }
        found
    }
}

/// Returns the JSON types that schemas allow.
pub(super) fn kinds(schemas: &[&Value]) -> BTreeSet<String> {
    let kinds = schemas.iter().filter_map(|schema| schema["type"].as_str());
    kinds.map(str::to_owned).collect()
}

/// Tells whether any schema lists one of some values, in an enum or for a discriminator.
pub(super) fn has_value(schemas: &[&Value], values: &[String]) -> bool {
    let is_listed = |schema: &&Value, value: &String| {
        let mut listed = schema["enum"].as_array().into_iter().flatten();
        listed.any(|listed| listed == value)
            || schema["discriminator"]["mapping"].get(value).is_some()
    };
    schemas.iter().any(|schema| {
        let own = values.iter().any(|value| is_listed(schema, value));
        let properties = schema["properties"].as_object().into_iter().flatten();
        own || properties
            .map(|(_, property)| property)
            .any(|property| values.iter().any(|value| is_listed(&property, value)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_is_found_behind_references_lists_and_choices() {
        let tree = json!({
            "paths": { "/a/{id}/b": { "get": { "responses": { "200": { "content": {
                "application/vnd.atlas.2024-08-05+json": {
                    "schema": { "type": "array", "items": { "$ref": "#/components/schemas/X" } }
                }
            } } } } } },
            "components": { "schemas": { "X": { "oneOf": [
                { "$ref": "#/components/schemas/X" },
                { "properties": { "unit": { "type": "string", "enum": ["KILO"] } } },
            ] } } },
        });
        let document = Document::of(&tree);
        let operation = |version: &str| Operation {
            method: "get".to_owned(),
            path: "/a/{name}/b".to_owned(),
            version: version.to_owned(),
        };
        assert!(document.has(&operation("2024-08-05")));
        assert!(!document.has(&operation("2024-08-06")));
        let place = |name: &str| Place {
            operation: operation("2024-08-05"),
            start: Start::Response,
            names: vec![name.to_owned()],
        };
        let unit = document.at(&place("unit"));
        assert_eq!(kinds(&unit), BTreeSet::from(["string".to_owned()]));
        assert!(has_value(&unit, &["KILO".to_owned()]));
        assert!(document.at(&place("other")).is_empty());
    }
}
