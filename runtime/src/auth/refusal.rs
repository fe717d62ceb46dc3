//! Refusals (401): of the credentials, or of a call for which they lack a role.

use std::time::Duration;

use http::Response;

use crate::clock::Deadline;
use crate::connection::{Call, Connection};
use crate::error::ApiError;
use crate::transport::Body;

/// Ends a refused attempt, and returns whether the refusal names a missing role. Half
/// of the remaining time is reserved for sending the request a second time.
pub(super) async fn ends_for_a_missing_role(
    connection: &Connection,
    call: &Call,
    response: Response<Body>,
    deadline: Deadline,
) -> (Response<Body>, bool) {
    let half = deadline.left(&*connection.clock).map(|left| left / 2);
    let judged = names_a_missing_role(connection, response, half).await;
    call.settle(None);
    judged
}

/// Returns whether a refusal names a missing role. On some operations, Atlas responds
/// with such a 401 although the credentials are good. The body is read within a limit,
/// and put back into the response without its content encoding.
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
