//! Bodies that were compressed in transit (`Content-Encoding: gzip`), with a limit to what
//! they may become.

use std::io::Read;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;

/// Why a body could not be inflated.
#[derive(Debug, PartialEq)]
pub(crate) enum Problem {
    /// It is larger than the limit.
    TooLarge,
    /// It is not gzip, or ends early.
    Broken,
}

/// Inflates a gzip body (RFC 1952) to no more than a number of bytes.
pub(crate) fn inflate(packed: &[u8], limit: u64) -> Result<Bytes, Problem> {
    let mut inflated = Vec::with_capacity(packed.len().saturating_mul(4).min(1 << 20));
    // One more byte than allowed tells "just fits" from "too large".
    let mut reader = MultiGzDecoder::new(packed).take(limit.saturating_add(1));
    reader.read_to_end(&mut inflated).map_err(|_| Problem::Broken)?;
    if inflated.len() as u64 > limit {
        return Err(Problem::TooLarge);
    }
    Ok(inflated.into())
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
        assert_eq!(inflate(b"plain", 1000), Err(Problem::Broken));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![0; 100 << 20]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(inflate(&bomb, 1 << 20), Err(Problem::TooLarge));
    }
}
