//! `--propose`: reads the document, and writes the whole proposal or nothing.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{fs, process};

use atlas_admin_generator::UnmatchedAction;
use atlas_admin_replay::exchange::Outcome;
use atlas_admin_replay::har::Recorded;
use atlas_admin_replay::propose::overlays::Source;
use atlas_admin_replay::propose::{Options, propose};

/// The command-line options of a proposal.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) out: Option<PathBuf>,
    pub(crate) spec: Option<PathBuf>,
    pub(crate) overlays: Option<PathBuf>,
    pub(crate) nulls: bool,
}

/// Writes the proposal for the outcomes of a replay.
pub(crate) fn run(
    wanted: &Wanted,
    exchanges: &[Recorded],
    outcomes: &[Outcome],
) -> Result<(), String> {
    let source = source(wanted)?;
    let document = source.read()?;
    let options = Options { nulls: wanted.nulls };
    let proposal = propose(exchanges, outcomes, &document, options);
    let text = proposal.to_string();
    let count = proposal.actions.len();
    if count > 0 {
        source.check(&document, &text).map_err(|problem| {
            format!(
                "the proposal does not fit the document, and is not written:\n{problem}"
            )
        })?;
    }
    let remarks = proposal.remarks.len() + proposal.nulls.len();
    let is_kept = count == 0 && wanted.out.is_some();
    match &wanted.out {
        Some(file) if count > 0 => write(file, &text)?,
        // Whoever reads only the beginning closes the pipe.
        _ => _ = write!(io::stdout(), "{text}"),
    }
    let written = if is_kept { "; no file is written" } else { "" };
    eprintln!("{count} actions, {remarks} remarks{written}");
    Ok(())
}

fn source(wanted: &Wanted) -> Result<Source, String> {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let document =
        wanted.spec.clone().unwrap_or_else(|| spec.join("atlas-admin-v2.yaml"));
    let folder = wanted.overlays.clone().unwrap_or_else(|| spec.join("overlays"));
    // The committed corrections belong to the vendored document.
    let is_other = wanted.spec.is_some() && wanted.overlays.is_none();
    Ok(Source {
        document: fs::read(&document).map_err(|error| unreadable(&document, &error))?,
        overlays: overlays(&folder)?,
        unmatched: if is_other { UnmatchedAction::Note } else { UnmatchedAction::Error },
    })
}

fn overlays(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let is_overlay =
            path.extension().is_some_and(|end| end == "yaml" || end == "yml");
        if let (true, Some(name)) = (is_overlay, path.file_name()) {
            let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            found.push((name.to_string_lossy().into_owned(), bytes));
        }
    }
    found.sort();
    Ok(found)
}

/// Writes a temporary file next to the named one, and renames the temporary file when it is
/// complete.
fn write(file: &Path, text: &str) -> Result<(), String> {
    let mut name = file.file_name().map(OsString::from).unwrap_or_default();
    name.push(format!(".{}.new", process::id()));
    let beside = file.with_file_name(name);
    let result = fs::write(&beside, text).and_then(|()| fs::rename(&beside, file));
    result.map_err(|error| {
        _ = fs::remove_file(&beside);
        format!("can't write {}: {error}", file.display())
    })
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("can't read {}: {error}", path.display())
}
