//! Access tokens in a file, for short-lived processes.
//!
//! The path is the caller's, so any file may be there: a file is checked once it is open
//! ([`disk`]), and replaced only if this store wrote it ([`tokens`]). All of it runs on threads
//! of its own ([`detached`]).

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use detached::Late;
use tokens::{Found, Tokens};

use super::{AccessToken, TokenStore};
use crate::clock::{Clock, SystemClock};
use crate::file::beside;
use crate::transport::BoxFuture;

mod detached;
mod disk;
mod tokens;

/// The wait before the lock of another process is tried again.
const LOCK_INTERVAL: Duration = Duration::from_millis(50);

/// The number of attempts to take the lock of another process: 10 seconds.
const LOCK_TRIES: u32 = 200;

/// Keeps tokens in a file that only its owner can read (mode 0600), so that short-lived
/// processes share one: the service allows at most 100 active tokens for an account.
///
/// The file is replaced as a whole, so that a process never reads half of one. While a process
/// requests a token it holds a lock on a file beside it (`….lock`, which stays), and the others
/// wait for its token, for 10 seconds at most. The lock of a process that ends, however it
/// ends, ends with it.
///
/// A file that this store did not write is an error and stays as it is; an empty one is taken
/// over. So is anything but a regular file (a symbolic link included), and, on Unix, a file of
/// another user. Tokens in a file that other users can read or write are not used; the next
/// token that is saved replaces that file with a private one. On Windows the folder has to
/// keep other users out.
///
/// Files are read and written on a thread of their own. A file system that does not respond
/// within 2 seconds, as a dead network mount, is an error, and so is every use of the store
/// until it does. A client whose store fails requests a token of its own; the feature `tracing`
/// shows the error.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
    late: Arc<Late>,
}

impl FileStore {
    /// Makes a store in a file, which need not exist; its folder must.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into().into(), late: Arc::default() }
    }

    /// Runs file work on a thread of its own, for a limited time.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let path = self.path.clone();
        let done = detached::run(&self.late, move || work(&path)).await;
        done.unwrap_or_else(|| {
            let message = format!(
                "the file system of {} does not respond; name a path on a local one",
                self.path.display()
            );
            Err(io::Error::new(io::ErrorKind::TimedOut, message))
        })
    }

    /// Waits for the lock, but not for ever: to go on without it costs a token request.
    async fn lock(&self) -> io::Result<Option<Lock>> {
        let file = self.run(|path| {
            // No lock beside a file that is not a store's.
            tokens::read(path)?;
            disk::open_lock(&beside(path, "lock"))
        });
        let mut file = file.await?;
        for _ in 0..LOCK_TRIES {
            // `lock` would keep a thread for as long as it waits, even where nobody wants the turn
            // any more.
            let tried = self.run(move |_| match file.try_lock() {
                Ok(()) => Ok((file, true)),
                Err(TryLockError::WouldBlock) => Ok((file, false)),
                Err(TryLockError::Error(error)) => Err(error),
            });
            let is_locked;
            (file, is_locked) = tried.await?;
            if is_locked {
                return Ok(Some(Lock(file)));
            }
            SystemClock.sleep(LOCK_INTERVAL).await;
        }
        Ok(None)
    }
}

impl TokenStore for FileStore {
    fn load<'a>(
        &'a self,
        key: &'a str,
    ) -> BoxFuture<'a, io::Result<Option<AccessToken>>> {
        let key = key.to_owned();
        Box::pin(self.run(move |path| match tokens::read(path)? {
            Found::Nothing => Ok(None),
            Found::Tokens(tokens) => Ok(tokens.get(&key)),
            Found::Exposed(mode) => Err(disk::refuse(
                path,
                &format!("can be read or written by other users (mode {mode:04o})"),
                "its tokens are not used, and the next one that is saved makes it private",
            )),
        }))
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a AccessToken,
    ) -> BoxFuture<'a, io::Result<()>> {
        let (key, token) = (key.to_owned(), token.clone());
        Box::pin(self.run(move |path| change(path, &key, Some(&token))))
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        let key = key.to_owned();
        Box::pin(self.run(move |path| change(path, &key, None)))
    }

    fn turn(&self) -> BoxFuture<'_, Box<dyn Send>> {
        Box::pin(
            async move { Box::new(self.lock().await.ok().flatten()) as Box<dyn Send> },
        )
    }
}

/// The turn of one process: the operating system's lock on a file, held while it is open.
///
/// The file is never removed: who waits for the lock of a removed file would not keep out who
/// makes the next.
struct Lock(#[expect(dead_code, reason = "what counts is that it is open")] File);

/// Changes one entry and drops those that expired.
fn change(path: &Path, key: &str, token: Option<&AccessToken>) -> io::Result<()> {
    let mut tokens = match tokens::read(path)? {
        Found::Nothing if token.is_none() => return Ok(()),
        Found::Tokens(tokens) => tokens,
        // What others could write is not carried on into a private file.
        Found::Nothing | Found::Exposed(_) => Tokens::default(),
    };
    tokens.set(key, token, SystemClock.now());
    disk::replace(path, tokens.to_string().as_bytes())
}

#[cfg(test)]
mod tests;
