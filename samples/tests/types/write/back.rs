//! A value that was read is changed in one property and sent back.

use std::collections::BTreeSet;

use atlas_admin::codec::{self, Field, Record, Slot, Value, View};
use atlas_admin::operation::Method;
use atlas_admin::registry::{self, Entry, Make};
use atlas_admin_replay::place::{self, Step};
use atlas_admin_samples::{Choice, Dice, Direction, Samples, write};
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value as Json, json};

use super::{Body, bodies, pair, set, text};
use crate::schema::Validators;
use crate::target::{difference_in, json_response, name_of, read};

/// The properties that identify the items of lists; updates send them.
const IDENTITIES: [&str; 2] = ["id", "_id"];

/// An operation that updates what another operation reads.
struct Update<'s> {
    body: Body<'s>,
    read: Make,
    read_schema: &'s Json,
}

fn updates(samples: &Samples) -> Vec<Update<'_>> {
    bodies(samples).into_iter().filter_map(|body| update(samples, body)).collect()
}

fn update<'s>(samples: &'s Samples, body: Body<'s>) -> Option<Update<'s>> {
    matches!(body.operation.method, Method::Patch | Method::Put).then_some(())?;
    let reader = reader_of(&body)?;
    let (status, read) = reader.responses.iter().find_map(json_response)?;
    let read_schema = pair(samples, reader).response(status)?.schema.as_ref()?;
    Some(Update { body, read, read_schema })
}

/// Returns the operation that reads the same path, in the same version or else the newest.
fn reader_of(body: &Body<'_>) -> Option<&'static Entry> {
    let operation = body.operation;
    let readers = registry::entries().filter(|reader| {
        reader.operation.path == operation.path && reader.operation.method == Method::Get
    });
    let age = |reader: &&Entry| {
        let version = reader.operation.version.to_string();
        (version == operation.version.to_string(), version != "preview", version)
    };
    readers.max_by_key(age)
}

impl Update<'_> {
    fn reads_what_it_sends(&self) -> bool {
        name_of(&*(self.read)()) == name_of(&*(self.body.make)())
    }

    /// Decodes a response as the type that is sent; where it has another type, by way of its JSON.
    /// Returns `None` if it doesn't fit.
    fn received(&self, text: &str) -> Option<Box<dyn Value>> {
        let mut value = (self.read)();
        codec::decode(text.as_bytes(), &mut *value).unwrap();
        if self.reads_what_it_sends() {
            return Some(value);
        }
        let text = codec::encode(&*value).unwrap();
        let mut body = (self.body.make)();
        codec::decode(&text, &mut *body).ok().map(|()| body)
    }
}

const CHOICES: [Choice; 5] = [
    Choice::Full,
    Choice::Minimal,
    Choice::Arbitrary(2),
    Choice::Arbitrary(3),
    Choice::Arbitrary(7),
];

#[test]
fn a_change_sends_the_change_and_what_was_read_but_for_what_is_named() {
    let samples = Samples::vendored();
    let (mut problems, mut same, mut other, mut changes) = (Vec::new(), 0, 0, 0);
    for update in updates(samples) {
        *(if update.reads_what_it_sends() { &mut same } else { &mut other }) += 1;
        for (number, choice) in CHOICES.into_iter().enumerate() {
            let mut sample =
                samples.value(update.read_schema, Direction::Response, choice);
            if let Some(members) = sample.as_object_mut() {
                members
                    .insert("onlyTheServiceKnows".to_owned(), json!([{"b": 1, "a": 2}]));
            }
            let text = write(&sample, &mut Dice::new(number as u64));
            let new =
                samples.value(update.body.schema, Direction::Request, Choice::Full);
            let Some(fields) = update.received(&text).and_then(|value| fields(&*value))
            else {
                continue;
            };
            for (index, field) in fields.iter().enumerate() {
                if field.flags & Field::READ_ONLY == 0 {
                    changes += 1;
                    let found = changed(&update, &text, &new, index, field);
                    let place = &update.body.place;
                    problems.extend(found.map(|found| {
                        format!("{place} {choice:?} {}: {found}", field.json_name)
                    }));
                }
            }
        }
    }
    println!(
        "{same} updates send the type that is read, {other} another; {changes} changes"
    );
    assert!(same > 20 && other > 20 && changes > 10 * (same + other));
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
}

fn fields(value: &dyn Value) -> Option<&'static [Field]> {
    match value.view() {
        View::Record(record) => Some(record.table().fields),
        View::Union(union) => fields(union.content().1),
        _ => None,
    }
}

fn record_of(value: &mut dyn Value) -> &mut dyn Record {
    // Getting the slot of a union changes its variant.
    match value.slot() {
        Slot::Record(record) => record,
        _ => unreachable!("its view was a record"),
    }
}

/// Changes one property. Returns the parts of the request that are neither the change nor what was
/// read, and the parts that are left out without being named.
fn changed(
    update: &Update<'_>,
    text_of_response: &str,
    new: &Json,
    index: usize,
    field: &'static Field,
) -> Option<String> {
    let mut value = update.received(text_of_response)?;
    if matches!(value.view(), View::Union(_)) {
        // The property may select the variant.
        return unchanged(update, &*value);
    }
    let change = new.get(field.json_name).cloned();
    let record = record_of(&mut *value);
    record.field_mut(index).clear(false);
    if let Some(change) = &change {
        set(record.field_mut(index), change);
    } else if let Slot::Extra(extra) = record.field_mut(usize::MAX).slot() {
        // A value that didn't fit is in `extra` until the field is set.
        extra.remove(field.json_name);
    }
    unchanged(update, &*value)
}

/// Returns the difference of the request from the value, except for what it names as left out.
fn unchanged(update: &Update<'_>, value: &dyn Value) -> Option<String> {
    let request = update.body.request(value);
    let all = codec::encode(value).unwrap();
    let left_out = request.left_out();
    let mut expected = codec::Json::from_slice(&all).unwrap();
    for path in &left_out {
        remove(&mut expected, path);
    }
    let expected = expected.to_string();
    let found =
        difference_in(expected.as_bytes(), &text(&request), value, update.body.make);
    let twice = left_out.iter().collect::<BTreeSet<_>>().len() != left_out.len();
    found.or_else(|| twice.then(|| format!("named twice: {left_out:?}")))
}

/// Removes the property at a path, which must exist.
fn remove(json: &mut codec::Json, path: &str) {
    let mut steps = place::parse(path).unwrap();
    let Some(Step::Name(name)) = steps.pop() else { panic!("{path} is no property") };
    let holder = steps.iter().try_fold(json, |json, step| match step {
        Step::Name(name) => json.get_mut(name),
        Step::Index(index) => json.as_array_mut()?.get_mut(*index),
    });
    let members = holder.and_then(codec::Json::as_object_mut);
    let removed = members.and_then(|members| members.shift_remove(&name));
    assert!(removed.is_some(), "{path} was left out and is not there");
}

#[test]
fn what_only_the_service_sets_is_left_out_unless_it_identifies_an_item() {
    let samples = Samples::vendored();
    let validators = Validators::of(samples.tree());
    let (mut problems, mut left_out, mut identities) = (BTreeSet::new(), 0, 0);
    for update in updates(samples) {
        let validator = validators.get(update.body.schema, Direction::Request);
        for choice in CHOICES {
            let mut sample =
                samples.value(update.read_schema, Direction::Response, choice);
            if let Some(members) = sample.as_object_mut() {
                members.insert("onlyTheServiceKnows".to_owned(), json!([{"a": 1}]));
            }
            let Some(value) = update.received(&sample.to_string()) else { continue };
            let request = update.body.request(&*value);
            left_out += request.left_out().len();
            let sent = read(&text(&request));
            assert_eq!(sent.get("onlyTheServiceKnows"), None, "{}", update.body.place);
            for error in validator.iter_errors(&sent) {
                // A read-only property is declared as one that must not exist.
                if !matches!(error.kind(), ValidationErrorKind::FalseSchema) {
                    continue;
                }
                let at = error.instance_path().to_string();
                if is_identity(&at) {
                    identities += 1;
                } else {
                    let place = &update.body.place;
                    problems.insert(format!("{place} {choice:?}: {at} was sent"));
                }
            }
        }
    }
    println!("{left_out} properties left out, {identities} identities sent");
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
    assert!(left_out > 500 && identities > 10);
}

/// Tells whether a JSON pointer is that of a property that identifies an item of a list.
fn is_identity(pointer: &str) -> bool {
    let mut tokens = pointer.rsplit('/');
    let name = tokens.next().unwrap_or_default();
    let holder = tokens.next().unwrap_or_default();
    IDENTITIES.contains(&name) && holder.parse::<usize>().is_ok()
}

#[test]
fn a_masked_secret_is_not_sent_by_an_update() {
    let samples = Samples::vendored();
    let (mut patched, mut refused, mut kept) = (0, 0, 0);
    for update in updates(samples) {
        for choice in CHOICES {
            let sample = samples.value(update.read_schema, Direction::Response, choice);
            let Some(mut value) = update.received(&sample.to_string()) else { continue };
            let place = &update.body.place;
            // Decoded again, because changing a union may change its variant.
            let mut json: Json =
                serde_json::from_slice(&codec::encode(&*value).unwrap()).unwrap();
            let secrets = mask(&*value, &mut json);
            if secrets.is_empty() {
                continue;
            }
            codec::decode(json.to_string().as_bytes(), &mut *value).unwrap();
            let request = update.body.request(&*value);
            match request.body_bytes() {
                Ok(body) => {
                    let body = String::from_utf8_lossy(body.unwrap());
                    assert!(!body.contains("****"), "{place}: {body}");
                    let left_out = request.left_out();
                    assert!(
                        secrets.iter().all(|path| left_out.contains(path)),
                        "{place}"
                    );
                    match update.body.operation.method {
                        Method::Patch => patched += 1,
                        _ => kept += 1,
                    }
                }
                Err(error) => {
                    assert_eq!(update.body.operation.method, Method::Put, "{place}");
                    let message = error.to_string();
                    assert!(
                        secrets
                            .iter()
                            .any(|path| message.contains(&format!("`{path}`"))),
                        "{place}: {message}"
                    );
                    refused += 1;
                }
            }
        }
    }
    println!("left out of a PATCH {patched}, of a PUT {kept}; refused {refused}");
    assert!(patched > 0 && refused > 0 && kept > 0);
}

/// Masks the secrets in the JSON of a value, and returns their paths.
fn mask(value: &dyn Value, json: &mut Json) -> Vec<String> {
    let mut found = Vec::new();
    mask_at(value, json, String::new(), &mut found);
    found
}

fn mask_at(value: &dyn Value, json: &mut Json, path: String, found: &mut Vec<String>) {
    match value.view() {
        View::Record(record) => {
            for (index, field) in record.table().fields.iter().enumerate() {
                let Some(member) = json.get_mut(field.json_name) else { continue };
                let dot = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{dot}{}", field.json_name);
                let is_secret = field.flags & (Field::SECRET | Field::WRITE_ONLY) != 0;
                if field.flags & Field::READ_ONLY != 0 {
                } else if is_secret && member.is_string() {
                    *member = json!("****abcd");
                    found.push(path);
                } else {
                    mask_at(record.field(index), member, path, found);
                }
            }
        }
        View::Union(union) => mask_at(union.content().1, json, path, found),
        View::List(list) => {
            for index in 0..list.len() {
                let path = format!("{path}[{index}]");
                mask_at(list.get(index), &mut json[index], path, found);
            }
        }
        _ => {}
    }
}
