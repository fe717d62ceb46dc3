//! Credentials providers for the environment and for the profiles of the Atlas CLI.

use super::env;
use crate::clock::{Clock, SystemClock};
use crate::credentials::{Credentials, CredentialsProvider};
use crate::transport::{BoxError, BoxFuture};

/// A provider of the credentials that
/// [`ClientBuilder::from_env`](crate::ClientBuilder::from_env) reads, for a
/// [chain](crate::CredentialsChain). Gives no credentials if no variable is set.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnvCredentials;

impl CredentialsProvider for EnvCredentials {
    fn provide(&self) -> BoxFuture<'_, Result<Option<Credentials>, BoxError>> {
        let read = |name: &str| std::env::var(name).ok();
        let found = env::find(&read, SystemClock.now());
        let found = found.map(|found| found.credentials).map_err(Into::into);
        Box::pin(std::future::ready(found))
    }
}

#[cfg(feature = "profiles")]
pub use of_profiles::ProfileCredentials;

#[cfg(feature = "profiles")]
mod of_profiles {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::{BoxError, BoxFuture, Credentials, CredentialsProvider};
    use crate::client::profile::{Config, path};

    /// The time after which the file is read again, while the client sends requests.
    const REFRESH: Duration = Duration::from_secs(60);

    /// A provider of the credentials of a profile of the Atlas CLI. Reads the file
    /// again every minute while the client sends requests, and when the service refuses
    /// the credentials, so that a new login doesn't require a restart. Gives no
    /// credentials if there is no file.
    ///
    /// Doesn't provide the base URL, organization and project of the profile:
    /// [`ClientBuilder::from_profile`](crate::ClientBuilder::from_profile) reads these.
    #[derive(Clone, Debug, Default)]
    pub struct ProfileCredentials {
        name: Option<String>,
        path: Option<PathBuf>,
    }

    impl ProfileCredentials {
        /// Creates a provider for the profile `default`, else the only one.
        pub fn new() -> Self {
            Self::default()
        }

        /// Creates a provider for the named profile.
        pub fn named(name: impl Into<String>) -> Self {
            Self { name: Some(name.into()), path: None }
        }

        /// Sets another file than the Atlas CLI's.
        #[must_use]
        pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
            self.path = Some(path.into());
            self
        }

        fn read(&self) -> Result<Option<Credentials>, BoxError> {
            let path = match &self.path {
                Some(path) => path.clone(),
                None => path()?,
            };
            if !path.try_exists()? {
                return Ok(None);
            }
            let found = Config::read(&path)?.find(self.name.as_deref(), true)?;
            Ok(found.credentials.map(|found| found.refresh_after(REFRESH)))
        }
    }

    impl CredentialsProvider for ProfileCredentials {
        fn provide(&self) -> BoxFuture<'_, Result<Option<Credentials>, BoxError>> {
            let profile = self.clone();
            Box::pin(async move {
                // The keyring may prompt the user, so the read may block.
                tokio::task::spawn_blocking(move || profile.read()).await?
            })
        }
    }
}
