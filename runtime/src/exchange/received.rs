//! A received response before its body is decoded, and the errors of responses that
//! can't be decoded.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use crate::client::Core;
use crate::codec::{
    Alterations, Slot, Value, decode_response, is_blank, non_object_of, redacted,
    take_text,
};
use crate::download::{ChunkTimeout, Download, Source};
use crate::error::{Error, Inner, Kind, OTHER_SERVER};
use crate::operation::{Method, Operation};
use crate::paging::{lacks_list, no_page};
use crate::request::Parts;
use crate::response::{Arrived, Response};
use crate::trace::CallSpan;
use crate::transport::Body;

/// A response with a success status, before its body is decoded.
#[derive(Debug)]
pub struct Received {
    pub(super) operation: &'static Operation,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Payload,
    /// The number of attempts until the response arrived.
    pub(super) attempts: u32,
    /// The method and the path of a raw request.
    raw: Option<Arc<str>>,
    /// The span of the call, which ends when the value is decoded.
    span: CallSpan,
}

#[derive(Debug)]
pub(crate) enum Payload {
    Whole {
        bytes: Bytes,
        /// Whether the response states the end of its body. Without that, a truncated
        /// body looks complete.
        is_framed: bool,
    },
    Open {
        body: Body,
        /// Whether the response states the end of its body.
        is_framed: bool,
        timeout: Option<ChunkTimeout>,
    },
}

impl Received {
    pub(super) fn new(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        body: Payload,
    ) -> Self {
        let span = CallSpan::none();
        Self { operation, status, headers, body, attempts: 1, raw: None, span }
    }

    /// Creates the response to a DELETE that found nothing after an attempt that may
    /// have been executed: the resource to delete is gone.
    pub(super) fn deleted(operation: &'static Operation, error: &Error) -> Self {
        let status = StatusCode::NOT_FOUND;
        let headers = error.headers().clone();
        let body = Payload::Whole { bytes: Bytes::new(), is_framed: true };
        Self::new(operation, status, headers, body)
    }

    /// Sets the request of the response.
    pub(super) fn of(mut self, parts: &Parts) -> Self {
        self.raw = parts.raw().cloned();
        self
    }

    /// Sets the number of attempts. For a body that the caller reads, also sets the time
    /// limit for each next chunk.
    pub(super) fn arrived(
        mut self,
        core: &Core,
        attempts: u32,
        limit: Option<Duration>,
    ) -> Self {
        self.attempts = attempts;
        if let Payload::Open { timeout, .. } = &mut self.body {
            *timeout = limit
                .map(|limit| ChunkTimeout::new(core.connection.clock.clone(), limit));
        }
        self
    }

    /// Sets the span of the call.
    pub(super) fn inside(self, span: CallSpan) -> Self {
        span.succeeded(self.status, self.attempts);
        Self { span, ..self }
    }

    /// Decodes the body into a value, and returns the parts that decoding altered. A
    /// response without a body leaves the value unchanged.
    ///
    /// The service differs from its document in two ways: a declared body may be empty,
    /// and an undeclared one may be present.
    pub(crate) fn decode(&self, value: &mut dyn Value) -> Result<Alterations, Error> {
        let decoded = self.read(value);
        match &decoded {
            Ok(_) => self.show(value),
            Err(error) => self.span.failed(error),
        }
        decoded
    }

    /// Passes the value to the span, for telemetry that shows bodies.
    fn show(&self, value: &dyn Value) {
        if let Payload::Whole { bytes, .. } = &self.body
            && !is_blank(bytes)
        {
            self.span.response_body(bytes.len(), || redacted(value));
        }
    }

    fn read(&self, value: &mut dyn Value) -> Result<Alterations, Error> {
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
        let paging = self.operation.paging();
        let (problem, source) = match decode_response(bytes, value) {
            Err(_) if is_text(value) => return Ok(Alterations::default()),
            Err(error) => (error.to_string(), Some(Arc::new(error) as _)),
            // The record would keep the body, but would look like an empty response.
            Ok(_) if non_object_of(value).is_some_and(|found| !found.is_null()) => {
                ("it is not an object".to_owned(), None)
            }
            // The value would look like an empty list.
            Ok(_)
                if self.operation.method == Method::Get && lacks_list(value, paging) =>
            {
                (no_page(paging), None)
            }
            Ok(alterations) => return Ok(alterations),
        };
        let message = match content_type {
            Some(kind) if !kind.contains("json") => {
                format!("the response has the type {kind}, not JSON; {OTHER_SERVER}")
            }
            _ => format!("the response can't be decoded: {problem}"),
        };
        Err(Error::build(Inner {
            kind: Kind::Decode,
            message,
            operation: Some(self.operation),
            raw: self.raw.clone(),
            status: Some(self.status),
            headers: self.headers.clone(),
            body: bytes.clone(),
            attempts: self.attempts,
            may_be_executed: true,
            source,
            ..Inner::default()
        }))
    }

    /// Combines the response with its value, and with the parts of the body that
    /// decoding altered.
    pub(crate) fn with<T>(self, value: T, alterations: Alterations) -> Response<T> {
        let has_body = match &self.body {
            Payload::Whole { bytes, .. } => !is_blank(bytes),
            Payload::Open { .. } => true,
        };
        let arrived = Arrived { attempts: self.attempts, has_body, alterations };
        Response::new(value, self.status, self.headers, arrived)
    }

    /// Passes the body to the caller, if it is the operation's payload.
    pub(crate) fn into_download(self) -> Result<Response<Download>, Error> {
        let (body, is_framed, timeout) = match self.body {
            Payload::Open { body, is_framed, timeout } => (body, is_framed, timeout),
            Payload::Whole { bytes, is_framed } => (Body::from(bytes), is_framed, None),
        };
        let (operation, raw, attempts) = (self.operation, self.raw, self.attempts);
        let source = Source { operation, raw, attempts, is_framed };
        let download =
            Download::accept(body, timeout, source, self.status, &self.headers);
        let download = download.inspect_err(|error| self.span.failed(error))?;
        let arrived = Arrived {
            attempts: self.attempts,
            has_body: true,
            alterations: Alterations::default(),
        };
        Ok(Response::new(download, self.status, self.headers, arrived))
    }
}
