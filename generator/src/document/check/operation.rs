//! Rules about all operations of a document together.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::grammar::Kind;
use crate::grammar::walk;
use crate::pointer::Pointer;

/// Reports operations with the same `operationId`, and notes those without one.
pub(super) fn check_ids(tree: &Value, found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&str, Pointer> = BTreeMap::new();
    walk::visit(tree, &mut |kind, value, at| {
        if kind != Kind::Operation {
            return;
        }
        let id = value.get("operationId").map_or(Some(""), Value::as_str);
        let Some(id) = id else { return };
        let help = "give the operation a name of its own with an overlay";
        if id.trim().is_empty() {
            let what = "the operation has no `operationId`: its method and path name it";
            found.push(Diagnostic::note(what, at).help(help));
        } else if let Some(other) = first.get(id) {
            let what = format!("the `operationId` {id} is taken by {other}");
            found.push(Diagnostic::error(what, at).help(help));
        } else {
            first.insert(id, at.clone());
        }
    });
}
