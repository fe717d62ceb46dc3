//! Where a body holds secrets, so that a printed one can leave them out.

use serde_json::Value as Json;

use crate::codec::{Field, Value, View};

/// What stands in the place of a secret.
pub(super) const REDACTED: &str = "<redacted>";

/// Returns the JSON pointers (RFC 6901) of the values that must not be printed.
pub(super) fn pointers(value: &dyn Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, &mut String::new(), &mut found);
    found
}

/// Returns a body with the values at some pointers replaced.
pub(super) fn redact(body: &[u8], pointers: &[String]) -> String {
    match serde_json::from_slice::<Json>(body) {
        Ok(mut json) if !pointers.is_empty() => {
            for pointer in pointers {
                if let Some(secret) = json.pointer_mut(pointer) {
                    *secret = REDACTED.into();
                }
            }
            json.to_string()
        }
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

fn walk(value: &dyn Value, at: &mut String, found: &mut Vec<String>) {
    match value.view() {
        View::Record(record) => {
            for (index, field) in record.table().fields.iter().enumerate() {
                let value = record.field(index);
                if field.flags & (Field::SECRET | Field::WRITE_ONLY) == 0 {
                    step(at, field.wire, |at| walk(value, at, found));
                } else if !matches!(value.view(), View::Absent | View::Null) {
                    step(at, field.wire, |at| found.push(at.clone()));
                }
            }
        }
        View::Union(union) => walk(union.content().1, at, found),
        View::List(list) => {
            for index in 0..list.len() {
                step(at, &index.to_string(), |at| walk(list.get(index), at, found));
            }
        }
        View::Map(map) => {
            map.for_each(&mut |key, value| step(at, key, |at| walk(value, at, found)));
        }
        _ => {}
    }
}

fn step(at: &mut String, token: &str, inside: impl FnOnce(&mut String)) {
    let length = at.len();
    at.push('/');
    at.push_str(&token.replace('~', "~0").replace('/', "~1"));
    inside(at);
    at.truncate(length);
}
