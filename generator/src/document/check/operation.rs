//! Rules about all operations of a document together.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::pointer::Pointer;

/// The `operationId`s of a document, each with its first operation.
#[derive(Default)]
pub(super) struct Ids<'a>(BTreeMap<&'a str, Pointer>);

impl<'a> Ids<'a> {
    /// Reports an operation whose `operationId` another one has, and notes one without it.
    pub(super) fn check(
        &mut self,
        operation: &'a Value,
        at: &Pointer,
        found: &mut Vec<Diagnostic>,
    ) {
        let id = operation.get("operationId").map_or(Some(""), Value::as_str);
        let Some(id) = id else { return };
        let help = "give the operation a name of its own with an overlay";
        if id.trim().is_empty() {
            let what = "the operation has no `operationId`: its method and path name it";
            found.push(Diagnostic::note(what, at).help(help));
        } else if let Some(other) = self.0.get(id) {
            let what = format!("the `operationId` {id} is taken by {other}");
            found.push(Diagnostic::error(what, at).help(help));
        } else {
            self.0.insert(id, at.clone());
        }
    }
}
