//! Authentication: requests sent with credentials, and what a refusal means.
//!
//! One file for each scheme. None of them decides about retries: they tell what was refused
//! before anything was done, and the retry policy decides.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Response};
use secrecy::{ExposeSecret, SecretString};

use crate::connection::{Call, Connection, Limits};
use crate::credentials::{Credentials, Kind as Credential};
use crate::error::{Error, Kind};
use crate::failure::Failure;
use crate::retry::RetryPolicy;
use crate::template::encode;
use crate::transport::Body;

pub use store::{AccessToken, FileStore, MemoryStore, TokenStore};

use digest::{ApiKey, Nonce};
use oauth::ServiceAccount;
pub(crate) use scrub::scrub;

mod digest;
pub(crate) mod oauth;
mod scrub;
mod store;

/// How a client authenticates.
pub(crate) enum Auth {
    None,
    AccessToken { secret: SecretString, header: HeaderValue },
    ServiceAccount(Box<ServiceAccount>),
    ApiKey(ApiKey),
}

impl Auth {
    /// Makes it of the credentials, and of what a service account needs to request tokens.
    pub(crate) fn new(
        credentials: Option<Credentials>,
        settings: impl FnOnce() -> TokenSettings,
    ) -> Result<Self, Error> {
        Ok(match credentials.map(|credentials| credentials.0) {
            None => Self::None,
            Some(Credential::AccessToken(secret)) => {
                let header = secret_header("Bearer ", secret.expose_secret())?;
                Self::AccessToken { secret, header }
            }
            Some(Credential::ServiceAccount { id, secret }) => {
                let account = ServiceAccount::new(&id, secret, settings())?;
                Self::ServiceAccount(Box::new(account))
            }
            Some(Credential::ApiKey { public, private }) => {
                Self::ApiKey(ApiKey::new(public, private))
            }
        })
    }

    /// Sends a call, and once more where the credentials were good but what was made of them
    /// has run out. `limit` is the rest of the attempt's time.
    pub(crate) async fn send(
        &self,
        connection: &Connection,
        call: &Call,
        limit: Option<Duration>,
    ) -> Result<(Response<Body>, Lease<'_>), Failure> {
        let response = match self {
            Self::None => call.send(connection, None).await?,
            Self::AccessToken { header, .. } => {
                call.send(connection, Some(header)).await?
            }
            Self::ServiceAccount(account) => {
                account.send(connection, call, limit).await?
            }
            Self::ApiKey(key) => {
                // On the heap, for the way to a nonce is large: else every request has its size.
                let (response, nonce) = Box::pin(key.send(connection, call)).await?;
                return Ok((response, Lease(nonce.map(|nonce| (key, nonce)))));
            }
        };
        Ok((response, Lease(None)))
    }

    /// Revokes the access tokens of a service account; does nothing for other credentials.
    pub(crate) async fn revoke(&self) -> Result<(), Error> {
        match self {
            Self::ServiceAccount(account) => account.revoke().await,
            _ => Ok(()),
        }
    }

    /// Tells whether requests are sent with credentials.
    pub(crate) fn has_credentials(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Takes the secrets in use out of an answer, for it may be the page of a proxy that
    /// repeats what it was sent.
    pub(crate) fn scrub(&self, body: Bytes) -> Bytes {
        match self {
            Self::None => body,
            Self::AccessToken { secret, .. } => scrub(body, secret.expose_secret()),
            Self::ServiceAccount(account) => account.scrub(body),
            Self::ApiKey(key) => key.scrub(body),
        }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::AccessToken { .. } => "AccessToken(..)",
            Self::ServiceAccount(_) => "ServiceAccount(..)",
            Self::ApiKey(_) => "ApiKey(..)",
        })
    }
}

/// What a service account needs to request tokens.
pub(crate) struct TokenSettings {
    pub(crate) connection: Connection,
    pub(crate) retry: RetryPolicy,
    pub(crate) limits: Limits,
    pub(crate) store: Arc<dyn TokenStore>,
}

/// What a request holds of the client's credentials until its response has been read: the nonce
/// of Digest, which is in one request at a time.
pub(crate) struct Lease<'a>(Option<(&'a ApiKey, Nonce)>);

impl Lease<'_> {
    /// Gives back what is held. A lease that is dropped instead takes it along, for nobody knows
    /// whether the server counted a request that broke.
    pub(crate) fn release(self) {
        if let Some((key, nonce)) = self.0 {
            key.give_back(nonce);
        }
    }
}

/// Makes a header value that no `Debug` prints.
fn secret_header(scheme: &str, secret: &str) -> Result<HeaderValue, Error> {
    let Ok(mut value) = HeaderValue::from_str(&format!("{scheme}{secret}")) else {
        // Without a source: it would quote the secret.
        let message = "the credentials hold a character that a header can't carry";
        return Err(Error::new(Kind::Configuration, message));
    };
    value.set_sensitive(true);
    Ok(value)
}

/// Makes the header of HTTP Basic for a client of OAuth (RFC 6749 section 2.3.1): both parts
/// percent-encoded, which leaves those that the service hands out as they are.
fn basic(id: &str, secret: &str) -> Result<HeaderValue, Error> {
    let pair = format!("{}:{}", encode(id), encode(secret));
    secret_header("Basic ", &BASE64_STANDARD.encode(pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_request_authenticates_as_the_introduction_says() {
        let header = basic("mdb_sa_id_66281bc6", "mdb_sa_sk_a-B_c").unwrap();
        let expected = BASE64_STANDARD.encode("mdb_sa_id_66281bc6:mdb_sa_sk_a-B_c");
        assert_eq!(header.to_str().unwrap(), format!("Basic {expected}"));
        assert!(!format!("{header:?}").contains(&expected));
    }
}
