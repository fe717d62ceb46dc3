//! A request for credentials or for a token, shared by all calls of a client.
//!
//! No call owns the request: it makes progress while any call waits for it, and
//! outlives the call that started it.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::Shared;

use crate::clock::{self, Clock, Deadline};
use crate::failure::Failure;
use crate::transport::BoxFuture;

/// The longest wait of a call that has usable credentials or a usable token.
const RENEWAL_LIMIT: Duration = Duration::from_secs(2);

/// A request in flight. All clones wait for the same outcome.
pub(super) type Pending<T> = Shared<BoxFuture<'static, Result<T, Failure>>>;

/// The request in flight, if there is one.
pub(super) struct InFlight<T>(Option<Pending<T>>);

impl<T: Clone> InFlight<T> {
    /// Returns the request in flight.
    pub(super) fn get(&self) -> Option<Pending<T>> {
        self.0.clone()
    }

    /// Starts a request.
    pub(super) fn begin(
        &mut self,
        request: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Pending<T> {
        let request: BoxFuture<'static, _> = Box::pin(request);
        self.0.insert(request.shared()).clone()
    }

    /// Ends a request that has an outcome. Returns false if another call has ended it
    /// before, and kept the outcome.
    pub(super) fn end(&mut self, ended: &Pending<T>) -> bool {
        self.0.take_if(|pending| pending.ptr_eq(ended)).is_some()
    }
}

impl<T> Default for InFlight<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// Waits for the outcome of a request, on behalf of a call that can proceed without it.
/// `deadline` is that of the call's attempt, which needs most of the remaining time to
/// send the call. Returns `None` if the request is still in flight; a later call ends
/// it.
pub(super) async fn renewed<T: Clone>(
    clock: &dyn Clock,
    deadline: Deadline,
    pending: &Pending<T>,
) -> Option<Result<T, Failure>> {
    let left = deadline.left(clock);
    let limit = left.map_or(RENEWAL_LIMIT, |left| RENEWAL_LIMIT.min(left / 4));
    clock::within(clock, limit, pending.clone()).await
}
