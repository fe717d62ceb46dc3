//! Classification of failed requests: whether they were sent, and whether another
//! attempt may succeed.

use std::error::Error as StdError;
use std::io;

use super::tls;
use crate::transport::{Stage, TransportError};

const PROXY: &str = "set the proxy's URL with the credentials that the proxy requires";
const NOT_HTTP: &str =
    "a proxy or another server may have responded: check the base URL";

/// The message of `hyper-util` if a proxy responds to CONNECT with 407; the error's type
/// is not public.
const PROXY_REFUSED: &str = "proxy authorization required";

/// Creates an error from one of `reqwest`.
pub(super) fn classify(error: ::reqwest::Error) -> TransportError {
    // The operation already identifies the URL, which may contain private data.
    let error = error.without_url();
    let (stage, advice) = if error.is_connect() {
        match refusal(&error) {
            Some(advice) => (Stage::Refused, Some(advice)),
            None => (Stage::Connect, None),
        }
    } else if error.is_builder() {
        (Stage::Refused, None)
    } else if find(&error, is_malformed).is_some() {
        (Stage::Malformed, Some(NOT_HTTP))
    } else if find(&error, is_unprocessed).is_some() {
        (Stage::Unprocessed, None)
    } else {
        (Stage::Exchange, None)
    };
    let error = TransportError::new(stage, error);
    match advice {
        Some(advice) => error.with_advice(advice),
        None => error,
    }
}

/// Returns advice if no attempt can connect.
fn refusal(error: &::reqwest::Error) -> Option<&'static str> {
    find(error, |cause| {
        let is_proxy = || cause.to_string().ends_with(PROXY_REFUSED);
        tls::refusal(cause).or_else(|| is_proxy().then_some(PROXY))
    })
}

/// Returns a value if the headers are too large, or the response is not HTTP/1.1.
fn is_malformed(cause: &(dyn StdError + 'static)) -> Option<()> {
    cause.downcast_ref::<hyper::Error>()?.is_parse().then_some(())
}

/// Returns a value if the server refused the stream, or closes the connection without
/// processing it (RFC 9113 section 8.7). `h2` passes the error of a GOAWAY to no other
/// streams.
#[cfg(feature = "http2")]
fn is_unprocessed(cause: &(dyn StdError + 'static)) -> Option<()> {
    let error = cause.downcast_ref::<h2::Error>()?;
    let is_refused =
        error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    (error.is_remote() && (is_refused || error.is_go_away())).then_some(())
}

/// Returns `None`: over HTTP/1.1, a server can't state that it did not process a
/// request.
#[cfg(not(feature = "http2"))]
fn is_unprocessed(_: &(dyn StdError + 'static)) -> Option<()> {
    None
}

/// Searches an error and its causes. An [`io::Error`] contains an error that is not
/// among its sources.
fn find<T>(
    error: &::reqwest::Error,
    test: impl Fn(&(dyn StdError + 'static)) -> Option<T>,
) -> Option<T> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(cause) = next {
        if let Some(found) = test(cause) {
            return Some(found);
        }
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}
