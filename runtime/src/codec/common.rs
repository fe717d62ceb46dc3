//! What all variants of a union share, whichever of them is present.

use super::{Extra, Record, Union, Value, View, decode, encode};

/// Reads a union as if its tag were not known: into the record of what all variants share.
pub fn common<T: Record + Default>(union: &dyn Union) -> T {
    let mut shared = T::default();
    read(union, &mut shared);
    shared
}

/// Goes the way over text, which costs time and spares a second decoder.
fn read(union: &dyn Union, into: &mut dyn Value) {
    let text = encode::text(union);
    // It is text of an object, or of something that a record keeps.
    _ = match is_received(union) {
        true => decode::decode(&text, into),
        false => decode::decode_own(&text, into),
    };
}

/// Tells whether the record in a union came from the service.
fn is_received(union: &dyn Union) -> bool {
    match union.content().1.view() {
        View::Record(record) => Extra::of(record).is_some_and(Extra::is_received),
        View::Union(inner) => is_received(inner),
        _ => false,
    }
}
