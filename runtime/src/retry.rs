//! When a request is tried again, and how long it waits: pure decisions, no waiting here.
//!
//! | what happened | tried again |
//! |---|---|
//! | nothing was sent (no connection, no token) | always |
//! | 429 | always: the service did nothing |
//! | 500, 502, 503, 504, a broken connection, a try that took too long | GET, HEAD, PUT, DELETE |
//! | anything else | never |

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use crate::operation::Method;
use crate::response::limit;

/// How often and how soon a failed request is tried again.
///
/// By default up to 5 attempts; the first wait is at most half a second, each one after it
/// twice as long, none longer than 30 seconds; half of each is random. A `Retry-After` of the
/// service comes before these.
///
/// ```
/// use std::time::Duration;
/// use atlas_admin_runtime::{Options, RetryPolicy};
///
/// let patient = RetryPolicy::new()
///     .attempts(10)
///     .backoff(Duration::from_secs(1), Duration::from_secs(60));
/// let options = Options::new().retry(patient).timeout(Duration::from_secs(600));
/// assert_eq!(RetryPolicy::new().attempts(1), RetryPolicy::never());
/// # _ = options;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    attempts: u32,
    first: Duration,
    longest: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// Returns the default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a policy that never tries again.
    pub fn never() -> Self {
        Self::default().attempts(1)
    }

    /// Sets how often a request is sent at most, the first time included. 0 means 1.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the first wait and the longest.
    #[must_use]
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// Decides whether a request that failed is sent again, and after how long.
    ///
    /// `attempts` is how often it was sent, `random` is from 0 to 1.
    pub(crate) fn wait(
        &self,
        method: Method,
        again: Again,
        attempts: u32,
        random: f64,
    ) -> Option<Duration> {
        let retry_after = match again {
            Again::Never => return None,
            Again::IfRepeatable(_) if !method.is_idempotent() => return None,
            Again::IfRepeatable(retry_after) | Again::Always(retry_after) => retry_after,
        };
        if attempts >= self.attempts {
            return None;
        }
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        let backoff = self.first.saturating_mul(doubled).min(self.longest);
        Some(match retry_after {
            // On top of what the service says, so that callers that were refused together
            // don't come back together.
            Some(after) => after.saturating_add(self.first.mul_f64(random)),
            None => backoff.mul_f64(0.5 + random / 2.0),
        })
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
    /// Judges an answer.
    pub(crate) fn after(
        status: StatusCode,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Self {
        match status.as_u16() {
            429 => Self::Always(retry_after(headers, now)),
            500 | 502 | 503 | 504 => Self::IfRepeatable(retry_after(headers, now)),
            _ => Self::Never,
        }
    }
}

/// Reads `Retry-After`: seconds or an HTTP date (RFC 9110 section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    if let Some(seconds) = limit::number(headers, "retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    let until = limit::date(headers, "retry-after")?.duration_since(now);
    Some(Duration::try_from(until).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_safe_is_repeated() {
        let policy = RetryPolicy::new();
        let wait = |method, again| policy.wait(method, again, 1, 0.0).is_some();
        for method in [Method::Get, Method::Head, Method::Put, Method::Delete] {
            assert!(wait(method, Again::IfRepeatable(None)));
        }
        for method in [Method::Post, Method::Patch] {
            assert!(!wait(method, Again::IfRepeatable(None)));
            assert!(wait(method, Again::Always(None)));
            assert!(!wait(method, Again::Never));
        }
    }

    #[test]
    fn waits_grow_to_a_limit_and_end() {
        let policy = RetryPolicy::new()
            .attempts(9)
            .backoff(Duration::from_secs(1), Duration::from_secs(6));
        let wait = |attempts, random| {
            policy.wait(Method::Get, Again::Always(None), attempts, random)
        };
        let longest: Vec<_> =
            (1..10).map(|n| wait(n, 1.0).map(|wait| wait.as_millis())).collect();
        let expected: Vec<_> = [1000, 2000, 4000, 6000, 6000, 6000, 6000, 6000]
            .map(Some)
            .into_iter()
            .chain([None])
            .collect();
        assert_eq!(longest, expected);
        assert_eq!(wait(1, 0.0), Some(Duration::from_millis(500)));
        let endless = RetryPolicy::new().attempts(u32::MAX);
        assert!(endless.wait(Method::Get, Again::Always(None), 4000, 0.5).is_some());
    }

    #[test]
    fn the_service_names_the_wait() {
        let now: Timestamp = "2026-08-06T12:00:00Z".parse().unwrap();
        let after = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            Again::after(StatusCode::TOO_MANY_REQUESTS, &headers, now)
        };
        assert_eq!(after("7"), Again::Always(Some(Duration::from_secs(7))));
        assert_eq!(
            after("Thu, 06 Aug 2026 12:00:30 GMT"),
            Again::Always(Some(Duration::from_secs(30)))
        );
        assert_eq!(
            after("Thu, 06 Aug 2026 11:00:00 GMT"),
            Again::Always(Some(Duration::ZERO))
        );
        for unreadable in ["soon", "-1", ""] {
            assert_eq!(after(unreadable), Again::Always(None));
        }
        let wait = RetryPolicy::new().wait(Method::Post, after("7"), 1, 1.0);
        assert_eq!(wait, Some(Duration::from_millis(7500)));
    }
}
