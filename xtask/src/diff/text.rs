//! Changes as text: first endpoints, then shared components (each change once), then single
//! operations.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::change::Change;
use super::operation::{Entry, Kind, VersionEntry};

/// The maximum number of operations in a line; the line only counts further operations.
const MAX_NAMED: usize = 6;

/// A change, as a line reports it.
type Line<'a> = (&'a str, &'a str, bool);

/// The versions of each operation that a change touches, by the operation's id.
type Touched<'a> = BTreeMap<&'a str, BTreeSet<String>>;

/// Writes the changes of all operations.
pub(super) fn report(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "The API is the same.\n".to_owned();
    }
    let mut text = verdict(entries);
    endpoints(entries, &mut text);
    components(entries, &mut text);
    operations(entries, &mut text);
    text
}

/// Tells whether the changes affect clients of old versions. A new version doesn't affect them.
fn is_met(version: &VersionEntry) -> bool {
    version.kind != Kind::Release
}

/// Tells whether clients of stable versions keep working.
pub(super) fn is_compatible(entries: &[Entry]) -> bool {
    Tally::of(entries).broken.is_empty()
}

/// Distinct changes: a change of a component counts once, regardless of the number of operations
/// that it affects.
type Distinct<'a> = BTreeSet<(&'a str, &'a str, &'a str)>;

/// The changes that affect clients of old versions.
#[derive(Default)]
struct Tally<'a> {
    all: Distinct<'a>,
    /// The changes that break clients of stable versions.
    broken: Distinct<'a>,
    /// The changes that break clients of other versions, which promise nothing.
    unstable: Distinct<'a>,
}

impl<'a> Tally<'a> {
    fn of(entries: &'a [Entry]) -> Self {
        let mut tally = Self::default();
        for entry in entries {
            for version in entry.versions.iter().filter(|version| is_met(version)) {
                for change in &version.changes {
                    tally.add(entry, version, change);
                }
            }
        }
        tally
    }

    fn add(&mut self, entry: &'a Entry, version: &'a VersionEntry, change: &'a Change) {
        let (place, what) = match &change.anchor {
            Some(anchor) => (&anchor.component, &anchor.what),
            None => (&entry.id, &change.what),
        };
        let key = (&*change.code, &**place, &**what);
        self.all.insert(key);
        match (change.is_compatible, version.version.is_stable()) {
            (true, _) => {}
            (false, true) => drop(self.broken.insert(key)),
            (false, false) => drop(self.unstable.insert(key)),
        }
    }
}

/// Returns the counts, and whether clients keep working.
fn verdict(entries: &[Entry]) -> String {
    let tally = Tally::of(entries);
    let (broken, all) = (tally.broken.len(), tally.all.len());
    let unstable = tally.unstable.difference(&tally.broken).count();
    let mut text = String::new();
    let word = if broken == 0 { "compatible" } else { "not compatible" };
    let _ = writeln!(text, "API: {word}");
    let _ = writeln!(
        text,
        "{broken} of {all} changes break clients; operations touched: {}",
        entries.len()
    );
    if unstable > 0 {
        let _ = writeln!(text, "{unstable} more break clients of preview versions only");
    }
    for (code, words) in [
        ("endpoint-added", "operation versions of new operations"),
        ("endpoint-version-added", "new versions of known operations"),
        ("endpoint-deprecated", "operation versions deprecated"),
        ("endpoint-removed", "operation versions gone with their operations"),
        ("endpoint-version-removed", "operation versions removed"),
    ] {
        let versions = entries.iter().flat_map(|entry| &entry.versions);
        let has_code =
            |it: &&VersionEntry| it.changes.iter().any(|change| change.code == code);
        let count = versions.filter(has_code).count();
        if count > 0 {
            let _ = writeln!(text, "{count} {words}");
        }
    }
    text
}

/// Tells whether a change is about the operation version as a whole.
fn is_whole(change: &Change) -> bool {
    change.code.starts_with("endpoint-") || change.code.starts_with("api-")
}

fn endpoints(entries: &[Entry], text: &mut String) {
    let mut lines: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for entry in entries {
        let mut merged: BTreeMap<Line<'_>, Vec<String>> = BTreeMap::new();
        for version in &entry.versions {
            for change in version.changes.iter().filter(|change| is_whole(change)) {
                let line = (&*change.code, &*change.what, change.is_compatible);
                merged.entry(line).or_default().push(version.version.to_string());
            }
        }
        for ((code, what, is_compatible), versions) in merged {
            let key = (code, word(is_compatible));
            lines.entry(key).or_default().push(format!(
                "{} {} ({}) {}: {what}",
                entry.method,
                entry.path,
                entry.id,
                versions.join(", ")
            ));
        }
    }
    for ((code, word), lines) in lines {
        let _ = writeln!(text, "\n## {code} ({word})\n");
        lines.iter().for_each(|line| {
            let _ = writeln!(text, "- {line}");
        });
    }
}

fn word(is_compatible: bool) -> &'static str {
    if is_compatible { "compatible" } else { "breaks clients" }
}

fn components(entries: &[Entry], text: &mut String) {
    let mut found: BTreeMap<&str, BTreeMap<Line<'_>, Touched<'_>>> = BTreeMap::new();
    for entry in entries {
        for version in entry.versions.iter().filter(|version| is_met(version)) {
            for change in &version.changes {
                let Some(anchor) = &change.anchor else { continue };
                let line = (&*change.code, &*anchor.what, change.is_compatible);
                let lines = found.entry(&anchor.component).or_default();
                let touched = lines.entry(line).or_default();
                let versions = touched.entry(&entry.id).or_default();
                versions.insert(version.version.to_string());
            }
        }
    }
    for (component, lines) in found {
        let _ = writeln!(text, "\n## {component}\n");
        // Changes that affect the same operations share the line with their names.
        let mut alike: BTreeMap<Touched<'_>, Vec<Line<'_>>> = BTreeMap::new();
        for (line, touched) in lines {
            alike.entry(touched).or_default().push(line);
        }
        for (touched, lines) in alike {
            lines.into_iter().for_each(|line| write_line(line, text));
            let _ = writeln!(text, "  in {}", named(&touched));
        }
    }
}

fn write_line((code, what, is_compatible): Line<'_>, text: &mut String) {
    let mark = if is_compatible { "" } else { ", breaks clients" };
    let _ = writeln!(text, "- {what} ({code}{mark})");
}

fn named(touched: &Touched<'_>) -> String {
    let all = touched.iter().map(|(id, versions)| {
        let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
        format!("{id} {}", versions.join(", "))
    });
    let shown: Vec<String> = all.take(MAX_NAMED).collect();
    let more = match touched.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let noun = if touched.len() == 1 { "operation" } else { "operations" };
    format!("{} {noun}: {}{more}", touched.len(), shown.join("; "))
}

/// Writes the changes of single operations, and those of a new version compared with the one it
/// replaces.
fn operations(entries: &[Entry], text: &mut String) {
    for entry in entries {
        let mut merged: BTreeMap<(Line<'_>, Option<String>), Vec<String>> =
            BTreeMap::new();
        for version in &entry.versions {
            let replaced = version.changes.iter().find_map(|it| it.replaces.clone());
            for change in &version.changes {
                let is_shared = change.anchor.is_some() && is_met(version);
                if !is_whole(change) && !is_shared {
                    let line = (&*change.code, &*change.what, change.is_compatible);
                    let versions = merged.entry((line, replaced.clone())).or_default();
                    versions.push(version.version.to_string());
                }
            }
        }
        if merged.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n## {} {} ({})\n", entry.method, entry.path, entry.id);
        let mut alike: BTreeMap<(Vec<String>, Option<String>), Vec<Line<'_>>> =
            BTreeMap::new();
        for ((line, replaced), versions) in merged {
            alike.entry((versions, replaced)).or_default().push(line);
        }
        for ((versions, replaced), lines) in alike {
            let beside = replaced.map(|it| format!(", beside {it}")).unwrap_or_default();
            let _ = writeln!(text, "{}{beside}:", versions.join(", "));
            lines.into_iter().for_each(|line| write_line(line, text));
        }
    }
}
