//! The comparison of received JSON with the JSON that its value is encoded to.

use atlas_admin::codec::{Json, List, Number, Slot, Value, View};
use atlas_admin::registry::Make;

/// A difference between the received JSON and the encoded one, which is an error of the types.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The JSON path.
    pub path: String,
    /// The received JSON; `None` if there was none at this path.
    pub expected: Option<Json>,
    /// The encoded JSON; `None` if there was none at this path.
    pub found: Option<Json>,
}

/// Compares a received text with the text that its value was encoded to. `make` creates an unset
/// value of the same type.
///
/// Both texts are parsed twice: by the codec, which keeps the spelling of numbers, and by
/// `serde_json`, whose parser is independent of the codec. So the comparison also finds an order
/// of keys that the codec would lose in both texts.
///
/// # Panics
///
/// Panics if one of the texts is not JSON.
pub fn texts(
    received: &[u8],
    written: &[u8],
    value: &dyn Value,
    make: Make,
) -> Vec<Difference> {
    let ours = |text: &[u8]| Json::from_slice(text).expect("JSON");
    let found = compare(&ours(received), &ours(written), value, &mut *make());
    if !found.is_empty() {
        return found;
    }
    let theirs = |text: &[u8]| serde_json::from_slice::<Json>(text);
    match (theirs(received), theirs(written)) {
        (Ok(received), Ok(written)) => compare(&received, &written, value, &mut *make()),
        // It holds what only the codec reads: half a surrogate pair, a number beyond all floats.
        _ => found,
    }
}

/// Compares received JSON with the JSON that its value was encoded to. `blank` is an unset value
/// of the same type. It is changed, because only setting its fields shows which of them have three
/// states.
///
/// An absent and a `null` optional field are equal unless the field has three states; numbers are
/// compared by value. In free-form JSON, the order of keys and the spelling of numbers must be
/// equal too.
fn compare(
    received: &Json,
    written: &Json,
    value: &dyn Value,
    blank: &mut dyn Value,
) -> Vec<Difference> {
    let mut found = Vec::new();
    both("", received, written, Some((value, blank)), &mut found);
    found
}

/// A value, and an unset value of the same type; `None` for undeclared JSON.
type Typed<'v> = Option<(&'v dyn Value, &'v mut dyn Value)>;

fn both(
    path: &str,
    received: &Json,
    written: &Json,
    typed: Typed<'_>,
    into: &mut Vec<Difference>,
) {
    let Some((value, blank)) = typed.map(|(value, blank)| content(value, blank)) else {
        return free_form(path, received, written, into);
    };
    if matches!(value.view(), View::Json(_) | View::Absent) {
        return free_form(path, received, written, into);
    }
    match (received, written) {
        (Json::Object(_), Json::Object(_)) => {
            objects(path, received, written, (value, blank), into);
        }
        (Json::Array(received), Json::Array(written)) => {
            lists(path, received, written, (value, blank), into);
        }
        // An integer may have been spelled as a float, and the other way round.
        (Json::Number(received), Json::Number(written)) if same(received, written) => {}
        (received, written) if received == written => {}
        (received, written) => into.push(difference(path, received, written)),
    }
}

/// Compares numbers by value; a float may differ from the received number by rounding to the
/// nearest `f64`.
fn same(received: &Number, written: &Number) -> bool {
    let is_whole =
        |number: &Number| number.as_i64().is_some() || number.as_u64().is_some();
    received == written
        || !(is_whole(received) && is_whole(written))
            && received.as_f64() == written.as_f64()
}

fn difference(path: &str, received: &Json, written: &Json) -> Difference {
    Difference {
        path: path.to_owned(),
        expected: Some(received.clone()),
        found: Some(written.clone()),
    }
}

/// Compares free-form JSON, including the order of keys and the spelling of numbers.
fn free_form(path: &str, received: &Json, written: &Json, into: &mut Vec<Difference>) {
    match (received, written) {
        (Json::Object(a), Json::Object(b)) if a.keys().eq(b.keys()) => {
            for (name, received) in a.iter() {
                free_form(&child(path, name), received, &written[&**name], into);
            }
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                free_form(&format!("{path}[{index}]"), a, b, into);
            }
        }
        (a, b) if is_spelled_alike(a, b) => {}
        (a, b) => into.push(difference(path, a, b)),
    }
}

/// Tells whether two values have the same text. `==` compares numbers by value.
fn is_spelled_alike(received: &Json, written: &Json) -> bool {
    let [received, written] = [received, written].map(ToString::to_string);
    received == written
}

fn lists(
    path: &str,
    received: &[Json],
    written: &[Json],
    (value, blank): (&dyn Value, &mut dyn Value),
    into: &mut Vec<Difference>,
) {
    let whole = || (Json::from(received.to_vec()), Json::from(written.to_vec()));
    let (View::List(list), Slot::List(blank)) = (value.view(), blank.slot()) else {
        let (received, written) = whole();
        return free_form(path, &received, &written, into);
    };
    let takes = taken_by(blank);
    let expected: Vec<&Json> = received.iter().filter(|item| takes(item)).collect();
    if expected.len() != written.len() || expected.len() != list.len() {
        let (received, written) = whole();
        return into.push(difference(path, &received, &written));
    }
    for (index, (a, b)) in expected.into_iter().zip(written).enumerate() {
        if !is_text_of(a, b) {
            let typed = Some((list.get(index), blank.push()));
            both(&format!("{path}[{index}]"), a, b, typed, into);
        }
    }
}

/// Tells whether decoding converted a value to its JSON text, as in a list or map of strings.
fn is_text_of(received: &Json, written: &Json) -> bool {
    written.as_str().is_some_and(|text| text.parse().as_ref() == Ok(received))
}

/// Returns a predicate for the items that a list of this type keeps. Decoding drops an item that
/// doesn't fit a list of scalars, unless it is converted to text.
fn taken_by(blank: &mut dyn List) -> fn(&Json) -> bool {
    let item = blank.push();
    let keeps_null = keeps_null(item);
    match item.slot() {
        Slot::Bool(_) => |item| item.as_bool().is_some(),
        Slot::Int(_) | Slot::Float(_) => |item| item.as_number().is_some(),
        _ if keeps_null => |_| true,
        _ => |item| !item.is_null(),
    }
}

/// Tells whether an item of a list or a value of a map can be `null`: records and free-form values
/// can.
fn keeps_null(blank: &mut dyn Value) -> bool {
    matches!(blank.slot(), Slot::Record(_) | Slot::Union(_) | Slot::Json(_))
}

/// Returns the content of a union, and of unions within it; returns any other value unchanged.
fn content<'v>(
    value: &'v dyn Value,
    blank: &'v mut dyn Value,
) -> (&'v dyn Value, &'v mut dyn Value) {
    let View::Union(union) = value.view() else { return (value, blank) };
    let (index, held) = union.content();
    match blank.slot() {
        Slot::Union(union) => content(held, union.select(index)),
        _ => unreachable!("the blank value has the same type"),
    }
}

fn objects(
    path: &str,
    a: &Json,
    b: &Json,
    (value, blank): (&dyn Value, &mut dyn Value),
    into: &mut Vec<Difference>,
) {
    let (Json::Object(received), Json::Object(written)) = (a, b) else { return };
    let mut received = received.clone();
    let is_map = matches!(value.view(), View::Map(_));
    if let (true, Slot::Map(blank)) = (is_map, blank.slot()) {
        let keeps_null = keeps_null(blank.insert(String::new()));
        received.retain(|_, value| keeps_null || !value.is_null());
        if !received.keys().eq(written.keys()) {
            return into.push(difference(path, a, b));
        }
    }
    let mut names: Vec<&String> = received.keys().chain(written.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let here = child(path, name);
        match (received.get(name), written.get(name), member(value, &mut *blank, name)) {
            (Some(a), Some(b), Some(_)) if is_map && is_text_of(a, b) => {}
            (Some(a), Some(b), typed) => both(&here, a, b, typed, into),
            (expected, found, typed) => {
                let says_nothing = |json: Option<&Json>| json.is_none_or(Json::is_null);
                if let Some((_, blank)) = typed
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

/// Returns the value of a property, and an unset one of its type; `None` if the property is
/// undeclared.
fn member<'v>(value: &'v dyn Value, blank: &'v mut dyn Value, name: &str) -> Typed<'v> {
    match (value.view(), blank.slot()) {
        (View::Record(record), Slot::Record(blank)) => {
            let index = record.table().index_of(name)?;
            Some((record.field(index), blank.field_mut(index)))
        }
        (View::Map(entries), Slot::Map(blank)) => {
            Some((entries.get(name)?, blank.insert(name.to_owned())))
        }
        _ => None,
    }
}

/// Tells whether a field makes no difference between `null` and absence.
fn has_two_states(blank: &mut dyn Value) -> bool {
    blank.clear(true);
    !matches!(blank.view(), View::Null)
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
