//! A document's examples, as exchanges.

use atlas_admin_replay::examples::read;
use atlas_admin_replay::exchange::replay;
use atlas_admin_replay::har::{Body, Recorded};
use atlas_admin_replay::route::Routes;
use serde_json::{Value as Json, json};

const MEDIA: &str = "application/vnd.atlas.2024-08-05+json";

fn document(content: &Json, schemas: &Json) -> Vec<Recorded> {
    let document = json!({
        "openapi": "3.0.1",
        "info": {"title": "Own", "version": "1"},
        "paths": {"/api/atlas/v2/groups/{groupId}/clusters": {"post": {
            "requestBody": {"content": {MEDIA: content}},
            "responses": {"204": {"description": "Done."}},
        }}},
        "components": {"schemas": schemas},
    });
    read("own.yaml", document.to_string().as_bytes()).expect("a document")
}

fn sent(exchanges: &[Recorded]) -> Vec<Json> {
    let bodies = exchanges.iter().map(|recorded| match &recorded.request.body {
        Body::Bytes(bytes) => serde_json::from_slice(bytes).expect("JSON"),
        other => panic!("{other:?}"),
    });
    bodies.collect()
}

#[test]
fn each_example_is_an_exchange() {
    let content = json!({
        "example": {"name": "a"},
        "examples": {"b": {"value": {"name": "b"}}, "c": {"externalValue": "https://c.example"}},
    });
    let exchanges = document(&content, &json!({}));
    assert_eq!(sent(&exchanges), [json!({"name": "a"}), json!({"name": "b"})]);
    let outcome = replay(&exchanges[0], &Routes::new());
    let entry = outcome.entry.expect("an operation");
    assert_eq!(entry.operation.path, "/api/atlas/v2/groups/{groupId}/clusters");
    assert!(outcome.failures.is_empty());
}

#[test]
fn an_example_of_another_type_is_kept_and_told() {
    let exchanges = document(&json!({"example": ["a"]}), &json!({}));
    let outcome = replay(&exchanges[0], &Routes::new());
    assert!(outcome.failures.is_empty());
    assert!(outcome.drift.iter().any(|found| found.kind == "mismatch"));
}

#[test]
fn examples_of_properties_make_a_body_for_each_variant() {
    let schemas = json!({
        "Base": {
            "properties": {"kind": {"type": "string"}, "name": {"example": "n"}},
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"A": "#/components/schemas/A", "B": "#/components/schemas/B"},
            },
            "oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
        },
        "A": {"allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"properties": {"size": {"type": "integer", "default": 3}, "unsaid": {"type": "string"}}},
        ]},
        "B": {"allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"properties": {
                "mode": {"type": "string", "enum": ["fast", "slow"]},
                "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Base"}},
            }},
        ]},
    });
    let content = json!({"schema": {"$ref": "#/components/schemas/Base"}});
    let bodies = sent(&document(&content, &schemas));
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[0], json!({"kind": "A", "name": "n", "size": 3}));
    assert_eq!((&bodies[1]["kind"], &bodies[1]["mode"]), (&json!("B"), &json!("fast")));
    assert!(bodies[1]["parts"].is_array(), "a schema that holds itself ends");
}

#[test]
fn what_is_no_document_is_said_to_be_none() {
    for text in ["", "{}", "- 1", "paths: 1", "{"] {
        let problem = read("own.yaml", text.as_bytes()).expect_err("a problem");
        assert!(problem.starts_with("own.yaml is no document"), "{problem}");
    }
}
