//! The way to the service: one request sent once, and bodies read off it.
//!
//! Knows nothing about credentials, retries or operations; all that is decided above it.

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
pub(crate) use body::{is_framed, read};
pub(crate) use call::{Call, add_headers};
pub(crate) use guard::Guard;

pub(crate) mod base;
mod body;
mod call;
mod guard;

/// The refusal of a request that a layer has turned away from the base URL.
const TURNED_AWAY: &str =
    "a layer changed the URL to one that is not below the base URL";

/// What every request to the service needs, whoever sends it and why.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) base: Base,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) user_agent: HeaderValue,
    /// The headers that the client adds to every request that has none of their names.
    pub(crate) headers: HeaderMap,
    pub(crate) telemetry: Telemetry,
}

/// What a request may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// One attempt, its body included.
    pub(crate) attempt: Option<Duration>,
    /// All attempts and the waits between them.
    pub(crate) total: Option<Duration>,
    /// A body that is read as a whole, in bytes after inflating.
    pub(crate) body: u64,
}

impl Connection {
    /// Reads what arrives of the body of an error within `left` and two seconds. What keeps it
    /// from being read matters less than the status. It may repeat secrets that were sent.
    pub(crate) async fn excerpt(
        &self,
        headers: &HeaderMap,
        body: Body,
        left: Option<Duration>,
    ) -> Bytes {
        body::excerpt(&*self.clock, headers, body, left).await
    }

    /// Reads and drops a small body, so that the connection can be used again.
    pub(crate) async fn drain(&self, body: Body) {
        body::drain(&*self.clock, body).await;
    }
}
