//! Where access tokens are kept between requests and between processes.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::transport::BoxFuture;

pub use file::FileStore;

mod file;

/// An access token and when it expires. `Debug` leaves the token out.
#[derive(Clone)]
pub struct AccessToken {
    secret: SecretString,
    expires_at: Timestamp,
}

impl AccessToken {
    /// Makes an access token of its text and the time it expires at.
    pub fn new(secret: impl Into<String>, expires_at: Timestamp) -> Self {
        Self { secret: SecretString::from(secret.into()), expires_at }
    }

    /// Returns the token itself, for a store to keep.
    pub fn expose_secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// Returns when the token expires.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Keeps access tokens.
///
/// A client asks its store before it requests a token, and only when it has no valid token of
/// its own. A store that fails costs a token request, never a call: the feature `tracing`
/// shows the error. A store must respond or fail: a client has no time limit of its own for it.
pub trait TokenStore: Send + Sync {
    /// Returns the token that was saved last under a key (a base URL and a client ID),
    /// expired or not.
    fn load<'a>(
        &'a self,
        key: &'a str,
    ) -> BoxFuture<'a, io::Result<Option<AccessToken>>>;

    /// Saves a token in place of an earlier one.
    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a AccessToken,
    ) -> BoxFuture<'a, io::Result<()>>;

    /// Forgets the token of a key.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>>;

    /// Waits for the turn to request a token, which lasts until what is returned is dropped.
    ///
    /// A store that several processes share lets one of them at a time request; by default
    /// nobody waits. A client asks the store once more when it has the turn.
    fn turn(&self) -> BoxFuture<'_, Box<dyn Send>> {
        Box::pin(std::future::ready(Box::new(()) as Box<dyn Send>))
    }
}

impl<T: TokenStore + ?Sized> TokenStore for Arc<T> {
    fn load<'a>(
        &'a self,
        key: &'a str,
    ) -> BoxFuture<'a, io::Result<Option<AccessToken>>> {
        (**self).load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a AccessToken,
    ) -> BoxFuture<'a, io::Result<()>> {
        (**self).save(key, token)
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        (**self).remove(key)
    }

    fn turn(&self) -> BoxFuture<'_, Box<dyn Send>> {
        (**self).turn()
    }
}

/// Keeps tokens in memory, to share them between clients of one process.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<BTreeMap<String, AccessToken>>);

impl TokenStore for MemoryStore {
    fn load<'a>(
        &'a self,
        key: &'a str,
    ) -> BoxFuture<'a, io::Result<Option<AccessToken>>> {
        Box::pin(async move {
            let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(tokens.get(key).cloned())
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a AccessToken,
    ) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            tokens.insert(key.to_owned(), token.clone());
            Ok(())
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn token(secret: &str) -> AccessToken {
        AccessToken::new(secret, "2999-01-01T00:00:00Z".parse().unwrap())
    }

    pub(super) async fn load(store: &impl TokenStore, key: &str) -> Option<String> {
        let token = store.load(key).await.unwrap();
        token.map(|token| token.expose_secret().to_owned())
    }

    pub(super) async fn keeps(store: &impl TokenStore) {
        assert_eq!(load(store, "a").await, None);
        store.save("a", &token("1")).await.unwrap();
        store.save("b", &token("2")).await.unwrap();
        store.save("a", &token("3")).await.unwrap();
        assert_eq!(load(store, "a").await.as_deref(), Some("3"));
        assert_eq!(load(store, "b").await.as_deref(), Some("2"));
        store.remove("a").await.unwrap();
        assert_eq!(load(store, "a").await, None);
        assert_eq!(load(store, "b").await.as_deref(), Some("2"));
    }

    #[tokio::test]
    async fn memory_keeps_the_last_token_of_each_key() {
        keeps(&MemoryStore::default()).await;
    }

    #[tokio::test]
    async fn debug_keeps_the_token() {
        let store = MemoryStore::default();
        store.save("a", &token("hunter2")).await.unwrap();
        let debug = format!("{:?} {store:?}", token("hunter2"));
        assert!(debug.contains("2999") && !debug.contains("hunter2"), "{debug}");
    }
}
