//! Failures, in the few categories that telemetry groups them by.

use std::borrow::Cow;

use http::StatusCode;

use crate::error::{Error, Kind};

/// The `error.type` of a future that was dropped before its end.
pub(super) const CANCELLED: &str = "cancelled";

/// Returns the `error.type` of an error: the status, or one of a few names.
pub(super) fn error_type(error: &Error) -> Cow<'static, str> {
    Cow::Borrowed(match error.kind() {
        Kind::Status => match error.status() {
            Some(status) => return status.to_string().into(),
            None => "status",
        },
        Kind::Request => "request",
        Kind::Configuration => "configuration",
        Kind::Connect => "connect",
        Kind::Transport => "transport",
        Kind::Timeout => "timeout",
        Kind::Token => "token",
        Kind::Decode => "decode",
        Kind::TooLarge => "too_large",
        Kind::Redirect => "redirect",
        Kind::File => "file",
        Kind::Failed => "failed",
        Kind::Refused => "refused",
    })
}

/// Returns the status of the response to the call itself; `None` if the error is about
/// the response to a token request.
#[cfg(feature = "tracing")]
pub(super) fn status(error: &Error) -> Option<u16> {
    error.status().filter(|_| error.kind() != Kind::Token)
}

/// Returns a description of an error without details; `None` if the status is
/// sufficient.
#[cfg(feature = "tracing")]
pub(super) fn description(error: &Error) -> Option<&'static str> {
    Some(match error.kind() {
        Kind::Status => return None,
        Kind::Request => "the request is invalid",
        Kind::Configuration => "the client's settings or credentials are invalid",
        Kind::Connect => "no connection to the service",
        Kind::Transport => "the connection broke",
        Kind::Timeout => "no complete response within the time limit",
        Kind::Token => "the token endpoint gave no token",
        Kind::Decode => "the response is not what the operation declares",
        Kind::TooLarge => "the response is larger than the limit",
        Kind::Redirect => "a redirect that is not followed",
        Kind::File => "a file can't be read or written",
        Kind::Failed => "the work has failed",
        Kind::Refused => "a layer refused the request",
    })
}

/// Returns true if a response is the failure of an attempt. A 401 to a request without
/// credentials is no failure, because Digest starts with such a request.
pub(super) fn is_failure(status: StatusCode, is_authorized: bool) -> bool {
    let is_challenge = status == StatusCode::UNAUTHORIZED && !is_authorized;
    (status.is_client_error() || status.is_server_error()) && !is_challenge
}
