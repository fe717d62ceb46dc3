//! Access tokens in a file, for processes that live shortly.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{AccessToken, TokenStore};
use crate::clock::{self, Clock, SystemClock};
use crate::transport::BoxFuture;

/// Keeps tokens in a file that only its owner can read (mode 0600), so that processes that
/// live shortly share one: the service allows at most 100 active tokens for an account.
///
/// The file is replaced as a whole, so that a process never reads half of one. While a process
/// requests a token it holds a lock on a file beside it (`….lock`, which stays), and the others
/// wait for its token, for 10 seconds at most. The lock of a process that ends, however it
/// ends, ends with it.
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
        let now = SystemClock.now();
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
        Box::pin(async move {
            Box::new(Lock::take(&beside(&self.path, "lock")).await) as Box<dyn Send>
        })
    }
}

/// The turn of one process: the operating system's lock on a file, held while it is open.
///
/// The file is never removed: who waits for the lock of a removed file would not keep out who
/// makes the next.
struct Lock(#[expect(dead_code, reason = "what counts is that it is open")] File);

impl Lock {
    /// Waits for the lock, but not for ever: to go on without it costs a token request.
    async fn take(path: &Path) -> Option<Self> {
        let file = private().create(true).truncate(false).open(path).ok()?;
        for _ in 0..200 {
            // `lock` would keep a thread for as long as it waits, even where nobody wants the turn
            // any more.
            match file.try_lock() {
                Ok(()) => return Some(Self(file)),
                Err(TryLockError::Error(_)) => return None,
                Err(TryLockError::WouldBlock) => {
                    SystemClock.sleep(Duration::from_millis(50)).await;
                }
            }
        }
        None
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
    private().create_new(true).open(path)?.write_all(bytes)
}

/// Opens files to write; those that it makes are their owner's alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::super::tests::{keeps, load, token};
    use super::*;

    fn folder() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("atlas-{:x}", clock::random()));
        std::fs::create_dir(&folder).unwrap();
        folder
    }

    #[tokio::test]
    async fn a_file_keeps_the_last_token_of_each_key() {
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
    async fn what_expired_is_dropped() {
        let folder = folder();
        let store = FileStore::new(folder.join("tokens"));
        let expired = AccessToken::new("1", "2000-01-01T00:00:00Z".parse().unwrap());
        store.save("a", &expired).await.unwrap();
        assert_eq!(load(&store, "a").await.as_deref(), Some("1"));
        store.save("b", &token("2")).await.unwrap();
        assert_eq!(load(&store, "a").await, None);
        assert_eq!(load(&store, "b").await.as_deref(), Some("2"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn one_client_at_a_time_has_the_turn() {
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
        std::fs::remove_dir_all(folder).unwrap();
    }
}
