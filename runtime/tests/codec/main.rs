//! The codec from outside, with types of the kind that the generator writes.

mod bridges;
mod conformance;
mod debugging;
mod drift;
mod equality;
mod errors;
mod random;
mod records;
mod requests;
mod sample;
mod unions;

use atlas_admin_runtime::codec::{
    DecodeError, EncodeError, Json, Mode, Value, decode, encode,
};

/// Reads text into a new value.
fn read<T: Value + Default>(text: &str) -> Result<T, DecodeError> {
    let mut value = T::default();
    decode(text.as_bytes(), &mut value).map(|()| value)
}

/// Writes a value without loss.
fn write(value: &dyn Value) -> String {
    String::from_utf8(encode(value, Mode::Lossless).unwrap()).unwrap()
}

/// Writes a value for a request.
fn request(value: &dyn Value) -> Result<String, EncodeError> {
    encode(value, Mode::Request).map(|text| String::from_utf8(text).unwrap())
}

/// Parses text with `serde_json`, to compare with.
fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

/// Asserts that text comes back equal after it has been read and written.
#[track_caller]
fn survives<T: Value + Default + PartialEq + std::fmt::Debug>(text: &str) -> T {
    let value: T = read(text).unwrap();
    let again = write(&value);
    assert_eq!(json(&again), json(text), "written: {again}");
    assert_eq!(read::<T>(&again).unwrap(), value);
    value
}
