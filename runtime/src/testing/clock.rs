//! A clock whose waits take no time.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::transport::BoxFuture;

/// A clock on which every wait ends at once. Its time advances by waits and by
/// [`VirtualClock::advance`] only.
///
/// The clock starts on 2026-01-01 at midnight (UTC). Of two waits that start at the
/// same time, the shorter one ends first, so that time limits work as on a real clock.
///
/// ```
/// use std::time::Duration;
/// use atlas_admin_runtime::Clock;
/// use atlas_admin_runtime::testing::VirtualClock;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let clock = VirtualClock::new();
/// clock.sleep(Duration::from_secs(3600)).await;
/// assert_eq!(clock.now().to_string(), "2026-01-01T01:00:00Z");
/// assert_eq!(clock.waits(), [Duration::from_secs(3600)]);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct VirtualClock(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    elapsed: Duration,
    waits: Vec<Duration>,
}

impl VirtualClock {
    /// Returns a clock at its start.
    pub fn new() -> Self {
        Self::default()
    }

    /// Advances the clock.
    pub fn advance(&self, duration: Duration) {
        self.state().elapsed += duration;
    }

    /// Returns the completed waits, in the order of their ends.
    pub fn waits(&self) -> Vec<Duration> {
        self.state().waits.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        // 2026-01-01T00:00:00Z
        let start = Timestamp::constant(1_767_225_600, 0);
        start.checked_add(self.monotonic()).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.state().elapsed
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // Twice the duration adds one turn, which is enough for the shorter of two waits
        // to end first.
        let turns = duration.as_millis().checked_ilog2().unwrap_or_default();
        Box::pin(Wait { clock: self.clone(), begun: self.monotonic(), duration, turns })
    }
}

/// A wait that yields to other futures before it ends.
struct Wait {
    clock: VirtualClock,
    begun: Duration,
    duration: Duration,
    turns: u32,
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.turns > 0 {
            self.turns -= 1;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let mut state = self.clock.state();
        state.elapsed = state.elapsed.max(self.begun.saturating_add(self.duration));
        state.waits.push(self.duration);
        Poll::Ready(())
    }
}
