//! Equality of two values of one type.
//!
//! `PartialEq` of every generated type calls this. A derive would have the compiler
//! check a comparison of each field of a thousand types.

use super::extra::{EXTRA, non_object};
use super::{Entries, List, Record, Union, Value, View};

/// Returns true if two values of one type are equal: if the same properties are set to
/// the same values.
///
/// An enum's unknown value equals the declared value with the same spelling. As
/// everywhere in Rust, a float that is NaN equals nothing.
pub fn same(one: &dyn Value, other: &dyn Value) -> bool {
    match (one.view(), other.view()) {
        (View::Absent, View::Absent) | (View::Null, View::Null) => true,
        (View::Bool(one), View::Bool(other)) => one == other,
        (View::Int(one), View::Int(other)) => one == other,
        (View::Float(one), View::Float(other)) => one == other,
        (View::Str(one), View::Str(other)) => one == other,
        (View::List(one), View::List(other)) => same_items(one, other),
        (View::Map(one), View::Map(other)) => same_entries(one, other),
        (View::Record(one), View::Record(other)) => same_fields(one, other),
        (View::Union(one), View::Union(other)) => same_content(one, other),
        (View::Json(one), View::Json(other)) => one == other,
        (View::Extra(one), View::Extra(other)) => one == other,
        _ => false,
    }
}

fn same_items(one: &dyn List, other: &dyn List) -> bool {
    one.len() == other.len()
        && (0..one.len()).all(|index| same(one.get(index), other.get(index)))
}

fn same_entries(one: &dyn Entries, other: &dyn Entries) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut equal = true;
    one.for_each(&mut |key, value| {
        equal = equal && other.get(key).is_some_and(|found| same(value, found));
    });
    equal
}

fn same_fields(one: &dyn Record, other: &dyn Record) -> bool {
    let mut fields = 0..one.table().fields.len();
    fields.all(|index| same(one.field(index), other.field(index)))
        && same_extras(one.field(EXTRA), other.field(EXTRA))
        && non_object(one) == non_object(other)
}

/// A value that was not an object counts only if no property of the record has been set
/// since.
fn same_extras(one: &dyn Value, other: &dyn Value) -> bool {
    match (one.view(), other.view()) {
        (View::Extra(one), View::Extra(other)) => one.holds_the_same(other),
        _ => same(one, other),
    }
}

fn same_content(one: &dyn Union, other: &dyn Union) -> bool {
    let ((index, one), (other_index, other)) = (one.content(), other.content());
    index == other_index && same(one, other)
}
