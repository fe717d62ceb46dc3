//! No text takes a disproportionate amount of memory.

use atlas_admin::codec;
use atlas_admin_samples::{Choice, Samples};
use serde_json::{Value as Json, json};

use crate::MEMORY;
use crate::target;

/// The maximum number of bytes that a value takes for each byte of text. In a list of `0`, an item
/// is two bytes of text, and a record with all fields unset may take a thousand: such a text is
/// rejected.
const FACTOR: usize = 16;

/// The number of bytes that any type may take.
const FLOOR: usize = 1 << 20;

/// The number of items in each list.
const MANY: usize = 4000;

#[test]
fn no_text_takes_memory_out_of_proportion() {
    let _turn = crate::alone();
    let samples = Samples::vendored();
    let mut worst = (0, String::new());
    for target in target::all(&samples) {
        let sample = target.sample(&samples, Choice::Full);
        for item in [json!({}), json!([]), json!(0), json!({"": [[]]})] {
            let text = inflated(&sample, &item, &mut 4).to_string();
            let mut value = (target.make)();
            MEMORY.reset_peak_usage();
            let before = MEMORY.current_usage();
            let outcome = codec::decode(text.as_bytes(), &mut *value);
            let taken = MEMORY.peak_usage() - before;
            drop((outcome, value));
            let factor = taken.saturating_sub(FLOOR).div_ceil(text.len());
            worst = worst.max((factor, format!("{} with {item}", target.place)));
        }
    }
    println!("{} bytes for each byte: {}", worst.0, worst.1);
    assert!(worst.0 <= FACTOR, "{worst:?}");
}

/// The number of items on the largest page.
const PAGE: usize = 500;

#[test]
fn the_largest_page_is_read_whatever_is_in_it() {
    let _turn = crate::alone();
    let samples = Samples::vendored();
    let (targets, mut pages) = (target::all(&samples), 0);
    for target in &targets {
        let sample = target.sample(&samples, Choice::Full);
        let page = sample.get("results").unwrap_or(&sample);
        let Some(item) = page.as_array().and_then(|items| items.first()) else {
            continue;
        };
        let sparse = &json!({"id": "5f1b00000000000000000000"});
        let sparse = if item.is_object() { sparse } else { item };
        for item in [item, sparse] {
            let items = vec![item.clone(); PAGE];
            let text = match &sample {
                Json::Object(_) => json!({ "results": items }),
                _ => items.into(),
            };
            let text = text.to_string();
            let outcome = codec::decode(text.as_bytes(), &mut *(target.make)());
            assert_eq!(outcome, Ok(()), "{}", target.place);
        }
        pages += 1;
    }
    println!("{pages} lists of {} bodies", targets.len());
    assert!(pages * 100 > targets.len() * 22, "{pages} of {}", targets.len());
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
