//! Enums of strings that keep unknown values.
//!
//! An enum provides two lists in the same order: its JSON names and its values.
//! Everything else is here, because a list compiles much faster than a `match` over
//! hundreds of strings.

use std::iter::Copied;
use std::mem::discriminant;
use std::slice;

use super::reader::same;
use super::{Enum, Value, View};

/// An enum, as stated by [`open_enum!`](crate::open_enum).
pub trait OpenEnum: Value + Clone + 'static {
    /// The declared values.
    const DECLARED: Declared<Self>;

    /// Returns the name, if it is undeclared.
    fn as_unknown(&self) -> Option<&str>;
}

/// The declared values of an enum. One constant, because the compiler evaluates hundreds.
pub struct Declared<T: 'static> {
    /// The JSON names, ascending.
    pub names: &'static [&'static str],
    /// The values, in the order of the names.
    pub values: &'static [T],
    /// Creates the value for an undeclared name.
    pub unknown: fn(UndeclaredValue) -> T,
}

/// An undeclared value of an enum.
///
/// The type is opaque, so that no program depends on a value being undeclared. Once a
/// new document declares the value, `From<&str>` returns the declared variant, and the
/// enum's `as_str` returns the same as before.
///
/// To find such a value, compare the enum's `as_str` with a text; to send one, convert
/// the text into the enum: `"NEW".into()`.
#[derive(Clone, Default)]
pub struct UndeclaredValue(String);

impl UndeclaredValue {
    /// Returns the value in the service's spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for UndeclaredValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.0, f)
    }
}

impl<T: OpenEnum> Enum for T {
    fn set(&mut self, json_name: &str) {
        *self = from_json_name(json_name);
    }

    fn declared(&self) -> &'static [&'static str] {
        T::DECLARED.names
    }
}

/// Returns the value with a JSON name.
pub fn from_json_name<T: OpenEnum>(name: &str) -> T {
    match find(T::DECLARED.names, name) {
        Some(index) => T::DECLARED.values[index].clone(),
        None => (T::DECLARED.unknown)(UndeclaredValue(name.to_owned())),
    }
}

/// Returns the value with a JSON name. Keeps the name if it is undeclared.
pub fn from_string<T: OpenEnum>(name: String) -> T {
    match find(T::DECLARED.names, &name) {
        Some(index) => T::DECLARED.values[index].clone(),
        None => (T::DECLARED.unknown)(UndeclaredValue(name)),
    }
}

/// Returns the JSON name of a value; it is empty for the default value.
pub fn json_name<T: OpenEnum>(value: &T) -> &str {
    if let Some(name) = value.as_unknown() {
        return name;
    }
    let Declared { names, values, .. } = T::DECLARED;
    let sought = discriminant(value);
    let mut index = 0;
    while index < values.len() {
        if discriminant(&values[index]) == sought {
            return names[index];
        }
        index += 1;
    }
    ""
}

/// The declared values of an enum, in the service's spelling.
#[derive(Clone, Debug)]
pub struct Values(Copied<slice::Iter<'static, &'static str>>);

impl Iterator for Values {
    type Item = &'static str;

    fn next(&mut self) -> Option<&'static str> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Values {}

/// Returns the declared values.
pub fn values<T: OpenEnum>() -> Values {
    Values(T::DECLARED.names.iter().copied())
}

/// Returns the view of an enum.
pub fn view_of_enum<T: OpenEnum>(value: &T) -> View<'_> {
    View::Str(json_name(value))
}

/// Returns the index of a name. Up to 48 names, comparing lengths is faster than a
/// binary search.
fn find(names: &[&str], name: &str) -> Option<usize> {
    if names.len() <= 48 {
        names.iter().position(|known| same(known.as_bytes(), name.as_bytes()))
    } else {
        names.binary_search(&name).ok()
    }
}
