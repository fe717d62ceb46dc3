//! The trait of credentials providers.

use std::fmt;
use std::future::{Future, ready};
use std::sync::Arc;

use super::Credentials;
use crate::transport::{BoxError, BoxFuture};

/// A source of a client's credentials. The client asks it when it sends its first
/// request, again before the credentials [expire](Credentials::expires_at) or are to be
/// [refreshed](Credentials::refresh_after), and when the service refuses them. So a
/// secret rotates without a restart.
///
/// One call of a client asks, while the others continue with the current credentials. If
/// a provider fails, its earlier credentials are used until they expire. A provider has
/// 55 seconds to respond. After a refusal that made the client ask, other refusals make
/// it ask again only 30 seconds later.
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
    /// Returns the current credentials. `None` if this provider has none, so that the
    /// next one of a chain is asked.
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
