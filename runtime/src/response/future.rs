//! The response of a request that is being sent.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Response;
use crate::client::Client;
use crate::clock::Stopwatch;
use crate::error::Error;
use crate::exchange::{self, Answer};
use crate::output::Output;
use crate::request::{Options, Parts};
use crate::transport::BoxFuture;

/// The response of a request that is being sent. Made by [`Request::send`](crate::Request::send).
///
/// It owns all that it needs, so it can be spawned; dropping it gives the request up.
#[must_use = "a request is sent when its future is awaited"]
pub struct ResponseFuture<T> {
    answer: BoxFuture<'static, Result<Answer, Error>>,
    output: PhantomData<fn() -> T>,
}

impl<T: Output> ResponseFuture<T> {
    pub(crate) fn new(client: &Client, parts: &Arc<Parts>, options: &Options) -> Self {
        let stopwatch = Stopwatch::default();
        let answer = exchange::run(client, parts, options, T::EXPECTED, stopwatch);
        Self { answer, output: PhantomData }
    }
}

impl<T: Output> Future for ResponseFuture<T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.answer.as_mut().poll(context).map(|answer| T::receive(answer?))
    }
}

impl<T> fmt::Debug for ResponseFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
