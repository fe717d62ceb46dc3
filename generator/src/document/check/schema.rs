//! Advice for schemas that are written in another dialect of JSON Schema.

use serde_json::Value;

use crate::grammar::Kind;

/// Returns the OpenAPI 3.0 equivalent of a keyword's value that another dialect would allow.
pub(super) fn dialect_help(
    kind: Kind,
    key: &str,
    value: &Value,
) -> Option<&'static str> {
    if kind != Kind::Schema {
        return None;
    }
    match (key, value) {
        ("type", Value::Array(_)) => {
            Some("OpenAPI 3.0 has one type per schema; write `nullable: true` for null")
        }
        ("type", Value::String(word)) if word == "null" => {
            Some("OpenAPI 3.0 has no null type; write `nullable: true`")
        }
        ("exclusiveMinimum" | "exclusiveMaximum", Value::Number(_)) => {
            Some("in OpenAPI 3.0 it is a boolean beside `minimum` or `maximum`")
        }
        ("required", Value::Bool(_)) => {
            Some("list the property in `required` of the object that holds it")
        }
        ("items", Value::Array(_)) => Some("OpenAPI 3.0 has one schema for all items"),
        _ => None,
    }
}
