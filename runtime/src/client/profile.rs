//! Credentials from the profiles of the Atlas CLI.
//!
//! Source: <https://www.mongodb.com/docs/atlas/cli/current/configure/configuration-file/>.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use toml::Value;

use super::{Client, ClientBuilder};
use crate::credentials::Credentials;
use crate::error::{Error, Kind};

/// The base URL of the government cloud (`service = "cloudgov"`).
const GOVERNMENT: &str = "https://cloud.mongodbgov.com";

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
    /// Begins a client with a profile of the Atlas CLI's `config.toml`: `default` is the one
    /// that the CLI uses unless told otherwise.
    ///
    /// The file is looked for in the folder `atlascli` of `$XDG_CONFIG_HOME` or `~/.config`
    /// on Linux, of `~/Library/Application Support` on macOS, of `%AppData%` on Windows.
    /// Secrets that the CLI keeps in the keyring of the system are out of reach.
    ///
    /// # Errors
    ///
    /// Returns which file, profile or setting is missing.
    pub fn from_profile(name: &str) -> Result<Self, Error> {
        let folder = folder(Platform::HERE, &|name| std::env::var_os(name));
        let folder = folder.ok_or_else(|| {
            fail("the folder for configuration files is not known".to_owned())
        })?;
        Self::from_config(&folder.join("atlascli").join("config.toml"), name)
    }

    /// Begins a client with a profile of a file that has the format of the Atlas CLI's.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::from_profile`].
    pub fn from_config(path: &Path, name: &str) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let message = format!(
                "can't read {}: {error}; the Atlas CLI writes it (`atlas config init`)",
                path.display()
            );
            Error::with_source(Kind::Configuration, message, error)
        })?;
        Self::parse(&text, name).map_err(|error| {
            error.edit(|error| {
                error.message = format!("{}: {}", path.display(), error.message);
            })
        })
    }

    fn parse(text: &str, name: &str) -> Result<Self, Error> {
        // The parser's own message quotes the line, which may hold a secret.
        let config: toml::Table =
            text.parse().map_err(|_| fail("the file is not TOML".to_owned()))?;
        let Some(Value::Table(profile)) = config.get(name) else {
            return Err(fail(format!("there is no profile {name:?}")));
        };
        let read = |key: &str| {
            let value = profile.get(key).and_then(Value::as_str);
            value.filter(|value| !value.is_empty())
        };
        let pair = |public, secret| Some((read(public)?, read(secret)?));
        let credentials = if let Some((id, secret)) = pair("client_id", "client_secret")
        {
            Credentials::service_account(id, secret)
        } else if let Some((public, private)) = pair("public_api_key", "private_api_key")
        {
            Credentials::api_key(public, private)
        } else if let Some(token) = read("access_token") {
            Credentials::access_token(token)
        } else {
            return Err(fail(format!(
                "profile {name:?} holds neither client_id and client_secret nor \
                 public_api_key and private_api_key; the CLI may keep them in the keyring"
            )));
        };
        let builder = Self::new().credentials(credentials);
        Ok(match (read("ops_manager_url"), read("service")) {
            (Some(url), _) => builder.base_url_from("ops_manager_url", url)?,
            (None, Some("cloudgov")) => builder.base_url(GOVERNMENT),
            _ => builder,
        })
    }
}

fn fail(message: String) -> Error {
    Error::new(Kind::Configuration, message)
}

/// Whose rules for folders count.
#[derive(Clone, Copy)]
enum Platform {
    Windows,
    Apple,
    Unix,
}

impl Platform {
    /// The platform that this was compiled for.
    const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_vendor = "apple") {
        Self::Apple
    } else {
        Self::Unix
    };
}

/// Returns the folder for configuration files, as Go's `os.UserConfigDir` finds it: the CLI
/// is written in Go.
fn folder(
    platform: Platform,
    read: &dyn Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    let read = |name| read(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    match platform {
        Platform::Windows => read("AppData"),
        Platform::Apple => {
            Some(read("HOME")?.join("Library").join("Application Support"))
        }
        Platform::Unix => {
            read("XDG_CONFIG_HOME").or_else(|| Some(read("HOME")?.join(".config")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"
        telemetry_enabled = true
        [default]
          org_id = "5a0a1e7e0f2912c554080adc"
          public_api_key = "abcdefgh"
          private_api_key = "hunter2"
          service = "cloud"
        [gov]
          client_id = 'mdb_sa_id_1'
          client_secret = 'hunter2'
          service = "cloudgov"
        [local]
          access_token = "hunter2"
          ops_manager_url = "http://localhost:8080/"
        [keyring]
          public_api_key = "abcdefgh"
    "#;

    fn debug(name: &str) -> String {
        format!("{:?}", ClientBuilder::parse(CONFIG, name).unwrap().build().unwrap())
    }

    #[test]
    fn reads_every_kind_of_profile() {
        assert!(debug("default").contains("ApiKey"));
        assert!(debug("default").contains("https://cloud.mongodb.com"));
        assert!(debug("gov").contains("ServiceAccount"));
        assert!(debug("gov").contains(GOVERNMENT));
        assert!(debug("local").contains("AccessToken"));
        assert!(debug("local").contains("http://localhost:8080"));
    }

    #[test]
    fn says_what_is_missing_and_no_secret() {
        let message =
            |text, name| ClientBuilder::parse(text, name).unwrap_err().to_string();
        assert!(message(CONFIG, "prod").contains("no profile \"prod\""));
        assert!(message(CONFIG, "keyring").contains("private_api_key"));
        assert!(message(CONFIG, "telemetry_enabled").contains("no profile"));
        let broken = message("[default]\nprivate_api_key = \"hunter2", "default");
        assert!(!broken.contains("hunter2"));
        let missing = ClientBuilder::from_config(Path::new("/nonexistent/x"), "default");
        assert!(missing.unwrap_err().to_string().contains("/nonexistent/x"));
    }

    #[test]
    fn finds_the_folder_of_each_platform() {
        let at = |platform, variables: &[(&str, &str)]| {
            folder(platform, &|name| {
                let found = variables.iter().find(|(other, _)| *other == name);
                found.map(|(_, value)| value.into())
            })
        };
        let home = ("HOME", "/h");
        let other = [home, ("XDG_CONFIG_HOME", "/x"), ("AppData", "/a")];
        let joined = |parts: &[&str]| Some(parts.iter().collect());
        for (platform, variables, expected) in [
            (Platform::Unix, &[home][..], joined(&["/h", ".config"])),
            (
                Platform::Unix,
                &[home, ("XDG_CONFIG_HOME", "")],
                joined(&["/h", ".config"]),
            ),
            (Platform::Unix, &other, joined(&["/x"])),
            (Platform::Apple, &other, joined(&["/h", "Library", "Application Support"])),
            (Platform::Windows, &other, joined(&["/a"])),
            (Platform::Unix, &[], None),
            (Platform::Apple, &[("XDG_CONFIG_HOME", "/x")], None),
            (Platform::Windows, &[home], None),
        ] {
            assert_eq!(at(platform, variables), expected, "{variables:?}");
        }
    }
}
