//! Conversions from Rust values to JSON, and between the two JSON types.

use super::{Json, Number, Object};
use crate::codec::Map;

impl From<bool> for Json {
    fn from(boolean: bool) -> Self {
        Self::Bool(boolean)
    }
}

impl From<&str> for Json {
    fn from(string: &str) -> Self {
        Self::String(string.to_owned())
    }
}

impl From<String> for Json {
    fn from(string: String) -> Self {
        Self::String(string)
    }
}

impl From<&String> for Json {
    fn from(string: &String) -> Self {
        Self::String(string.clone())
    }
}

impl From<Number> for Json {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

macro_rules! numbers {
    ($through:ty: $($type:ty),*) => {$(
        impl From<$type> for Json {
            fn from(number: $type) -> Self {
                Self::Number(Number::from(<$through>::from(number)))
            }
        }
    )*};
}

numbers!(i64: i8, i16, i32, i64);
numbers!(u64: u8, u16, u32, u64);
numbers!(f64: f32, f64);

impl From<usize> for Json {
    fn from(number: usize) -> Self {
        // No platform of Rust has more than 64 bits.
        Self::from(number as u64)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Into<Self>, const N: usize> From<[T; N]> for Json {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

/// `None` is `null`.
impl<T: Into<Self>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<Map<Self>> for Json {
    fn from(members: Map<Self>) -> Self {
        Self::Object(members.into())
    }
}

impl From<Map<Json>> for Object {
    fn from(members: Map<Json>) -> Self {
        Self(Box::new(members))
    }
}

impl IntoIterator for Object {
    type Item = (String, Json);
    type IntoIter = indexmap::map::IntoIter<String, Json>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Object> for Map<Json> {
    fn from(object: Object) -> Self {
        *object.0
    }
}

impl<T: Into<Json>> FromIterator<T> for Json {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<K: Into<String>, V: Into<Self>> FromIterator<(K, V)> for Json {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(members: I) -> Self {
        let members =
            members.into_iter().map(|(name, value)| (name.into(), value.into()));
        members.collect::<Map<Self>>().into()
    }
}

/// Keeps the current order of the value's keys, and the current spelling of its numbers.
impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;

        match value {
            Value::Null => Self::Null,
            Value::Bool(boolean) => Self::Bool(boolean),
            // Its text is a JSON number.
            Value::Number(number) => number.to_string().parse().unwrap_or_default(),
            Value::String(string) => Self::String(string),
            Value::Array(items) => items.into_iter().collect(),
            Value::Object(members) => members.into_iter().collect(),
        }
    }
}

/// Sorts the keys, and rounds numbers to the nearest float, unless some crate in the
/// program enables `preserve_order` or `arbitrary_precision` of `serde_json`. A number
/// outside the range of `f64` becomes its text; a float that is not finite becomes
/// `null`.
impl From<Json> for serde_json::Value {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(boolean) => Self::Bool(boolean),
            Json::Number(number) => number.into(),
            Json::String(string) => Self::String(string),
            Json::Array(items) => items.into_iter().map(Self::from).collect(),
            Json::Object(members) => members
                .into_iter()
                .map(|(name, value)| (name, Self::from(value)))
                .collect(),
        }
    }
}

impl From<Number> for serde_json::Value {
    fn from(number: Number) -> Self {
        let text = number.to_string();
        match text.parse() {
            Ok(number) => Self::Number(number),
            Err(_) if text == "null" => Self::Null,
            Err(_) => Self::String(text),
        }
    }
}

impl PartialEq<str> for Json {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Json {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

impl PartialEq<String> for Json {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == Some(other)
    }
}

/// Ignores the order of keys, which the other type may have sorted.
impl PartialEq<serde_json::Value> for Json {
    fn eq(&self, other: &serde_json::Value) -> bool {
        let same_kind = serde_json::Value::from(self.clone());
        same_kind == *other
    }
}

macro_rules! comparisons {
    ($($type:ty: $get:ident),*) => {$(
        impl PartialEq<$type> for Json {
            fn eq(&self, other: &$type) -> bool {
                self.$get() == Some((*other).into())
            }
        }
    )*};
}

comparisons!(bool: as_bool, i32: as_i64, i64: as_i64, u64: as_u64, f64: as_f64);
