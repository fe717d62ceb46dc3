//! The time that calls wait before they send a request.

use std::future::Future;

use super::Telemetry;
use crate::operation::Operation;

/// The cause of a wait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    /// The rate limit of the service.
    RateLimit,
    /// The retry policy.
    Retry,
    /// An access token.
    Token,
}

#[cfg(any(feature = "tracing", feature = "metrics"))]
impl Reason {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::RateLimit => "rate_limit",
            Self::Retry => "retry",
            Self::Token => "token",
        }
    }
}

/// Records the time for which a future was waited for, if it was not ready at once.
#[cfg(any(feature = "tracing", feature = "metrics"))]
pub(crate) async fn waiting<F: Future>(
    telemetry: &Telemetry,
    reason: Reason,
    operation: Option<&'static Operation>,
    future: F,
) -> F::Output {
    let mut future = std::pin::pin!(future);
    let first = std::future::poll_fn(|context| {
        std::task::Poll::Ready(future.as_mut().poll(context))
    });
    if let std::task::Poll::Ready(output) = first.await {
        return output;
    }
    let begun = telemetry.0.clock.monotonic();
    // Recorded on drop, because a cancelled wait counts too.
    let _wait = Wait { telemetry, reason, operation, begun };
    future.await
}

#[cfg(not(any(feature = "tracing", feature = "metrics")))]
pub(crate) fn waiting<F: Future>(
    _: &Telemetry,
    _: Reason,
    _: Option<&'static Operation>,
    future: F,
) -> F {
    future
}

#[cfg(any(feature = "tracing", feature = "metrics"))]
struct Wait<'a> {
    telemetry: &'a Telemetry,
    reason: Reason,
    operation: Option<&'static Operation>,
    /// The start of the wait, on the monotonic clock.
    begun: std::time::Duration,
}

#[cfg(any(feature = "tracing", feature = "metrics"))]
impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let service = &self.telemetry.0;
        let waited = service.clock.monotonic().saturating_sub(self.begun);
        super::spans::waited(self.reason, waited);
        service.instruments.waited(self.reason, self.operation, waited);
    }
}
