//! Settings from the profiles of the Atlas CLI.
//!
//! Source: <https://www.mongodb.com/docs/atlas/cli/current/configure/configuration-file/>.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use self::file::File;
use super::found::{Found, fail};
use super::{Client, ClientBuilder};
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Kind};

mod credentials;
mod file;
mod folder;

impl Client {
    /// Makes a client of a profile of the Atlas CLI: see [`ClientBuilder::from_profile`].
    ///
    /// # Errors
    ///
    /// Returns which file, profile or setting is missing.
    pub fn from_profile(name: &str) -> Result<Self, Error> {
        ClientBuilder::from_profile(name)?.build()
    }
}

impl ClientBuilder {
    /// Begins a client with a profile of the Atlas CLI's `config.toml`, and no variable of the
    /// environment: [`ClientBuilder::infer`] reads both. `default` is the profile that the CLI
    /// uses unless told otherwise. Upper and lower case of the name are the same.
    ///
    /// The file is looked for in the folder `atlascli` of `$XDG_CONFIG_HOME` or `~/.config`
    /// on Linux, of `~/Library/Application Support` on macOS, of `%AppData%` on Windows.
    ///
    /// The property `auth_type` tells the kind of credentials. Without it, the first of these is
    /// taken that the profile holds: `access_token` (of `atlas auth login`, unless it has
    /// expired), `client_id` and `client_secret`, `public_api_key` and `private_api_key`. What
    /// stands at the top of the file, before all profiles, comes before the profile.
    /// `ops_manager_url` (or `base_url`), else `service`, gives the base URL; `org_id` and
    /// `project_id` are for [`Client::org_id`] and [`Client::project_id`].
    ///
    /// Secrets that the CLI keeps in the keyring of the system, as it does on a desktop, are read
    /// with the feature `keyring`. That call blocks for as long as the keyring needs, 30 seconds
    /// at most, a prompt to unlock it included.
    ///
    /// The access token of a device login is taken as it is, and is valid for an hour or less:
    /// the CLI alone can renew it, with `atlas auth token`.
    ///
    /// # Errors
    ///
    /// Returns which file, profile or setting is missing, that the access token has expired, or
    /// why the keyring can't be read.
    pub fn from_profile(name: &str) -> Result<Self, Error> {
        Self::from_config(&path()?, name)
    }

    /// Begins a client with a profile of a file that has the format of the Atlas CLI's.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::from_profile`].
    pub fn from_config(path: &Path, name: &str) -> Result<Self, Error> {
        let config = Config::read(path)?;
        config.find(Some(name), true)?.into_builder()
    }
}

/// Returns where the Atlas CLI keeps its profiles.
pub(super) fn path() -> Result<PathBuf, Error> {
    let folder = folder::folder(folder::Platform::HERE, &|name| std::env::var_os(name));
    let folder =
        folder.ok_or_else(|| fail("the folder for configuration files is not known"))?;
    Ok(folder.join("atlascli").join("config.toml"))
}

/// Reads properties of a profile from the keyring of the system, each `None` where there is no
/// item. The first argument is the service that the items are filed under.
type Keyring = dyn Fn(&str, &[&str]) -> Result<Vec<Option<String>>, String>;

/// A file with profiles, and what else they are read with.
pub(super) struct Config<'a> {
    file: File,
    /// Where the file is, for messages.
    path: String,
    now: Timestamp,
    /// `None` without the feature `keyring`.
    keyring: Option<&'a Keyring>,
}

impl Config<'_> {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let message = format!(
                "can't read {}: {error}; the Atlas CLI writes it (`atlas auth login`)",
                path.display()
            );
            Error::with_source(Kind::Configuration, message, error)
        })?;
        let path = path.display().to_string();
        let file =
            File::parse(&text).map_err(|error| fail(format!("{path}: {error}")))?;
        #[cfg(feature = "keyring")]
        let keyring: Option<&Keyring> = Some(&super::keyring::read);
        #[cfg(not(feature = "keyring"))]
        let keyring = None;
        Ok(Self { file, path, now: SystemClock.now(), keyring })
    }

    /// Returns the settings of a profile: that of the name, else `default`, else the only one.
    pub(super) fn find(
        &self,
        name: Option<&str>,
        with_credentials: bool,
    ) -> Result<Found, Error> {
        let fail = |message| fail(format!("{}: {message}", self.path));
        let profile = self.file.profile(name).map_err(fail)?;
        let credentials = with_credentials
            .then(|| credentials::find(&profile, self.keyring, self.now))
            .transpose();
        let mut found =
            Found { credentials: credentials.map_err(fail)?, ..profile.settings() };
        for setting in [&mut found.base_url, &mut found.service].into_iter().flatten() {
            setting.name = format!("{}: {}", self.path, setting.name);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
