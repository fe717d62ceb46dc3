//! The decision whether a failed request is retried, and after which wait. This module
//! doesn't wait itself.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

use crate::error::{Error, Kind};
use crate::failure::Retryability;
use crate::headers::retry_after;
use crate::operation::Method;

pub(crate) use budget::Budget;

mod budget;

/// The longest `Retry-After` that is followed if the call has no time limit.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// The number of attempts of a failed request, and the waits between them.
///
/// By default, there are up to 10 attempts. The first wait is at most half a second,
/// and each next wait is twice as long, up to 30 seconds; half of each wait is random.
/// Together the waits last 60 to 122 seconds. So a call outlasts the service's rate
/// limits, which are per minute, and a short outage, within its time limit (5 minutes
/// by default). If the service requests a longer wait (`Retry-After`), the client waits
/// that long.
///
/// By default, these failures are retried:
///
/// | failure | retried |
/// |---|---|
/// | nothing was sent (no connection, no token) | always |
/// | 425, 429 | always: the service executed nothing |
/// | 408, 500, 502, 503, 504, a broken connection, an attempt that exceeded its time limit | GET, HEAD, PUT, DELETE |
/// | anything else | never |
///
/// So a POST or PATCH whose response is lost is not sent again: see
/// [`RetryPolicy::safe_to_repeat`] and
/// [`Error::may_have_been_executed`](crate::Error::may_have_been_executed).
///
/// A client has a budget of 100 retries, and each successful call adds half a retry.
/// While the service is down, calls fail at their first error once the budget is used
/// up. Retries after 429 take nothing from the budget.
///
/// ```
/// use std::time::Duration;
/// use atlas_admin_runtime::{Options, Repeat, RetryPolicy};
///
/// let patient = RetryPolicy::new()
///     .attempts(20)
///     .backoff(Duration::from_secs(1), Duration::from_secs(60))
///     // The service refuses a change while another is going on.
///     .error_code("CLUSTER_UPDATE_IN_PROGRESS", Repeat::Always)
///     .status(503, Repeat::Never);
/// let options = Options::new().retry(patient).timeout(Duration::from_secs(600));
/// assert_eq!(RetryPolicy::new().attempts(1), RetryPolicy::never());
/// # _ = options;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    attempts: u32,
    first: Duration,
    longest: Duration,
    is_safe: bool,
    statuses: Vec<(u16, Repeat)>,
    codes: Vec<(Cow<'static, str>, Repeat)>,
}

/// Whether a request is retried after a certain failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Not retried.
    Never,
    /// Retried if a repeated request has the same effect as a single one: GET, HEAD,
    /// PUT and DELETE (RFC 9110 section 9.2.2), and requests declared
    /// [safe](RetryPolicy::safe_to_repeat).
    IfSafe,
    /// Retried regardless of the method. This is correct only if the service executed
    /// nothing.
    Always,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 10,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            is_safe: false,
            statuses: Vec::new(),
            codes: Vec::new(),
        }
    }
}

impl RetryPolicy {
    /// Returns the default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a policy with a single attempt.
    pub fn never() -> Self {
        Self::default().attempts(1)
    }

    /// Sets the maximum number of attempts, including the first: 10 by default. 0 means
    /// 1.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the first wait and the longest one: 500 milliseconds and 30 seconds by
    /// default.
    #[must_use]
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// Declares the request safe to repeat, regardless of its method: for example, a
    /// POST that creates nothing, or a PATCH that sets values.
    #[must_use]
    pub fn safe_to_repeat(mut self) -> Self {
        self.is_safe = true;
        self
    }

    /// Sets whether a request is retried after a response with this status.
    #[must_use]
    pub fn status(mut self, status: u16, repeat: Repeat) -> Self {
        self.statuses.push((status, repeat));
        self
    }

    /// Sets whether a request is retried after an error with this code of the service,
    /// regardless of the status: `CLUSTER_NOT_FOUND`.
    #[must_use]
    pub fn error_code(
        mut self,
        code: impl Into<Cow<'static, str>>,
        repeat: Repeat,
    ) -> Self {
        self.codes.push((code.into(), repeat));
        self
    }

    /// Returns the wait before a failed request is retried; `None` if it is not retried.
    ///
    /// `attempts` is the number of attempts so far, `random` is from 0 to 1.
    pub(crate) fn wait(
        &self,
        method: Method,
        retryability: Retryability,
        attempts: u32,
        random: f64,
    ) -> Option<Duration> {
        let retry_after = match retryability {
            Retryability::Never => return None,
            Retryability::IfRepeatable(_)
                if !(self.is_safe || method.is_idempotent()) =>
            {
                return None;
            }
            Retryability::IfRepeatable(retry_after)
            | Retryability::Always(retry_after) => retry_after,
        };
        if attempts >= self.attempts || retry_after > Some(LONGEST_RETRY_AFTER) {
            return None;
        }
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        let backoff = self.first.saturating_mul(doubled).min(self.longest);
        let backoff = part(backoff, 0.5 + random / 2.0);
        Some(match retry_after {
            // Added to the service's wait, so that clients that were refused together
            // don't retry together. Not less than the backoff: a service that refuses
            // again and again has asked for too short a wait.
            Some(after) => after.saturating_add(part(self.first, random)).max(backoff),
            None => backoff,
        })
    }

    /// Returns the retryability that the caller has set for a failure, or
    /// `retryability` if there is none. A later setting takes precedence over an
    /// earlier one, and a code over a status.
    pub(crate) fn judge(
        &self,
        error: &Error,
        retryability: Retryability,
        now: Timestamp,
    ) -> Retryability {
        if error.kind() != Kind::Status {
            return retryability;
        }
        let code = error.code();
        let by_code = self
            .codes
            .iter()
            .rev()
            .find(|(taught, _)| !code.is_empty() && code == **taught);
        let by_status = self
            .statuses
            .iter()
            .rev()
            .find(|(taught, _)| Some(*taught) == error.status());
        let repeat = by_code.map(|(_, repeat)| repeat);
        match repeat.or(by_status.map(|(_, repeat)| repeat)) {
            None => retryability,
            Some(Repeat::Never) => Retryability::Never,
            Some(Repeat::IfSafe) => {
                Retryability::IfRepeatable(retry_after(error.headers(), now))
            }
            Some(Repeat::Always) => {
                Retryability::Always(retry_after(error.headers(), now))
            }
        }
    }
}

/// Returns a part of a duration. `factor` is from 0 to 1.
fn part(duration: Duration, factor: f64) -> Duration {
    // Not `mul_f64`, which panics if rounding makes the longest durations overflow.
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(duration)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn only_what_is_safe_is_repeated() {
        let policy = RetryPolicy::new();
        let wait =
            |method, retryability| policy.wait(method, retryability, 1, 0.0).is_some();
        for method in [Method::Get, Method::Head, Method::Put, Method::Delete] {
            assert!(wait(method, Retryability::IfRepeatable(None)));
        }
        for method in [Method::Post, Method::Patch] {
            assert!(!wait(method, Retryability::IfRepeatable(None)));
            assert!(wait(method, Retryability::Always(None)));
            assert!(!wait(method, Retryability::Never));
        }
    }

    #[test]
    fn waits_grow_to_a_limit_and_end() {
        let policy = RetryPolicy::new()
            .attempts(9)
            .backoff(Duration::from_secs(1), Duration::from_secs(6));
        let wait = |attempts, random| {
            policy.wait(Method::Get, Retryability::Always(None), attempts, random)
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
        assert!(
            endless.wait(Method::Get, Retryability::Always(None), 4000, 0.5).is_some()
        );
    }

    #[test]
    fn the_service_names_the_wait() {
        let now: Timestamp = "2026-08-06T12:00:00Z".parse().unwrap();
        let after = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            Retryability::after(StatusCode::TOO_MANY_REQUESTS, &headers, now)
        };
        assert_eq!(after("7"), Retryability::Always(Some(Duration::from_secs(7))));
        assert_eq!(
            after("Thu, 06 Aug 2026 12:00:30 GMT"),
            Retryability::Always(Some(Duration::from_secs(30)))
        );
        assert_eq!(
            after("Thu, 06 Aug 2026 11:00:00 GMT"),
            Retryability::Always(Some(Duration::ZERO))
        );
        assert_eq!(
            after("1.5"),
            Retryability::Always(Some(Duration::from_millis(1500)))
        );
        for date in ["Thursday, 06-Aug-26 12:00:30 GMT", "Thu Aug  6 12:00:30 2026"] {
            assert_eq!(
                after(date),
                Retryability::Always(Some(Duration::from_secs(30))),
                "{date}"
            );
        }
        for unreadable in ["soon", "-1", "", ".", "1.2.3", "Thursday"] {
            assert_eq!(after(unreadable), Retryability::Always(None));
        }
        let wait = RetryPolicy::new().wait(Method::Post, after("7"), 1, 1.0);
        assert_eq!(wait, Some(Duration::from_millis(7500)));
    }

    #[test]
    fn a_wait_has_an_end_whatever_the_service_says() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", u64::MAX.to_string().parse().unwrap());
        let retryability = Retryability::after(
            StatusCode::TOO_MANY_REQUESTS,
            &headers,
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(RetryPolicy::new().wait(Method::Get, retryability, 1, 0.5), None);
        let odd = RetryPolicy::new().backoff(Duration::MAX, Duration::MAX);
        assert!(odd.wait(Method::Get, Retryability::Always(None), 1, 1.0).is_some());
    }

    #[test]
    fn the_default_outlasts_a_minute() {
        let policy = RetryPolicy::new();
        let total = |retry_after, random| {
            let retryability = Retryability::Always(retry_after);
            let waits = (1..).map_while(|attempts| {
                policy.wait(Method::Get, retryability, attempts, random)
            });
            waits.sum::<Duration>().as_secs()
        };
        // Also if the service names too short a wait, or a time that has passed.
        for retry_after in [None, Some(Duration::ZERO)] {
            assert_eq!((total(retry_after, 0.0), total(retry_after, 1.0)), (60, 121));
        }
        assert!(total(Some(Duration::from_secs(1)), 0.0) >= 60);
    }

    #[test]
    fn a_policy_can_be_taught() {
        use crate::error::Kind;
        let error = |status, body: &'static str| {
            let status = StatusCode::from_u16(status).unwrap();
            crate::error::status_error(
                Kind::Status,
                "",
                status,
                &HeaderMap::new(),
                body.into(),
            )
        };
        let policy = RetryPolicy::new()
            .status(409, Repeat::IfSafe)
            .status(503, Repeat::Never)
            .error_code("BUSY", Repeat::Always);
        let judge = |policy: &RetryPolicy, error| {
            policy.judge(&error, Retryability::Never, Timestamp::UNIX_EPOCH)
        };
        assert_eq!(judge(&policy, error(409, "")), Retryability::IfRepeatable(None));
        let busy = r#"{"errorCode":"BUSY"}"#;
        assert_eq!(judge(&policy, error(409, busy)), Retryability::Always(None));
        assert_eq!(judge(&policy, error(404, "")), Retryability::Never);
        let down = policy.judge(
            &error(503, ""),
            Retryability::IfRepeatable(None),
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(down, Retryability::Never);
        let wait = |policy: RetryPolicy| {
            policy.wait(Method::Post, Retryability::IfRepeatable(None), 1, 0.5)
        };
        assert_eq!(wait(RetryPolicy::new()), None);
        assert!(wait(RetryPolicy::new().safe_to_repeat()).is_some());
    }
}
