//! Taking a document's prose away and leaving its facts.
//!
//! The document's words are CC BY-NC-SA 3.0 and can't be carried by a permissively licensed
//! crate; what it says about the API is free. A fact here is a name, a type, a bound, a URL, a
//! date, a role. This room decides only that; where a keyword may stand is the grammar's knowledge.

use serde_json::{Map, Value};

use crate::grammar::{Field, Kind, is_extension, walk};

/// The title that every stripped document bears; OpenAPI requires one.
pub const TITLE: &str = "MongoDB Atlas Administration API";

/// The extensions whose values are facts as they stand.
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
/// What OpenAPI requires stays as an empty text. An example counts as prose, for it is as much
/// written by someone as a description is. What the grammar doesn't know goes too, because nobody can
/// tell what it holds.
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

/// Reduces an extension to its facts and tells whether anything is left.
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

/// Keeps what can't be a sentence: numbers, booleans and text without a space, such as a URL.
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

/// Tells whether a member of an unknown extension is for reading, even if it is one word.
fn is_wording(key: &str) -> bool {
    matches!(key, "content" | "description" | "label" | "summary" | "title")
}
