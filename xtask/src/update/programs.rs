//! The handwritten programs of this repository that use items that the crate no longer has.

use std::path::Path;

use atlas_admin_generator::Files;

use crate::diff::Comparison;
use crate::diff::crates::Act;
use crate::diff::items::Kind;
use crate::failure::{Failure, read};

/// The folders and files that contain programs.
const PLACES: [&str; 6] =
    ["README.md", "docs", "fake", "generated", "replay", "samples"];

/// The folders that are skipped: generated or built ones, and those with programs of other
/// authors.
const NOT_BY_HAND: [&str; 5] = [
    "generated/src",
    "generated/tests/contract/calls",
    "node_modules",
    "target",
    "clients",
];

/// A line that names a removed item.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    /// The path from the root of the repository, with slashes.
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl Use {
    /// Returns a line for the user: the place and the removed item.
    pub(super) fn told(&self) -> String {
        let Self { file, line, what } = self;
        format!("{file}:{line} uses {what}, which is gone")
    }
}

/// Finds the lines of programs that use removed items.
pub(super) fn uses(
    root: &Path,
    generated: &Files,
    both: &Comparison,
) -> Result<Vec<Use>, Failure> {
    let gone = gone(both);
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for place in PLACES {
        collect(root, place, &mut files)?;
    }
    let is_generated = |file: &str| {
        file.strip_prefix("generated/").is_some_and(|name| generated.contains_key(name))
    };
    files.retain(|file| !is_generated(file));
    let mut found = Vec::new();
    for file in files {
        let bytes = read(&root.join(&file))?;
        search(&file, &String::from_utf8_lossy(&bytes), &gone, &mut found);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// A removed item, in the form in which programs name it.
enum Gone {
    /// A function: `clusters::v2024_08_05::get_cluster`.
    Function(String),
    /// A type, or a variant with its type: `Cluster`, `State::Idle`.
    Name(String),
    /// The ID of an operation or its path, which programs write in quotation marks.
    Text(String),
}

fn gone(both: &Comparison) -> Vec<Gone> {
    let mut gone = Vec::new();
    for item in both.of_crate.items.iter().filter(|item| item.act == Act::Removed) {
        match item.kind {
            Kind::Function => gone.push(Gone::Function(item.path.clone())),
            Kind::Type | Kind::Variant => {
                let path = item.path.trim_start_matches("types::");
                gone.push(Gone::Name(path.to_owned()));
            }
            _ => {}
        }
    }
    for entry in &both.api {
        let mut changes = entry.versions.iter().flat_map(|version| &version.changes);
        if changes.any(|change| change.code == "endpoint-removed") {
            gone.push(Gone::Text(entry.old_id.clone()));
            gone.push(Gone::Text(entry.path.clone()));
        }
    }
    gone
}

fn search(file: &str, text: &str, gone: &[Gone], found: &mut Vec<Use>) {
    for gone in gone {
        let what = match gone {
            Gone::Function(path) | Gone::Name(path) | Gone::Text(path) => path,
        };
        let last = what.rsplit("::").next().unwrap_or(what);
        if !text.contains(last) {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            let is_used = match gone {
                Gone::Function(path) => calls(text, line, path),
                Gone::Name(name) => names(text, line, name),
                Gone::Text(value) => line.contains(&format!("\"{value}\"")),
            };
            if is_used {
                let what = what.clone();
                found.push(Use { file: file.to_owned(), line: index + 1, what });
            }
        }
    }
}

/// Tells whether a line calls a function by its module or by an alias of its module.
fn calls(text: &str, line: &str, path: &str) -> bool {
    let Some((modules, name)) = path.rsplit_once("::") else { return false };
    let segments: Vec<&str> = modules.split("::").collect();
    let Some(last) = segments.last() else { return false };
    if !segments.iter().all(|segment| has_word(text, segment)) {
        return false;
    }
    positions(line, name).any(|at| {
        let Some(before) = line[..at].strip_suffix("::") else { return false };
        let qualifier = before.rsplit(|next: char| !is_word(next)).next().unwrap_or("");
        qualifier == *last || text.contains(&format!("{last} as {qualifier}"))
    })
}

/// Tells whether a line names a type of the crate or a variant of one. Other crates have types of
/// the same name, so the text has to import the type from this crate or name its module.
fn names(text: &str, line: &str, name: &str) -> bool {
    let ty = name.split("::").next().unwrap_or(name);
    let imports = text.split("types::{").skip(1).map(|rest| rest.split('}').next());
    let is_imported = imports.flatten().any(|names| has_word(names, ty))
        || text.contains("types::*")
        || text.contains(&format!("use atlas_admin::types::{ty};"));
    positions(line, name).any(|at| is_imported || line[..at].ends_with("types::"))
}

fn has_word(text: &str, word: &str) -> bool {
    positions(text, word).next().is_some()
}

/// Returns the positions of a word, except those within a longer word.
fn positions<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Collects the sources and pages below a place, with their paths from the root.
fn collect(root: &Path, place: &str, found: &mut Vec<String>) -> Result<(), Failure> {
    let path = root.join(place);
    let name = place.rsplit('/').next().unwrap_or(place);
    if NOT_BY_HAND.contains(&place) || NOT_BY_HAND.contains(&name) {
        return Ok(());
    }
    if path.is_dir() {
        let entries =
            path.read_dir().map_err(|error| Failure::unreadable(&path, &error))?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            collect(root, &format!("{place}/{}", name.to_string_lossy()), found)?;
        }
    } else if path.is_file() && (place.ends_with(".rs") || place.ends_with(".md")) {
        found.push(place.to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, gone: Gone) -> Vec<usize> {
        let mut found = Vec::new();
        search("a.rs", text, &[gone], &mut found);
        found.into_iter().map(|found| found.line).collect()
    }

    #[test]
    fn a_function_is_found_by_its_module_or_another_name_of_it() {
        let function = || Gone::Function("pears::v2024_08_05::get_pear".to_owned());
        let by_path = "\npears::v2024_08_05::get_pear(1)\n";
        assert_eq!(lines(by_path, function()), [2]);
        let by_module =
            "use atlas_admin::pears::v2024_08_05;\nv2024_08_05::get_pear(1)\n";
        assert_eq!(lines(by_module, function()), [2]);
        let by_name =
            "use atlas_admin::pears::v2024_08_05 as pears;\npears::get_pear(1)\n";
        assert_eq!(lines(by_name, function()), [2]);
        for other in [
            "use atlas_admin::plums::v2024_08_05;\nv2024_08_05::get_pear(1)\n",
            "pears::v2025_01_01::get_pear(1)\npears::v2024_08_05::get_pears()\n",
        ] {
            assert_eq!(lines(other, function()), [0; 0], "{other}");
        }
    }

    #[test]
    fn types_variants_and_ids_are_found_as_words() {
        let text = "use types::{Apple, PearTree};\nlet it: types::Pear = x;\n\
                    PearTree::Old => {}\n\"getPear\";\nuse other::Pear;\nlet it = PearTree;";
        assert_eq!(lines(text, Gone::Name("Pear".to_owned())), [2]);
        assert_eq!(lines(text, Gone::Name("PearTree::Old".to_owned())), [3]);
        assert_eq!(lines(text, Gone::Text("getPear".to_owned())), [4]);
    }
}
