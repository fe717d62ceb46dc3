//! Decompression of bodies that were compressed in transit (`Content-Encoding: gzip`),
//! with a size limit.

use std::io::Read;

use bytes::Bytes;
use flate2::bufread::{GzDecoder, MultiGzDecoder};

/// The reason for which a body could not be decompressed.
#[derive(Debug, PartialEq)]
pub(crate) enum Problem {
    /// The result is larger than the limit.
    TooLarge,
    /// The body is not gzip.
    Other,
    /// The body is damaged, or ends early.
    Broken,
}

/// The first bytes of every gzip body.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Decompresses a gzip body (RFC 1952) to at most `limit` bytes. The body has one or
/// more members, and may end with zeros that fill up a block.
pub(crate) fn inflate(packed: &[u8], limit: u64) -> Result<Bytes, Problem> {
    if !packed.starts_with(&MAGIC) && !MAGIC.starts_with(packed) {
        return Err(Problem::Other);
    }
    let mut inflated = Vec::with_capacity(packed.len().saturating_mul(4).min(1 << 20));
    let mut rest = packed;
    loop {
        let left = limit.saturating_sub(inflated.len() as u64);
        let mut member = GzDecoder::new(rest);
        // One byte more than allowed distinguishes a body that fits exactly from one
        // that is too large.
        let mut reader = member.by_ref().take(left.saturating_add(1));
        reader.read_to_end(&mut inflated).map_err(|_| Problem::Broken)?;
        if inflated.len() as u64 > limit {
            return Err(Problem::TooLarge);
        }
        rest = member.into_inner();
        if rest.iter().all(|byte| *byte == 0) {
            return Ok(inflated.into());
        }
    }
}

/// Decompresses the start of a gzip body, at most `limit` bytes: up to the place where
/// the body ends early or is damaged.
pub(crate) fn inflate_start(packed: &[u8], limit: u64) -> Bytes {
    let mut inflated = Vec::new();
    // An error leaves the bytes before it.
    _ = MultiGzDecoder::new(packed).take(limit).read_to_end(&mut inflated);
    inflated.into()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn inflates_up_to_the_limit() {
        let packed = gzip(&[7; 1000]);
        assert_eq!(inflate(&packed, 1000).unwrap(), vec![7; 1000]);
        assert_eq!(inflate(&packed, 999), Err(Problem::TooLarge));
        assert_eq!(inflate(&packed[..packed.len() - 3], 1000), Err(Problem::Broken));
        assert_eq!(inflate(b"plain", 1000), Err(Problem::Other));
        assert_eq!(inflate(&packed[..1], 1000), Err(Problem::Broken));
    }

    #[test]
    fn members_and_padding_may_follow() {
        let one = gzip(b"one");
        let two = [&one[..], &gzip(b""), &gzip(b"two")].concat();
        for padding in [0, 1, 511] {
            let padded = [&two[..], &vec![0; padding]].concat();
            assert_eq!(inflate(&padded, 6).unwrap(), "onetwo");
            assert_eq!(inflate(&padded, 5), Err(Problem::TooLarge));
        }
        for garbage in [&b"x"[..], b"\0\0x", b"\x1f", b"\x1f\x8b", &one[..7]] {
            let text = String::from_utf8_lossy(garbage).into_owned();
            let packed = [&one[..], garbage].concat();
            assert_eq!(inflate(&packed, 100), Err(Problem::Broken), "{text:?}");
        }
        assert_eq!(inflate(b"", 100), Err(Problem::Broken));
    }

    #[test]
    fn the_start_is_inflated_however_the_body_ends() {
        let text: Vec<u8> =
            (0..200_000_u32).flat_map(|n| (n % 1013).to_be_bytes()).collect();
        let packed = gzip(&text);
        assert_eq!(inflate_start(&packed, 1 << 20), text);
        assert_eq!(inflate_start(&packed, 1000), text[..1000]);
        let half = inflate_start(&packed[..packed.len() / 2], 1 << 20);
        assert!(
            half.len() > text.len() / 4 && text.starts_with(&half),
            "{}",
            half.len()
        );
        let padded = [&packed[..], &[0; 511]].concat();
        assert_eq!(inflate_start(&padded, 1 << 20), text);
        assert!(inflate_start(b"plain", 100).is_empty());
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![0; 100 << 20]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(inflate(&bomb, 1 << 20), Err(Problem::TooLarge));
    }
}
