//! Older and newer documents of the same API, derived from the vendored one.

use std::collections::BTreeSet;

use atlas_admin_generator::{Output, UnmatchedAction};
use serde_json::{Map, Value, json};

use super::crates::{OPERATIONS, Workspace};
use super::order::Random;
use super::promise::keeps_lines;
use super::surface::surface;
use super::{LEDGER, OUTPUT, TREE, generated};

const PREFIX: &str = "application/vnd.atlas.";
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

#[test]
fn an_older_document_goes_through() {
    let (document, dropped) = older();
    let output = generate(&document);
    assert_eq!(output.summary.operations, OUTPUT.summary.operations - 20);
    assert_eq!(
        output.summary.operation_versions,
        OUTPUT.summary.operation_versions - dropped
    );
    assert!(output.summary.types < OUTPUT.summary.types, "no type has gone");
    keeps_lines(&LEDGER, &output.ledger);
    keeps_lines(&output.ledger, &generate(&document).ledger);
}

#[test]
fn a_newer_document_goes_through_and_moves_no_name() {
    let (document, added) = newer();
    let output = generate(&document);
    assert_eq!(output.summary.operations, OUTPUT.summary.operations + 1);
    assert_eq!(
        output.summary.operation_versions,
        OUTPUT.summary.operation_versions + added.versions + 2
    );
    keeps_lines(&OUTPUT.ledger, &output.ledger);
    let now = surface(&output.files);
    let missing = &surface(&OUTPUT.files) - &now;
    assert!(missing.is_empty(), "no longer there: {missing:#?}");
    for name in ["fn kite_festivals::v2031_05_01::fly_kite", "type types::BrandNewKite"]
    {
        assert!(now.contains(name), "{name} is not there");
    }
    // A union of the document may become several types, each with the variant.
    let variants = now.iter().filter_map(|name| {
        let (_, content) = name.split_once("BrandNew (BrandNewVariant")?;
        content.split(|letter: char| !letter.is_ascii_digit()).next()
    });
    let variants: BTreeSet<&str> = variants.collect();
    assert_eq!(variants.len(), added.unions, "{variants:?}");
}

#[test]
fn what_other_documents_become_compiles() {
    let (older, newer) = (generate(&older().0), generate(&newer().0));
    let crates = [("older", &older.files), ("newer", &newer.files)];
    let workspace = Workspace::write("other", crates);
    workspace.check(&[&["--workspace"], OPERATIONS].concat());
}

fn generate(document: &Value) -> Output {
    generated(document.to_string().as_bytes(), &LEDGER, UnmatchedAction::Note)
}

/// Removes the newest version of every operation that has more than one, and 20 operations with the
/// schemas that nothing else uses; returns the number of removed operation-version pairs.
fn older() -> (Value, usize) {
    let mut document = TREE.clone();
    let mut gone = 0;
    each_operation(&mut document, |operation| {
        let versions = versions(operation);
        if versions.len() > 1
            && let Some(newest) = versions.last()
        {
            drop_version(operation, newest);
            gone += 1;
        }
    });
    let mut all: Vec<(String, &str)> = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let methods = METHODS.into_iter().filter(|method| item.get(method).is_some());
        all.extend(methods.map(|method| (path.clone(), method)));
    }
    Random(7).shuffle(&mut all);
    for (path, method) in all.drain(..20) {
        let item = document["paths"][&path].as_object_mut().expect("a path");
        let mut operation = item.remove(method).expect("an operation");
        gone += versions(operation.as_object_mut().expect("an operation")).len();
        if !METHODS.iter().any(|method| item.contains_key(*method)) {
            document["paths"].as_object_mut().expect("paths").remove(&path);
        }
    }
    drop_unused_schemas(&mut document);
    (document, gone)
}

struct Added {
    versions: usize,
    unions: usize,
}

/// Adds an operation of a new group, with a new date and an announced one; a new version to every
/// operation of a group; and a variant to every union with a discriminator.
fn newer() -> (Value, Added) {
    let mut document = TREE.clone();
    let mut added = Added { versions: 0, unions: 0 };
    each_operation(&mut document, |operation| {
        if operation["tags"][0] != "Clusters" {
            return;
        }
        let stable = versions(operation).into_iter().rfind(|v| v != "preview");
        if let Some(newest) = stable {
            add_version(operation, &newest, "2031-05-01");
            added.versions += 1;
        }
    });
    let mut variants = Vec::new();
    let schemas = document["components"]["schemas"].as_object_mut().expect("schemas");
    for schema in schemas.values_mut() {
        let Some(mapping) = schema.pointer_mut("/discriminator/mapping") else {
            continue;
        };
        let mapping = mapping.as_object_mut().expect("a mapping");
        let name = format!("BrandNewVariant{}", variants.len());
        let target = format!("#/components/schemas/{name}");
        variants.push(name);
        mapping.insert("BRAND_NEW".to_owned(), target.as_str().into());
        if let Some(listed) = schema.get_mut("oneOf") {
            listed.as_array_mut().expect("a list").push(json!({ "$ref": target }));
        }
    }
    added.unions = variants.len();
    assert!(added.unions > 0 && added.versions > 0, "nothing to add to");
    for name in variants {
        let variant = json!({ "type": "object", "properties": { "novelty": { "type": "string" } } });
        schemas.insert(name, variant);
    }
    let kite = json!({
        "type": "object",
        "properties": { "tail": { "type": "string", "enum": ["LONG", "SHORT"] } },
    });
    schemas.insert("BrandNewKite".to_owned(), kite);
    let media = json!({ "schema": { "$ref": "#/components/schemas/BrandNewKite" } });
    let content = json!({
        format!("{PREFIX}2031-05-01+json"): media,
        format!("{PREFIX}2043-01-01.upcoming+json"): media,
    });
    let operation = json!({
        "operationId": "flyKite",
        "tags": ["Kite Festivals"],
        "responses": { "200": { "description": "", "content": content } },
    });
    let paths = document["paths"].as_object_mut().expect("paths");
    paths.insert("/api/atlas/v2/kites".to_owned(), json!({ "get": operation }));
    (document, added)
}

fn each_operation(document: &mut Value, mut each: impl FnMut(&mut Map<String, Value>)) {
    for item in document["paths"].as_object_mut().expect("paths").values_mut() {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                each(operation.as_object_mut().expect("an operation"));
            }
        }
    }
}

/// Returns the media types of an operation's responses and of its body.
fn contents(operation: &mut Map<String, Value>) -> Vec<&mut Map<String, Value>> {
    let mut holders = Vec::new();
    for (key, value) in operation {
        match key.as_str() {
            "requestBody" => holders.push(value),
            "responses" => {
                let responses = value.as_object_mut().expect("responses");
                let success =
                    responses.iter_mut().filter(|(code, _)| code.starts_with('2'));
                holders.extend(success.map(|(_, response)| response));
            }
            _ => {}
        }
    }
    holders
        .into_iter()
        .filter_map(|holder| holder.get_mut("content")?.as_object_mut())
        .collect()
}

/// Returns the versions of an operation, in ascending order: dates, then preview.
fn versions(operation: &mut Map<String, Value>) -> BTreeSet<String> {
    let media_types = contents(operation).into_iter().flat_map(|content| content.keys());
    let versions =
        media_types.filter_map(|name| name.strip_prefix(PREFIX)?.split('+').next());
    versions.map(str::to_owned).collect()
}

fn drop_version(operation: &mut Map<String, Value>, version: &str) {
    let start = format!("{PREFIX}{version}+");
    for content in contents(operation) {
        content.retain(|name, _| !name.starts_with(&start));
    }
    // A success status that only the removed version had.
    let responses = operation["responses"].as_object_mut().expect("responses");
    responses.retain(|code, response| {
        let content = response.get("content").and_then(Value::as_object);
        !code.starts_with('2') || content.is_none_or(|content| !content.is_empty())
    });
}

fn add_version(operation: &mut Map<String, Value>, like: &str, version: &str) {
    let start = format!("{PREFIX}{like}+");
    for content in contents(operation) {
        let new: Vec<(String, Value)> = content
            .iter()
            .filter_map(|(name, media)| {
                let format = name.strip_prefix(&start)?;
                Some((format!("{PREFIX}{version}+{format}"), media.clone()))
            })
            .collect();
        content.extend(new);
    }
}

fn drop_unused_schemas(document: &mut Value) {
    loop {
        let mut used = BTreeSet::new();
        references(document, &mut used);
        let schemas =
            document["components"]["schemas"].as_object_mut().expect("schemas");
        let before = schemas.len();
        schemas.retain(|name, _| used.contains(&format!("#/components/schemas/{name}")));
        if schemas.len() == before {
            return;
        }
    }
}

fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        // The mappings of discriminators hold references as plain text.
        Value::String(text) if text.starts_with("#/") => {
            into.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        Value::Object(object) => {
            object.values().for_each(|value| references(value, into))
        }
        _ => {}
    }
}
