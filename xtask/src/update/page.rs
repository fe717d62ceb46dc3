//! The page for the reviewer, in Markdown: the text of a pull request.
//!
//! The points to look at come first, then all changes. Text from the document is written as code,
//! so that no name in it becomes a link, a mention or a heading.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use atlas_admin_generator::{Diagnostic, Output};

use super::aside::{Aside, Reason};
use super::programs::Use;
use super::version::Bump;
use crate::diff::Comparison;
use crate::diff::crates::{Act, Verdict};

/// The maximum number of lines that a list shows; the list only counts further lines.
const MAX_LINES: usize = 60;

/// The maximum number of keys of sentences that a list shows.
const MAX_KEYS: usize = 40;

/// The contents of the page.
pub(super) struct Page<'a> {
    pub day: &'a str,
    pub old: &'a Output,
    pub new: &'a Output,
    pub both: &'a Comparison,
    pub aside: &'a Aside,
    pub programs: &'a [Use],
    pub bump: &'a Bump,
    pub notes: &'a [Diagnostic],
}

impl Page<'_> {
    /// Writes the page.
    pub(super) fn render(&self) -> String {
        let mut text = format!("# The document of {}\n\n", self.day);
        self.verdicts(&mut text);
        self.to_do(&mut text);
        self.programs(&mut text);
        self.corrections(&mut text);
        self.notes(&mut text);
        self.unmapped(&mut text);
        self.ledger(&mut text);
        self.words(&mut text);
        self.counts(&mut text);
        let _ = write!(text, "## What changed\n\n{}", fenced(&self.both.text()));
        text
    }

    fn verdicts(&self, text: &mut String) {
        let api =
            if self.both.is_compatible() { "compatible" } else { "not compatible" };
        let of_crate = self.both.of_crate.verdict.word();
        let _ = writeln!(text, "| what | verdict |\n|---|---|");
        let _ = writeln!(text, "| the API | {api} |");
        let _ = writeln!(text, "| the crate | {of_crate} |");
        let _ = writeln!(text, "| the version | {} |\n", self.bump.reason());
    }

    /// Lists the decisions and tasks for a person.
    fn to_do(&self, text: &mut String) {
        let mut items = Vec::new();
        if !self.programs.is_empty() {
            let count = self.programs.len();
            items.push(format!(
                "**Edit the programs that use what is gone** ({count} lines, below); \
                 until then the tests fail."
            ));
        }
        let (made, gone): (Vec<_>, Vec<_>) =
            self.aside.actions().partition(|(_, _, reason)| reason.is_made);
        if !gone.is_empty() {
            let count = gone.len();
            items.push(format!(
                "Corrections whose target is gone: {count}. If something has another name \
                 now, put the correction back with that name."
            ));
        }
        if !made.is_empty() {
            let count = made.len();
            items.push(format!("Corrections that upstream has made: {count}."));
        }
        let major = self.breaking();
        if major > 0 {
            items.push(format!(
                "What breaks programs: {major} items; read them in the entry of CHANGELOG.md."
            ));
        }
        if self.old.unmapped != self.new.unmapped {
            items.push("What is knowingly not typed has changed.".to_owned());
        }
        let (new_names, _) = self.ledger_lines();
        if !new_names.is_empty() {
            let count = new_names.len();
            items.push(format!(
                "New lines of the ledger: {count}. Their names stay until the next major \
                 version."
            ));
        }
        if !self.new.wording.stale.is_empty() {
            let count = self.new.wording.stale.len();
            items.push(format!(
                "Sentences for nothing in the document: {count}. Move each to the new name, \
                 or remove it."
            ));
        }
        let wanting = self.new.wording.wanting.iter().map(|(_, keys)| keys.len());
        let wanting = wanting.sum::<usize>();
        if wanting > 0 {
            items.push(format!(
                "Things without a sentence: {wanting}, below. Write one in `spec/words/` where \
                 its meaning is certain."
            ));
        }
        if self.new.summary.secrets < self.old.summary.secrets {
            let (old, new) = (self.old.summary.secrets, self.new.summary.secrets);
            items.push(format!(
                "**Fewer properties are secret: {new} of {old}.** See that none of them has \
                 become printable."
            ));
        }
        let _ = writeln!(text, "## What to look at\n");
        if items.is_empty() {
            let _ = writeln!(text, "Nothing but the tests.\n");
        }
        list(&items, text);
    }

    fn breaking(&self) -> usize {
        let items = self.both.of_crate.items.iter();
        items
            .filter(|item| item.verdict == Verdict::Major && !item.is_implied)
            .filter(|item| item.act != Act::Added)
            .count()
    }

    fn programs(&self, text: &mut String) {
        if self.programs.is_empty() {
            return;
        }
        let lines: Vec<String> = self.programs.iter().map(Use::told).collect();
        let _ = writeln!(text, "## Programs that use what is gone\n\n{}", shown(&lines));
    }

    fn corrections(&self, text: &mut String) {
        if self.aside.is_empty() {
            return;
        }
        let line = |(file, number, reason): (&str, usize, &Reason)| {
            let Reason { target, why, description, .. } = reason;
            format!("{file}, action {number}: {why}\n  {target}\n  {description}")
        };
        let lines: Vec<String> = self.aside.actions().map(line).collect();
        let _ = writeln!(
            text,
            "## Corrections set aside\n\nTaken out of `spec/overlays/`; the numbers are those \
             before.\n\n{}",
            fenced(&format!("{}\n", lines.join("\n")))
        );
    }

    fn notes(&self, text: &mut String) {
        if self.notes.is_empty() {
            return;
        }
        let lines: Vec<String> = self.notes.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "## Notes on the document\n\n{}", shown(&lines));
    }

    fn unmapped(&self, text: &mut String) {
        let (gone, new) = lines_between(&self.old.unmapped, &self.new.unmapped);
        let lines: Vec<String> = gone
            .iter()
            .map(|line| format!("- {line}"))
            .chain(new.iter().map(|line| format!("+ {line}")))
            .collect();
        if !lines.is_empty() {
            let _ = writeln!(text, "## What is not typed\n\n{}", shown(&lines));
        }
    }

    /// Returns the new lines of the ledger, and the changes of lines that it had before.
    fn ledger_lines(&self) -> (Vec<String>, Vec<String>) {
        let (old, new) = (self.old.ledger.render(), self.new.ledger.render());
        let (_, added) = lines_between(&old, &new);
        // The heading of a table is no name.
        let added = added.into_iter().filter(|line| !line.starts_with('['));
        let added = added.map(str::to_owned).collect();
        (added, self.old.ledger.changes(&self.new.ledger))
    }

    fn ledger(&self, text: &mut String) {
        let (added, changed) = self.ledger_lines();
        if !changed.is_empty() {
            let _ = writeln!(
                text,
                "## The ledger, lines that changed\n\n{}",
                shown(&changed)
            );
        }
        if !added.is_empty() {
            let _ = writeln!(text, "## The ledger, new lines\n\n{}", shown(&added));
        }
    }

    /// Lists the items of the new document that have no sentence, and the sentences whose subject
    /// the document doesn't have.
    fn words(&self, text: &mut String) {
        let wording = &self.new.wording;
        let stale: Vec<String> =
            wording.stale.iter().map(|note| note.what.clone()).collect();
        let wanting = wording.wanting.iter();
        let lists = wanting
            .map(|(kind, keys)| (format!("Without a sentence: {kind}"), keys))
            .chain([("Sentences for nothing in the document".to_owned(), &stale)]);
        let lists: Vec<_> = lists.filter(|(_, keys)| !keys.is_empty()).collect();
        if lists.is_empty() {
            return;
        }
        let _ = writeln!(text, "## Sentences of spec/words/\n");
        for (head, keys) in lists {
            let _ = writeln!(
                text,
                "### {head} ({})\n\n{}",
                keys.len(),
                first_of(keys, MAX_KEYS)
            );
        }
    }

    fn counts(&self, text: &mut String) {
        let _ = writeln!(text, "## How many\n\n| what | before | now |\n|---|---|---|");
        let numbers = self.old.summary.numbers().into_iter();
        for ((name, old), (_, new)) in numbers.zip(self.new.summary.numbers()) {
            let name = name.replace('_', " ");
            let _ = writeln!(text, "| {name} | {old} | {new} |");
        }
        text.push('\n');
    }
}

fn list(items: &[String], text: &mut String) {
    for item in items {
        let _ = writeln!(text, "- {item}");
    }
    if !items.is_empty() {
        text.push('\n');
    }
}

/// Returns the lines that only the old text has, and those that only the new one has.
fn lines_between<'a>(old: &'a str, new: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) =
        (old.lines().collect(), new.lines().collect());
    let gone = old.lines().filter(|line| !after.contains(line)).collect();
    let added = new.lines().filter(|line| !before.contains(line)).collect();
    (gone, added)
}

/// Returns lines as a block of code. Of many lines, shows only the first ones.
fn shown(lines: &[String]) -> String {
    first_of(lines, MAX_LINES)
}

fn first_of(lines: &[String], count: usize) -> String {
    let mut text =
        lines.iter().take(count).fold(String::new(), |text, line| text + line + "\n");
    if let Some(more @ 1..) = lines.len().checked_sub(count) {
        let _ = writeln!(text, "and {more} more");
    }
    fenced(&text)
}

/// Returns text as a block of code that nothing in it can end.
fn fenced(text: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_block_ends_it() {
        assert_eq!(fenced("@a\n"), "```text\n@a\n```\n");
        assert_eq!(fenced("a ```\n# b"), "````text\na ```\n# b\n````\n");
    }

    #[test]
    fn long_lists_are_counted() {
        let lines: Vec<String> = (0..62).map(|number| number.to_string()).collect();
        assert!(shown(&lines).ends_with("59\nand 2 more\n```\n"));
        assert!(shown(&lines[..60]).ends_with("59\n```\n"));
    }
}
