//! Sending a request with a single response.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::client::Client;
use crate::clock::Stopwatch;
use crate::error::Error;
use crate::exchange::{self, Received};
use crate::output::Output;
use crate::request::{Options, Parts, Request};
use crate::response::Response;
use crate::transport::BoxFuture;

impl<T: Output> Request<T> {
    /// Sends the request, with the retries of the client's policy, and returns the
    /// response.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`](crate::Error) for every status other than 2xx, for a body
    /// that is not what the operation declares, and if no response arrives.
    pub fn send(&self, client: &Client) -> ResponseFuture<T> {
        self.send_with(client, &Options::DEFAULT)
    }

    /// Sends the request with options of its own.
    ///
    /// # Errors
    ///
    /// Those of [`Request::send`].
    pub fn send_with(&self, client: &Client, options: &Options) -> ResponseFuture<T> {
        ResponseFuture::new(client, self.parts(), options)
    }
}

/// The response of a request that is being sent. Returned by
/// [`Request::send`](crate::Request::send).
///
/// Owns all of its parts, so the future can be spawned. Dropping the future cancels the
/// call.
#[must_use = "a request is sent when its future is awaited"]
pub struct ResponseFuture<T> {
    response: BoxFuture<'static, Result<Received, Error>>,
    output: PhantomData<fn() -> T>,
}

impl<T: Output> ResponseFuture<T> {
    pub(crate) fn new(client: &Client, parts: &Arc<Parts>, options: &Options) -> Self {
        let stopwatch = Stopwatch::default();
        let response = exchange::run(client, parts, options, T::EXPECTED, stopwatch);
        Self { response, output: PhantomData }
    }
}

impl<T: Output> Future for ResponseFuture<T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.response.as_mut().poll(context).map(|response| T::receive(response?))
    }
}

impl<T> fmt::Debug for ResponseFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
