//! Shared schemas: reported once in the text, and for each operation in JSON; circles; `allOf`.

use serde_json::{Value, json};

use super::super::json::value;
use super::{assert_changes, changes, of_trees, text};

/// Returns a document with two operations that send and receive the schema `Pear`.
fn document(schemas: Value) -> Value {
    let media = "application/vnd.atlas.2024-08-05+json";
    let body = json!({ "content": { media: { "schema": { "$ref": "#/components/schemas/Pear" } } } });
    let operation = |id: &str| json!({ "operationId": id, "requestBody": body, "responses": { "200": body } });
    json!({
        "paths": { "/pears": { "post": operation("addPear"), "put": operation("setPear") } },
        "components": { "schemas": schemas },
    })
}

fn receiving(schemas: Value) -> Value {
    let mut whole = document(schemas);
    for method in ["post", "put"] {
        if let Some(operation) = whole["paths"]["/pears"][method].as_object_mut() {
            operation.remove("requestBody");
        }
    }
    whole
}

#[test]
fn a_shared_schema_is_told_once_with_the_operations_that_it_touches() {
    let old = document(json!({ "Pear": {
        "type": "object", "properties": { "stem": { "$ref": "#/components/schemas/Stem" } },
    }, "Stem": { "type": "object" } }));
    let mut new = old.clone();
    new["components"]["schemas"]["Stem"]["properties"] = json!({ "size": {} });
    let entries = of_trees(&old, &new);
    let report = text::report(&entries);
    let expected = "\
## schema Stem

- added the optional property `size` (new-optional-request-property)
- added the optional property `size` (response-optional-property-added)
  in 2 operations: addPear 2024-08-05; setPear 2024-08-05
";
    assert!(report.ends_with(expected), "{report}");
    let json = value(&entries);
    for operation in 0..2 {
        let changes = &json[operation]["versions"][0]["changes"];
        let words = "added the optional property `stem/size` of the request body";
        assert_eq!(changes[0]["change"], words);
        assert_eq!(changes[1]["changeCode"], "response-optional-property-added");
    }
}

#[test]
fn schemas_may_go_in_circles() {
    let pear = |ty: &str| {
        json!({ "Pear": { "type": "object", "properties": {
            "size": { "type": ty },
            "next": { "$ref": "#/components/schemas/Pear" },
            "all": { "type": "array", "items": { "$ref": "#/components/schemas/Pear" } },
        } } })
    };
    let found = of_trees(&receiving(pear("string")), &receiving(pear("integer")));
    assert_eq!(changes(&found[..1]).len(), 1);
}

#[test]
fn what_all_of_merges_is_compared_as_one_and_told_of_the_schema_that_declares_it() {
    let schemas = |base: Value, pear: Value| {
        receiving(json!({ "Base": base, "Pear": { "allOf": [
            { "$ref": "#/components/schemas/Base" }, pear,
        ] } }))
    };
    let size = || json!({ "properties": { "size": { "type": "string" } } });
    let split = schemas(size(), json!({}));
    let moved = schemas(json!({}), size());
    assert_changes(&split, &moved, &[]);
    let report = text::report(&of_trees(&schemas(json!({}), json!({})), &split));
    assert!(report.contains("## schema Base\n\n- added the optional property `size`"));
    assert!(!report.contains("schema Pear"), "{report}");
}

#[test]
fn branches_made_of_their_own_union_are_looked_into_once() {
    let schemas = |ty: &str| {
        json!({
            "Pear": {
                "type": "object",
                "discriminator": { "propertyName": "kind", "mapping": {
                    "A": "#/components/schemas/A", "B": "#/components/schemas/B",
                } },
                "oneOf": [{ "$ref": "#/components/schemas/A" }, { "$ref": "#/components/schemas/B" }],
            },
            "A": { "allOf": [{ "$ref": "#/components/schemas/Pear" },
                { "type": "object", "properties": { "size": { "type": ty } } }] },
            "B": { "allOf": [{ "$ref": "#/components/schemas/Pear" }, { "type": "object" }] },
        })
    };
    let found = of_trees(&receiving(schemas("string")), &receiving(schemas("integer")));
    let found = changes(&found[..1]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("`oneOf[A]/size`"), "{found:?}");
}

#[test]
fn a_renamed_schema_is_no_change() {
    let old = receiving(json!({ "Pear": {
        "properties": { "stem": { "$ref": "#/components/schemas/Stem" } },
    }, "Stem": { "type": "object" } }));
    let text = old.to_string().replace("Stem", "Stalk");
    let new: Value = serde_json::from_str(&text).expect("a document");
    assert_changes(&old, &new, &[]);
}

#[test]
fn a_reference_to_nothing_ends_nothing() {
    let old = receiving(json!({ "Pear": { "$ref": "#/components/schemas/None" } }));
    let new = receiving(json!({ "Pear": { "$ref": "#/components/schemas/Pear" } }));
    assert_eq!(changes(&of_trees(&old, &new)), []);
}

#[test]
fn no_prose_of_the_documents_is_told() {
    let prose = "Words of the document";
    let mut old = receiving(json!({ "Pear": { "properties": {
        "size": { "type": "string", "description": prose, "title": prose, "enum": ["A"] },
    }, "description": prose } }));
    old["paths"]["/pears"]["post"]["summary"] = prose.into();
    let mut new = old.clone();
    new["components"]["schemas"]["Pear"]["properties"]["stem"] =
        json!({ "type": "string", "description": prose, "example": prose });
    let report = text::report(&of_trees(&old, &new));
    assert!(report.contains("stem") && !report.contains("Words"), "{report}");
}
