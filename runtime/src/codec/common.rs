//! What all variants of a union share, whichever of them is present.

use super::{Record, Union, Value, decode, encode};

/// Reads a union as if its tag were not known: into the record of what all variants share.
pub fn common<T: Record + Default>(union: &dyn Union) -> T {
    let mut shared = T::default();
    read(union, &mut shared);
    shared
}

/// Goes the way over text, which costs time and spares a second decoder.
fn read(union: &dyn Union, into: &mut dyn Value) {
    // It is text of an object, or of something that a record keeps.
    _ = decode(&encode::text(union), into);
}
