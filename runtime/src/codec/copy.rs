//! Copies a value into another, whose type may have fewer fields.
//!
//! This converts between a union's variants and the record of their shared fields, field
//! by field, and keeps the origin of each record and property.

use super::decode::decode_copy;
use super::{Entries, Extra, Json, List, Record, Slot, Union, Value, View, encode};

/// Sets a record to the fields of another that it also declares. The other fields are
/// kept in its [`Extra`].
pub(super) fn copy_record(from: &dyn Record, into: &mut dyn Record) {
    let mut kept = Extra::of(from).cloned().unwrap_or_default();
    let declared = into.table();
    for (index, field) in from.table().fields.iter().enumerate() {
        let value = from.field(index);
        let place = declared.index_of(field.json_name);
        let is_copied = place.is_some_and(|place| copy(value, into.field_mut(place)));
        if !is_copied
            && !matches!(value.view(), View::Absent)
            && kept.get(field.json_name).is_none()
        {
            place.inspect(|place| into.field_mut(*place).clear(false));
            kept.keep(field.json_name, json(value));
        }
    }
    if let Some(extra) = Extra::of_mut(into) {
        *extra = kept;
    }
}

/// Sets a value to another. Returns false if it can't hold that; its content is then
/// unspecified.
pub(super) fn copy(from: &dyn Value, into: &mut dyn Value) -> bool {
    into.clear(false);
    match from.view() {
        View::Absent => {}
        View::Null => {
            into.clear(true);
            return matches!(into.view(), View::Null);
        }
        view => match (view, into.slot()) {
            (View::Bool(from), Slot::Bool(into)) => *into = from,
            (View::Int(from), Slot::Int(into)) => *into = from,
            (View::Float(from), Slot::Float(into)) => *into = from,
            (View::Str(from), Slot::Str(into)) => from.clone_into(into),
            (View::Str(from), Slot::Text(into)) => *into = from.into(),
            (View::Str(from), Slot::Enum(into)) => into.set(from),
            (View::List(from), Slot::List(into)) => return copy_items(from, into),
            (View::Map(from), Slot::Map(into)) => return copy_entries(from, into),
            (View::Record(from), Slot::Record(into)) => copy_record(from, into),
            (View::Union(from), Slot::Union(into)) => return copy_content(from, into),
            (View::Json(from), Slot::Json(into)) => into.clone_from(from),
            (_, Slot::Json(into)) => *into = json(from),
            _ => return false,
        },
    }
    true
}

fn copy_items(from: &dyn List, into: &mut dyn List) -> bool {
    (0..from.len()).all(|index| copy(from.get(index), into.push()))
}

fn copy_entries(from: &dyn Entries, into: &mut dyn Entries) -> bool {
    let mut is_copied = true;
    from.for_each(&mut |key, value| {
        is_copied = is_copied && copy(value, into.insert(key.to_owned()));
    });
    is_copied
}

fn copy_content(from: &dyn Union, into: &mut dyn Union) -> bool {
    let (index, content) = from.content();
    if std::ptr::eq(from.variants(), into.variants()) {
        copy(content, into.select(index))
    } else {
        // Variants of two different unions can only be matched by decoding.
        decode_copy(&encode::text(from), into).is_ok()
    }
}

/// Returns a value as free-form JSON.
pub(super) fn json(value: &dyn Value) -> Json {
    let mut json = Json::Null;
    // The text was written by this crate, so it is valid.
    _ = decode_copy(&encode::text(value), &mut json);
    json
}
