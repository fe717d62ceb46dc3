//! Tests of the comparison: a pair of small documents for each code.

use serde_json::{Value, json};

use super::of_trees;
use super::operation::Entry;
use super::text;

mod crates;
mod endpoints;
mod history;
mod requests;
mod responses;
mod shared;
mod values;

/// A code, its description, and whether it is compatible.
type Expected = (&'static str, &'static str, bool);

/// Returns a document with one operation in one version.
fn document(operation: Value, components: Value) -> Value {
    json!({
        "openapi": "3.0.1",
        "info": { "title": "t", "version": "1" },
        "paths": { "/pears/{id}": { "post": operation } },
        "components": components,
    })
}

/// Returns an operation that sends and receives values of two schemas.
fn operation(request: &Value, response: &Value) -> Value {
    let media = "application/vnd.atlas.2024-08-05+json";
    json!({
        "operationId": "makePear",
        "tags": ["Pears"],
        "requestBody": { "content": { media: { "schema": request } } },
        "responses": { "200": {
            "description": "", "content": { media: { "schema": response } },
        } },
    })
}

fn requesting(schema: &Value) -> Value {
    document(operation(schema, &json!({})), json!({}))
}

fn responding(schema: &Value) -> Value {
    document(operation(&json!({}), schema), json!({}))
}

/// Returns the schema of an object with one property.
fn with_property(schema: Value) -> Value {
    json!({ "type": "object", "properties": { "size": schema } })
}

fn changes(entries: &[Entry]) -> Vec<(String, String, bool)> {
    let versions = entries.iter().flat_map(|entry| &entry.versions);
    let changes = versions.flat_map(|version| &version.changes);
    changes.map(|it| (it.code.clone(), it.what.clone(), it.is_compatible)).collect()
}

#[track_caller]
fn assert_changes(old: &Value, new: &Value, expected: &[Expected]) {
    let found = changes(&of_trees(old, new));
    let found: Vec<_> =
        found.iter().map(|(code, what, is)| (&**code, &**what, *is)).collect();
    assert_eq!(found, expected);
    assert_eq!(changes(&of_trees(old, old)), [], "a document differs from itself");
}

/// Asserts that there is a single change, and returns its description.
#[track_caller]
fn assert_change(old: &Value, new: &Value, code: &str, is_compatible: bool) -> String {
    let mut found = changes(&of_trees(old, new));
    let said: Vec<_> = found.iter().map(|(code, _, is)| (&**code, *is)).collect();
    assert_eq!(said, [(code, is_compatible)], "{found:?}");
    found.remove(0).1
}
