//! Copies of short texts, in chunks of a fixed size.
//!
//! A call of `memcpy` for a piece of unknown length costs more than copying two
//! overlapping chunks.

use crate::codec::reader::{HIGH, ONES};

/// Copies bytes to a slice of the same length. Returns true if all are ASCII and can be
/// in a string unescaped.
#[inline]
pub(super) fn plain(to: &mut [u8], from: &[u8]) -> bool {
    match from.len() {
        0..4 => {
            to.copy_from_slice(from);
            from.iter().all(|byte| matches!(byte, 0x20..0x80) && !b"\"\\".contains(byte))
        }
        4..8 => chunks::<4>(to, from) & HIGH == 0,
        8..16 => chunks::<8>(to, from) & HIGH == 0,
        _ => chunks::<16>(to, from) & HIGH == 0,
    }
}

/// Copies at least one chunk of bytes. Returns their [`suspects`].
///
/// Has no branch per byte. The last chunk is copied in full, even if some of its bytes
/// have been copied before.
#[inline]
fn chunks<const CHUNK: usize>(to: &mut [u8], from: &[u8]) -> u64 {
    let mut found = 0;
    if let (Some(to), Some(from)) = (to.last_chunk_mut::<CHUNK>(), from.last_chunk()) {
        *to = *from;
        found = suspects(from);
    }
    let (to, from) = (to.as_chunks_mut::<CHUNK>().0, from.as_chunks::<CHUNK>().0);
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
        found |= suspects(from);
    }
    found
}

/// Returns a word with a high bit set if a byte is special or not ASCII. Distinguishing
/// the two would be more work.
#[inline]
fn suspects<const CHUNK: usize>(bytes: &[u8; CHUNK]) -> u64 {
    match bytes.first_chunk::<4>() {
        // Beside four spaces.
        Some(half) if CHUNK == 4 => {
            in_word(ONES << 37 | u64::from(u32::from_le_bytes(*half)))
        }
        _ => {
            let words = bytes.as_chunks::<8>().0.iter();
            words.fold(0, |found, word| found | in_word(u64::from_le_bytes(*word)))
        }
    }
}

/// Sets the high bit of each byte of a word that is special or not ASCII. The
/// subtractions borrow across bytes, so bytes after the first such one may be set by
/// mistake.
#[inline]
fn in_word(word: u64) -> u64 {
    let quote = (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    let control = word.wrapping_sub(ONES * 0x20);
    word | control | quote | backslash
}

/// Copies bytes that are no longer than two of the longest chunks.
#[inline]
pub(super) fn short(to: &mut [u8], from: &[u8]) {
    match from.len() {
        0..4 => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
        4..8 => ends::<4>(to, from),
        8..16 => ends::<8>(to, from),
        _ => ends::<16>(to, from),
    }
}

/// Copies bytes that are at least as long as one chunk and no longer than two.
#[inline]
fn ends<const CHUNK: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<CHUNK>(), from.first_chunk()) {
        *to = *from;
    }
    if let (Some(to), Some(from)) = (to.last_chunk_mut::<CHUNK>(), from.last_chunk()) {
        *to = *from;
    }
}
