//! The search for operations by words, and their order.

use std::collections::{BTreeMap, BTreeSet};

use atlas_admin::codec::{Slot, Value, View};
use atlas_admin::operation::Method;
use atlas_admin::registry::{self, Entry};

use super::found::Found;

/// The score of a word in the name of an operation.
const NAME: usize = 20;

/// The service's words, with other common words for them.
const VERBS: &[(&str, &str)] = &[
    ("add", "create"),
    ("change", "update"),
    ("edit", "update"),
    ("find", "list"),
    ("make", "create"),
    ("modify", "update"),
    ("new", "create"),
    ("remove", "delete"),
    ("resize", "update"),
    ("rotate", "create"),
    ("show", "get"),
];

/// Questions in words that no operation has, and words for them.
const QUESTIONS: &[(&str, &str)] =
    &[("who am i", "system status"), ("whoami", "system status")];

/// The number of objects within each other in which a request body is searched.
const DEPTH: usize = 4;

/// Returns the operations that have all words, or as many as any operation has; the best first.
///
/// A word is looked for in names, groups, paths, parameters, properties of the request body and
/// roles. Case doesn't matter, nor singular or plural. A word with a slash is part of a path, if
/// any path has it. A word without a letter or digit is ignored.
pub fn search(words: &[String]) -> Vec<Found> {
    let mut found = operations();
    let mut wanted: Vec<&str> = Vec::new();
    let mut ends: Vec<String> = Vec::new();
    let typed = words.join(" ");
    let question = QUESTIONS.iter().find(|(asked, _)| typed.eq_ignore_ascii_case(asked));
    let words = question.map_or(typed.as_str(), |(_, words)| words);
    for word in
        words.split_whitespace().filter(|word| word.contains(char::is_alphanumeric))
    {
        let part = unnamed(word);
        let has = |found: &Found| unnamed(found.newest().operation.path).contains(&part);
        if word.contains('/') && found.iter().any(has) {
            found.retain(has);
            ends.push(part);
        } else {
            wanted.push(word);
        }
    }
    let wanted: Vec<String> =
        wanted.into_iter().flat_map(split).map(|word| stem(&word)).collect();
    let mut ranked: Vec<(Rank, Found)> = found
        .into_iter()
        .map(|found| (Rank::of(&found, &wanted, &ends), found))
        .collect();
    let most = ranked.iter().map(|(rank, _)| rank.matched).max().unwrap_or_default();
    ranked.retain(|(rank, _)| rank.matched == most);
    if most == 0 && ends.is_empty() {
        return Vec::new();
    }
    ranked.sort_by_key(|(rank, found)| {
        let name = found.newest().operation.name;
        (std::cmp::Reverse(*rank), split(name).len(), name)
    });
    ranked.into_iter().map(|(_, found)| found).collect()
}

/// The rank of an operation, the most important criterion first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// The number of words that the operation has.
    matched: usize,
    /// Whether its path ends with one of the words with a slash.
    ends: bool,
    /// The highest score of each word, added up.
    best: usize,
    current: bool,
    /// The scores of all words in all places, added up.
    all: usize,
}

impl Rank {
    fn of(found: &Found, words: &[String], ends: &[String]) -> Self {
        let operation = found.newest().operation;
        let places = places(found);
        let scores: Vec<Vec<usize>> =
            words.iter().map(|word| scores(&places, word)).collect();
        let best = scores.iter().filter_map(|scores| scores.iter().max());
        let path = unnamed(operation.path);
        Self {
            matched: best.clone().filter(|best| **best > 0).count(),
            ends: ends.iter().any(|end| path.ends_with(end)),
            best: best.sum(),
            current: !operation.deprecated,
            all: scores.iter().flatten().sum(),
        }
    }
}

/// Returns advice for a search without results.
pub fn advice(words: &[String]) -> String {
    let tags: BTreeSet<&str> =
        registry::entries().map(|entry| entry.operation.tag).collect();
    let tags: Vec<&str> = tags.into_iter().collect();
    let tags = tags.join(", ");
    if words.is_empty() {
        return format!(
            "Say what to look for: `cargo run -p atlas-admin --example operations -- \
             clusters pause`.\nThe groups of operations: {tags}."
        );
    }
    format!(
        "No operation has {} in its name, group, path, parameters, properties or roles.\n\
         Try another word for it, or a part of one, or a group of operations: {tags}.",
        words.join(" or ")
    )
}

/// Returns every operation with its versions.
fn operations() -> Vec<Found> {
    let mut by_id: BTreeMap<&str, Vec<&'static Entry>> = BTreeMap::new();
    for entry in registry::entries() {
        by_id.entry(entry.operation.id).or_default().push(entry);
    }
    by_id.into_values().map(Found::new).collect()
}

/// Returns the places where a word can be found, each with its score.
fn places(found: &Found) -> Vec<(usize, BTreeSet<String>)> {
    let entry = found.newest();
    let operation = entry.operation;
    let parameters = operation.parameters.iter().map(|parameter| parameter.name);
    vec![
        // The function can have an older name than the operation.
        (NAME, stems([operation.name, entry.function.path()])),
        (15, stems([operation.id])),
        (10, stems([operation.tag])),
        (5, stems([operation.path])),
        // An existing resource is changed more often than created.
        (
            if operation.method == Method::Patch { 5 } else { 4 },
            stems(parameters.chain(properties(entry))),
        ),
        (2, stems(nested(entry))),
        (1, stems(operation.roles.iter().copied())),
    ]
}

/// Returns the properties of the request body.
fn properties(entry: &Entry) -> Vec<&'static str> {
    let Some(make) = entry.body else { return Vec::new() };
    match make().view() {
        View::Record(record) => {
            record.table().fields.iter().map(|field| field.json_name).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the properties of the objects in the request body.
fn nested(entry: &Entry) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    if let Some(make) = entry.body {
        collect(&mut *make(), DEPTH, &mut found);
    }
    found
}

fn collect(value: &mut dyn Value, depth: usize, into: &mut BTreeSet<&'static str>) {
    match value.slot() {
        Slot::Record(record) if depth > 0 => {
            for (index, field) in record.table().fields.iter().enumerate() {
                into.insert(field.json_name);
                collect(record.field_mut(index), depth - 1, into);
            }
        }
        Slot::List(list) if depth > 0 => collect(list.push(), depth, into),
        Slot::Union(union) if depth > 0 => {
            for index in 0..union.variants().names.len() {
                collect(union.select(index), depth, into);
            }
        }
        _ => {}
    }
}

/// Returns the score of a word in each place: the most for the exact word, less for the beginning
/// of another. In names, other common words for the service's count like the word itself.
fn scores(places: &[(usize, BTreeSet<String>)], word: &str) -> Vec<usize> {
    let verb = VERBS.iter().find(|(verb, _)| *verb == word).map(|(_, meant)| *meant);
    let in_place = |(worth, words): &(usize, BTreeSet<String>)| {
        let is_meant = *worth == NAME && verb.is_some_and(|verb| words.contains(verb));
        if words.contains(word) || is_meant {
            worth * 3
        } else if words.iter().any(|other| other.starts_with(word)) {
            worth * 2
        } else if word.len() > 2 && words.iter().any(|other| other.contains(word)) {
            *worth
        } else {
            0
        }
    };
    places.iter().map(in_place).collect()
}

/// Returns a path without the names of its parameters.
fn unnamed(path: &str) -> String {
    let mut is_name = false;
    path.chars()
        .filter(|character| {
            let was_name = is_name;
            is_name = (is_name || *character == '{') && *character != '}';
            !was_name || !is_name
        })
        .collect()
}

fn stems<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts.into_iter().flat_map(split).map(|word| stem(&word)).collect()
}

/// Returns the approximate singular of a word, for comparisons.
fn stem(word: &str) -> String {
    let word = word.to_lowercase();
    match word.strip_suffix("ies") {
        Some(start) if !start.is_empty() => format!("{start}y"),
        _ if word.ends_with("ss") => word,
        _ if word.len() > 1 => word.strip_suffix('s').unwrap_or(&word).to_owned(),
        _ => word,
    }
}

/// Returns the words of a name, a path or a sentence: `getGroupCluster` has three.
fn split(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for character in text.chars() {
        let is_letter = character.is_alphanumeric();
        if !is_letter || (was_small && character.is_uppercase()) {
            words.push(String::new());
        }
        if is_letter && let Some(word) = words.last_mut() {
            word.push(character);
        }
        was_small = character.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}
