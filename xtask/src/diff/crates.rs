//! The changes between two crates, and the version that they need: patch, minor or major.

use std::collections::{BTreeMap, BTreeSet};

use atlas_admin_generator::Files;

use super::items::{self, Item, Items, Kind};
use super::operation::Entry;
use cause::{Cause, Causes};

mod cause;
pub(super) mod generate;
pub(super) mod report;

/// The version that a change requires, by the policy in the guide's page on what an update can
/// change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// The files are the same.
    Nothing,
    Patch,
    Minor,
    Major,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// The kind of a change of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    Added,
    Changed,
    Removed,
}

/// A public item that only one crate has, or that has another signature.
#[derive(Debug)]
pub(crate) struct ItemChange {
    pub path: String,
    pub kind: Kind,
    pub act: Act,
    pub verdict: Verdict,
    /// Whether only preview functions, which may change in each update, need the item.
    pub is_preview: bool,
    /// Whether the item was added or removed with the type or module that it belongs to.
    pub is_implied: bool,
    /// The names of the operation groups that the item belongs to.
    pub tags: String,
    /// The signatures before and after.
    pub texts: (String, String),
    pub cause: Option<Cause>,
}

/// The changes between two crates.
pub(crate) struct CrateDiff {
    pub verdict: Verdict,
    pub items: Vec<ItemChange>,
}

/// Compares two crates; the changes of the API are searched for causes.
pub(crate) fn compare(
    old: &Files,
    new: &Files,
    entries: &[Entry],
) -> Result<CrateDiff, String> {
    let (before, after) = (items::read(old)?, items::read(new)?);
    let causes = Causes::of(old, new, entries, [&before, &after])?;
    let stable = [stable(&before), stable(&after)];
    let tags = tags(new, old);
    let mut found = Vec::new();
    for (path, item) in &before {
        let (act, now) = match after.get(path) {
            None => (Act::Removed, item),
            Some(now) if now.text != item.text => (Act::Changed, now),
            Some(_) => continue,
        };
        let mut change = change((path, item, now), act, &stable);
        change.is_implied = act == Act::Removed && is_implied(path, item, &after);
        found.push(change);
    }
    for (path, item) in after.iter().filter(|(path, _)| !before.contains_key(*path)) {
        let mut change = change((path, item, item), Act::Added, &stable);
        change.is_implied = is_implied(path, item, &before);
        found.push(change);
    }
    for change in &mut found {
        let item = after.get(&change.path).or(before.get(&change.path));
        if let Some(item) = item {
            change.tags = tag_of(&item.file, &tags);
            change.cause = causes.find(change, item);
        }
    }
    found.sort_by(|a, b| (a.act, &a.path).cmp(&(b.act, &b.path)));
    let of_items = found.iter().map(|change| change.verdict).max();
    let same = |(path, text): (&String, &String)| new.get(path) == Some(text);
    let is_same = old.len() == new.len() && old.iter().all(same);
    let least = if is_same { Verdict::Nothing } else { Verdict::Patch };
    Ok(CrateDiff { verdict: of_items.unwrap_or(least).max(least), items: found })
}

fn change(
    (path, old, new): (&str, &Item, &Item),
    act: Act,
    stable: &[BTreeSet<String>; 2],
) -> ItemChange {
    let subject = new.owner.as_deref().unwrap_or(path);
    // A program relies on the promises of the crate that it was written for.
    let stable = if act == Act::Added { &stable[1] } else { &stable[0] };
    let is_type = subject.starts_with("types::");
    let is_preview =
        subject.contains("::preview") || is_type && !stable.contains(subject);
    let is_moving = new.kind == Kind::Function && path.matches("::").count() == 1;
    let verdict = match act {
        Act::Added => Verdict::Minor,
        _ if is_preview => Verdict::Minor,
        // An unversioned function may move to a newer version.
        Act::Changed if is_moving => Verdict::Minor,
        Act::Changed | Act::Removed => Verdict::Major,
    };
    ItemChange {
        path: path.to_owned(),
        kind: new.kind,
        act,
        verdict,
        is_preview,
        is_implied: false,
        tags: String::new(),
        texts: (old.text.clone(), new.text.clone()),
        cause: None,
    }
}

/// Tells whether an item was added or removed with its owner.
fn is_implied(path: &str, item: &Item, others: &Items) -> bool {
    let module = || path.rsplit_once("::").map(|(module, _)| module.to_owned());
    match item.kind {
        Kind::Feature | Kind::Module | Kind::Function => false,
        Kind::Type => {
            module().is_some_and(|it| !it.starts_with("types"))
            // The builder of a function is added and removed with it.
            && !others.contains_key(path)
        }
        _ => item.owner.as_ref().is_some_and(|owner| !others.contains_key(owner)),
    }
}

/// Returns the types that functions outside of preview need, directly or through others.
fn stable(items: &Items) -> BTreeSet<String> {
    let is_start = |(path, item): &(&String, &Item)| {
        let subject = item.owner.as_ref().unwrap_or(path);
        !subject.contains("::preview") && !subject.starts_with("types::")
    };
    reached(items, items.iter().filter(is_start).map(|(_, item)| item.text.as_str()))
}

/// Returns the types that signatures need, directly or through others.
fn reached<'a>(
    items: &'a Items,
    signatures: impl IntoIterator<Item = &'a str>,
) -> BTreeSet<String> {
    let mut open: Vec<&str> = signatures.into_iter().collect();
    let mut found = BTreeSet::new();
    while let Some(text) = open.pop() {
        for word in items::words(text) {
            let path = format!("types::{word}");
            if items.contains_key(&path) && found.insert(path.clone()) {
                // The members of a type follow it in the order of paths.
                let members = items.range(format!("{path}::")..format!("{path}:;"));
                open.extend(members.map(|(_, item)| item.text.as_str()));
            }
        }
    }
    found
}

/// Returns the names of the operation groups, by module.
fn tags(new: &Files, old: &Files) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for (path, text) in old.iter().chain(new) {
        let stem = path.strip_prefix("src/").and_then(|it| it.strip_suffix(".rs"));
        let tag =
            text.split_once("    tag: \"").and_then(|(_, rest)| rest.split_once('"'));
        if let (Some(stem), Some((tag, _))) = (stem, tag) {
            tags.insert(stem.to_owned(), tag.to_owned());
        }
    }
    tags
}

/// Returns the operation groups that the name of a file lists.
fn tag_of(file: &str, tags: &BTreeMap<String, String>) -> String {
    // A feature is named like the module of its group.
    let file = file.replace('-', "_");
    let file = file.trim_end_matches("_older").trim_end_matches("_preview");
    let mut found = Vec::new();
    let mut rest = file;
    // The name of a group may itself contain `and`: the longest match counts.
    while !rest.is_empty() {
        let fits = |module: &&String| {
            let after = rest.strip_prefix(module.as_str());
            after.is_some_and(|after| after.is_empty() || after.starts_with("_and_"))
        };
        let Some(module) = tags.keys().filter(fits).max_by_key(|it| it.len()) else {
            break;
        };
        found.push(tags[module].clone());
        rest = rest[module.len()..].trim_start_matches("_and_");
    }
    if !rest.is_empty() {
        found.push(rest.replace('_', " "));
    }
    found.join(", ")
}
