//! The two crates: generated from documents, or read from a git revision.

use std::path::Path;
use std::thread;

use atlas_admin_generator::{self as generator, Files, Ledger, UnmatchedAction};

use super::super::input;
use crate::codegen::{borrowed, read_overlays, read_words};
use crate::failure::{Failure, read};
use crate::spec::DOCUMENT;

/// A crate, with the ledger for the next one.
struct Generated {
    files: Files,
    ledger: Ledger,
}

/// Returns both crates; the new one keeps the names of the old one.
pub(in super::super) fn both(
    old: &str,
    new: &str,
    ledger: Option<&Path>,
) -> Result<(Files, Files), Failure> {
    let (before, after) = thread::scope(|scope| {
        // A crate that is read from a revision doesn't depend on the one before.
        let after = scope.spawn(|| revision(new));
        let before = match revision(old)? {
            Some(found) => found,
            None => generated(old, &known(old, ledger)?)?,
        };
        let after = after.join().unwrap_or_else(|it| std::panic::resume_unwind(it))?;
        Ok::<_, Failure>((before, after))
    })?;
    let after = match after {
        Some(found) => found,
        None => generated(new, &before.ledger)?,
    };
    Ok((before.files, after.files))
}

/// Returns the ledger for the first crate: the given one, that of this repository for its own
/// document, or an empty one.
fn known(document: &str, ledger: Option<&Path>) -> Result<Ledger, Failure> {
    let spec = crate::root().join("spec");
    let own = spec.join(DOCUMENT);
    let is_own = Path::new(document).canonicalize().ok() == own.canonicalize().ok();
    let bytes = match ledger {
        Some(path) => read(path)?,
        None if is_own => read(&spec.join("names.toml"))?,
        None => return Ok(Ledger::default()),
    };
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Result<Ledger, Failure> {
    let text = String::from_utf8_lossy(bytes);
    Ledger::parse(&text).map_err(|error| Failure::Document(vec![error]))
}

/// Generates the crate of a document, with this repository's overlays as far as they apply.
fn generated(document: &str, ledger: &Ledger) -> Result<Generated, Failure> {
    let overlays = read_overlays(&crate::root().join("spec/overlays"))?;
    let options = generator::Options {
        unmatched: UnmatchedAction::Note,
        // What was committed has them too, and differs in nothing then but the document.
        words: read_words(&crate::root().join("spec/words"))?,
        ..generator::Options::default()
    };
    let bytes = input::bytes(document)?;
    let output = generator::generate(&bytes, &borrowed(&overlays), ledger, &options)
        .map_err(Failure::Document)?;
    let mut files = output.files;
    // Nothing else is read from a revision.
    files.retain(|path, _| path.starts_with("src/") || path == "Cargo.toml");
    Ok(Generated { files, ledger: output.ledger })
}

/// Returns the crate that was committed in a revision; `None` if the name is that of a file.
fn revision(name: &str) -> Result<Option<Generated>, Failure> {
    if Path::new(name).exists() {
        return Ok(None);
    }
    let ledger = parse(&input::at_revision(name, "spec/names.toml")?)?;
    let kept = ["generated/src", "generated/Cargo.toml"];
    let list = ["ls-tree", "-r", "--name-only", name, kept[0], kept[1]];
    let paths = input::git(&list)
        .map_err(|why| Failure::Input(format!("error: can't list {name}: {why}")))?;
    let mut files = Files::new();
    for path in String::from_utf8_lossy(&paths).lines() {
        let text =
            String::from_utf8_lossy(&input::at_revision(name, path)?).into_owned();
        let path = path.trim_start_matches("generated/").to_owned();
        files.insert(path, text);
    }
    Ok(Some(Generated { files, ledger }))
}
