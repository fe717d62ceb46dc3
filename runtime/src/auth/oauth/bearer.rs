//! An access token in the form that requests carry.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};

use crate::auth::{AccessToken, secret_header};
use crate::error::Error;

/// A token in the form that requests carry.
#[derive(Clone)]
pub(crate) struct Bearer {
    /// Shared; otherwise each request would copy the token, and zero the copy
    /// afterwards.
    pub(super) token: Arc<AccessToken>,
    header: HeaderValue,
    /// The time from which the token's successor is requested.
    pub(super) due: Timestamp,
    /// The last time that the service accepted the token, in milliseconds of the
    /// monotonic clock; 0 for never.
    worked_at: Arc<AtomicU64>,
}

impl Bearer {
    pub(super) fn new(
        token: AccessToken,
        now: Timestamp,
        random: f64,
    ) -> Result<Self, Error> {
        let header = secret_header("Bearer ", token.expose_secret())?;
        // 10 to 20 % of its life ahead: random, so that processes that started together
        // don't renew together.
        let left = token.expires_at().duration_since(now).as_secs_f64().max(0.0);
        let ahead = SignedDuration::try_from_secs_f64(left * (0.1 + random / 10.0));
        let ahead = ahead.unwrap_or_default();
        let due = token.expires_at().checked_sub(ahead).unwrap_or(now);
        Ok(Self { token: Arc::new(token), header, due, worked_at: Arc::default() })
    }

    pub(crate) fn header(&self) -> &HeaderValue {
        &self.header
    }

    pub(super) fn secret(&self) -> &str {
        self.token.expose_secret()
    }

    pub(super) fn is_valid(&self, now: Timestamp) -> bool {
        now < self.token.expires_at()
    }

    /// Notes that the service accepted the token.
    pub(crate) fn worked(&self, now: Duration) {
        self.worked_at.fetch_max(milliseconds(now), Ordering::Relaxed);
    }

    /// Returns true if the service accepted the token after a time.
    pub(super) fn has_worked_since(&self, time: Duration) -> bool {
        self.worked_at.load(Ordering::Relaxed) > milliseconds(time)
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_due_10_to_20_percent_ahead_of_its_end() {
        let now: Timestamp = "2026-08-06T12:00:00Z".parse().unwrap();
        let due = |seconds, random| {
            let end = now + SignedDuration::from_secs(seconds);
            let bearer = Bearer::new(AccessToken::new("t", end), now, random).unwrap();
            bearer.due.duration_since(now).as_secs()
        };
        assert_eq!([0.0, 0.5, 1.0].map(|random| due(3600, random)), [3240, 3060, 2880]);
        assert_eq!(due(0, 0.5), 0);
        // A token that expired before it arrived has been due since then.
        assert_eq!(due(-10, 0.5), -10);
    }
}
