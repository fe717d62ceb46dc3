//! Resources that can't be rendered.

use std::fmt;

use atlas_admin_runtime::codec::{DecodeError, EncodeError};

/// The reason why a stored resource can't be rendered: a request sent it as one type, and it
/// doesn't fit another.
#[derive(Debug)]
pub(crate) enum Failure {
    Decode(DecodeError),
    Encode(EncodeError),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(error) => write!(
                f,
                "The stored resource does not fit the type of the response: {error}"
            ),
            Self::Encode(error) => write!(f, "The response can't be encoded: {error}"),
        }
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<EncodeError> for Failure {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}
