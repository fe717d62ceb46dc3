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

/// Writes a finite float with as many digits as it takes to read the same one back.
///
/// A large whole number is written in full. It may have been received as an integer, and
/// `1.152921504606847e18` is the same float as 1152921504606846976, but another number.
pub(super) fn float(out: &mut Vec<u8>, number: f64) {
    const LARGE: f64 = 9_007_199_254_740_992.0;
    const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;
    let size = number.abs();
    if size < TOO_LARGE && size.fract() == 0.0 {
        if number.is_sign_negative() {
            out.push(b'-');
        }
        digits(out, size as u64);
        if size < LARGE {
            out.extend_from_slice(b".0");
        }
    } else {
        // Writing to a vector cannot fail.
        let _ = serde_json::to_writer(out, &number);
    }
}

pub(super) fn number(out: &mut Vec<u8>, number: &serde_json::Number) {
    if let Some(number) = number.as_i64() {
        int(out, number);
    } else if let Some(number) = number.as_u64() {
        digits(out, number);
    } else {
        // Not by way of `f64`: with `arbitrary_precision`, which another crate may switch on,
        // there is more to it.
        let _ = write!(out, "{number}");
    }
}

fn digits(out: &mut Vec<u8>, mut number: u64) {
    let mut buffer = [0; 20];
    let mut start = buffer.len();
    loop {
        start -= 1;
        buffer[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&buffer[start..]);
}

/// Appends a few bytes. Most strings are short, and a call of `memcpy` for each is a large part
/// of writing them: two copies of a fixed size that overlap are no call.
#[inline]
pub(super) fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    match bytes.len() {
        0..4 => bytes.iter().for_each(|byte| out.push(*byte)),
        4..8 => overlapping::<4>(out, bytes),
        8..16 => overlapping::<8>(out, bytes),
        16..32 => overlapping::<16>(out, bytes),
        _ => out.extend_from_slice(bytes),
    }
}

/// Appends what is at least as long as one chunk and no longer than two.
#[inline]
fn overlapping<const CHUNK: usize>(out: &mut Vec<u8>, bytes: &[u8]) {
    let chunks = (bytes.first_chunk::<CHUNK>(), bytes.last_chunk::<CHUNK>());
    let (Some(first), Some(last)) = chunks else { return };
    out.reserve(2 * CHUNK);
    out.extend_from_slice(first);
    out.truncate(out.len() + bytes.len() - 2 * CHUNK);
    out.extend_from_slice(last);
}

/// Writes a string in quotes.
pub(super) fn string(out: &mut Vec<u8>, string: &str) {
    let bytes = string.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    if is_plain(bytes) {
        append(out, bytes);
    } else {
        escaped(out, bytes);
    }
    out.push(b'"');
}

/// Writes the content of a string in which there may be something to escape.
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
