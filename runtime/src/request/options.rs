//! Settings of one request that differ from its client's.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::additions::{self, Additions};
use crate::codec::Json;
use crate::retry::RetryPolicy;

/// Settings for one request; what is unset follows the client.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) additions: Option<Arc<Additions>>,
}

impl Options {
    /// Options that follow the client in everything.
    pub(crate) const DEFAULT: Self =
        Self { timeout: None, attempt: None, retry: None, additions: None };

    /// Returns options that follow the client in everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits the whole call, all attempts and the waits between them included.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Limits each attempt, from its first byte to the last of the response; for a
    /// [`Download`](crate::Download) the wait for headers and for each next chunk.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt = Some(timeout);
        self
    }

    /// Sets how often and how soon the request is repeated.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets a header, in place of the client's of that name. The request's own, set by
    /// [`Request::header`](crate::Request::header), which see for those that can't be set, comes
    /// before this one.
    #[must_use]
    pub fn header(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Json>,
    ) -> Self {
        additions::of(&mut self.additions).set_header(&name.into(), &value.into());
        self
    }

    /// Sets a query parameter, in place of the client's of that name. The request's own comes
    /// before this one. A list repeats the parameter.
    #[must_use]
    pub fn query(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Json>,
    ) -> Self {
        additions::of(&mut self.additions).set_query(name.into(), &value.into());
        self
    }

    /// Adds a product to the client's `User-Agent` header: `nightly-job/7`.
    #[must_use]
    pub fn user_agent(mut self, product: impl AsRef<str>) -> Self {
        additions::of(&mut self.additions).set_product(product.as_ref());
        self
    }
}
