//! The client: the settings and the state that all requests share.

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

/// A client of the Atlas Admin API.
///
/// Cheap to clone and safe to share between tasks; clones share connections, access
/// tokens and nonces. A client needs Tokio, and works on several runtimes, at once or
/// one after the other. Each runtime has connections of its own.
#[derive(Clone)]
pub struct Client(Arc<Core>);

/// The shared part of a client's clones.
pub(crate) struct Core {
    pub(crate) connection: Connection,
    pub(crate) auth: Auth,
    pub(crate) scope: scope::Scope,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Budget,
    /// `None` where requests are not paced.
    pub(crate) pacer: Option<Pacer>,
    pub(crate) limits: Limits,
    /// Query parameters that are added to requests without a parameter of that name.
    pub(crate) query: Query,
    /// The outermost layer is first.
    pub(crate) layers: Box<[Arc<dyn Layer>]>,
    warned: Mutex<HashSet<(&'static str, Version)>>,
}

impl Client {
    /// Returns a builder with the defaults.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Revokes the access token of a service account: the client's own, and the token
    /// store's if it is another (`POST {base}/api/oauth/revoke`, RFC 7009). The next
    /// call requests a new token.
    ///
    /// The retries and the time limit are those of a call. Does nothing for other
    /// credentials, or if there is no token.
    ///
    /// # Errors
    ///
    /// Returns an error if the service didn't revoke a token. The client then keeps that
    /// token.
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
