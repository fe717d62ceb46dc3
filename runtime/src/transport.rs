//! The transport of requests: a trait, so that a program can bring its own HTTP stack or a fake,
//! and the errors that tell what became of a request.
//!
//! A transport sends one request once. It adds no credentials, follows no redirects and
//! repeats nothing: all that is decided above it.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method, Response};

use crate::codec::{RequestBody, redacted_strings};
use crate::operation::Operation;

pub use url::Url;

/// A future on the heap, as the traits of this crate return them.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[cfg(feature = "reqwest")]
pub mod reqwest;

#[cfg(not(feature = "reqwest"))]
pub(crate) mod absent;

/// An error of any type.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A request, whole and ready.
///
/// `Debug` leaves the body out; the headers with the credentials and those that the caller sets
/// are marked as sensitive.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where it goes: to the base URL of the client, always.
    pub url: Url,
    /// All headers but those that the transport itself sets, like `Host`.
    pub headers: HeaderMap,
    /// The body; `None` where there is none.
    pub body: Option<Bytes>,
    /// The operation that is called; `None` for what is none of the API's own, as the request
    /// for an access token.
    pub operation: Option<&'static Operation>,
    /// The body as it was encoded, which knows the secrets in it.
    pub(crate) encoded: Option<Arc<RequestBody>>,
}

impl Request {
    /// Returns the body as text with `<redacted>` in the place of secrets: the fields that the
    /// document marks as such, and all strings that it doesn't declare. Nothing is known of the
    /// body that a layer has made; all strings of that are redacted. `None` where there is no body.
    pub fn redacted_body(&self) -> Option<String> {
        let body = self.body.as_ref()?;
        Some(match &self.encoded {
            Some(encoded) if encoded.text() == body => encoded.redacted(),
            _ => redacted_strings(body),
        })
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// Sends one request once.
pub trait Transport: Send + Sync {
    /// Sends a request and returns the response as soon as its headers are there.
    ///
    /// Dropping the future gives the request up.
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
    /// Makes a body of a stream of chunks.
    pub fn new(
        chunks: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    ) -> Self {
        Self(Box::pin(chunks))
    }

    /// Returns the next chunk, `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns what broke the connection, also where it ended before the body did.
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

/// The cause of a response that did not arrive, or not as a whole.
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
    /// No byte of the request left: any request can be repeated.
    Connect,
    /// The request may have arrived.
    Exchange,
    /// No byte of the request left, and no attempt can do better until something is changed: a
    /// certificate is not trusted, a proxy wants credentials. The request is not repeated.
    Refused,
    /// The server says that it did not process the request, and will not (HTTP/2: GOAWAY,
    /// REFUSED_STREAM): any request can be repeated.
    Unprocessed,
    /// The response is not HTTP, or its head is too large. The request has arrived; another
    /// attempt would end the same, so it is not repeated.
    Malformed,
}

impl Stage {
    /// Returns true if another attempt may do better.
    pub(crate) fn may_pass(self) -> bool {
        matches!(self, Self::Connect | Self::Exchange | Self::Unprocessed)
    }
}

impl TransportError {
    /// Makes an error of what the HTTP stack says; its messages must not hold credentials.
    pub fn new(stage: Stage, source: impl Into<BoxError>) -> Self {
        Self { stage, advice: None, source: source.into() }
    }

    /// Says what to do about it, in place of the general advice of an
    /// [`Error`](crate::Error).
    #[must_use]
    pub fn with_advice(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }

    pub(crate) fn advice(&self) -> Option<&'static str> {
        self.advice
    }

    /// Returns how far the request got.
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
            Stage::Malformed => "the response is not HTTP that can be read",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}
