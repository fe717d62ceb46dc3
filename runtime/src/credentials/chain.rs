//! A chain of providers.

use std::fmt;
use std::sync::Arc;

use super::{Credentials, CredentialsProvider};
use crate::transport::{BoxError, BoxFuture};

/// A provider that calls several providers in order, until one has credentials.
///
/// A provider that fails ends the search: if credentials exist and can't be read, others
/// don't silently replace them.
///
/// ```
/// use atlas_admin_runtime::{CommandCredentials, CredentialsChain, FileCredentials};
///
/// let chain = CredentialsChain::new()
///     .then(FileCredentials::service_account("/run/secrets/atlas_id", "/run/secrets/atlas_secret"))
///     .then(CommandCredentials::access_token("atlas", ["auth", "token"]));
/// # _ = chain;
/// ```
#[derive(Clone, Default)]
pub struct CredentialsChain(Vec<Arc<dyn CredentialsProvider>>);

impl CredentialsChain {
    /// Creates a chain without providers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a provider, which is called if the ones before it have no credentials.
    #[must_use]
    pub fn then(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.0.push(Arc::new(provider));
        self
    }
}

impl CredentialsProvider for CredentialsChain {
    fn provide(&self) -> BoxFuture<'_, Result<Option<Credentials>, BoxError>> {
        Box::pin(async {
            for provider in &self.0 {
                if let Some(credentials) = provider.provide().await? {
                    return Ok(Some(credentials));
                }
            }
            Ok(None)
        })
    }
}

impl fmt::Debug for CredentialsChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CredentialsChain").field(&self.0.len()).finish()
    }
}
