//! Visits every operation, every schema and every object of a document.

use serde_json::{Map, Value};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

pub(super) fn each_operation(document: &mut Value, mut each: impl FnMut(&mut Value)) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for item in paths.into_iter().flat_map(|paths| paths.values_mut()) {
        for method in METHODS {
            item.get_mut(method).into_iter().for_each(&mut each);
        }
    }
}

/// Visits every schema, the inner ones first.
pub(super) fn each_schema(document: &mut Value, mut each: impl FnMut(&mut Value)) {
    each_named_schema(document, &[], &mut |_, schema| each(schema));
}

/// Visits every schema with the names in its path, the inner ones first.
pub(super) fn each_named_schema(
    document: &mut Value,
    names: &[String],
    each: &mut dyn FnMut(&[String], &mut Value),
) {
    let Some(object) = document.as_object_mut() else {
        let items = document.as_array_mut().into_iter().flatten();
        items.for_each(|item| each_named_schema(item, names, each));
        return;
    };
    for (key, value) in object {
        // Examples contain values that only look like schemas.
        match key.as_str() {
            "schema" => schema(value, &with(names, ""), each),
            "schemas" => members(value, names, each),
            "example" | "examples" | "x-xgen-changelog" => {}
            _ => each_named_schema(value, &with(names, key), each),
        }
    }
}

fn schema(
    value: &mut Value,
    names: &[String],
    each: &mut dyn FnMut(&[String], &mut Value),
) {
    let Some(object) = value.as_object_mut() else { return };
    for (key, inner) in object.iter_mut() {
        match key.as_str() {
            "properties" => members(inner, names, each),
            "items" | "additionalProperties" | "not" => {
                schema(inner, &with(names, key), each)
            }
            "allOf" | "oneOf" | "anyOf" => {
                for (index, inner) in
                    inner.as_array_mut().into_iter().flatten().enumerate()
                {
                    schema(inner, &with(names, &format!("{key}{index}")), each);
                }
            }
            _ => {}
        }
    }
    each(names, value);
}

fn members(
    value: &mut Value,
    names: &[String],
    each: &mut dyn FnMut(&[String], &mut Value),
) {
    for (name, member) in value.as_object_mut().into_iter().flatten() {
        schema(member, &with(names, name), each);
    }
}

fn with(names: &[String], name: &str) -> Vec<String> {
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    names.iter().cloned().chain(name).collect()
}

/// Visits every object below a value.
pub(super) fn each_object(
    value: &mut Value,
    each: &mut dyn FnMut(&mut Map<String, Value>),
) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(|value| each_object(value, each));
            each(object);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, each)),
        _ => {}
    }
}
