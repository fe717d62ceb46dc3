//! The token endpoint of the service, and the token store that is consulted first.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;

use super::Bearer;
use crate::auth::{AccessToken, TokenSettings, basic, scrub};
use crate::clock::{self, Clock};
use crate::connection::{Call, read};
use crate::error::{Error, Kind, OTHER_SERVER, status_error};
use crate::failure::{Failure, Retryability};
use crate::template::encode;
use crate::trace;

/// The path of token requests.
pub(crate) const TOKEN: &str = "/api/oauth/token";

/// The path of revocations.
pub(crate) const REVOKE: &str = "/api/oauth/revoke";

/// The assumed lifetime of a token in seconds if the response states none (Atlas:
/// "valid for 1 hour"), or one of 0 or less: otherwise each call would request a token,
/// and the service allows 100 active ones.
const LIFETIME: i64 = 3600;

/// The largest response that is read, in bytes.
const RESPONSE_LIMIT: u64 = 1 << 20;

/// The time limit of a request if the client has no limit for an attempt.
const LIMIT: Duration = Duration::from_secs(60);

/// The time limit of the store for loading or saving. Without a result in that time, a
/// token is requested.
const STORE_LIMIT: Duration = Duration::from_secs(5);

/// The time limit of the store for granting this process the exclusive right to request
/// a token.
const LOCK_LIMIT: Duration = Duration::from_secs(15);

/// The token endpoint, the account that calls it, and its store.
pub(super) struct Endpoint {
    settings: TokenSettings,
    secret: SecretString,
    basic: HeaderValue,
    /// The key of the token in the store.
    key: String,
}

/// The tokens that are not to be loaded: the one that is due, and the one that was
/// refused.
pub(super) struct Known {
    pub(super) held: Option<SecretString>,
    pub(super) refused: Option<SecretString>,
}

impl Known {
    fn has(&self, secret: &str) -> bool {
        let mut known = self.held.iter().chain(&self.refused);
        known.any(|known| known.expose_secret() == secret)
    }
}

impl Endpoint {
    pub(super) fn new(
        id: &str,
        secret: SecretString,
        settings: TokenSettings,
    ) -> Result<Self, Error> {
        let basic = basic(id, secret.expose_secret())?;
        let key = format!("{}#{id}", settings.connection.base.as_str());
        Ok(Self { settings, secret, basic, key })
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.settings.connection.clock
    }

    /// Returns the time limit of a call.
    pub(super) fn limit(&self) -> Option<Duration> {
        self.settings.limits.total
    }

    /// Loads a token from the store, or requests one and saves it.
    pub(super) async fn obtain(
        self: Arc<Self>,
        known: Known,
    ) -> Result<Bearer, Failure> {
        let obtained = AssertUnwindSafe(self.store_or_request(&known)).catch_unwind();
        obtained.await.unwrap_or_else(|_| {
            let message = "the token store panicked";
            Err(Error::new(Kind::Configuration, message).into())
        })
    }

    async fn store_or_request(&self, known: &Known) -> Result<Bearer, Failure> {
        if let Some(bearer) = self.stored(known).await {
            return Ok(bearer);
        }
        // Of the processes that share the store, one requests a token and the others
        // load it.
        let _lock = self.within(LOCK_LIMIT, self.settings.store.lock()).await;
        if let Some(bearer) = self.stored(known).await {
            return Ok(bearer);
        }
        let token = self.request().await?;
        let bearer = Bearer::new(token, self.clock().now(), clock::jitter())?;
        let saving = self.settings.store.save(&self.key, &bearer.token);
        if let Some(Err(error)) = self.within(STORE_LIMIT, saving).await {
            trace::store_failed(&error);
        }
        Ok(bearer)
    }

    /// Returns the stored token, if it is valid and not one of `known`.
    pub(super) async fn stored(&self, known: &Known) -> Option<Bearer> {
        let token = self.load().await?;
        let now = self.clock().now();
        let is_new = now < token.expires_at() && !known.has(token.expose_secret());
        is_new.then(|| Bearer::new(token, now, clock::jitter()).ok()).flatten()
    }

    /// Returns the stored token, expired or not.
    pub(super) async fn load(&self) -> Option<AccessToken> {
        match self.within(STORE_LIMIT, self.settings.store.load(&self.key)).await? {
            Ok(token) => token,
            Err(error) => {
                trace::store_failed(&error);
                None
            }
        }
    }

    /// Removes a token from the store, unless another has replaced it.
    pub(super) async fn remove(&self, secret: &str) {
        // Another process that saves its token at the same time would save this one
        // again.
        let _lock = self.within(LOCK_LIMIT, self.settings.store.lock()).await;
        let stored = self.load().await;
        if stored.is_some_and(|stored| stored.expose_secret() == secret)
            && let Some(Err(error)) =
                self.within(STORE_LIMIT, self.settings.store.remove(&self.key)).await
        {
            trace::store_failed(&error);
        }
    }

    /// Revokes a token (RFC 7009), with the client's retries.
    pub(super) async fn revoke(&self, secret: &str) -> Result<(), Error> {
        let mut attempts = 1;
        loop {
            let form = format!("token={}&token_type_hint=access_token", encode(secret));
            let Err(failure) = self.post(REVOKE, form, secret).await else {
                return Ok(());
            };
            // A revocation is as safe to repeat as a DELETE.
            let method = crate::operation::Method::Delete;
            let wait = self.settings.retry.wait(
                method,
                failure.retryability,
                attempts,
                clock::jitter(),
            );
            let Some(wait) = wait else {
                return Err(failure.error.after(attempts, failure.may_be_executed));
            };
            self.clock().sleep(wait).await;
            attempts += 1;
        }
    }

    /// Removes the account's secret from a body.
    pub(super) fn scrub(&self, body: Bytes) -> Bytes {
        let body = scrub(body, self.secret.expose_secret());
        let basic = self.basic.to_str().unwrap_or_default();
        scrub(body, basic.trim_start_matches("Basic "))
    }

    /// Requests a token.
    async fn request(&self) -> Result<AccessToken, Failure> {
        let requested_at = self.clock().now();
        let form = "grant_type=client_credentials".to_owned();
        let body = self.post(TOKEN, form, "").await?;
        let unusable = || {
            // Without the body: it may hold a token.
            let what = "the token endpoint's response holds no bearer token";
            Error::new(Kind::Token, format!("{what}; {OTHER_SERVER}"))
        };
        let response: Json = serde_json::from_slice(&body).map_err(|_| unusable())?;
        let text = |name: &str| response.get(name).and_then(Json::as_str);
        let is_bearer =
            text("token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        let secret = text("access_token").filter(|token| is_bearer && !token.is_empty());
        let secret = secret.ok_or_else(unusable)?;
        let seconds = response.get("expires_in").and_then(seconds);
        let seconds = seconds.filter(|seconds| *seconds > 0).unwrap_or(LIFETIME);
        // Counted from before the request, and reduced by one second, because the server
        // may have counted from the last whole second: so the lifetime never ends later
        // here than there.
        let lifetime = SignedDuration::from_secs(seconds.saturating_sub(1).max(0));
        let expires_at = requested_at.checked_add(lifetime);
        Ok(AccessToken::new(secret, expires_at.unwrap_or(jiff::Timestamp::MAX)))
    }

    /// Sends a form to the endpoint, within a limit of its own, because the calls that
    /// wait for it may give up earlier. `token` is the token in the form, which is
    /// removed from errors.
    async fn post(
        &self,
        path: &str,
        form: String,
        token: &str,
    ) -> Result<Bytes, Failure> {
        let limit = self.settings.limits.attempt.unwrap_or(LIMIT);
        let call = self.call(path, form);
        let refused = match path {
            REVOKE => "the access token was not revoked",
            _ => "the token endpoint gave no access token",
        };
        let posted = self.within(limit, self.exchange(&call, token, refused)).await;
        let failure = match posted {
            Some(Ok(body)) => {
                call.settle(None);
                return Ok(body);
            }
            Some(Err(failure)) => failure,
            None => {
                let message =
                    format!("the token endpoint did not respond within {limit:?}");
                let error = Error::new(Kind::Timeout, message);
                Failure::new(error, Retryability::Always(None))
            }
        };
        call.settle(Some(&failure.error));
        // Repeating a token request changes nothing but the number of active tokens, and
        // nothing of the caller's request was sent.
        Err(failure.unsent())
    }

    fn call(&self, path: &str, form: String) -> Call {
        let connection = &self.settings.connection;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, content_type);
        Call::new(connection, None, Method::POST, path, headers, Some(form.into()))
    }

    /// Sends a form once. `refused` is the message for a status other than success.
    async fn exchange(
        &self,
        call: &Call,
        token: &str,
        refused: &'static str,
    ) -> Result<Bytes, Failure> {
        let connection = &self.settings.connection;
        let response = call.send(connection, Some(&self.basic)).await?;
        let (parts, body) = response.into_parts();
        if parts.status.is_success() {
            let read = read(&parts.headers, body, RESPONSE_LIMIT).await;
            // Without the response: its body may hold a token.
            return read.map_err(|unread| unread.failure(None));
        }
        let body = connection.excerpt(&parts.headers, body, None).await;
        let body = scrub(self.scrub(body), token);
        let error =
            status_error(Kind::Token, refused, parts.status, &parts.headers, body);
        let retryability = match Retryability::after(
            parts.status,
            &parts.headers,
            connection.clock.now(),
        ) {
            _ if error.is_too_many_tokens() => Retryability::Never,
            retryability => retryability,
        };
        Err(Failure::new(error, retryability))
    }

    async fn within<F: Future>(&self, limit: Duration, future: F) -> Option<F::Output> {
        clock::within(self.clock(), limit, future).await
    }
}

/// Reads a number of seconds. Some servers write it as a fraction or as a string (RFC
/// 6749 section 5.1 says nothing about strings).
fn seconds(value: &Json) -> Option<i64> {
    match value {
        Json::String(text) => {
            text.trim().parse().ok().map(|seconds: f64| seconds as i64)
        }
        _ => value.as_i64().or_else(|| Some(value.as_f64()? as i64)),
    }
}
