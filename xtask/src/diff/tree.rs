//! The tree of a document, with references followed.

use std::collections::HashMap;

use atlas_admin_generator::pointer::Pointer;
use serde_json::Value;

/// The maximum number of references in a row. More than that are treated as a circle.
const MAX_HOPS: usize = 64;

/// The keywords beside `allOf: [one]` that don't affect its structure.
const ANNOTATIONS: [&str; 9] = [
    "allOf",
    "deprecated",
    "description",
    "example",
    "externalDocs",
    "readOnly",
    "title",
    "type",
    "writeOnly",
];

/// The names of the schemas in `components`, by their addresses in memory.
pub(super) struct Names<'a>(HashMap<*const Value, &'a str>);

impl<'a> Names<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        let schemas = document.pointer("/components/schemas");
        let schemas = schemas.and_then(Value::as_object).into_iter().flatten();
        let named = schemas.map(|(name, it)| (std::ptr::from_ref(it), name.as_str()));
        Self(named.collect())
    }
}

/// A document.
#[derive(Clone, Copy)]
pub(super) struct Tree<'a> {
    pub root: &'a Value,
    pub names: &'a Names<'a>,
}

/// A schema. It has several parts if `allOf` or its parents declare a property more than once.
#[derive(Clone, Debug)]
pub(super) struct Schema<'a> {
    pub parts: Vec<&'a Value>,
    /// The name in `components`; `None` for an inline schema.
    pub name: Option<&'a str>,
}

impl<'a> Tree<'a> {
    /// Follows references, and returns their target with the name of its schema.
    pub(super) fn resolve(self, value: &'a Value) -> (&'a Value, Option<&'a str>) {
        let mut value = value;
        for _ in 0..MAX_HOPS {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
                break;
            };
            let target = Pointer::parse_reference(reference);
            let Some(target) = target.and_then(|pointer| pointer.find(self.root)) else {
                break;
            };
            value = target;
        }
        (value, self.names.0.get(&std::ptr::from_ref(value)).copied())
    }

    /// Returns a schema; an `allOf` that only annotates another schema is replaced by that schema.
    pub(super) fn schema(self, mut parts: Vec<&'a Value>) -> Schema<'a> {
        let mut name = None;
        if let [only] = parts[..] {
            let (mut value, mut found) = self.resolve(only);
            for _ in 0..MAX_HOPS {
                let Some(inner) = annotated(value) else { break };
                let (next, inner_name) = self.resolve(inner);
                // An inline schema is a part of the component around it.
                if inner_name.is_none() {
                    break;
                }
                (value, found) = (next, inner_name);
            }
            (parts, name) = (vec![value], found);
        }
        Schema { parts, name }
    }

    /// Tells whether a keyword is true in a schema or in the target of its references.
    pub(super) fn is_set(self, parts: &[&'a Value], keyword: &str) -> bool {
        self.find(parts, keyword, 0).is_some_and(|value| value == &Value::Bool(true))
    }

    /// Tells whether a schema or the target of its references has a keyword.
    pub(super) fn has(self, parts: &[&'a Value], keyword: &str) -> bool {
        self.find(parts, keyword, 0).is_some()
    }

    fn find(self, parts: &[&'a Value], keyword: &str, hops: usize) -> Option<&'a Value> {
        if hops > 8 {
            return None;
        }
        parts.iter().find_map(|part| {
            let (value, _) = self.resolve(part);
            let inner = || {
                let all: Vec<&Value> = value.get("allOf")?.as_array()?.iter().collect();
                self.find(&all, keyword, hops + 1)
            };
            value.get(keyword).or_else(inner)
        })
    }
}

fn annotated(value: &Value) -> Option<&Value> {
    let object = value.as_object()?;
    let [inner] = object.get("allOf")?.as_array()?.as_slice() else { return None };
    let adds_nothing =
        object.keys().all(|key| ANNOTATIONS.contains(&&**key) || key.starts_with("x-"));
    adds_nothing.then_some(inner)
}

/// Returns the last segment of a reference.
pub(super) fn last_segment(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}
