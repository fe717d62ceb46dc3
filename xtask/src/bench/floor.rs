//! The floor: the generated types with derived `Clone`, `Debug`, `Default` and `PartialEq`, and
//! nothing else. What any crate of these types costs at the least.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Writes the crate and returns its folder.
pub(super) fn write(root: &Path, scratch: &Path) -> Result<PathBuf, Failure> {
    let folder = scratch.join("floor");
    make(root, &folder).map_err(|error| Failure::unwritable(&folder, &error))?;
    Ok(folder)
}

fn make(root: &Path, folder: &Path) -> io::Result<()> {
    let source = root.join("generated/src");
    let types = folder.join("src/types");
    if types.exists() {
        fs::remove_dir_all(&types)?;
    }
    fs::create_dir_all(&types)?;
    for entry in fs::read_dir(source.join("types"))? {
        let entry = entry?;
        let text = fs::read_to_string(entry.path())?;
        fs::write(types.join(entry.file_name()), derive_only(&text))?;
    }
    fs::copy(source.join("types.rs"), folder.join("src/types.rs"))?;
    let lib = "#![allow(warnings)]\npub mod types;\n";
    fs::write(folder.join("src/lib.rs"), lib)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let manifest = fs::read_to_string(root.join("generated/Cargo.toml"))?;
    fs::write(folder.join("Cargo.toml"), standalone(&manifest, root)?)
}

/// Drops the table access and the macros, and derives what they stood for.
fn derive_only(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let dropped = ["impl Record for ", "impl Union for ", "impl Page for "];
        if dropped.iter().any(|start| line.starts_with(start)) {
            while lines.next().is_some_and(|line| line != "}") {}
        } else if let Some(call) = line.strip_prefix("atlas_admin_runtime::") {
            let mut whole = call.to_owned();
            while !whole.ends_with(");") {
                whole.push_str(lines.next().unwrap_or(");").trim());
            }
            kept.push_str(&default_of(&whole));
        } else if let Some(derives) = line.strip_prefix("#[derive(Clone") {
            let default = if derives.contains("Default") { "Default, " } else { "" };
            kept.push_str(&format!("#[derive(Clone, Debug, {default}PartialEq)]\n"));
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// What derives of an enum with an `Unknown` variant can't make.
fn default_of(call: &str) -> String {
    let name: String = call
        .split_once('(')
        .map_or("", |(_, rest)| rest)
        .chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect();
    if call.starts_with("record!") {
        return String::new();
    }
    format!(
        "impl Default for {name} {{\n    fn default() -> Self {{\n        \
         Self::Unknown(Default::default())\n    }}\n}}\n"
    )
}

/// A package of its own with the features of the generated crate, which have nothing to enable.
fn standalone(manifest: &str, root: &Path) -> io::Result<String> {
    let runtime = root.join("runtime").canonicalize()?;
    let manifest: toml::Table = manifest.parse().map_err(io::Error::other)?;
    let features = manifest.get("features").and_then(toml::Value::as_table);
    let names = features.into_iter().flatten().map(|(name, _)| format!("{name} = []\n"));
    Ok(format!(
        "[package]\nname = \"floor\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\natlas-admin-runtime = {{ path = {runtime:?} }}\n\n\
         [features]\n{}",
        names.collect::<String>()
    ))
}
