//! Failures of an attempt: an error, and whether the request may be sent again.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use crate::error::Error;
use crate::headers::retry_after;

/// The error of an attempt, and whether the request may be sent again.
#[derive(Clone)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) retryability: Retryability,
    /// Whether the service may have executed the request.
    pub(crate) may_be_executed: bool,
}

impl Failure {
    /// Creates the failure of a request that was not executed.
    pub(crate) fn new(error: Error, retryability: Retryability) -> Self {
        Self { error, retryability, may_be_executed: false }
    }

    /// Marks the failure as having happened before the request was sent.
    pub(crate) fn unsent(mut self) -> Self {
        if let Retryability::IfRepeatable(after) = self.retryability {
            self.retryability = Retryability::Always(after);
        }
        self.may_be_executed = false;
        self
    }

    /// Marks the failure as having happened when the service may have executed the request.
    pub(crate) fn after_sending(mut self) -> Self {
        self.may_be_executed = true;
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error, Retryability::Never)
    }
}

/// Whether a request may be sent again after a failure, and the wait that the service
/// requested; `None` if it requested none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Retryability {
    Never,
    /// Sent again only if a repeated request has the same effect as a single one (RFC
    /// 9110 section 9.2.2).
    IfRepeatable(Option<Duration>),
    /// Sent again in any case, because the service executed nothing.
    Always(Option<Duration>),
}

impl Retryability {
    /// Returns the retryability after a response.
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
