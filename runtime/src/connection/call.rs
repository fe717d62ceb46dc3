//! A request prepared for sending: with an absolute URL, and every header but the
//! credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderName,
    TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, HeaderValue, Method, Response};

use super::{Connection, TURNED_AWAY};
use crate::codec::RequestBody;
use crate::error::{Error, Kind};
use crate::failure::{Failure, Retryability};
use crate::operation::Operation;
use crate::trace::Attempts;
use crate::transport::{Body, Request, Stage, TransportError, Url};

/// Adds the headers whose names are not present yet.
pub(crate) fn add_headers(headers: &mut HeaderMap, more: &HeaderMap) {
    for (name, value) in more {
        headers.entry(name).or_insert_with(|| value.clone());
    }
}

/// A prepared request.
pub(crate) struct Call {
    request: Request,
    /// The start of the call, on the monotonic clock.
    begun: Duration,
    /// Whether this attempt has sent the request itself. The requests before it (for a
    /// token, or a probe) can be repeated regardless of the method.
    sent: AtomicBool,
    /// Whether the request is sent without credentials, because its operation is public.
    anonymous: bool,
    attempts: Attempts,
}

impl Call {
    /// Prepares a request. `operation` is `None` for a request outside the API, such as
    /// a token request.
    pub(crate) fn new(
        connection: &Connection,
        operation: Option<&'static Operation>,
        method: Method,
        path_and_query: &str,
        mut headers: HeaderMap,
        body: Option<Bytes>,
    ) -> Self {
        headers.entry(USER_AGENT).or_insert_with(|| connection.user_agent.clone());
        add_headers(&mut headers, &connection.headers);
        let url = connection.base.join(path_and_query);
        let request = Request { method, url, headers, body, operation, encoded: None };
        let begun = connection.clock.monotonic();
        let attempts = Attempts::new(operation, path_and_query);
        let sent = AtomicBool::new(false);
        Self { request, begun, sent, anonymous: false, attempts }
    }

    /// Sets whether the request is sent without credentials.
    pub(crate) fn anonymous(mut self, anonymous: bool) -> Self {
        self.anonymous = anonymous;
        self
    }

    /// Returns true if the request is sent without credentials.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.anonymous
    }

    /// Sets the encoded body, so that a layer can show it without its secrets.
    pub(crate) fn with_encoded(mut self, encoded: Option<Arc<RequestBody>>) -> Self {
        self.request.encoded = encoded;
        self
    }

    /// Returns a probe, which obtains a challenge for this request: a GET of the same
    /// URL, without a body and without effects.
    pub(crate) fn probe(&self, connection: &Connection) -> Self {
        let Request { url, headers, .. } = &self.request;
        let kept = [ACCEPT, ACCEPT_ENCODING, USER_AGENT];
        let keep = |name: &HeaderName| Some((name.clone(), headers.get(name)?.clone()));
        let mut kept: HeaderMap = kept.iter().filter_map(keep).collect();
        add_headers(&mut kept, &connection.headers);
        let request = Request {
            method: Method::GET,
            url: url.clone(),
            headers: kept,
            body: None,
            operation: None,
            encoded: None,
        };
        self.with(request, false)
    }

    /// Returns the request to a redirect's target.
    pub(crate) fn redirected(&self, url: Url) -> Self {
        let request = Request { url, ..self.request.clone() };
        self.with(request, true)
    }

    /// Returns another request of the same call.
    fn with(&self, request: Request, was_sent: bool) -> Self {
        let sent = AtomicBool::new(was_sent);
        let (begun, anonymous) = (self.begun, self.anonymous);
        Self { request, begun, sent, anonymous, attempts: self.attempts.clone() }
    }

    /// Returns the call of a request as changed by layers.
    ///
    /// # Errors
    ///
    /// Fails if the request's URL is no longer below the base URL, to which credentials
    /// are restricted. Fails if its method has changed, because the retry policy depends
    /// on the method.
    pub(crate) fn changed(
        &self,
        connection: &Connection,
        mut request: Request,
    ) -> Result<Self, Error> {
        if !connection.base.covers(&request.url) {
            return Err(Error::new(Kind::Request, TURNED_AWAY));
        }
        if request.method != self.request.method {
            let message = "a layer changed the method of the request, on which retries depend: a layer must keep it";
            return Err(Error::new(Kind::Request, message));
        }
        request.operation = self.request.operation;
        // The transport sets these headers from the current URL and body.
        for name in [HOST, CONTENT_LENGTH, TRANSFER_ENCODING] {
            request.headers.remove(name);
        }
        if let Some(authorization) = request.headers.get_mut(AUTHORIZATION) {
            authorization.set_sensitive(true);
        }
        Ok(self.with(request, false))
    }

    pub(crate) fn request(&self) -> &Request {
        &self.request
    }

    pub(crate) fn method(&self) -> &Method {
        &self.request.method
    }

    /// Returns the start of the call, on the monotonic clock.
    pub(crate) fn begun(&self) -> Duration {
        self.begun
    }

    pub(crate) fn url(&self) -> &Url {
        &self.request.url
    }

    /// Returns the size of the body in bytes.
    pub(crate) fn body_length(&self) -> usize {
        self.request.body.as_ref().map_or(0, Bytes::len)
    }

    /// Returns the target in the form of the request line.
    pub(crate) fn target(&self) -> String {
        let url = self.url();
        match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        }
    }

    /// Starts an attempt.
    pub(crate) fn begin(&self) {
        self.sent.store(false, Ordering::Relaxed);
        self.attempts.begin();
    }

    /// Ends an attempt, for telemetry: its response has been read, or it has failed.
    pub(crate) fn settle(&self, error: Option<&Error>) {
        self.attempts.settle(error);
    }

    /// Returns the operation; `None` for a request outside the API.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        self.request.operation
    }

    /// Returns true if this attempt passed the request to the transport.
    pub(crate) fn was_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends the request once.
    pub(crate) async fn send(
        &self,
        connection: &Connection,
        authorization: Option<&HeaderValue>,
    ) -> Result<Response<Body>, Failure> {
        let mut request = self.request.clone();
        let has_content = !matches!(request.method, Method::GET | Method::HEAD);
        if request.body.is_none() && has_content {
            // RFC 9110 section 8.6: a method that expects content states that there is
            // none.
            request.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(authorization) = authorization {
            request.headers.insert(AUTHORIZATION, authorization.clone());
        }
        self.sent.store(true, Ordering::Relaxed);
        let telemetry = &connection.telemetry;
        let span = self.attempts.open(telemetry, &request);
        let pending = span.enter(|| {
            telemetry.propagate(&mut request.headers);
            connection.transport.send(request)
        });
        match span.follow(pending).await {
            Ok(response) => {
                let (status, version) = (response.status(), response.version());
                self.attempts.responded(status, version, authorization.is_some());
                Ok(response)
            }
            Err(error) => {
                let failure = self.failure(error);
                self.attempts.settle(Some(&failure.error));
                Err(failure)
            }
        }
    }

    /// Creates a failure from the transport's error.
    fn failure(&self, error: TransportError) -> Failure {
        let stage = error.stage();
        let (kind, message, retryability) = match stage {
            Stage::Connect | Stage::Refused => {
                let origin = self.url().origin().ascii_serialization();
                let message = format!("could not connect to {origin}");
                (Kind::Connect, message, Retryability::Always(None))
            }
            Stage::Exchange => {
                let message =
                    "the connection broke before the response arrived".to_owned();
                (Kind::Transport, message, Retryability::IfRepeatable(None))
            }
            Stage::Unprocessed => {
                let message = "the server did not process the request".to_owned();
                (Kind::Transport, message, Retryability::Always(None))
            }
            Stage::Malformed => {
                let message = "the response is not valid HTTP".to_owned();
                (Kind::Transport, message, Retryability::Never)
            }
        };
        let retryability =
            if stage.may_pass() { retryability } else { Retryability::Never };
        let failure =
            Failure::new(Error::with_source(kind, message, error), retryability);
        match stage {
            Stage::Exchange | Stage::Malformed => failure.after_sending(),
            Stage::Connect | Stage::Refused | Stage::Unprocessed => failure,
        }
    }
}
