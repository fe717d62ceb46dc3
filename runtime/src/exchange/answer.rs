//! Answers on their way to a value, and errors made of those that are none.

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
use crate::download::{Download, Patience, Source};
use crate::error::{Error, Inner, Kind, OTHER_SERVER};
use crate::operation::{Method, Operation};
use crate::paging::{lacks_list, no_page};
use crate::request::Parts;
use crate::response::{Arrived, Response};
use crate::trace::CallSpan;
use crate::transport::Body;

/// An answer with a success status, before it becomes a value.
#[derive(Debug)]
pub struct Answer {
    pub(super) operation: &'static Operation,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Payload,
    /// The number of times the request was sent until it arrived.
    pub(super) attempts: u32,
    /// The method and the path of a raw request.
    raw: Option<Arc<str>>,
    /// The span of the call, which ends with the value.
    span: CallSpan,
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
        let span = CallSpan::none();
        Self { operation, status, headers, body, attempts: 1, raw: None, span }
    }

    /// Makes the answer to a DELETE that found nothing after an attempt which may have been
    /// executed: what it was to delete is gone.
    pub(super) fn deleted(operation: &'static Operation, error: &Error) -> Self {
        let status = StatusCode::NOT_FOUND;
        let headers = error.headers().clone();
        let body = Payload::Whole { bytes: Bytes::new(), is_framed: true };
        Self::new(operation, status, headers, body)
    }

    /// Notes the request that the answer is for.
    pub(super) fn of(mut self, parts: &Parts) -> Self {
        self.raw = parts.raw().cloned();
        self
    }

    /// Notes how often the request was sent, and limits the wait for each next chunk where
    /// the body is left to the caller.
    pub(super) fn arrived(
        mut self,
        core: &Core,
        attempts: u32,
        limit: Option<Duration>,
    ) -> Self {
        self.attempts = attempts;
        if let Payload::Open { patience, .. } = &mut self.body {
            *patience =
                limit.map(|limit| Patience::new(core.connection.clock.clone(), limit));
        }
        self
    }

    /// Gives the answer the span of its call.
    pub(super) fn inside(self, span: CallSpan) -> Self {
        span.succeeded(self.status, self.attempts);
        Self { span, ..self }
    }

    /// Reads the body into a value, and returns the parts of it that decoding altered; a response
    /// without a body leaves the value as it is.
    ///
    /// Both ways the service differs from its document here: bodies are empty where one is
    /// declared, and there where none is.
    pub(crate) fn decode(&self, value: &mut dyn Value) -> Result<Alterations, Error> {
        let decoded = self.read(value);
        match &decoded {
            Ok(_) => self.show(value),
            Err(error) => self.span.failed(error),
        }
        decoded
    }

    /// Shows the value to whoever wants to see bodies.
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
            // The record would keep it, but it would look like an answer with nothing in it.
            Ok(_) if non_object_of(value).is_some_and(|found| !found.is_null()) => {
                ("it is not an object".to_owned(), None)
            }
            // It would look like a list of nothing.
            Ok(_)
                if self.operation.method == Method::Get && lacks_list(value, paging) =>
            {
                (no_page(paging), None)
            }
            Ok(alterations) => return Ok(alterations),
        };
        let message = match content_type {
            Some(kind) if !kind.contains("json") => {
                format!("the response is {kind}, not JSON; {OTHER_SERVER}")
            }
            _ => format!("the response can't be read: {problem}"),
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

    /// Gives the answer its value, and the parts of the body that decoding altered.
    pub(crate) fn with<T>(self, value: T, alterations: Alterations) -> Response<T> {
        let has_body = match &self.body {
            Payload::Whole { bytes, .. } => !is_blank(bytes),
            Payload::Open { .. } => true,
        };
        let arrived = Arrived { attempts: self.attempts, has_body, alterations };
        Response::new(value, self.status, self.headers, arrived)
    }

    /// Leaves the body to the caller, if it is the payload that the operation declares.
    pub(crate) fn into_download(self) -> Result<Response<Download>, Error> {
        let (body, patience) = match self.body {
            Payload::Open { body, patience } => (body, patience),
            Payload::Whole { bytes, .. } => (Body::from(bytes), None),
        };
        let source = Source { operation: self.operation, attempts: self.attempts };
        let download =
            Download::accept(body, patience, source, self.status, &self.headers);
        let download = download.inspect_err(|error| self.span.failed(error))?;
        let arrived = Arrived {
            attempts: self.attempts,
            has_body: true,
            alterations: Alterations::default(),
        };
        Ok(Response::new(download, self.status, self.headers, arrived))
    }
}
