//! No text takes a disproportionate amount of memory.

use std::path::Path;

use atlas_admin::codec;
use atlas_admin::registry::Make;
use atlas_admin_replay::har::{self, Body};
use atlas_admin_replay::route::Routes;
use atlas_admin_samples::{Choice, Samples};
use serde_json::{Value as Json, json};

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
    let samples = Samples::vendored();
    let lists = ["{}", "[]", "0", r#"{"":[[]]}"#]
        .map(|item| (item, format!("[{}]", vec![item; MANY].join(","))));
    let mut worst = (0, String::new());
    for target in target::all(samples) {
        let sample = target.sample(samples, Choice::Full);
        let marked = marked(&sample, &mut 4);
        for (item, list) in &lists {
            let text = filled(&marked, list);
            let (taken, _) = decode(&text, target.make);
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
    let samples = Samples::vendored();
    let (targets, mut pages) = (target::all(samples), 0);
    for target in &targets {
        let sample = target.sample(samples, Choice::Full);
        let page = sample.get("results").unwrap_or(&sample);
        let Some(item) = page.as_array().and_then(|items| items.first()) else {
            continue;
        };
        let sparse = &json!({"id": "5f1b00000000000000000000"});
        let sparse = if item.is_object() { sparse } else { item };
        for item in [item, sparse] {
            let items = vec![item.to_string(); PAGE].join(",");
            let text = match &sample {
                Json::Object(_) => format!("{{\"results\":[{items}]}}"),
                _ => format!("[{items}]"),
            };
            let outcome = codec::decode(text.as_bytes(), &mut *(target.make)());
            assert_eq!(outcome, Ok(()), "{}", target.place);
        }
        pages += 1;
    }
    println!("{pages} lists of {} bodies", targets.len());
    assert!(pages * 100 > targets.len() * 22, "{pages} of {}", targets.len());
}

/// The size in bytes beside which the mebibyte for any text no longer matters.
const LARGE: usize = 16 << 20;

/// That no sample reaches the limit is known from decoding them all, and the largest pages.
#[test]
fn no_recorded_body_reaches_the_limit_however_long_its_list() {
    let mut worst = (0.0, None);
    for (place, make, body) in &recorded() {
        let Some(text) = repeated(body, 1 << 16) else { continue };
        let (taken, outcome) = decode(&text, *make);
        assert_eq!(outcome, Ok(()), "{place}");
        let factor = taken as f64 / text.len() as f64;
        if factor > worst.0 {
            worst = (factor, Some((place.clone(), *make, body.clone())));
        }
    }
    let (factor, Some((place, make, body))) = worst else {
        println!("not tested: there are no recordings");
        return;
    };
    println!("at most {factor:.1} bytes for each byte: {place}");
    assert!(factor <= FACTOR as f64, "{factor}: {place}");
    let text = repeated(&body, LARGE).expect("a list");
    assert_eq!(decode(&text, make).1, Ok(()), "{place}");
}

/// Returns the recorded bodies with their types, where recordings are to be had.
fn recorded() -> Vec<(String, Make, Json)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/recorded");
    if !folder.is_dir() {
        return Vec::new();
    }
    let exchanges = har::read(&[folder]).expect("the recordings are readable");
    let routes = Routes::new();
    let bodies = exchanges.iter().filter_map(|recorded| {
        let entry = routes.find(recorded).ok()?.entry;
        let responses = entry.responses.iter().filter_map(target::json_response);
        let (_, make) = { responses }.find(|(status, _)| *status == recorded.status)?;
        let Body::Bytes(bytes) = &recorded.response.body else { return None };
        let body = serde_json::from_slice(bytes).ok()?;
        Some((recorded.url.clone(), make, body))
    });
    bodies.collect()
}

/// Returns the text of a body of at least some bytes, with the items of its list repeated. `None`
/// if it has no list with items.
fn repeated(body: &Json, bytes: usize) -> Option<String> {
    let list = |items: &Vec<Json>| {
        let once = Json::from(items.clone()).to_string();
        let once = once.strip_prefix('[')?.strip_suffix(']')?;
        let times = bytes / (once.len() + 1) + 1;
        (!items.is_empty()).then(|| format!("[{}]", vec![once; times].join(",")))
    };
    let (name, items) = match body {
        Json::Array(items) => return list(items),
        Json::Object(members) => {
            let lists = members
                .iter()
                .filter_map(|(name, value)| Some((name, value.as_array()?)));
            lists.max_by_key(|(_, items)| items.len())?
        }
        _ => return None,
    };
    let mut body = body.clone();
    body[name] = MARK.into();
    Some(filled(&body, &list(items)?))
}

/// Decodes a text. Returns the peak of the memory that took, and the outcome.
fn decode(text: &str, make: Make) -> (usize, Result<(), codec::DecodeError>) {
    let mut value = make();
    let mut outcome = Ok(());
    let taken = allocation_counter::measure(|| {
        outcome = codec::decode(text.as_bytes(), &mut *value);
    });
    (usize::try_from(taken.bytes_max).expect("a size in memory"), outcome)
}

/// A string in place of a list, until the text of a list replaces it.
const MARK: &str = "many items";

/// Marks the first lists of a value.
fn marked(value: &Json, left: &mut usize) -> Json {
    match value {
        Json::Array(_) if *left > 0 => {
            *left -= 1;
            MARK.into()
        }
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), marked(value, left)))
            .collect(),
        other => other.clone(),
    }
}

/// Returns the text of a value, with a list in each marked place.
fn filled(marked: &Json, list: &str) -> String {
    marked.to_string().replace(&Json::from(MARK).to_string(), list)
}
