//! Fast searches for the end of a run of plain characters, and of a value that is not
//! needed yet.

use std::borrow::Cow;

use super::Reader;

/// A word with the lowest bit of each byte set.
pub(in crate::codec) const ONES: u64 = 0x0101_0101_0101_0101;
/// A word with the highest bit of each byte set.
pub(in crate::codec) const HIGH: u64 = 0x8080_8080_8080_8080;

/// Returns the offset of the first byte at or after `at` that can't be in a string
/// unescaped: a quote, a backslash or a control character. Without one, returns the
/// text's length.
///
/// Reads eight bytes at a time, because names, IDs and links are mostly longer than
/// that.
#[inline]
pub(in crate::codec) fn run_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let special = special(u64::from_le_bytes(*chunk));
        if special != 0 {
            return at + special.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b'"' | b'\\' | 0..=0x1F) {
            break;
        }
        at += 1;
    }
    at
}

/// Sets the high bit of each byte that is special. Bytes after the first such one may be
/// set by mistake, because the subtractions borrow across bytes.
#[inline]
fn special(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = quote.wrapping_sub(ONES) & !quote;
    let backslash = backslash.wrapping_sub(ONES) & !backslash;
    (control | quote | backslash) & HIGH
}

/// Returns true if two texts are equal. Names are short, so a call of `memcmp` costs
/// more than comparing two overlapping chunks.
#[inline]
pub(in crate::codec) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len()
        && match a.len() {
            0..4 => a.iter().eq(b),
            4..8 => {
                a.first_chunk::<4>() == b.first_chunk()
                    && a.last_chunk::<4>() == b.last_chunk()
            }
            8..16 => {
                a.first_chunk::<8>() == b.first_chunk()
                    && a.last_chunk::<8>() == b.last_chunk()
            }
            16..32 => {
                a.first_chunk::<16>() == b.first_chunk()
                    && a.last_chunk::<16>() == b.last_chunk()
            }
            _ => a == b,
        }
}

/// Searches the object at the reader's position for a property.
pub(super) fn find<'a>(mut reader: Reader<'a>, name: &str) -> Option<Cow<'a, str>> {
    let mut more = reader.enter(b'}').ok()?;
    while more {
        let key = reader.key().ok()?;
        let first = reader.peek()?;
        if key == name {
            return if first == b'"' { reader.string().ok() } else { None };
        }
        reader.at = value_end(reader.text.as_bytes(), reader.at);
        more = reader.more(b'}').ok()?;
    }
    None
}

/// Returns the end of the value that starts at `at`. Counts brackets and validates
/// nothing: decoding the value will.
fn value_end(bytes: &[u8], mut at: usize) -> usize {
    let mut open = 0_usize;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at = string_end(bytes, at),
            b'{' | b'[' => open += 1,
            b'}' | b']' => open = open.saturating_sub(1),
            _ if open > 0 => continue,
            _ => {
                let delimiter = |byte: &u8| matches!(byte, b',' | b'}' | b']');
                let rest = bytes[at..].iter().position(delimiter);
                return rest.map_or(bytes.len(), |length| at + length);
            }
        }
        if open == 0 {
            break;
        }
    }
    at
}

/// Returns the offset after the closing quote of the string whose content starts at
/// `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at = run_end(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}
