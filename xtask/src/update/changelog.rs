//! Puts an entry into the changelog: under Unreleased, below a heading with the document's day.

use std::path::Path;

use crate::failure::{Failure, read};
use crate::plan::Plan;

const UNRELEASED: &str = "## Unreleased";

/// The beginning of the heading above the changes of a document.
const DAY: &str = "### The document of ";

/// Plans to add an entry to CHANGELOG.md.
pub(super) fn plan(
    root: &Path,
    day: &str,
    entry: &str,
    plan: &mut Plan,
) -> Result<(), Failure> {
    let path = root.join("CHANGELOG.md");
    let bytes = read(&path)?;
    let text = String::from_utf8_lossy(&bytes);
    plan.add(&path, &insert(&text, day, entry))
}

/// Returns the changelog with an entry above those of earlier documents, and below the entries that
/// are not about documents.
fn insert(text: &str, day: &str, entry: &str) -> String {
    let text = with_unreleased(text);
    let start = find_line(&text, UNRELEASED).unwrap_or_default();
    let below = start + UNRELEASED.len();
    let section = &text[below..];
    let end = section.find("\n## ").map_or(section.len(), |at| at + 1);
    let place = section[..end].find(&format!("\n{DAY}")).map_or(end, |at| at + 1);
    let (before, after) = text.split_at(below + place);
    let mut new = format!("{}\n\n{DAY}{day}\n\n", before.trim_end());
    for line in entry.trim_end().lines() {
        // A level below the day of the document.
        let deeper = if line.starts_with("### ") { "#" } else { "" };
        new.push_str(&format!("{deeper}{line}\n"));
    }
    if !after.is_empty() {
        new.push('\n');
        new.push_str(after);
    }
    new
}

/// Returns the text with a section for unreleased changes.
fn with_unreleased(text: &str) -> String {
    if find_line(text, UNRELEASED).is_some() {
        return text.to_owned();
    }
    let place = text.find("\n## ").map_or(text.len(), |at| at + 1);
    let (before, after) = text.split_at(place);
    format!("{}\n\n{UNRELEASED}\n\n{after}", before.trim_end())
}

fn find_line(text: &str, line: &str) -> Option<usize> {
    let mut at = 0;
    for found in text.split_inclusive('\n') {
        if found.trim_end() == line {
            return Some(at);
        }
        at += found.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "# Changelog\n\nWords.\n\n";

    #[test]
    fn a_document_stands_below_what_is_not_about_documents() {
        let text =
            format!("{HEAD}## Unreleased\n\n### Added\n\n- A.\n\n## 0.1.0\n\n- B.\n");
        let first = insert(&text, "2026-08-21", "### Added\n\n- Plums: new.\n");
        let entry = "### The document of 2026-08-21\n\n#### Added\n\n- Plums: new.\n";
        let expected = format!(
            "{HEAD}## Unreleased\n\n### Added\n\n- A.\n\n{entry}\n## 0.1.0\n\n- B.\n"
        );
        assert_eq!(first, expected);
        let second = insert(&first, "2026-08-28", "Nothing changes for programs.\n");
        let newer = "### The document of 2026-08-28\n\nNothing changes for programs.\n";
        let expected = format!(
            "{HEAD}## Unreleased\n\n### Added\n\n- A.\n\n{newer}\n{entry}\n## 0.1.0\n\n- B.\n"
        );
        assert_eq!(second, expected);
    }

    #[test]
    fn a_changelog_without_unreleased_gets_it() {
        let text = format!("{HEAD}## 0.1.0\n\n- B.\n");
        let found = insert(&text, "2026-08-21", "### Added\n\n- A.\n");
        let entry = "### The document of 2026-08-21\n\n#### Added\n\n- A.\n";
        let expected = format!("{HEAD}## Unreleased\n\n{entry}\n## 0.1.0\n\n- B.\n");
        assert_eq!(found, expected);
        let found = insert(HEAD, "2026-08-21", "### Added\n\n- A.\n");
        assert_eq!(found, format!("{HEAD}## Unreleased\n\n{entry}"));
    }
}
