//! Failures of an attempt: an error, and whether the request may be sent again.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use crate::error::Error;
use crate::headers::retry_after;

/// Why an attempt failed, and whether the request may be sent again.
#[derive(Clone)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) again: Again,
}

impl Failure {
    /// Marks the failure as having happened before the request was sent.
    pub(crate) fn unsent(mut self) -> Self {
        if let Again::IfRepeatable(after) = self.again {
            self.again = Again::Always(after);
        }
        self.error = self.error.edit(|error| error.may_be_executed = false);
        self
    }

    /// Marks the failure as having happened when the service may have executed the request.
    pub(crate) fn after_sending(mut self) -> Self {
        self.error = self.error.edit(|error| error.may_be_executed = true);
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, again: Again::Never }
    }
}

/// Whether what happened allows to send a request again, and the wait that the service asked
/// for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Again {
    Never,
    /// Where a repeat has the effect of one call (RFC 9110 section 9.2.2).
    IfRepeatable(Option<Duration>),
    /// The service did nothing.
    Always(Option<Duration>),
}

impl Again {
    /// Judges a response.
    pub(crate) fn after(
        status: StatusCode,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Self {
        match status.as_u16() {
            425 | 429 => Self::Always(retry_after(headers, now)),
            408 | 500 | 502 | 503 | 504 => Self::IfRepeatable(retry_after(headers, now)),
            _ => Self::Never,
        }
    }
}
