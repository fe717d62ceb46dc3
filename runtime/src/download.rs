//! Payloads that are not JSON (CSV, gzip archives). They are checked against the
//! operation's declaration, and then passed on as they arrive.

use std::fmt;
use std::fs::{File, Permissions};
use std::future::poll_fn;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};

use crate::clock::Clock;
use crate::error::{Error, Kind};
use crate::file::{new_beside, private};
use crate::headers;
use crate::operation::Operation;
use crate::transport::{Body, BoxFuture};

mod accept;
mod inflate;

/// A payload as it arrives: a `Stream` of [`Bytes`], an `AsyncRead`, or a file by
/// [`Download::save_to`].
///
/// A response without a payload, with a part of it, or with another type than the
/// operation declares (such as a proxy's page) is an error before any byte is returned.
/// A payload that the operation declares as compressed (`+gzip`) stays compressed. A
/// payload that was compressed in transit is decompressed if the coding is gzip; any
/// other coding is an error. A chunk that takes longer to arrive than the client's time
/// limit of an attempt ends the download with an error.
pub struct Download {
    body: Body,
    /// `None` if there is no limit, or the bytes have already arrived.
    chunk_timeout: Option<ChunkTimeout>,
    source: Source,
    length: Option<u64>,
    received: u64,
    progress: Option<Progress>,
    /// Bytes that have arrived and have not been read.
    rest: Bytes,
}

/// The origin of a payload.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) operation: &'static Operation,
    /// The method and path of a raw request.
    pub(crate) raw: Option<Arc<str>>,
    /// The number of attempts until the response arrived.
    pub(crate) attempts: u32,
    /// Whether the response states the end of its body. Without that, a truncated
    /// payload looks complete.
    pub(crate) is_framed: bool,
}

impl Source {
    /// Adds the origin to an error.
    fn of(&self, error: Error) -> Error {
        let may_be_executed = error.may_have_been_executed();
        error
            .of_request(self.operation, self.raw.as_ref())
            .after(self.attempts, may_be_executed)
    }
}

type Progress = Box<dyn FnMut(u64, Option<u64>) + Send>;

/// The time limit for the next chunk.
pub(crate) struct ChunkTimeout {
    clock: Arc<dyn Clock>,
    limit: Duration,
    /// The end of the current wait.
    end: Option<BoxFuture<'static, ()>>,
}

impl ChunkTimeout {
    pub(crate) fn new(clock: Arc<dyn Clock>, limit: Duration) -> Self {
        Self { clock, limit, end: None }
    }

    /// Returns `Ready` once the wait for a chunk has exceeded the limit.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let end = self.end.get_or_insert_with(|| self.clock.sleep(self.limit));
        end.as_mut().poll(context)
    }
}

impl fmt::Debug for ChunkTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.limit.fmt(f)
    }
}

impl Download {
    /// Creates a download from the response to an operation.
    ///
    /// # Errors
    ///
    /// Returns why the body is not the operation's payload.
    pub(crate) fn accept(
        body: Body,
        chunk_timeout: Option<ChunkTimeout>,
        source: Source,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<Self, Error> {
        let (body, is_inflated) = accept::accept(body, &source, status, headers)?;
        let length = headers::number(headers, "content-length");
        Ok(Self {
            body,
            chunk_timeout,
            source,
            // The length of the bytes in transit says nothing about the decompressed
            // payload.
            length: length.filter(|_| !is_inflated),
            received: 0,
            progress: None,
            rest: Bytes::new(),
        })
    }

    /// Returns the size of the payload in bytes. `None` if the service did not state it,
    /// or compressed the payload in transit.
    pub fn size(&self) -> Option<u64> {
        self.length
    }

    /// Calls `progress` after each chunk with the number of bytes received so far, and
    /// the size of the payload if it is known.
    #[must_use]
    pub fn on_progress(
        mut self,
        progress: impl FnMut(u64, Option<u64>) + Send + 'static,
    ) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// Returns the next bytes; `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns an error if the connection broke or ended before the payload did, or if
    /// the next bytes took longer than the time limit of an attempt.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|context| self.poll_chunk(context)).await
    }

    /// Writes the payload to a file and returns its size in bytes.
    ///
    /// The bytes are written to a temporary file in the same folder, which is renamed to
    /// `path` when all have arrived: the file at `path` is complete or unchanged.
    /// Dropping the future removes the temporary file.
    ///
    /// Only its owner can read a new file (mode 0600 on Unix). A file that replaces
    /// another keeps that file's permissions.
    ///
    /// # Errors
    ///
    /// Returns the errors of `chunk`, and an error if the file could not be written.
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        let source = self.source.clone();
        let fail = |error: io::Error| {
            let message = format!("can't write {}: {error}", path.display());
            source.of(Error::with_source(Kind::File, message, error))
        };
        let (file, temporary, permissions) =
            Temporary::make(path).await.map_err(fail)?;
        let mut file = tokio::fs::File::from_std(file);
        while let Some(chunk) = self.chunk().await? {
            file.write_all(&chunk).await.map_err(fail)?;
        }
        file.flush().await.map_err(fail)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions).await.map_err(fail)?;
        }
        // Otherwise a crash could leave the name without its bytes.
        file.sync_all().await.map_err(fail)?;
        drop(file);
        tokio::fs::rename(&temporary.0, path).await.map_err(fail)?;
        Ok(self.received)
    }

    fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Error>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Ok(Some(std::mem::take(&mut self.rest))));
        }
        match self.body.poll_chunk(context) {
            Poll::Ready(Some(Ok(chunk))) => {
                if let Some(timeout) = &mut self.chunk_timeout {
                    timeout.end = None;
                }
                self.received += chunk.len() as u64;
                if let Some(progress) = &mut self.progress {
                    progress(self.received, self.length);
                }
                Poll::Ready(Ok(Some(chunk)))
            }
            Poll::Ready(Some(Err(error))) => {
                let message =
                    format!("the download broke off after {} bytes", self.received);
                let error = Error::with_source(Kind::Transport, message, error);
                Poll::Ready(Err(self.source.of(error)))
            }
            Poll::Ready(None) if self.received == 0 && !self.source.is_framed => {
                let message = "the connection ended before the payload arrived";
                let error = Error::new(Kind::Transport, message);
                Poll::Ready(Err(self.source.of(error)))
            }
            Poll::Ready(None) => Poll::Ready(Ok(None)),
            Poll::Pending => self.poll_chunk_timeout(context),
        }
    }

    /// Fails if the next chunk takes too long.
    fn poll_chunk_timeout(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Error>> {
        let Some(timeout) = &mut self.chunk_timeout else { return Poll::Pending };
        let limit = timeout.limit;
        timeout.poll(context).map(|()| Err(self.stalled(limit)))
    }

    fn stalled(&self, limit: Duration) -> Error {
        let message = format!(
            "the download stalled: no data arrived for {limit:?}, the time limit of an attempt (`attempt_timeout`)"
        );
        self.source.of(Error::new(Kind::Timeout, message))
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        self.poll_chunk(context).map(Result::transpose)
    }
}

impl AsyncRead for Download {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut chunk = match self.poll_chunk(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(None)) => return Poll::Ready(Ok(())),
            Poll::Ready(Ok(Some(chunk))) => chunk,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
        };
        let fits = chunk.len().min(buffer.remaining());
        buffer.put_slice(&chunk[..fits]);
        chunk.advance(fits);
        self.rest = chunk;
        Poll::Ready(Ok(()))
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("operation", &self.source.operation.id)
            .field("length", &self.length)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

/// A file that is removed unless it has been renamed.
struct Temporary(PathBuf);

impl Temporary {
    /// Creates a file next to another, and returns the new file with the permissions of
    /// the other.
    async fn make(path: &Path) -> io::Result<(File, Self, Option<Permissions>)> {
        let temporary = Self(new_beside(path, "part"));
        let path = path.to_owned();
        // The task that creates the file also removes it if the caller has stopped
        // waiting.
        let made = tokio::task::spawn_blocking(move || {
            let file = private().create_new(true).open(&temporary.0)?;
            Ok((file, temporary, permissions(&path)))
        });
        made.await?
    }
}

/// Returns the permissions of a regular file; `None` if there is none.
fn permissions(path: &Path) -> Option<Permissions> {
    // Not those of the target of a symbolic link, because the link itself is replaced.
    let replaced = path.symlink_metadata().ok().filter(|replaced| replaced.is_file())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A downloaded file never runs as another user.
        Some(Permissions::from_mode(replaced.permissions().mode() & 0o777))
    }
    #[cfg(not(unix))]
    {
        Some(replaced.permissions())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Fails, as intended, if the file has been renamed.
        _ = std::fs::remove_file(&self.0);
    }
}
