//! The vendored document as a whole, and the crate generated from it.
//!
//! No file outside of this repository is needed, and no network. Generating takes a few seconds in
//! unoptimized builds, so the tests share as much as they can.

mod census;
#[path = "../support/crates.rs"]
mod crates;
mod fresh;
mod kept;
mod likeness;
mod order;
mod others;
mod promise;
mod secrets;
mod surface;
mod tomorrow;
#[path = "../support/words.rs"]
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use atlas_admin_generator::document;
use atlas_admin_generator::{
    ErrorCodes, Ledger, Options, Output, UnmatchedAction, Words, generate,
};
use serde_json::Value;

static DOCUMENT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    fs::read(root().join("spec/atlas-admin-v2.yaml")).expect("a document")
});

static TREE: LazyLock<Value> = LazyLock::new(|| {
    document::parse(&DOCUMENT).unwrap_or_else(|found| panic!("{}", said(&found)))
});

static LEDGER: LazyLock<Ledger> = LazyLock::new(|| {
    let text = fs::read_to_string(root().join("spec/names.toml")).expect("a ledger");
    Ledger::parse(&text).unwrap_or_else(|error| panic!("{error}"))
});

static CODES: LazyLock<ErrorCodes> = LazyLock::new(|| {
    let text = fs::read_to_string(root().join("spec/error-codes.toml")).expect("a list");
    ErrorCodes::parse(&text).unwrap_or_else(|found| panic!("{}", said(&found)))
});

static WORDS: LazyLock<Words> =
    LazyLock::new(|| words::read(&root().join("spec/words")));

/// The output for the document and the committed ledger.
static OUTPUT: LazyLock<Output> =
    LazyLock::new(|| generated(&DOCUMENT, &LEDGER, UnmatchedAction::Error));

/// The corrections in `spec/overlays`, by file name.
static OVERLAYS: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let Ok(entries) = fs::read_dir(root().join("spec/overlays")) else {
        return BTreeMap::new();
    };
    entries
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "yaml"))
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("an overlay"))
        })
        .collect()
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn generated(document: &[u8], ledger: &Ledger, unmatched: UnmatchedAction) -> Output {
    let overlays: Vec<(&str, &[u8])> =
        OVERLAYS.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let options = Options {
        unmatched,
        codes: CODES.clone(),
        words: WORDS.clone(),
        ..Options::default()
    };
    generate(document, &overlays, ledger, &options)
        .unwrap_or_else(|found| panic!("{}", said(&found)))
}

fn said(found: &[atlas_admin_generator::Diagnostic]) -> String {
    let said: Vec<String> = found.iter().map(ToString::to_string).collect();
    said.join("\n")
}
