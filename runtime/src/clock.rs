//! Time, behind a trait: the retry policy, token renewal and time limits never read a clock
//! of their own, so that tests need not sleep.

#![allow(clippy::disallowed_methods, reason = "this is where time is read")]

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::Poll;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::transport::BoxFuture;

/// What time it is, and a way to wait.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Returns the time of day.
    fn now(&self) -> Timestamp;

    /// Returns the time since some fixed point; it never goes back.
    fn monotonic(&self) -> Duration;

    /// Returns after a while.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

impl<T: Clock + ?Sized> Clock for std::sync::Arc<T> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        (**self).sleep(duration)
    }
}

/// The clock of the machine; it waits on Tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        START.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Waits for a future for a limited time; returns `None` where it took longer.
pub(crate) async fn limit<F: Future>(
    clock: &dyn Clock,
    duration: Option<Duration>,
    mut future: Pin<&mut F>,
) -> Option<F::Output> {
    let Some(duration) = duration else { return Some(future.await) };
    let mut end = None;
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        // Made only now: most futures that end at once never need a timer.
        let end = end.get_or_insert_with(|| clock.sleep(duration));
        end.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// Returns a number from 0 (included) to 1 (excluded) that differs between calls and
/// processes. Good for jitter, not for secrets.
pub(crate) fn jitter() -> f64 {
    // 53 bits are what a double holds.
    (random() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Returns 64 bits that differ between calls and processes.
pub(crate) fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    // SipHash with keys that the standard library seeds from the operating system.
    RandomState::new().hash_one(Instant::now())
}
