//! The documents to compare: files, or `spec/` of a git revision.

use std::path::Path;
use std::process::Command;
use std::thread;

use atlas_admin_generator::{UnmatchedAction, document};
use serde_json::Value;

use crate::failure::{Failure, read};
use crate::spec::DOCUMENT;

/// Reads both documents in parallel.
pub(super) fn both(old: &str, new: &str) -> Result<(Value, Value), Failure> {
    let (old, new) = thread::scope(|scope| {
        let old = scope.spawn(|| tree(old));
        let new = tree(new);
        (old.join(), new)
    });
    let old = old.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    Ok((old?, new?))
}

fn tree(name: &str) -> Result<Value, Failure> {
    let document = document::read(&bytes(name)?, &[], UnmatchedAction::Note)
        .map_err(Failure::Document)?;
    Ok(document.tree)
}

/// Returns the document in a file or, where no such file exists, in a revision.
pub(super) fn bytes(name: &str) -> Result<Vec<u8>, Failure> {
    let path = Path::new(name);
    if path.is_dir() {
        return read(&path.join(DOCUMENT));
    }
    if path.exists() {
        return read(path);
    }
    at_revision(name, &format!("spec/{DOCUMENT}"))
}

/// Returns a file of the repository in a revision.
pub(super) fn at_revision(revision: &str, file: &str) -> Result<Vec<u8>, Failure> {
    let fail = |why: &str| {
        let why = why.trim().trim_start_matches("fatal: ");
        Failure::Input(format!(
            "error: {revision} is neither a file nor a git revision with {file}: {why}"
        ))
    };
    if revision.starts_with('-') {
        return Err(fail("a revision must not begin with a dash"));
    }
    let object = format!("{revision}:{file}");
    git(&["show", "--end-of-options", &object]).map_err(|why| fail(&why))
}

/// Runs git in this repository, and returns its output, or its error message.
pub(super) fn git(arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(crate::root()).args(arguments);
    let output = git.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
