//! The two calls that the rest of the crate makes into the codec.

use bytes::Bytes;

use crate::codec::Value;
use crate::error::{Error, Kind};
use crate::operation::Operation;

/// Encodes a request body.
pub(crate) fn encode(
    _value: &dyn Value,
    operation: &'static Operation,
) -> Result<Bytes, Error> {
    Err(Error::new(Kind::Request, "the codec is not there yet").of(operation))
}
