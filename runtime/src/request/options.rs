//! Options of a single request.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::additions::{self, Additions};
use crate::codec::Json;
use crate::retry::RetryPolicy;

/// Settings for one request. An unset setting is that of the client.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) additions: Option<Arc<Additions>>,
}

impl Options {
    /// Options without a setting: those of the client apply.
    pub(crate) const DEFAULT: Self =
        Self { timeout: None, attempt: None, retry: None, additions: None };

    /// Creates options without a setting: those of the client apply.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time limit of the whole call, with all its attempts and the waits
    /// between them.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the time limit of each attempt, from its first byte to the last of the
    /// response. For a [`Download`](crate::Download), it limits the wait for the headers
    /// and for each next chunk.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt = Some(timeout);
        self
    }

    /// Sets the number of attempts and the waits between them.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets a header, and replaces the client's with that name. A header set by
    /// [`Request::header`](crate::Request::header) takes precedence; see there for the
    /// headers that can't be set.
    #[must_use]
    pub fn header(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Json>,
    ) -> Self {
        additions::of(&mut self.additions).set_header(&name.into(), &value.into());
        self
    }

    /// Sets a query parameter, and replaces the client's with that name. A parameter of
    /// the request itself takes precedence. A list repeats the parameter.
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
