//! JSON values without a declared structure, kept as they were written.
//!
//! For MongoDB, the order of an object's keys can matter (a sort, a compound index), and
//! converting a number can lose digits. So [`Json`] keeps the order and the spelling.
//! `serde_json` keeps them only with two of its features, which would change the
//! behavior of every other crate in a program.

use std::fmt;
use std::ops::{Index, IndexMut};
use std::str::FromStr;

use super::{DecodeError, Map};

pub use number::Number;

mod convert;
mod macros;
mod number;
mod serde;

/// Any JSON value, with the order of an object's keys and the spelling of numbers.
///
/// Two objects are equal if they have equal values under equal names in the same order.
/// Two numbers are equal if their values are, regardless of their spelling.
///
/// Created by [`json!`](crate::json), by parsing, or from a `serde_json::Value`. A
/// `serde_json::Value` has sorted its keys, unless some crate in the program enables
/// the feature `preserve_order` of `serde_json`.
///
/// ```
/// use atlas_admin_runtime::{codec::Json, json};
///
/// let sort = json!({"$sort": {"score": -1, "name": 1}});
/// assert_eq!(sort.to_string(), r#"{"$sort":{"score":-1,"name":1}}"#);
/// assert_eq!(sort["$sort"]["score"].as_i64(), Some(-1));
///
/// let parsed: Json = r#"{"limit": 10.50}"#.parse()?;
/// assert_eq!(parsed.to_string(), r#"{"limit":10.50}"#);
/// # Ok::<(), atlas_admin_runtime::codec::DecodeError>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, with its spelling.
    Number(Number),
    /// A string.
    String(String),
    /// A list.
    Array(Vec<Self>),
    /// An object.
    Object(Object),
}

/// The members of a JSON object, in order.
///
/// Dereferences to its [`Map`]. Two objects are equal only if their members have the
/// same order; the order of a `Map` doesn't matter for its equality.
#[derive(Clone, Default)]
pub struct Object(Box<Map<Json>>);

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().eq(other.0.iter())
    }
}

impl std::ops::Deref for Object {
    type Target = Map<Json>;

    fn deref(&self) -> &Map<Json> {
        &self.0
    }
}

impl std::ops::DerefMut for Object {
    fn deref_mut(&mut self) -> &mut Map<Json> {
        &mut self.0
    }
}

impl Json {
    /// Parses JSON text.
    ///
    /// # Errors
    ///
    /// Fails if the text is not JSON (RFC 8259), or is nested deeper than 128 levels.
    pub fn from_slice(text: &[u8]) -> Result<Self, DecodeError> {
        super::decode::free(text)
    }

    /// Returns true if the value is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the boolean, if the value is one.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(boolean) => Some(*boolean),
            _ => None,
        }
    }

    /// Returns the number, if the value is one.
    pub const fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the number, if the value is an integer in the range of `i64`.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// Returns the number, if the value is an integer in the range of `u64`.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// Returns the nearest float, if the value is a number in the range of `f64`.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// Returns the string, if the value is one.
    pub const fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(string) => Some(string.as_str()),
            _ => None,
        }
    }

    /// Returns the items, if the value is a list.
    pub const fn as_array(&self) -> Option<&Vec<Self>> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Returns a mutable reference to the items, if the value is a list.
    pub const fn as_array_mut(&mut self) -> Option<&mut Vec<Self>> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the members, if the value is an object.
    pub fn as_object(&self) -> Option<&Map<Self>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Returns a mutable reference to the members, if the value is an object.
    pub fn as_object_mut(&mut self) -> Option<&mut Map<Self>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Returns the value of a member, if this value is an object with that member.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// Returns a mutable reference to the value of a member, if this value is an object
    /// with that member.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.as_object_mut()?.get_mut(name)
    }

    /// Returns the value at a JSON pointer (RFC 6901), if there is one.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        tokens(pointer)?.try_fold(self, |value, token| match value {
            Self::Object(members) => members.get(&token),
            Self::Array(items) => items.get(index(&token)?),
            _ => None,
        })
    }

    /// Returns a mutable reference to the value at a JSON pointer (RFC 6901), if there is one.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        tokens(pointer)?.try_fold(self, |value, token| match value {
            Self::Object(members) => members.get_mut(&token),
            Self::Array(items) => items.get_mut(index(&token)?),
            _ => None,
        })
    }
}

/// Returns the tokens of a pointer.
fn tokens(pointer: &str) -> Option<impl Iterator<Item = String>> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    let unescaped = |token: &str| token.replace("~1", "/").replace("~0", "~");
    Some(pointer.split('/').skip(1).map(unescaped))
}

/// Returns the array index in a token, which has no leading zeros and no sign.
fn index(token: &str) -> Option<usize> {
    let index: usize = token.parse().ok()?;
    (index.to_string() == token).then_some(index)
}

/// Returns the value of a member; `null` if this value is not an object or has no such
/// member.
impl Index<&str> for Json {
    type Output = Self;

    fn index(&self, name: &str) -> &Self {
        self.get(name).unwrap_or(&Self::Null)
    }
}

/// Returns an item; `null` if this value is not a list, or the list is too short.
impl Index<usize> for Json {
    type Output = Self;

    fn index(&self, index: usize) -> &Self {
        self.as_array().and_then(|items| items.get(index)).unwrap_or(&Self::Null)
    }
}

/// Returns the value of a member, which is added if missing. A `null` becomes an object
/// first.
///
/// # Panics
///
/// Panics if the value is neither an object nor `null`.
impl IndexMut<&str> for Json {
    fn index_mut(&mut self, name: &str) -> &mut Self {
        if self.is_null() {
            *self = Self::Object(Object::default());
        }
        match self {
            Self::Object(members) => members.entry(name.to_owned()).or_default(),
            _ => panic!("the member {name:?} can't be set: the value is not an object"),
        }
    }
}

/// Returns an item.
///
/// # Panics
///
/// Panics if the value is not a list, or is too short.
impl IndexMut<usize> for Json {
    fn index_mut(&mut self, index: usize) -> &mut Self {
        match self {
            Self::Array(items) => &mut items[index],
            _ => panic!("the item {index} can't be accessed: the value is not a list"),
        }
    }
}

/// Prints the JSON text, without whitespace. A float that is not finite is `null`.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = super::encode::text(self);
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

/// Prints the JSON text.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Json {
    type Err = DecodeError;

    /// Parses JSON text.
    ///
    /// # Errors
    ///
    /// Fails if the text is not JSON (RFC 8259), or is nested deeper than 128 levels.
    fn from_str(text: &str) -> Result<Self, DecodeError> {
        Self::from_slice(text.as_bytes())
    }
}
