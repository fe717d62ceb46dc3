//! The transport of requests: a trait, so that a program can use its own HTTP stack or
//! a fake, and the errors that state at which stage a request failed.
//!
//! A transport sends a request once. It adds no credentials, follows no redirects and
//! retries nothing; the modules above it decide about these.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method, Response};

use crate::codec::{RequestBody, redacted_strings};
use crate::operation::{Location, Operation};
use crate::template::decode;

pub use url::Url;

/// A boxed future, as the traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[cfg(feature = "reqwest")]
pub mod reqwest;

#[cfg(not(feature = "reqwest"))]
pub(crate) mod absent;

/// An error of any type.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A complete request.
///
/// `Debug` omits the body, and the values of undeclared query parameters. Headers with
/// credentials, and those that the caller sets, are marked as sensitive.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The URL, always below the client's base URL.
    pub url: Url,
    /// All headers but those that the transport sets itself, such as `Host`.
    pub headers: HeaderMap,
    /// The body; `None` if there is none.
    pub body: Option<Bytes>,
    /// The operation; `None` for a request outside the API, such as a token request.
    pub operation: Option<&'static Operation>,
    /// The encoded body with the positions of its secrets; `None` if there is none.
    pub(crate) encoded: Option<Arc<RequestBody>>,
}

impl Request {
    /// Returns the body as text, with `<redacted>` in place of the fields that the
    /// document marks as secret, and of undeclared strings. In a body set by a layer,
    /// all strings are redacted. `None` if there is no body.
    pub fn redacted_body(&self) -> Option<String> {
        let body = self.body.as_ref()?;
        Some(match &self.encoded {
            Some(encoded) if encoded.text() == body => encoded.redacted(),
            _ => redacted_strings(body),
        })
    }

    /// Returns the URL with `(redacted)` in place of the values of query parameters that
    /// the operation doesn't declare: those of the client and of the call may be secrets.
    pub fn redacted_url(&self) -> String {
        redacted_url(&self.url, self.operation)
    }
}

pub(crate) fn redacted_url(url: &Url, operation: Option<&Operation>) -> String {
    let Some(query) = url.query() else { return url.to_string() };
    let is_declared = |name: &str| {
        let declared = operation.into_iter().flat_map(|operation| operation.parameters);
        let mut declared = declared.filter(|it| it.location == Location::Query);
        declared.any(|parameter| parameter.name == decode(name))
    };
    let shown = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_declared(name) => pair.to_owned(),
        Some((name, _)) => format!("{name}=(redacted)"),
        None => "(redacted)".to_owned(),
    });
    let query = shown.collect::<Vec<_>>().join("&");
    let mut url = url.clone();
    url.set_query(None);
    format!("{url}?{query}")
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.redacted_url())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// An HTTP stack that sends a request once.
pub trait Transport: Send + Sync {
    /// Sends a request, and returns the response as soon as its headers have arrived.
    ///
    /// Dropping the future cancels the request.
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        (**self).send(request)
    }
}

/// The body of a response, as it arrives.
pub struct Body(Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>);

impl Body {
    /// Creates a body from a stream of chunks.
    pub fn new(
        chunks: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    ) -> Self {
        Self(Box::pin(chunks))
    }

    /// Returns the next chunk; `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns an error if the connection broke, or ended before the body did.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|context| self.poll_chunk(context)).await
    }

    pub(crate) fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        self.0.as_mut().poll_next(context)
    }
}

/// The chunks of the body.
impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        self.poll_chunk(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::new(Whole(Some(bytes)))
    }
}

/// A stream of one chunk.
struct Whole(Option<Bytes>);

impl Stream for Whole {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(..)")
    }
}

/// The cause of a response that did not arrive, or not completely.
#[derive(Debug)]
pub struct TransportError {
    stage: Stage,
    advice: Option<&'static str>,
    source: BoxError,
}

/// The stage at which a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// No byte of the request was sent: any request can be repeated.
    Connect,
    /// The request may have arrived.
    Exchange,
    /// No byte of the request was sent, and every attempt will fail until a setting
    /// changes: for example, a certificate is not trusted, or a proxy requires
    /// credentials. The request is not repeated.
    Refused,
    /// The server states that it did not and will not process the request (HTTP/2:
    /// GOAWAY, REFUSED_STREAM): any request can be repeated.
    Unprocessed,
    /// The response is not HTTP, or its headers are too large. The request has arrived.
    /// Another attempt would fail in the same way, so the request is not repeated.
    Malformed,
}

impl Stage {
    /// Returns true if another attempt may succeed.
    pub(crate) fn may_pass(self) -> bool {
        matches!(self, Self::Connect | Self::Exchange | Self::Unprocessed)
    }
}

impl TransportError {
    /// Creates an error from an error of the HTTP stack, whose messages must not
    /// contain credentials.
    pub fn new(stage: Stage, source: impl Into<BoxError>) -> Self {
        Self { stage, advice: None, source: source.into() }
    }

    /// Sets the advice, which replaces the general advice of an [`Error`](crate::Error).
    #[must_use]
    pub fn with_advice(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }

    pub(crate) fn advice(&self) -> Option<&'static str> {
        self.advice
    }

    /// Returns the stage at which the request failed.
    pub fn stage(&self) -> Stage {
        self.stage
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            Stage::Connect | Stage::Refused => "could not connect",
            Stage::Exchange => "the connection broke",
            Stage::Unprocessed => "the server did not process the request",
            Stage::Malformed => "the response is not valid HTTP",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}
