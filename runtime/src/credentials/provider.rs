//! The trait of credentials providers.

use std::fmt;
use std::future::{Future, ready};
use std::sync::Arc;

use super::Credentials;
use crate::transport::{BoxError, BoxFuture};

/// A source of a client's credentials. The client calls the provider when it sends its
/// first request, again before the credentials [expire](Credentials::expires_at) or are
/// to be [refreshed](Credentials::refresh_after), and when the service refuses them. So
/// a secret rotates without a restart.
///
/// Only one call waits for the provider, while the others continue with the current
/// credentials. If a provider fails, its earlier credentials are used until they
/// expire. A provider that takes longer than 55 seconds has failed. Because of
/// refusals, the client calls the provider at most once in 30 seconds.
///
/// Closures are providers:
///
/// ```
/// use atlas_admin_runtime::{Client, Credentials};
/// # async fn read_from_vault() -> Result<String, std::io::Error> { Ok(String::new()) }
///
/// let client = Client::builder()
///     .credentials_provider(|| async {
///         let secret = read_from_vault().await?;
///         Ok(Some(Credentials::service_account("mdb_sa_id_…", secret)))
///     })
///     .build()?;
/// # Ok::<(), atlas_admin_runtime::Error>(())
/// ```
///
/// [`Credentials`] themselves are providers too, and so are
/// [`FileCredentials`](crate::FileCredentials),
/// [`CommandCredentials`](crate::CommandCredentials), and a
/// [`CredentialsChain`](crate::CredentialsChain) of several.
pub trait CredentialsProvider: Send + Sync {
    /// Returns the current credentials. `None` if this provider has none, so that a
    /// chain calls the next one.
    ///
    /// # Errors
    ///
    /// Returns an error if credentials exist but can't be read. The message must not
    /// contain a secret.
    fn provide(&self) -> BoxFuture<'_, Result<Option<Credentials>, BoxError>>;
}

impl CredentialsProvider for Credentials {
    fn provide(&self) -> BoxFuture<'_, Result<Option<Credentials>, BoxError>> {
        Box::pin(ready(Ok(Some(self.clone()))))
    }
}

impl<T: CredentialsProvider + ?Sized> CredentialsProvider for Arc<T> {
    fn provide(&self) -> BoxFuture<'_, Result<Option<Credentials>, BoxError>> {
        (**self).provide()
    }
}

impl<F, R> CredentialsProvider for F
where
    F: Fn() -> R + Send + Sync,
    R: Future<Output = Result<Option<Credentials>, BoxError>> + Send + 'static,
{
    fn provide(&self) -> BoxFuture<'_, Result<Option<Credentials>, BoxError>> {
        Box::pin(self())
    }
}

impl fmt::Debug for dyn CredentialsProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialsProvider(..)")
    }
}
