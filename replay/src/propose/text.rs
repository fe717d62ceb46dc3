//! The text of a proposal: an overlay in YAML, with remarks as comments.

use std::fmt;

use atlas_admin_generator::canonical;
use serde_json::Value;

use super::actions::{Action, Change, Proposal};

/// The longest line of prose, in characters.
const WIDTH: usize = 96;

/// The introduction for the reviewer.
const HEADER: &str = "\
Proposed by `cargo xtask replay --propose`; for a person to review. Types are those of the values \
that were seen. No value is copied from a recording but those of enums. For each property, add \
`readOnly: true` if only the service sets it, and `format: password` if it is a secret. A field \
that was released keeps its type until a major version.";

/// The introduction of the list of nulls, which says why they are no actions.
const NULLS: &str = "\
Null where the document does not allow it. The crate reads it as unset, so nothing needs a \
correction; `--nulls` proposes `nullable: true`.";

impl fmt::Display for Proposal {
    /// Writes the overlay. An overlay without actions consists of comments.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        comment(f, HEADER)?;
        list(f, "Found as well, and no action:", &self.remarks)?;
        list(f, NULLS, &self.nulls)?;
        if self.actions.is_empty() {
            return Ok(());
        }
        let title = "What recordings show and the document lacks";
        write!(
            f,
            "overlay: 1.0.0\ninfo:\n  title: {title}\n  version: 1.0.0\nactions:\n"
        )?;
        self.actions.iter().try_for_each(|action| action.fmt(f))
    }
}

impl Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = canonical::write(&Value::from(self.target.as_str()));
        write!(f, "  - target: {target}")?;
        writeln!(f, "    description: >-")?;
        for line in wrapped(&self.description, WIDTH - 6) {
            writeln!(f, "      {line}")?;
        }
        match &self.change {
            Change::Remove => writeln!(f, "    remove: true"),
            Change::Update(update) => {
                writeln!(f, "    update:")?;
                let text = canonical::write(update);
                text.lines().try_for_each(|line| writeln!(f, "      {line}"))
            }
        }
    }
}

/// Writes a list in comments, below its title.
fn list(f: &mut fmt::Formatter<'_>, title: &str, items: &[String]) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(f, "#")?;
    comment(f, title)?;
    for item in items {
        for (index, line) in wrapped(item, WIDTH - 4).iter().enumerate() {
            writeln!(f, "# {} {line}", if index == 0 { "-" } else { " " })?;
        }
    }
    Ok(())
}

fn comment(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    wrapped(text, WIDTH - 2).iter().try_for_each(|line| writeln!(f, "# {line}"))
}

/// Breaks a text between words into lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
