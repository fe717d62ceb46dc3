//! Finding ends quickly: of a run of plain characters, of a value that is not needed yet.

use std::borrow::Cow;

use super::Reader;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Returns the offset of the first byte at or after `at` that cannot stand in a string as it
/// is: a quote, a backslash or a control character. Without one, that is the text's length.
///
/// Eight bytes at a time: names, ids and links are a good deal longer than that.
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

/// Tells whether all bytes are ASCII and can stand in a string as they are.
///
/// There is no branch for each word, and the last eight bytes are looked at as one word,
/// whatever of them has been looked at before.
#[inline]
pub(in crate::codec) fn is_plain(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else {
        return bytes
            .iter()
            .all(|byte| matches!(byte, 0x20..0x80) && !b"\"\\".contains(byte));
    };
    let words = bytes.as_chunks::<8>().0.iter().chain([last]);
    words.fold(0, |found, word| found | suspects(u64::from_le_bytes(*word))) & HIGH == 0
}

/// Sets the high bit of each byte that is special or not ASCII. That is less work than to find
/// out which of the two.
#[inline]
fn suspects(word: u64) -> u64 {
    let quote = (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    let control = word.wrapping_sub(ONES * 0x20);
    word | control | quote | backslash
}

/// Sets the high bit of each byte that is special. Bytes after the first such one may be set
/// for no reason, for the subtractions borrow across bytes.
#[inline]
fn special(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = quote.wrapping_sub(ONES) & !quote;
    let backslash = backslash.wrapping_sub(ONES) & !backslash;
    (control | quote | backslash) & HIGH
}

/// Tells whether two texts are the same. Names are short, and a call of `memcmp` for each costs
/// more than to compare them in two pieces that overlap.
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

/// Looks for a property of the object that begins at the reader's place.
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

/// Returns where the value that begins at `at` ends. It counts brackets and validates nothing:
/// whoever decodes the value will.
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

/// Returns the offset after the quote that ends the string whose content begins at `at`.
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
