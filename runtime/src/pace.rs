//! Pacing: a client waits before the service would refuse its requests.
//!
//! The service limits requests by token buckets. A bucket belongs to a set of
//! operations and, depending on the set, to a project, an organization, a caller or an
//! IP address. Responses state the capacity of a bucket (`RateLimit-Limit`) and its
//! level (`RateLimit-Remaining`), but not its name, its refill rate or its scope. So
//! sets are identified by the operation group and the limit. Whether a set has one
//! bucket in all or one per project is inferred from the levels: the assumption that
//! explains them better counts. The refill rate is measured.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use tokio::sync::Notify;

use crate::clock::{self, Clock};
use crate::headers::RateLimit;
use crate::headers::retry_after;
use crate::operation::Operation;

use bucket::Said;
use set::{Set, Wait};

mod bucket;
mod queue;
mod set;

/// The number of requests for an operation that may be in flight before the first
/// response states its limit.
const STARTING: u32 = 16;

/// The longest wait of a request for the first response of its operation.
const START_LIMIT: Duration = Duration::from_secs(2);

/// The longest time for which a refusal keeps all other requests waiting. The service's
/// limits are per minute, and one wrong `Retry-After` must not stop a client forever.
const LONGEST_CLOSED: Duration = Duration::from_secs(60);

/// A pacer that sends requests at the rate that the service allows.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    state: Mutex<State>,
    /// Wakes the requests that wait for the first response of an operation.
    started: Notify,
}

/// The state of a pacer. The maps are ordered, because comparing a few keys is faster
/// than hashing.
#[derive(Debug, Default)]
struct State {
    /// The rate limits of operations, by their IDs.
    operations: HashMap<&'static str, Known>,
    sets: Sets,
}

/// The sets, by operation group and limit.
type Sets = HashMap<(&'static str, u64), Set>;

#[derive(Debug)]
enum Known {
    /// Requests are in flight, and no response has arrived.
    Starting(u32),
    /// Responses state this limit.
    Limited(u64),
    /// Responses state no limit.
    Unlimited,
}

/// The permission to send one request. The caller must report the response with
/// [`Permit::observe`].
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    pacer: &'a Pacer,
    clock: &'a dyn Clock,
    operation: &'static Operation,
    scope: &'a str,
    counted: Counted,
    /// The time at which the permission was given, on the monotonic clock.
    sent_at: Duration,
}

/// The counter that includes a request in flight.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Counted {
    Starting,
    InSet(u64),
    Nowhere,
}

/// The next step of a request that asks for permission.
enum Admission {
    Go(Counted),
    AwaitStart,
    Wait(Wait),
}

/// A request that may have to wait. Dropping it ends the wait.
struct Waiting<'a> {
    pacer: &'a Pacer,
    clock: &'a dyn Clock,
    operation: &'static Operation,
    scope: &'a str,
    /// The limit of the set in whose queue the request waits, and its number in that
    /// queue; `None` if it waits in no queue.
    place: Option<(u64, u64)>,
}

impl Pacer {
    /// Waits until a request may be sent.
    ///
    /// `scope` is the project or organization of the request, to which its bucket may
    /// belong. Requests of a bucket are sent in the order of their arrival, except
    /// those that nothing polls.
    pub(crate) async fn admit<'a>(
        &'a self,
        clock: &'a dyn Clock,
        operation: &'static Operation,
        scope: &'a str,
    ) -> Permit<'a> {
        let mut waiting = Waiting { pacer: self, clock, operation, scope, place: None };
        let mut has_waited = false;
        let counted = loop {
            let started = self.started.notified();
            match waiting.look(has_waited) {
                Admission::Go(counted) => break counted,
                Admission::AwaitStart => {
                    let started = clock::within(clock, START_LIMIT, started).await;
                    has_waited = started.is_none();
                }
                Admission::Wait(wait) => {
                    clock::within(clock, wait.time, wait.wake.notified()).await;
                }
            }
        };
        let sent_at = clock.monotonic();
        Permit { pacer: self, clock, operation, scope, counted, sent_at }
    }

    /// Locks the state. The guard is never held across an await.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting<'_> {
    /// Checks whether the request may be sent. A request that `has_waited` for the first
    /// response of its operation doesn't wait for it again.
    fn look(&mut self, has_waited: bool) -> Admission {
        let mut state = self.pacer.state();
        let State { operations, sets } = &mut *state;
        let id = self.operation.id;
        let limit = match operations.entry(id).or_insert(Known::Starting(0)) {
            Known::Limited(limit) => *limit,
            Known::Unlimited => return Admission::Go(Counted::Nowhere),
            Known::Starting(in_flight) if *in_flight < STARTING || has_waited => {
                *in_flight += 1;
                return Admission::Go(Counted::Starting);
            }
            Known::Starting(_) => return Admission::AwaitStart,
        };
        if self.place.is_some_and(|(other, _)| other != limit) {
            self.leave(sets);
        }
        let set = sets.entry((self.operation.tag, limit));
        let set = set.or_insert_with(|| Set::new(limit));
        let number = self.place.map(|(_, number)| number);
        match set.take(self.scope, number, self.clock.monotonic()) {
            Ok(()) => {
                self.place = None;
                Admission::Go(Counted::InSet(limit))
            }
            Err(wait) => {
                self.place = Some((limit, wait.number));
                Admission::Wait(wait)
            }
        }
    }

    /// Leaves the queue in which the request waits.
    fn leave(&mut self, sets: &mut Sets) {
        if let Some((limit, number)) = self.place.take()
            && let Some(set) = sets.get_mut(&(self.operation.tag, limit))
        {
            set.leave(self.scope, number, self.clock.monotonic());
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.place.is_some() {
            let mut state = self.pacer.state();
            self.leave(&mut state.sets);
        }
    }
}

impl Permit<'_> {
    /// Updates the state from the response to the request.
    pub(crate) fn observe(&mut self, status: StatusCode, headers: &HeaderMap) {
        let said = RateLimit::read(headers);
        let (id, tag) = (self.operation.id, self.operation.tag);
        let mut state = self.pacer.state();
        let others = self.end(&mut state);
        let is_refused = status == StatusCode::TOO_MANY_REQUESTS;
        let before = match state.operations.get(id) {
            Some(Known::Limited(limit)) => Some(*limit),
            _ => None,
        };
        // A limit of 0 would block all requests, so it can't be meant that way.
        let limit = said.and_then(|said| said.limit).filter(|limit| *limit > 0);
        let limit = limit.or(before);
        // An error of a server in front of the service says nothing about the service's
        // limits.
        let known = match limit {
            Some(limit) => Known::Limited(limit),
            None if status.is_success() => Known::Unlimited,
            None => return,
        };
        if limit.is_none() || limit != before {
            state.operations.insert(id, known);
            self.pacer.started.notify_waiters();
        }
        let remaining = said.and_then(|said| said.remaining);
        let remaining = if is_refused { Some(0) } else { remaining };
        if let (Some(limit), Some(remaining)) = (limit, remaining) {
            let now = self.clock.monotonic();
            let set = state.sets.entry((tag, limit)).or_insert_with(|| Set::new(limit));
            let sent_at = self.sent_at;
            let said = Said { remaining: remaining as f64, others, sent_at };
            set.observe(self.scope, said, now);
            if is_refused {
                let wait = retry_after(headers, self.clock.now()).unwrap_or_default();
                let wait = wait.min(LONGEST_CLOSED);
                set.refuse(self.scope, now, now.saturating_add(wait));
            }
        }
    }

    /// Stops counting the request as in flight. Returns the number of others in flight
    /// that were sent before the limit was known.
    fn end(&mut self, state: &mut State) -> u32 {
        let counted = std::mem::replace(&mut self.counted, Counted::Nowhere);
        let others = match state.operations.get_mut(self.operation.id) {
            Some(Known::Starting(in_flight)) => {
                if counted == Counted::Starting {
                    *in_flight = in_flight.saturating_sub(1);
                    self.pacer.started.notify_one();
                }
                *in_flight
            }
            _ => 0,
        };
        if let Counted::InSet(limit) = counted
            && let Some(set) = state.sets.get_mut(&(self.operation.tag, limit))
        {
            set.end(self.scope);
        }
        others
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.counted != Counted::Nowhere {
            let mut state = self.pacer.state();
            self.end(&mut state);
        }
    }
}
