//! Rules that hold among the operations of a document.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::grammar::Kind;
use crate::grammar::walk;
use crate::pointer::Pointer;

/// Reports operations that bear the same `operationId`, or an empty one.
pub(super) fn check_ids(tree: &Value, found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&str, Pointer> = BTreeMap::new();
    walk::visit(tree, &mut |kind, value, at| {
        if kind != Kind::Operation {
            return;
        }
        let Some(id) = value.get("operationId").and_then(Value::as_str) else { return };
        let help = "give the operation a name of its own with an overlay";
        if id.trim().is_empty() {
            let what = "the operation's `operationId` is empty, so it can't be named";
            found.push(Diagnostic::error(what, at).help(help));
        } else if let Some(other) = first.get(id) {
            let what = format!("the `operationId` {id} is taken by {other}");
            found.push(Diagnostic::error(what, at).help(help));
        } else {
            first.insert(id, at.clone());
        }
    });
}
