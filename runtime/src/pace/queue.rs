//! The requests that wait for a bucket of a set, in the order of their arrival.
//!
//! No request holds a lock while it waits. A page that was requested ahead is polled
//! only when its consumer returns, and must not block others until then.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

/// The longest wait before the level, which may have risen, is checked again.
pub(super) const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The time without a poll after which others may overtake a request.
const ASLEEP: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(super) struct Queue {
    /// The waiting requests, by ascending numbers.
    waiting: BTreeMap<u64, Waiting>,
    last: u64,
}

#[derive(Debug)]
struct Waiting {
    scope: String,
    looked_at: Duration,
    wake: Arc<Notify>,
}

impl Waiting {
    fn is_awake(&self, now: Duration) -> bool {
        now.saturating_sub(self.looked_at) < ASLEEP
    }
}

impl Queue {
    /// Returns true if no request is ahead of this one, of those that are being polled
    /// and whose scope matches. `number` is `None` for a request that doesn't wait yet.
    pub(super) fn is_first(
        &self,
        number: Option<u64>,
        now: Duration,
        is_among: impl Fn(&str) -> bool,
    ) -> bool {
        let mut ahead = self.waiting.range(..number.unwrap_or(u64::MAX));
        !ahead.any(|(_, other)| other.is_awake(now) && is_among(&other.scope))
    }

    /// Adds a request to the queue, or notes its poll. Returns its number, and the
    /// signal that wakes it when it is first.
    pub(super) fn wait(
        &mut self,
        number: Option<u64>,
        scope: &str,
        now: Duration,
    ) -> (u64, Arc<Notify>) {
        let number = number.unwrap_or_else(|| {
            self.last += 1;
            self.last
        });
        let new =
            || Waiting { scope: scope.to_owned(), looked_at: now, wake: Arc::default() };
        let waiting = self.waiting.entry(number).or_insert_with(new);
        waiting.looked_at = now;
        (number, Arc::clone(&waiting.wake))
    }

    /// Removes a request, and wakes the next one whose scope matches.
    pub(super) fn leave(
        &mut self,
        number: u64,
        now: Duration,
        is_among: impl Fn(&str) -> bool,
    ) {
        self.waiting.remove(&number);
        let mut others = self.waiting.values();
        if let Some(next) =
            others.find(|other| other.is_awake(now) && is_among(&other.scope))
        {
            next.wake.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unpolled_request_is_overtaken_and_is_first_again_afterwards() {
        let at = Duration::from_secs;
        let mut queue = Queue::default();
        let any = |_: &str| true;
        let (first, _) = queue.wait(None, "a", at(0));
        let (second, _) = queue.wait(None, "b", at(1));
        assert!(queue.is_first(Some(first), at(1), any));
        assert!(!queue.is_first(Some(second), at(1), any));
        assert!(!queue.is_first(None, at(1), any));
        // A request in a bucket of its own waits for no other.
        assert!(queue.is_first(Some(second), at(1), |scope| scope == "b"));
        assert!(queue.is_first(Some(second), at(2), any));
        queue.wait(Some(first), "a", at(2));
        assert!(!queue.is_first(Some(second), at(2), any));
        queue.leave(first, at(2), any);
        assert!(queue.is_first(Some(second), at(2), any));
        queue.leave(second, at(2), any);
        assert!(queue.is_first(None, at(2), any));
    }
}
