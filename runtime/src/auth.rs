//! Authentication: sends requests with credentials, and interprets refusals (401).
//!
//! Each scheme has a file. A scheme doesn't decide about retries: it marks the failures
//! that happened before anything was executed, and the retry policy decides.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Response};

use crate::clock::Deadline;
use crate::connection::{Call, Connection, Limits};
use crate::credentials::{Credentials, CredentialsProvider};
use crate::error::{Error, Kind};
use crate::failure::Failure;
use crate::retry::RetryPolicy;
use crate::template::encode;
use crate::transport::Body;

pub use store::{AccessToken, FileStore, MemoryStore, TokenStore};

use provided::Provided;
pub(crate) use scheme::Lease;
use scheme::Scheme;
pub(crate) use scrub::scrub;

mod digest;
mod in_flight;
pub(crate) mod oauth;
mod provided;
mod refusal;
mod scheme;
mod scrub;
mod store;

/// The authentication of a client.
pub(crate) enum Auth {
    None,
    /// Fixed credentials.
    Fixed(Scheme),
    /// Credentials from a provider, which may replace them.
    Provided(Box<Provided>),
}

impl Auth {
    /// Creates the authentication from fixed credentials. A service account requests
    /// tokens with the `settings`.
    pub(crate) fn fixed(
        credentials: Credentials,
        settings: TokenSettings,
    ) -> Result<Self, Error> {
        Scheme::new(credentials, settings).map(Self::Fixed)
    }

    /// Creates the authentication from a provider.
    pub(crate) fn provided(
        provider: Arc<dyn CredentialsProvider>,
        settings: TokenSettings,
    ) -> Self {
        Self::Provided(Box::new(Provided::new(provider, settings)))
    }

    /// Sends a call. Sends it a second time where the credentials are good but the
    /// nonce or token derived from them has expired. `limit` is the time that the
    /// attempt has left.
    pub(crate) async fn send(
        &self,
        connection: &Connection,
        call: &Call,
        limit: Option<Duration>,
    ) -> Result<(Response<Body>, Lease), Failure> {
        match self {
            _ if call.is_anonymous() => {
                Ok((call.send(connection, None).await?, Lease::NOTHING))
            }
            Self::None => Ok((call.send(connection, None).await?, Lease::NOTHING)),
            Self::Fixed(scheme) => {
                let deadline = Deadline::after(&*connection.clock, limit);
                scheme.send(connection, call, deadline).await
            }
            // On the heap because the future is large: otherwise each request has its
            // size.
            Self::Provided(provided) => {
                let deadline = Deadline::after(&*connection.clock, limit);
                Box::pin(provided.send(connection, call, deadline)).await
            }
        }
    }

    /// Revokes the access tokens of a service account; does nothing for other credentials.
    pub(crate) async fn revoke(&self) -> Result<(), Error> {
        match self {
            Self::None => Ok(()),
            Self::Fixed(scheme) => scheme.revoke().await,
            Self::Provided(provided) => provided.revoke().await,
        }
    }

    /// Returns the probable reason for a 401, if these credentials have a particular
    /// one.
    pub(crate) fn why_unauthorized(&self) -> Option<&'static str> {
        match self {
            Self::None => Some("the client was built without credentials"),
            Self::Fixed(scheme) => scheme.why_unauthorized(),
            Self::Provided(_) => None,
        }
    }

    /// Removes the secrets in use from a response body: the page of a proxy may repeat
    /// the request's headers.
    pub(crate) fn scrub(&self, body: Bytes) -> Bytes {
        match self {
            Self::None => body,
            Self::Fixed(scheme) => scheme.scrub(body),
            Self::Provided(provided) => provided.scrub(body),
        }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Fixed(scheme) => scheme.fmt(f),
            Self::Provided(provided) => provided.fmt(f),
        }
    }
}

/// The settings with which a service account requests tokens.
#[derive(Clone)]
pub(crate) struct TokenSettings {
    pub(crate) connection: Connection,
    pub(crate) retry: RetryPolicy,
    pub(crate) limits: Limits,
    pub(crate) store: Arc<dyn TokenStore>,
}

/// Creates a header value that no `Debug` prints.
fn secret_header(scheme: &str, secret: &str) -> Result<HeaderValue, Error> {
    let Ok(mut value) = HeaderValue::from_str(&format!("{scheme}{secret}")) else {
        // Without a source: it would quote the secret.
        let message = "the credentials hold a character that a header can't carry";
        return Err(Error::new(Kind::Configuration, message));
    };
    value.set_sensitive(true);
    Ok(value)
}

/// Creates the header of HTTP Basic for an OAuth client (RFC 6749 section 2.3.1). Both
/// parts are percent-encoded, which doesn't change those that Atlas issues.
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
