//! The credentials of a profile: their kind, and the sources of their parts.

use jiff::Timestamp;

use super::Keyring;
use super::file::{Profile, property};
use crate::client::kind::CredentialKind;
use crate::credentials::Credentials;

impl CredentialKind {
    /// Returns the properties that hold the parts.
    fn properties(self) -> &'static [&'static str] {
        match self {
            Self::AccessToken => &["access_token"],
            Self::ServiceAccount => &["client_id", "client_secret"],
            Self::ApiKey => &["public_api_key", "private_api_key"],
        }
    }
}

/// Finds the credentials of a profile: at the top of the file, in the profile, or in the
/// keyring.
///
/// The halves of a pair are never combined from the top of the file and the profile. A
/// half in the profile and one that the CLI moved from there to the keyring belong
/// together.
pub(super) fn find(
    profile: &Profile<'_>,
    keyring: Option<&Keyring>,
    now: Timestamp,
) -> Result<Credentials, String> {
    let kinds = kinds(profile)?;
    let in_profile = |message| format!("profile {:?}: {message}", profile.name);
    let mut refusal = None;
    for table in [profile.top, profile.table] {
        match first(kinds, &|name| property(table, name), now) {
            Some(Ok(credentials)) => return Ok(credentials),
            Some(Err(message)) => _ = refusal.get_or_insert(message),
            None => {}
        }
    }
    if let Some(message) = refusal {
        return Err(in_profile(message));
    }
    let stored = keyring.ok_or_else(|| {
        format!(
            "the Atlas CLI keeps them in the system's keyring (service {:?}), which this \
             program can't read: build it with the feature `keyring`",
            service(profile)
        )
    });
    match stored.and_then(|keyring| in_keyring(profile, kinds, keyring, now)) {
        Ok(found) => found.map_err(in_profile),
        Err(reason) => Err(in_profile(missing(profile, kinds, &reason))),
    }
}

/// Creates credentials of the first kind whose parts are all present. `None` if no kind
/// is complete.
///
/// An expired device login leaves its token in the file, so one unusable kind doesn't
/// exclude the others.
fn first<'p>(
    kinds: &[CredentialKind],
    part: &dyn Fn(&str) -> Option<&'p str>,
    now: Timestamp,
) -> Option<Result<Credentials, String>> {
    let mut refusal = None;
    for kind in kinds {
        let names = kind.properties();
        let parts = names.iter().map(|name| part(name).map(str::to_owned)).collect();
        let Some(parts): Option<Vec<_>> = parts else { continue };
        match kind.credentials(names, &parts, now) {
            Ok(credentials) => return Some(Ok(credentials)),
            Err(message) => _ = refusal.get_or_insert(message),
        }
    }
    refusal.map(Err)
}

/// Returns the kinds that the profile allows, in the order of the search.
fn kinds(profile: &Profile<'_>) -> Result<&'static [CredentialKind], String> {
    let fail = |message| Err(format!("profile {:?} {message}", profile.name));
    let Some(named) = profile.property("auth_type") else {
        return Ok(&CredentialKind::ALL);
    };
    match named.to_ascii_lowercase().as_str() {
        "api_keys" => Ok(&[CredentialKind::ApiKey]),
        "user_account" => Ok(&[CredentialKind::AccessToken]),
        "service_account" => Ok(&[CredentialKind::ServiceAccount]),
        "no_auth" => fail(format!(
            "holds no credentials (auth_type = \"no_auth\"): `atlas auth login -P {}` adds some",
            profile.name
        )),
        _ => fail(format!(
            "has auth_type = {named:?}, which is not one of api_keys, user_account and \
             service_account"
        )),
    }
}

/// Returns the service under which the Atlas CLI stores the secrets of a profile.
fn service(profile: &Profile<'_>) -> String {
    format!("atlascli_{}", profile.name)
}

/// Completes the profile from the keyring. The outer error says why the keyring doesn't
/// complete the profile.
fn in_keyring(
    profile: &Profile<'_>,
    kinds: &[CredentialKind],
    keyring: &Keyring,
    now: Timestamp,
) -> Result<Result<Credentials, String>, String> {
    let absent: Vec<&str> =
        kinds.iter().flat_map(|kind| lacking(profile, *kind)).collect();
    let service = service(profile);
    let read = keyring(&service, &absent)
        .map_err(|reason| format!("the system's keyring can't be read: {reason}"))?;
    let part = |name: &str| {
        let stored = absent.iter().zip(&read).find(|(absent, _)| **absent == name);
        let stored = stored.and_then(|(_, value)| value.as_deref().map(str::trim));
        property(profile.table, name).or(stored).filter(|value| !value.is_empty())
    };
    first(kinds, &part, now).ok_or_else(|| {
        format!(
            "the system's keyring has no such items either (service {service:?}): \
             `atlas auth login -P {}` stores them",
            profile.name
        )
    })
}

/// Returns a message: the properties that the file lacks, why they were not found
/// elsewhere, and what to do.
fn missing(profile: &Profile<'_>, kinds: &[CredentialKind], reason: &str) -> String {
    let groups: Vec<_> =
        kinds.iter().map(|kind| lacking(profile, *kind).join(" and ")).collect();
    format!(
        "{} {} not in the file; {reason}; or set MONGODB_ATLAS_ACCESS_TOKEN to what `atlas auth \
         token` prints, and use the environment",
        groups.join(", or "),
        if groups == ["access_token"] { "is" } else { "are" },
    )
}

/// Returns the properties of a kind that the profile lacks.
fn lacking(profile: &Profile<'_>, kind: CredentialKind) -> Vec<&'static str> {
    let names = kind.properties().iter().copied();
    names.filter(|name| property(profile.table, name).is_none()).collect()
}
