//! Credentials from the variables that the tools of Atlas read.

use super::{Client, ClientBuilder};
use crate::credentials::Credentials;
use crate::error::{Error, Kind};

/// A pair of variables: each may have an older name.
struct Pair {
    public: &'static [&'static str],
    secret: &'static [&'static str],
}

const SERVICE_ACCOUNT: Pair = Pair {
    public: &["MONGODB_ATLAS_CLIENT_ID"],
    secret: &["MONGODB_ATLAS_CLIENT_SECRET"],
};

const API_KEY: Pair = Pair {
    public: &["MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PUBLIC_KEY"],
    secret: &["MONGODB_ATLAS_PRIVATE_API_KEY", "MONGODB_ATLAS_PRIVATE_KEY"],
};

const BASE_URL: &str = "MONGODB_ATLAS_BASE_URL";

impl Client {
    /// Makes a client of the environment: see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// Returns which variables are missing.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }
}

impl ClientBuilder {
    /// Begins a client with what the environment says: `MONGODB_ATLAS_CLIENT_ID` and
    /// `MONGODB_ATLAS_CLIENT_SECRET` for a service account, else
    /// `MONGODB_ATLAS_PUBLIC_API_KEY` and `MONGODB_ATLAS_PRIVATE_API_KEY` (or the older
    /// `MONGODB_ATLAS_PUBLIC_KEY` and `MONGODB_ATLAS_PRIVATE_KEY`) for an API key, and
    /// `MONGODB_ATLAS_BASE_URL`. An empty variable counts as missing.
    ///
    /// # Errors
    ///
    /// Returns which variables are missing, or what is wrong with the base URL.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(&|name| std::env::var(name).ok())
    }

    pub(super) fn from_variables(
        read: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        // A secret that was mounted or piped often ends with a line break.
        let read = |name: &str| {
            let value = read(name)?.trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let find = |names: &[&str]| names.iter().find_map(|name| read(name));
        let half = |pair: &Pair| (find(pair.public), find(pair.secret));
        let credentials = match (half(&SERVICE_ACCOUNT), half(&API_KEY)) {
            ((Some(id), Some(secret)), _) => Credentials::service_account(id, secret),
            (_, (Some(public), Some(private))) => Credentials::api_key(public, private),
            (account, key) => {
                let missing = [(&SERVICE_ACCOUNT, account), (&API_KEY, key)];
                return Err(explain(missing));
            }
        };
        let builder = Self::new().credentials(credentials);
        Ok(match read(BASE_URL) {
            Some(url) => builder.base_url_from(BASE_URL, url)?,
            None => builder,
        })
    }
}

type Half = (Option<String>, Option<String>);

/// Says which variable is missing: the other half of a pair, or either pair.
fn explain(pairs: [(&Pair, Half); 2]) -> Error {
    let lacks = |there: &str, missing: &str| {
        Some(format!("{there} is set, but {missing} is missing or empty"))
    };
    let halves: Vec<String> = pairs
        .iter()
        .filter_map(|(pair, half)| match half {
            (Some(_), None) => lacks(pair.public[0], pair.secret[0]),
            (None, Some(_)) => lacks(pair.secret[0], pair.public[0]),
            _ => None,
        })
        .collect();
    let message = if halves.is_empty() {
        let [(account, _), (key, _)] = pairs;
        format!(
            "no credentials in the environment: set {} and {} for a service account, or \
             {} and {} for an API key",
            account.public[0], account.secret[0], key.public[0], key.secret[0],
        )
    } else {
        halves.join("; ")
    };
    Error::new(Kind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(variables: &[(&str, &str)]) -> Result<Client, Error> {
        ClientBuilder::from_variables(&|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })?
        .build()
    }

    #[test]
    fn reads_each_pair_and_the_base_url() {
        for (variables, auth) in [
            (
                ["MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET"],
                "ServiceAccount",
            ),
            (
                ["MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY"],
                "ApiKey",
            ),
            (["MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PRIVATE_KEY"], "ApiKey"),
        ] {
            let client = build(&[
                (variables[0], "id"),
                (variables[1], "hunter2"),
                ("MONGODB_ATLAS_BASE_URL", "http://127.0.0.1:1/"),
            ]);
            let debug = format!("{:?}", client.unwrap());
            assert!(
                debug.contains(auth) && debug.contains("http://127.0.0.1:1\""),
                "{debug}"
            );
            assert!(!debug.contains("hunter2"));
        }
    }

    #[test]
    fn says_what_is_missing() {
        let message = |variables| build(variables).unwrap_err().to_string();
        let none = message(&[("MONGODB_ATLAS_CLIENT_ID", " ")]);
        assert!(
            none.contains("MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET")
        );
        assert!(none.contains("MONGODB_ATLAS_PUBLIC_API_KEY"));
        assert_eq!(
            message(&[("MONGODB_ATLAS_CLIENT_ID", "id")]),
            "MONGODB_ATLAS_CLIENT_ID is set, but MONGODB_ATLAS_CLIENT_SECRET is missing \
             or empty"
        );
        assert_eq!(
            message(&[("MONGODB_ATLAS_PRIVATE_KEY", "x")]),
            "MONGODB_ATLAS_PRIVATE_API_KEY is set, but MONGODB_ATLAS_PUBLIC_API_KEY is \
             missing or empty"
        );
        let url = message(&[
            ("MONGODB_ATLAS_CLIENT_ID", "id"),
            ("MONGODB_ATLAS_CLIENT_SECRET", "hunter2"),
            ("MONGODB_ATLAS_BASE_URL", "cloud.mongodb.com"),
        ]);
        assert!(url.starts_with("MONGODB_ATLAS_BASE_URL: the base URL"), "{url}");
    }
}
