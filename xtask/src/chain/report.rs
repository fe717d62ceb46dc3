//! The report: each item that broke, and whether the API still has it.

use std::collections::{BTreeMap, BTreeSet};

use super::compile::Pair;
use super::place::{Document, Place, Start, has_value, kinds};
use super::program::{Item, Kind, Owner};
use crate::surface::{Surface, mentioned};

/// The verdict on a broken item: whether the later document still has its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// The document still has the place, so the program should compile.
    PromiseBroken,
    /// The document still has the place, with another JSON type.
    ChangedUpstream,
    GoneUpstream,
    /// Unknown: a person has to check.
    Check,
}

impl Verdict {
    const ALL: [Self; 4] =
        [Self::PromiseBroken, Self::ChangedUpstream, Self::GoneUpstream, Self::Check];

    fn word(self) -> &'static str {
        match self {
            Self::PromiseBroken => "promise broken",
            Self::ChangedUpstream => "changed upstream",
            Self::GoneUpstream => "gone upstream",
            Self::Check => "check",
        }
    }
}

/// The facts that decide about an item.
pub(super) struct Judge<'a> {
    pub surface: &'a Surface,
    pub places: &'a BTreeMap<String, Vec<Place>>,
    pub earlier: Document<'a>,
    pub later: Document<'a>,
    /// The items that the API itself has broken.
    pub known: &'a [String],
}

impl Judge<'_> {
    fn judge(&self, item: &Item) -> Verdict {
        if self.known.iter().any(|known| names(&item.name, known)) {
            return Verdict::ChangedUpstream;
        }
        match &item.owner {
            Owner::Function(index) => self.judge_function(item, *index),
            Owner::Type(name) => {
                let places = self.places.get(name).map_or(&[][..], Vec::as_slice);
                let verdicts = places.iter().map(|place| self.judge_at(item, place));
                // A program may break because of a single place that still exists.
                let mut worst = Verdict::Check;
                for verdict in verdicts {
                    if verdict == Verdict::PromiseBroken {
                        return verdict;
                    }
                    worst = worst.min(verdict);
                }
                worst
            }
        }
    }

    fn judge_function(&self, item: &Item, index: usize) -> Verdict {
        let operation = &self.surface.functions[index].operation;
        let has = self.later.has(operation)
            && item.json.iter().all(|name| self.later.has_parameter(operation, name));
        if !has {
            return Verdict::GoneUpstream;
        }
        let names = Vec::new();
        for start in [Start::Body, Start::Response] {
            let place =
                Place { operation: operation.clone(), start, names: names.clone() };
            let (before, after) = (self.earlier.at(&place), self.later.at(&place));
            if before.is_empty() != after.is_empty() {
                return Verdict::ChangedUpstream;
            }
        }
        Verdict::PromiseBroken
    }

    fn judge_at(&self, item: &Item, place: &Place) -> Verdict {
        let (mut before, mut after) = (self.earlier.at(place), self.later.at(place));
        if let (Kind::Field, Some(name)) = (item.kind, item.json.first()) {
            before = self.earlier.properties(&before, name);
            after = self.later.properties(&after, name);
        }
        let is_chosen = item.kind == Kind::Variant && !item.json.is_empty();
        let (was, is) = (kinds(&before), kinds(&after));
        if before.is_empty() {
            Verdict::Check
        } else if after.is_empty() || is_chosen && !has_value(&after, &item.json) {
            Verdict::GoneUpstream
        } else if !was.is_empty() && !is.is_empty() && was.is_disjoint(&is) {
            Verdict::ChangedUpstream
        } else {
            Verdict::PromiseBroken
        }
    }
}

/// Tells whether the name of an item contains another name as a whole.
fn names(item: &str, known: &str) -> bool {
    item.match_indices(known).any(|(at, _)| {
        let after = item[at + known.len()..].chars().next();
        after.is_none_or(|next| next != '_' && !next.is_alphanumeric())
    })
}

/// Writes the table and the list of broken items; the second result is the number of broken
/// promises.
pub(super) fn report(
    title: &str,
    pair: &Pair<'_>,
    judge: &Judge<'_>,
) -> (String, usize) {
    let gone: BTreeSet<&str> = pair
        .broken
        .keys()
        .map(|index| &pair.items[*index])
        .filter(|item| item.kind == Kind::Type)
        .filter_map(|item| item.name.strip_prefix("types::"))
        .collect();
    let mut list = String::new();
    let mut counts: BTreeMap<(Kind, Verdict), usize> = BTreeMap::new();
    let mut follows: BTreeMap<Kind, usize> = BTreeMap::new();
    for (index, message) in &pair.broken {
        let item = &pair.items[*index];
        let verdict = judge.judge(item);
        *counts.entry((item.kind, verdict)).or_default() += 1;
        let cause = mentioned(item.code()).find(|name| gone.contains(name));
        let cause = cause.filter(|_| item.kind != Kind::Type);
        let follow = cause.map_or_else(String::new, |name| {
            *follows.entry(item.kind).or_default() += 1;
            format!(" (follows types::{name})")
        });
        let (kind, verdict) = (item.kind.word(), verdict.word());
        list.push_str(&format!("{verdict}: {kind} {}{follow}: {message}\n", item.name));
    }
    let mut lines: Vec<&str> = list.lines().collect();
    lines.sort_unstable();
    let mut text = format!("\n## {title}\n\n{}", table(pair, &counts, &follows));
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    let broken = counts.iter().filter(|((_, it), _)| *it == Verdict::PromiseBroken);
    (text, broken.map(|(_, count)| count).sum())
}

fn table(
    pair: &Pair<'_>,
    counts: &BTreeMap<(Kind, Verdict), usize>,
    follows: &BTreeMap<Kind, usize>,
) -> String {
    let heads: Vec<&str> = Verdict::ALL.iter().map(|verdict| verdict.word()).collect();
    let mut text = format!(
        "| kind | items | broken | of a missing type | {} |\n|---|---|---|---|---|---|---|---|\n",
        heads.join(" | ")
    );
    for kind in Kind::ALL {
        let items = pair.items.iter().filter(|item| item.kind == kind).count();
        let count = |verdict| counts.get(&(kind, verdict)).copied().unwrap_or(0);
        let broken: usize = Verdict::ALL.into_iter().map(count).sum();
        let cells = Verdict::ALL.map(|verdict| count(verdict).to_string()).join(" | ");
        let follows = follows.get(&kind).copied().unwrap_or(0);
        let word = kind.word();
        text.push_str(&format!(
            "| {word} | {items} | {broken} | {follows} | {cells} |\n"
        ));
    }
    text + "\n"
}
