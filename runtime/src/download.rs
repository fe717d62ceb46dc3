//! Payloads that are not JSON (CSV, gzip archives): handed on as they arrive, untouched.

use bytes::Bytes;

use crate::error::{Error, Kind};
use crate::transport::Body;

/// A payload as it arrives.
#[derive(Debug)]
pub struct Download {
    body: Body,
}

impl Download {
    pub(crate) fn new(body: Body) -> Self {
        Self { body }
    }

    /// Returns the next bytes, `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns what broke the connection.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.body.chunk().await.transpose().map_err(|error| {
            Error::with_source(Kind::Transport, "the download broke off", error)
        })
    }
}
