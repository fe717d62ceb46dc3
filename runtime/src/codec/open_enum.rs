//! Enums of strings that keep the values they do not know.
//!
//! An enum brings two lists in one order, its JSON names and its values. Everything else is
//! here: a list costs the compiler next to nothing, a `match` over hundreds of strings does not.

use std::mem::discriminant;

use super::reader::same;
use super::{Enum, Value, View};

/// What [`open_enum!`](crate::open_enum) states about an enum.
pub trait OpenEnum: Value + Clone + 'static {
    /// The JSON names of the declared values, ascending.
    const NAMES: &'static [&'static str];
    /// The declared values, in the order of [`OpenEnum::NAMES`].
    const VALUES: &'static [Self];

    /// Makes the value for a name that is not declared.
    fn unknown(name: UndeclaredValue) -> Self;

    /// Returns the name, where it is not declared.
    fn as_unknown(&self) -> Option<&str>;
}

/// A value of an enum that the document does not declare.
///
/// It is opaque, so that no program depends on a value being undeclared: the day the document
/// declares it, `From<&str>` makes the declared variant of it, and `as_str` of the enum returns the
/// same as before.
#[derive(Clone, Default)]
pub struct UndeclaredValue(String);

impl UndeclaredValue {
    /// Returns the value as the service spells it.
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
        T::NAMES
    }
}

/// Returns the value that a JSON name stands for.
pub fn from_json_name<T: OpenEnum>(name: &str) -> T {
    match find(T::NAMES, name) {
        Some(index) => T::VALUES[index].clone(),
        None => T::unknown(UndeclaredValue(name.to_owned())),
    }
}

/// Returns the value that a JSON name stands for, and keeps the name where it is not declared.
pub fn from_string<T: OpenEnum>(name: String) -> T {
    match find(T::NAMES, &name) {
        Some(index) => T::VALUES[index].clone(),
        None => T::unknown(UndeclaredValue(name)),
    }
}

/// Returns the JSON name of a value; it is empty for the default.
pub fn json_name<T: OpenEnum>(value: &T) -> &str {
    if let Some(name) = value.as_unknown() {
        return name;
    }
    let sought = discriminant(value);
    let mut index = 0;
    while index < T::VALUES.len() {
        if discriminant(&T::VALUES[index]) == sought {
            return T::NAMES[index];
        }
        index += 1;
    }
    ""
}

/// Returns what an enum is.
pub fn view_of_enum<T: OpenEnum>(value: &T) -> View<'_> {
    View::Str(json_name(value))
}

/// Returns the index of a name. Up to a good number of names, to compare lengths is quicker
/// than to search by halves.
fn find(names: &[&str], name: &str) -> Option<usize> {
    if names.len() <= 48 {
        names.iter().position(|known| same(known.as_bytes(), name.as_bytes()))
    } else {
        names.binary_search(&name).ok()
    }
}
