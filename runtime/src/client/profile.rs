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
    /// Creates a client from a profile of the Atlas CLI: see
    /// [`ClientBuilder::from_profile`].
    ///
    /// # Errors
    ///
    /// Returns an error that names the missing file, profile or setting.
    pub fn from_profile(name: &str) -> Result<Self, Error> {
        ClientBuilder::from_profile(name)?.build()
    }
}

impl ClientBuilder {
    /// Creates a builder from a profile of the Atlas CLI's `config.toml` alone;
    /// [`ClientBuilder::infer`] reads the environment as well. By default, the CLI uses
    /// the profile `default`. The case of the name is ignored.
    ///
    /// The file is in the folder `atlascli` of `$XDG_CONFIG_HOME` or `~/.config` on
    /// Linux, of `~/Library/Application Support` on macOS, and of `%AppData%` on
    /// Windows.
    ///
    /// The property `auth_type` states the kind of credentials. Without it, the first
    /// complete kind in the profile is used: `access_token` (of `atlas auth login`,
    /// unless it has expired), `client_id` and `client_secret`, `public_api_key` and
    /// `private_api_key`. Properties at the top of the file, before all profiles, take
    /// precedence over the profile. `ops_manager_url` (or `base_url`), else `service`,
    /// is the base URL. [`Client::org_id`] and [`Client::project_id`] return `org_id`
    /// and `project_id`.
    ///
    /// With the feature `keyring`, secrets that the CLI keeps in the system's keyring,
    /// as it does on a desktop, are read from there. That call blocks for as long as the
    /// keyring takes, at most 30 seconds, including a prompt to unlock it.
    ///
    /// The access token of a device login is used as it is, and is valid for an hour or
    /// less. Only the CLI can renew it, with `atlas auth token`.
    ///
    /// # Errors
    ///
    /// Returns an error that names the missing file, profile or setting, or that says
    /// that the access token has expired or why the keyring can't be read.
    pub fn from_profile(name: &str) -> Result<Self, Error> {
        Self::from_config(&path()?, name)
    }

    /// Creates a builder from a profile of another file in the format of the Atlas
    /// CLI's.
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::from_profile`].
    pub fn from_config(path: &Path, name: &str) -> Result<Self, Error> {
        let config = Config::read(path)?;
        config.find(Some(name), true)?.into_builder()
    }
}

/// Returns the path of the Atlas CLI's file.
pub(super) fn path() -> Result<PathBuf, Error> {
    let folder = folder::folder(folder::Platform::HERE, &|name| std::env::var_os(name));
    let folder =
        folder.ok_or_else(|| fail("the folder of the Atlas CLI's profiles is unknown: the environment doesn't name it"))?;
    Ok(folder.join("atlascli").join("config.toml"))
}

/// A function that reads properties of a profile from the system's keyring, each `None`
/// if there is no item. The first argument is the service under which the items are
/// stored.
type Keyring = dyn Fn(&str, &[&str]) -> Result<Vec<Option<String>>, String>;

/// A file with profiles, and the sources needed to read them.
pub(super) struct Config<'a> {
    file: File,
    /// The path of the file, for messages.
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

    /// Returns the settings of a profile: the named one, else `default`, else the only
    /// one.
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
