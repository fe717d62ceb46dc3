//! The service's error code, independent of the list of known codes.

use std::fmt;

/// The error code of a response, as [`Error::code`](crate::Error::code) returns it.
///
/// Equals anything with the same text: a string, or a variant of the generated crate's
/// open enum `ErrorCode`, into which it also converts. Empty if the service gave no
/// code, and then unequal to every code.
///
/// ```
/// # use atlas_admin_runtime::Error;
/// fn is_worth_a_retry(error: &Error) -> bool {
///     error.code() == "CLUSTER_BUSY" || error.code().as_str().ends_with("_IN_PROGRESS")
/// }
/// ```
#[derive(Clone, Copy, Default, Eq, Hash, PartialOrd, Ord)]
pub struct Code<'a>(&'a str);

impl<'a> Code<'a> {
    pub(super) fn new(code: &'a str) -> Self {
        Self(code)
    }

    /// Returns the code in the service's spelling; empty if there is none.
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Returns true if the service gave no code.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl AsRef<str> for Code<'_> {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl<T: AsRef<str> + ?Sized> PartialEq<T> for Code<'_> {
    fn eq(&self, other: &T) -> bool {
        self.0 == other.as_ref()
    }
}

/// Prints the text.
impl fmt::Debug for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use crate::error::Kind;
    use crate::error::status_error;

    #[test]
    fn a_code_is_equal_to_its_text_and_absence_to_none() {
        let error = |body: &'static str| {
            let body = Bytes::from_static(body.as_bytes());
            status_error(Kind::Status, "", StatusCode::CONFLICT, &HeaderMap::new(), body)
        };
        let known = error(r#"{"errorCode":"A_B"}"#);
        assert_eq!(known.code(), "A_B");
        assert!(known.code() == *"A_B");
        assert!(known.code() != "a_b" && !known.code().is_empty());
        assert_eq!(format!("{} {:?}", known.code(), known.code()), "A_B \"A_B\"");
        let none = error("{}");
        assert!(none.code().is_empty() && none.code() != "A_B");
        assert_eq!(none.code(), none.clone().code());
    }
}
