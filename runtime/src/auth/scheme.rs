//! A kind of credentials, prepared for authentication.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response};
use secrecy::{ExposeSecret, SecretString};

use super::digest::{ApiKey, Nonce};
use super::oauth::ServiceAccount;
use super::scrub::scrub;
use super::{TokenSettings, secret_header};
use crate::clock::Deadline;
use crate::connection::{Call, Connection};
use crate::credentials::{Credentials, Kind};
use crate::error::{Error, Kind as ErrorKind};
use crate::failure::Failure;
use crate::transport::Body;

/// An authentication scheme with its credentials.
pub(crate) enum Scheme {
    AccessToken { secret: SecretString, header: HeaderValue },
    ServiceAccount(Box<ServiceAccount>),
    ApiKey(Arc<ApiKey>),
}

impl Scheme {
    pub(super) fn new(
        credentials: Credentials,
        settings: TokenSettings,
    ) -> Result<Self, Error> {
        Ok(match credentials.kind {
            Kind::AccessToken(secret) => {
                let header = secret_header("Bearer ", secret.expose_secret())?;
                Self::AccessToken { secret, header }
            }
            Kind::ServiceAccount { id, secret } => {
                let account = ServiceAccount::new(&id, secret, settings)?;
                Self::ServiceAccount(Box::new(account))
            }
            Kind::ApiKey { .. } if !cfg!(feature = "api-keys") => {
                let message = "the credentials are an API key, which needs the feature \
                    `api-keys`: enable it, or use a service account";
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            Kind::ApiKey { public, private } => {
                Self::ApiKey(Arc::new(ApiKey::new(public, private)))
            }
        })
    }

    /// Sends a call: [`Auth::send`](super::Auth::send).
    pub(super) async fn send(
        &self,
        connection: &Connection,
        call: &Call,
        deadline: Deadline,
    ) -> Result<(Response<Body>, Lease), Failure> {
        let response = match self {
            Self::AccessToken { header, .. } => {
                call.send(connection, Some(header)).await?
            }
            Self::ServiceAccount(account) => {
                account.send(connection, call, deadline).await?
            }
            Self::ApiKey(key) => {
                // On the heap because the future is large: otherwise each request has
                // its size.
                let (response, nonce) = Box::pin(key.send(connection, call)).await?;
                let held = nonce.map(|nonce| (Arc::clone(key), nonce));
                return Ok((response, Lease(held)));
            }
        };
        Ok((response, Lease::NOTHING))
    }

    /// Revokes the access tokens of a service account; does nothing for other credentials.
    pub(super) async fn revoke(&self) -> Result<(), Error> {
        match self {
            Self::ServiceAccount(account) => account.revoke().await,
            Self::AccessToken { .. } | Self::ApiKey(_) => Ok(()),
        }
    }

    /// Returns the probable reason of a 401: a token that was passed in is not renewed.
    pub(super) fn why_unauthorized(&self) -> Option<&'static str> {
        matches!(self, Self::AccessToken { .. }).then_some(
            "the access token was refused and may have expired: pass a new one, as \
             `atlas auth token` prints it, or the credentials of a service account",
        )
    }

    /// Removes the secrets in use from a response body.
    pub(super) fn scrub(&self, body: Bytes) -> Bytes {
        match self {
            Self::AccessToken { secret, .. } => scrub(body, secret.expose_secret()),
            Self::ServiceAccount(account) => account.scrub(body),
            Self::ApiKey(key) => key.scrub(body),
        }
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessToken { .. } => "AccessToken(..)",
            Self::ServiceAccount(_) => "ServiceAccount(..)",
            Self::ApiKey(_) => "ApiKey(..)",
        })
    }
}

/// The part of the credentials that a request holds until its response has been read:
/// the nonce of Digest, which is in one request at a time.
pub(crate) struct Lease(Option<(Arc<ApiKey>, Nonce)>);

impl Lease {
    /// The lease of a request that holds none.
    pub(super) const NOTHING: Self = Self(None);

    /// Returns the nonce to the pool. A lease that is dropped instead discards it,
    /// because the server may or may not have counted a request that broke off.
    pub(crate) fn release(self) {
        if let Some((key, nonce)) = self.0 {
            key.give_back(nonce);
        }
    }
}
