//! Reads a document: bytes → tree → typed document, reporting every problem of a stage.
//!
//! Overlays are applied to the tree. This module knows OpenAPI 3.0, and nothing of Rust or Atlas.

use openapiv3::OpenAPI;
use serde::Deserialize;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::overlay::{self, UnmatchedAction};
use crate::pointer::Pointer;

mod check;
mod preamble;
mod reference;

pub use crate::tree::parse;
pub(crate) use reference::target;

/// A document, in two views of the same content.
#[derive(Clone, Debug)]
pub struct Document {
    /// The typed view.
    pub openapi: OpenAPI,
    /// The tree with overlays applied, which also holds the keywords that the typed view has no
    /// field for.
    pub tree: Value,
    /// The keywords that are lost wherever they are written, with the reason.
    pub losses: Vec<(Pointer, &'static str)>,
    /// The notes on the document.
    pub notes: Vec<Diagnostic>,
}

/// Reads a document and applies overlays, each a file name and its bytes; `unmatched` is the
/// severity of an action that changes nothing.
///
/// # Errors
///
/// Returns all errors of the first stage that has any. The stages are text, overlays, structure,
/// references.
pub fn read(
    bytes: &[u8],
    overlays: &[(&str, &[u8])],
    unmatched: UnmatchedAction,
) -> Result<Document, Vec<Diagnostic>> {
    let mut tree = parse(bytes)?;
    quote_version(&mut tree);
    refuse(preamble::check(&tree))?;
    let mut notes = overlay::apply(&mut tree, overlays, unmatched)?;
    let mut losses = Vec::new();
    let (openapi, more) = type_tree(&tree, &mut losses)?;
    notes.extend(more);
    Ok(Document { openapi, tree, losses, notes })
}

/// Checks a tree and converts it to the typed view; the second part of the result are notes.
///
/// # Errors
///
/// Returns all errors of the structure or, if there is none, of the references.
pub fn type_document(
    tree: &Value,
) -> Result<(OpenAPI, Vec<Diagnostic>), Vec<Diagnostic>> {
    type_tree(tree, &mut Vec::new())
}

fn type_tree(
    tree: &Value,
    losses: &mut Vec<(Pointer, &'static str)>,
) -> Result<(OpenAPI, Vec<Diagnostic>), Vec<Diagnostic>> {
    refuse(preamble::check(tree))?;
    let notes = refuse(check::check(tree, losses))?;
    refuse(reference::check(tree))?;
    let openapi = OpenAPI::deserialize(tree).map_err(|error| {
        let what =
            format!("the document passed all checks and can't be converted: {error}");
        let help = "this is a bug of the generator: a check is missing";
        vec![Diagnostic::error(what, &Pointer::root()).help(help)]
    })?;
    Ok((openapi, notes))
}

/// Turns the API's version into text: YAML reads `1.0` without quotes as a number.
fn quote_version(tree: &mut Value) {
    if let Some(version) = tree.pointer_mut("/info/version")
        && let Value::Number(number) = version
    {
        *version = Value::String(number.to_string());
    }
}

/// Returns the notes; returns all diagnostics as the error if any of them is an error.
fn refuse(found: Vec<Diagnostic>) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    if found.iter().any(Diagnostic::is_error) { Err(found) } else { Ok(found) }
}
