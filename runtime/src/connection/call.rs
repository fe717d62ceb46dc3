//! A request made ready to send: absolute, with every header but the credentials.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, HeaderName, USER_AGENT,
};
use http::{HeaderMap, HeaderValue, Method, Response};

use super::Connection;
use crate::error::{Error, Kind};
use crate::failure::{Again, Failure};
use crate::operation::Operation;
use crate::transport::{Body, Request, Stage, TransportError, Url};

/// A request on its way.
pub(crate) struct Call {
    request: Request,
    /// The begin of the call, on the monotonic clock.
    begun: Duration,
    /// Whether this attempt got as far as the request itself: what went before (a token, a
    /// probe) can be repeated whatever the method.
    sent: AtomicBool,
}

impl Call {
    /// Makes a request ready: `operation` is `None` for one that is none of the API's own.
    pub(crate) fn new(
        connection: &Connection,
        operation: Option<&'static Operation>,
        method: Method,
        path_and_query: &str,
        mut headers: HeaderMap,
        body: Option<Bytes>,
    ) -> Self {
        headers.insert(USER_AGENT, connection.user_agent.clone());
        let url = connection.base.join(path_and_query);
        let request = Request { method, url, headers, body, operation };
        let begun = connection.clock.monotonic();
        Self { request, begun, sent: AtomicBool::new(false) }
    }

    /// Returns the request that asks for the challenge of this one: without its body, and
    /// without its effects.
    pub(crate) fn probe(&self) -> Self {
        let Request { url, headers, .. } = &self.request;
        let kept = [ACCEPT, ACCEPT_ENCODING, USER_AGENT];
        let keep = |name: &HeaderName| Some((name.clone(), headers.get(name)?.clone()));
        let request = Request {
            method: Method::GET,
            url: url.clone(),
            headers: kept.iter().filter_map(keep).collect(),
            body: None,
            operation: None,
        };
        Self { request, begun: self.begun, sent: AtomicBool::new(false) }
    }

    /// Returns the request that a redirect leads to.
    pub(crate) fn redirected(&self, url: Url) -> Self {
        let request = Request { url, ..self.request.clone() };
        Self { request, begun: self.begun, sent: AtomicBool::new(true) }
    }

    pub(crate) fn method(&self) -> &Method {
        &self.request.method
    }

    /// Returns when the call began, on the monotonic clock.
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

    /// Returns the target as it stands in the request line.
    pub(crate) fn target(&self) -> String {
        let url = self.url();
        match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
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
        connection: &Connection,
        authorization: Option<&HeaderValue>,
    ) -> Result<Response<Body>, Failure> {
        let mut request = self.request.clone();
        let has_content = !matches!(request.method, Method::GET | Method::HEAD);
        if request.body.is_none() && has_content {
            // RFC 9110 section 8.6: a method that expects content says that there is none.
            request.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(authorization) = authorization {
            request.headers.insert(AUTHORIZATION, authorization.clone());
        }
        self.sent.store(true, Ordering::Relaxed);
        connection.transport.send(request).await.map_err(|error| self.failure(error))
    }

    /// Makes a failure of what the transport says.
    fn failure(&self, error: TransportError) -> Failure {
        let stage = error.stage();
        let (kind, message, again) = match stage {
            Stage::Connect | Stage::Refused => {
                let origin = self.url().origin().ascii_serialization();
                let message = format!("could not connect to {origin}");
                (Kind::Connect, message, Again::Always(None))
            }
            Stage::Exchange => {
                let message = "the connection broke before the response".to_owned();
                (Kind::Transport, message, Again::IfRepeatable(None))
            }
            Stage::Unprocessed => {
                let message = "the server did not process the request".to_owned();
                (Kind::Transport, message, Again::Always(None))
            }
            Stage::Malformed => {
                let message = "the response is not HTTP that can be read".to_owned();
                (Kind::Transport, message, Again::Never)
            }
        };
        let again = if stage.may_pass() { again } else { Again::Never };
        let failure = Failure { error: Error::with_source(kind, message, error), again };
        match stage {
            Stage::Exchange | Stage::Malformed => failure.after_sending(),
            Stage::Connect | Stage::Refused | Stage::Unprocessed => failure,
        }
    }
}
