//! Service accounts: OAuth 2.0 client credentials (RFC 6749 section 4.4).
//!
//! Invariants: at most one token request is in flight for a client; who waits for one shares
//! its outcome, a failure included; a token that is due but valid is used while one task
//! renews it; dropping any of the futures here leaves the account usable.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;

use super::store::{AccessToken, TokenStore};
use super::{basic, scrub, secret_header};
use crate::client::Core;
use crate::client::base::Base;
use crate::clock;
use crate::error::{Error, Kind};
use crate::exchange::{Call, Failure, OTHER_SERVER, status_error};
use crate::retry::Again;
use crate::trace;

/// Where an access token is asked for.
pub(crate) const TOKEN: &str = "/api/oauth/token";

/// Where an access token is taken back.
pub(crate) const REVOKE: &str = "/api/oauth/revoke";

/// How long a token lives where the endpoint doesn't say (Atlas: "valid for 1 hour").
const LIFETIME: i64 = 3600;

/// How much of a token's answer is read.
const ANSWER_LIMIT: u64 = 1 << 20;

/// How long a token that could not be renewed goes on before the next try.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// How long the call that happens to renew a token waits at most, for it has one that will do.
const PATIENCE: Duration = Duration::from_secs(5);

/// A service account and its token.
pub(crate) struct ServiceAccount {
    secret: SecretString,
    basic: HeaderValue,
    /// What the token is kept under in the store.
    key: String,
    store: Arc<dyn TokenStore>,
    state: Mutex<State>,
    /// Whoever holds it is the one that requests.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    token: Option<Bearer>,
    /// The last token that the service refused: a store may still have it.
    refused: Option<SecretString>,
    /// How many token requests failed, and how the last of them did.
    failures: u64,
    failure: Option<Failure>,
}

/// A token as requests carry it.
#[derive(Clone)]
pub(crate) struct Bearer {
    /// Shared, for a clone would be made and zeroed for each request.
    token: Arc<AccessToken>,
    header: HeaderValue,
    /// When to ask for the next one.
    due: Timestamp,
}

impl Bearer {
    fn new(token: AccessToken, now: Timestamp, random: f64) -> Result<Self, Error> {
        let header = secret_header("Bearer ", token.expose_secret())?;
        // 10 to 20 % of its life ahead, so that processes that began together part.
        let left = token.expires_at().duration_since(now).as_secs_f64().max(0.0);
        let ahead = SignedDuration::try_from_secs_f64(left * (0.1 + random / 10.0));
        let ahead = ahead.unwrap_or_default();
        let due = token.expires_at().checked_sub(ahead).unwrap_or(now);
        Ok(Self { token: Arc::new(token), header, due })
    }

    pub(crate) fn header(&self) -> &HeaderValue {
        &self.header
    }

    fn secret(&self) -> &str {
        self.token.expose_secret()
    }

    fn is_valid(&self, now: Timestamp) -> bool {
        now < self.token.expires_at()
    }
}

impl ServiceAccount {
    pub(crate) fn new(
        id: String,
        secret: SecretString,
        base: &Base,
        store: Arc<dyn TokenStore>,
    ) -> Result<Self, Error> {
        let basic = basic(&id, secret.expose_secret())?;
        let key = format!("{}#{id}", base.as_str());
        let (state, turn) = Default::default();
        Ok(Self { secret, basic, key, store, state, turn })
    }

    /// Returns a valid token, which is requested if there is none, for a try that has so much
    /// time.
    pub(crate) async fn token(
        &self,
        core: &Core,
        limit: Option<Duration>,
    ) -> Result<Bearer, Failure> {
        let (held, failures) = {
            let state = self.state();
            (state.token.clone(), state.failures)
        };
        let now = core.clock.now();
        match held.filter(|held| held.is_valid(now)) {
            Some(held) if now < held.due => Ok(held),
            // On the heap, for it is rare and large: else every request carries its size.
            held => Box::pin(self.next(core, held, failures, limit)).await,
        }
    }

    /// Returns the token that comes after one that is due, expired or refused.
    async fn next(
        &self,
        core: &Core,
        held: Option<Bearer>,
        failures: u64,
        limit: Option<Duration>,
    ) -> Result<Bearer, Failure> {
        let now = core.clock.now();
        if let Some(held) = held {
            // Somebody else is at it: this one will do until then.
            let Ok(_turn) = self.turn.try_lock() else { return Ok(held) };
            if let Some(newer) = self.held(now).filter(|newer| now < newer.due) {
                return Ok(newer);
            }
            // Before anything else: a renewal that fails, hangs or is dropped is not begun again
            // by the next call.
            let held = self.postpone(held, now);
            // The call needs the rest of its time for itself.
            let patience = limit.map_or(PATIENCE, |limit| PATIENCE.min(limit / 2));
            let renewed = {
                let renewal = pin!(self.obtain(core, Some(&held)));
                clock::limit(&*core.clock, Some(patience), renewal).await
            };
            return Ok(renewed.and_then(Result::ok).unwrap_or(held));
        }
        let _turn = self.turn.lock().await;
        if let Some(held) = self.held(core.clock.now()) {
            return Ok(held);
        }
        {
            let state = self.state();
            if let (true, Some(failure)) = (state.failures != failures, &state.failure) {
                return Err(failure.clone());
            }
        }
        let obtained = self.obtain(core, None).await;
        if let Err(failure) = &obtained {
            let mut state = self.state();
            state.failures += 1;
            state.failure = Some(failure.clone());
        }
        obtained
    }

    /// Gives up a token that the service refused, unless a newer one took its place.
    pub(crate) fn refuse(&self, bearer: &Bearer) {
        let mut state = self.state();
        if state.token.as_ref().is_some_and(|held| held.secret() == bearer.secret()) {
            state.token = None;
        }
        state.refused = Some(SecretString::from(bearer.secret()));
    }

    /// Takes the token back, in the service and in the store.
    pub(crate) async fn revoke(&self, core: &Core) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        // Another process that saves its token now would save this one along with it.
        let _store = self.store.turn().await;
        let held = self.state().token.take();
        let stored = self.store.load(&self.key).await.ok().flatten();
        _ = self.store.remove(&self.key).await;
        let held = held.map(|held| held.token);
        let Some(token) = held.or_else(|| stored.map(Arc::new)) else { return Ok(()) };
        let secret = token.expose_secret();
        self.state().refused = Some(SecretString::from(secret));
        let token = crate::request::path::encode(secret);
        let form = format!("token={token}&token_type_hint=access_token");
        match self.post(core, REVOKE, form).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(failure.error),
        }
    }

    pub(super) fn scrub(&self, body: Bytes) -> Bytes {
        let body = scrub(body, self.secret.expose_secret());
        let body = scrub(body, self.basic.to_str().unwrap_or_default());
        let (held, refused) = {
            let state = self.state();
            (state.token.clone(), state.refused.clone())
        };
        let body = held.map_or(body.clone(), |held| scrub(body, held.secret()));
        refused.map_or(body.clone(), |refused| scrub(body, refused.expose_secret()))
    }

    /// Takes a token from the store or requests one, and keeps it.
    ///
    /// The caller has the turn. `old` is a token to do better than.
    async fn obtain(
        &self,
        core: &Core,
        old: Option<&Bearer>,
    ) -> Result<Bearer, Failure> {
        let keep = |token| -> Result<Bearer, Failure> {
            Ok(self.hold(Bearer::new(token, core.clock.now(), clock::jitter())?))
        };
        if let Some(token) = self.stored(old, core.clock.now()).await {
            return keep(token);
        }
        // Of the processes that share the store, one requests and the others find its token.
        let _turn = self.store.turn().await;
        if let Some(token) = self.stored(old, core.clock.now()).await {
            return keep(token);
        }
        let token = self.request(core).await?;
        let bearer = keep(token)?;
        if let Err(error) = self.store.save(&self.key, &bearer.token).await {
            trace::store_failed(&error);
        }
        Ok(bearer)
    }

    async fn stored(&self, old: Option<&Bearer>, now: Timestamp) -> Option<AccessToken> {
        let token = match self.store.load(&self.key).await {
            Ok(token) => token?,
            Err(error) => {
                trace::store_failed(&error);
                return None;
            }
        };
        let known = |other: &str| other == token.expose_secret();
        let is_refused = self
            .state()
            .refused
            .as_ref()
            .is_some_and(|secret| known(secret.expose_secret()));
        let is_old = old.is_some_and(|old| known(old.secret()));
        (now < token.expires_at() && !is_refused && !is_old).then_some(token)
    }

    /// Requests a token.
    async fn request(&self, core: &Core) -> Result<AccessToken, Failure> {
        let asked = core.clock.now();
        let form = "grant_type=client_credentials".to_owned();
        let body = self.post(core, TOKEN, form).await?;
        let unusable = || {
            // Without the body: it may hold a token.
            let what = "the token endpoint's answer holds no bearer token";
            Error::new(Kind::Token, format!("{what}; {OTHER_SERVER}"))
        };
        let answer: Json = serde_json::from_slice(&body).map_err(|_| unusable())?;
        let text = |name: &str| answer.get(name).and_then(Json::as_str);
        let is_bearer =
            text("token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        let secret = text("access_token").filter(|token| is_bearer && !token.is_empty());
        let secret = secret.ok_or_else(unusable)?;
        let seconds = answer.get("expires_in").and_then(seconds).unwrap_or(LIFETIME);
        // Counted from before the request, and less one, for there it may have begun at the
        // last whole second: so it never ends later here.
        let lifetime = SignedDuration::from_secs(seconds.saturating_sub(1).max(0));
        let expires_at = asked.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        Ok(AccessToken::new(secret, expires_at))
    }

    async fn post(
        &self,
        core: &Core,
        path: &str,
        form: String,
    ) -> Result<Bytes, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, content_type);
        let call = Call::plain(core, Method::POST, path, headers, Some(form.into()));
        // A token request does nothing that a repeat would do twice but count against the
        // number of active tokens, and nothing of the caller's request has left.
        let failed = |error: Error, retry_after: Option<Duration>| Failure {
            error,
            again: Again::Always(retry_after),
        };
        let response = match call.send(core, Some(&self.basic)).await {
            Ok(response) => response,
            // Nothing that another attempt would mend.
            Err(failure) if failure.again == Again::Never => return Err(failure),
            Err(failure) => return Err(failed(failure.error, None)),
        };
        let (parts, body) = response.into_parts();
        let body = crate::exchange::read(core, &parts.headers, body, ANSWER_LIMIT)
            .await
            .map_err(|failure| failed(failure.error, None))?;
        if parts.status.is_success() {
            return Ok(body);
        }
        let body = self.scrub(body);
        let error = status_error(Kind::Token, parts.status, &parts.headers, body);
        let again = match Again::after(parts.status, &parts.headers, core.clock.now()) {
            _ if error.is_too_many_tokens() => Again::Never,
            Again::IfRepeatable(retry_after) => Again::Always(retry_after),
            again => again,
        };
        Err(Failure { error, again })
    }

    fn held(&self, now: Timestamp) -> Option<Bearer> {
        self.state().token.clone().filter(|held| held.is_valid(now))
    }

    fn hold(&self, bearer: Bearer) -> Bearer {
        self.state().token = Some(bearer.clone());
        bearer
    }

    /// Goes on for a while with a token that is due.
    fn postpone(&self, mut bearer: Bearer, now: Timestamp) -> Bearer {
        bearer.due = now.checked_add(PAUSE).unwrap_or(Timestamp::MAX);
        let mut state = self.state();
        // It may have been refused in the meantime.
        if state.token.as_ref().is_some_and(|held| held.secret() == bearer.secret()) {
            state.token = Some(bearer.clone());
        }
        drop(state);
        bearer
    }

    /// Never held across an await.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a number of seconds, which not every server writes as a whole number (RFC 6749 section
/// 5.1 says nothing about strings).
fn seconds(value: &Json) -> Option<i64> {
    match value {
        Json::String(text) => {
            text.trim().parse().ok().map(|seconds: f64| seconds as i64)
        }
        _ => value.as_i64().or_else(|| Some(value.as_f64()? as i64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_due_10_to_20_percent_ahead_of_its_end() {
        let now: Timestamp = "2026-08-06T12:00:00Z".parse().unwrap();
        let due = |seconds, random| {
            let end = now + SignedDuration::from_secs(seconds);
            let bearer = Bearer::new(AccessToken::new("t", end), now, random).unwrap();
            bearer.due.duration_since(now).as_secs()
        };
        assert_eq!([0.0, 0.5, 1.0].map(|random| due(3600, random)), [3240, 3060, 2880]);
        assert_eq!(due(0, 0.5), 0);
        // One that was over before it came is due since then.
        assert_eq!(due(-10, 0.5), -10);
    }
}
