//! The order of the document's keys, and its format, change nothing.

use std::thread;

use atlas_admin_generator::{Ledger, Output, UnmatchedAction};
use serde_json::Value;

use super::{DOCUMENT, LEDGER, OUTPUT, TREE, generated};

#[test]
fn shuffled_keys_make_the_same_crate() {
    let variants = [
        ("JSON, seed 1", json(&TREE, &mut Random(1))),
        ("JSON, seed 2", json(&TREE, &mut Random(2))),
        ("YAML, seed 3", yaml(&TREE, &mut Random(3))),
    ];
    assert_all_same(&OUTPUT, &LEDGER, &variants);
}

#[test]
fn shuffled_keys_make_the_same_crate_without_names_once_chosen() {
    let variants = [
        ("JSON, seed 4", json(&TREE, &mut Random(4))),
        ("YAML, seed 5", yaml(&TREE, &mut Random(5))),
    ];
    let ledger = Ledger::default();
    assert_all_same(
        &generated(&DOCUMENT, &ledger, UnmatchedAction::Error),
        &ledger,
        &variants,
    );
}

fn assert_all_same(expected: &Output, ledger: &Ledger, variants: &[(&str, String)]) {
    thread::scope(|scope| {
        for (what, text) in variants {
            assert_ne!(
                text.as_bytes(),
                DOCUMENT.as_slice(),
                "{what}: nothing is shuffled"
            );
            scope.spawn(|| {
                let found = generated(text.as_bytes(), ledger, UnmatchedAction::Error);
                assert_same(what, expected, &found);
            });
        }
    });
}

fn assert_same(what: &str, expected: &Output, found: &Output) {
    let paths = |output: &Output| output.files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(expected), paths(found), "{what}");
    for (path, text) in &expected.files {
        let differs = text.lines().zip(found.files[path].lines()).find(|(a, b)| a != b);
        assert_eq!(differs, None, "{what}: {path}");
        assert!(*text == found.files[path], "{what}: {path} ends differently");
    }
    assert!(expected.ledger == found.ledger, "{what}: the ledgers differ");
    assert_eq!(expected.unmapped, found.unmapped, "{what}");
    assert_eq!(expected.summary, found.summary, "{what}");
}

/// Xorshift (Marsaglia, 2003): random enough for a shuffle, and the same on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

fn shuffled<'v>(
    object: &'v serde_json::Map<String, Value>,
    random: &mut Random,
) -> Vec<(&'v String, &'v Value)> {
    let mut entries: Vec<_> = object.iter().collect();
    random.shuffle(&mut entries);
    entries
}

fn json(value: &Value, random: &mut Random) -> String {
    match value {
        Value::Object(object) => {
            let entries = shuffled(object, random);
            let entries: Vec<String> = entries
                .into_iter()
                .map(|(key, value)| format!("{}:{}", quoted(key), json(value, random)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> =
                items.iter().map(|item| json(item, random)).collect();
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// Writes a document in YAML's block style, whose double-quoted texts are those of JSON.
fn yaml(document: &Value, random: &mut Random) -> String {
    let mut text = String::new();
    write_yaml(document, random, 0, &mut text);
    text
}

fn write_yaml(value: &Value, random: &mut Random, indent: usize, into: &mut String) {
    let margin = " ".repeat(indent);
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (key, value) in shuffled(object, random) {
                into.push_str(&format!("\n{margin}{}: ", quoted(key)));
                write_yaml(value, random, indent + 2, into);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                into.push_str(&format!("\n{margin}- "));
                write_yaml(item, random, indent + 2, into);
            }
        }
        other => into.push_str(&other.to_string()),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
