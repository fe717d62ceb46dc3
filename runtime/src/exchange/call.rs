//! A request made ready to send: absolute, with every header but the credentials.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, HeaderName, USER_AGENT,
};
use http::{HeaderMap, HeaderValue, Method, Response};

use super::{Expected, Failure};
use crate::client::Core;
use crate::error::{Error, Kind};
use crate::operation::Operation;
use crate::request::Parts;
use crate::retry::Again;
use crate::transport::{Body, Request, Stage, TransportError, Url};

/// A request on its way.
pub(crate) struct Call {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Bytes>,
    operation: Option<&'static Operation>,
    /// The value of the first parameter of the path.
    scope: String,
    /// When the call began, on the monotonic clock.
    begun: Duration,
    /// Whether this attempt got as far as the request itself: what went before (a token, a
    /// probe) can be repeated whatever the method.
    sent: AtomicBool,
}

impl Call {
    /// Makes a request ready.
    ///
    /// # Errors
    ///
    /// Returns what keeps it from being sent.
    pub(crate) fn new(
        core: &Core,
        parts: &Parts,
        expected: Expected,
    ) -> Result<Self, Error> {
        let body = parts.sendable()?.cloned();
        let mut headers = parts.headers();
        // What a caller downloads is handed on as it is, so it must not be packed once more.
        let encoding = match expected {
            Expected::Stream => "identity",
            Expected::Nothing | Expected::Value => "gzip",
        };
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(encoding));
        headers.insert(USER_AGENT, core.user_agent.clone());
        let method = method(parts.operation.method);
        let url = core.base.join(&parts.path_and_query());
        let operation = Some(parts.operation);
        let (scope, sent) = (parts.scope().to_owned(), AtomicBool::new(false));
        let begun = core.clock.monotonic();
        Ok(Self { method, url, headers, body, operation, scope, begun, sent })
    }

    /// Makes a request ready that is none of the API's own.
    pub(crate) fn plain(
        core: &Core,
        method: Method,
        path: &str,
        mut headers: HeaderMap,
        body: Option<Bytes>,
    ) -> Self {
        headers.insert(USER_AGENT, core.user_agent.clone());
        let url = core.base.join(path);
        let (scope, sent) = Default::default();
        let begun = core.clock.monotonic();
        Self { method, url, headers, body, operation: None, scope, begun, sent }
    }

    /// Returns the request that asks for the challenge of this one: without its body, and
    /// without its effects.
    pub(crate) fn probe(&self) -> Self {
        let kept = [ACCEPT, ACCEPT_ENCODING, USER_AGENT];
        let keep =
            |name: &HeaderName| Some((name.clone(), self.headers.get(name)?.clone()));
        Self {
            method: Method::GET,
            url: self.url.clone(),
            headers: kept.iter().filter_map(keep).collect(),
            body: None,
            operation: None,
            scope: String::new(),
            begun: self.begun,
            sent: AtomicBool::new(false),
        }
    }

    /// Returns the request that a redirect leads to.
    pub(crate) fn redirected(&self, url: Url) -> Self {
        Self {
            method: self.method.clone(),
            url,
            headers: self.headers.clone(),
            body: self.body.clone(),
            operation: self.operation,
            scope: self.scope.clone(),
            begun: self.begun,
            sent: AtomicBool::new(true),
        }
    }

    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    /// Returns when the call began, on the monotonic clock.
    pub(crate) fn begun(&self) -> Duration {
        self.begun
    }

    /// Returns what a rate limit may be for: the project or organization of the request.
    pub(crate) fn scope(&self) -> String {
        self.scope.clone()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the size of the body in bytes.
    pub(crate) fn body_length(&self) -> usize {
        self.body.as_ref().map_or(0, Bytes::len)
    }

    /// Returns the target as it stands in the request line.
    pub(crate) fn target(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// Begins an attempt.
    pub(crate) fn begin(&self) {
        self.sent.store(false, Ordering::Relaxed);
    }

    /// Tells whether this attempt handed the request to the transport.
    pub(crate) fn was_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends the request once.
    pub(crate) async fn send(
        &self,
        core: &Core,
        authorization: Option<&HeaderValue>,
    ) -> Result<Response<Body>, Failure> {
        let mut request = Request {
            method: self.method.clone(),
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            operation: self.operation,
        };
        if self.body.is_none() && !matches!(self.method, Method::GET | Method::HEAD) {
            // RFC 9110 section 8.6: a method that expects content says that there is none.
            request.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(authorization) = authorization {
            request.headers.insert(AUTHORIZATION, authorization.clone());
        }
        self.sent.store(true, Ordering::Relaxed);
        core.transport.send(request).await.map_err(|error| self.failure(error))
    }

    /// Makes a failure of what the transport says.
    fn failure(&self, error: TransportError) -> Failure {
        let stage = error.stage();
        let (kind, message, again) = match stage {
            Stage::Connect | Stage::Refused => {
                let origin = self.url.origin().ascii_serialization();
                let message = format!("could not connect to {origin}");
                (Kind::Connect, message, Again::Always(None))
            }
            Stage::Exchange => {
                let message = "the connection broke before the response".to_owned();
                (Kind::Transport, message, Again::IfRepeatable(None))
            }
            Stage::Malformed => {
                let message = "the response is not HTTP that can be read".to_owned();
                (Kind::Transport, message, Again::Never)
            }
        };
        let again = if stage.may_pass() { again } else { Again::Never };
        let failure = Failure { error: Error::with_source(kind, message, error), again };
        match kind {
            Kind::Transport => failure.after_sending(),
            _ => failure,
        }
    }
}

fn method(method: crate::operation::Method) -> Method {
    use crate::operation::Method as M;
    match method {
        M::Get => Method::GET,
        M::Head => Method::HEAD,
        M::Post => Method::POST,
        M::Put => Method::PUT,
        M::Patch => Method::PATCH,
        M::Delete => Method::DELETE,
    }
}
