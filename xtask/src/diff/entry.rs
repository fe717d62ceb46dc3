//! The entry of the changelog: what changes for those who use the crate, by group of operations.
//!
//! It says names and counts, and no word of the document's prose.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::crates::{Act, CrateDiff, ItemChange, Verdict};
use super::items::Kind;
use super::operation::Entry;

/// The names that a line lists before it only counts them.
const MAX_NAMES: usize = 12;

/// The headings of the changelog.
const HEADINGS: [&str; 4] = ["Added", "Changed", "Fixed", "Breaking"];

/// The sentences below each heading, by group of operations.
type Sections = BTreeMap<&'static str, BTreeMap<String, Vec<String>>>;

/// Writes the entry, under a title where there is one.
pub(crate) fn entry(title: Option<&str>, diff: &CrateDiff, entries: &[Entry]) -> String {
    let mut sections = Sections::new();
    items(diff, &mut sections);
    endpoints(entries, &mut sections);
    let mut text = title.map(|title| format!("## {title}\n\n")).unwrap_or_default();
    for heading in HEADINGS {
        let Some(tags) = sections.get(heading) else { continue };
        let _ = writeln!(text, "### {heading}\n");
        for (tag, sentences) in tags {
            let tag = if tag.is_empty() { "The whole crate" } else { tag };
            let _ = writeln!(text, "- {tag}: {}.", sentences.join("; "));
        }
        text.push('\n');
    }
    if sections.is_empty() {
        text.push_str("Nothing changes for programs.\n\n");
    }
    text.pop();
    text
}

fn heading(item: &ItemChange) -> &'static str {
    match (item.verdict, item.act) {
        (Verdict::Major, _) => "Breaking",
        (_, Act::Added) => "Added",
        _ => "Changed",
    }
}

/// Adds a sentence for the items of one kind, group and heading.
fn items(diff: &CrateDiff, sections: &mut Sections) {
    let mut alike: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    // A function is one, whether it is named with its version or without.
    let is_told = |item: &&ItemChange| {
        let is_unversioned =
            item.kind == Kind::Function && item.path.matches("::").count() == 1;
        let is_plumbing = item.kind == Kind::Impl && item.act == Act::Added;
        let is_moving = is_unversioned && item.act == Act::Changed;
        !item.is_implied
            && !is_plumbing
            && (!is_unversioned || is_moving)
            && !(item.kind == Kind::Module && item.path.contains("::"))
    };
    for item in diff.items.iter().filter(is_told) {
        let key = (heading(item), &item.tags, item.kind, item.act, item.is_preview);
        alike.entry(key).or_default().insert(format!("`{}`", item.path));
    }
    for ((heading, tag, kind, act, is_preview), names) in alike {
        let noun = kind.noun(names.len() == 1);
        let act = match act {
            Act::Added => "new",
            Act::Changed if kind == Kind::Function && heading != "Breaking" => "moved",
            Act::Changed => "changed",
            Act::Removed => "removed",
        };
        let preview = if is_preview { "in preview, " } else { "" };
        let sentence = format!("{preview}{act} {noun} {}", listed(&names));
        let tags = sections.entry(heading).or_default();
        tags.entry(tag.clone()).or_default().push(sentence);
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = names.iter().take(MAX_NAMES).map(String::as_str).collect();
    let more = match names.len().saturating_sub(MAX_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

/// Adds what the API deprecates, for it gives functions a date and no new signature.
fn endpoints(entries: &[Entry], sections: &mut Sections) {
    let codes =
        ["endpoint-deprecated", "endpoint-reactivated", "endpoint-sunset-date-changed"];
    let mut alike: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    for entry in entries {
        for version in &entry.versions {
            let changes = version.changes.iter();
            for change in changes.filter(|change| codes.contains(&&*change.code)) {
                let what = change.what.trim_start_matches("the endpoint");
                let key = (&*entry.tag, what);
                let name = format!("`{}` {}", entry.id, version.version);
                alike.entry(key).or_default().insert(name);
            }
        }
    }
    for ((tag, what), names) in alike {
        let sentence = format!("the API {what}: {}", listed(&names));
        let tags = sections.entry("Changed").or_default();
        tags.entry(tag.to_owned()).or_default().push(sentence);
    }
}
