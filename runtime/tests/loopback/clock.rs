//! A clock on which every wait ends at once.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use atlas_admin_runtime::Clock;
use atlas_admin_runtime::transport::BoxFuture;

/// Records waits, and ends them at once, except time limits, which never pass: those
/// longer than any wait in these tests, and the runtime crate's own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Steps(Arc<Mutex<(Duration, Vec<Duration>)>>);

/// The time limit to use with this clock.
pub(crate) const LIMIT: Duration = Duration::from_secs(24 * 3600);

/// The runtime crate's own time limits, in milliseconds: of unwanted bodies, of errors'
/// bodies and of renewals, of a store, of its lock, and of a credentials provider.
const OWN_LIMITS: [u64; 5] = [500, 2_000, 5_000, 15_000, 55_000];

/// Compares exactly, because a random wait between two attempts is not a limit.
fn is_own_limit(duration: Duration) -> bool {
    OWN_LIMITS.map(Duration::from_millis).contains(&duration)
}

impl Steps {
    pub(crate) fn advance(&self, duration: Duration) {
        self.0.lock().unwrap().0 += duration;
    }

    /// Returns the waits so far.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.0.lock().unwrap().1.clone()
    }
}

impl Clock for Steps {
    fn now(&self) -> jiff::Timestamp {
        let start: jiff::Timestamp = "2026-08-06T12:00:00Z".parse().unwrap();
        start + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap().0
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration >= LIMIT / 2 || is_own_limit(duration) {
            return Box::pin(std::future::pending());
        }
        let mut steps = self.0.lock().unwrap();
        steps.0 += duration;
        steps.1.push(duration);
        Box::pin(std::future::ready(()))
    }
}
