//! Compiles programs against generated crates: all are members of one workspace, so that the
//! runtime is compiled once.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use atlas_admin_generator::Files;
use serde_json::Value;
use toml::Table;

use super::program::{self, Item};
use crate::cargo;
use crate::failure::Failure;

/// The maximum number of rounds of compiling. An error about a name hides other errors, so the
/// rest is compiled again without the broken items.
const MAX_ROUNDS: usize = 12;

/// A program, and the crate that it is compiled against.
pub(super) struct Pair<'a> {
    pub items: &'a [Item],
    /// The name of the crate.
    pub against: String,
    pub files: &'a Files,
    /// The items that don't compile, with rustc's message.
    pub broken: BTreeMap<usize, String>,
}

/// Finds the items of each program that don't compile.
pub(super) fn compile(folder: &Path, pairs: &mut [Pair<'_>]) -> Result<(), Failure> {
    let unwritable = |error| Failure::unwritable(folder, &error);
    write_crates(folder, pairs).map_err(unwritable)?;
    for round in 1..=MAX_ROUNDS {
        write_programs(folder, pairs).map_err(unwritable)?;
        let mut is_done = true;
        for error in check(folder)? {
            is_done &= !attribute(&error, pairs)?;
        }
        let broken: usize = pairs.iter().map(|pair| pair.broken.len()).sum();
        eprintln!("round {round}: {broken} items don't compile");
        if is_done {
            return Ok(());
        }
    }
    Err(Failure::Input(
        "error: rustc still finds new errors after the last round; raise MAX_ROUNDS"
            .to_owned(),
    ))
}

fn write_crates(folder: &Path, pairs: &[Pair<'_>]) -> io::Result<()> {
    let mut members = Vec::new();
    for (index, pair) in pairs.iter().enumerate() {
        let home = folder.join("crates").join(&pair.against);
        for (path, text) in pair.files.iter().filter(|(path, _)| *path != "Cargo.toml") {
            let path = home.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&home))?;
            write(&path, text)?;
        }
        let manifest = crate_manifest(&pair.against, &pair.files["Cargo.toml"])?;
        write(&home.join("Cargo.toml"), &manifest)?;
        let program = folder.join(program_name(index));
        fs::create_dir_all(program.join("src"))?;
        fs::write(program.join("Cargo.toml"), program_manifest(index, &pair.against))?;
        members.push(format!("{:?}", format!("crates/{}", pair.against)));
        members.push(format!("{:?}", program_name(index)));
    }
    members.sort();
    members.dedup();
    let runtime = crate::root().join("runtime").canonicalize()?;
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[workspace.dependencies]\n\
         atlas-admin-runtime = {{ path = {runtime:?} }}\n\n[profile.dev]\ndebug = 0\n",
        members.join(", ")
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(crate::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

/// Removes the written files, but not cargo's output for the runtime.
pub(super) fn clean(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name();
        if name != "target" && entry.path().is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Returns a generated crate's manifest with its own name, and without the parts about this
/// workspace.
fn crate_manifest(name: &str, manifest: &str) -> io::Result<String> {
    let mut manifest: Table = manifest.parse().map_err(io::Error::other)?;
    for section in ["example", "test", "dev-dependencies", "lints", "workspace"] {
        manifest.remove(section);
    }
    if let Some(package) = manifest.get_mut("package").and_then(|it| it.as_table_mut()) {
        package.insert("name".to_owned(), name.into());
    }
    Ok(manifest.to_string())
}

fn program_name(index: usize) -> String {
    format!("program-{index}")
}

fn program_manifest(index: usize, against: &str) -> String {
    format!(
        "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         atlas-admin-runtime.workspace = true\natlas-admin = {{ package = \"{against}\", \
         path = \"../crates/{against}\", features = [\"full\", \"older-versions\", \"preview\"] }}\n",
        program_name(index)
    )
}

fn write_programs(folder: &Path, pairs: &[Pair<'_>]) -> io::Result<()> {
    for (index, pair) in pairs.iter().enumerate() {
        let text = program::text(pair.items, |item| pair.broken.contains_key(&item));
        let path = folder.join(program_name(index)).join("src/lib.rs");
        write(&path, &text)?;
    }
    Ok(())
}

/// Writes a file, unless its text is the same: an unchanged file is not compiled again.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    fs::write(path, text)
}

/// An error of rustc, from its JSON, and the name of the crate.
struct CompileError {
    target: String,
    message: Value,
}

fn check(folder: &Path) -> Result<Vec<CompileError>, Failure> {
    let output = cargo::command()
        .args(["check", "--workspace", "--offline", "--quiet", "--keep-going"])
        .args(["--message-format", "json"])
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .current_dir(folder)
        .output()
        .map_err(|error| Failure::Input(format!("error: can't run cargo: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let errors: Vec<CompileError> = text.lines().filter_map(error_of).collect();
    if errors.is_empty() && !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::Input(format!("error: cargo check failed\n{said}")));
    }
    Ok(errors)
}

/// Reads a line of cargo's JSON messages; `None` if it is no error with a location.
fn error_of(line: &str) -> Option<CompileError> {
    let mut message: Value = serde_json::from_str(line).ok()?;
    let is_error = message["reason"] == "compiler-message"
        && message["message"]["level"] == "error"
        && message["message"]["spans"].as_array().is_some_and(|spans| !spans.is_empty());
    let target = message["target"]["name"].as_str()?.to_owned();
    is_error.then(|| CompileError { target, message: message["message"].take() })
}

/// Marks the items that an error is about; returns true if any of them was not marked before.
fn attribute(error: &CompileError, pairs: &mut [Pair<'_>]) -> Result<bool, Failure> {
    let index = error.target.strip_prefix("program-").and_then(|it| it.parse().ok());
    let index: Option<usize> =
        index.or_else(|| error.target.strip_prefix("program_")?.parse().ok());
    let text = error.message["message"].as_str().unwrap_or_default();
    let Some(pair) = index.and_then(|index| pairs.get_mut(index)) else {
        let rendered = error.message["rendered"].as_str().unwrap_or(text);
        let what =
            format!("error: the crate {} doesn't compile\n{rendered}", error.target);
        return Err(Failure::Input(what));
    };
    let mut is_new = false;
    for span in error.message["spans"].as_array().into_iter().flatten() {
        let line = span["line_start"].as_u64().and_then(|line| line.try_into().ok());
        let item = line.and_then(program::item_on).filter(|it| *it < pair.items.len());
        if let Some(item) = item.filter(|_| span["is_primary"] == true) {
            // "mismatched types" says nothing without the label.
            let label = span["label"].as_str().map(|it| format!(" ({it})"));
            let text = format!("{text}{}", label.unwrap_or_default());
            is_new |= pair.broken.insert(item, text.replace('\n', " ")).is_none();
        }
    }
    Ok(is_new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_with_a_place_are_read() {
        let line = r#"{"reason": "compiler-message", "target": {"name": "program-1"},
            "message": {"level": "error", "message": "no", "spans": [{"line_start": 9}]}}"#;
        let error = error_of(line).expect("an error");
        assert_eq!(
            (&error.target[..], &error.message["message"]),
            ("program-1", &"no".into())
        );
        assert!(error_of(&line.replace("\"error\"", "\"warning\"")).is_none());
        assert!(error_of(&line.replace("[{\"line_start\": 9}]", "[]")).is_none());
    }
}
