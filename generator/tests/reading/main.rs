//! Reading documents: what is rejected and with which diagnostics, overlays, prose, the canonical
//! form.
//!
//! No file outside of this repository is needed, and no network.

mod canonical;
mod fuzz;
mod overlay;
mod parse;
mod prose;
mod random;
mod reference;
mod structure;
mod vendored;

use atlas_admin_generator::diagnostic::Diagnostic;
use atlas_admin_generator::{UnmatchedAction, document};

/// Returns a document with these paths and components, both in YAML's flow style.
fn with(paths: &str, components: &str) -> String {
    format!(
        "openapi: 3.0.1\ninfo: {{title: t, version: '1'}}\n\
         paths: {{{paths}}}\ncomponents: {{{components}}}\n"
    )
}

/// Returns a document with these schemas.
fn with_schemas(schemas: &str) -> String {
    with("", &format!("schemas: {{{schemas}}}"))
}

/// Returns the errors of a document that can't be read.
fn complaints(text: &str) -> Vec<String> {
    let found = document::read(text.as_bytes(), &[], UnmatchedAction::Error)
        .expect_err("the document was accepted");
    said(&found)
}

/// Returns the notes on a document that can be read.
fn notes(text: &str) -> Vec<String> {
    match document::read(text.as_bytes(), &[], UnmatchedAction::Error) {
        Ok(document) => said(&document.notes),
        Err(found) => panic!("{}", said(&found).join("\n")),
    }
}

fn said(found: &[Diagnostic]) -> Vec<String> {
    found.iter().map(ToString::to_string).collect()
}
