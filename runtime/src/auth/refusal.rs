//! Refusals (401): of the credentials, or of what they are not allowed to do.

use std::time::Duration;

use http::Response;

use crate::connection::{Call, Connection};
use crate::error::ApiError;
use crate::transport::Body;

/// Ends an attempt that was refused, and tells whether the refusal names a role that is missing.
/// `limit` is the rest of the attempt's time, half of which is for the second time.
pub(super) async fn ends_for_a_missing_role(
    connection: &Connection,
    call: &Call,
    response: Response<Body>,
    limit: Option<Duration>,
) -> (Response<Body>, bool) {
    let half = limit.map(|limit| limit / 2);
    let judged = names_a_missing_role(connection, response, half).await;
    call.settle(None);
    judged
}

/// Tells whether a refusal names a role that is missing: Atlas answers 401 for that on some
/// operations, and the credentials are good then. The body is read for it within a limit, and
/// put back; who reads the error takes it for inflated.
pub(super) async fn names_a_missing_role(
    connection: &Connection,
    response: Response<Body>,
    limit: Option<Duration>,
) -> (Response<Body>, bool) {
    let (parts, body) = response.into_parts();
    let body = connection.excerpt(&parts.headers, body, limit).await;
    let is_role = ApiError::parse(&body).names_a_missing_role();
    (Response::from_parts(parts, Body::from(body)), is_role)
}
