//! Checks that a tree is an OpenAPI 3.0 document at all.

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::pointer::Pointer;
use crate::tree::describe;

const DOWNLOAD: &str = "download the document again; this one may have been cut off";

/// Reports why a tree is no OpenAPI 3.0 document.
pub(super) fn check(tree: &Value) -> Vec<Diagnostic> {
    let root = Pointer::root();
    if let Some(version) = tree.get("swagger") {
        let version =
            version.as_str().map_or_else(|| version.to_string(), str::to_owned);
        let what = format!("this is a Swagger {version} document, not OpenAPI 3.0");
        let help =
            "convert it to OpenAPI 3.0; Atlas publishes its document in that form";
        return vec![Diagnostic::error(what, &root.child("swagger")).help(help)];
    }
    let mut found = check_version(tree.get("openapi"));
    for key in ["info", "paths"] {
        if tree.get(key).is_none() {
            let what = format!("the document has no `{key}`");
            found.push(Diagnostic::error(what, &root).help(DOWNLOAD));
        }
    }
    found
}

fn check_version(openapi: Option<&Value>) -> Vec<Diagnostic> {
    let at = Pointer::root().child("openapi");
    let version = match openapi {
        Some(Value::String(version)) => version.as_str(),
        Some(other) => {
            let what = format!("`openapi` is {}, not text", describe(other));
            let help = format!("write it in quotes: openapi: \"{other}.0\"");
            return vec![match other {
                Value::Number(_) => Diagnostic::error(what, &at).help(help),
                _ => Diagnostic::error(what, &at),
            }];
        }
        None => {
            let what =
                "the document has no `openapi`: it doesn't say that it is OpenAPI";
            return vec![Diagnostic::error(what, &Pointer::root()).help(DOWNLOAD)];
        }
    };
    if is_three_zero(version) {
        return Vec::new();
    }
    let what = format!("the document is OpenAPI {version}; only OpenAPI 3.0 is read");
    let help = if version.starts_with("3.") {
        "its schemas mean something else from 3.1 on; use the document that is published as 3.0"
    } else {
        "convert it to OpenAPI 3.0"
    };
    vec![Diagnostic::error(what, &at).help(help)]
}

fn is_three_zero(version: &str) -> bool {
    version == "3.0"
        || version
            .strip_prefix("3.0.")
            .is_some_and(|patch| patch.starts_with(|c: char| c.is_ascii_digit()))
}
