//! The public API of the codec, with types in the generator's form.

mod bridges;
mod conformance;
mod debugging;
mod equality;
mod errors;
mod freeform;
mod memory;
mod mismatches;
mod random;
mod records;
mod requests;
mod sample;
mod strict;
mod unions;

use atlas_admin_runtime::codec::{
    DecodeError, EncodeError, Json, Value, decode, encode, encode_request,
};
use atlas_admin_runtime::operation::Method;

/// Decodes text into a new value.
fn read<T: Value + Default>(text: &str) -> Result<T, DecodeError> {
    let mut value = T::default();
    decode(text.as_bytes(), &mut value).map(|()| value)
}

/// Encodes a value without loss.
fn write(value: &dyn Value) -> String {
    String::from_utf8(encode(value).unwrap()).unwrap()
}

/// Encodes a value for a request.
fn request(method: Method, value: &dyn Value) -> Result<String, EncodeError> {
    let body = encode_request(value, method)?;
    Ok(String::from_utf8(body.text().to_vec()).unwrap())
}

/// Parses text with `serde_json`, for comparison. It keeps neither order nor spelling.
fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

/// Parses text as free-form JSON.
fn free(text: &str) -> Json {
    text.parse().unwrap()
}

/// Asserts that text is equal after it has been decoded and encoded.
#[track_caller]
fn survives<T: Value + Default + PartialEq + std::fmt::Debug>(text: &str) -> T {
    let value: T = read(text).unwrap();
    let again = write(&value);
    assert_eq!(json(&again), json(text), "written: {again}");
    assert_eq!(read::<T>(&again).unwrap(), value);
    value
}
