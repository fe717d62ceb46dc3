//! Payloads that are not JSON (CSV, gzip archives): checked to be what the operation declares,
//! and then handed on as they arrive.

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
/// A response without a payload, with a part of it, or of another type than the operation
/// declares (a page of a proxy) is an error before any byte is handed out. What was compressed
/// by the operation (`+gzip`) stays compressed; what was compressed in transit is inflated, if
/// that was done with gzip, and an error otherwise. A chunk that takes longer than the client's
/// limit for an attempt to arrive ends the download with an error.
pub struct Download {
    body: Body,
    /// `None` where there is no limit, or the bytes are there already.
    patience: Option<Patience>,
    source: Source,
    length: Option<u64>,
    received: u64,
    progress: Option<Progress>,
    /// What arrived and was not read.
    rest: Bytes,
}

/// What a payload came of.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    pub(crate) operation: &'static Operation,
    /// How often the request was tried until its answer arrived.
    pub(crate) attempts: u32,
}

impl Source {
    /// Says of an error where it belongs.
    fn of(self, error: Error) -> Error {
        error.of(self.operation).edit(|error| error.attempts = self.attempts)
    }
}

type Progress = Box<dyn FnMut(u64, Option<u64>) + Send>;

/// How long the next chunk may take.
pub(crate) struct Patience {
    clock: Arc<dyn Clock>,
    limit: Duration,
    /// The end of the wait that goes on.
    end: Option<BoxFuture<'static, ()>>,
}

impl Patience {
    pub(crate) fn new(clock: Arc<dyn Clock>, limit: Duration) -> Self {
        Self { clock, limit, end: None }
    }

    /// Is ready once the wait for a chunk took too long.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let end = self.end.get_or_insert_with(|| self.clock.sleep(self.limit));
        end.as_mut().poll(context)
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.limit.fmt(f)
    }
}

impl Download {
    /// Makes a download of the response to an operation.
    ///
    /// # Errors
    ///
    /// Returns why the body is not the payload that the operation declares.
    pub(crate) fn accept(
        body: Body,
        patience: Option<Patience>,
        source: Source,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<Self, Error> {
        let (body, is_inflated) = accept::accept(body, source, status, headers)?;
        let length = headers::number(headers, "content-length");
        Ok(Self {
            body,
            patience,
            source,
            // That of the bytes in transit says nothing about the payload.
            length: length.filter(|_| !is_inflated),
            received: 0,
            progress: None,
            rest: Bytes::new(),
        })
    }

    /// Returns the size of the payload in bytes; `None` where the service did not say it, or
    /// compressed the payload in transit.
    pub fn size(&self) -> Option<u64> {
        self.length
    }

    /// Calls `progress` after each chunk with the bytes received so far and, where the service
    /// said it, the size of the payload.
    #[must_use]
    pub fn on_progress(
        mut self,
        progress: impl FnMut(u64, Option<u64>) + Send + 'static,
    ) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// Returns the next bytes, `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns what broke the connection, also where it ended before the payload did.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|context| self.poll_chunk(context)).await
    }

    /// Writes the payload to a file and returns its size in bytes.
    ///
    /// The bytes go to a temporary file in the same folder, which takes the name `path` when
    /// all have arrived: a file at `path` is whole or untouched. Dropping the future removes
    /// the temporary file.
    ///
    /// A new file can be read by its owner only (mode 0600 on Unix); one that replaces another
    /// has the permissions of that.
    ///
    /// # Errors
    ///
    /// Returns what broke the connection or kept the file from being written.
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        let source = self.source;
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
        // A name must not outlive a crash that its bytes didn't.
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
                if let Some(patience) = &mut self.patience {
                    patience.end = None;
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
            Poll::Ready(None) => Poll::Ready(Ok(None)),
            Poll::Pending => self.poll_patience(context),
        }
    }

    /// Fails where the next chunk takes too long.
    fn poll_patience(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Error>> {
        let Some(patience) = &mut self.patience else { return Poll::Pending };
        let limit = patience.limit;
        patience.poll(context).map(|()| Err(self.stalled(limit)))
    }

    fn stalled(&self, limit: Duration) -> Error {
        let message = format!("the download stood still for {limit:?}");
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

/// A file that is removed unless it was renamed.
struct Temporary(PathBuf);

impl Temporary {
    /// Makes a file beside another, and returns it with the permissions of that other one.
    async fn make(path: &Path) -> io::Result<(File, Self, Option<Permissions>)> {
        let temporary = Self(new_beside(path, "part"));
        let path = path.to_owned();
        // What makes the file also removes it where nobody waits for it any more.
        let made = tokio::task::spawn_blocking(move || {
            let file = private().create_new(true).open(&temporary.0)?;
            Ok((file, temporary, permissions(&path)))
        });
        made.await?
    }
}

/// Returns the permissions of a regular file; `None` where there is none.
fn permissions(path: &Path) -> Option<Permissions> {
    // Not those of what a symbolic link leads to: the link is replaced.
    let replaced = path.symlink_metadata().ok().filter(|replaced| replaced.is_file())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Nothing that was downloaded runs as another user.
        Some(Permissions::from_mode(replaced.permissions().mode() & 0o777))
    }
    #[cfg(not(unix))]
    {
        Some(replaced.permissions())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Fails, as it should, where the file has its name by now.
        _ = std::fs::remove_file(&self.0);
    }
}
