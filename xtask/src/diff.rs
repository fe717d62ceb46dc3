//! `cargo xtask spec diff`: lists the changes between two documents, in the API and in the crate.
//!
//! This module parses arguments, reads documents and prints. It writes no files.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use atlas_admin_generator::Files;
use lexopt::Arg;
use serde_json::Value;

use crate::failure::Failure;
use crates::{CrateDiff, report};
use operation::Entry;
use tree::{Names, Tree};

mod api;
mod change;
mod compare;
pub(crate) mod crates;
pub(crate) mod entry;
mod flat;
mod graph;
mod input;
pub(crate) mod items;
mod json;
mod operation;
#[cfg(test)]
mod tests;
mod text;
mod tree;

const USAGE: &str = "\
Usage: cargo xtask spec diff OLD NEW [--json]
       cargo xtask spec diff --crate OLD NEW [--json] [--ledger FILE]
       cargo xtask spec diff --changelog OLD NEW [--ledger FILE]

Lists what changed between two documents: paths, or git revisions whose spec/ is read.
Each change has a code of the API's own changelog, and says whether a client of the old document
keeps working. A change of a shared schema is listed once, with the operations that it affects.

  --json         prints a list of operations with the changes of each version, in the form of the
                 API's changelog; with --crate, an object whose `api` is that list
  --crate        also lists the changes of the crate: each public item with its cause in the
                 document, and the version that it requires (patch, minor or major)
  --changelog    writes the entry for CHANGELOG.md, by group of operations
  --ledger FILE  the ledger for the crate of OLD (default: spec/names.toml for the
                 document of this repository, else none)

The crate of a revision is the one that was committed; that of a document is generated, NEW's
with the ledger of OLD's.
";

struct Options {
    old: String,
    new: String,
    is_json: bool,
    of_crate: bool,
    is_changelog: bool,
    ledger: Option<PathBuf>,
}

/// Runs `cargo xtask spec diff …`.
pub(crate) fn run(arguments: lexopt::Parser) -> ExitCode {
    let outcome = parse(arguments).and_then(|options| match options {
        Some(options) => diff(&options),
        None => Ok(USAGE.to_owned()),
    });
    match outcome {
        Ok(said) => match io::stdout().write_all(said.as_bytes()) {
            // A reader that closes the pipe after the beginning of a long report is no error.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let what = format!("error: can't write the report: {error}");
                Failure::Output(what).report()
            }
            _ => ExitCode::SUCCESS,
        },
        Err(failure) => failure.report(),
    }
}

fn parse(mut arguments: lexopt::Parser) -> Result<Option<Options>, Failure> {
    let mut words = Vec::new();
    let (mut is_json, mut of_crate, mut is_changelog) = (false, false, false);
    let mut ledger = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(word) => words.push(word.to_string_lossy().into_owned()),
            Arg::Long("json") => is_json = true,
            Arg::Long("crate") => of_crate = true,
            Arg::Long("changelog") => is_changelog = true,
            Arg::Long("ledger") => ledger = Some(PathBuf::from(arguments.value()?)),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    let [old, new] =
        <[String; 2]>::try_from(words).map_err(|_| Failure::Usage(USAGE.to_owned()))?;
    Ok(Some(Options { old, new, is_json, of_crate, is_changelog, ledger }))
}

fn diff(options: &Options) -> Result<String, Failure> {
    let (old, new) = (&options.old, &options.new);
    if !options.of_crate && !options.is_changelog {
        let entries = entries(old, new)?;
        return Ok(match options.is_json {
            true => json::list(&entries),
            false => text::report(&entries),
        });
    }
    let (entries, files) = thread::scope(|scope| {
        let files =
            scope.spawn(|| crates::generate::both(old, new, options.ledger.as_deref()));
        let entries = entries(old, new);
        (entries, files.join())
    });
    let (old, new) = files.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let both = Comparison::of(entries?, &old, &new)?;
    Ok(if options.is_changelog {
        both.changelog()
    } else if options.is_json {
        json::both(&both.api, &both.of_crate)
    } else {
        both.text()
    })
}

/// The changes between two documents, and between their crates.
pub(crate) struct Comparison {
    pub api: Vec<Entry>,
    pub of_crate: CrateDiff,
}

impl Comparison {
    /// Compares two crates, given the changes of the API.
    pub(crate) fn of(
        api: Vec<Entry>,
        old: &Files,
        new: &Files,
    ) -> Result<Self, Failure> {
        let of_crate = crates::compare(old, new, &api).map_err(Failure::Input)?;
        Ok(Self { api, of_crate })
    }

    /// Tells whether clients of the old document's stable versions keep working.
    pub(crate) fn is_compatible(&self) -> bool {
        text::is_compatible(&self.api)
    }

    /// Returns the report for a reviewer.
    pub(crate) fn text(&self) -> String {
        let (api, of_crate) = (text::report(&self.api), report::text(&self.of_crate));
        format!("# The API\n\n{api}\n# The crate\n\n{of_crate}")
    }

    /// Returns the entry of the changelog.
    pub(crate) fn changelog(&self) -> String {
        entry::entry(&self.of_crate, &self.api)
    }
}

/// Compares two documents by their names.
fn entries(old: &str, new: &str) -> Result<Vec<Entry>, Failure> {
    let (old, new) = input::both(old, new)?;
    Ok(of_trees(&old, &new))
}

/// Compares two documents.
pub(crate) fn of_trees(old: &Value, new: &Value) -> Vec<Entry> {
    let (old_names, new_names) = (Names::of(old), Names::of(new));
    let old = Tree { root: old, names: &old_names };
    operation::compare(old, Tree { root: new, names: &new_names })
}
