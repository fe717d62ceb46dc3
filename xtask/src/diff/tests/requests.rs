//! Changes of parameters and request bodies.

use serde_json::{Value, json};

use super::{
    Expected, assert_change, assert_changes, document, operation, requesting,
    with_property,
};

#[track_caller]
fn assert_property(old: Value, new: Value, expected: &[Expected]) {
    let documents = [old, new].map(|it| requesting(&with_property(it)));
    assert_changes(&documents[0], &documents[1], expected);
}

#[test]
fn a_property_is_added_removed_or_required() {
    let schema = |properties: Value, required: Value| {
        requesting(&json!({ "properties": properties, "required": required }))
    };
    let none = || json!([]);
    let empty = schema(json!({}), none());
    let plain = || json!({ "size": { "type": "string" } });
    let optional = schema(plain(), none());
    let required = schema(plain(), json!(["size"]));
    let default = || json!({ "size": { "type": "string", "default": "S" } });
    let preset = schema(default(), none());
    let required_preset = schema(default(), json!(["size"]));
    let cases = [
        (
            &empty,
            &optional,
            "new-optional-request-property",
            "added the optional property",
            true,
        ),
        (
            &empty,
            &required,
            "new-required-request-property",
            "added the required property",
            false,
        ),
        (
            &empty,
            &required_preset,
            "new-required-request-property-with-default",
            "added the required property",
            true,
        ),
        (
            &optional,
            &empty,
            "request-property-removed",
            "removed the optional property",
            false,
        ),
        (
            &required,
            &empty,
            "request-property-removed",
            "removed the required property",
            false,
        ),
        (
            &optional,
            &required,
            "request-property-became-required",
            "made required",
            false,
        ),
        (
            &required,
            &optional,
            "request-property-became-optional",
            "made optional",
            true,
        ),
        (
            &preset,
            &required_preset,
            "request-property-became-required-with-default",
            "made required",
            true,
        ),
    ];
    for (old, new, code, words, is_compatible) in cases {
        let words = format!("{words} `size` of the request body");
        assert_eq!(assert_change(old, new, code, is_compatible), words);
    }
}

#[test]
fn a_property_that_only_the_service_sets_is_none_of_a_request() {
    let read_only = || json!({ "type": "string", "readOnly": true });
    let plain = || json!({ "type": "string" });
    let empty = requesting(&json!({ "type": "object" }));
    let hidden = requesting(&with_property(read_only()));
    assert_changes(&empty, &hidden, &[]);
    assert_changes(&hidden, &empty, &[]);
    assert_property(
        plain(),
        read_only(),
        &[(
            "request-optional-property-became-read-only",
            "made `size` of the request body read-only",
            false,
        )],
    );
    assert_property(
        read_only(),
        plain(),
        &[(
            "request-optional-property-became-not-read-only",
            "no longer keeps `size` of the request body read-only",
            true,
        )],
    );
    assert_property(
        plain(),
        json!({ "type": "string", "writeOnly": true }),
        &[(
            "request-optional-property-became-write-only",
            "made `size` of the request body write-only",
            true,
        )],
    );
}

#[test]
fn values_are_words_of_the_change() {
    assert_property(
        json!({ "enum": ["A"] }),
        json!({ "enum": ["B"] }),
        &[
            (
                "request-property-enum-value-added",
                "added the value `B` to `size` of the request body",
                true,
            ),
            (
                "request-property-enum-value-removed",
                "removed the value `A` from `size` of the request body",
                false,
            ),
        ],
    );
}

#[test]
fn a_password_is_a_string() {
    let password = json!({ "type": "string", "format": "password" });
    assert_property(json!({ "type": "string" }), password, &[]);
}

#[test]
fn a_body_is_added_removed_or_required() {
    let with_body = |body: Option<Value>| {
        let mut whole = operation(&json!({}), &json!({}));
        match body {
            Some(required) => whole["requestBody"]["required"] = required,
            None => drop(whole.as_object_mut().and_then(|it| it.remove("requestBody"))),
        }
        document(whole, json!({}))
    };
    let none = with_body(None);
    let optional = with_body(Some(json!(false)));
    let required = with_body(Some(json!(true)));
    for (old, new, code, is_compatible) in [
        (&none, &optional, "request-body-added-optional", true),
        (&none, &required, "request-body-added-required", false),
        (&optional, &none, "request-body-removed", false),
        (&optional, &required, "request-body-became-required", false),
        (&required, &optional, "request-body-became-optional", true),
    ] {
        assert_change(old, new, code, is_compatible);
    }
}

#[test]
fn a_body_itself_changes() {
    let [old, new] = ["string", "boolean"].map(|ty| requesting(&json!({ "type": ty })));
    assert_changes(
        &old,
        &new,
        &[(
            "request-body-type-changed",
            "changed the type from `string` to `boolean` of the request body",
            false,
        )],
    );
}

#[test]
fn parameters_change() {
    let with = |parameters: Value| {
        let mut whole = operation(&json!({}), &json!({}));
        whole["parameters"] = parameters;
        document(whole, json!({}))
    };
    let query = |more: Value| {
        let mut parameter =
            json!({ "in": "query", "name": "q", "schema": { "type": "string" } });
        for (key, value) in more.as_object().into_iter().flatten() {
            parameter[key] = value.clone();
        }
        with(json!([parameter]))
    };
    let none = with(json!([]));
    let plain = query(json!({}));
    let required = query(json!({ "required": true }));
    let preset =
        json!({ "required": true, "schema": { "type": "string", "default": "S" } });
    let listed = |values: Value| query(json!({ "schema": { "enum": values } }));
    for (old, new, code, is_compatible) in [
        (&none, &plain, "new-optional-request-parameter", true),
        (&none, &required, "new-required-request-parameter", false),
        (&none, &query(preset), "new-required-request-parameter-with-default", true),
        (&plain, &none, "request-parameter-removed", false),
        (&plain, &required, "request-parameter-became-required", false),
        (&required, &plain, "request-parameter-became-optional", true),
        (
            &plain,
            &query(json!({ "deprecated": true })),
            "request-parameter-deprecated",
            true,
        ),
        (
            &query(json!({ "deprecated": true })),
            &plain,
            "request-parameter-reactivated",
            true,
        ),
        (
            &plain,
            &query(json!({ "schema": { "type": "integer" } })),
            "request-parameter-type-changed",
            false,
        ),
        (
            &listed(json!(["A"])),
            &listed(json!(["A", "B"])),
            "request-parameter-enum-value-added",
            true,
        ),
        (
            &listed(json!(["A", "B"])),
            &listed(json!(["A"])),
            "request-parameter-enum-value-removed",
            false,
        ),
        (
            &query(json!({ "schema": { "minLength": 2 } })),
            &query(json!({ "schema": { "minLength": 1 } })),
            "request-parameter-min-length-decreased",
            true,
        ),
    ] {
        assert_change(old, new, code, is_compatible);
    }
}

#[test]
fn a_header_has_one_name_in_any_case_and_a_place_in_the_path_no_name_at_all() {
    let with = |path: &str, parameters: Value| {
        let mut whole = operation(&json!({}), &json!({}));
        whole["parameters"] = parameters;
        json!({ "paths": { path: { "post": whole } } })
    };
    let parameters = |header: &str, path: &str| {
        json!([
            { "in": "header", "name": header, "schema": { "type": "string" } },
            { "in": "path", "name": path, "required": true, "schema": { "type": "string" } },
        ])
    };
    let old = with("/pears/{id}", parameters("X-Size", "id"));
    let new = with("/pears/{pearId}", parameters("x-size", "pearId"));
    assert_changes(&old, &new, &[]);
}
