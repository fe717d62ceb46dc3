//! Access tokens in a file, for short-lived processes.
//!
//! The caller chooses the path, so the file may be anything. The store checks a file
//! once it is open ([`disk`]), and replaces a file only if this store wrote it
//! ([`tokens`]). File operations run on dedicated threads ([`detached`]).

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

/// The wait between two attempts to take the lock.
const LOCK_INTERVAL: Duration = Duration::from_millis(50);

/// The number of attempts to take the lock: they last 10 seconds.
const LOCK_ATTEMPTS: u32 = 200;

/// A store in a file that only its owner can read (mode 0600), so that short-lived
/// processes share a token. The service allows at most 100 active tokens for an account.
///
/// The file is replaced as a whole, so that no process reads half of it. A process that
/// requests a token holds a lock on a second file (the path with `.lock`, which is never
/// removed), and the others wait for its token, for 10 seconds at most. The operating
/// system releases the lock of a process that ends for any reason.
///
/// A file that this store did not write is an error and stays unchanged; an empty file
/// is used as the store. Other errors are anything but a regular file (symbolic links
/// included) and, on Unix, a file of another user. Tokens in a file that other users can
/// read or write are not used, and saving the next token replaces that file with a
/// private one. On Windows, the permissions of the folder must keep other users out.
///
/// Files are read and written on dedicated threads. A file system that does not respond
/// within 2 seconds, such as an unreachable network mount, is an error, and so is every
/// use of the store until it responds. A client whose store fails requests a token of
/// its own; the feature `tracing` shows the error.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
    late: Arc<Late>,
}

impl FileStore {
    /// Creates a store in a file. The file need not exist; its folder must.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into().into(), late: Arc::default() }
    }

    /// Runs a file operation on a dedicated thread, for a limited time.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let path = self.path.clone();
        let done = detached::run(&self.late, move || work(&path)).await;
        done.unwrap_or_else(|| {
            let message = format!(
                "the file system of {} does not respond; use a path on a local file system",
                self.path.display()
            );
            Err(io::Error::new(io::ErrorKind::TimedOut, message))
        })
    }

    /// Waits for the lock, for a limited time: continuing without the lock costs only a
    /// token request.
    async fn lock_file(&self) -> io::Result<Option<Lock>> {
        let file = self.run(|path| {
            // No lock file beside a file that this store didn't write.
            tokens::read(path)?;
            disk::open_lock(&beside(path, "lock"))
        });
        let mut file = file.await?;
        for _ in 0..LOCK_ATTEMPTS {
            // `lock` would block a thread while it waits, even after the caller has
            // given up.
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
                "its tokens are not used; saving the next token replaces it with a private file",
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

    fn lock(&self) -> BoxFuture<'_, Box<dyn Send>> {
        Box::pin(async move {
            Box::new(self.lock_file().await.ok().flatten()) as Box<dyn Send>
        })
    }
}

/// The lock of one process: the operating system's lock on a file, held while the file
/// is open.
///
/// The file is never removed: a process waiting for the lock of a removed file would not
/// exclude a process that creates the next file.
struct Lock(#[expect(dead_code, reason = "what counts is that it is open")] File);

/// Changes one entry and removes the expired ones.
fn change(path: &Path, key: &str, token: Option<&AccessToken>) -> io::Result<()> {
    let mut tokens = match tokens::read(path)? {
        Found::Nothing if token.is_none() => return Ok(()),
        Found::Tokens(tokens) => tokens,
        // Tokens that other users could have written are not copied into a private file.
        Found::Nothing | Found::Exposed(_) => Tokens::default(),
    };
    tokens.set(key, token, SystemClock.now());
    disk::replace(path, tokens.to_string().as_bytes())
}

#[cfg(test)]
mod tests;
