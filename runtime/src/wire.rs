//! The two calls that the rest of the crate makes into the codec.

use bytes::Bytes;

use crate::codec::{self, DecodeError, Mode, Value};
use crate::error::{Error, Kind};
use crate::operation::Operation;

/// Encodes a request body.
pub(crate) fn encode(
    value: &dyn Value,
    operation: &'static Operation,
) -> Result<Bytes, Error> {
    codec::encode(value, Mode::Request).map(Bytes::from).map_err(|error| {
        let message = format!("the body can't be sent: {error}");
        Error::with_source(Kind::Request, message, error).of(operation)
    })
}

/// Decodes an answer.
pub(crate) fn decode(bytes: &[u8], value: &mut dyn Value) -> Result<(), DecodeError> {
    codec::decode(bytes, value)
}
