//! Responses: the value, the status and the headers.

use std::fmt;
use std::ops::{Deref, DerefMut};

use http::{HeaderMap, StatusCode};

use crate::codec::{Alterations, Mismatch};
use crate::headers::{self, RateLimit};

/// A response of the service.
///
/// Dereferences to its value.
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    arrived: Arrived,
}

/// The facts about a response besides its value, status and headers.
#[derive(Clone)]
pub(crate) struct Arrived {
    /// The number of attempts.
    pub(crate) attempts: u32,
    pub(crate) has_body: bool,
    /// The parts that decoding altered.
    pub(crate) alterations: Alterations,
}

impl<T> Response<T> {
    pub(crate) fn new(
        value: T,
        status: StatusCode,
        headers: HeaderMap,
        arrived: Arrived,
    ) -> Self {
        Self { value, status, headers, arrived }
    }

    /// Returns the value, and drops the rest.
    pub fn into_value(self) -> T {
        self.value
    }

    /// Returns the value.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Returns the status: 200 to 299, or 404 for a DELETE that was retried after a
    /// lost response, and then found that the resource was already deleted.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Returns true if there was a body to decode. The service responds to some writes
    /// without a body although one is declared. The value is then unset, and the write
    /// has been executed nonetheless.
    pub fn has_body(&self) -> bool {
        self.arrived.has_body
    }

    /// Returns the number of attempts until this response arrived.
    pub fn attempts(&self) -> u32 {
        self.arrived.attempts
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the parts of the body that decoding altered: half of a surrogate pair,
    /// which was replaced by U+FFFD; an item of a list or map of strings that was not a
    /// string, and is now its JSON text; an item of another list or map that did not
    /// fit, and was dropped.
    ///
    /// All other differences from the document are kept in the value.
    pub fn mismatches(&self) -> Vec<Mismatch> {
        self.arrived.alterations.report()
    }

    /// Returns the state of the rate limit; `None` if the service did not state it.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        RateLimit::read(&self.headers)
    }

    /// Returns the time since which the called version is deprecated; `None` if the
    /// service did not state it (`Deprecation`, RFC 9745; also in the date form that the
    /// service used before).
    pub fn deprecation(&self) -> Option<jiff::Timestamp> {
        headers::date(&self.headers, "deprecation")
    }

    /// Returns the time after which the called version stops responding; `None` if the
    /// service did not state it (`Sunset`, RFC 8594).
    pub fn sunset(&self) -> Option<jiff::Timestamp> {
        headers::date(&self.headers, "sunset")
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The headers are omitted, because a server may put anything there, such as a
        // cookie.
        let mut shown = f.debug_struct("Response");
        shown.field("status", &self.status());
        // A response that is a string as a whole has no table that marks it as a secret,
        // and it may be the private key of a certificate.
        match first_letter(&self.value) {
            Some('"') => shown.field("value", &format_args!("(a string)")),
            _ => shown.field("value", &self.value),
        };
        shown.finish_non_exhaustive()
    }
}

/// Returns the first character that a value prints.
fn first_letter(value: &dyn fmt::Debug) -> Option<char> {
    struct First(Option<char>);

    impl fmt::Write for First {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 = self.0.or(text.chars().next());
            // Stops formatting after the first character.
            self.0.map_or(Ok(()), |_| Err(fmt::Error))
        }
    }

    let mut first = First(None);
    _ = fmt::write(&mut first, format_args!("{value:?}"));
    first.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_copy_is_the_same_response() {
        let headers = HeaderMap::from_iter([(http::header::ETAG, "x".parse().unwrap())]);
        let alterations = Alterations::default();
        let arrived = Arrived { attempts: 2, has_body: true, alterations };
        let response =
            Response::new(json!({"a": 1}), StatusCode::CREATED, headers, arrived);
        let copy = response.clone();
        drop(response);
        assert_eq!((copy.status(), copy.attempts(), copy.has_body()), (201, 2, true));
        assert_eq!(
            (copy.value(), copy.headers()["etag"].as_bytes()),
            (&json!({"a": 1}), &b"x"[..])
        );
    }

    #[test]
    fn a_response_that_is_a_string_is_not_printed() {
        fn shown(value: impl fmt::Debug) -> String {
            let status = StatusCode::OK;
            let headers = HeaderMap::new();
            let alterations = Alterations::default();
            let arrived = Arrived { attempts: 1, has_body: true, alterations };
            format!("{:?}", Response::new(value, status, headers, arrived))
        }
        let key = "-----BEGIN PRIVATE KEY-----\nhunter2";
        let expected = "Response { status: 200, value: (a string), .. }";
        assert_eq!(shown(key.to_owned()), expected);
        assert_eq!(shown(json!(key)), expected);
        assert_eq!(
            shown(json!({"a": 1})),
            r#"Response { status: 200, value: {"a":1}, .. }"#
        );
        assert_eq!(shown(()), "Response { status: 200, value: (), .. }");
    }
}
