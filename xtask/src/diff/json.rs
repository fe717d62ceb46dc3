//! Changes as JSON, in the form of the API's own changelog.

use serde_json::{Value, json};

use super::change::Change;
use super::crates::{CrateDiff, report};
use super::operation::Entry;

/// Writes the changes of all operations.
pub(super) fn list(entries: &[Entry]) -> String {
    format!("{:#}\n", value(entries))
}

/// Writes the changes of all operations and those of the crate.
pub(super) fn both(entries: &[Entry], of_crate: &CrateDiff) -> String {
    let both = json!({ "api": value(entries), "crate": report::json(of_crate) });
    format!("{both:#}\n")
}

/// Returns the changes of all operations.
pub(super) fn value(entries: &[Entry]) -> Value {
    entries.iter().map(entry).collect()
}

fn entry(entry: &Entry) -> Value {
    let versions = entry.versions.iter().map(|version| {
        json!({
            "version": version.version.to_string(),
            "stabilityLevel": version.version.stability(),
            "changeType": version.kind.word(),
            "changes": version.changes.iter().map(change).collect::<Vec<_>>(),
        })
    });
    json!({
        "path": entry.path,
        "httpMethod": entry.method,
        "operationId": entry.id,
        "tag": entry.tag,
        "versions": versions.collect::<Vec<_>>(),
    })
}

fn change(change: &Change) -> Value {
    let mut value = json!({
        "change": change.what,
        "changeCode": change.code,
        "backwardCompatible": change.is_compatible,
    });
    if change.is_hidden() {
        value["hideFromChangelog"] = true.into();
    }
    if let Some(replaced) = &change.replaces {
        value["replacesVersion"] = replaced.clone().into();
    }
    value
}
