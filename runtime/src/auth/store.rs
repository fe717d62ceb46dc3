//! Where access tokens are kept between requests and between processes.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value as Json, json};

use crate::clock;
use crate::transport::BoxFuture;

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
/// A client asks its store before it asks the service, and only when it has no token of its
/// own. A store that fails costs a token request, never a call.
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

/// Keeps tokens in a file that only its owner can read (mode 0600), so that processes that
/// live shortly share one: the service allows at most 100 active tokens for an account.
///
/// The file is replaced as a whole, so that a process never reads half of one. While a process
/// requests a token, a file beside it (`….lock`) lets the others wait for it: for 10 seconds at
/// most, and for one that has died not at all after 30.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
}

impl FileStore {
    /// Makes a store in a file, which need not exist; its folder must.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Returns all that the file holds; a file that is missing or unreadable holds nothing.
    fn read(&self) -> io::Result<serde_json::Map<String, Json>> {
        match std::fs::read(&self.path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Default::default())
            }
            Err(error) => Err(error),
        }
    }

    /// Changes one entry and drops those that expired.
    fn change(&self, key: &str, token: Option<&AccessToken>) -> io::Result<()> {
        let mut tokens = self.read()?;
        tokens.remove(key);
        let now = Timestamp::now();
        tokens
            .retain(|_, entry| parse(entry).is_some_and(|token| token.expires_at > now));
        if let Some(token) = token {
            let entry = json!({
                "access_token": token.expose_secret(),
                "expires_at": token.expires_at.to_string(),
            });
            tokens.insert(key.to_owned(), entry);
        }
        replace(&self.path, Json::Object(tokens).to_string().as_bytes())
    }
}

// The file is small and local: reading it takes less time than moving it to another thread.
impl TokenStore for FileStore {
    fn load<'a>(
        &'a self,
        key: &'a str,
    ) -> BoxFuture<'a, io::Result<Option<AccessToken>>> {
        Box::pin(async move { Ok(self.read()?.get(key).and_then(parse)) })
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a AccessToken,
    ) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move { self.change(key, Some(token)) })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move { self.change(key, None) })
    }

    fn turn(&self) -> BoxFuture<'_, Box<dyn Send>> {
        Box::pin(
            async move { Box::new(Lock::take(beside(&self.path, "lock")).await) as _ },
        )
    }
}

/// A file that exists while somebody has the turn.
///
/// Not `File::lock`, which needs Rust 1.89.
struct Lock(PathBuf);

impl Lock {
    /// Waits for the lock, but not for ever: to go on without it costs a token request.
    async fn take(path: PathBuf) -> Option<Self> {
        for _ in 0..200 {
            match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(_) => return Some(Self(path)),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return None;
                }
                Err(_) if Self::is_left(&path) => _ = std::fs::remove_file(&path),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        None
    }

    /// Tells whether the process that made the lock must have died.
    fn is_left(path: &Path) -> bool {
        let made = path.metadata().and_then(|metadata| metadata.modified());
        let age = made.ok().and_then(|made| made.elapsed().ok());
        age.is_some_and(|age| age > Duration::from_secs(30))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}

fn parse(entry: &Json) -> Option<AccessToken> {
    let secret = entry.get("access_token")?.as_str()?;
    let expires_at = entry.get("expires_at")?.as_str()?.parse().ok()?;
    Some(AccessToken::new(secret, expires_at))
}

/// Returns the path of a file beside another: its name with a suffix.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

/// Writes a file beside `path` that only its owner can read, and renames it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = beside(path, &format!("{:016x}.tmp", clock::random()));
    let written = write_private(&temporary, bytes)
        .and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        _ = std::fs::remove_file(&temporary);
    }
    written
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("atlas-{:x}", clock::random()));
        std::fs::create_dir(&folder).unwrap();
        folder
    }

    fn token(secret: &str) -> AccessToken {
        AccessToken::new(secret, "2999-01-01T00:00:00Z".parse().unwrap())
    }

    async fn load(store: &impl TokenStore, key: &str) -> Option<String> {
        let token = store.load(key).await.unwrap();
        token.map(|token| token.expose_secret().to_owned())
    }

    async fn keeps(store: &impl TokenStore) {
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
    async fn stores_keep_the_last_token_of_each_key() {
        keeps(&MemoryStore::default()).await;
        let folder = folder();
        keeps(&FileStore::new(folder.join("tokens"))).await;
        let names: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_file_is_private_even_where_an_older_one_was_not() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder();
        let path = folder.join("tokens");
        std::fs::write(&path, "not json").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        let store = FileStore::new(&path);
        store.save("a", &token("1")).await.unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(load(&store, "a").await.as_deref(), Some("1"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn writers_at_once_never_tear_the_file() {
        let folder = folder();
        let path = folder.join("tokens");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let store = FileStore::new(&path);
                scope.spawn(move || {
                    for round in 0..50 {
                        let token = token(&"x".repeat(1 + 97 * round * writer));
                        store.change("a", Some(&token)).unwrap();
                        assert!(store.read().unwrap().contains_key("a"));
                    }
                });
            }
        });
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn one_process_at_a_time_has_the_turn() {
        let folder = folder();
        let store = FileStore::new(folder.join("tokens"));
        let turn = store.turn().await;
        let other = tokio::spawn({
            let store = store.clone();
            async move { drop(store.turn().await) }
        });
        tokio::task::yield_now().await;
        assert!(!other.is_finished());
        drop(turn);
        other.await.unwrap();
        // One that somebody left behind counts for nothing.
        let lock = folder.join("tokens.lock");
        let left = std::fs::File::create(&lock).unwrap();
        left.set_modified(std::time::SystemTime::now() - Duration::from_secs(60))
            .unwrap();
        drop(store.turn().await);
        assert!(!lock.exists());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn debug_keeps_the_token() {
        assert!(!format!("{:?}", token("hunter2")).contains("hunter2"));
    }
}
