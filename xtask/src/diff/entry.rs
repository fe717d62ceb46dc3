//! The entry of the changelog: the changes for users of the crate, by operation group.
//!
//! The entry has names and counts, and none of the document's prose.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::crates::{Act, CrateDiff, ItemChange, Verdict};
use super::items::Kind;
use super::operation::Entry;

/// The maximum number of names in a line; the line only counts further names.
const MAX_NAMES: usize = 12;

/// The minimum number of types with the same new field for which one sentence covers all of them.
const MANY: usize = 4;

/// The headings of the changelog.
const HEADINGS: [&str; 3] = ["Added", "Changed", "Breaking"];

/// The sentences below each heading, by group of operations.
type Sections = BTreeMap<&'static str, BTreeMap<String, Vec<String>>>;

/// The properties that all items of one sentence share.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Topic<'a> {
    heading: &'static str,
    tag: &'a str,
    kind: Kind,
    act: Act,
    is_preview: bool,
    /// The code of the cause of a breaking change; `None` for other changes.
    code: Option<&'a str>,
}

/// Returns the entry.
pub(crate) fn entry(diff: &CrateDiff, entries: &[Entry]) -> String {
    let mut sections = Sections::new();
    items(diff, &mut sections);
    endpoints(entries, &mut sections);
    let mut text = String::new();
    for heading in HEADINGS {
        let Some(tags) = sections.get(heading) else { continue };
        let _ = writeln!(text, "### {heading}\n");
        for (tag, sentences) in tags {
            let tag = if tag.is_empty() { "All groups" } else { tag };
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

/// Tells whether an item is mentioned on its own.
fn is_told(item: &ItemChange) -> bool {
    // A function is mentioned with its version; the one without, only where it moves to another
    // version.
    let is_unversioned =
        item.kind == Kind::Function && item.path.matches("::").count() == 1;
    let is_dated_module = item.kind == Kind::Module && item.path.contains("::");
    let is_plumbing = item.kind == Kind::Impl && item.act == Act::Added;
    let is_function_again = is_unversioned && item.act != Act::Changed;
    !item.is_implied && !is_plumbing && !is_function_again && !is_dated_module
}

/// Tells whether a type was added or removed with the operations that use it.
fn is_of_operation(item: &ItemChange) -> bool {
    let code = item.cause.as_ref().map_or("", |cause| &cause.code);
    item.kind == Kind::Type && code.starts_with("endpoint-")
}

/// Adds a sentence for the items of each topic.
fn items(diff: &CrateDiff, sections: &mut Sections) {
    let mut topics: BTreeMap<Topic<'_>, Vec<&ItemChange>> = BTreeMap::new();
    for item in diff.items.iter().filter(|item| is_told(item)) {
        let heading = heading(item);
        let code = item.cause.as_ref().map(|cause| &*cause.code);
        let topic = Topic {
            heading,
            tag: &item.tags,
            kind: item.kind,
            act: item.act,
            is_preview: item.is_preview,
            code: code.filter(|_| heading == "Breaking"),
        };
        topics.entry(topic).or_default().push(item);
    }
    for (topic, items) in topics {
        let found = sentences(&topic, &items);
        let tags = sections.entry(topic.heading).or_default();
        tags.entry(topic.tag.to_owned()).or_default().extend(found);
    }
}

fn sentences(topic: &Topic<'_>, items: &[&ItemChange]) -> Vec<String> {
    let (with, alone): (Vec<_>, Vec<_>) =
        items.iter().partition(|item| is_of_operation(item));
    let preview = if topic.is_preview { "in preview, " } else { "" };
    let act = match topic.act {
        Act::Added => "new",
        Act::Changed if topic.kind == Kind::Function && topic.heading != "Breaking" => {
            "moved to a newer version:"
        }
        Act::Changed => "changed",
        Act::Removed => "removed",
    };
    let code = topic.code.map(|code| format!(" (`{code}`)")).unwrap_or_default();
    let mut found = Vec::new();
    for (owner, names) in grouped(topic.kind, &alone) {
        let noun = topic.kind.noun(names.len() == 1);
        let word = if topic.kind == Kind::Function { "in" } else { "of" };
        let of = owner.map(|owner| format!(" {word} {owner}:")).unwrap_or_default();
        found.push(format!("{preview}{act} {noun}{of} {}{code}", listed(&names)));
    }
    if !with.is_empty() {
        let noun = topic.kind.noun(with.len() == 1);
        let count = with.len();
        found.push(format!("{preview}{count} {act} {noun} of these operations"));
    }
    found
}

type Groups = BTreeMap<Option<String>, BTreeSet<String>>;

/// Groups members by their owner; a member that many types share is mentioned once.
fn grouped(kind: Kind, items: &[&ItemChange]) -> Groups {
    let mut groups = Groups::new();
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for item in items {
        match item.path.rsplit_once("::") {
            Some((owner, name)) if !matches!(kind, Kind::Type | Kind::Impl) => {
                owners.entry(name).or_default().push(owner);
            }
            _ => {
                let name = item.path.trim_start_matches("feature ");
                groups.entry(None).or_default().insert(format!("`{name}`"));
            }
        }
    }
    for (name, owners) in owners {
        if owners.len() >= MANY && kind != Kind::Function {
            let owner = Some(format!("{} types", owners.len()));
            groups.entry(owner).or_default().insert(format!("`{name}`"));
            continue;
        }
        for owner in owners {
            let owner = Some(format!("`{owner}`"));
            groups.entry(owner).or_default().insert(format!("`{name}`"));
        }
    }
    groups
}

fn listed(names: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = names.iter().take(MAX_NAMES).map(String::as_str).collect();
    let more = match names.len().saturating_sub(MAX_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

/// Adds the deprecations of the API: a deprecated function gets a date, but no new signature.
fn endpoints(entries: &[Entry], sections: &mut Sections) {
    let codes =
        ["endpoint-deprecated", "endpoint-reactivated", "endpoint-sunset-date-changed"];
    let mut alike: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    for entry in entries {
        for version in &entry.versions {
            let changes = version.changes.iter();
            for change in changes.filter(|change| codes.contains(&&*change.code)) {
                let key = (&*entry.tag, &*change.what);
                let name = format!("`{}` {}", entry.id, version.version);
                alike.entry(key).or_default().insert(name);
            }
        }
    }
    for ((tag, what), names) in alike {
        let what = what.replace("the endpoint", "endpoints");
        let sentence = format!("the API {what}: {}", listed(&names));
        let tags = sections.entry("Changed").or_default();
        tags.entry(tag.to_owned()).or_default().push(sentence);
    }
}
