//! What one request does differently from its client.

use std::time::Duration;

/// Settings for one request; what is unset follows the client.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) timeout: Option<Duration>,
}

impl Options {
    /// Options that follow the client in everything.
    pub(crate) const DEFAULT: Self = Self { timeout: None };

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
}
