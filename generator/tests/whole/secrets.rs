//! Every property that is named like a secret is marked as one, so that it is never printed.
//!
//! A document with a new one fails here until `spec/overlays` marks it, or the list below states
//! why it is no secret.

use serde_json::Value;

use super::{OVERLAYS, TREE};

/// The endings of the names of strings that are secrets, in any case.
const ENDINGS: [&str; 9] = [
    "password",
    "secret",
    "secretvalue",
    "token",
    "apikey",
    "privatekey",
    "accesskey",
    "servicekey",
    "authvalue",
];

/// Properties that are named like a secret and are none.
const HARMLESS: [(&str, &str); 2] = [
    ("CostExplorerFilterResponseView.token", "names a query, and stands in its address"),
    ("GroupMigrationRequest.destinationOrgPublicApiKey", "the public half"),
];

#[test]
fn what_is_named_like_a_secret_is_never_printed() {
    let mut document = TREE.clone();
    let overlays: Vec<(&str, &[u8])> =
        OVERLAYS.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    atlas_admin_generator::overlay::apply(
        &mut document,
        &overlays,
        atlas_admin_generator::UnmatchedAction::Error,
    )
    .expect("corrections that apply");
    let mut found = Found::default();
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in schemas {
        found.walk(name, schema);
    }
    found.walk("paths", &document["paths"]);
    let marks = marks();
    let marked = found.marked;
    assert!(marked > 0 && marked >= marks, "{marked} secrets are marked, {marks} by us");
    // Another document may lack a harmless one.
    found.bare.retain(|place| HARMLESS.iter().all(|(harmless, _)| harmless != place));
    // A masked secret is made to be shown.
    found.bare.retain(|place| !place.contains(".masked"));
    assert!(found.bare.is_empty(), "named like secrets, not marked: {:?}", found.bare);
}

/// Returns the number of corrections that mark properties as secrets: each marks one at least.
fn marks() -> usize {
    let is_mark = |action: &&Value| action["update"]["format"] == "password";
    let count = |overlay: &Value| {
        let actions = overlay["actions"].as_array().into_iter().flatten();
        actions.filter(is_mark).count()
    };
    let overlays = OVERLAYS
        .values()
        .map(|bytes| atlas_admin_generator::document::parse(bytes).expect("an overlay"));
    overlays.map(|overlay| count(&overlay)).sum()
}

#[derive(Default)]
struct Found {
    marked: usize,
    /// The properties that are named like a secret and not marked.
    bare: Vec<String>,
}

impl Found {
    fn walk(&mut self, owner: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                for (key, inner) in members {
                    if key == "properties" {
                        self.properties(owner, inner);
                    }
                    self.walk(owner, inner);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(owner, item)),
            _ => {}
        }
    }

    fn properties(&mut self, owner: &str, properties: &Value) {
        for (name, schema) in properties.as_object().into_iter().flatten() {
            if schema["type"] != "string" {
                continue;
            }
            if schema["format"] == "password" || schema["writeOnly"] == true {
                self.marked += 1;
                continue;
            }
            let lower = name.to_ascii_lowercase();
            if ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
                self.bare.push(format!("{owner}.{name}"));
            }
        }
    }
}
