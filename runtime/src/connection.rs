//! The connection to the service: sends a request once, and reads bodies.
//!
//! This module doesn't know credentials, retries and operations; the modules above
//! decide about these.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use crate::clock::Clock;
use crate::trace::Telemetry;
use crate::transport::{Body, Transport};

pub(crate) use base::Base;
#[cfg(feature = "recording")]
pub(crate) use body::encoding;
pub(crate) use body::{Unread, is_framed, read};
pub(crate) use call::{Call, add_headers};
pub(crate) use guard::Guard;

pub(crate) mod base;
mod body;
mod call;
mod guard;

/// The error for a request that a layer has redirected away from the base URL.
const TURNED_AWAY: &str = "a layer changed the URL to one outside the base URL: credentials are only sent below it";

/// The parts of a client that every request to the service needs, token requests
/// included.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) base: Base,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) user_agent: HeaderValue,
    /// Headers that the client adds to every request without a header of that name.
    pub(crate) headers: HeaderMap,
    pub(crate) telemetry: Telemetry,
}

/// The limits of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The time of one attempt, body included.
    pub(crate) attempt: Option<Duration>,
    /// The time of all attempts and the waits between them.
    pub(crate) total: Option<Duration>,
    /// The size of a body that is read into memory, in bytes after decompression.
    pub(crate) body: u64,
}

impl Connection {
    /// Reads the body of an error, or the part that arrives within `left` and two
    /// seconds. Failures to read it are ignored, because the status matters more. The
    /// bytes may repeat secrets of the request.
    pub(crate) async fn excerpt(
        &self,
        headers: &HeaderMap,
        body: Body,
        left: Option<Duration>,
    ) -> Bytes {
        body::excerpt(&*self.clock, headers, body, left).await
    }

    /// Reads and drops a small body, so that the connection can be reused.
    pub(crate) async fn drain(&self, body: Body) {
        body::drain(&*self.clock, body).await;
    }
}
