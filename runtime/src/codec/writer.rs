//! JSON tokens as text.

use std::io::Write as _;

use super::reader::{is_plain, run_end};

pub(super) fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

pub(super) fn boolean(out: &mut Vec<u8>, boolean: bool) {
    if boolean {
        out.extend_from_slice(b"true");
    } else {
        out.extend_from_slice(b"false");
    }
}

pub(super) fn int(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    digits(out, number.unsigned_abs());
}

/// Writes a finite float with the digits needed to read the same float back.
///
/// A large integer is written in full. It may have been received as an integer, and
/// `1.152921504606847e18` is the same float as 1152921504606846976, but another number.
pub(super) fn float(out: &mut Vec<u8>, number: f64) {
    const LARGE: f64 = 9_007_199_254_740_992.0;
    const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;
    let size = number.abs();
    let whole = size as u64;
    if size < TOO_LARGE && whole as f64 == size {
        if number.is_sign_negative() {
            out.push(b'-');
        }
        digits(out, whole);
        if size < LARGE {
            out.extend_from_slice(b".0");
        }
    } else {
        // Writing to a vector cannot fail.
        let _ = serde_json::to_writer(out, &number);
    }
}

pub(super) fn digits(out: &mut Vec<u8>, mut number: u64) {
    const ROOM: usize = 20;
    let count = number.checked_ilog10().unwrap_or(0) as usize + 1;
    let start = out.len();
    out.extend_from_slice(&[b'0'; ROOM]);
    let Some(room) = out.last_chunk_mut::<ROOM>() else { return };
    for digit in room[..count].iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.truncate(start + count);
}

/// Writes a property's name verbatim, in quotes, with the comma before it and the colon
/// after it.
#[inline]
pub(super) fn key(out: &mut Vec<u8>, first: bool, name: &str) {
    if !short(out, !first, name.as_bytes(), true) {
        out.extend_from_slice(if first { b"\"" } else { b",\"" });
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
    }
}

/// Writes a string in quotes.
#[inline]
pub(super) fn string(out: &mut Vec<u8>, string: &str) {
    let bytes = string.as_bytes();
    let plain = is_plain(bytes);
    if plain && short(out, false, bytes, false) {
        return;
    }
    out.push(b'"');
    if plain {
        out.extend_from_slice(bytes);
    } else {
        escaped(out, bytes);
    }
    out.push(b'"');
}

/// The longest string in bytes that is written at once.
const SHORT: usize = 32;

/// Writes a short string in quotes, optionally with a comma before it and a colon after
/// it. Returns false if it is too long.
///
/// Nearly all names and most strings are short, and they make up most of the work.
/// Appending piece by piece loads and stores the vector's length each time, and calls
/// `memcpy` for each piece of unknown length. Here, space for all pieces is reserved at
/// once, and two overlapping chunks of fixed size are copied.
#[inline]
fn short(out: &mut Vec<u8>, comma: bool, bytes: &[u8], colon: bool) -> bool {
    const ROOM: usize = SHORT + 4;
    if bytes.len() > SHORT {
        return false;
    }
    let start = out.len();
    out.extend_from_slice(&[b','; ROOM]);
    let Some(room) = out.last_chunk_mut::<ROOM>() else { return false };
    let open = usize::from(comma);
    room[open] = b'"';
    let content = &mut room[open + 1..][..bytes.len()];
    match bytes.len() {
        0..4 => content.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from),
        4..8 => copy_ends::<4>(content, bytes),
        8..16 => copy_ends::<8>(content, bytes),
        _ => copy_ends::<16>(content, bytes),
    }
    let close = open + 1 + bytes.len();
    room[close] = b'"';
    room[close + 1] = b':';
    out.truncate(start + close + 1 + usize::from(colon));
    true
}

/// Copies bytes that are at least as long as one chunk and no longer than two.
#[inline]
fn copy_ends<const CHUNK: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<CHUNK>(), from.first_chunk()) {
        *to = *from;
    }
    if let (Some(to), Some(from)) = (to.last_chunk_mut::<CHUNK>(), from.last_chunk()) {
        *to = *from;
    }
}

/// Writes the content of a string that may need escapes.
#[inline(never)]
fn escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut start = 0;
    loop {
        let end = run_end(bytes, start);
        out.extend_from_slice(&bytes[start..end]);
        let Some(&byte) = bytes.get(end) else { break };
        escape(out, byte);
        start = end + 1;
    }
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0C => b'f',
        _ => {
            let _ = write!(out, "\\u{byte:04x}");
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}
