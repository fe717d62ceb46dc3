//! The parts of this module that the crate `atlas-admin-fake` is built on. They are no part of the
//! public API, and change without notice.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};

use super::{Expectation, RecordedRequest};
use crate::operation::Operation;
use crate::transport::{Request, Url};

pub use super::mock::Rules;
pub use super::pattern::Pattern;
pub use super::reply::{
    Change, Outcome, Reply, error, response, success, throttled, to_json,
};

/// Begins an expectation.
pub fn expectation<T>(rules: &Arc<Rules>, pattern: Pattern) -> Expectation<'_, T> {
    Expectation::new(rules, pattern)
}

/// Adds a reply to an expectation.
pub fn reply<T>(expectation: Expectation<'_, T>, reply: Reply) -> Expectation<'_, T> {
    expectation.reply(reply)
}

/// Makes the record of a request of an operation.
pub fn recorded(
    operation: &'static Operation,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
) -> RecordedRequest {
    let (operation, body) = (Some(operation), Some(body));
    RecordedRequest::new(Request { method, url, headers, body, operation })
}

/// Returns the query parameters of a request, decoded, in their order.
pub fn query_pairs(request: &RecordedRequest) -> Vec<(String, String)> {
    request.query_pairs()
}
