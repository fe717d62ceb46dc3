//! Changes of responses.

use serde_json::{Value, json};

use super::{
    Expected, assert_change, assert_changes, document, operation, responding,
    with_property,
};

#[track_caller]
fn assert_property(old: Value, new: Value, expected: &[Expected]) {
    let documents = [old, new].map(|it| responding(&with_property(it)));
    assert_changes(&documents[0], &documents[1], expected);
}

#[test]
fn a_property_is_added_removed_or_required() {
    let schema = |properties: Value, required: Value| {
        responding(&json!({ "properties": properties, "required": required }))
    };
    let empty = schema(json!({}), json!([]));
    let plain = || json!({ "size": { "type": "string" } });
    let optional = schema(plain(), json!([]));
    let required = schema(plain(), json!(["size"]));
    for (old, new, code, is_compatible) in [
        (&empty, &optional, "response-optional-property-added", true),
        (&empty, &required, "response-required-property-added", true),
        (&optional, &empty, "response-optional-property-removed", false),
        (&required, &empty, "response-required-property-removed", false),
        (&optional, &required, "response-property-became-required", true),
        (&required, &optional, "response-property-became-optional", false),
    ] {
        let words = assert_change(old, new, code, is_compatible);
        assert!(words.ends_with("`size` of the response 200"), "{words}");
    }
}

#[test]
fn a_property_becomes_read_only() {
    let schema = |is: bool| {
        responding(&json!({
            "properties": { "size": { "type": "string", "readOnly": is } },
            "required": ["size"],
        }))
    };
    let words = "made `size` of the response 200 read-only";
    let code = "response-required-property-became-read-only";
    assert_changes(&schema(false), &schema(true), &[(code, words, true)]);
    let entries = super::of_trees(&schema(false), &schema(true));
    let json = super::super::json::value(&entries);
    let change = &json[0]["versions"][0]["changes"][0];
    assert_eq!(change["hideFromChangelog"], true);
}

#[test]
fn a_property_is_found_in_lists_maps_and_lists_of_lists() {
    let schema = |roles: Value| {
        let item = json!({ "type": "object", "properties": { "roles": roles } });
        json!({
            "type": "object",
            "properties": { "results": { "type": "array", "items": item } },
        })
    };
    let listed = |values: Value| {
        let items = json!({ "type": "string", "enum": values });
        schema(json!({ "type": "array", "items": items }))
    };
    let mapped = |ty: &str| {
        schema(json!({ "type": "object", "additionalProperties": { "type": ty } }))
    };
    assert_changes(
        &responding(&listed(json!(["A"]))),
        &responding(&listed(json!(["A", "B"]))),
        &[(
            "response-property-enum-value-added",
            "added the value `B` to `results/items/roles/items` of the response 200",
            true,
        )],
    );
    assert_changes(
        &responding(&mapped("string")),
        &responding(&mapped("boolean")),
        &[(
            "response-property-type-changed",
            "changed the type from `string` to `boolean` of \
         `results/items/roles/additionalProperties` of the response 200",
            false,
        )],
    );
}

fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// Returns a discriminator with the names of schemas in upper case as values.
fn discriminator(names: &[&str]) -> Value {
    let mapping = names.iter().map(|name| (name.to_uppercase(), reference(name)));
    let mapping: std::collections::BTreeMap<_, _> = mapping.collect();
    json!({ "propertyName": "kind", "mapping": mapping })
}

#[test]
fn branches_of_unions_change() {
    let branch = |name: &str, ty: &str| json!({ "type": "object", "properties": { name: { "type": ty } } });
    let whole = |names: &[&str], ty: &str| {
        let all = names.iter().map(|name| json!({ "$ref": reference(name) }));
        let all: Vec<Value> = all.collect();
        let union = json!({ "oneOf": all, "discriminator": discriminator(names) });
        let schemas = json!({ "Pear": branch("stem", ty), "Plum": branch("stone", ty) });
        let used = operation(&json!({}), &with_property(union));
        document(used, json!({ "schemas": schemas }))
    };
    let one = whole(&["Pear"], "string");
    let two = whole(&["Pear", "Plum"], "string");
    assert_changes(
        &one,
        &two,
        &[
            (
                "response-property-one-of-added",
                "added the branch `Plum` to `size` of the response 200",
                true,
            ),
            (
                "response-property-discriminator-mapping-added",
                "added the discriminator value `PLUM` to `size` of the response 200",
                true,
            ),
        ],
    );
    assert_changes(
        &two,
        &one,
        &[
            (
                "response-property-one-of-removed",
                "removed the branch `Plum` from `size` of the response 200",
                true,
            ),
            (
                "response-property-discriminator-mapping-deleted",
                "removed the discriminator value `PLUM` from `size` of the response 200",
                true,
            ),
        ],
    );
    assert_changes(
        &one,
        &whole(&["Pear"], "boolean"),
        &[(
            "response-property-type-changed",
            "changed the type from `string` to `boolean` of `size/oneOf[Pear]/stem` of the \
         response 200",
            false,
        )],
    );
}

#[test]
fn any_of_has_codes_of_its_own() {
    let choice = |types: &[&str]| {
        let all: Vec<Value> = types.iter().map(|ty| json!({ "type": ty })).collect();
        json!({ "anyOf": all })
    };
    let (one, two) = (choice(&["string"]), choice(&["string", "integer"]));
    let words = "added the branch `integer` to `size` of the response 200";
    let code = "response-property-any-of-added";
    assert_property(one.clone(), two.clone(), &[(code, words, true)]);
    let words = "removed the branch `integer` from `size` of the response 200";
    let code = "response-property-any-of-removed";
    assert_property(two, one, &[(code, words, true)]);
}

#[test]
fn the_mapping_of_a_discriminator_is_a_union() {
    let whole = |names: &[&str], ty: &str| {
        let base = json!({ "type": "object", "discriminator": discriminator(names) });
        let branch = json!({ "allOf": [
            { "$ref": "#/components/schemas/Fruit" },
            { "type": "object", "properties": { "stem": { "type": ty } } },
        ] });
        let schemas = json!({ "Fruit": base, "Pear": branch, "Plum": branch });
        let used = json!({ "$ref": "#/components/schemas/Fruit" });
        document(operation(&json!({}), &used), json!({ "schemas": schemas }))
    };
    let one = whole(&["Pear"], "string");
    let words = "added the discriminator value `PLUM` to the response 200";
    let code = "response-body-discriminator-mapping-added";
    assert_changes(&one, &whole(&["Pear", "Plum"], "string"), &[(code, words, true)]);
    let words = "changed the type from `string` to `boolean` of `mapping[Pear]/stem` of the \
                 response 200";
    let code = "response-property-type-changed";
    assert_changes(&one, &whole(&["Pear"], "boolean"), &[(code, words, false)]);
}

#[test]
fn branches_without_a_name_may_stand_in_any_order() {
    let branch = |name: &str| json!({ "type": "object", "properties": { name: {} } });
    let choice = |names: &[&str]| {
        let all: Vec<Value> = names.iter().map(|name| branch(name)).collect();
        json!({ "oneOf": all })
    };
    assert_property(choice(&["a", "b"]), choice(&["b", "a"]), &[]);
    let words = "added the branch `object` to `size` of the response 200";
    let code = "response-property-one-of-added";
    assert_property(
        choice(&["a", "b"]),
        choice(&["c", "a", "b"]),
        &[(code, words, true)],
    );
}

#[test]
fn a_discriminator_comes_and_goes() {
    let with = json!({ "type": "object", "discriminator": { "propertyName": "kind" } });
    let other = json!({ "type": "object", "discriminator": { "propertyName": "sort" } });
    let without = json!({ "type": "object" });
    let words = "added the discriminator `kind` to `size` of the response 200";
    let code = "response-property-discriminator-added";
    assert_property(without.clone(), with.clone(), &[(code, words, true)]);
    let words = "removed the discriminator `kind` from `size` of the response 200";
    let code = "response-property-discriminator-removed";
    assert_property(with.clone(), without, &[(code, words, true)]);
    let words =
        "changed the discriminator from `kind` to `sort` of `size` of the response 200";
    let code = "response-property-discriminator-property-name-changed";
    assert_property(with, other, &[(code, words, false)]);
}

#[test]
fn a_choice_of_lists_of_values_is_one_list() {
    let choice = |lists: &[&[&str]]| {
        let all: Vec<Value> = lists
            .iter()
            .map(|values| json!({ "type": "string", "enum": values }))
            .collect();
        json!({ "oneOf": all })
    };
    let words = "added the value `D` to `size` of the response 200";
    assert_property(
        choice(&[&["A", "B"], &["C"]]),
        choice(&[&["C", "D"], &["B", "A"]]),
        &[("response-property-enum-value-added", words, true)],
    );
}

#[test]
fn statuses_media_types_and_headers_change() {
    let media = "application/vnd.atlas.2024-08-05+json";
    let with = |more: Value| {
        let mut whole = operation(&json!({}), &json!({}));
        whole["responses"]["200"]["content"] = json!({ media: {} });
        for (key, value) in more.as_object().into_iter().flatten() {
            whole["responses"][key] = value.clone();
        }
        document(whole, json!({}))
    };
    let plain = with(json!({}));
    let accepted = with(json!({ "202": { "description": "" } }));
    let conflict = with(json!({ "409": { "description": "" } }));
    let csv = with(json!({ "200": { "content": {
        media: {}, "application/vnd.atlas.2024-08-05+csv": {},
    } } }));
    let named = |name: &str, required: bool| {
        with(json!({ "200": {
            "content": { media: {} },
            "headers": { name: { "required": required } },
        } }))
    };
    let header = |required: bool| named("X", required);
    for (old, new, code, is_compatible) in [
        (&plain, &accepted, "response-success-status-added", true),
        (&accepted, &plain, "response-success-status-removed", false),
        (&plain, &conflict, "response-non-success-status-added", true),
        (&conflict, &plain, "response-non-success-status-removed", true),
        (&plain, &csv, "response-media-type-added", true),
        (&csv, &plain, "response-media-type-removed", false),
        (&plain, &header(false), "response-header-added", true),
        (&header(false), &plain, "optional-response-header-removed", false),
        (&header(true), &plain, "required-response-header-removed", false),
        (&header(false), &header(true), "response-header-became-required", true),
        (&header(true), &header(false), "response-header-became-optional", false),
    ] {
        assert_change(old, new, code, is_compatible);
    }
    // Header names ignore case.
    assert_changes(&named("X-Size", true), &named("x-size", true), &[]);
    assert_changes(
        &named("X-Size", false),
        &named("x-size", true),
        &[(
            "response-header-became-required",
            "made required the header `x-size` of the response 200",
            true,
        )],
    );
}
