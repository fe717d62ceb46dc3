//! Replies that the fake offers and a mock doesn't: the fake's own response, delayed or changed.

use std::sync::Arc;
use std::time::Duration;

use atlas_admin_runtime::codec::{Json, Value};
use atlas_admin_runtime::testing::Expectation;
use atlas_admin_runtime::testing::for_fake::{self, Change, Outcome};

/// Replies of an [`Expectation`] of [`FakeService::on`](crate::FakeService::on) that a mock
/// doesn't offer: the fake's own response, delayed or changed.
pub trait FakeExpectation<T>: sealed::Sealed {
    /// Responds as the fake would without the expectation.
    fn pass(self) -> Self;

    /// Responds as the fake does, after `wait`.
    fn slow(self, wait: Duration) -> Self;

    /// Changes the stored resource, and then responds as the fake does. The closure runs without a
    /// lock and may use the fake. The result of the closure overwrites changes that were made to
    /// the resource while the closure ran.
    fn change(self, change: impl Fn(&mut T) + Send + Sync + 'static) -> Self
    where
        T: Value + Default;
}

impl<T> FakeExpectation<T> for Expectation<'_, T> {
    fn pass(self) -> Self {
        self.slow(Duration::ZERO)
    }

    fn slow(self, wait: Duration) -> Self {
        let reply = Arc::new(move |_: &_| Outcome::Stored { wait, change: None });
        for_fake::reply(self, reply)
    }

    fn change(self, change: impl Fn(&mut T) + Send + Sync + 'static) -> Self
    where
        T: Value + Default,
    {
        let change: Change = Arc::new(move |json: &mut Json| {
            let mut value = T::default();
            if for_fake::read(&mut value, json).is_ok() {
                change(&mut value);
                if let Ok(changed) = for_fake::to_json(&value) {
                    *json = changed;
                }
            }
        });
        let reply = move |_: &_| Outcome::Stored {
            wait: Duration::ZERO,
            change: Some(change.clone()),
        };
        for_fake::reply(self, Arc::new(reply))
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for atlas_admin_runtime::testing::Expectation<'_, T> {}
}
