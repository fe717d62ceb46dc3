//! Answers on their way to a value, and errors made of those that are none.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use crate::client::Core;
use crate::codec::{
    Alterations, Slot, Value, decode_response, is_blank, non_object_of, take_text,
};
use crate::download::{Download, Patience, Source};
use crate::error::{ApiError, Error, Inner, Kind};
use crate::operation::Operation;
use crate::response::Response;
use crate::transport::Body;

/// What to do about a success that is none of the service's.
pub(crate) const OTHER_SERVER: &str =
    "a proxy or another server may have answered: check the base URL";

/// An answer with a success status, before it becomes a value.
#[derive(Debug)]
pub struct Answer {
    operation: &'static Operation,
    status: StatusCode,
    headers: HeaderMap,
    body: Payload,
    /// How often the request was tried until it arrived.
    attempts: u32,
}

#[derive(Debug)]
pub(crate) enum Payload {
    Whole {
        bytes: Bytes,
        /// Whether the message told where the body ends: without, one that was cut looks whole.
        is_framed: bool,
    },
    Open {
        body: Body,
        patience: Option<Patience>,
    },
}

impl Answer {
    pub(super) fn new(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        body: Payload,
    ) -> Self {
        Self { operation, status, headers, body, attempts: 1 }
    }

    /// Notes how often the request was tried, and limits the wait for each next chunk where
    /// the body is left to the caller.
    pub(super) fn arrived(
        mut self,
        core: &Core,
        attempts: u32,
        limit: Option<Duration>,
    ) -> Self {
        self.attempts = attempts;
        if let Payload::Open { patience, .. } = &mut self.body {
            *patience = limit.map(|limit| Patience::new(core.clock.clone(), limit));
        }
        self
    }

    /// Returns the body, where it was read as a whole.
    pub(crate) fn body(&self) -> Bytes {
        match &self.body {
            Payload::Whole { bytes, .. } => bytes.clone(),
            Payload::Open { .. } => Bytes::new(),
        }
    }

    /// Reads the body into a value, and returns the parts of it that decoding altered; an answer
    /// without a body leaves the value as it is.
    ///
    /// Both ways the service differs from its document here: bodies are empty where one is
    /// declared, and there where none is.
    pub(crate) fn decode(&self, value: &mut dyn Value) -> Result<Alterations, Error> {
        let Payload::Whole { bytes, is_framed } = &self.body else {
            return Ok(Alterations::default());
        };
        if is_blank(bytes) || matches!(value.slot(), Slot::Nothing) {
            return Ok(Alterations::default());
        }
        let content_type = self.headers.get(CONTENT_TYPE);
        let content_type = content_type.and_then(|kind| kind.to_str().ok());
        let is_text = |value: &mut dyn Value| {
            content_type.is_some_and(|kind| *is_framed && take_text(bytes, kind, value))
        };
        let (problem, source) = match decode_response(bytes, value) {
            Err(_) if is_text(value) => return Ok(Alterations::default()),
            Err(error) => (error.to_string(), Some(Arc::new(error) as _)),
            // The record would keep it, but it would look like an answer with nothing in it.
            Ok(_) if non_object_of(value).is_some_and(|found| !found.is_null()) => {
                ("it is not an object".to_owned(), None)
            }
            Ok(alterations) => return Ok(alterations),
        };
        let message = match content_type {
            Some(kind) if !kind.contains("json") => {
                format!("the answer is {kind}, not JSON; {OTHER_SERVER}")
            }
            _ => format!("the answer can't be read: {problem}"),
        };
        Err(Error::build(Inner {
            kind: Kind::Decode,
            message,
            operation: Some(self.operation),
            status: Some(self.status),
            headers: self.headers.clone(),
            body: bytes.clone(),
            attempts: self.attempts,
            source,
            ..Inner::default()
        }))
    }

    /// Gives the answer its value, and the parts of the body that decoding altered.
    pub(crate) fn with<T>(self, value: T, alterations: Alterations) -> Response<T> {
        Response::new(value, self.status, self.headers, alterations)
    }

    /// Leaves the body to the caller, if it is the payload that the operation declares.
    pub(crate) fn into_download(self) -> Result<Response<Download>, Error> {
        let (body, patience) = match self.body {
            Payload::Open { body, patience } => (body, patience),
            Payload::Whole { bytes, .. } => (Body::from(bytes), None),
        };
        let source = Source { operation: self.operation, attempts: self.attempts };
        let download =
            Download::accept(body, patience, source, self.status, &self.headers)?;
        let alterations = Alterations::default();
        Ok(Response::new(download, self.status, self.headers, alterations))
    }
}

/// Makes an error of an answer with another status than success.
pub(crate) fn status_error(
    kind: Kind,
    status: StatusCode,
    headers: &HeaderMap,
    body: Bytes,
) -> Error {
    let message = match kind {
        Kind::Token => "the token endpoint gave no access token",
        _ => "",
    };
    Error::build(Inner {
        kind,
        message: message.to_owned(),
        status: Some(status),
        headers: headers.clone(),
        api: ApiError::parse(&body),
        body,
        ..Inner::default()
    })
}
