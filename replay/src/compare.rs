//! What was received against what is written again.

use atlas_admin::codec::{Field, Slot, Value, View};
use serde_json::{Number, Value as Json};

/// A difference that the types should not have made.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The JSON path.
    pub path: String,
    /// What was received; absent where nothing was.
    pub expected: Option<Json>,
    /// What was written; absent where nothing was.
    pub found: Option<Json>,
}

/// Compares JSON that was received with what its value was written as. `blank` is an unset value
/// of the same type: asking it which of its fields have three states changes it.
///
/// An absent and a `null` optional field are equal unless the field has three states; numbers
/// compare by value.
pub fn compare(
    received: &Json,
    written: &Json,
    value: &dyn Value,
    blank: &mut dyn Value,
) -> Vec<Difference> {
    let mut found = Vec::new();
    both("", received, written, Some((value, blank)), &mut found);
    found
}

/// A value, and an unset one of its type.
type Typed<'v> = Option<(&'v dyn Value, &'v mut dyn Value)>;

fn both(
    path: &str,
    received: &Json,
    written: &Json,
    typed: Typed<'_>,
    into: &mut Vec<Difference>,
) {
    match (received, written) {
        (Json::Object(_), Json::Object(_)) => {
            objects(path, received, written, typed, into)
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            lists(path, a, b, typed, into);
        }
        (Json::Number(a), Json::Number(b)) if same_number(a, b) => {}
        (a, b) if a == b => {}
        (a, b) => into.push(Difference {
            path: path.to_owned(),
            expected: Some(a.clone()),
            found: Some(b.clone()),
        }),
    }
}

/// Compares numbers by value: `1` and `1.0` are equal, and 64-bit integers compare exactly.
fn same_number(a: &Number, b: &Number) -> bool {
    let whole = |n: &Number| n.as_i64().map(i128::from).or(n.as_u64().map(i128::from));
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a.as_f64() == b.as_f64(),
        (Some(whole), None) => {
            b.as_f64().is_some_and(|f| f.fract() == 0.0 && f as i128 == whole)
        }
        (None, Some(whole)) => {
            a.as_f64().is_some_and(|f| f.fract() == 0.0 && f as i128 == whole)
        }
    }
}

fn lists(
    path: &str,
    a: &[Json],
    b: &[Json],
    typed: Typed<'_>,
    into: &mut Vec<Difference>,
) {
    let parts = typed.and_then(|(value, blank)| match (value.view(), blank.slot()) {
        (View::List(list), Slot::List(blank)) => Some((list, blank)),
        _ => None,
    });
    let Some((list, blank)) = parts else {
        for (index, (a, b)) in a.iter().zip(b).enumerate() {
            both(&format!("{path}[{index}]"), a, b, None, into);
        }
        return;
    };
    for (index, (a, b)) in a.iter().zip(b).enumerate() {
        let typed: Typed<'_> = if index < list.len() {
            Some((list.get(index), blank.push()))
        } else {
            None
        };
        both(&format!("{path}[{index}]"), a, b, typed, into);
    }
}

fn objects(
    path: &str,
    a: &Json,
    b: &Json,
    mut typed: Typed<'_>,
    into: &mut Vec<Difference>,
) {
    let (Json::Object(received), Json::Object(written)) = (a, b) else { return };
    // Through unions to the record or map that holds the properties.
    while let Some((value, blank)) = typed {
        let View::Union(union) = value.view() else {
            typed = Some((value, blank));
            break;
        };
        let (index, content) = union.content();
        typed = match blank.slot() {
            Slot::Union(blank) => Some((content, blank.select(index))),
            _ => None,
        };
    }
    let mut names: Vec<&String> = received.keys().chain(written.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let here = child(path, name);
        let member = match &mut typed {
            Some((value, blank)) => member(*value, &mut **blank, name),
            None => Member::Untyped,
        };
        match (received.get(name), written.get(name), member) {
            (Some(a), Some(b), Member::Of(value, blank)) => {
                both(&here, a, b, Some((value, blank)), into);
            }
            (Some(a), Some(b), Member::Untyped) => both(&here, a, b, None, into),
            (expected, found, member) => {
                let says_nothing = |json: Option<&Json>| json.is_none_or(Json::is_null);
                if let Member::Of(_, blank) = member
                    && says_nothing(expected)
                    && says_nothing(found)
                    && has_two_states(blank)
                {
                    continue;
                }
                let (expected, found) = (expected.cloned(), found.cloned());
                into.push(Difference { path: here, expected, found });
            }
        }
    }
}

/// What a property is to a value.
enum Member<'v> {
    Of(&'v dyn Value, &'v mut dyn Value),
    Untyped,
}

fn member<'v>(value: &'v dyn Value, blank: &'v mut dyn Value, name: &str) -> Member<'v> {
    match (value.view(), blank.slot()) {
        (View::Record(record), Slot::Record(blank)) => {
            let fields = record.table().fields;
            match fields.binary_search_by(|field| field.wire.cmp(name)) {
                Ok(index) => Member::Of(record.field(index), blank.field_mut(index)),
                Err(_) => Member::Untyped,
            }
        }
        (View::Map(entries), Slot::Map(blank)) => match entries.get(name) {
            Some(value) => Member::Of(value, blank.insert(name.to_owned())),
            None => Member::Untyped,
        },
        _ => Member::Untyped,
    }
}

/// Tells whether a field makes no difference between `null` and absence.
fn has_two_states(blank: &mut dyn Value) -> bool {
    blank.clear(true);
    !matches!(blank.view(), View::Null)
}

/// Collects the paths of what only the service sets.
pub fn read_only(path: &str, value: &dyn Value, into: &mut Vec<String>) {
    match value.view() {
        View::Union(union) => read_only(path, union.content().1, into),
        View::Record(record) => {
            for (index, field) in record.table().fields.iter().enumerate() {
                let here = child(path, field.wire);
                if field.flags & Field::READ_ONLY != 0 {
                    into.push(here);
                } else {
                    read_only(&here, record.field(index), into);
                }
            }
        }
        View::List(list) => {
            for index in 0..list.len() {
                read_only(&format!("{path}[{index}]"), list.get(index), into);
            }
        }
        View::Map(entries) => entries.for_each(&mut |name, value| {
            read_only(&child(path, name), value, into);
        }),
        _ => {}
    }
}

/// Returns the path of a property.
pub fn child(path: &str, name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$');
    if name.is_empty() || !name.chars().all(plain) {
        format!("{path}[{name:?}]")
    } else if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
