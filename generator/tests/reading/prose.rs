//! Which parts of a document count as prose.

use atlas_admin_generator::{document, prose};
use serde_json::{Value, json};

fn stripped(mut value: Value) -> Value {
    prose::strip(&mut value);
    value
}

fn stripped_schema(schema: Value) -> Value {
    let document = json!({"components": {"schemas": {"A": schema}}});
    stripped(document)["components"]["schemas"]["A"].take()
}

#[test]
fn keywords_go_and_properties_of_the_same_name_stay() {
    let schema = json!({
        "title": "A thing", "description": "It is a thing.", "example": {"a": 1}, "type": "object",
        "externalDocs": {"description": "Read more", "url": "https://example.com"},
        "required": ["description"],
        "properties": {
            "description": {"type": "string", "description": "Words."},
            "title": {"$ref": "#/components/schemas/B", "description": "Words."},
            "example": {"oneOf": [{"title": "One", "type": "string"}]},
            "examples": {"items": {"summary": 1, "example": 2}},
        },
    });
    assert_eq!(
        stripped_schema(schema),
        json!({
            "type": "object",
            "externalDocs": {"url": "https://example.com"},
            "required": ["description"],
            "properties": {
                "description": {"type": "string"},
                "title": {"$ref": "#/components/schemas/B"},
                "example": {"oneOf": [{"type": "string"}]},
                "examples": {"items": {}},
            },
        })
    );
}

#[test]
fn data_is_not_searched_for_keywords() {
    let schema = json!({
        "enum": [{"description": "a value"}, "some words here"],
        "default": {"title": "a value"},
        "discriminator": {
            "propertyName": "description",
            "mapping": {"title": "#/components/schemas/B", "description": "#/components/schemas/C"},
        },
    });
    assert_eq!(stripped_schema(schema.clone()), schema);
}

#[test]
fn names_of_components_and_paths_are_no_keywords() {
    let document = json!({
        "paths": {"/description": {"summary": "s", "get": {
            "summary": "s", "description": "d", "operationId": "title", "tags": ["Some Words"],
            "responses": {"200": {"description": "Fine.", "headers": {"title": {"description": "d"}}}},
        }}},
        "components": {
            "examples": {"description": {"value": 1}},
            "schemas": {"description": {"type": "string"}, "example": {"title": "t"}},
            "securitySchemes": {"O": {"description": "d", "type": "oauth2", "flows": {
                "clientCredentials": {"scopes": {"read": "Reads things"}, "tokenUrl": "/t"}}}},
        },
        "tags": [{"name": "Some Words", "description": "About words"}],
        "info": {"title": "Their title", "version": "2.0", "description": "d",
                 "license": {"name": "A License", "url": "https://example.com"}},
    });
    assert_eq!(
        stripped(document),
        json!({
            "paths": {"/description": {"get": {
                "operationId": "title", "tags": ["Some Words"],
                "responses": {"200": {"description": "", "headers": {"title": {}}}},
            }}},
            "components": {
                "schemas": {"description": {"type": "string"}, "example": {}},
                "securitySchemes": {"O": {"type": "oauth2", "flows": {
                    "clientCredentials": {"scopes": {"read": ""}, "tokenUrl": "/t"}}}},
            },
            "tags": [{"name": "Some Words"}],
            "info": {"title": prose::TITLE, "version": "2.0",
                     "license": {"name": "A License", "url": "https://example.com"}},
        })
    );
}

#[test]
fn extensions_keep_their_facts() {
    let schema = json!({
        "x-xgen-changelog": {"2025-05-08": "Corrects an issue.", "2024-01-01": "Adds a field."},
        "x-rolesRequirements": ["Project Owner"],
        "x-additionalPropertiesName": "Field Name",
        "x-externalLinks": [{"label": "Back", "url": "https://example.com/a"}],
        "x-topics": [{"title": "Limits", "content": "There are limits."}],
        "x-unknown": {"text": "a sentence", "number": 5, "flag": true, "word": "word", "none": null},
        "unknown": "no extension",
    });
    assert_eq!(
        stripped_schema(schema),
        json!({
            "x-xgen-changelog": ["2024-01-01", "2025-05-08"],
            "x-rolesRequirements": ["Project Owner"],
            "x-additionalPropertiesName": "Field Name",
            "x-externalLinks": [{"url": "https://example.com/a"}],
            "x-unknown": {"number": 5, "flag": true, "word": "word"},
        })
    );
}

#[test]
fn stripping_twice_is_stripping_once_and_leaves_a_readable_document() {
    let text = crate::with(
        "/a: {get: {operationId: a, description: Long words., x-xgen-changelog: {2025-01-01: Text.}, \
         responses: {200: {description: Some., content: {text/plain: {examples: {a: {summary: s}}}}}}}}",
        "",
    );
    let once = stripped(document::parse(text.as_bytes()).unwrap());
    assert_eq!(stripped(once.clone()), once);
    assert!(document::type_document(&once).is_ok());
}
