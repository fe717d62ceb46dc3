//! Bodies of responses that are recorded while they are read.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use super::Recorder;
use super::entry::{Exchange, Received};
use crate::transport::{Body, TransportError};

/// A body that keeps a copy of its bytes, up to a limit, and records the exchange at its
/// end.
pub(super) struct Tee {
    body: Body,
    kept: Vec<u8>,
    size: usize,
    /// The exchange; `None` once it has been recorded.
    exchange: Option<Exchange>,
    recorder: Recorder,
}

impl Tee {
    pub(super) fn new(body: Body, exchange: Exchange, recorder: Recorder) -> Self {
        Self { body, kept: Vec::new(), size: 0, exchange: Some(exchange), recorder }
    }

    fn keep(&mut self, chunk: &[u8]) {
        self.size = self.size.saturating_add(chunk.len());
        if self.size <= self.recorder.body_limit {
            self.kept.extend_from_slice(chunk);
        } else {
            self.kept = Vec::new();
        }
    }

    fn end(&mut self, is_whole: bool) {
        let Some(mut exchange) = self.exchange.take() else { return };
        let is_kept = is_whole && self.kept.len() == self.size;
        exchange.received = match is_kept {
            true => Received::Whole(std::mem::take(&mut self.kept).into()),
            false => Received::LeftOut(self.size),
        };
        self.recorder.record(exchange);
    }
}

impl Stream for Tee {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        let polled = self.body.poll_chunk(context);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(chunk))) => self.keep(chunk),
            Poll::Ready(Some(Err(_))) => self.end(false),
            Poll::Ready(None) => self.end(true),
        }
        polled
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        self.end(false);
    }
}
