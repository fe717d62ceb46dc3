//! Time, behind a trait: the retry policy, token renewal and time limits never read a clock
//! of their own, so that tests need not sleep.

#![allow(clippy::disallowed_methods, reason = "this is where time is read")]

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
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

/// The delay after which nobody was there to notice that a time limit ran out.
const LATE: Duration = Duration::from_secs(1);

/// Time as the limits of a call count it: while someone waits for the response.
///
/// It runs always, unless it was made [paused](Stopwatch::paused): a page that was requested
/// ahead waits for its consumer, not the consumer for the page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopwatch(Option<Arc<Mutex<Waited>>>);

#[derive(Debug, Default)]
struct Waited {
    before: Duration,
    /// The begin of the present wait, on the monotonic clock; `None` while nobody waits.
    since: Option<Duration>,
}

impl Stopwatch {
    /// Returns a stopwatch that runs between [`Stopwatch::start`] and [`Stopwatch::stop`].
    pub(crate) fn paused() -> Self {
        Self(Some(Arc::default()))
    }

    /// Returns the time that was waited so far, from some fixed point.
    pub(crate) fn elapsed(&self, clock: &dyn Clock) -> Duration {
        let Some(waited) = &self.0 else { return clock.monotonic() };
        let waited = lock(waited);
        let present = waited.since.map(|since| clock.monotonic().saturating_sub(since));
        waited.before + present.unwrap_or_default()
    }

    /// Says that someone waits from now on.
    pub(crate) fn start(&self, clock: &dyn Clock) {
        if let Some(waited) = &self.0 {
            lock(waited).since.get_or_insert_with(|| clock.monotonic());
        }
    }

    /// Says that nobody waits any more.
    pub(crate) fn stop(&self, clock: &dyn Clock) {
        if let Some(waited) = &self.0 {
            let mut waited = lock(waited);
            if let Some(since) = waited.since.take() {
                waited.before += clock.monotonic().saturating_sub(since);
            }
        }
    }

    fn is_running(&self) -> bool {
        self.0.as_ref().is_none_or(|waited| lock(waited).since.is_some())
    }
}

fn lock(waited: &Mutex<Waited>) -> MutexGuard<'_, Waited> {
    waited.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A time limit for several futures, one after another.
///
/// It never fails what is ready, and it starts anew where nobody polled when it ran out: then
/// nobody waited, and what arrived in the meantime is still to be taken.
pub(crate) struct Timer<'a> {
    clock: &'a dyn Clock,
    stopwatch: &'a Stopwatch,
    limit: Duration,
    /// The end of the limit, on the stopwatch; `None` where there is no limit.
    end: Option<Duration>,
    /// The wait for the end, and when it is over on the monotonic clock. Made only when a future
    /// is pending: most that end at once never need it.
    alarm: Option<(BoxFuture<'static, ()>, Duration)>,
}

impl<'a> Timer<'a> {
    /// Starts a time limit; `None` is no limit.
    pub(crate) fn new(
        clock: &'a dyn Clock,
        stopwatch: &'a Stopwatch,
        limit: Option<Duration>,
    ) -> Self {
        let end = limit.map(|limit| stopwatch.elapsed(clock).saturating_add(limit));
        Self { clock, stopwatch, limit: limit.unwrap_or_default(), end, alarm: None }
    }

    /// Returns the time that is left, `None` where there is no limit.
    pub(crate) fn left(&self) -> Option<Duration> {
        let end = self.end?;
        Some(end.saturating_sub(self.stopwatch.elapsed(self.clock)))
    }

    /// Waits for a future; returns `None` where the limit ran out before.
    pub(crate) async fn wait<F: Future>(
        &mut self,
        mut future: Pin<&mut F>,
    ) -> Option<F::Output> {
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => self.poll(context).map(|()| None),
        })
        .await
    }

    /// Is ready when the limit has run out.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(end) = self.end else { return Poll::Pending };
        // Whoever starts the stopwatch polls as well.
        while self.stopwatch.is_running() {
            let now = self.clock.monotonic();
            let left = end.saturating_sub(self.stopwatch.elapsed(self.clock));
            let (alarm, due) = self.alarm.get_or_insert_with(|| {
                (self.clock.sleep(left), now.saturating_add(left))
            });
            if alarm.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            let late = self.clock.monotonic().saturating_sub(*due);
            self.alarm = None;
            let elapsed = self.stopwatch.elapsed(self.clock);
            if late > LATE {
                self.end = Some(elapsed.saturating_add(self.limit));
                return self.poll(context);
            }
            if elapsed >= end {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}

/// Waits for a future for a limited time, if it is limited; returns `None` where it took longer.
pub(crate) async fn within<F: Future>(
    clock: &dyn Clock,
    limit: impl Into<Option<Duration>>,
    future: F,
) -> Option<F::Output> {
    let stopwatch = Stopwatch::default();
    Timer::new(clock, &stopwatch, limit.into()).wait(pin!(future)).await
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
