//! From a request to its answer: the one core that all types of answers share.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::client::Client;
use crate::codec::Value;
use crate::download::Download;
use crate::error::{Error, Kind};
use crate::operation::Operation;
use crate::request::{Options, Parts};
use crate::response::Response;
use crate::transport::{Body, BoxFuture};

/// An answer with a success status, before it becomes a value.
#[derive(Debug)]
pub struct Answer {
    operation: &'static Operation,
    status: StatusCode,
    headers: HeaderMap,
    body: Payload,
}

#[derive(Debug)]
pub(crate) enum Payload {
    Whole(Bytes),
    Open(Body),
}

impl Answer {
    /// Reads the body into a value; an answer without a body leaves it as it is.
    pub(crate) fn decode(&self, _value: &mut dyn Value) -> Result<(), Error> {
        Err(Error::new(Kind::Decode, "the codec is not there yet").of(self.operation))
    }

    /// Gives the answer its value.
    pub(crate) fn with<T>(self, value: T) -> Response<T> {
        Response::new(value, self.status, self.headers)
    }

    /// Leaves the body to the caller.
    pub(crate) fn into_download(self) -> Response<Download> {
        let body = match self.body {
            Payload::Open(body) => body,
            Payload::Whole(bytes) => Body::from(bytes),
        };
        Response::new(Download::new(body), self.status, self.headers)
    }
}

/// Sends a request and returns its answer, with the body read unless it `streams`.
pub(crate) fn run<'a>(
    _client: &'a Client,
    parts: &'a Parts,
    _options: &'a Options,
    _streams: bool,
) -> BoxFuture<'a, Result<Answer, Error>> {
    Box::pin(async move {
        parts.sendable()?;
        Err(Error::new(Kind::Configuration, "not there yet").of(parts.operation))
    })
}
