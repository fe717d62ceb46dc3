//! Payloads that were compressed in transit, decompressed as they arrive.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use flate2::write::MultiGzDecoder;
use futures_core::Stream;

use crate::transport::{Body, Stage, TransportError};

/// The number of bytes that are decompressed at once. Gzip expands them to at most a
/// thousand times their size.
const PIECE: usize = 8 << 10;

/// The chunks of a gzip body (RFC 1952), decompressed.
pub(super) struct Inflating {
    body: Body,
    /// `None` once the body has ended.
    decoder: Option<MultiGzDecoder<Vec<u8>>>,
    /// Bytes that have arrived and have not been decompressed.
    packed: Bytes,
    is_empty: bool,
}

impl Inflating {
    pub(super) fn new(body: Body) -> Self {
        let decoder = Some(MultiGzDecoder::new(Vec::new()));
        Self { body, decoder, packed: Bytes::new(), is_empty: true }
    }

    /// Decompresses the next piece.
    fn unpack(&mut self) -> io::Result<Bytes> {
        let Some(decoder) = &mut self.decoder else { return Ok(Bytes::new()) };
        let piece = self.packed.len().min(PIECE);
        decoder.write_all(&self.packed[..piece])?;
        self.packed.advance(piece);
        Ok(std::mem::take(decoder.get_mut()).into())
    }

    /// Returns the rest at the end of the body, which must be the end of the gzip
    /// stream.
    fn finish(&mut self) -> io::Result<Bytes> {
        match self.decoder.take() {
            // An empty body is an empty payload, whatever its coding.
            Some(decoder) if !self.is_empty => Ok(decoder.finish()?.into()),
            _ => Ok(Bytes::new()),
        }
    }
}

impl Stream for Inflating {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if this.decoder.is_none() {
                return Poll::Ready(None);
            }
            let unpacked = if !this.packed.is_empty() {
                this.unpack()
            } else {
                match ready!(this.body.poll_chunk(context)).transpose() {
                    Err(error) => return Poll::Ready(Some(Err(error))),
                    Ok(None) => this.finish(),
                    Ok(Some(chunk)) => {
                        this.is_empty &= chunk.is_empty();
                        this.packed = chunk;
                        continue;
                    }
                }
            };
            match unpacked {
                Ok(unpacked) if unpacked.is_empty() => {}
                Ok(unpacked) => return Poll::Ready(Some(Ok(unpacked))),
                Err(_) => {
                    this.decoder = None;
                    let message = "the body is not the complete gzip stream that its headers state";
                    let error = TransportError::new(Stage::Exchange, message);
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    /// Returns the decompressed body, arriving in chunks of `size` bytes; `None` for an
    /// error.
    async fn inflated(packed: &[u8], size: usize) -> Option<Vec<u8>> {
        struct Chunks(Vec<Bytes>);
        impl Stream for Chunks {
            type Item = Result<Bytes, TransportError>;

            fn poll_next(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Self::Item>> {
                Poll::Ready(self.0.pop().map(Ok))
            }
        }
        let chunks = packed.chunks(size).rev().map(Bytes::copy_from_slice);
        let mut body = Inflating::new(Body::new(Chunks(chunks.collect())));
        let mut whole = Vec::new();
        while let Some(chunk) =
            poll_fn(|context| Pin::new(&mut body).poll_next(context)).await
        {
            let chunk = chunk.ok()?;
            assert!(!chunk.is_empty());
            whole.extend_from_slice(&chunk);
        }
        Some(whole)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn chunks_of_any_size_become_the_payload() {
        let payload: Vec<u8> =
            (0..300_000_u32).flat_map(|number| (number % 1013).to_be_bytes()).collect();
        let packed = gzip(&payload);
        for size in [1, 7, PIECE, usize::MAX] {
            assert!(inflated(&packed, size).await.unwrap() == payload, "{size}");
        }
        let two = [gzip(b"one,"), gzip(b"two")].concat();
        assert_eq!(inflated(&two, 3).await.unwrap(), b"one,two");
        assert_eq!(inflated(b"", 1).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn what_is_no_whole_gzip_stream_is_an_error() {
        let packed = gzip(&[7; 100_000]);
        for end in [1, 10, packed.len() / 2, packed.len() - 1] {
            assert_eq!(inflated(&packed[..end], 16).await, None, "{end}");
        }
        let mut damaged = packed.clone();
        let checksum = packed.len() - 8;
        damaged[checksum] ^= 1;
        assert_eq!(inflated(&damaged, 16).await, None);
        assert_eq!(inflated(b"plain text", 4).await, None);
    }
}
