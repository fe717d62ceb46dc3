//! Enums of strings that keep the values they do not know.
//!
//! An enum brings two lists in one order, its wire names and its values. Everything else is
//! here: a list costs the compiler next to nothing, a `match` over hundreds of strings does not.

use std::mem::discriminant;

use super::reader::same;
use super::{Enum, Value, View};

/// What [`open_enum!`](crate::open_enum) states about an enum.
pub trait OpenEnum: Value + Clone + 'static {
    /// The wire names of the declared values, ascending.
    const NAMES: &'static [&'static str];
    /// The declared values, in the order of [`OpenEnum::NAMES`].
    const VALUES: &'static [Self];

    /// Makes the value for a name that is not declared.
    fn unknown(name: String) -> Self;

    /// Returns the name, where it is not declared.
    fn as_unknown(&self) -> Option<&str>;
}

impl<T: OpenEnum> Enum for T {
    fn set(&mut self, wire: &str) {
        *self = from_wire(wire);
    }

    fn declared(&self) -> &'static [&'static str] {
        T::NAMES
    }
}

/// Returns the value that a wire name stands for.
pub fn from_wire<T: OpenEnum>(name: &str) -> T {
    match find(T::NAMES, name) {
        Some(index) => T::VALUES[index].clone(),
        None => T::unknown(name.to_owned()),
    }
}

/// Returns the value that a wire name stands for, and keeps the name where it is not declared.
pub fn from_string<T: OpenEnum>(name: String) -> T {
    match find(T::NAMES, &name) {
        Some(index) => T::VALUES[index].clone(),
        None => T::unknown(name),
    }
}

/// Returns the wire name of a value; it is empty for the default.
pub fn wire_name<T: OpenEnum>(value: &T) -> &str {
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
    View::Str(wire_name(value))
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
