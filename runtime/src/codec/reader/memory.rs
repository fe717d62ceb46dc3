//! The limit of the memory that the values of a text take.
//!
//! An empty object of three bytes may be a record of a thousand, so a small text could fill any
//! memory. What counts are allocations that are larger than their text: the items of lists and
//! the entries of maps, and what is kept where it doesn't fit. A string is never larger.

/// The bytes of memory for each byte of text.
///
/// The records that the service was recorded to send take 1 to 8. Strings take up to 2 more,
/// which are not counted: together that is 16.
const FACTOR: usize = 14;

/// The bytes of memory whatever the text: enough for the largest page, 500 records of any type
/// with no more than an `id` in each.
const FLOOR: usize = 1 << 20;

/// The memory that is left.
#[derive(Clone, Copy)]
pub(super) struct Memory(usize);

impl Memory {
    /// Returns the memory for a text.
    pub(super) fn of(text: &str) -> Self {
        Self(text.len().saturating_mul(FACTOR).saturating_add(FLOOR))
    }

    /// Returns memory without a limit, for text that was made of values.
    pub(super) const fn unlimited() -> Self {
        Self(usize::MAX)
    }

    /// Takes bytes, and tells whether they were there.
    #[must_use]
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }

    /// Takes what a list needs to grow from a number of places to another, and tells whether it
    /// was there. While the items move there are both.
    #[must_use]
    pub(super) fn grow(&mut self, from: usize, to: usize, size: usize) -> bool {
        self.0 >= to.saturating_mul(size) && self.take((to - from).saturating_mul(size))
    }
}

/// Returns how many places follow on a number in a map: those for which there is room in its
/// table of hashes.
#[inline]
pub(in crate::codec) const fn next_places(places: usize) -> usize {
    match places {
        0 => 3,
        1..7 => 7,
        _ => places.saturating_mul(2),
    }
}

/// Returns how many places a list of values of a size begins with: one where they are large,
/// for many lists have one item; otherwise as many as `Vec` takes.
#[inline]
pub(in crate::codec) const fn first_places(size: usize) -> usize {
    if size > 256 { 1 } else { 4 }
}
