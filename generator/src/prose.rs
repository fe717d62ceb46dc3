//! Removes a document's prose and keeps its facts.
//!
//! The document's sentences are licensed under CC BY-NC-SA 3.0, which a permissively licensed
//! crate can't include; its facts about the API are free. A fact here is a name, a type, a bound,
//! a URL, a date, a role. This module decides only what is a fact; the grammar knows the positions
//! of keywords.

use serde_json::{Map, Value};

use crate::grammar::{Field, Kind, is_extension, walk};

/// The title of every stripped document; OpenAPI requires one.
pub const TITLE: &str = "MongoDB Atlas Administration API";

/// The extensions whose values are facts unchanged.
const FACTS: [&str; 9] = [
    "x-additionalPropertiesName",
    "x-rolesRequirements",
    "x-sunset",
    "x-xgen-docs-url",
    "x-xgen-method-verb-override",
    "x-xgen-operation-id-override",
    "x-xgen-preview",
    "x-xgen-sha",
    "x-xgen-version",
];

/// The extension that holds sentences by date; the dates are facts.
const CHANGELOG: &str = "x-xgen-changelog";

/// Removes all prose from a document.
///
/// Text that OpenAPI requires becomes empty. Examples count as prose, because a person wrote them
/// like a description. Keywords that the grammar doesn't know are removed too, because they may
/// hold anything.
pub fn strip(document: &mut Value) {
    walk::edit(document, &mut strip_object);
}

fn strip_object(kind: Kind, object: &mut Map<String, Value>) {
    let rules = kind.rules();
    object.retain(|key, value| {
        let is_required = rules.required.contains(&key.as_str());
        match rules.field(key) {
            Some(Field::Prose) if is_required => {
                let kept = if kind == Kind::Info { TITLE } else { "" };
                *value = Value::from(kept);
                true
            }
            Some(Field::Prose | Field::Examples | Field::Map(Kind::Example)) => false,
            Some(Field::ProseByName) => {
                let texts = value.as_object_mut().into_iter().flat_map(Map::values_mut);
                texts.for_each(|text| *text = Value::from(""));
                true
            }
            Some(_) => true,
            None if key == "$ref" => true,
            None => is_extension(key) && strip_extension(key, value),
        }
    });
}

/// Reduces an extension to its facts; returns true if anything is left.
fn strip_extension(key: &str, value: &mut Value) -> bool {
    if FACTS.contains(&key) {
        return true;
    }
    if key == CHANGELOG
        && let Value::Object(entries) = value
    {
        *value = entries.keys().cloned().collect();
        return true;
    }
    keep_facts(value)
}

/// Keeps values that can't be a sentence: numbers, booleans, and text without a space, such as a
/// URL.
fn keep_facts(value: &mut Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty() && !text.contains(char::is_whitespace),
        Value::Array(items) => {
            items.retain_mut(keep_facts);
            !items.is_empty()
        }
        Value::Object(entries) => {
            entries.retain(|key, value| !is_wording(key) && keep_facts(value));
            !entries.is_empty()
        }
    }
}

/// Tells whether a member of an unknown extension is prose, even if it is a single word.
fn is_wording(key: &str) -> bool {
    matches!(key, "content" | "description" | "label" | "summary" | "title")
}
