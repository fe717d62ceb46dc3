//! The API without async: a client with a runtime of its own.
//!
//! [`Request::send_blocking`] and [`PagedRequest::iter`] correspond to `send` and
//! `stream`. [`Download::into_read`] turns a payload into a [`Read`].
//! [`Client::block_on`] waits for everything else (a poll, a download to a file).
//!
//! These functions work wherever a thread may block: in a program without async, in
//! Tokio's `spawn_blocking` and `block_in_place`, and on a thread that has entered a
//! runtime. In async code, they return an error instead of stalling the thread: call
//! them in `spawn_blocking` there, or await the request.

use std::fmt;
use std::future::poll_fn;
use std::io::{self, Read};
use std::iter::FusedIterator;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Kind};
use crate::output::{Download, Output};
use crate::page::{Page, PagedRequest};
use crate::request::{Options, Request};
use crate::response::Response;

mod wait;

/// A [`client`](crate::Client) for programs without async.
///
/// Cheap to clone and safe to share between threads. It has one thread of its own, which
/// maintains connections between calls.
#[derive(Clone)]
pub struct Client {
    client: crate::client::Client,
    runtime: Arc<Own>,
}

struct Own(Option<Runtime>);

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // A plain drop waits for the runtime's thread, and panics inside async code.
            runtime.shutdown_background();
        }
    }
}

impl Client {
    /// Creates a blocking client from a client.
    ///
    /// # Errors
    ///
    /// Returns an error if the system can't start a thread.
    pub fn new(client: crate::client::Client) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::with_source(
                Kind::Configuration,
                "the system could not start a thread for the blocking client",
                error,
            )
        })?;
        Ok(Self { client, runtime: Arc::new(Own(Some(runtime))) })
    }

    /// Creates a client from the environment: see
    /// [`ClientBuilder::from_env`](crate::ClientBuilder::from_env).
    ///
    /// # Errors
    ///
    /// Returns an error that names the missing variables.
    pub fn from_env() -> Result<Self, Error> {
        Self::new(crate::client::Client::from_env()?)
    }

    /// Creates a client from the environment, else from a profile of the Atlas CLI: see
    /// [`ClientBuilder::infer`](crate::ClientBuilder::infer).
    ///
    /// # Errors
    ///
    /// Returns an error that lists where credentials were looked for, and why none were
    /// found.
    pub fn infer() -> Result<Self, Error> {
        Self::new(crate::client::Client::infer()?)
    }

    /// Creates a client from a profile of the Atlas CLI: see
    /// [`ClientBuilder::from_profile`](crate::ClientBuilder::from_profile).
    ///
    /// # Errors
    ///
    /// Returns an error that names the missing file, profile or setting.
    #[cfg(feature = "profiles")]
    pub fn from_profile(name: &str) -> Result<Self, Error> {
        Self::new(crate::client::Client::from_profile(name)?)
    }

    /// Revokes the access token of a service account:
    /// [`Client::revoke`](crate::Client::revoke) without async.
    ///
    /// # Errors
    ///
    /// As [`Client::revoke`](crate::Client::revoke).
    pub fn revoke(&self) -> Result<(), Error> {
        self.block_on(self.client.revoke())
    }

    /// Returns the async client that this client uses.
    pub fn client(&self) -> &crate::client::Client {
        &self.client
    }

    /// Waits for a future of this crate.
    ///
    /// # Errors
    ///
    /// Returns the future's own error, or an error if this thread runs async code of
    /// Tokio, which a blocking call would stall.
    pub fn block_on<T>(
        &self,
        future: impl IntoFuture<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let (Some(runtime), false) = (&self.runtime.0, wait::is_async()) else {
            let message = "a blocking call inside async code would stall it: await the request, or make the \
                           call in `spawn_blocking`";
            return Err(Error::new(Kind::Configuration, message));
        };
        wait::wait(runtime.handle(), future.into_future())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}

impl<T: Output> Request<T> {
    /// Sends the request and waits for the response: [`Request::send`] without async.
    ///
    /// # Errors
    ///
    /// As [`Request::send`].
    pub fn send_blocking(&self, client: &Client) -> Result<Response<T>, Error> {
        client.block_on(self.send(&client.client))
    }

    /// Sends the request with options of its own: [`Request::send_with`] without async.
    ///
    /// # Errors
    ///
    /// As [`Request::send`].
    pub fn send_blocking_with(
        &self,
        client: &Client,
        options: &Options,
    ) -> Result<Response<T>, Error> {
        client.block_on(self.send_with(&client.client, options))
    }
}

impl<T: Page + Output> PagedRequest<T> {
    /// Returns every item of the list: [`PagedRequest::stream`] without async.
    pub fn iter(&self, client: &Client) -> Items<T> {
        self.iter_with(client, &Options::DEFAULT)
    }

    /// Returns every item of the list: [`PagedRequest::stream_with`] without async.
    pub fn iter_with(&self, client: &Client, options: &Options) -> Items<T> {
        let items = self.stream_with(&client.client, options);
        Items { client: client.clone(), items: Some(items) }
    }

    /// Returns every page of the list: [`PagedRequest::pages`] without async.
    pub fn iter_pages(&self, client: &Client) -> Pages<T> {
        self.iter_pages_with(client, &Options::DEFAULT)
    }

    /// Returns every page of the list: [`PagedRequest::pages_with`] without async.
    pub fn iter_pages_with(&self, client: &Client, options: &Options) -> Pages<T> {
        let pages = self.pages_with(&client.client, options);
        Pages { client: client.clone(), pages: Some(pages) }
    }
}

/// The items of a list, without async. Returned by [`PagedRequest::iter`]. An error is
/// the last item.
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is used"]
pub struct Items<T: Page> {
    client: Client,
    /// `None` after the end.
    items: Option<crate::page::Items<T>>,
}

impl<T: Page + Output> Iterator for Items<T> {
    type Item = Result<T::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let items = self.items.as_mut()?;
        let next = async { items.next().await.transpose() };
        let next = self.client.block_on(next).transpose();
        if !matches!(next, Some(Ok(_))) {
            self.items = None;
        }
        next
    }
}

impl<T: Page + Output> FusedIterator for Items<T> {}

/// The pages of a list, without async. Returned by [`PagedRequest::iter_pages`]. An
/// error is the last item.
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is used"]
pub struct Pages<T> {
    client: Client,
    /// `None` after the end.
    pages: Option<crate::page::Pages<T>>,
}

impl<T: Page + Output> Iterator for Pages<T> {
    type Item = Result<Response<T>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let pages = self.pages.as_mut()?;
        let next = async { pages.next().await.transpose() };
        let next = self.client.block_on(next).transpose();
        if !matches!(next, Some(Ok(_))) {
            self.pages = None;
        }
        next
    }
}

impl<T: Page + Output> FusedIterator for Pages<T> {}

impl Download {
    /// Returns the payload as a [`Read`], for programs without async.
    pub fn into_read(self, client: &Client) -> Reader {
        Reader { client: client.clone(), download: self }
    }
}

/// A payload as it arrives, read without async. Returned by [`Download::into_read`].
#[derive(Debug)]
pub struct Reader {
    client: Client,
    download: Download,
}

impl Read for Reader {
    /// Reads the bytes that have arrived; waits if there are none.
    ///
    /// # Errors
    ///
    /// Returns an [`io::Error`] around the [`Error`] that ended the download.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        let download = &mut self.download;
        let read =
            poll_fn(|context| Pin::new(&mut *download).poll_read(context, &mut buffer));
        // The outer error is that of blocking, the inner one that of reading.
        self.client.block_on(async { Ok(read.await) }).map_err(io::Error::other)??;
        Ok(buffer.filled().len())
    }
}
