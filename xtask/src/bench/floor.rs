//! The floor: the generated types with only derived `Clone`, `Debug`, `Default` and `PartialEq`.
//! The floor is the minimum cost of any crate with these types.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::twin;
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

/// Removes the calls of the runtime's macros, and derives what they implement.
fn derive_only(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(call) = line.strip_prefix("atlas_admin_runtime::") {
            // A table in braces ends with a line of its own.
            if call.ends_with('{') {
                let mut table = lines.by_ref().take_while(|line| *line != "}");
                kept.push_str(&default_of(call, table.next().unwrap_or_default()));
                table.for_each(drop);
            } else if !call.ends_with(");") {
                lines.by_ref().take_while(|line| !line.ends_with(");")).for_each(drop);
            }
        } else if let Some(derives) = line.strip_prefix("#[derive(Clone") {
            let default = if derives.contains("Default") { "Default, " } else { "" };
            kept.push_str(&format!("#[derive(Clone, Debug, {default}PartialEq)]\n"));
        } else {
            // A type without `PartialEq` is replaced by a string.
            kept.push_str(&line.replace("(UndeclaredValue)", "(String)"));
            kept.push('\n');
        }
    }
    kept
}

/// Writes the default of an enum or a union, which the first line of its table names.
fn default_of(call: &str, head: &str) -> String {
    if call.starts_with("record!") {
        return String::new();
    }
    twin::default_of(head.trim().split(' ').next().unwrap_or_default())
}

/// Returns the manifest of a separate package with the features of the generated crate, all empty.
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

#[cfg(test)]
mod tests {
    use std::fs;

    use syn::Item;

    use super::derive_only;

    /// Counts the structs, the enums, the defaults and the macros of a file.
    fn counts(text: &str) -> [usize; 4] {
        let items = syn::parse_file(text).expect("Rust").items;
        let count = |is: fn(&&Item) -> bool| items.iter().filter(is).count();
        [
            count(|item| matches!(item, Item::Struct(_))),
            count(|item| matches!(item, Item::Enum(_))),
            count(|item| matches!(item, Item::Impl(_))),
            count(|item| matches!(item, Item::Macro(_))),
        ]
    }

    #[test]
    fn every_generated_type_stays_and_no_macro() {
        let folder = crate::root().join("generated/src/types");
        let mut all = 0;
        for entry in fs::read_dir(folder).expect("the types") {
            let text =
                fs::read_to_string(entry.expect("a file").path()).expect("a text");
            let [structs, enums, ..] = counts(&text);
            assert_eq!(counts(&derive_only(&text)), [structs, enums, enums, 0]);
            all += structs + enums;
        }
        assert!(all > 0);
    }
}
