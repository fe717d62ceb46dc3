//! Pacing: a client slows down before the service refuses its requests.
//!
//! The service limits requests by token buckets, one for each set of operations and, by the set,
//! for each project, organization, caller or address. Its responses tell what a bucket holds at
//! most (`RateLimit-Limit`) and still (`RateLimit-Remaining`), but neither its name, nor how fast
//! it is refilled, nor what it is for. So the sets are told apart by the operation group and the
//! limit; whether each has one bucket or one for each project is judged by which of the two
//! explains the figures; and how fast they are refilled is measured.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use tokio::sync::Notify;

use crate::clock::{self, Clock};
use crate::operation::Operation;
use crate::response::RateLimit;
use crate::retry::retry_after;

use bucket::Said;
use set::{Set, Wait};

mod bucket;
mod queue;
mod set;

/// The number of requests for an operation that may be in flight before the first response tells
/// its limit.
const STARTING: u32 = 16;

/// The longest wait of a request for that response.
const START_LIMIT: Duration = Duration::from_secs(2);

/// Lets requests go at the pace that the service allows.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    state: Mutex<State>,
    /// Tells those who wait for the first response of an operation.
    started: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The knowledge about operations, by their ids.
    operations: HashMap<&'static str, Known>,
    sets: Sets,
}

/// The sets, by operation group and limit.
type Sets = HashMap<(&'static str, u64), Set>;

#[derive(Debug)]
enum Known {
    /// Requests are in flight, and no response has come.
    Starting(u32),
    /// Responses tell this limit.
    Limited(u64),
    /// Responses tell no limit.
    Unlimited,
}

/// The permission to send one request. Its response has to be [observed](Permit::observe).
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    pacer: &'a Pacer,
    clock: &'a dyn Clock,
    operation: &'static Operation,
    scope: &'a str,
    counted: Counted,
    /// The time at which the request was let go, on the monotonic clock.
    sent_at: Duration,
}

/// The count that a request in flight belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Counted {
    Starting,
    InSet(u64),
    Nowhere,
}

/// The next step of a request that wants to go.
enum Admission {
    Go(Counted),
    AwaitStart,
    Wait(Wait),
}

/// A request that may have to wait, which it does no more when this is dropped.
struct Waiting<'a> {
    pacer: &'a Pacer,
    clock: &'a dyn Clock,
    operation: &'static Operation,
    scope: &'a str,
    /// The limit of the set whose queue it is in, and its number there.
    place: Option<(u64, u64)>,
}

impl Pacer {
    /// Waits until a request may be sent.
    ///
    /// `scope` is what a bucket may be for: the project or organization of the request. Requests
    /// of a bucket go in the order in which they came, but for those that nobody polls.
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

    /// Never held across an await.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting<'_> {
    /// Looks whether the request may go. One that `has_waited` for the first response of its
    /// operation does not wait for it again.
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

    /// Leaves the queue that the request waits in.
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
    /// Learns from the response to the request.
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
        // One of 0 would let nothing through: a server that says so means something else.
        let limit = said.and_then(|said| said.limit).filter(|limit| *limit > 0);
        let limit = limit.or(before);
        // An error of something before the service says nothing about its limits.
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
                set.refuse(self.scope, now, now.saturating_add(wait));
            }
        }
    }

    /// Stops counting the request as in flight; returns how many others are that were sent
    /// before the limit was known.
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
