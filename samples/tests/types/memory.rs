//! No text takes memory out of proportion.

use atlas_admin::codec;
use atlas_admin_samples::{Choice, Samples};
use serde_json::{Value as Json, json};

use crate::MEMORY;
use crate::target;

/// How many bytes a value may take for each byte of text. A list of `0` takes two bytes for an
/// item, and an item with all its fields unset may take a thousand.
const FACTOR: usize = 700;

/// What a type may take whatever the text.
const FLOOR: usize = 64 * 1024;

/// How many items are put into each list.
const MANY: usize = 2000;

#[test]
fn no_text_takes_memory_out_of_proportion() {
    let _turn = crate::alone();
    let samples = Samples::vendored();
    let mut worst = (0, String::new());
    for target in target::all(&samples) {
        let sample = target.sample(&samples, Choice::Full);
        for item in [json!({}), json!([]), json!(0)] {
            let text = inflated(&sample, &item, &mut 4).to_string();
            let mut value = (target.make)();
            MEMORY.reset_peak_usage();
            let before = MEMORY.current_usage();
            let outcome = codec::decode(text.as_bytes(), &mut *value);
            let taken = MEMORY.peak_usage() - before;
            drop((outcome, value));
            let factor = taken.saturating_sub(FLOOR) / text.len();
            worst = worst.max((factor, format!("{} with {item}", target.place)));
        }
    }
    println!("{} bytes for each byte: {}", worst.0, worst.1);
    assert!(worst.0 <= FACTOR, "{worst:?}");
}

/// Puts many equal items into the lists of a value.
fn inflated(value: &Json, item: &Json, left: &mut usize) -> Json {
    match value {
        Json::Array(_) if *left > 0 => {
            *left -= 1;
            Json::Array(vec![item.clone(); MANY])
        }
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), inflated(value, item, left)))
            .collect(),
        other => other.clone(),
    }
}
