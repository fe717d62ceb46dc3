//! Errors created from a server's response.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{ApiError, Error, Inner, Kind};

/// Advice for a response with a success status that didn't come from the service.
pub(crate) const OTHER_SERVER: &str =
    "a proxy or another server may have responded: check the base URL";

/// The largest part of an error's body that is kept, in bytes.
const KEPT: usize = 1 << 20;

/// Creates an error from a response whose status is not a success. If `message` is
/// empty, the line of the error is made from the response.
pub(crate) fn status_error(
    kind: Kind,
    message: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: Bytes,
) -> Error {
    Error::build(Inner {
        kind,
        message: message.to_owned(),
        status: Some(status),
        headers: headers.clone(),
        api: ApiError::parse(&body),
        body: kept(body),
        ..Inner::default()
    })
}

/// Returns the part of an error's body that is kept.
fn kept(body: Bytes) -> Bytes {
    match body.len() > KEPT {
        // A copy, so that the rest of the memory is freed.
        true => Bytes::copy_from_slice(&body[..KEPT]),
        false => body,
    }
}
