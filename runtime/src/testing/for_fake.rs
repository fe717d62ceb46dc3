//! The parts of this module that the crate `atlas-admin-fake` uses. They are not part of
//! the public API, and change without notice.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};

use super::reply::Reply;
use super::{Expectation, RecordedRequest};
use crate::auth::oauth;
use crate::codec::{self, DecodeError, EncodeError, Json, Value};
use crate::operation::Operation;
use crate::transport::{Request, Url};

pub use super::mock::Rules;
pub use super::pattern::Pattern;
pub use super::reply::{Change, Outcome, error, response, success};

/// The path of the endpoint that grants tokens (RFC 6749 section 4.4).
pub const TOKEN: &str = oauth::TOKEN;
/// The path of the endpoint that revokes tokens (RFC 7009).
pub const REVOKE: &str = oauth::REVOKE;

/// Creates an expectation.
pub fn expectation<T>(rules: &Arc<Rules>, pattern: Pattern) -> Expectation<'_, T> {
    Expectation::new(rules, pattern)
}

/// Adds a reply to an expectation.
pub fn reply<T>(expectation: Expectation<'_, T>, reply: Reply) -> Expectation<'_, T> {
    expectation.reply(reply)
}

/// Creates the record of an operation's request.
pub fn recorded(
    operation: &'static Operation,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
) -> RecordedRequest {
    let (operation, body) = (Some(operation), Some(body));
    let encoded = None;
    RecordedRequest::new(Request { method, url, headers, body, operation, encoded })
}

/// Returns the query parameters of a request, decoded, in order.
pub fn query_pairs(request: &RecordedRequest) -> Vec<(String, String)> {
    request.query_pairs()
}

/// Returns 32 random hexadecimal digits that can't be guessed.
pub fn random() -> String {
    let number = crate::clock::random;
    format!("{:016x}{:016x}", number(), number())
}

/// Returns a value as JSON.
///
/// # Errors
///
/// Those of [`codec::encode`].
pub fn to_json(value: &dyn Value) -> Result<Json, EncodeError> {
    let text = codec::encode(value)?;
    // A value that is unset as a whole has no text.
    Ok(Json::from_slice(&text).unwrap_or_default())
}

/// Decodes the fake's own JSON into a value, without a memory limit.
///
/// # Errors
///
/// Those of [`codec::decode`], except its memory limit.
pub fn read(value: &mut dyn Value, json: &Json) -> Result<(), DecodeError> {
    codec::decode_copy(json.to_string().as_bytes(), value)
}
