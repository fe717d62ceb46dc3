//! Reading a document: bytes → tree → typed document, with every problem of a stage reported.
//!
//! Overlays are applied on the way. This room knows OpenAPI 3.0 and nothing about Rust or Atlas.

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

/// A document that was read, in two views of the same content.
#[derive(Clone, Debug)]
pub struct Document {
    /// The typed view.
    pub openapi: OpenAPI,
    /// The tree with overlays applied: what the typed view has no field for is found here.
    pub tree: Value,
    /// The notes: worth knowing about the document, and no error.
    pub notes: Vec<Diagnostic>,
}

/// Reads a document and applies overlays, each a file name and its bytes; `unmatched` says what an
/// action is that has nothing to correct.
///
/// # Errors
///
/// Returns all errors of the first stage that found any: text, overlays, structure, references.
pub fn read(
    bytes: &[u8],
    overlays: &[(&str, &[u8])],
    unmatched: UnmatchedAction,
) -> Result<Document, Vec<Diagnostic>> {
    let mut tree = parse(bytes)?;
    refuse(preamble::check(&tree))?;
    let mut notes = overlay::apply(&mut tree, overlays, unmatched)?;
    let (openapi, more) = type_document(&tree)?;
    notes.extend(more);
    Ok(Document { openapi, tree, notes })
}

/// Checks a tree and converts it to the typed view; the second part of the result are notes.
///
/// # Errors
///
/// Returns all that is wrong with its structure or, if that is sound, with its references.
pub fn type_document(
    tree: &Value,
) -> Result<(OpenAPI, Vec<Diagnostic>), Vec<Diagnostic>> {
    refuse(preamble::check(tree))?;
    let notes = refuse(check::check(tree))?;
    refuse(reference::check(tree))?;
    let openapi = OpenAPI::deserialize(tree).map_err(|error| {
        let what = format!("the document can't be typed: {error}");
        let help = "the checks have a gap; this is a mistake of the generator";
        vec![Diagnostic::error(what, &Pointer::root()).help(help)]
    })?;
    Ok((openapi, notes))
}

/// Returns what was found if there is no error in it.
fn refuse(found: Vec<Diagnostic>) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    if found.iter().any(Diagnostic::is_error) { Err(found) } else { Ok(found) }
}
