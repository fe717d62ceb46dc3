//! The comparison of a generated crate with the files on disk.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::plan::Plan;

/// The folders that contain only generated files; the rest of `examples/` and `tests/` is
/// handwritten.
const GENERATED: [&str; 2] = ["src", "tests/contract/calls"];

/// The list of what is not typed of a document: in `spec/` for the repository's own document, in
/// the crate's folder for another one.
pub(crate) const UNMAPPED: &str = "unmapped.txt";

/// Compares a crate with the files on disk.
pub(crate) fn plan(
    out: &Path,
    files: &BTreeMap<String, String>,
) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    for (name, text) in files {
        plan.add(&out.join(name), text)?;
    }
    let mut orphans = Vec::new();
    orphans.extend(Some(out.join(UNMAPPED)).filter(|path| path.is_file()));
    for folder in GENERATED {
        let folder = out.join(folder);
        find_files(&folder, &mut orphans)
            .map_err(|error| Failure::unreadable(&folder, &error))?;
    }
    orphans.retain(|path| {
        let name = path.strip_prefix(out).unwrap_or(path);
        let name: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        !files.contains_key(&name.join("/"))
    });
    orphans.sort();
    orphans.into_iter().for_each(|path| plan.remove(path));
    Ok(plan)
}

fn find_files(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            find_files(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}
