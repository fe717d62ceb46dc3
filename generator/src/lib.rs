//! Turns the OpenAPI document of the MongoDB Atlas Administration API into a Rust crate.
//!
//! [`generate`] is a pure function from the bytes of a document to a map of file paths to texts.
//! It reports every part of the document that the crate doesn't express. It does no IO and reads
//! no clock.
//!
//! ```text
//! bytes → document → model → (facts, names, sentences) → tokens → text
//! ```

pub mod canonical;
mod casing;
mod codes;
mod conventions;
pub mod diagnostic;
pub mod document;
mod emit;
mod enter;
mod facts;
mod grammar;
mod ledger;
mod listed;
mod lower;
mod model;
mod names;
pub mod overlay;
pub mod pointer;
pub mod prose;
mod reconcile;
mod render;
mod sentences;
mod settle;
mod summary;
pub mod template;
mod tree;
pub mod version;
mod words;

pub use codes::ErrorCodes;
pub use diagnostic::Diagnostic;
pub use emit::{CrateLocation, Docs, Files};
pub use ledger::Ledger;
pub use overlay::UnmatchedAction;
pub use sentences::{Coverage, Share, Wording};
pub use summary::Summary;
pub use words::Words;

use std::collections::BTreeMap;

use document::Document;
use model::Unmapped;

/// The settings of a generation.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The source of the sentences in doc comments.
    pub docs: Docs,
    /// The location of the generated crate.
    pub home: CrateLocation,
    /// The severity of an overlay action that corrects nothing.
    pub unmatched: UnmatchedAction,
    /// The error codes of the service, which no document lists.
    pub codes: ErrorCodes,
    /// The sentences for doc comments; `Docs::Full` ignores them.
    pub words: Words,
}

/// The crate generated from a document, and the facts about it.
#[derive(Debug)]
pub struct Output {
    /// The text of each file, by its path in the generated crate.
    pub files: Files,
    /// The ledger, with what was named for the first time.
    pub ledger: Ledger,
    /// The parts of the document that the crate doesn't express, and the parts of types that only
    /// the ledger has, one on each line: pointer and reason.
    pub unmapped: String,
    /// The notes on the document.
    pub notes: Vec<Diagnostic>,
    /// The size of the API.
    pub summary: Summary,
    /// The values that the document lists for string properties whose Rust types allow further
    /// ones, by `Record.property`.
    pub listed: BTreeMap<String, Vec<String>>,
    /// The tree of the document with overlays applied.
    pub tree: serde_json::Value,
    /// The keys without a sentence, and the sentences without a key in the document.
    pub wording: Wording,
}

/// Generates the crate for a document, with overlays applied, each a file name and its bytes.
///
/// # Errors
///
/// Returns all errors of the first stage that found any.
pub fn generate(
    document: &[u8],
    overlays: &[(&str, &[u8])],
    ledger: &Ledger,
    options: &Options,
) -> Result<Output, Vec<Diagnostic>> {
    let document = document::read(document, overlays, options.unmatched)?;
    generate_read(document, ledger, options)
}

/// Generates the crate for a document that has been read.
///
/// # Errors
///
/// Returns all errors of the first stage that found any.
pub fn generate_read(
    document: Document,
    ledger: &Ledger,
    options: &Options,
) -> Result<Output, Vec<Diagnostic>> {
    let mut api = lower::lower(&document.openapi, options.unmatched)?;
    let losses = document.losses.into_iter();
    api.unmapped.extend(
        losses.map(|(pointer, what)| Unmapped { pointer, what: what.to_owned() }),
    );
    reconcile::reconcile(&mut api, ledger);
    settle::settle(&mut api, ledger);
    let facts = facts::Facts::of(&api, ledger);
    let names = names::name(&api, &facts, &options.codes, ledger)?;
    let mut next = ledger.clone();
    next.record_all(&api, &facts, &names);
    let none = Words::default();
    let words = if options.docs == Docs::Full { &none } else { &options.words };
    let sentences = sentences::Sentences::of(&api, &names, words);
    let files = emit::emit(&emit::Emit {
        api: &api,
        facts: &facts,
        names: &names,
        sentences: &sentences,
        docs: options.docs,
        home: &options.home,
    });
    let summary = Summary::of(&api, files.len(), sentences.coverage(&api));
    let wording = sentences.wording(&api, &names, words, &document.tree);
    let unmapped = api
        .unmapped
        .iter()
        .map(|loss| format!("{} {}\n", loss.pointer, loss.what))
        .collect();
    let listed = listed::listed(&api, &names);
    let notes = document.notes.into_iter().chain(names.notes).collect();
    Ok(Output {
        files,
        ledger: next,
        unmapped,
        notes,
        summary,
        listed,
        tree: document.tree,
        wording,
    })
}
