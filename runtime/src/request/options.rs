//! What one request does differently from its client.

use std::time::Duration;

use crate::retry::RetryPolicy;

/// Settings for one request; what is unset follows the client.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
}

impl Options {
    /// Options that follow the client in everything.
    pub(crate) const DEFAULT: Self = Self { timeout: None, attempt: None, retry: None };

    /// Returns options that follow the client in everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits the whole call, all tries and waits between them included.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Limits each try, from its first byte to the last of the answer; for a
    /// [`Download`](crate::Download) the wait for headers and for each next chunk.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt = Some(timeout);
        self
    }

    /// Sets how often and how soon the request is tried again.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }
}
