//! The memory limit of the values decoded from a text.
//!
//! An empty object of three bytes may decode to a record of a thousand bytes, so without
//! a limit a small text could exhaust the memory. The limit counts allocations that can
//! be larger than their text: the items of lists, the entries of maps, and values that
//! are kept because they don't fit. A string is never larger than its text.

/// The bytes of memory for each byte of text.
///
/// Recorded responses of the service take 1 to 8. Strings take up to 2 more, which are
/// not counted. Together, the limit is 16.
const FACTOR: usize = 14;

/// The bytes of memory regardless of the text: enough for the largest page, 500 records
/// of any type with only an `id` each.
const FLOOR: usize = 1 << 20;

/// The remaining memory, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Memory(usize);

impl Memory {
    /// Returns the memory for a text.
    pub(super) fn of(text: &str) -> Self {
        Self(text.len().saturating_mul(FACTOR).saturating_add(FLOOR))
    }

    /// Returns memory without a limit, for text that was encoded from values.
    pub(super) const fn unlimited() -> Self {
        Self(usize::MAX)
    }

    /// Takes bytes. Returns false if fewer remain.
    #[must_use]
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }

    /// Takes the memory for a list that grows from one capacity to another. Returns
    /// false if less remains. While the items move, both allocations exist.
    #[must_use]
    pub(super) fn grow(&mut self, from: usize, to: usize, size: usize) -> bool {
        self.0 >= to.saturating_mul(size) && self.take((to - from).saturating_mul(size))
    }
}

/// Returns the next capacity of a map, as its hash table grows.
#[inline]
pub(in crate::codec) const fn next_places(places: usize) -> usize {
    match places {
        0 => 3,
        1..7 => 7,
        _ => places.saturating_mul(2),
    }
}

/// Returns the first capacity of a list: one for large items, because many lists have a
/// single item, else the capacity that `Vec` starts with.
#[inline]
pub(in crate::codec) const fn first_places(size: usize) -> usize {
    if size > 256 { 1 } else { 4 }
}
