//! Changes of a value, in both orders, in requests and in responses.

use serde_json::{Value, json};

use super::{assert_change, requesting, responding, with_property};

/// The end of a code, and whether the change is compatible.
type End = (&'static str, bool);

#[track_caller]
fn assert_value(old: Value, new: Value, request: [End; 2], response: [End; 2]) {
    let [old, new] = [old, new].map(with_property);
    let (before, after) = (requesting(&old), requesting(&new));
    for (from, to, (end, is_compatible)) in
        [(&before, &after, request[0]), (&after, &before, request[1])]
    {
        assert_change(from, to, &format!("request-property-{end}"), is_compatible);
    }
    let (before, after) = (responding(&old), responding(&new));
    for (from, to, (end, is_compatible)) in
        [(&before, &after, response[0]), (&after, &before, response[1])]
    {
        assert_change(from, to, &format!("response-property-{end}"), is_compatible);
    }
}

/// Returns the schema of a string, with one more keyword.
fn string(keyword: &str, value: Value) -> Value {
    json!({ "type": "string", keyword: value })
}

#[test]
fn the_type_changes() {
    let of = |ty: &str| json!({ "type": ty });
    let changed = ("type-changed", false);
    assert_value(of("string"), of("integer"), [changed; 2], [changed; 2]);
    let widened = [("type-generalized", true), changed];
    let narrowed = [changed, ("type-specialized", true)];
    assert_value(of("integer"), of("number"), widened, narrowed);
    assert_value(
        of("string"),
        string("nullable", json!(true)),
        [("became-nullable", true), ("became-not-nullable", false)],
        [("became-nullable", false), ("became-not-nullable", true)],
    );
}

#[test]
fn the_values_change() {
    let of = |values: &[&str]| json!({ "enum": values });
    assert_value(
        of(&["A"]),
        of(&["A", "B"]),
        [("enum-value-added", true), ("enum-value-removed", false)],
        [("enum-value-added", true), ("enum-value-removed", true)],
    );
    assert_value(
        of(&["A"]),
        json!({}),
        [("became-not-enum", true), ("became-enum", false)],
        [("became-not-enum", true), ("became-enum", true)],
    );
}

#[test]
fn the_default_and_the_pattern_change() {
    let plain = || json!({ "type": "string" });
    let set = [("default-value-added", true), ("default-value-removed", true)];
    assert_value(plain(), string("default", json!("S")), set, set);
    assert_value(
        json!({ "default": 1 }),
        json!({ "default": 2 }),
        [("default-value-changed", false); 2],
        [("default-value-changed", true); 2],
    );
    assert_value(
        plain(),
        string("pattern", json!("^S")),
        [("pattern-added", false), ("pattern-removed", true)],
        [("pattern-added", true), ("pattern-removed", true)],
    );
    assert_value(
        json!({ "pattern": "^S" }),
        json!({ "pattern": "^T" }),
        [("pattern-changed", false); 2],
        [("pattern-changed", true); 2],
    );
}

#[test]
fn the_bounds_change() {
    assert_value(
        json!({ "minLength": 2 }),
        json!({ "minLength": 1 }),
        [("min-length-decreased", true), ("min-length-increased", false)],
        [("min-length-decreased", false), ("min-length-increased", true)],
    );
    assert_value(
        json!({ "maximum": 2 }),
        json!({ "maximum": 3 }),
        [("max-increased", true), ("max-decreased", false)],
        [("max-increased", false), ("max-decreased", true)],
    );
    assert_value(
        json!({ "type": "string" }),
        string("maxLength", json!(3)),
        [("max-length-set", false), ("max-length-unset", true)],
        [("max-length-set", true), ("max-length-unset", false)],
    );
    assert_value(
        json!({ "type": "object" }),
        json!({ "type": "object", "additionalProperties": false }),
        [
            ("additional-properties-removed", false),
            ("additional-properties-added", true),
        ],
        [("additional-properties-removed", true), ("additional-properties-added", true)],
    );
}
