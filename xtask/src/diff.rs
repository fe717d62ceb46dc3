//! `cargo xtask spec diff`: what changed between two documents, in the API and in the crate.
//!
//! This module parses arguments and prints; it reads documents, and writes nothing.

use std::process::ExitCode;

use lexopt::Arg;
use serde_json::Value;

use crate::failure::{Failure, finish};
use operation::Entry;
use tree::{Names, Tree};

mod api;
mod change;
mod compare;
mod flat;
mod graph;
mod input;
mod json;
mod operation;
#[cfg(test)]
mod tests;
mod text;
mod tree;

const USAGE: &str = "\
Usage: cargo xtask spec diff OLD NEW [--json]

Lists what changed between two documents: paths, or git revisions whose spec/ is read.
Each change has a code of the API's own changelog, and a word for whether a client that knew
the old document goes on working. A change of a shared schema is listed once, with the
operations that it touches.

  --json   a list of operations with the changes of each version, as the API's changelog has it
";

struct Options {
    old: String,
    new: String,
    is_json: bool,
}

/// Runs `cargo xtask spec diff …`.
pub(crate) fn run(arguments: lexopt::Parser) -> ExitCode {
    finish(parse(arguments).and_then(|options| match options {
        Some(options) => diff(&options),
        None => Ok(USAGE.to_owned()),
    }))
}

fn parse(mut arguments: lexopt::Parser) -> Result<Option<Options>, Failure> {
    let mut words = Vec::new();
    let mut is_json = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(word) => words.push(word.to_string_lossy().into_owned()),
            Arg::Long("json") => is_json = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    let [old, new] =
        <[String; 2]>::try_from(words).map_err(|_| Failure::Usage(USAGE.to_owned()))?;
    Ok(Some(Options { old, new, is_json }))
}

fn diff(options: &Options) -> Result<String, Failure> {
    let (old, new) = input::both(&options.old, &options.new)?;
    let entries = of_trees(&old, &new);
    Ok(if options.is_json { json::list(&entries) } else { text::report(&entries) })
}

/// Compares two documents.
pub(crate) fn of_trees(old: &Value, new: &Value) -> Vec<Entry> {
    let (old_names, new_names) = (Names::of(old), Names::of(new));
    let old = Tree { root: old, names: &old_names };
    operation::compare(old, Tree { root: new, names: &new_names })
}
