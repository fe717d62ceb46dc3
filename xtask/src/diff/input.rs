//! The documents to compare: files, or what a git revision has in `spec/`.

use std::path::Path;
use std::process::Command;
use std::thread;

use atlas_admin_generator::{UnmatchedAction, document};
use serde_json::Value;

use crate::failure::{Failure, read};

const DOCUMENT: &str = "spec/atlas-admin-v2.yaml";

/// Reads both documents at once.
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

/// Returns the document in a file or, where there is none of that name, in a revision.
pub(super) fn bytes(name: &str) -> Result<Vec<u8>, Failure> {
    let path = Path::new(name);
    if path.is_dir() {
        let inside = Path::new(DOCUMENT).file_name().unwrap_or_default();
        return read(&path.join(inside));
    }
    if path.exists() {
        return read(path);
    }
    at_revision(name, DOCUMENT)
}

/// Returns what a file of the repository held in a revision.
pub(super) fn at_revision(revision: &str, file: &str) -> Result<Vec<u8>, Failure> {
    let fail = |why: &str| {
        let why = why.trim().trim_start_matches("fatal: ");
        Failure::Input(format!(
            "error: {revision} is neither a file nor a git revision with {file}: {why}"
        ))
    };
    if revision.starts_with('-') {
        return Err(fail("a revision does not begin with a dash"));
    }
    let mut git = Command::new("git");
    git.arg("-C").arg(crate::root());
    git.args(["show", "--end-of-options"]).arg(format!("{revision}:{file}"));
    let output = git.output().map_err(|error| fail(&error.to_string()))?;
    if !output.status.success() {
        return Err(fail(&String::from_utf8_lossy(&output.stderr)));
    }
    Ok(output.stdout)
}
