//! Credentials: the kinds that the service accepts, and their providers.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

pub use chain::CredentialsChain;
pub use command::CommandCredentials;
pub(crate) use expiry::expiry;
pub use file::FileCredentials;
pub use provider::CredentialsProvider;

mod chain;
mod command;
mod expiry;
mod file;
mod provider;

/// The credentials that a client authenticates with.
///
/// `Debug` prints the kind and the public half, never the secret half. The secret is
/// zeroed on drop.
///
/// ```
/// use atlas_admin_runtime::Credentials;
///
/// let credentials = Credentials::api_key("abcdefgh", "a-b-c-d");
/// assert_eq!(format!("{credentials:?}"), "ApiKey { public: \"abcdefgh\", .. }");
/// ```
#[derive(Clone)]
pub struct Credentials {
    pub(crate) kind: Kind,
    /// The time from which the service refuses the credentials; `None` if unknown.
    pub(crate) expires_at: Option<Timestamp>,
    /// The time after which the provider is called again; `None` for never.
    pub(crate) refresh_after: Option<Duration>,
}

#[derive(Clone)]
pub(crate) enum Kind {
    ServiceAccount { id: String, secret: SecretString },
    ApiKey { public: String, private: SecretString },
    AccessToken(SecretString),
}

impl Credentials {
    /// Creates the credentials of a service account from its client ID (`mdb_sa_id_…`)
    /// and secret (`mdb_sa_sk_…`). The client exchanges them for access tokens (OAuth
    /// 2.0 client credentials, RFC 6749 section 4.4).
    ///
    /// They are fixed. To rotate the secret without a restart, use a
    /// [`CredentialsProvider`](crate::CredentialsProvider), such as
    /// [`FileCredentials`](crate::FileCredentials).
    pub fn service_account(id: impl Into<String>, secret: impl Into<String>) -> Self {
        let secret = SecretString::from(secret.into());
        Self::of(Kind::ServiceAccount { id: id.into(), secret })
    }

    /// Creates the credentials of an API key from its public and private part. The
    /// client uses them with HTTP Digest (RFC 7616).
    ///
    /// Without the feature `api-keys`, which is enabled by default,
    /// [`ClientBuilder::build`](crate::ClientBuilder::build) returns an error for an API
    /// key.
    pub fn api_key(public: impl Into<String>, private: impl Into<String>) -> Self {
        let private = SecretString::from(private.into());
        Self::of(Kind::ApiKey { public: public.into(), private })
    }

    /// Creates credentials from an access token that was requested elsewhere. The client
    /// doesn't renew the token.
    pub fn access_token(token: impl Into<String>) -> Self {
        Self::of(Kind::AccessToken(SecretString::from(token.into())))
    }

    /// Sets the time at which the credentials expire. Before that, the client calls
    /// their [provider](CredentialsProvider) again.
    #[must_use]
    pub fn expires_at(mut self, time: Timestamp) -> Self {
        self.expires_at = Some(time);
        self
    }

    /// Sets the time after which the client calls the [provider](CredentialsProvider)
    /// again, even if the credentials are still valid.
    #[must_use]
    pub fn refresh_after(mut self, time: Duration) -> Self {
        self.refresh_after = Some(time);
        self
    }

    fn of(kind: Kind) -> Self {
        Self { kind, expires_at: None, refresh_after: None }
    }

    /// Returns true if both credentials are the same for the service, regardless of
    /// their expiry.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        use Kind::{AccessToken, ApiKey, ServiceAccount};
        let same =
            |a: &SecretString, b: &SecretString| a.expose_secret() == b.expose_secret();
        match (&self.kind, &other.kind) {
            (
                ServiceAccount { id, secret },
                ServiceAccount { id: other, secret: secret_of_other },
            ) => id == other && same(secret, secret_of_other),
            (
                ApiKey { public, private },
                ApiKey { public: other, private: private_of_other },
            ) => public == other && same(private, private_of_other),
            (AccessToken(token), AccessToken(other)) => same(token, other),
            _ => false,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::ServiceAccount { id, .. } => {
                f.debug_struct("ServiceAccount").field("id", id).finish_non_exhaustive()
            }
            Kind::ApiKey { public, .. } => {
                f.debug_struct("ApiKey").field("public", public).finish_non_exhaustive()
            }
            Kind::AccessToken(_) => f.write_str("AccessToken(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_keeps_secrets() {
        for credentials in [
            Credentials::service_account("mdb_sa_id_1", "hunter2"),
            Credentials::api_key("abcdefgh", "hunter2"),
            Credentials::access_token("hunter2"),
        ] {
            assert!(!format!("{credentials:?}").contains("hunter2"));
        }
    }

    #[test]
    fn what_is_the_same_to_the_service() {
        let account = |secret| Credentials::service_account("id", secret);
        assert!(account("a").is_same_as(&account("a").expires_at(Timestamp::MAX)));
        for other in [
            account("b"),
            Credentials::service_account("other", "a"),
            Credentials::api_key("id", "a"),
            Credentials::access_token("a"),
        ] {
            assert!(!account("a").is_same_as(&other), "{other:?}");
        }
    }
}
