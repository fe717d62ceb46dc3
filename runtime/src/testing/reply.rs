//! Replies, and the outcomes of requests that they create.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use super::RecordedRequest;
use crate::codec::{self, Json, Value};
use crate::json;
use crate::operation::{Operation, Paging};
use crate::transport::{Body, BoxFuture, Stage, TransportError};

/// A function that returns the outcome of a request.
pub type Reply = Arc<dyn Fn(&RecordedRequest) -> Outcome + Send + Sync>;

/// The outcome of a request.
pub enum Outcome {
    /// A response.
    Response(Response<Bytes>),
    /// A connection that breaks at a stage.
    Broken(Stage),
    /// No response.
    Never,
    /// The fake's own response, after a wait and a change.
    Stored {
        /// The time before the response.
        wait: Duration,
        /// The change of the stored resource before the response; `None` for no change.
        change: Option<Change>,
    },
}

/// A function that changes the stored resource.
pub type Change = Arc<dyn Fn(&mut Json) + Send + Sync>;

/// Converts an outcome to the result of a transport. `why` is the message of a broken
/// connection.
///
/// A problem ends the test with a panic, and not with an error, because the tested code
/// may ignore errors.
pub(super) fn deliver(
    outcome: Result<Outcome, String>,
    why: &'static str,
) -> BoxFuture<'static, Result<Response<Body>, TransportError>> {
    Box::pin(async move {
        match outcome {
            Ok(Outcome::Response(response)) => Ok(response.map(Body::from)),
            Ok(Outcome::Broken(stage)) => Err(TransportError::new(stage, why)),
            Ok(Outcome::Stored { .. }) => panic!(
                "only the service of atlas-admin-fake has something stored to respond with"
            ),
            Ok(Outcome::Never) => std::future::pending().await,
            Err(problem) => panic!("{problem}"),
        }
    })
}

/// Creates a response.
pub fn response(
    status: u16,
    content_type: Option<&str>,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let body = body.into();
    let length = body.len();
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status)
        .unwrap_or_else(|_| panic!("{status} is not a valid HTTP status"));
    let headers = response.headers_mut();
    if let Some(kind) = content_type.and_then(|kind| HeaderValue::from_str(kind).ok()) {
        headers.insert(CONTENT_TYPE, kind);
    }
    if !matches!(status, 204 | 304) {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    response
}

/// Creates the operation's declared success response, with an encoded body.
pub fn success(
    operation: Option<&Operation>,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let body = body.into();
    let declared = operation.and_then(|operation| operation.success.first());
    let status = declared.copied().unwrap_or(200);
    let kind = operation.map_or("application/json", |operation| operation.accept);
    response(status, (!body.is_empty()).then_some(kind), body)
}

/// Encodes a value in the service's form.
pub(super) fn encoded(value: &dyn Value) -> Bytes {
    let bytes = codec::encode(value)
        .unwrap_or_else(|error| panic!("the response can't be encoded: {error}"));
    let Ok(Json::Object(mut page)) = Json::from_slice(&bytes) else {
        return bytes.into();
    };
    // A client takes a page without links to be followed by another; the service always
    // sends links.
    let Paging { items, links, .. } = Paging::ATLAS;
    let is_page = matches!(page.get(items), Some(Json::Array(_)));
    if is_page && !page.contains_key(links) {
        page.insert(links.to_owned(), Json::Array(Vec::new()));
        return Json::Object(page).to_string().into();
    }
    bytes.into()
}

/// Creates an error in the service's format (schema `ApiError`).
pub fn error(status: u16, code: &str, detail: &str) -> Response<Bytes> {
    let reason = StatusCode::from_u16(status).ok();
    let body = json!({
        "detail": detail,
        "error": status,
        "errorCode": code,
        "parameters": [],
        "reason": reason.and_then(|status| status.canonical_reason()),
    });
    response(status, Some("application/json"), body.to_string())
}

/// Creates the response to too many requests.
pub(super) fn throttled(wait: Duration) -> Response<Bytes> {
    let mut response = error(429, "RATE_LIMITED", "Too many requests.");
    // Whole seconds, rounded up (RFC 9110 section 10.2.3).
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}
