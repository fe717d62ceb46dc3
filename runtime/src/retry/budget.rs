//! The retry budget of a client.

use std::sync::atomic::{AtomicU32, Ordering};

/// The initial and largest number of retries in the budget.
const CAPACITY: u32 = 100;

/// The number of successes that earn a retry.
const SUCCESSES: u32 = 2;

/// The retry budget of a client, so that an outage of the service does not multiply its
/// load. Once the budget is used up, calls fail at their first error until others
/// succeed.
#[derive(Debug)]
pub(crate) struct Budget {
    /// The rest of the budget, in units of what one success adds: half a retry.
    left: AtomicU32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: AtomicU32::new(CAPACITY * SUCCESSES) }
    }
}

impl Budget {
    /// Takes a retry. Returns false if none is left.
    pub(crate) fn take(&self) -> bool {
        self.change(|left| left.checked_sub(SUCCESSES))
    }

    /// Notes a success.
    pub(crate) fn earn(&self) {
        self.change(|left| (left < CAPACITY * SUCCESSES).then_some(left + 1));
    }

    fn change(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successes_earn_retries_up_to_the_capacity() {
        let budget = Budget::default();
        budget.earn();
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        budget.earn();
        assert!(!budget.take());
        budget.earn();
        assert!(budget.take() && !budget.take());
    }
}
