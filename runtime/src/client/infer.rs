//! Settings from the environment or a profile of the Atlas CLI.

use jiff::Timestamp;

use super::env::{self, Read};
use super::found::{Found, fail};
use super::{Client, ClientBuilder};
use crate::clock::{Clock, SystemClock};
use crate::error::Error;

/// The variable that names a profile.
const PROFILE: &[&str] = &["MONGODB_ATLAS_PROFILE"];

impl Client {
    /// Creates a client from the environment, else from a profile of the Atlas CLI: see
    /// [`ClientBuilder::infer`].
    ///
    /// # Errors
    ///
    /// Returns an error that lists where credentials were looked for, and why none were
    /// found.
    pub fn infer() -> Result<Self, Error> {
        ClientBuilder::infer()?.build()
    }
}

impl ClientBuilder {
    /// Creates a builder with the first of these credentials, so that one program works
    /// in a container and on a desktop:
    ///
    /// 1. those of the environment, as [`ClientBuilder::from_env`] reads them;
    /// 2. else those of a profile of the Atlas CLI, as `ClientBuilder::from_profile` reads
    ///    them: the profile that `MONGODB_ATLAS_PROFILE` names, else `default`, else the
    ///    only one.
    ///
    /// A variable takes precedence over the same property of the profile, as in the
    /// Atlas CLI: with `MONGODB_ATLAS_BASE_URL` set, the credentials of the profile are
    /// sent to that URL. The halves of a pair never come from two sources. If the
    /// environment has credentials, profiles are not read, unless
    /// `MONGODB_ATLAS_PROFILE` is set. Then that profile must exist, and provides the
    /// base URL, organization and project that no variable sets.
    ///
    /// Profiles need the feature `profiles`, which is enabled by default.
    ///
    /// # Errors
    ///
    /// Returns an error that lists where credentials were looked for, and why none were
    /// found. Also returns the errors of the two functions named above.
    pub fn infer() -> Result<Self, Error> {
        let read = |name: &str| std::env::var(name).ok();
        infer(&read, SystemClock.now(), &profile)?.into_builder()
    }
}

/// A function that returns the settings of a profile, by its name, with or without the
/// credentials.
type Profiles<'p> = dyn Fn(Option<&str>, bool) -> Result<Found, Error> + 'p;

fn infer(
    read: &Read<'_>,
    now: Timestamp,
    profile: &Profiles<'_>,
) -> Result<Found, Error> {
    let found = env::find(read, now).map_err(fail)?;
    let named = env::first(read, PROFILE).map(|(_, name)| name);
    let has_credentials = found.credentials.is_some();
    if has_credentials && named.is_none() {
        return Ok(found);
    }
    let of_profile = profile(named.as_deref(), !has_credentials).map_err(|error| {
        let named = named.map(|name| format!(" (MONGODB_ATLAS_PROFILE is {name:?})"));
        let named = named.unwrap_or_default();
        fail(if has_credentials {
            format!("the profile can't be read{named}: {error}")
        } else {
            format!(
                "no credentials: the environment has none ({}), and the profiles of the Atlas \
                 CLI give none{named}: {error}",
                env::LISTED
            )
        })
    })?;
    Ok(found.or(of_profile))
}

#[cfg(feature = "profiles")]
fn profile(name: Option<&str>, with_credentials: bool) -> Result<Found, Error> {
    use super::profile::{Config, path};
    Config::read(&path()?)?.find(name, with_credentials)
}

#[cfg(not(feature = "profiles"))]
fn profile(_: Option<&str>, _: bool) -> Result<Found, Error> {
    Err(fail("this program is built without the feature `profiles`, which reads them"))
}

#[cfg(test)]
mod tests;
