//! Service accounts: OAuth 2.0 client credentials (RFC 6749 section 4.4).
//!
//! Invariants:
//! - At most one token request is in flight for a client.
//! - A token request outlives the call that started it, and all calls that wait for a
//!   token share its outcome.
//! - A failure is shared until the next attempt is due.
//! - A token that is due but valid is used while one call renews it.
//! - No IO happens under a lock.
//! - Dropping any of the futures here leaves the account usable.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use super::TokenSettings;
use super::in_flight::{InFlight, Pending, renewed};
use super::refusal::ends_for_a_missing_role;
use super::store::AccessToken;
use crate::clock::{self, Clock, Deadline};
use crate::connection::{Call, Connection};
use crate::error::{Error, Kind};
use crate::failure::{Failure, Retryability};
use crate::trace::{self, Reason};
use crate::transport::Body;

use bearer::Bearer;
use endpoint::{Endpoint, Known};
#[cfg(feature = "testing")]
pub(crate) use endpoint::{REVOKE, TOKEN};

mod bearer;
mod endpoint;

/// The time for which a token that could not be renewed is used before the next attempt.
const RENEWAL_BACKOFF: SignedDuration = SignedDuration::from_secs(30);

/// The time after a token request caused by a refusal in which no other refusal causes
/// one. The service also responds with 401 where a role is missing, and allows 100
/// active tokens.
const REFUSAL_PAUSE: Duration = Duration::from_secs(5 * 60);

/// The first wait after a failure of the token endpoint; the wait doubles with each
/// further one.
const BACKOFF: Duration = Duration::from_millis(500);

/// The longest wait after a failure of the token endpoint.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// The longest time for which a failure of the token endpoint is shared. One wrong
/// `Retry-After`, such as that of a proxy's page, must not stop a client forever.
const LONGEST_SHARED: Duration = Duration::from_secs(5 * 60);

/// A service account and its token.
pub(crate) struct ServiceAccount {
    endpoint: Arc<Endpoint>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Bearer>,
    /// The last token that the service refused. The store may still hold it.
    refused: Option<SecretString>,
    /// The last time that a refusal caused a token request, on the monotonic clock.
    forced_at: Option<Duration>,
    /// The token that is being requested.
    pending: InFlight<Bearer>,
    /// Whether a call is renewing the token, and waits for it.
    is_renewing: bool,
    /// The last failure of a token request, and the time until which calls share the
    /// failure, on the monotonic clock.
    failure: Option<(Failure, Duration)>,
    /// The number of failures in a row.
    failures: u32,
}

/// A request to which the service responded with 401.
struct Refusal {
    bearer: Bearer,
    /// The time at which the request was sent, on the monotonic clock.
    sent_at: Duration,
    /// The end of the attempt's time.
    deadline: Deadline,
}

impl ServiceAccount {
    pub(crate) fn new(
        id: &str,
        secret: SecretString,
        settings: TokenSettings,
    ) -> Result<Self, Error> {
        let endpoint = Arc::new(Endpoint::new(id, secret, settings)?);
        Ok(Self { endpoint, state: Mutex::default() })
    }

    /// Sends a call with a token, and a second time where another token may help.
    pub(crate) async fn send(
        &self,
        connection: &Connection,
        call: &Call,
        deadline: Deadline,
    ) -> Result<Response<Body>, Failure> {
        let (telemetry, called) = (&connection.telemetry, call.operation());
        let token = pin!(self.token(deadline, call.begun()));
        let bearer = trace::waiting(telemetry, Reason::Token, called, token).await?;
        let sent_at = connection.clock.monotonic();
        let response = call.send(connection, Some(bearer.header())).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            bearer.worked(connection.clock.monotonic());
            return Ok(response);
        }
        let refused = Refusal { bearer, sent_at, deadline };
        Box::pin(self.send_again(connection, call, refused, response)).await
    }

    /// Returns a valid token, requesting one if needed. `deadline` is that of the
    /// attempt; `begun` is the time at which the call began, on the monotonic clock.
    async fn token(
        &self,
        deadline: Deadline,
        begun: Duration,
    ) -> Result<Bearer, Failure> {
        let now = self.clock().now();
        let held = self.state().token.clone().filter(|held| held.is_valid(now));
        match held {
            Some(held) if now < held.due => Ok(held),
            // On the heap because both are rare and large: otherwise each request has
            // their size.
            Some(held) => Ok(Box::pin(self.renew(held, deadline)).await),
            None => Box::pin(self.obtain(begun)).await,
        }
    }

    /// Returns the successor of a token that is due, or the due token if no successor
    /// is available yet.
    async fn renew(&self, held: Bearer, deadline: Deadline) -> Bearer {
        let pending = {
            let mut state = self.state();
            if state.is_renewing {
                return held;
            }
            let begun = self.clock().monotonic();
            let Ok(pending) = self.pending(&mut state, begun) else { return held };
            state.is_renewing = true;
            // Before anything else, so that the next call doesn't wait for a renewal
            // that fails, hangs or is dropped.
            self.postpone(&mut state, &held);
            pending
        };
        let _renewing = Renewing(self);
        let outcome = renewed(self.clock(), deadline, &pending).await;
        match outcome.map(|outcome| self.settle(&pending, outcome)) {
            Some(Ok(renewed)) => renewed,
            // A later call ends a request that is still in flight.
            Some(Err(_)) | None => held,
        }
    }

    /// Returns the token that is being requested.
    async fn obtain(&self, begun: Duration) -> Result<Bearer, Failure> {
        let pending = {
            let mut state = self.state();
            // Another call may have received a token in the meantime.
            let now = self.clock().now();
            if let Some(held) = state.token.clone().filter(|held| held.is_valid(now)) {
                return Ok(held);
            }
            self.pending(&mut state, begun)?
        };
        let outcome = pending.clone().await;
        self.settle(&pending, outcome)
    }

    /// Returns the token request in flight, and starts one if there is none. Fails
    /// where the last request failed and the next is not due, or failed permanently
    /// after the call began.
    fn pending(
        &self,
        state: &mut State,
        begun: Duration,
    ) -> Result<Pending<Bearer>, Failure> {
        if let Some(pending) = state.pending.get() {
            return Ok(pending);
        }
        let now = self.clock().monotonic();
        if let Some((failure, until)) = &state.failure {
            let waited = failure.retryability == Retryability::Never && begun <= *until;
            if now < *until || waited {
                return Err(put_off(failure.clone(), until.saturating_sub(now)));
            }
        }
        let known = Known {
            held: state.token.as_ref().map(|held| held.secret().into()),
            refused: state.refused.clone(),
        };
        Ok(state.pending.begin(Arc::clone(&self.endpoint).obtain(known)))
    }

    /// Keeps the outcome of a token request, unless another call has done so.
    fn settle(
        &self,
        pending: &Pending<Bearer>,
        outcome: Result<Bearer, Failure>,
    ) -> Result<Bearer, Failure> {
        let now = self.clock().monotonic();
        let mut state = self.state();
        if !state.pending.end(pending) {
            return outcome;
        }
        match outcome {
            Ok(bearer) => {
                state.failure = None;
                state.failures = 0;
                state.token = Some(bearer.clone());
                Ok(bearer)
            }
            Err(failure) => {
                state.failures = state.failures.saturating_add(1);
                let wait = backoff(&failure, state.failures);
                state.failure = Some((failure.clone(), now.saturating_add(wait)));
                Err(put_off(failure, wait))
            }
        }
    }

    /// Sends a refused request (401) a second time, where another token may help; else
    /// returns the refusal.
    async fn send_again(
        &self,
        connection: &Connection,
        call: &Call,
        refusal: Refusal,
        response: Response<Body>,
    ) -> Result<Response<Body>, Failure> {
        let (response, is_role) =
            ends_for_a_missing_role(connection, call, response, refusal.deadline).await;
        if is_role {
            return Ok(response);
        }
        let Some(next) = self.replace(&refusal).await? else { return Ok(response) };
        let response = call.send(connection, Some(next.header())).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            next.worked(connection.clock.monotonic());
        }
        Ok(response)
    }

    /// Returns another token than the refused one. Returns `None` where the refusal had
    /// another cause, or where tokens would be requested too often.
    async fn replace(&self, refusal: &Refusal) -> Result<Option<Bearer>, Failure> {
        let now = self.clock().monotonic();
        let bearer = &refusal.bearer;
        let pending = {
            let mut state = self.state();
            if let Some(newer) = &state.token
                && newer.secret() != bearer.secret()
            {
                return Ok(Some(newer.clone()));
            }
            if bearer.has_worked_since(refusal.sent_at) {
                return Ok(None);
            }
            state.refused = Some(bearer.secret().into());
            let pauses = |forced_at| now.saturating_sub(forced_at) < REFUSAL_PAUSE;
            if state.forced_at.is_some_and(pauses) {
                None
            } else {
                Some(self.pending(&mut state, now)?)
            }
        };
        let Some(pending) = pending else {
            // Another process may have stored a newer token, which costs no request.
            let known = Known { held: None, refused: Some(bearer.secret().into()) };
            let stored = self.endpoint.stored(&known).await;
            let mut state = self.state();
            // Another call may have received a newer token than that in the meantime.
            if let (Some(held), Some(stored)) = (&mut state.token, &stored)
                && held.secret() == bearer.secret()
            {
                *held = stored.clone();
            }
            return Ok(stored);
        };
        let outcome = pending.clone().await;
        let renewed = self.settle(&pending, outcome)?;
        self.state().forced_at = Some(now);
        Ok(Some(renewed))
    }

    /// Revokes the tokens of this client and of its store, within the time limit of a call.
    pub(crate) async fn revoke(&self) -> Result<(), Error> {
        let total = self.endpoint.limit();
        let revoked = clock::within(self.clock(), total, self.revoke_all()).await;
        revoked.unwrap_or_else(|| {
            let limit = total.unwrap_or_default();
            let message =
                format!("not revoked within the time limit of a call, {limit:?}");
            Err(Error::new(Kind::Timeout, message))
        })
    }

    async fn revoke_all(&self) -> Result<(), Error> {
        // A token that is still being requested would outlive the others.
        let pending = self.state().pending.get();
        if let Some(pending) = pending {
            let outcome = pending.clone().await;
            _ = self.settle(&pending, outcome);
        }
        let held = self.state().token.as_ref().map(|held| Arc::clone(&held.token));
        let stored = self.endpoint.load().await.map(Arc::new);
        let is_other = |stored: &Arc<AccessToken>| {
            held.as_ref()
                .is_none_or(|held| held.expose_secret() != stored.expose_secret())
        };
        let mut result = Ok(());
        for token in held.iter().chain(stored.iter().filter(|token| is_other(token))) {
            let revoked = match token.expires_at() > self.clock().now() {
                true => self.endpoint.revoke(token.expose_secret()).await,
                false => Ok(()),
            };
            match revoked {
                Ok(()) => self.forget(token.expose_secret()).await,
                Err(error) => result = Err(error),
            }
        }
        result
    }

    /// Forgets a revoked token.
    async fn forget(&self, secret: &str) {
        {
            let mut state = self.state();
            if state.token.as_ref().is_some_and(|held| held.secret() == secret) {
                state.token = None;
            }
            state.refused = Some(secret.into());
        }
        self.endpoint.remove(secret).await;
    }

    pub(super) fn scrub(&self, body: Bytes) -> Bytes {
        let (held, refused) = {
            let state = self.state();
            (state.token.clone(), state.refused.clone())
        };
        let held = held.as_ref().map(Bearer::secret);
        let refused = refused.as_ref().map(ExposeSecret::expose_secret);
        let body = self.endpoint.scrub(body);
        held.into_iter().chain(refused).fold(body, super::scrub)
    }

    /// Postpones the renewal of a token that is due, which is used in the meantime.
    fn postpone(&self, state: &mut State, held: &Bearer) {
        let now = self.clock().now();
        if let Some(token) = &mut state.token
            && token.secret() == held.secret()
        {
            token.due = now.checked_add(RENEWAL_BACKOFF).unwrap_or(Timestamp::MAX);
        }
    }

    fn clock(&self) -> &dyn Clock {
        self.endpoint.clock()
    }

    /// Locks the state. The guard is never held across an await.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks, until dropped, that a call is renewing the token.
struct Renewing<'a>(&'a ServiceAccount);

impl Drop for Renewing<'_> {
    fn drop(&mut self) {
        self.0.state().is_renewing = false;
    }
}

/// Notes in a failure when the next token request is due.
fn put_off(mut failure: Failure, wait: Duration) -> Failure {
    if failure.retryability != Retryability::Never {
        failure.retryability = Retryability::Always(Some(wait));
    }
    failure
}

/// Returns the time for which a failure is shared before the next token request.
fn backoff(failure: &Failure, failures: u32) -> Duration {
    let retry_after = match failure.retryability {
        // Waiting doesn't help: the next caller has changed something.
        Retryability::Never => return Duration::ZERO,
        Retryability::IfRepeatable(after) | Retryability::Always(after) => after,
    };
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
    let wait = BACKOFF.saturating_mul(doubled).min(LONGEST_BACKOFF);
    // Half of it is random, so that processes that failed together don't retry together.
    let wait = wait.mul_f64(0.5 + clock::jitter() / 2.0);
    retry_after.map_or(wait, |after| after.clamp(wait, LONGEST_SHARED))
}
