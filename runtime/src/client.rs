//! The client: what all requests share.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::additions::Query;
use crate::auth::Auth;
use crate::connection::{Connection, Limits};
use crate::error::Error;
use crate::layer::Layer;
use crate::operation::Operation;
use crate::pace::Pacer;
use crate::retry::{Budget, RetryPolicy};
use crate::version::Version;

pub use builder::ClientBuilder;
pub use provider::EnvCredentials;
#[cfg(feature = "profiles")]
pub use provider::ProfileCredentials;

mod builder;
#[cfg(feature = "reqwest")]
mod connection;
mod env;
mod found;
mod infer;
#[cfg(feature = "keyring")]
mod keyring;
mod kind;
#[cfg(feature = "profiles")]
mod profile;
mod provider;
mod scope;

/// Sends requests.
///
/// Cheap to clone and safe to share between tasks; clones share connections, access tokens
/// and nonces. It needs Tokio, and works on several runtimes, at once or one after the other:
/// each has connections of its own.
#[derive(Clone)]
pub struct Client(Arc<Core>);

/// What the clones of a client share.
pub(crate) struct Core {
    pub(crate) connection: Connection,
    pub(crate) auth: Auth,
    pub(crate) scope: scope::Scope,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Budget,
    /// `None` where requests are not paced.
    pub(crate) pacer: Option<Pacer>,
    pub(crate) limits: Limits,
    /// The query parameters that are added to requests that have none of their names.
    pub(crate) query: Query,
    /// The outermost first.
    pub(crate) layers: Box<[Arc<dyn Layer>]>,
    warned: Mutex<HashSet<(&'static str, Version)>>,
}

impl Client {
    /// Returns a builder for a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Revokes the access token of a service account, that of this client and that of the token
    /// store where it is another (`POST {base}/api/oauth/revoke`, RFC 7009). The next request
    /// requests a new one.
    ///
    /// Has the retries and the time limit of a call. Does nothing for other credentials and where
    /// there is no token.
    ///
    /// # Errors
    ///
    /// Returns what kept the service from revoking a token, which then is kept.
    pub async fn revoke(&self) -> Result<(), Error> {
        self.core().auth.revoke().await
    }

    pub(crate) fn core(&self) -> &Core {
        &self.0
    }
}

impl Core {
    /// Returns true the first time that an operation is called in a deprecated version.
    pub(crate) fn is_news(&self, operation: &'static Operation) -> bool {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        warned.insert((operation.id, operation.version))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.connection.base.as_str())
            .field("auth", &self.0.auth)
            .field("retry", &self.0.retry)
            .finish_non_exhaustive()
    }
}
