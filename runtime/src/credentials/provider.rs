//! Where credentials come from, and go on coming from.

use std::fmt;
use std::future::{Future, ready};
use std::sync::Arc;

use super::Credentials;
use crate::transport::{BoxError, BoxFuture};

/// Gives a client its credentials: when it sends its first request, again before they
/// [expire](Credentials::expires_at) or are to be [refreshed](Credentials::refresh_after), and
/// when the service refuses them. So a secret rotates without a restart.
///
/// One call of a client asks while the others go on with what there is. Where a provider fails,
/// what it gave before is used until it expires. It has 55 seconds to respond, and at least
/// 30 seconds pass between two refusals for which it is asked.
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
/// So are [`Credentials`] themselves, [`FileCredentials`](crate::FileCredentials),
/// [`CommandCredentials`](crate::CommandCredentials), and a
/// [`CredentialsChain`](crate::CredentialsChain) of several.
pub trait CredentialsProvider: Send + Sync {
    /// Returns the present credentials; `None` where this provider has none, so that the next of
    /// a chain is asked.
    ///
    /// # Errors
    ///
    /// Returns what keeps credentials that should be there from being had. The message must not
    /// hold a secret.
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
