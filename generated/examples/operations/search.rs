//! The search: which operations have the words, and which of them come first.

use std::collections::{BTreeMap, BTreeSet};

use atlas_admin::codec::View;
use atlas_admin::registry::{self, Entry};

use crate::found::Found;

/// Returns the operations that have all words, or as many of them as any has; the best first.
///
/// A word is looked for in names, groups, paths, parameters, properties of the request body and
/// roles; whether it is written large or small, in the singular or the plural, is all the same.
pub fn search(words: &[String]) -> Vec<Found> {
    let words: Vec<String> =
        words.iter().flat_map(|words| split(words)).map(|word| stem(&word)).collect();
    let mut found: Vec<(usize, usize, Found)> = operations()
        .into_iter()
        .map(|operation| {
            let places = places(&operation);
            let scores: Vec<usize> = words
                .iter()
                .map(|word| score(&places, word))
                .filter(|score| *score > 0)
                .collect();
            (scores.len(), scores.iter().sum(), operation)
        })
        .filter(|(matched, ..)| *matched > 0)
        .collect();
    let most = found.iter().map(|(matched, ..)| *matched).max().unwrap_or_default();
    found.retain(|(matched, ..)| *matched == most);
    found.sort_by_key(|(_, score, operation)| {
        let name = operation.newest().operation.name;
        (std::cmp::Reverse(*score), split(name).len(), name)
    });
    found.into_iter().map(|(.., operation)| operation).collect()
}

/// Says what to try where nothing was found.
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

/// Every operation with its versions.
fn operations() -> Vec<Found> {
    let mut by_id: BTreeMap<&str, Vec<&'static Entry>> = BTreeMap::new();
    for entry in registry::entries() {
        by_id.entry(entry.operation.id).or_default().push(entry);
    }
    by_id.into_values().map(Found::new).collect()
}

/// Where a word can stand, with what it is worth there.
fn places(found: &Found) -> Vec<(usize, BTreeSet<String>)> {
    let entry = found.newest();
    let operation = entry.operation;
    let parameters = operation.parameters.iter().map(|parameter| parameter.name);
    vec![
        (20, stems([operation.name])),
        (15, stems([operation.id])),
        (10, stems([operation.tag])),
        (5, stems([operation.path])),
        (4, stems(parameters.chain(properties(entry)))),
        (1, stems(operation.roles.iter().copied())),
    ]
}

/// The properties that the request body has.
fn properties(entry: &Entry) -> Vec<&'static str> {
    let Some(make) = entry.body else { return Vec::new() };
    match make().view() {
        View::Record(record) => {
            record.table().fields.iter().map(|field| field.wire).collect()
        }
        _ => Vec::new(),
    }
}

/// What a word is worth: most where it stands as it is, less as the beginning of another.
fn score(places: &[(usize, BTreeSet<String>)], word: &str) -> usize {
    let in_place = |(worth, words): &(usize, BTreeSet<String>)| {
        if words.contains(word) {
            worth * 3
        } else if words.iter().any(|other| other.starts_with(word)) {
            worth * 2
        } else if word.len() > 2 && words.iter().any(|other| other.contains(word)) {
            *worth
        } else {
            0
        }
    };
    places.iter().map(in_place).max().unwrap_or_default()
}

fn stems<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts.into_iter().flat_map(split).map(|word| stem(&word)).collect()
}

/// The singular of a word, near enough to compare it.
fn stem(word: &str) -> String {
    let word = word.to_lowercase();
    match word.strip_suffix("ies") {
        Some(start) if !start.is_empty() => format!("{start}y"),
        _ if word.ends_with("ss") => word,
        _ if word.len() > 1 => word.strip_suffix('s').unwrap_or(&word).to_owned(),
        _ => word,
    }
}

/// The words of a name, a path or a sentence: `getGroupCluster` has three.
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
