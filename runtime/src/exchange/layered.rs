//! Calls of clients with layers: converts received responses to HTTP responses for the
//! layers, and back.

use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{Response, StatusCode};

use super::{
    AttemptTimer, Expected, Limits, Payload, Received, absence, excerpt, of_body,
    refused, retry_loop,
};
use crate::client::Core;
use crate::clock::Stopwatch;
use crate::connection::{Call, Unread, read};
use crate::error::Error;
use crate::failure::Failure;
use crate::layer::{Innermost, Next};
use crate::request::{Options, Parts};
use crate::transport::{Body, BoxFuture, Request};

/// The part of a call below the layers.
pub(super) struct Inner<'a> {
    pub(super) core: &'a Core,
    pub(super) call: &'a Call,
    pub(super) parts: &'a Parts,
    pub(super) options: &'a Options,
    pub(super) expected: Expected,
    pub(super) stopwatch: &'a Stopwatch,
    pub(super) past: Mutex<Past>,
}

/// The facts about the runs below the layers that the final response doesn't contain.
#[derive(Clone, Copy, Default)]
pub(super) struct Past {
    attempts: u32,
    may_be_executed: bool,
    /// The number of runs that have not ended, because they are in flight or were
    /// dropped.
    unfinished: u32,
    /// Whether the last response did not state the end of its body.
    is_unframed: bool,
    /// Whether the last response was the 404 of a DELETE that had been executed before.
    is_gone: bool,
}

impl Inner<'_> {
    /// Sends the call through the layers.
    pub(super) async fn run(&self) -> Result<Received, Error> {
        let next = Next::new(&self.core.layers, self);
        let result = next.run(self.call.request().clone()).await;
        let past = *self.past();
        let result = match result {
            Ok(response) => self.receive(response, past).await,
            Err(error) => {
                let may_be_executed = error.may_have_been_executed();
                Err(Failure { may_be_executed, ..error.into() })
            }
        };
        result.map_err(|Failure { error, may_be_executed, .. }| {
            let before = past.may_be_executed || past.unfinished > 0;
            error.after(past.attempts, may_be_executed || before)
        })
    }

    /// Converts the response that the layers returned.
    async fn receive(
        &self,
        response: Response<Body>,
        past: Past,
    ) -> Result<Received, Failure> {
        let (core, operation) = (self.core, self.parts.operation);
        let (parts, body) = response.into_parts();
        let (status, headers) = (parts.status, parts.headers);
        let total = self.options.timeout.or(core.limits.total);
        let limit = self.options.attempt.or(core.limits.attempt);
        let clock = &*core.connection.clock;
        let limits = Limits { attempt: None, left: total, total };
        let mut timer = AttemptTimer::new(clock, self.stopwatch, limits);
        let is_gone = past.is_gone && status == StatusCode::NOT_FOUND;
        if !status.is_success() && !is_gone {
            let body = excerpt(core, &headers, body, timer.left()).await;
            return Err(refused(core, status, &headers, body));
        }
        let body = if self.expected == Expected::Stream {
            Payload::Open { body, is_framed: !past.is_unframed, timeout: None }
        } else {
            let read = pin!(read(&headers, body, core.limits.body));
            let read = timer.wait(read).await;
            let of_body = |unread: Unread| of_body(core, status, &headers, unread);
            let bytes = read.unwrap_or_else(|| Err(timer.passed())).map_err(of_body)?;
            let is_framed = !past.is_unframed;
            if !is_gone {
                absence(operation, self.expected, &bytes, is_framed, &headers)
                    .map_err(of_body)?;
            }
            Payload::Whole { bytes, is_framed }
        };
        let received = Received::new(operation, status, headers, body);
        Ok(received.arrived(core, past.attempts, limit))
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the outcome of a run.
    fn note(&self, result: &Result<Received, Error>) {
        let mut past = self.past();
        past.unfinished -= 1;
        match result {
            Ok(received) => {
                past.attempts += received.attempts;
                past.may_be_executed = true;
                past.is_gone = received.status == StatusCode::NOT_FOUND;
                let (Payload::Whole { is_framed, .. } | Payload::Open { is_framed, .. }) =
                    received.body;
                past.is_unframed = !is_framed;
            }
            Err(error) => {
                past.attempts += error.attempts();
                past.may_be_executed |= error.may_have_been_executed();
            }
        }
    }
}

impl Innermost for Inner<'_> {
    fn run(&self, request: Request) -> BoxFuture<'_, Result<Response<Body>, Error>> {
        Box::pin(async move {
            let Self { core, parts, options, expected, stopwatch, .. } = *self;
            let call = self.call.changed(&core.connection, request)?;
            self.past().unfinished += 1;
            let result =
                retry_loop(core, &call, parts, options, expected, stopwatch).await;
            self.note(&result);
            let received = result.map_err(|error| parts.with_request(error))?;
            Ok(received.into_http())
        })
    }
}

impl Received {
    /// Converts to an HTTP response. The body has been decompressed, unless it is a
    /// stream.
    fn into_http(self) -> Response<Body> {
        let Self { status, mut headers, body, .. } = self;
        let body = match body {
            Payload::Open { body, .. } => body,
            Payload::Whole { bytes, .. } => {
                if headers.remove(CONTENT_ENCODING).is_some() {
                    headers.remove(CONTENT_LENGTH);
                }
                Body::from(bytes)
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}
