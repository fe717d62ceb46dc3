//! Changes of a value itself: type, null, enum, default and bounds.

use serde_json::Value;

use super::super::change::Direction;
use super::super::flat::{BOUNDS, Flat};
use super::Found;

/// Compares types and formats; returns false if the contents can't be compared.
pub(super) fn kind(
    direction: Direction,
    old: &Flat<'_>,
    new: &Flat<'_>,
    found: &mut Found<'_>,
) -> bool {
    let (before, after) = (Type::of(old), Type::of(new));
    // Where neither schema declares a type, the properties are all that can be compared.
    let is_silent = old.ty.is_none() && new.ty.is_none();
    if before == after || is_silent && before.format == after.format {
        return true;
    }
    let (ending, is_compatible) = if after.includes(before) {
        ("type-generalized", direction.is_request())
    } else if before.includes(after) {
        ("type-specialized", !direction.is_request())
    } else {
        ("type-changed", false)
    };
    // A change of the type that clients decode has the code that users look for.
    let ending = if is_compatible { ending } else { "type-changed" };
    let (before, after) = (before.words(), after.words());
    let words = format!("changed the type from {before} to {after} of ");
    found.schema(ending, is_compatible, words);
    old.kind() == new.kind()
}

/// The type of a value, with its format.
#[derive(Clone, Copy, PartialEq)]
struct Type<'a> {
    ty: Option<&'a str>,
    format: Option<&'a str>,
}

impl<'a> Type<'a> {
    fn of(flat: &Flat<'a>) -> Self {
        // A union is described by its branches.
        let is_union = !flat.unions.is_empty() && flat.ty.is_none();
        let ty = if is_union { None } else { flat.kind() };
        // A password is a string like any other; the format only hides it in forms.
        let format = flat.format.filter(|format| *format != "password");
        Self { ty, format }
    }

    /// Tells whether each value of another type is one of this type.
    fn includes(self, other: Self) -> bool {
        let has_type = self.ty.is_none_or(|ty| {
            other.ty == Some(ty) || ty == "number" && other.ty == Some("integer")
        });
        let has_format = match (self.format, other.format) {
            (None, _) => true,
            (Some("int64"), Some("int32")) | (Some("double"), Some("float")) => true,
            (own, other) => own == other,
        };
        has_type && has_format
    }

    fn words(self) -> String {
        let ty = self.ty.unwrap_or("any");
        match self.format {
            Some(format) => format!("`{ty}/{format}`"),
            None => format!("`{ty}`"),
        }
    }
}

pub(super) fn nullable(
    direction: Direction,
    old: &Flat<'_>,
    new: &Flat<'_>,
    found: &mut Found<'_>,
) {
    match (old.is_nullable, new.is_nullable) {
        (false, true) => {
            let words = "allowed null as ".to_owned();
            found.schema("became-nullable", direction.is_request(), words);
        }
        (true, false) => {
            let words = "no longer allows null as ".to_owned();
            found.schema("became-not-nullable", !direction.is_request(), words);
        }
        _ => {}
    }
}

/// Compares the values of enums.
pub(super) fn values(
    direction: Direction,
    old: &Flat<'_>,
    new: &Flat<'_>,
    found: &mut Found<'_>,
) {
    let is_request = direction.is_request();
    match (&old.values, &new.values) {
        (Some(old), Some(new)) => {
            for value in new.iter().filter(|value| !old.contains(value)) {
                let words = format!("added the value {} to ", shown(value));
                found.schema("enum-value-added", true, words);
            }
            for value in old.iter().filter(|value| !new.contains(value)) {
                let words = format!("removed the value {} from ", shown(value));
                found.schema("enum-value-removed", !is_request, words);
            }
        }
        (None, Some(new)) => {
            let values: Vec<String> = new.iter().map(|value| shown(value)).collect();
            let words = format!("lists the values ({}) of ", values.join(", "));
            found.schema("became-enum", !is_request, words);
        }
        (Some(_), None) => {
            let words = "no longer lists the values of ".to_owned();
            found.schema("became-not-enum", true, words);
        }
        (None, None) => {}
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// Compares defaults, patterns, bounds, and whether other properties are allowed.
pub(super) fn details(
    direction: Direction,
    old: &Flat<'_>,
    new: &Flat<'_>,
    found: &mut Found<'_>,
) {
    let is_request = direction.is_request();
    let (before, after) = (old.default.map(shown), new.default.map(shown));
    step(
        found,
        "default",
        (before.as_deref(), after.as_deref()),
        [
            ("default-value-added", true),
            ("default-value-removed", true),
            ("default-value-changed", !is_request),
        ],
    );
    step(
        found,
        "pattern",
        (old.pattern, new.pattern),
        [
            ("pattern-added", !is_request),
            ("pattern-removed", true),
            ("pattern-changed", !is_request),
        ],
    );
    let closed = |flat: &Flat<'_>| flat.is_closed.then_some("none");
    step(
        found,
        "rule for undeclared properties",
        (closed(old), closed(new)),
        [
            ("additional-properties-removed", !is_request),
            ("additional-properties-added", true),
            ("additional-properties-changed", true),
        ],
    );
    for (keyword, word, is_lower) in BOUNDS {
        bound(direction, (keyword, word, is_lower), (old, new), found);
    }
}

/// Adds a change of one keyword. The codes are for an added, a removed and a changed keyword.
fn step(
    found: &mut Found<'_>,
    noun: &str,
    (old, new): (Option<&str>, Option<&str>),
    [added, removed, changed]: [(&'static str, bool); 3],
) {
    let bare = |text: &str| text.trim_matches('`').to_owned();
    let ((ending, is_compatible), words) = match (old, new) {
        (None, Some(new)) => (added, format!("set the {noun} to `{}` of ", bare(new))),
        (Some(old), None) => {
            (removed, format!("removed the {noun} `{}` of ", bare(old)))
        }
        (Some(old), Some(new)) if old != new => {
            let words = format!(
                "changed the {noun} from `{}` to `{}` of ",
                bare(old),
                bare(new)
            );
            (changed, words)
        }
        _ => return,
    };
    found.schema(ending, is_compatible, words);
}

fn bound(
    direction: Direction,
    (keyword, word, is_lower): (&'static str, &str, bool),
    (old, new): (&Flat<'_>, &Flat<'_>),
    found: &mut Found<'_>,
) {
    // A length without a lower bound is bounded by zero.
    let is_length = is_lower && keyword != "minimum";
    let get = |flat: &Flat<'_>| {
        let bound = flat.bounds.get(keyword).copied();
        bound.or(is_length.then_some(0.0))
    };
    let (act, narrows, words) = match (get(old), get(new)) {
        (Some(old), Some(new)) if new > old => (
            "increased",
            is_lower,
            format!("raised `{keyword}` from {old} to {new} of "),
        ),
        (Some(old), Some(new)) if new < old => (
            "decreased",
            !is_lower,
            format!("lowered `{keyword}` from {old} to {new} of "),
        ),
        (None, Some(new)) => ("set", true, format!("set `{keyword}` to {new} of ")),
        (Some(_), None) => ("unset", false, format!("removed `{keyword}` of ")),
        _ => return,
    };
    let is_compatible = narrows != direction.is_request();
    found.schema(format!("{word}-{act}"), is_compatible, words);
}
