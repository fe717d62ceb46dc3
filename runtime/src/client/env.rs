//! Settings from the environment variables that the Atlas tools read.

use jiff::Timestamp;

use super::found::{Found, Setting, fail};
use super::kind::CredentialKind;
use super::scope::Scope;
use super::{Client, ClientBuilder};
use crate::clock::{Clock, SystemClock};
use crate::credentials::Credentials;
use crate::error::Error;

const BASE_URL: &[&str] =
    &["MONGODB_ATLAS_OPS_MANAGER_URL", "MONGODB_ATLAS_BASE_URL", "MCLI_OPS_MANAGER_URL"];
const SERVICE: &[&str] = &["MONGODB_ATLAS_SERVICE", "MCLI_SERVICE"];
const ORG_ID: &[&str] = &["MONGODB_ATLAS_ORG_ID", "MCLI_ORG_ID"];
const PROJECT_ID: &[&str] = &["MONGODB_ATLAS_PROJECT_ID", "MCLI_PROJECT_ID"];

/// The variables that hold credentials, as listed in messages.
pub(super) const LISTED: &str = "MONGODB_ATLAS_ACCESS_TOKEN, MONGODB_ATLAS_CLIENT_ID with \
                                 MONGODB_ATLAS_CLIENT_SECRET, MONGODB_ATLAS_PUBLIC_API_KEY \
                                 with MONGODB_ATLAS_PRIVATE_API_KEY";

impl CredentialKind {
    /// Returns the variables of each part of the credentials, the newest names first.
    /// The names at one index belong together.
    fn variables(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::AccessToken => &[&["MONGODB_ATLAS_ACCESS_TOKEN"]],
            Self::ServiceAccount => {
                &[&["MONGODB_ATLAS_CLIENT_ID"], &["MONGODB_ATLAS_CLIENT_SECRET"]]
            }
            Self::ApiKey => &[
                &[
                    "MONGODB_ATLAS_PUBLIC_API_KEY",
                    "MONGODB_ATLAS_PUBLIC_KEY",
                    "MCLI_PUBLIC_API_KEY",
                ],
                &[
                    "MONGODB_ATLAS_PRIVATE_API_KEY",
                    "MONGODB_ATLAS_PRIVATE_KEY",
                    "MCLI_PRIVATE_API_KEY",
                ],
            ],
        }
    }
}

impl Client {
    /// Creates a client from the environment: see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// Returns an error that names the missing variables.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }
}

impl ClientBuilder {
    /// Creates a builder from the environment alone. [`ClientBuilder::infer`] also reads
    /// the profile of the Atlas CLI.
    ///
    /// The credentials are the first of these kinds whose variables are set, in the
    /// order of MongoDB's Terraform provider. If another kind is set too,
    /// [`ClientBuilder::warnings`] reports it:
    ///
    /// 1. an access token: `MONGODB_ATLAS_ACCESS_TOKEN`, which is not renewed;
    /// 2. a service account: `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`;
    /// 3. an API key: `MONGODB_ATLAS_PUBLIC_API_KEY` and `MONGODB_ATLAS_PRIVATE_API_KEY`, or the
    ///    older `MONGODB_ATLAS_PUBLIC_KEY` and `MONGODB_ATLAS_PRIVATE_KEY`, or the older
    ///    `MCLI_PUBLIC_API_KEY` and `MCLI_PRIVATE_API_KEY`.
    ///
    /// The base URL is `MONGODB_ATLAS_OPS_MANAGER_URL`, else `MONGODB_ATLAS_BASE_URL`,
    /// else `MCLI_OPS_MANAGER_URL`, else that of the government cloud if
    /// `MONGODB_ATLAS_SERVICE` is `cloudgov`. [`Client::org_id`] and
    /// [`Client::project_id`] return `MONGODB_ATLAS_ORG_ID` and
    /// `MONGODB_ATLAS_PROJECT_ID`. Each of the three has an older name with `MCLI`
    /// instead of `MONGODB_ATLAS`. An empty variable counts as missing.
    ///
    /// # Errors
    ///
    /// Returns an error that names the missing variables, or the invalid one: a base URL
    /// to which credentials must not be sent, a part of a service account instead of an
    /// API key, or an expired access token.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(&|name| std::env::var(name).ok(), SystemClock.now())
    }

    fn from_variables(read: &Read<'_>, now: Timestamp) -> Result<Self, Error> {
        let found = find(read, now).map_err(fail)?;
        if found.credentials.is_none() {
            return Err(fail(
                "no credentials in the environment: set MONGODB_ATLAS_CLIENT_ID and \
                 MONGODB_ATLAS_CLIENT_SECRET for a service account, \
                 MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY for an API \
                 key, or MONGODB_ATLAS_ACCESS_TOKEN",
            ));
        }
        found.into_builder()
    }
}

/// A function that reads a variable.
pub(super) type Read<'r> = dyn Fn(&str) -> Option<String> + 'r;

/// Returns the first variable of a list that is set, with its name.
pub(super) fn first(read: &Read<'_>, names: &[&'static str]) -> Option<Variable> {
    names.iter().find_map(|name| {
        // A mounted or piped secret often ends with a line break.
        let value = read(name)?.trim().to_owned();
        (!value.is_empty()).then_some((*name, value))
    })
}

/// A variable that is set: its name and value.
type Variable = (&'static str, String);

/// Reads the environment. Missing credentials are no error; half of a pair is one.
pub(super) fn find(read: &Read<'_>, now: Timestamp) -> Result<Found, String> {
    let value = |names| first(read, names).map(|(_, value)| value);
    let setting = |names| {
        first(read, names).map(|(name, value)| Setting { name: name.to_owned(), value })
    };
    let (credentials, warnings) = credentials(read, now)?;
    Ok(Found {
        credentials,
        base_url: setting(BASE_URL),
        service: setting(SERVICE),
        scope: Scope { org_id: value(ORG_ID), project_id: value(PROJECT_ID) },
        warnings,
    })
}

/// Returns the credentials, and a warning if several kinds are set.
fn credentials(
    read: &Read<'_>,
    now: Timestamp,
) -> Result<(Option<Credentials>, Vec<String>), String> {
    let complete = CredentialKind::ALL.iter().find_map(|kind| {
        let parts = complete(read, kind.variables())?;
        Some((*kind, parts))
    });
    let Some((kind, parts)) = complete else {
        return match halves(read) {
            Some(message) => Err(message),
            None => Ok((None, Vec::new())),
        };
    };
    let (names, parts): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let others = CredentialKind::ALL.iter().filter(|other| **other != kind);
    let ignored: Vec<_> = others
        .flat_map(|other| other.variables().iter())
        .filter_map(|names| Some(first(read, names)?.0))
        .collect();
    let warning = (!ignored.is_empty()).then(|| {
        format!(
            "several kinds of credentials are set in the environment: {} is used, {} ignored",
            names.join(" with "),
            ignored.join(", ")
        )
    });
    let credentials = kind.credentials(&names, &parts, now)?;
    Ok((Some(credentials), warning.into_iter().collect()))
}

/// Returns the parts of credentials, all under names of one generation if possible.
fn complete(read: &Read<'_>, variables: &[&[&'static str]]) -> Option<Vec<Variable>> {
    let ages = 0..variables[0].len();
    let of_age = |age: usize| {
        variables.iter().map(|names| first(read, &names[age..=age])).collect()
    };
    let of_any = || variables.iter().map(|names| first(read, names)).collect();
    ages.map(of_age).find_map(|parts: Option<Vec<_>>| parts).or_else(of_any)
}

/// Returns messages about pairs of which only one variable is set; `None` if there is
/// no such pair.
fn halves(read: &Read<'_>) -> Option<String> {
    let mut halves = Vec::new();
    for kind in CredentialKind::ALL {
        let [left, right] = kind.variables() else { continue };
        let (there, missing) = match (first(read, left), first(read, right)) {
            (Some(there), None) => (there, right[0]),
            (None, Some(there)) => (there, left[0]),
            _ => continue,
        };
        let (name, value) = there;
        halves.push(match kind.check(name, &value) {
            Err(message) => message,
            Ok(()) => format!("{name} is set, but {missing} is missing or empty"),
        });
    }
    (!halves.is_empty()).then(|| halves.join("; "))
}

#[cfg(test)]
mod tests;
