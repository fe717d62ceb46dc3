//! The error type of this crate: the failure with its context, and the predicates that
//! callers branch on.
//!
//! An error never contains a secret: it is built from messages of this crate and from
//! the service's response, never from the request.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::operation::Operation;
use crate::transport::TransportError;

use causes::Cause;

pub use api::ApiError;
pub use code::Code;
pub(crate) use display::start_of;
pub(crate) use response::{OTHER_SERVER, status_error};

mod api;
mod causes;
mod code;
mod display;
mod predicates;
mod refused;
mod response;

/// The error of every call of this crate.
///
/// Cheap to clone. [`fmt::Display`] prints one line that says what failed and what to
/// do. `{:?}` prints the same line, because `main` and `unwrap` use it; `{:#?}` prints
/// the parts. The predicates distinguish the cases that a program acts on.
///
/// # Statuses
///
/// Every operation may return these statuses; the documentation of an operation
/// explains others. Predicates name them: [`Error::is_not_found`],
/// [`Error::is_conflict`], [`Error::is_rate_limited`].
///
/// - 401: the credentials are not accepted.
/// - 403: the credentials lack the role, or the caller's address is not on the access list.
/// - 429: too many requests. The client waits and repeats
///   ([`RetryPolicy`](crate::RetryPolicy)); the error means that it gave up.
/// - 500: the service failed.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone, Default)]
pub(crate) struct Inner {
    pub(crate) kind: Kind,
    pub(crate) message: String,
    pub(crate) operation: Option<&'static Operation>,
    /// The method and path of a raw request, whose operation has no name.
    pub(crate) raw: Option<Arc<str>>,
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) api: ApiError,
    pub(crate) attempts: u32,
    /// Whether the service may have executed the request.
    pub(crate) may_be_executed: bool,
    pub(crate) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    /// The messages of the sources that the line omits, once a program has requested
    /// them.
    pub(crate) omitted: OnceLock<Option<Box<Cause>>>,
}

/// The broad category of an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request is invalid, and was not sent.
    #[default]
    Request,
    /// The client's settings are invalid.
    Configuration,
    /// No connection could be made, and nothing was sent.
    Connect,
    /// The connection broke.
    Transport,
    /// A time limit passed.
    Timeout,
    /// The service responded with a status other than success.
    Status,
    /// The token endpoint returned no token.
    Token,
    /// The response is not what the operation declares.
    Decode,
    /// The response is larger than the client's limit.
    TooLarge,
    /// A redirect that must not be followed.
    Redirect,
    /// A file could not be read or written.
    File,
    /// The work that a wait was for has failed.
    Failed,
    /// A layer of the caller has refused the call.
    Refused,
}

impl Error {
    /// Creates an error from its parts. This is not a `From` implementation, because
    /// that would be another candidate wherever a caller's `?` looks for a conversion.
    pub(crate) fn build(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self::build(Inner { kind, message: message.into(), ..Inner::default() })
    }

    pub(crate) fn with_source(
        kind: Kind,
        message: impl Into<String>,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::build(Inner {
            kind,
            message: message.into(),
            source: Some(Arc::new(source)),
            ..Inner::default()
        })
    }

    /// Adds the operation.
    pub(crate) fn of(self, operation: &'static Operation) -> Self {
        self.edit(|inner| inner.operation = Some(operation))
    }

    /// Adds the request: its operation, and the method and path of a raw one.
    pub(crate) fn of_request(
        self,
        operation: &'static Operation,
        raw: Option<&Arc<str>>,
    ) -> Self {
        self.edit(|inner| {
            inner.operation = Some(operation);
            inner.raw = raw.cloned();
        })
    }

    /// Adds the outcome of the call: its number of attempts, and whether the service
    /// may have executed one of them.
    pub(crate) fn after(self, attempts: u32, may_be_executed: bool) -> Self {
        self.edit(|inner| {
            inner.attempts = attempts;
            inner.may_be_executed = may_be_executed;
        })
    }

    /// Changes the error. Copies it only if it has other owners, which is rare.
    fn edit(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        inner.omitted = OnceLock::new();
        change(inner);
        self
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Returns the transport's error, if the transport failed.
    pub(crate) fn transport(&self) -> Option<&TransportError> {
        self.0.source.as_deref()?.downcast_ref()
    }

    /// Returns the operation; `None` if the error belongs to no operation.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// Returns the status of the response; `None` if there was no response.
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// Returns the headers of the response; empty if there was no response.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the bytes of the response, decompressed if they were compressed in
    /// transit; empty if there were none.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Returns the error in the service's own format. Every field is empty if the
    /// response was not in that format.
    pub fn api(&self) -> &ApiError {
        &self.0.api
    }

    /// Returns the number of attempts; 0 if the request was never sent, and for the
    /// error of a wait that failed or exceeded its time limit.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the underlying error, with all its sources, for a program that looks for
    /// one by type, such as [`TransportError`] or [`std::io::Error`].
    pub fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }

    /// Returns the service's error code, to compare with a string or with the generated
    /// crate's `ErrorCode`; empty if there is none.
    pub fn code(&self) -> Code<'_> {
        Code::new(self.0.api.error_code.as_deref().unwrap_or_default())
    }
}

impl std::error::Error for Error {
    /// Returns the messages of the causes that [`Display`](fmt::Display) omits, so that
    /// a program that prints an error with its sources shows each cause once.
    /// [`Error::cause`] returns the causes themselves.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let omitted = || Cause::omitted(&self.to_string(), self.cause()?);
        self.0.omitted.get_or_init(omitted).as_deref().map(|cause| cause as _)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("operation", &inner.operation.map(|operation| operation.id))
            .field("status", &self.status())
            .field("api", &inner.api)
            .field("attempts", &inner.attempts)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}
