//! The credentials that the fake accepts: those from its start, and those that requests have
//! created.

use std::collections::HashMap;

use atlas_admin_runtime::codec::Json;

/// API keys and service accounts, with their secrets.
#[derive(Default)]
pub(crate) struct Accepted {
    /// The private key of each public key.
    keys: HashMap<String, String>,
    /// The secrets of each client ID, each with its id; the id is `None` if the secret was not
    /// created through the API.
    accounts: HashMap<String, Vec<(Option<String>, String)>>,
}

impl Accepted {
    pub(crate) fn add_key(&mut self, public: String, private: String) {
        self.keys.insert(public, private);
    }

    pub(crate) fn add_account(&mut self, id: String, secret: String) {
        self.accounts.entry(id).or_default().push((None, secret));
    }

    /// Returns the private key of a public key.
    pub(crate) fn private_key(&self, public: &str) -> Option<&str> {
        self.keys.get(public).map(String::as_str)
    }

    /// Tells whether a secret belongs to a service account.
    pub(crate) fn is_secret(&self, id: &str, secret: &str) -> bool {
        let secrets = self.accounts.get(id).into_iter().flatten();
        secrets.into_iter().any(|(_, known)| known == secret)
    }

    /// Accepts the credentials that a response returns: a key pair, a service account, or another
    /// secret of the account that the path names.
    pub(crate) fn learn(&mut self, json: &Json, known: &[(String, String)]) {
        let text = |json: &Json, name: &str| Some(json.get(name)?.as_str()?.to_owned());
        let pair = text(json, "publicKey").zip(text(json, "privateKey"));
        self.keys.extend(pair.filter(|(_, private)| !is_masked(private)));
        let in_path = || {
            let found = known.iter().find(|(name, _)| name == "clientId");
            found.map(|(_, value)| value.clone())
        };
        let Some(account) = text(json, "clientId").or_else(in_path) else { return };
        let listed = json.get("secrets").and_then(Json::as_array);
        for made in listed.into_iter().flatten().chain([json]) {
            let Some(secret) = text(made, "secret") else { continue };
            let id = text(made, "id");
            self.accounts.entry(account.clone()).or_default().push((id, secret));
        }
    }

    /// Refuses deleted credentials from now on: a key, an account, or one of its secrets.
    pub(crate) fn forget(&mut self, deleted: &Json) {
        let text = |name: &str| deleted.get(name).and_then(Json::as_str);
        if let Some(public) = text("publicKey") {
            self.keys.remove(public);
        }
        if let Some(account) = text("clientId") {
            self.accounts.remove(account);
        } else if let Some(id) = text("id") {
            for secrets in self.accounts.values_mut() {
                secrets.retain(|(known, _)| known.as_deref() != Some(id));
            }
        }
    }
}

fn is_masked(secret: &str) -> bool {
    secret.starts_with("***")
}

#[cfg(test)]
mod tests {
    use super::*;
    use atlas_admin_runtime::json;

    #[test]
    fn a_secret_is_forgotten_by_its_id_alone() {
        let mut accepted = Accepted::default();
        accepted.add_account("robot".to_owned(), "configured".to_owned());
        let made = json!({"clientId": "robot", "secrets": [{"id": "1", "secret": "s"}]});
        accepted.learn(&made, &[]);
        accepted.forget(&json!({"id": ""}));
        accepted.forget(&json!({"name": "none"}));
        assert!(accepted.is_secret("robot", "configured"));
        assert!(accepted.is_secret("robot", "s"));
        accepted.forget(&json!({"id": "1"}));
        assert!(!accepted.is_secret("robot", "s"));
        assert!(accepted.is_secret("robot", "configured"));
    }
}
