//! The client: what all requests share.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderValue;

use crate::auth::Auth;
use crate::clock::Clock;
use crate::error::Error;
use crate::operation::Operation;
use crate::pace::Pacer;
use crate::retry::{Budget, RetryPolicy};
use crate::transport::Transport;
use crate::version::Version;

pub use builder::ClientBuilder;

pub(crate) mod base;
mod builder;
#[cfg(feature = "reqwest")]
mod connection;
mod env;
mod profile;

/// Sends requests.
///
/// Cheap to clone and safe to share between tasks; clones share connections, access tokens
/// and nonces. It needs Tokio, and works on several runtimes, at once or one after the other:
/// each has connections of its own.
#[derive(Clone)]
pub struct Client(Arc<Core>);

/// What the clones of a client share.
pub(crate) struct Core {
    pub(crate) base: base::Base,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) auth: Auth,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Budget,
    /// `None` where requests are not paced.
    pub(crate) pacer: Option<Pacer>,
    pub(crate) limits: Limits,
    pub(crate) user_agent: HeaderValue,
    warned: Mutex<HashSet<(&'static str, Version)>>,
}

/// What a request may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// One try, its body included.
    pub(crate) attempt: Option<Duration>,
    /// All tries and the waits between them.
    pub(crate) total: Option<Duration>,
    /// A body that is read as a whole, in bytes after inflating.
    pub(crate) body: u64,
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
        match &self.core().auth {
            Auth::ServiceAccount(account) => account.revoke().await,
            _ => Ok(()),
        }
    }

    pub(crate) fn core(&self) -> &Core {
        &self.0
    }
}

impl Core {
    /// Returns a core with the same transport and limits that sends no credentials.
    pub(crate) fn without_credentials(&self) -> Self {
        Self {
            base: self.base.clone(),
            transport: Arc::clone(&self.transport),
            clock: Arc::clone(&self.clock),
            auth: Auth::None,
            retry: self.retry.clone(),
            budget: Budget::default(),
            pacer: None,
            limits: self.limits,
            user_agent: self.user_agent.clone(),
            warned: Mutex::default(),
        }
    }

    /// Tells whether this is the first sight of a deprecated operation in a version.
    pub(crate) fn is_news(&self, operation: &'static Operation) -> bool {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        warned.insert((operation.id, operation.version))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.base.as_str())
            .field("auth", &self.0.auth)
            .field("retry", &self.0.retry)
            .finish_non_exhaustive()
    }
}
