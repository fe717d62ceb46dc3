//! The same surface without async: a client that brings a runtime of its own.
//!
//! [`Request::send_blocking`] and [`PagedRequest::iter`] are `send` and `stream`, and
//! [`Download::into_read`] makes a [`Read`] of a payload; anything else (a poll, a download to
//! a file) goes through [`Client::block_on`].
//!
//! They work wherever a thread may block: in a program without async, in `spawn_blocking` and
//! `block_in_place` of Tokio, and where a runtime is entered. Async code gets an error instead,
//! for its thread would stall: call them in `spawn_blocking` there, or await the request.

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
/// keeps connections in order between calls.
#[derive(Clone)]
pub struct Client {
    client: crate::client::Client,
    runtime: Arc<Own>,
}

struct Own(Option<Runtime>);

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Waiting for its thread, as a plain drop does, panics inside async code.
            runtime.shutdown_background();
        }
    }
}

impl Client {
    /// Makes a blocking client of a client.
    ///
    /// # Errors
    ///
    /// Returns why the system gives no thread.
    pub fn new(client: crate::client::Client) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::with_source(Kind::Configuration, "no thread for the client", error)
        })?;
        Ok(Self { client, runtime: Arc::new(Own(Some(runtime))) })
    }

    /// Makes a client of the environment: see
    /// [`ClientBuilder::from_env`](crate::ClientBuilder::from_env).
    ///
    /// # Errors
    ///
    /// Returns which variables are missing.
    pub fn from_env() -> Result<Self, Error> {
        Self::new(crate::client::Client::from_env()?)
    }

    /// Makes a client of the environment, else of a profile of the Atlas CLI: see
    /// [`ClientBuilder::infer`](crate::ClientBuilder::infer).
    ///
    /// # Errors
    ///
    /// Returns where credentials were looked for, and why there are none.
    pub fn infer() -> Result<Self, Error> {
        Self::new(crate::client::Client::infer()?)
    }

    /// Makes a client of a profile of the Atlas CLI: see
    /// [`ClientBuilder::from_profile`](crate::ClientBuilder::from_profile).
    ///
    /// # Errors
    ///
    /// Returns which file, profile or setting is missing.
    #[cfg(feature = "profiles")]
    pub fn from_profile(name: &str) -> Result<Self, Error> {
        Self::new(crate::client::Client::from_profile(name)?)
    }

    /// Takes back the access token of a service account:
    /// [`Client::revoke`](crate::Client::revoke) without async.
    ///
    /// # Errors
    ///
    /// As [`Client::revoke`](crate::Client::revoke).
    pub fn revoke(&self) -> Result<(), Error> {
        self.block_on(self.client.revoke())
    }

    /// Returns the client that this one stands on.
    pub fn client(&self) -> &crate::client::Client {
        &self.client
    }

    /// Waits for a future that this crate made.
    ///
    /// # Errors
    ///
    /// Returns the future's own error, or that this thread runs async code of Tokio, which a
    /// blocking call would stall.
    pub fn block_on<T>(
        &self,
        future: impl IntoFuture<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let (Some(runtime), false) = (&self.runtime.0, wait::is_async()) else {
            let message = "a blocking call inside async code: await the request, or make the \
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
    /// Sends the request and waits for the answer: [`Request::send`] without async.
    ///
    /// # Errors
    ///
    /// As [`Request::send`].
    pub fn send_blocking(&self, client: &Client) -> Result<Response<T>, Error> {
        client.block_on(self.send(&client.client))
    }

    /// Sends the request with settings of its own: [`Request::send_with`] without async.
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

/// The items of a list, without async. Made by [`PagedRequest::iter`]. An error is the last item.
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

/// The pages of a list, without async. Made by [`PagedRequest::iter_pages`]. An error is the last.
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

/// A payload as it arrives, read without async. Made by [`Download::into_read`].
#[derive(Debug)]
pub struct Reader {
    client: Client,
    download: Download,
}

impl Read for Reader {
    /// Reads what has arrived, and waits for it where nothing has.
    ///
    /// # Errors
    ///
    /// Returns an [`io::Error`] around the [`Error`] that ended the download.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        let download = &mut self.download;
        let read =
            poll_fn(|context| Pin::new(&mut *download).poll_read(context, &mut buffer));
        // The two layers of errors: of blocking at all, and of reading.
        self.client.block_on(async { Ok(read.await) }).map_err(io::Error::other)??;
        Ok(buffer.filled().len())
    }
}
