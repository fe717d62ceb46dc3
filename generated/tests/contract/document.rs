//! The document as Prism is given it.
//!
//! Prism 5 reads of a media type what stands behind the `+`: for it, every version's body is
//! `application/json`, and it checks all of them against the first one's schema. So the
//! operations are laid apart, one for each version below a path that begins with it, each with
//! that version's bodies alone. Nothing that is checked is taken away.

use atlas_admin::codec::Json;

/// The header by which Prism tells which operation it took a request for.
pub(crate) const OPERATION: &str = "x-contract-operation";

const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

/// Lays the versions of each operation apart: `/groups` → `/2023-01-01/groups`.
pub(crate) fn by_version(document: &Json) -> Json {
    let mut apart = document.clone();
    let paths = document["paths"].as_object().expect("paths");
    let mut by_version = serde_json::Map::new();
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
    apart
}

/// What holds for all operations of a path.
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
        versions.extend(content.into_iter().flatten().filter_map(|(name, _)| version(name)));
    }
    versions.sort();
    versions.dedup();
    versions.into_iter().map(str::to_owned).collect()
}

fn of_version(document: &Json, operation: &Json, version: &str) -> Json {
    let mut one = operation.clone();
    for (status, response) in successes(operation) {
        let mut response = resolve(document, response).clone();
        keep(&mut response, version);
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

/// Keeps the bodies of a version.
fn keep(holder: &mut Json, of: &str) {
    if let Some(content) = holder.get_mut("content").and_then(Json::as_object_mut) {
        content.retain(|name, _| version(name) == Some(of));
    }
}

fn successes(operation: &Json) -> impl Iterator<Item = (&String, &Json)> {
    let responses = operation["responses"].as_object().expect("responses");
    responses.iter().filter(|(status, _)| status.starts_with('2'))
}

fn version(media_type: &str) -> Option<&str> {
    let (version, _) =
        media_type.strip_prefix("application/vnd.atlas.")?.split_once('+')?;
    Some(version)
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
