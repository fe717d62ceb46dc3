//! Authentication: what a request has to carry, and what a refusal means.
//!
//! One file for each scheme. None of them decides about retries: they tell what was refused
//! before anything was done, and [`retry`](crate::retry) decides.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::client::Core;
use crate::credentials::{Credentials, Kind as Credential};
use crate::error::{Error, Kind};

pub use store::{AccessToken, FileStore, MemoryStore, TokenStore};

pub(crate) use digest::{ApiKey, Nonce};
pub(crate) use oauth::{Refusal, ServiceAccount};
use scrub::scrub;

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
    /// Makes it of the credentials, and of a core without any.
    pub(crate) fn new(
        credentials: Option<Credentials>,
        core: &Core,
        store: Arc<dyn TokenStore>,
    ) -> Result<Self, Error> {
        Ok(match credentials.map(|credentials| credentials.0) {
            None => Self::None,
            Some(Credential::AccessToken(secret)) => {
                let header = secret_header("Bearer ", secret.expose_secret())?;
                Self::AccessToken { secret, header }
            }
            Some(Credential::ServiceAccount { id, secret }) => {
                let core = core.without_credentials();
                let account = ServiceAccount::new(&id, secret, core, store)?;
                Self::ServiceAccount(Box::new(account))
            }
            Some(Credential::ApiKey { .. }) if !cfg!(feature = "api-keys") => {
                let message = "the credentials are an API key, which needs the feature \
                    `api-keys`: turn it on, or use a service account";
                return Err(Error::new(Kind::Configuration, message));
            }
            Some(Credential::ApiKey { public, private }) => {
                Self::ApiKey(ApiKey::new(public, private))
            }
        })
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
    use crate::request::path::encode;
    let pair = format!("{}:{}", encode(id), encode(secret));
    secret_header("Basic ", &BASE64_STANDARD.encode(pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(all(feature = "testing", not(feature = "api-keys")))]
    #[test]
    fn an_api_key_without_its_feature_is_told() {
        let (_, mock) = crate::testing::mock_client();
        let builder = mock.client_builder();
        let builder = builder.credentials(Credentials::api_key("public", "hunter2"));
        let error = builder.build().unwrap_err().to_string();
        assert!(error.contains("`api-keys`") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn the_token_request_authenticates_as_the_introduction_says() {
        let header = basic("mdb_sa_id_66281bc6", "mdb_sa_sk_a-B_c").unwrap();
        let expected = BASE64_STANDARD.encode("mdb_sa_id_66281bc6:mdb_sa_sk_a-B_c");
        assert_eq!(header.to_str().unwrap(), format!("Basic {expected}"));
        assert!(!format!("{header:?}").contains(&expected));
    }
}
