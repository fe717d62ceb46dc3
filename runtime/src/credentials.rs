//! Who calls: the kinds of credentials that the service takes.

use std::fmt;

use secrecy::SecretString;

/// What a client authenticates with.
///
/// `Debug` prints the kind and the public half, never the secret half. The secret is zeroed
/// when it is dropped.
///
/// ```
/// use atlas_admin_runtime::Credentials;
///
/// let credentials = Credentials::api_key("abcdefgh", "a-b-c-d");
/// assert_eq!(format!("{credentials:?}"), "ApiKey { public: \"abcdefgh\", .. }");
/// ```
#[derive(Clone)]
pub struct Credentials(pub(crate) Kind);

#[derive(Clone)]
pub(crate) enum Kind {
    ServiceAccount { id: String, secret: SecretString },
    ApiKey { public: String, private: SecretString },
    AccessToken(SecretString),
}

impl Credentials {
    /// A service account: its client ID (`mdb_sa_id_…`) and secret (`mdb_sa_sk_…`), exchanged
    /// for access tokens (OAuth 2.0 client credentials, RFC 6749 section 4.4).
    pub fn service_account(id: impl Into<String>, secret: impl Into<String>) -> Self {
        let secret = SecretString::from(secret.into());
        Self(Kind::ServiceAccount { id: id.into(), secret })
    }

    /// An API key: its public and private part, over HTTP Digest (RFC 7616).
    ///
    /// Without the feature `api-keys`, which is on by default, a client with an API key is not
    /// built: [`ClientBuilder::build`](crate::ClientBuilder::build) returns an error.
    pub fn api_key(public: impl Into<String>, private: impl Into<String>) -> Self {
        let private = SecretString::from(private.into());
        Self(Kind::ApiKey { public: public.into(), private })
    }

    /// An access token that somebody else requested; it is not renewed.
    pub fn access_token(token: impl Into<String>) -> Self {
        Self(Kind::AccessToken(SecretString::from(token.into())))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
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
}
