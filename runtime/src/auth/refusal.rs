//! Refusals (401): of the credentials, or of a call for which they lack a role.

use std::time::Duration;

use http::Response;

use crate::clock::Deadline;
use crate::connection::{Call, Connection};
use crate::error::ApiError;
use crate::transport::Body;

/// Ends a refused attempt, and tells whether the refusal names a missing role. Half of
/// the time that is left is kept for sending the request a second time.
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

/// Tells whether a refusal names a missing role. Atlas responds so with 401 on some
/// operations, and the credentials are good then. The body is read within a limit, and
/// put back without its content encoding.
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
