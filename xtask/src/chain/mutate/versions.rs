//! Later versions of operations.

use atlas_admin_generator::version::{Date, MediaType, Version};
use serde_json::{Map, Value, json};

use super::walk::{each_object, each_operation};

const LATER: &str = "2031-05-01";

const PREFIX: &str = "#/components/schemas/";

/// Adds a version to every operation: a copy of the newest one.
pub(super) fn add_version(document: &mut Value) {
    each_operation(document, |operation| add_to(operation, &mut |_| {}));
}

/// Adds a version to every GET, with a schema of its own.
pub(super) fn add_version_of_reads(document: &mut Value) {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let schemas = schemas.cloned().unwrap_or_default();
    let mut added = Map::new();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for item in paths.into_iter().flat_map(|paths| paths.values_mut()) {
        let Some(read) = item.get_mut("get") else { continue };
        add_to(read, &mut |content| {
            content.get_mut("schema").into_iter().for_each(|schema| {
                own(schema, &schemas, &mut added);
            });
        });
    }
    if let Some(schemas) = document.pointer_mut("/components/schemas") {
        schemas.as_object_mut().into_iter().for_each(|it| it.append(&mut added));
    }
}

/// Replaces a schema by a copy with another name and one more property.
fn own(
    schema: &mut Value,
    schemas: &Map<String, Value>,
    added: &mut Map<String, Value>,
) {
    let name = schema["$ref"].as_str().and_then(|it| it.strip_prefix(PREFIX));
    let Some((name, named)) = name.and_then(|it| schemas.get_key_value(it)) else {
        return add_property(schema);
    };
    let mut copy = named.clone();
    add_property(&mut copy);
    let name = format!("Later{name}");
    *schema = json!({ "$ref": format!("{PREFIX}{name}") });
    added.insert(name, copy);
}

fn add_property(schema: &mut Value) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    properties.into_iter().for_each(|it| {
        it.insert("brandNew".to_owned(), json!({ "type": "boolean" }));
    });
}

/// Adds a version to an operation; `change` gets each content that is copied for it.
fn add_to(operation: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    let mut versions = Vec::new();
    each_object(operation, &mut |object| {
        versions.extend(object.keys().filter_map(|name| dated(name)));
    });
    let Some(newest) = versions.into_iter().max() else { return };
    each_object(operation, &mut |object| {
        let names = object.keys().filter(|name| dated(name) == Some(newest));
        for name in names.cloned().collect::<Vec<_>>() {
            let mut copy = object[&name].clone();
            change(&mut copy);
            object.insert(name.replace(&newest.to_string(), LATER), copy);
        }
    });
}

/// Returns the date of a media type whose version is a plain date.
fn dated(media_type: &str) -> Option<Date> {
    match media_type.parse::<MediaType>().ok()?.version {
        Version::Stable(date) => Some(date),
        Version::Upcoming(_) | Version::Preview => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: &str = "/paths/~1a/get/responses/200/content";

    fn document() -> Value {
        let pear = json!({ "schema": { "$ref": "#/components/schemas/Pear" } });
        let responses = json!({ "200": { "content": {
            "application/vnd.atlas.2024-01-01+json": pear,
            "application/vnd.atlas.2024-08-05+json": pear,
        } } });
        json!({
            "paths": { "/a": {
                "get": { "responses": responses }, "patch": { "responses": responses },
            } },
            "components": { "schemas": { "Pear": {
                "type": "object", "properties": { "unit": { "type": "string" } },
            } } },
        })
    }

    #[test]
    fn a_version_is_added_beside_the_newest() {
        let mut changed = document();
        add_version(&mut changed);
        let content = changed.pointer(CONTENT).and_then(Value::as_object);
        let content = content.expect("content");
        assert_eq!(content.len(), 3);
        assert!(content.contains_key("application/vnd.atlas.2031-05-01+json"));
    }

    #[test]
    fn a_version_of_what_reads_has_a_schema_of_its_own() {
        let mut changed = document();
        add_version_of_reads(&mut changed);
        let content = changed.pointer(CONTENT).expect("content");
        let later = &content["application/vnd.atlas.2031-05-01+json"]["schema"]["$ref"];
        assert_eq!(later, "#/components/schemas/LaterPear");
        let schemas = &changed["components"]["schemas"];
        assert!(schemas["LaterPear"]["properties"].get("brandNew").is_some());
        assert!(schemas["Pear"]["properties"].get("brandNew").is_none());
        let before = document();
        assert_eq!(changed["paths"]["/a"]["patch"], before["paths"]["/a"]["patch"]);
    }
}
