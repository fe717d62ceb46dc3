//! Random damage to a document that uses every keyword.
//!
//! The typed view panics or hangs on some input that it should reject. So everything that passes
//! the checks must convert without an error: a failure here is a gap in the checks.

use atlas_admin_generator::{UnmatchedAction, document};
use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::said;

const WHOLE: &str = include_str!("whole.yaml");

/// Returns values that are wrong in most places.
fn junk(random: &mut Random) -> Value {
    let choices = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("object"),
        json!("integer"),
        json!("query"),
        json!("path"),
        json!([]),
        json!(["a"]),
        json!([1, null]),
        json!([{}]),
        json!({}),
        json!({"a": "b"}),
        json!({"a": {}}),
        json!({"a": 1}),
        json!({"$ref": "#/components/schemas/Tree"}),
        json!({"$ref": 5}),
        json!({"type": "integer", "minimum": u64::MAX}),
        json!({"x-a": 1}),
    ];
    random.pick(&choices).clone()
}

fn damage(random: &mut Random, value: &mut Value, keys: &[String]) {
    // Walks to a random place: at each object or list, either stays or goes on.
    let children = match value {
        Value::Object(entries) => entries.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    };
    if children > 0 && random.below(6) > 0 {
        let index = random.below(children);
        let child = match value {
            Value::Object(entries) => entries.values_mut().nth(index),
            Value::Array(items) => items.get_mut(index),
            _ => None,
        };
        if let Some(child) = child {
            return damage(random, child, keys);
        }
    }
    match (random.below(4), value) {
        (0, Value::Object(entries)) if !entries.is_empty() => {
            remove_one(random, entries)
        }
        (1, Value::Object(entries)) => {
            entries.insert(random.pick(keys).clone(), junk(random));
        }
        (_, value) => *value = junk(random),
    }
}

fn remove_one(random: &mut Random, entries: &mut Map<String, Value>) {
    let index = random.below(entries.len());
    if let Some(key) = entries.keys().nth(index).cloned() {
        entries.remove(&key);
    }
}

fn collect_keys(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                keys.push(key.clone());
                collect_keys(value, keys);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        _ => {}
    }
}

#[test]
fn what_passes_the_checks_can_be_typed() {
    let whole = document::parse(WHOLE.as_bytes()).unwrap();
    if let Err(found) = document::type_document(&whole) {
        panic!("{}", said(&found).join("\n"));
    }
    let mut keys = Vec::new();
    collect_keys(&whole, &mut keys);
    let mut random = Random(1);
    let mut accepted = 0;
    for round in 0..5_000 {
        let mut damaged = whole.clone();
        for _ in 0..=random.below(2) {
            damage(&mut random, &mut damaged, &keys);
        }
        match document::type_document(&damaged) {
            Ok(_) => accepted += 1,
            Err(found) => {
                let found = said(&found).join("\n");
                assert!(
                    !found.contains("the checks have a gap"),
                    "round {round}: {found}\n{damaged}"
                );
            }
        }
    }
    assert!(
        accepted > 500,
        "the damage is so heavy that the test shows nothing: {accepted}"
    );
}

#[test]
fn damaged_text_is_refused_or_read_but_never_a_panic() {
    let mut random = Random(2);
    for _ in 0..2_000 {
        let mut bytes = WHOLE.as_bytes().to_vec();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes.truncate(at),
                1 => bytes[at] = random.next() as u8,
                _ => bytes[at] = *random.pick(b"{}[]:,-#&*!|>'\"%@`\n\t ?0"),
            }
            if bytes.is_empty() {
                break;
            }
        }
        if let Err(found) = document::read(&bytes, &[], UnmatchedAction::Error) {
            assert!(found.iter().any(|said| said.is_error()));
        }
    }
}
