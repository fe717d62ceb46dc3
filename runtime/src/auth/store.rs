//! Stores of access tokens, between requests and between processes.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::transport::BoxFuture;

pub use file::FileStore;

mod file;

/// An access token and its expiry. `Debug` omits the token.
#[derive(Clone)]
pub struct AccessToken {
    secret: SecretString,
    expires_at: Timestamp,
}

impl AccessToken {
    /// Creates an access token from its text and its expiry.
    pub fn new(secret: impl Into<String>, expires_at: Timestamp) -> Self {
        Self { secret: SecretString::from(secret.into()), expires_at }
    }

    /// Returns the token itself, for a store to save.
    pub fn expose_secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// Returns the expiry of the token.
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

/// A store of access tokens.
///
/// A client loads a token from its store before it requests one, and only when it has
/// no valid token of its own. A store that fails costs a token request, never a call:
/// the feature `tracing` shows the error. A store must respond or fail in reasonable
/// time; a client continues without the store after 5 seconds for each `load`, `save`
/// and `remove`, and after 15 seconds for `lock`.
pub trait TokenStore: Send + Sync {
    /// Returns the last token saved under a key (a base URL and a client ID), expired or
    /// not. `None` if there is none.
    fn load<'a>(
        &'a self,
        key: &'a str,
    ) -> BoxFuture<'a, io::Result<Option<AccessToken>>>;

    /// Saves a token under a key, and replaces an earlier one.
    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a AccessToken,
    ) -> BoxFuture<'a, io::Result<()>>;

    /// Removes the token of a key.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>>;

    /// Waits for the exclusive right to request a token. The right lasts until the
    /// returned value is dropped.
    ///
    /// A store shared by several processes lets one of them request a token at a time.
    /// By default, no process waits. A client that has the right loads the token again
    /// before it requests one.
    fn lock(&self) -> BoxFuture<'_, Box<dyn Send>> {
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

    fn lock(&self) -> BoxFuture<'_, Box<dyn Send>> {
        (**self).lock()
    }
}

/// A store in memory, to share tokens between clients of one process.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<HashMap<String, AccessToken>>);

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
