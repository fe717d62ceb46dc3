//! The credentials of a profile: of which kind, and where their parts are.

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

/// Finds the credentials of a profile: at the top of the file, in the profile, in the keyring.
///
/// The halves of a pair never come from the top of the file and the profile. A half that the
/// profile holds, and one that the CLI moved from there to the keyring, belong together.
pub(super) fn find(
    profile: &Profile<'_>,
    keyring: Option<&Keyring>,
    now: Timestamp,
) -> Result<Credentials, String> {
    let kinds = kinds(profile)?;
    let tell = |message| format!("profile {:?}: {message}", profile.name);
    let mut refusal = None;
    let of_file = [profile.top, profile.table].map(|table| {
        move |names: &[&str]| -> Vec<Option<String>> {
            names.iter().map(|name| property(table, name).map(str::to_owned)).collect()
        }
    });
    for (source, kind) in
        of_file.iter().flat_map(|source| kinds.iter().map(move |kind| (source, *kind)))
    {
        let names = kind.properties();
        let Some(parts) = source(names).into_iter().collect::<Option<Vec<_>>>() else {
            continue;
        };
        match kind.credentials(names, &parts, now) {
            Ok(credentials) => return Ok(credentials),
            // A device login that is over leaves its token behind; other credentials may be there.
            Err(message) => _ = refusal.get_or_insert(message),
        }
    }
    if let Some(message) = refusal {
        return Err(tell(message));
    }
    let found = match keyring {
        Some(keyring) => in_keyring(profile, kinds, keyring, now),
        None => Err(format!(
            "the Atlas CLI keeps them in the keyring of the system (service {:?}), which this \
             program can't read: build it with the feature `keyring`",
            service(profile)
        )),
    };
    found.map_err(|reason| tell(missing(profile, kinds, &reason)))
}

/// Returns the kinds that the profile allows, in the order in which they are looked for.
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
            "has auth_type = {named:?}, which is none of api_keys, user_account and \
             service_account"
        )),
    }
}

/// Returns the name that the Atlas CLI files the secrets of a profile under.
fn service(profile: &Profile<'_>) -> String {
    format!("atlascli_{}", profile.name)
}

/// Reads what the file lacks from the keyring.
fn in_keyring(
    profile: &Profile<'_>,
    kinds: &[CredentialKind],
    keyring: &Keyring,
    now: Timestamp,
) -> Result<Credentials, String> {
    let all: Vec<&str> =
        kinds.iter().flat_map(|kind| kind.properties()).copied().collect();
    let absent: Vec<&str> =
        all.into_iter().filter(|name| property(profile.table, name).is_none()).collect();
    let service = service(profile);
    let read = keyring(&service, &absent).map_err(|reason| {
        format!("the keyring of the system can't be read: {reason}")
    })?;
    let part = |name: &&str| {
        let stored = absent.iter().zip(&read).find(|(absent, _)| *absent == name);
        let stored = stored.and_then(|(_, value)| value.as_deref().map(str::trim));
        let value = property(profile.table, name).or(stored);
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let mut refusal = None;
    for kind in kinds {
        let names = kind.properties();
        let Some(parts) = names.iter().map(part).collect::<Option<Vec<_>>>() else {
            continue;
        };
        match kind.credentials(names, &parts, now) {
            Ok(credentials) => return Ok(credentials),
            Err(message) => _ = refusal.get_or_insert(message),
        }
    }
    Err(refusal.unwrap_or_else(|| {
        format!(
            "the keyring of the system has no such items either (service {service:?}): \
             `atlas auth login -P {}` stores them",
            profile.name
        )
    }))
}

/// Says which properties the file lacks, why they were not found elsewhere, and what to do.
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
