//! The comparison of two documents, operation by operation and version by version.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{Endpoint, Version, View, endpoints};
use super::change::Change;
use super::graph::{Graph, Root};
use super::tree::Tree;

mod body;
mod matching;
mod parameter;

/// The changes of an operation.
pub(crate) struct Entry {
    pub path: String,
    /// The method, in upper case.
    pub method: String,
    pub id: String,
    /// The id in the old document.
    pub old_id: String,
    pub tag: String,
    pub versions: Vec<VersionEntry>,
}

/// The changes of an operation in a version.
pub(crate) struct VersionEntry {
    pub version: Version,
    pub kind: Kind,
    pub changes: Vec<Change>,
}

/// The word for the changes of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Release,
    Update,
    Deprecate,
    Remove,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Update => "update",
            Self::Deprecate => "deprecate",
            Self::Remove => "remove",
        }
    }
}

/// The changes of a version before its schemas are compared, and the pairs of schemas to compare.
pub(super) struct Draft {
    pub version: Version,
    pub kind: Kind,
    pub changes: Vec<Change>,
    pub roots: Vec<Root>,
}

impl Draft {
    fn new(version: Version, kind: Kind, changes: Vec<Change>) -> Self {
        Self { version, kind, changes, roots: Vec::new() }
    }
}

/// Compares two documents.
pub(super) fn compare(old: Tree<'_>, new: Tree<'_>) -> Vec<Entry> {
    let (before, after) = (endpoints(old), endpoints(new));
    let mut graph = Graph::new(old, new);
    let pairs = matching::pairs(&before, &after);
    let drafts: Vec<(&Endpoint<'_>, &str, Vec<Draft>)> = pairs
        .iter()
        .filter_map(|pair| match *pair {
            (Some(old), Some(new)) => Some((new, old.id, changed(&mut graph, old, new))),
            (None, Some(new)) => Some((new, new.id, whole(new, Kind::Release))),
            (Some(old), None) => Some((old, old.id, whole(old, Kind::Remove))),
            (None, None) => None,
        })
        .collect();
    graph.settle();
    let entries = drafts.into_iter().map(|(endpoint, old_id, drafts)| Entry {
        path: endpoint.path.to_owned(),
        method: endpoint.method.to_uppercase(),
        id: endpoint.id.to_owned(),
        old_id: old_id.to_owned(),
        tag: endpoint.tag.to_owned(),
        versions: drafts.into_iter().filter_map(|draft| finish(&graph, draft)).collect(),
    });
    let mut entries: Vec<Entry> =
        entries.filter(|entry| !entry.versions.is_empty()).collect();
    entries.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    entries
}

/// Adds the changes that the pairs of schemas have.
fn finish(graph: &Graph<'_>, draft: Draft) -> Option<VersionEntry> {
    let Draft { version, kind, mut changes, roots } = draft;
    let mut known = BTreeSet::new();
    for root in &roots {
        let found = graph.changes(root);
        changes.extend(found.into_iter().filter(|it| known.insert(it.clone())));
    }
    (!changes.is_empty()).then_some(VersionEntry { version, kind, changes })
}

/// Returns the drafts of an operation that only one document has.
fn whole(endpoint: &Endpoint<'_>, kind: Kind) -> Vec<Draft> {
    let (code, word) = match kind {
        Kind::Remove => ("endpoint-removed", "removed"),
        _ => ("endpoint-added", "added"),
    };
    let what = format!("{word} the endpoint");
    let change = Change::new(code, kind != Kind::Remove, what);
    let versions = endpoint.versions.keys();
    versions.map(|version| Draft::new(*version, kind, vec![change.clone()])).collect()
}

fn changed<'a>(
    graph: &mut Graph<'a>,
    old: &Endpoint<'a>,
    new: &Endpoint<'a>,
) -> Vec<Draft> {
    let mut drafts = BTreeMap::new();
    for (&version, view) in &new.versions {
        let draft = match old.versions.get(&version) {
            Some(before) => {
                let changes = lifecycle(before, view);
                let kind = match changes.first() {
                    Some(change) if change.code == "endpoint-deprecated" => {
                        Kind::Deprecate
                    }
                    _ => Kind::Update,
                };
                let mut draft = update(graph, (old, before), (new, view), version);
                draft.changes.splice(0..0, changes);
                draft.kind = kind;
                draft
            }
            None => released(graph, old, (new, view), version),
        };
        drafts.insert(version, draft);
    }
    for &version in old.versions.keys().filter(|it| !new.versions.contains_key(*it)) {
        let what = format!("removed the version {version}");
        let change = Change::new("endpoint-version-removed", false, what);
        drafts.insert(version, Draft::new(version, Kind::Remove, vec![change]));
    }
    drafts.into_values().collect()
}

/// Returns the draft of a new version, compared with the newest stable one of the old document.
fn released<'a>(
    graph: &mut Graph<'a>,
    old: &Endpoint<'a>,
    new: (&Endpoint<'a>, &View<'a>),
    version: Version,
) -> Draft {
    let earlier = old.versions.iter().rev();
    let mut earlier = earlier.filter(|(it, _)| it.is_stable() && **it < version);
    let replaced = earlier.next();
    let mut draft = match replaced {
        Some((_, before)) => update(graph, (old, before), new, version),
        None => Draft::new(version, Kind::Release, Vec::new()),
    };
    draft.kind = Kind::Release;
    let what = format!("added the version {version}");
    let mut change = Change::new("endpoint-version-added", true, what);
    if let Some((replaced, _)) = replaced {
        change.what.push_str(&format!(", which replaces {replaced}"));
        change.replaces = Some(replaced.to_string());
    }
    draft.changes.insert(0, change);
    draft
}

fn update<'a>(
    graph: &mut Graph<'a>,
    (old, before): (&Endpoint<'a>, &View<'a>),
    (new, after): (&Endpoint<'a>, &View<'a>),
    version: Version,
) -> Draft {
    let mut draft = Draft::new(version, Kind::Update, identity(old, new));
    parameter::compare(graph, old, new, &mut draft);
    body::requests(graph, before, after, &mut draft);
    body::responses(graph, before, after, &mut draft);
    draft
}

/// Returns the changes of deprecation and of the removal date.
fn lifecycle(old: &View<'_>, new: &View<'_>) -> Vec<Change> {
    let is_old = |view: &View<'_>| view.is_deprecated || view.sunset.is_some();
    let change = match (is_old(old), is_old(new)) {
        (false, true) => {
            let until = new.sunset.map(|day| format!(", to be removed on {day}"));
            let what = format!("deprecated the endpoint{}", until.unwrap_or_default());
            Change::new("endpoint-deprecated", true, what)
        }
        (true, false) => {
            let what = "no longer deprecates the endpoint".to_owned();
            Change::new("endpoint-reactivated", true, what)
        }
        _ if old.sunset == new.sunset => return Vec::new(),
        _ => {
            let day = |view: &View<'_>| view.sunset.unwrap_or("none").to_owned();
            let (from, to) = (day(old), day(new));
            let what = format!("changed the day of removal from {from} to {to}");
            let is_earlier = match (old.sunset, new.sunset) {
                (Some(old), Some(new)) => new < old,
                _ => false,
            };
            Change::new("endpoint-sunset-date-changed", !is_earlier, what)
        }
    };
    vec![change]
}

/// Returns the changes of the operation's id, tag and security requirements.
fn identity(old: &Endpoint<'_>, new: &Endpoint<'_>) -> Vec<Change> {
    let mut found = Vec::new();
    if old.id != new.id {
        let what =
            format!("changed the operation's id from `{}` to `{}`", old.id, new.id);
        found.push(Change::new("api-operation-id-changed", true, what));
    }
    if old.tag != new.tag {
        let what = format!("removed the tag `{}`", old.tag);
        found.push(Change::new("api-tag-removed", true, what));
        let what = format!("added the tag `{}`", new.tag);
        found.push(Change::new("api-tag-added", true, what));
    }
    let is_open = |of: &Endpoint<'_>| of.security.is_empty() || of.security.contains("");
    let named = |name: &String| {
        if name.is_empty() { "none".to_owned() } else { format!("`{name}`") }
    };
    for name in old.security.difference(&new.security) {
        let what = format!("removed the security scheme {}", named(name));
        let is_compatible = !is_open(old) || is_open(new);
        found.push(Change::new("api-security-removed", is_compatible, what));
    }
    for name in new.security.difference(&old.security) {
        let what = format!("added the security scheme {}", named(name));
        let is_compatible = !is_open(old) || is_open(new);
        found.push(Change::new("api-security-added", is_compatible, what));
    }
    found
}
