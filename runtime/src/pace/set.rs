//! A set of operations that share a limit: with one bucket, or with one per scope.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::bucket::{Bucket, Said};
use super::queue::{LOOK_AGAIN, Queue};

/// The number of scopes that are remembered.
const SCOPES: usize = 1024;

/// The maximum of `lean`: a few unusual levels don't change the assumption about the
/// buckets.
const SURE: i8 = 3;

/// The time after a response within which the next response distinguishes the
/// hypotheses.
const RECENT: Duration = Duration::from_millis(100);

/// The buckets of a set, for both hypotheses: all scopes share one bucket, or each
/// scope has its own.
#[derive(Debug)]
pub(super) struct Set {
    limit: u64,
    shared: Bucket,
    scoped: HashMap<String, Bucket>,
    /// Above 0 if the levels indicate one bucket per scope.
    lean: i8,
    /// The last time that a response was observed.
    observed_at: Option<Duration>,
    queue: Queue,
}

/// A request that has to wait.
#[derive(Debug)]
pub(super) struct Wait {
    /// The number of the request in the queue.
    pub(super) number: u64,
    /// The signal that wakes the request before `time` has passed.
    pub(super) wake: Arc<Notify>,
    /// The wait before the request checks again.
    pub(super) time: Duration,
}

impl Set {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            shared: Bucket::new(limit),
            scoped: HashMap::new(),
            lean: 0,
            observed_at: None,
            queue: Queue::default(),
        }
    }

    /// Takes a request from the bucket, or queues it. `number` is the request's number
    /// in the queue; `None` if it doesn't wait yet.
    pub(super) fn take(
        &mut self,
        scope: &str,
        number: Option<u64>,
        now: Duration,
    ) -> Result<(), Wait> {
        let is_scoped = self.lean > 0;
        let is_first = self.queue.is_first(number, now, sharing(is_scoped, scope));
        self.remember(scope);
        let Some(own) = self.scoped.get_mut(scope) else { return Ok(()) };
        let (bucket, other) = match is_scoped {
            true => (own, &mut self.shared),
            false => (&mut self.shared, own),
        };
        let wait = if is_first { bucket.wait(now) } else { Some(LOOK_AGAIN) };
        let Some(wait) = wait else {
            bucket.take(now);
            other.take(now);
            if let Some(number) = number {
                self.leave(scope, number, now);
            }
            return Ok(());
        };
        let (number, wake) = self.queue.wait(number, scope, now);
        Err(Wait { number, wake, time: wait.min(LOOK_AGAIN) })
    }

    /// Removes a request from the queue.
    pub(super) fn leave(&mut self, scope: &str, number: u64, now: Duration) {
        self.queue.leave(number, now, sharing(self.lean > 0, scope));
    }

    /// Updates the buckets from the level in a response.
    pub(super) fn observe(&mut self, scope: &str, said: Said, now: Duration) {
        self.remember(scope);
        let Some(own) = self.scoped.get_mut(scope) else { return };
        let (shared, alone) = (self.shared.expected(now), own.expected(now));
        let differ = (shared - alone).abs() > (self.limit as f64 / 50.0).max(8.0);
        // After a pause, the shared bucket may have been refilled, at any rate.
        let is_recent =
            self.observed_at.is_some_and(|at| now.saturating_sub(at) < RECENT);
        self.observed_at = Some(now);
        if differ && is_recent {
            let step =
                match (said.remaining - alone).abs() < (said.remaining - shared).abs() {
                    true => 1,
                    false => -1,
                };
            self.lean = (self.lean + step).clamp(-SURE, SURE);
        }
        own.observe(said, now);
        self.shared.observe(said, now);
    }

    /// Updates the bucket after a refusal, and allows no request before `until`.
    pub(super) fn refuse(&mut self, scope: &str, now: Duration, until: Duration) {
        let bucket = match self.scoped.get_mut(scope) {
            Some(own) if self.lean > 0 => own,
            _ => &mut self.shared,
        };
        bucket.refuse(now);
        bucket.close(until);
    }

    /// Stops counting a request as in flight.
    pub(super) fn end(&mut self, scope: &str) {
        self.shared.end();
        if let Some(own) = self.scoped.get_mut(scope) {
            own.end();
        }
    }

    fn remember(&mut self, scope: &str) {
        if self.scoped.contains_key(scope) {
            return;
        }
        if self.scoped.len() >= SCOPES {
            self.scoped.retain(|_, bucket| bucket.is_in_use());
        }
        self.scoped.insert(scope.to_owned(), Bucket::new(self.limit));
    }
}

/// Returns a function that returns true for each scope that shares the bucket of
/// `scope`.
fn sharing(is_scoped: bool, scope: &str) -> impl Fn(&str) -> bool {
    move |other| !is_scoped || other == scope
}
