//! Time, behind a trait: the retry policy, token renewal and time limits read this clock
//! only, so that tests don't sleep.

#![allow(clippy::disallowed_methods, reason = "this is where time is read")]

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::transport::BoxFuture;

/// A source of time, and of waits.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Returns the current date and time.
    fn now(&self) -> Timestamp;

    /// Returns the time since a fixed point; it never decreases.
    fn monotonic(&self) -> Duration;

    /// Waits for a duration.
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

/// The system's clock. Its waits use Tokio's timer.
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

/// The delay after which the timer assumes that nothing polled it when the limit
/// passed.
const LATE: Duration = Duration::from_secs(1);

/// A stopwatch for the limits of a call, which count only the time in which the caller
/// waits for the response.
///
/// The stopwatch always runs, unless it was created [paused](Stopwatch::paused). A
/// paused one is for pages that are requested ahead: such a page may wait for its
/// consumer, and that time doesn't count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopwatch(Option<Arc<Mutex<Waited>>>);

#[derive(Debug, Default)]
struct Waited {
    before: Duration,
    /// The start of the current wait, on the monotonic clock; `None` while the caller
    /// isn't waiting.
    since: Option<Duration>,
}

impl Stopwatch {
    /// Returns a stopwatch that runs between [`Stopwatch::start`] and [`Stopwatch::stop`].
    pub(crate) fn paused() -> Self {
        Self(Some(Arc::default()))
    }

    /// Returns the waited time so far, from a fixed point.
    pub(crate) fn elapsed(&self, clock: &dyn Clock) -> Duration {
        self.at(clock.monotonic())
    }

    /// Returns the waited time until `now`, a time of the monotonic clock.
    fn at(&self, now: Duration) -> Duration {
        let Some(waited) = &self.0 else { return now };
        let waited = lock(waited);
        let present = waited.since.map(|since| now.saturating_sub(since));
        waited.before + present.unwrap_or_default()
    }

    /// Notes that the caller starts waiting.
    pub(crate) fn start(&self, clock: &dyn Clock) {
        if let Some(waited) = &self.0 {
            lock(waited).since.get_or_insert_with(|| clock.monotonic());
        }
    }

    /// Notes that the caller stops waiting.
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

/// A time limit for several futures in a row.
///
/// A future that is ready never fails. The limit starts anew if nothing polled the
/// timer at the end of the limit: the caller wasn't waiting then, and data that has
/// arrived in the meantime is still to be read.
pub(crate) struct Timer<'a> {
    clock: &'a dyn Clock,
    stopwatch: &'a Stopwatch,
    limit: Duration,
    /// The end of the limit, on the stopwatch; `None` for no limit.
    end: Option<Duration>,
    /// The sleep until the end, and its end on the monotonic clock. Created only when a
    /// future is pending, because most futures that are ready at once never need it.
    alarm: Option<(BoxFuture<'static, ()>, Duration)>,
}

impl<'a> Timer<'a> {
    /// Starts a time limit; `None` for no limit.
    pub(crate) fn new(
        clock: &'a dyn Clock,
        stopwatch: &'a Stopwatch,
        limit: Option<Duration>,
    ) -> Self {
        let end = limit.map(|limit| stopwatch.elapsed(clock).saturating_add(limit));
        Self { clock, stopwatch, limit: limit.unwrap_or_default(), end, alarm: None }
    }

    /// Returns the remaining time; `None` for no limit.
    pub(crate) fn left(&self) -> Option<Duration> {
        let end = self.end?;
        Some(end.saturating_sub(self.stopwatch.elapsed(self.clock)))
    }

    /// Waits for a future. Returns `None` if the limit passed first.
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

    /// Returns `Ready` once the limit has passed.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(end) = self.end else { return Poll::Pending };
        // The caller that starts the stopwatch polls this future as well.
        while self.stopwatch.is_running() {
            let (alarm, due) = self.alarm.get_or_insert_with(|| {
                let now = self.clock.monotonic();
                let left = end.saturating_sub(self.stopwatch.at(now));
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

/// The end of a time limit, on the monotonic clock. A deadline doesn't end anything,
/// unlike a [`Timer`]; it tells the steps of an attempt how much time is left.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<Duration>);

impl Deadline {
    /// Returns the end of a limit that starts now; `None` for no limit.
    pub(crate) fn after(clock: &dyn Clock, limit: Option<Duration>) -> Self {
        Self(limit.map(|limit| clock.monotonic().saturating_add(limit)))
    }

    /// Returns the remaining time; `None` for no limit.
    pub(crate) fn left(self, clock: &dyn Clock) -> Option<Duration> {
        Some(self.0?.saturating_sub(clock.monotonic()))
    }
}

/// Waits for a future within a limit, if there is one. Returns `None` if it took longer.
pub(crate) async fn within<F: Future>(
    clock: &dyn Clock,
    limit: impl Into<Option<Duration>>,
    future: F,
) -> Option<F::Output> {
    let stopwatch = Stopwatch::default();
    Timer::new(clock, &stopwatch, limit.into()).wait(pin!(future)).await
}

/// Returns a number from 0 (included) to 1 (excluded) that differs between calls and
/// processes. For jitter, not for secrets.
pub(crate) fn jitter() -> f64 {
    // A double has 53 bits of precision.
    (random() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Returns 64 bits that differ between calls and processes.
pub(crate) fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    // SipHash with keys that the standard library seeds from the operating system.
    RandomState::new().hash_one(Instant::now())
}
