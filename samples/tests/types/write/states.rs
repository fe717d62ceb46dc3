//! `null`, empty values and `false` are values, and are sent.

use atlas_admin::codec::{Field, Json, Record, Slot, Value, View};
use atlas_admin_samples::{Choice, Direction, Samples};
use serde_json::json;

use super::{Body, bodies, text};

/// The index after every field, for the `Extra` of a record.
const EXTRA: usize = usize::MAX;

#[test]
fn nulls_and_empty_values_and_false_are_sent() {
    let samples = Samples::vendored();
    let mut states = [0; 4];
    for body in bodies(samples) {
        let sample = samples.value(body.schema, Direction::Request, Choice::Full);
        let fresh = || body.own(&sample);
        let fields = match fresh().view() {
            View::Record(record) => record.table().fields,
            _ => continue,
        };
        for (index, field) in fields.iter().enumerate() {
            change(&body, &fresh, index, field, &mut states);
        }
    }
    println!(
        "emptied {}, false {}, null in three states {}, null beyond the types {}",
        states[0], states[1], states[2], states[3]
    );
    assert!(states.iter().all(|count| *count > 20), "{states:?}");
}

/// Changes one field in each possible way, and checks what is sent.
fn change(
    body: &Body<'_>,
    fresh: &dyn Fn() -> Box<dyn Value>,
    index: usize,
    field: &'static Field,
    states: &mut [usize; 4],
) {
    let place = format!("{} {}", body.place, field.json_name);
    let sent = |value: &dyn Value| {
        let sent: serde_json::Value =
            serde_json::from_slice(&text(&body.request(value))).unwrap();
        sent.get(field.json_name).cloned()
    };

    let mut value = fresh();
    let record = record_of(&mut *value);
    record.field_mut(index).clear(true);
    let null = match record.field(index).view() {
        View::Null => Some(json!(null)),
        _ => None,
    };
    states[2] += usize::from(null.is_some());
    assert_eq!(sent(&*value), null, "{place}");
    record_of(&mut *value).field_mut(index).clear(false);
    assert_eq!(sent(&*value), None, "{place}");

    if let Slot::Extra(extra) = record_of(&mut *value).field_mut(EXTRA).slot() {
        extra.insert(field.json_name, Json::Null);
    }
    states[3] += 1;
    assert_eq!(sent(&*value), Some(json!(null)), "{place}");

    let mut value = fresh();
    let slot = record_of(&mut *value).field_mut(index);
    slot.clear(false);
    let (state, empty) = match slot.slot() {
        Slot::Bool(_) => (1, json!(false)),
        Slot::Int(_) => (0, json!(0)),
        Slot::Str(_) | Slot::Text(_) | Slot::Enum(_) => (0, json!("")),
        Slot::List(_) => (0, json!([])),
        Slot::Map(_) | Slot::Record(_) => (0, json!({})),
        _ => return,
    };
    states[state] += 1;
    assert_eq!(sent(&*value), Some(empty), "{place}");
}

fn record_of(value: &mut dyn Value) -> &mut dyn Record {
    match value.slot() {
        Slot::Record(record) => record,
        _ => unreachable!("its view was a record"),
    }
}
