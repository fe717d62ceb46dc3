//! The kinds of credentials, as variables and profiles name them.

use jiff::Timestamp;

use crate::credentials::{Credentials, expiry};

/// The prefix of each part of a service account: its ID is `mdb_sa_id_…`.
const SERVICE_ACCOUNT: &str = "mdb_sa_";

/// A kind of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CredentialKind {
    AccessToken,
    ServiceAccount,
    ApiKey,
}

impl CredentialKind {
    /// Every kind, in the order of the search.
    pub(super) const ALL: [Self; 3] =
        [Self::AccessToken, Self::ServiceAccount, Self::ApiKey];

    /// Creates the credentials from their parts, which were found under these names.
    ///
    /// # Errors
    ///
    /// Returns why a part is unusable: it belongs to another kind, or has expired.
    pub(super) fn credentials(
        self,
        names: &[&str],
        parts: &[String],
        now: Timestamp,
    ) -> Result<Credentials, String> {
        Ok(match (self, parts) {
            (Self::AccessToken, [token]) => {
                if let Some(expiry) = expiry(token).filter(|expiry| *expiry <= now) {
                    return Err(expired(names[0], expiry));
                }
                Credentials::access_token(token)
            }
            (Self::ServiceAccount, [id, secret]) => {
                Credentials::service_account(id, secret)
            }
            (Self::ApiKey, [public, private]) => {
                self.check(names[0], public)?;
                Credentials::api_key(public, private)
            }
            _ => return Err(format!("{} is incomplete", names.join(" and "))),
        })
    }

    /// Returns an error if the first part of an API key is that of a service account.
    pub(super) fn check(self, name: &str, part: &str) -> Result<(), String> {
        if self != Self::ApiKey || !part.starts_with(SERVICE_ACCOUNT) {
            return Ok(());
        }
        let upper = name.chars().all(|c| !c.is_ascii_lowercase());
        let (id, secret) = if upper {
            ("MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET")
        } else {
            ("client_id", "client_secret")
        };
        Err(format!(
            "{name} holds a part of a service account ({SERVICE_ACCOUNT}…), not the public key \
             of an API key: put the service account's ID into {id} and its secret into {secret}"
        ))
    }
}

fn expired(name: &str, expiry: Timestamp) -> String {
    format!(
        "{name} expired at {expiry}; a token of a device login (`atlas auth login`) is renewed \
         by the Atlas CLI alone: `atlas auth token` renews and prints it"
    )
}

#[cfg(test)]
pub(super) fn token(claims: &str) -> String {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.c2lnbmF0dXJl", part(r#"{"alg":"ES512"}"#), part(claims))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_token_is_reported_without_its_text() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let make = |exp: i64| {
            let token = token(&format!(r#"{{"exp":{exp}}}"#));
            let made = CredentialKind::AccessToken.credentials(
                &["access_token"],
                std::slice::from_ref(&token),
                now,
            );
            (token, made)
        };
        assert!(make(1_700_000_001).1.is_ok());
        let (token, made) = make(1_699_999_999);
        let message = made.unwrap_err();
        assert!(message.starts_with("access_token expired at 2023-11-14T22:13:19Z"));
        assert!(message.contains("`atlas auth token`") && !message.contains(&token));
    }

    #[test]
    fn the_id_of_a_service_account_is_no_public_key() {
        let now = Timestamp::UNIX_EPOCH;
        for (name, other) in [
            ("MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_CLIENT_ID"),
            ("MCLI_PUBLIC_API_KEY", "MONGODB_ATLAS_CLIENT_ID"),
            ("public_api_key", "into client_id"),
        ] {
            let parts = ["mdb_sa_id_66281bc6".to_owned(), "hunter2".to_owned()];
            let made = CredentialKind::ApiKey.credentials(&[name, "other"], &parts, now);
            let message = made.unwrap_err();
            assert!(message.starts_with(name) && message.contains(other), "{message}");
            assert!(!message.contains("66281bc6") && !message.contains("hunter2"));
        }
    }
}
