//! Changes of the names of schemas, and of which schemas are named.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::walk::{each_named_schema, each_object};

const PREFIX: &str = "#/components/schemas/";

fn schemas(document: &mut Value) -> Option<&mut Map<String, Value>> {
    document.pointer_mut("/components/schemas")?.as_object_mut()
}

/// Renames every component schema, and all references to them.
pub(super) fn rename_schemas(document: &mut Value) {
    let Some(named) = schemas(document).map(std::mem::take) else { return };
    let renamed = |name: &str| format!("Renewed{name}");
    let old: BTreeSet<String> = named.keys().cloned().collect();
    let new: Map<String, Value> =
        named.into_iter().map(|(name, schema)| (renamed(&name), schema)).collect();
    schemas(document).into_iter().for_each(|it| it.clone_from(&new));
    each_object(document, &mut |object| {
        let mut rename = |target: &mut Value| {
            let Some(text) = target.as_str() else { return };
            let name = text.strip_prefix(PREFIX);
            if let Some(name) = name.filter(|name| old.contains(*name)) {
                *target = format!("{PREFIX}{}", renamed(name)).into();
            } else if old.contains(text) && name.is_none() {
                *target = renamed(text).into();
            }
        };
        if object
            .get("$ref")
            .and_then(Value::as_str)
            .is_some_and(|it| it.starts_with(PREFIX))
        {
            object.get_mut("$ref").into_iter().for_each(&mut rename);
        }
        let mapping =
            object.get_mut("discriminator").and_then(|it| it.get_mut("mapping"));
        let targets = mapping.and_then(Value::as_object_mut).into_iter();
        targets.flat_map(|it| it.values_mut()).for_each(rename);
    });
}

/// Gives every inline object and enum a name.
pub(super) fn name_inline_schemas(document: &mut Value) {
    let mut taken: BTreeSet<String> =
        schemas(document).into_iter().flat_map(|it| it.keys().cloned()).collect();
    let components = taken.clone();
    let mut added = Map::new();
    each_named_schema(document, &[], &mut |names, schema| {
        let has_name = names.len() == 2
            && names[0] == "components"
            && components.contains(&names[1])
            || names.last().is_some_and(|name| name.starts_with("allOf"));
        let is_type = schema.get("properties").is_some() || schema.get("enum").is_some();
        let name: String = names
            .iter()
            .flat_map(|name| name.chars())
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let name = format!("Named{name}");
        if is_type && !has_name && taken.insert(name.clone()) {
            let reference = json!({ "$ref": format!("{PREFIX}{name}") });
            added.insert(name, std::mem::replace(schema, reference));
        }
    });
    schemas(document).into_iter().for_each(|it| it.append(&mut added));
}

/// Inlines every named schema that is used once, unless a union lists it.
pub(super) fn inline_schemas(document: &mut Value) {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    let mut chosen = BTreeSet::new();
    each_object(document, &mut |object| {
        if let Some(name) = referred(object) {
            *uses.entry(name.to_owned()).or_default() += 1;
        }
        let lists =
            ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| object.get(*key));
        for branch in lists.filter_map(Value::as_array).flatten() {
            chosen.extend(branch.as_object().and_then(referred).map(str::to_owned));
        }
        let mapping =
            object.get("discriminator").and_then(|it| it["mapping"].as_object());
        let targets = mapping.into_iter().flatten().filter_map(|(_, it)| it.as_str());
        chosen.extend(targets.map(|it| it.trim_start_matches(PREFIX).to_owned()));
    });
    let Some(named) = schemas(document) else { return };
    let is_free = |name: &String, schema: &Value| {
        let is_union = ["oneOf", "anyOf", "discriminator"]
            .iter()
            .any(|it| schema.get(it).is_some());
        uses.get(name) == Some(&1) && !chosen.contains(name) && !is_union
    };
    let free: BTreeMap<String, Value> = named
        .iter()
        .filter(|(name, schema)| is_free(name, schema))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    named.retain(|name, _| !free.contains_key(name));
    // An inlined schema may refer to another one that has to be inlined.
    loop {
        let mut is_done = true;
        each_object(document, &mut |object| {
            if let Some(schema) = referred(object).and_then(|name| free.get(name)) {
                *object = schema.as_object().cloned().unwrap_or_default();
                is_done = false;
            }
        });
        if is_done {
            return;
        }
    }
}

fn referred(object: &Map<String, Value>) -> Option<&str> {
    object.get("$ref")?.as_str()?.strip_prefix(PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({ "components": { "schemas": {
            "Pear": { "properties": { "soil": { "$ref": "#/components/schemas/Soil" } } },
            "Soil": { "properties": { "kind": { "type": "string", "enum": ["CLAY"] } } },
        } } })
    }

    #[test]
    fn schemas_are_renamed_with_their_references() {
        let mut document = document();
        rename_schemas(&mut document);
        let pear = &document["components"]["schemas"]["RenewedPear"];
        assert_eq!(
            pear["properties"]["soil"]["$ref"],
            "#/components/schemas/RenewedSoil"
        );
    }

    #[test]
    fn schemas_are_inlined_and_named() {
        let mut document = document();
        inline_schemas(&mut document);
        let schemas = &document["components"]["schemas"];
        assert!(schemas.get("Soil").is_none());
        let soil = "/Pear/properties/soil/properties/kind/enum/0";
        assert_eq!(schemas.pointer(soil), Some(&json!("CLAY")));
        name_inline_schemas(&mut document);
        let schemas = &document["components"]["schemas"];
        let name = "#/components/schemas/NamedcomponentsPearsoil";
        assert_eq!(schemas["Pear"]["properties"]["soil"]["$ref"], name);
    }
}
