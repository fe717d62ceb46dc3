//! Credentials from a provider, which may replace them.
//!
//! Invariants:
//! - At most one request to the provider is in flight, and all calls without credentials
//!   wait for it.
//! - Credentials that are due but valid are used while one call requests new ones.
//! - A refusal by the service leads to a request to the provider at most every 30
//!   seconds, and to a second attempt only with other credentials.
//! - No IO happens under a lock.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};

use super::TokenSettings;
use super::in_flight::{InFlight, Pending, renewed};
use super::refusal::ends_for_a_missing_role;
use super::scheme::{Lease, Scheme};
use crate::clock::{self, Clock, Deadline};
use crate::connection::{Call, Connection};
use crate::credentials::{Credentials, CredentialsProvider};
use crate::error::{Error, Kind};
use crate::failure::Failure;
use crate::trace::{self, Reason};
use crate::transport::Body;

/// The time limit of the provider.
const LIMIT: Duration = Duration::from_secs(55);

/// The shortest time between two refusals that lead to a request to the provider. Also
/// the time for which credentials that could not be replaced are used before the next
/// request.
const RENEWAL_BACKOFF: Duration = Duration::from_secs(30);

/// The longest time between the moment at which credentials are due and their expiry.
/// If a tenth of the lifetime that they have left on arrival is shorter, it is used
/// instead.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// A provider and its latest credentials.
pub(crate) struct Provided {
    provider: Arc<dyn CredentialsProvider>,
    settings: TokenSettings,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Current>>,
    /// The credentials before the current ones. Requests still in flight may carry them.
    previous: Option<Arc<Current>>,
    /// The time of the next request to the provider, on the monotonic clock; `None` for
    /// never.
    due: Option<Duration>,
    /// The request to the provider in flight.
    pending: InFlight<Credentials>,
    /// The last time that a refusal led to a request to the provider, on the monotonic
    /// clock.
    forced_at: Option<Duration>,
}

/// Credentials in use.
struct Current {
    credentials: Credentials,
    scheme: Arc<Scheme>,
}

impl Current {
    /// Returns true if both authenticate requests the same way.
    fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.scheme, &other.scheme)
    }
}

impl Provided {
    pub(super) fn new(
        provider: Arc<dyn CredentialsProvider>,
        settings: TokenSettings,
    ) -> Self {
        Self { provider, settings, state: Mutex::default() }
    }

    /// Sends a call, and a second time where the service refuses the credentials and the
    /// provider has others.
    pub(super) async fn send(
        &self,
        connection: &Connection,
        call: &Call,
        deadline: Deadline,
    ) -> Result<(Response<Body>, Lease), Failure> {
        let (telemetry, called) = (&connection.telemetry, call.operation());
        let current = pin!(self.current(deadline));
        let current = trace::waiting(telemetry, Reason::Token, called, current).await;
        let current = current.map_err(Failure::unsent)?;
        let sent = current.scheme.send(connection, call, deadline).await;
        let (response, lease) = match sent {
            Ok((response, lease)) if response.status() == StatusCode::UNAUTHORIZED => {
                let (response, is_role) =
                    ends_for_a_missing_role(connection, call, response, deadline).await;
                if is_role {
                    return Ok((response, lease));
                }
                (Ok(response), lease)
            }
            Err(failure) if is_refusal(&failure.error) => (Err(failure), Lease::NOTHING),
            other => return other,
        };
        let Some(other) = self.replace(&current).await else {
            return response.map(|response| (response, lease));
        };
        if let Ok(response) = response {
            connection.drain(response.into_body()).await;
        }
        lease.release();
        other.scheme.send(connection, call, deadline).await
    }

    /// Returns the credentials in use. Requests them from the provider where there are
    /// none, or where they are due.
    async fn current(&self, deadline: Deadline) -> Result<Arc<Current>, Failure> {
        let (held, pending) = {
            let mut state = self.state();
            let held = state.current.clone();
            let held = held.filter(|held| self.is_valid(&held.credentials));
            let now = self.clock().monotonic();
            if let Some(held) = &held
                && state.due.is_none_or(|due| now < due)
            {
                return Ok(Arc::clone(held));
            }
            // The next call doesn't wait for a request that fails, hangs or is dropped.
            state.due = Some(now.saturating_add(RENEWAL_BACKOFF));
            let pending = self.pending(&mut state);
            (held, pending)
        };
        let Some(held) = held else {
            let outcome = pending.clone().await;
            return self.settle(&pending, outcome);
        };
        let outcome = renewed(self.clock(), deadline, &pending).await;
        // A later call ends a request that is still in flight.
        let renewed = outcome.map(|outcome| self.settle(&pending, outcome));
        Ok(renewed.and_then(Result::ok).unwrap_or(held))
    }

    /// Returns other credentials than the refused ones, if the provider has any.
    async fn replace(&self, refused: &Arc<Current>) -> Option<Arc<Current>> {
        let pending = {
            let mut state = self.state();
            if let Some(current) = &state.current
                && !current.is_same_as(refused)
            {
                return Some(Arc::clone(current));
            }
            let now = self.clock().monotonic();
            let pauses = |forced_at| now.saturating_sub(forced_at) < RENEWAL_BACKOFF;
            if state.forced_at.is_some_and(pauses) && state.pending.get().is_none() {
                return None;
            }
            state.forced_at = Some(now);
            self.pending(&mut state)
        };
        let outcome = pending.clone().await;
        // If the request fails, the refusal is the more useful error.
        let current = self.settle(&pending, outcome).ok()?;
        (!current.is_same_as(refused)).then_some(current)
    }

    /// Returns the request to the provider in flight, and starts one if there is none.
    fn pending(&self, state: &mut State) -> Pending<Credentials> {
        if let Some(pending) = state.pending.get() {
            return pending;
        }
        let provider = Arc::clone(&self.provider);
        let clock = Arc::clone(&self.settings.connection.clock);
        state.pending.begin(async move {
            let provided = AssertUnwindSafe(async { provider.provide().await });
            match clock::within(&*clock, LIMIT, provided.catch_unwind()).await {
                Some(Ok(Ok(Some(credentials)))) => Ok(credentials),
                Some(Ok(Ok(None))) => Err(fail("it has none")),
                Some(Ok(Err(error))) => Err(fail(&error.to_string())),
                Some(Err(_)) => Err(fail("it panicked")),
                None => Err(fail(&format!("it took longer than {LIMIT:?}"))),
            }
        })
    }

    /// Keeps the provider's credentials, unless another call has done so.
    fn settle(
        &self,
        pending: &Pending<Credentials>,
        outcome: Result<Credentials, Failure>,
    ) -> Result<Arc<Current>, Failure> {
        let mut state = self.state();
        if !state.pending.end(pending) {
            let current = state.current.clone();
            return match outcome {
                Ok(_) => current.ok_or_else(|| fail("it has none")),
                Err(failure) => Err(failure),
            };
        }
        let credentials = outcome?;
        if !self.is_valid(&credentials) {
            return Err(fail("the credentials it gave have expired"));
        }
        let due = self.due(&credentials);
        let same = state.current.clone();
        let same = same.filter(|held| held.credentials.is_same_as(&credentials));
        let scheme = match &same {
            // The nonces and tokens of the same credentials stay usable, even if their
            // expiry has changed.
            Some(held) => Arc::clone(&held.scheme),
            None => Arc::new(Scheme::new(credentials.clone(), self.settings.clone())?),
        };
        let current = Arc::new(Current { credentials, scheme });
        if same.is_none() {
            state.previous = state.current.take();
        }
        state.current = Some(Arc::clone(&current));
        state.due = due;
        Ok(current)
    }

    fn is_valid(&self, credentials: &Credentials) -> bool {
        let now = self.clock().now();
        credentials.expires_at.is_none_or(|expires_at| now < expires_at)
    }

    /// Returns the time at which the provider is called to replace these credentials,
    /// on the monotonic clock; `None` for never.
    fn due(&self, credentials: &Credentials) -> Option<Duration> {
        let left = |expires_at: Timestamp| {
            let left = expires_at.duration_since(self.clock().now());
            let left = Duration::try_from(left.max(SignedDuration::ZERO));
            let left = left.unwrap_or_default();
            left - AHEAD.min(left / 10)
        };
        let end = credentials.expires_at.map(left);
        let first = end.into_iter().chain(credentials.refresh_after).min()?;
        Some(self.clock().monotonic().saturating_add(first))
    }

    /// Revokes the access tokens of the service accounts in use.
    pub(super) async fn revoke(&self) -> Result<(), Error> {
        let current = self.state().current.clone();
        match current {
            Some(current) => current.scheme.revoke().await,
            None => Ok(()),
        }
    }

    /// Removes the secrets in use from a response body.
    pub(super) fn scrub(&self, body: Bytes) -> Bytes {
        let (current, previous) = {
            let state = self.state();
            (state.current.clone(), state.previous.clone())
        };
        let known = current.iter().chain(&previous);
        known.fold(body, |body, known| known.scheme.scrub(body))
    }

    fn clock(&self) -> &dyn Clock {
        &*self.settings.connection.clock
    }

    /// Locks the state. The guard is never held across an await.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let current = self.state().current.clone();
        let current = current.as_ref().map(|current| &current.credentials);
        f.debug_tuple("Provided").field(&current).finish()
    }
}

/// Returns true if the token endpoint refused the credentials themselves.
fn is_refusal(error: &Error) -> bool {
    error.kind() == Kind::Token && matches!(error.status(), Some(400 | 401))
}

/// Creates the failure of a provider.
fn fail(what: &str) -> Failure {
    let message = format!("the credentials provider gave no credentials: {what}");
    Error::new(Kind::Configuration, message).into()
}
