//! Enums of strings that keep the values they do not know.
//!
//! An enum brings two lists in one order, its wire names and its values. Everything else is
//! here: a list costs the compiler next to nothing, a `match` over hundreds of strings does not.

use super::View;
use super::reader::same;

/// What [`open_enum!`](crate::open_enum) states about an enum.
pub trait OpenEnum: Clone + PartialEq + 'static {
    /// The wire names of the declared values, ascending.
    const NAMES: &'static [&'static str];
    /// The declared values, in the order of [`OpenEnum::NAMES`].
    const VALUES: &'static [Self];

    /// Makes the value for a name that is not declared.
    fn unknown(name: String) -> Self;

    /// Returns the name, where it is not declared.
    fn as_unknown(&self) -> Option<&str>;
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

/// Returns the wire name of a value; it is empty for an enum that is unset.
pub fn wire_name<T: OpenEnum>(value: &T) -> &str {
    if let Some(name) = value.as_unknown() {
        return name;
    }
    let mut index = 0;
    while index < T::VALUES.len() {
        if T::VALUES[index] == *value {
            return T::NAMES[index];
        }
        index += 1;
    }
    ""
}

/// Returns what an enum is, given its wire name and whether it is declared.
pub fn view_of_enum(name: &str, declared: bool) -> View<'_> {
    // A document may declare the empty string as a value.
    if name.is_empty() && !declared { View::Absent } else { View::Str(name) }
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
