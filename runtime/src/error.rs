//! The one error of this crate: what went wrong, with all the context there is, and the
//! predicates that callers branch on.
//!
//! An error never holds a secret: it is built from messages of this crate and from what the
//! service answered, never from what was sent.

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
pub(crate) use response::{OTHER_SERVER, broken, status_error};

mod api;
mod causes;
mod code;
mod display;
mod predicates;
mod refused;
mod response;

/// What any call of this crate fails with.
///
/// Cheap to clone. [`fmt::Display`] gives one line that a person can act on, and so does
/// `{:?}`, for it is what `main` and `unwrap` print; `{:#?}` shows the parts. The predicates
/// tell apart what a program acts on.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone, Default)]
pub(crate) struct Inner {
    pub(crate) kind: Kind,
    pub(crate) message: String,
    pub(crate) operation: Option<&'static Operation>,
    /// The method and the path of a raw request, whose operation has no name.
    pub(crate) raw: Option<Arc<str>>,
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) api: ApiError,
    pub(crate) attempts: u32,
    /// Whether the service may have executed the request.
    pub(crate) may_be_executed: bool,
    pub(crate) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    /// What the sources say beyond the line, once that is asked for.
    pub(crate) untold: OnceLock<Option<Box<Cause>>>,
}

/// What went wrong, in the coarse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request can't be sent as it is.
    #[default]
    Request,
    /// The client can't be built as it was described.
    Configuration,
    /// The connection could not be made: nothing was sent.
    Connect,
    /// The connection broke.
    Transport,
    /// A time limit ran out.
    Timeout,
    /// The service answered with a status other than success.
    Status,
    /// The token endpoint refused.
    Token,
    /// The answer is not what the operation declares.
    Decode,
    /// The answer is larger than the client takes.
    TooLarge,
    /// A redirect that must not be followed.
    Redirect,
    /// A file could not be read or written.
    File,
    /// The work that a wait was for has failed.
    Failed,
    /// A layer of the caller's has refused the call.
    Refused,
}

impl Error {
    /// Makes an error of its parts. Not `From`: an implementation for a private type is one more
    /// candidate wherever a caller's `?` looks for a conversion.
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

    /// Names the operation that the error belongs to.
    pub(crate) fn of(self, operation: &'static Operation) -> Self {
        self.edit(|inner| inner.operation = Some(operation))
    }

    /// Changes the error, which nearly always has one owner still.
    pub(crate) fn edit(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        inner.untold = OnceLock::new();
        change(inner);
        self
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Returns what the transport said, where it failed.
    pub(crate) fn transport(&self) -> Option<&TransportError> {
        self.0.source.as_deref()?.downcast_ref()
    }

    /// Returns the operation that was called, where the error belongs to one.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// Returns the status of the answer, where there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// Returns the headers of the answer; empty where there was none.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the bytes of the answer, inflated if they were compressed in transit; empty
    /// where there were none.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Returns what the service said in its own error format; every field is empty where the
    /// answer was not in that format.
    pub fn api(&self) -> &ApiError {
        &self.0.api
    }

    /// Returns the number of times the request was tried, 0 where it was never sent and where
    /// a poll ran out of time.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the error that this one was made of, with all its sources: for a program that looks
    /// for one by its type, a [`TransportError`] or an [`std::io::Error`].
    pub fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }

    /// Returns the service's code for the error, which is compared with a string or with the
    /// generated crate's `ErrorCode`; empty where there is none.
    pub fn code(&self) -> Code<'_> {
        Code::new(self.0.api.error_code.as_deref().unwrap_or_default())
    }
}

impl std::error::Error for Error {
    /// Returns what the causes say that [`Display`](fmt::Display) does not: who prints an error
    /// with its sources reads each cause once. [`Error::cause`] returns the causes themselves.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let untold = || Cause::untold(&self.to_string(), self.cause()?);
        self.0.untold.get_or_init(untold).as_deref().map(|cause| cause as _)
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
