//! The vendored document: it is read, holds no prose, and is in canonical form.

use std::collections::BTreeMap;

use atlas_admin_generator::{UnmatchedAction, canonical, document, prose};
use serde_json::Value;

const DOCUMENT: &str = include_str!("../../../spec/atlas-admin-v2.yaml");

fn tree() -> Value {
    document::parse(DOCUMENT.as_bytes()).expect("the vendored document is readable")
}

#[test]
fn it_is_read_and_has_operations() {
    let document = document::read(DOCUMENT.as_bytes(), &[], UnmatchedAction::Error)
        .expect("no errors");
    assert!(document.openapi.operations().next().is_some());
}

#[test]
fn it_is_in_canonical_form() {
    let tree = tree();
    let mut normal = tree.clone();
    prose::strip(&mut normal);
    canonical::normalize(&mut normal);
    assert_eq!(normal, tree, "run `cargo xtask spec import` again");
    assert!(canonical::write(&tree) == DOCUMENT, "run `cargo xtask spec import` again");
}

/// Checks each text of the document without the grammar that stripped it.
///
/// The key of every text of more than one word has to be one that this test names.
#[test]
fn no_prose_survives() {
    let mut texts = BTreeMap::new();
    collect(&tree(), "", &mut texts);
    for (key, longest) in texts {
        // Each line names a fact: values of the API, patterns, roles, names that a program or a
        // reader of the API has to use literally.
        let limit = match key.as_str() {
            "enum" => 45,
            "name" | "tags" => 60,
            "x-rolesRequirements" => 60,
            "x-additionalPropertiesName" => 30,
            "pattern" => usize::MAX,
            "title" => prose::TITLE.len(),
            _ => 0,
        };
        assert!(longest.len() <= limit, "{key}: {longest}");
    }
}

/// Collects, by key, the longest text that contains a space.
fn collect(value: &Value, key: &str, texts: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) if text.contains(char::is_whitespace) => {
            let longest = texts.entry(key.to_owned()).or_default();
            if text.len() > longest.len() {
                longest.clone_from(text);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, key, texts)),
        Value::Object(entries) => {
            for (key, value) in entries {
                assert!(!key.contains(' '), "a key of several words: {key}");
                collect(value, key, texts);
            }
        }
        _ => {}
    }
}

/// Prose is removed even if it is a single word: text that OpenAPI requires is empty.
#[test]
fn what_has_to_stay_is_empty() {
    fn check(value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(check),
            Value::Object(entries) => {
                for (key, value) in entries {
                    let is_prose = ["description", "summary", "example", "title"]
                        .contains(&key.as_str());
                    if is_prose && let Value::String(text) = value {
                        assert!(
                            text.is_empty() || text == prose::TITLE,
                            "{key}: {text}"
                        );
                    }
                    check(value);
                }
            }
            _ => {}
        }
    }
    check(&tree());
}
