//! Received requests.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::codec::{self, Direction, Json, Mismatch, Value};
use crate::operation::Operation;
use crate::transport::{Request, Url};

/// A request that a mock received. Each attempt is one.
#[derive(Clone)]
pub struct RecordedRequest {
    operation: Option<&'static Operation>,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

impl RecordedRequest {
    /// Returns the operation; `None` for a request outside the API, such as a token
    /// request.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.operation
    }

    /// Returns the HTTP method: `GET`.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// Returns the path, percent-encoded as sent.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Returns a query parameter; its first value if it is repeated.
    pub fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        pairs.find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
    }

    /// Returns a header, by its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the bytes of the body; empty if there was no body.
    pub fn body_bytes(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body as a value of the operation's type.
    ///
    /// # Panics
    ///
    /// Panics if the body doesn't fit, and shows the problem and its path.
    #[track_caller]
    pub fn body<T: Value + Default>(&self) -> T {
        match self.try_body() {
            Ok(body) => body,
            Err(problem) => panic!("{self}: {problem}"),
        }
    }

    /// Returns the body as free-form JSON.
    ///
    /// # Panics
    ///
    /// Panics if the body is not JSON.
    #[track_caller]
    pub fn json(&self) -> Json {
        self.body()
    }

    pub(super) fn new(request: Request) -> Self {
        let Request { method, url, headers, body, operation, .. } = request;
        Self { operation, method, url, headers, body: body.unwrap_or_default() }
    }

    pub(super) fn try_body<T: Value + Default>(&self) -> Result<T, String> {
        let mut body = T::default();
        let ignore = &mut |_: Mismatch| {};
        match codec::decode_observed(&self.body, &mut body, Direction::Request, ignore) {
            Ok(()) => Ok(body),
            Err(_) if self.body.is_empty() => Err("it has no body".to_owned()),
            Err(error) => Err(format!("its body can't be decoded: {error}")),
        }
    }

    pub(super) fn query_pairs(&self) -> Vec<(String, String)> {
        self.url.query_pairs().into_owned().collect()
    }
}

/// Prints one line: the operation, its version, the method and the path.
impl fmt::Display for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(f, "{} {}: ", operation.name, operation.version)?;
        }
        write!(f, "{} {}", self.method, self.url.path())?;
        match self.url.query() {
            Some(query) => write!(f, "?{query}"),
            None => Ok(()),
        }
    }
}

/// Prints the line of `Display`, because headers and bodies may contain secrets.
impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RecordedRequest").field(&format_args!("{self}")).finish()
    }
}
