//! Reading, changing and writing back; and bodies that are built from nothing.

use std::collections::BTreeSet;

use atlas_admin::codec::{self, Field, Mode, Record, Slot, Value, View};
use atlas_admin::registry::{self, Entry, Make};
use atlas_admin_samples::{Choice, Direction, Pair, Samples};
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value as Json, json};

use crate::equal::difference_but_hollow;
use crate::schema::Validators;
use crate::target::{self, encoded, json_answer, name_of};

/// The index beyond every field, where a record has its `Extra`.
const EXTRA: usize = usize::MAX;

#[test]
fn what_is_set_is_sent_and_nothing_else() {
    let _turn = crate::alone();
    let samples = Samples::vendored();
    let choices = [Choice::Minimal, Choice::Full];
    let choices: Vec<_> =
        choices.into_iter().chain((0..8).map(Choice::Arbitrary)).collect();
    let mut problems = BTreeSet::new();
    for target in
        target::all(&samples).iter().filter(|t| t.direction == Direction::Request)
    {
        for choice in &choices {
            let sample = target.sample(&samples, *choice);
            let (value, _) = target.decode(sample.to_string().as_bytes()).unwrap();
            let found = match codec::encode(&*value, Mode::Request) {
                // A record of which all is read-only is sent as little as its fields.
                Ok(text) => difference_but_hollow(&sample, &target::read(&text)),
                Err(error) => Some(error.to_string()),
            };
            problems.extend(
                found.map(|found| format!("{} {choice:?}: {found}", target.place)),
            );
        }
    }
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
}

#[test]
fn a_body_without_anything_lacks_what_is_required() {
    let _turn = crate::alone();
    let samples = Samples::vendored();
    let mut problems = BTreeSet::new();
    for target in
        target::all(&samples).iter().filter(|t| t.direction == Direction::Request)
    {
        let value = (target.make)();
        let View::Record(record) = value.view() else { continue };
        let minimal = target.sample(&samples, Choice::Minimal);
        let required: BTreeSet<_> =
            minimal.as_object().unwrap().keys().map(String::as_str).collect();
        // Text and lists that are required are sent even if they are empty.
        let lacking = match codec::encode(record_value(record), Mode::Request) {
            Ok(text) => (BTreeSet::new(), target::read(&text)),
            Err(error) => {
                (error.missing().iter().map(|path| outermost(path)).collect(), json!({}))
            }
        };
        let sent = lacking.1.as_object().unwrap().keys().cloned();
        let all: BTreeSet<String> = lacking.0.into_iter().chain(sent).collect();
        let all: BTreeSet<&str> = all.iter().map(String::as_str).collect();
        if !all.is_subset(&required) {
            problems
                .insert(format!("{}: {all:?}, required is {required:?}", target.place));
        }
    }
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
}

/// Returns the first name of a path.
fn outermost(path: &str) -> String {
    path.split(['.', '[']).next().unwrap_or_default().to_owned()
}

fn record_value(record: &dyn Record) -> &dyn Value {
    record
}

/// An operation that updates what another reads.
struct Update<'s> {
    place: String,
    read: Make,
    read_schema: &'s Json,
    write: Make,
    write_schema: &'s Json,
}

fn updates(samples: &Samples) -> Vec<Update<'_>> {
    let mut updates = Vec::new();
    for entry in registry::entries() {
        let method = entry.operation.method.as_str();
        let Some(write) = entry.body.filter(|_| matches!(method, "PATCH" | "PUT"))
        else {
            continue;
        };
        let Some(reader) = reader_of(entry) else { continue };
        let Some((status, read)) = reader.answers.iter().find_map(json_answer) else {
            continue;
        };
        let answer =
            pair(samples, reader).answer(status).and_then(|media| media.schema.as_ref());
        let body =
            pair(samples, entry).body.as_ref().and_then(|media| media.schema.as_ref());
        if let (Some(read_schema), Some(write_schema)) = (answer, body) {
            let place = format!("{} {}", entry.operation.id, entry.operation.version);
            updates.push(Update { place, read, read_schema, write, write_schema });
        }
    }
    updates
}

/// Returns the operation that reads the same path, in the same version or else the newest.
fn reader_of(entry: &Entry) -> Option<&'static Entry> {
    let operation = entry.operation;
    let readers = registry::entries().filter(|reader| {
        reader.operation.path == operation.path
            && reader.operation.method.as_str() == "GET"
    });
    let age = |reader: &&Entry| {
        let version = reader.operation.version.to_string();
        (version == operation.version.to_string(), version != "preview", version)
    };
    readers.max_by_key(age)
}

fn pair<'s>(samples: &'s Samples, entry: &Entry) -> &'s Pair {
    let operation = entry.operation;
    samples
        .pair(operation.id, &operation.version.to_string())
        .expect("the pair is there")
}

#[test]
fn what_only_the_service_sets_stays_home() {
    let _turn = crate::alone();
    let samples = Samples::vendored();
    let validators = Validators::of(samples.tree());
    let (mut problems, mut same, mut other) = (BTreeSet::new(), 0, BTreeSet::new());
    let mut sent_back = 0;
    for update in updates(&samples) {
        let validator = validators.get(update.write_schema, Direction::Request);
        let is_same = name_of(&*(update.read)()) == name_of(&*(update.write)());
        if is_same {
            same += 1;
        } else {
            other.insert(update.place.clone());
        }
        for choice in [
            Choice::Full,
            Choice::Arbitrary(2),
            Choice::Arbitrary(3),
            Choice::Arbitrary(7),
        ] {
            let mut sample =
                samples.value(update.read_schema, Direction::Response, choice);
            if let Some(members) = sample.as_object_mut() {
                members.insert("onlyTheServiceKnows".to_owned(), json!([{"a": 1}]));
            }
            let mut value = (update.read)();
            codec::decode(sample.to_string().as_bytes(), &mut *value).unwrap();
            // Where the types differ, a caller goes from one to the other through the wire form.
            let sent = if is_same {
                codec::encode(&*value, Mode::Request)
            } else {
                let text = codec::encode(&*value, Mode::Lossless).unwrap();
                let mut body = (update.write)();
                if codec::decode(&text, &mut *body).is_err() {
                    continue;
                }
                codec::encode(&*body, Mode::Request)
            };
            let Ok(sent) = sent else { continue };
            let sent = target::read(&sent);
            sent_back += 1;
            assert_eq!(sent.get("onlyTheServiceKnows"), None, "{}", update.place);
            for error in validator.iter_errors(&sent) {
                // What is read-only is declared as what may not be there.
                if matches!(error.kind(), ValidationErrorKind::FalseSchema) {
                    let at = error.schema_path();
                    problems
                        .insert(format!("{} {choice:?}: {at} was sent", update.place));
                }
            }
        }
    }
    println!(
        "{same} updates send the type that is read, {} another; {sent_back} values went both ways",
        other.len()
    );
    assert!(same > 20 && other.len() > 20 && sent_back > 2 * (same + other.len()));
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
}

#[test]
fn nulls_and_empty_values_and_false_are_sent() {
    let _turn = crate::alone();
    let samples = Samples::vendored();
    let mut states = [0; 4];
    for update in updates(&samples) {
        let sample =
            samples.value(update.write_schema, Direction::Request, Choice::Full);
        let text = sample.to_string();
        let fresh = || {
            let mut value = (update.write)();
            codec::decode(text.as_bytes(), &mut *value).unwrap();
            value
        };
        let fields = match fresh().view() {
            View::Record(record) => record.table().fields,
            _ => continue,
        };
        for (index, field) in fields.iter().enumerate() {
            if field.flags & Field::READ_ONLY == 0 {
                change(&update, &fresh, index, field, &mut states);
            }
        }
    }
    println!(
        "emptied {}, false {}, null in three states {}, null beyond the types {}",
        states[0], states[1], states[2], states[3]
    );
    assert!(states.iter().all(|count| *count > 20), "{states:?}");
}

/// Changes one field in each way that it allows, and looks at what is sent.
fn change(
    update: &Update<'_>,
    fresh: &dyn Fn() -> Box<dyn Value>,
    index: usize,
    field: &'static Field,
    states: &mut [usize; 4],
) {
    let place = format!("{} {}", update.place, field.wire);
    let sent =
        |value: &dyn Value| encoded(value, Mode::Request).get(field.wire).cloned();

    let mut value = fresh();
    let record = record_of(&mut *value);
    record.field_mut(index).clear(true);
    let is_three_state = matches!(record.field(index).view(), View::Null);
    if is_three_state {
        states[2] += 1;
        assert_eq!(sent(&*value), Some(Json::Null), "{place}");
        record_of(&mut *value).field_mut(index).clear(false);
        assert_eq!(sent(&*value), None, "{place}");
    } else if field.flags & Field::REQUIRED == 0
        && matches!(record.field(index).view(), View::Absent)
    {
        assert_eq!(sent(&*value), None, "{place}");
    }

    let mut value = fresh();
    if let Slot::Extra(extra) = record_of(&mut *value).field_mut(EXTRA).slot() {
        extra.insert(field.wire, Json::Null);
    }
    states[3] += 1;
    assert_eq!(sent(&*value), Some(Json::Null), "{place}");

    let mut value = fresh();
    let slot = record_of(&mut *value).field_mut(index);
    slot.clear(false);
    let (state, empty) = match slot.slot() {
        Slot::Bool(value) => {
            *value = false;
            (1, json!(false))
        }
        // A date without text is none, so it is given one.
        Slot::Str(value) => {
            "2030-01-01".clone_into(value);
            (0, json!("2030-01-01"))
        }
        Slot::List(_) => (0, json!([])),
        Slot::Map(_) => (0, json!({})),
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
