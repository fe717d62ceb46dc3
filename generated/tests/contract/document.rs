//! The document, adapted for Prism.
//!
//! Prism 5 reads only the part of a media type after the `+`: every version's body is
//! `application/json` to it, and it checks all of them against the first one's schema. So each
//! version of an operation gets a path of its own, which begins with the version, and only that
//! version's bodies.
//!
//! Two requirements of the document can't be met by any meaningful value. They are corrected in all
//! schemas alike, and everything else is still checked:
//!
//! - `type: object` where all allowed values are strings: the type becomes string.
//! - `oneOf` where one branch allows everything that another allows, so that a value of the
//!   narrower one always fits both: it becomes `anyOf`.

use atlas_admin::MediaType;
use serde_json::Value as Json;

type Object = serde_json::Map<String, Json>;

/// The header in which Prism names the operation that it took a request for.
pub(crate) const OPERATION: &str = "x-contract-operation";

const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

/// Gives each version of an operation a path of its own: `/groups` → `/2023-01-01/groups`.
pub(crate) fn by_version(document: &Json) -> Json {
    let mut apart = document.clone();
    let paths = document["paths"].as_object().expect("paths");
    let mut by_version = Object::new();
    for (path, item) in paths {
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            for version in versions(document, operation) {
                let one = of_version(document, operation, &version);
                let place = by_version.entry(format!("/{version}{path}"));
                let place = place.or_insert_with(|| shared(item));
                place[method] = one;
            }
        }
    }
    apart["paths"] = Json::Object(by_version);
    put_right(document, &mut apart);
    apart
}

/// Returns the parts of a path item that all its operations share.
fn shared(item: &Json) -> Json {
    let mut shared = item.clone();
    for method in METHODS {
        shared.as_object_mut().expect("a path").remove(method);
    }
    shared
}

fn versions(document: &Json, operation: &Json) -> Vec<String> {
    let mut versions = Vec::new();
    for (_, response) in successes(operation) {
        let content = resolve(document, response)["content"].as_object();
        versions
            .extend(content.into_iter().flatten().filter_map(|(name, _)| version(name)));
    }
    versions.sort();
    versions.dedup();
    versions
}

fn of_version(document: &Json, operation: &Json, version: &str) -> Json {
    let mut one = operation.clone();
    for (status, response) in successes(operation) {
        let mut response = resolve(document, response).clone();
        if keep(&mut response, version) == 0 {
            // Another version's status: Prism would respond with it if it is lower.
            one["responses"].as_object_mut().expect("responses").remove(status);
            continue;
        }
        response["headers"][OPERATION] = serde_json::json!({
            "schema": { "type": "string", "enum": [operation["operationId"]] }
        });
        one["responses"][status] = response;
    }
    if let Some(body) = operation.get("requestBody") {
        let mut body = resolve(document, body).clone();
        keep(&mut body, version);
        one["requestBody"] = body;
    }
    one
}

/// Keeps the bodies of a version, and returns their number.
fn keep(holder: &mut Json, of: &str) -> usize {
    let content = holder.get_mut("content").and_then(Json::as_object_mut);
    content.map_or(0, |content| {
        content.retain(|name, _| version(name).as_deref() == Some(of));
        content.len()
    })
}

/// Corrects the requirements that no value can meet, everywhere below a node.
fn put_right(document: &Json, node: &mut Json) {
    let is_object = node.get("type").is_some_and(|kind| kind == "object");
    if is_object && lists_texts(document, node) {
        node["type"] = Json::from("string");
    }
    match node {
        Json::Array(items) => {
            items.iter_mut().for_each(|item| put_right(document, item))
        }
        Json::Object(fields) => {
            let branches = fields.get("oneOf").and_then(Json::as_array);
            if branches.is_some_and(|branches| overlap(document, branches)) {
                let branches = fields.remove("oneOf").unwrap_or_default();
                fields.insert("anyOf".to_owned(), branches);
            }
            fields.values_mut().for_each(|value| put_right(document, value));
        }
        _ => {}
    }
}

/// Tells whether all values that a schema allows are strings in a list.
fn lists_texts(document: &Json, schema: &Json) -> bool {
    let schema = resolve(document, schema);
    let list = |key| schema.get(key).and_then(Json::as_array);
    match list("enum") {
        Some(values) => !values.is_empty() && values.iter().all(Json::is_string),
        None => list("oneOf").or(list("anyOf")).is_some_and(|all| {
            !all.is_empty() && all.iter().all(|one| lists_texts(document, one))
        }),
    }
}

/// Tells whether some branch allows everything that another one allows.
fn overlap(document: &Json, branches: &[Json]) -> bool {
    let branches: Vec<&Json> =
        branches.iter().map(|branch| resolve(document, branch)).collect();
    let pairs = branches
        .iter()
        .enumerate()
        .flat_map(|(at, one)| branches[..at].iter().map(move |other| (*one, *other)));
    let mut pairs = pairs.into_iter();
    pairs.any(|(one, other)| allows_all_of(one, other) || allows_all_of(other, one))
}

/// Tells whether `narrow` has all requirements that `wide` has for a request; `wide` must only have
/// requirements of properties.
fn allows_all_of(wide: &Json, narrow: &Json) -> bool {
    let (Some(properties), Some(narrower)) =
        (wide["properties"].as_object(), narrow["properties"].as_object())
    else {
        return false;
    };
    let is_read_only = |name: &String| properties[name]["readOnly"] == true;
    let names =
        |schema: &Json| schema["required"].as_array().cloned().unwrap_or_default();
    let required = names(narrow);
    let known = ["type", "properties", "required"];
    wide.as_object().is_some_and(|wide| wide.keys().all(|key| known.contains(&&**key)))
        && names(wide).iter().all(|name| required.contains(name))
        && properties
            .iter()
            .filter(|(name, _)| !is_read_only(name))
            .all(|(name, schema)| narrower.get(name) == Some(schema))
}

fn successes(operation: &Json) -> impl Iterator<Item = (&String, &Json)> {
    let responses = operation["responses"].as_object().expect("responses");
    responses.iter().filter(|(status, _)| status.starts_with('2'))
}

fn version(media_type: &str) -> Option<String> {
    MediaType::parse(media_type).map(|media_type| media_type.version().to_string())
}

fn resolve<'d>(document: &'d Json, node: &'d Json) -> &'d Json {
    match node.get("$ref").and_then(Json::as_str) {
        Some(reference) => {
            let target = document.pointer(reference.trim_start_matches('#'));
            resolve(document, target.expect("a sound reference"))
        }
        None => node,
    }
}
