//! Possible future documents: changes of a document that keep everything that a program uses.

use serde_json::{Value, json};

mod names;
mod versions;
mod walk;

use walk::{each_operation, each_schema};

/// A change of a document.
pub(super) struct Mutation {
    /// The name for `--mutate`.
    pub group: &'static str,
    pub name: &'static str,
    pub apply: fn(&mut Value),
}

const fn mutation(
    group: &'static str,
    name: &'static str,
    apply: fn(&mut Value),
) -> Mutation {
    Mutation { group, name, apply }
}

pub(super) const MUTATIONS: [Mutation; 14] = [
    mutation("ids", "ids", rename_operations),
    mutation("tag", "tag", rename_tag),
    mutation("required", "required-none", require_nothing),
    mutation("required", "required-all", require_everything),
    mutation("enums", "enums-removed", remove_enums),
    mutation("enums", "enums-one-dropped", drop_values),
    mutation("grown", "grown", grow),
    mutation("schemas", "schemas", names::rename_schemas),
    mutation("inline", "inline-named", names::name_inline_schemas),
    mutation("inline", "named-inlined", names::inline_schemas),
    mutation("versions", "versions", versions::add_version),
    mutation("versions", "versions-of-reads", versions::add_version_of_reads),
    mutation("waits", "waits", remove_waits),
    mutation("parameters", "parameters", add_parameter),
];

fn rename_operations(document: &mut Value) {
    each_operation(document, |operation| {
        for key in ["operationId", "x-xgen-operation-id-override"] {
            if let Some(Value::String(id)) = operation.get_mut(key) {
                *id = format!("{id}Renewed");
            }
        }
    });
}

/// Renames the tag with the most operations.
fn rename_tag(document: &mut Value) {
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    each_operation(document, |operation| {
        let tag = operation["tags"][0].as_str();
        tag.into_iter().for_each(|tag| *counts.entry(tag.to_owned()).or_default() += 1);
    });
    let Some((most, _)) = counts.into_iter().max_by_key(|(_, count)| *count) else {
        return;
    };
    let renamed = |value: &mut Value| {
        if value == &json!(most) {
            *value = format!("Renewed {most}").into();
        }
    };
    each_operation(document, |operation| {
        let tags = operation.get_mut("tags").and_then(Value::as_array_mut);
        tags.into_iter().flatten().for_each(renamed);
    });
    let tags = document.get_mut("tags").and_then(Value::as_array_mut);
    tags.into_iter().flatten().for_each(|tag| renamed(&mut tag["name"]));
}

fn require_nothing(document: &mut Value) {
    each_schema(document, |schema| {
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("required");
        }
        flip_nullable(schema);
    });
}

fn require_everything(document: &mut Value) {
    each_schema(document, |schema| {
        if let Some(properties) = schema["properties"].as_object() {
            let names: Vec<Value> =
                properties.keys().map(|name| name.as_str().into()).collect();
            schema["required"] = names.into();
        }
        flip_nullable(schema);
    });
}

fn flip_nullable(schema: &mut Value) {
    let is_plain = schema.get("$ref").is_none() && schema.get("type").is_some();
    let is_nullable = schema["nullable"] == true;
    if let Some(schema) = schema.as_object_mut().filter(|_| is_plain) {
        schema.insert("nullable".to_owned(), (!is_nullable).into());
    }
}

fn is_enum_of_strings(schema: &Value) -> bool {
    schema["enum"].as_array().is_some_and(|values| values.iter().all(Value::is_string))
}

fn remove_enums(document: &mut Value) {
    each_schema(document, |schema| {
        if is_enum_of_strings(schema)
            && let Some(schema) = schema.as_object_mut()
        {
            schema.remove("enum");
        }
    });
}

fn drop_values(document: &mut Value) {
    each_schema(document, |schema| {
        if is_enum_of_strings(schema)
            && let Some(values) = schema["enum"].as_array_mut().filter(|it| it.len() > 1)
            && let Some(last) = values.pop()
            && schema["default"] == last
            && let Some(schema) = schema.as_object_mut()
        {
            schema.remove("default");
        }
    });
}

/// Adds a value to every enum, a property to every object, and a variant to every union that has a
/// mapping.
fn grow(document: &mut Value) {
    let mut variants = Vec::new();
    each_schema(document, |schema| {
        if is_enum_of_strings(schema)
            && let Some(values) = schema["enum"].as_array_mut()
        {
            let value =
                format!("BRAND_NEW_AFTER_{}", values[0].as_str().unwrap_or_default());
            values.push(value.into());
        }
        if let Some(properties) =
            schema.get_mut("properties").and_then(Value::as_object_mut)
        {
            properties.insert("brandNew".to_owned(), json!({ "type": "boolean" }));
        }
        let tag = schema.pointer("/discriminator/propertyName").and_then(Value::as_str);
        if let Some(tag) = tag.map(str::to_owned)
            && let Some(mapping) = schema
                .pointer_mut("/discriminator/mapping")
                .and_then(Value::as_object_mut)
        {
            let name = format!("BrandNew{}", variants.len());
            let target = format!("#/components/schemas/{name}");
            mapping.insert("BRAND_NEW".to_owned(), target.as_str().into());
            if let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut)
            {
                choices.push(json!({ "$ref": target }));
            }
            variants.push((name, tag));
        }
    });
    for (name, tag) in variants {
        document["components"]["schemas"][&name] = json!({
            "type": "object", "properties": { tag: { "type": "string" } },
        });
    }
}

fn add_parameter(document: &mut Value) {
    let parameter = json!({
        "name": "brandNew", "in": "query", "schema": { "type": "boolean", "default": false },
    });
    each_operation(document, |operation| {
        if let Some(operation) = operation.as_object_mut() {
            let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
            parameters
                .as_array_mut()
                .into_iter()
                .for_each(|it| it.push(parameter.clone()));
        }
    });
}

/// Removes the facts about waits from every operation.
fn remove_waits(document: &mut Value) {
    each_operation(document, |operation| {
        let operation = operation.as_object_mut().into_iter();
        operation.for_each(|it| it.retain(|key, _| key != "x-sdk-wait"));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({
            "tags": [{ "name": "Fruit" }],
            "paths": { "/a": { "get": {
                "operationId": "getA", "tags": ["Fruit"], "x-sdk-wait": {},
                "responses": { "200": { "content": {
                    "application/vnd.atlas.2024-01-01+json": { "schema": {
                        "$ref": "#/components/schemas/Pear"
                    } },
                    "application/vnd.atlas.2024-08-05+json": { "schema": {
                        "$ref": "#/components/schemas/Pear"
                    } },
                } } },
            } } },
            "components": { "schemas": { "Pear": {
                "type": "object", "required": ["unit"],
                "properties": {
                    "unit": { "type": "string", "enum": ["KILO", "PIECE"] },
                    "origin": { "type": "object", "properties": { "soil": { "type": "string" } } },
                },
            } } },
        })
    }

    #[test]
    fn every_mutation_changes_something() {
        for mutation in MUTATIONS {
            let mut changed = document();
            (mutation.apply)(&mut changed);
            // In this document a schema is used twice, and so is not inlined.
            let is_same = changed == document();
            assert_eq!(is_same, mutation.name == "named-inlined", "{}", mutation.name);
        }
    }

    #[test]
    fn a_property_can_be_called_enum_or_required() {
        let mut changed = json!({ "components": { "schemas": { "A": { "properties": {
            "required": { "type": "string", "enum": ["A", "B"] },
        } } } } });
        require_nothing(&mut changed);
        drop_values(&mut changed);
        let property = &changed["components"]["schemas"]["A"]["properties"]["required"];
        assert_eq!(property["enum"], json!(["A"]));
    }
}
