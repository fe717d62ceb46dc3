//! `serde` support for every type, based on the codec.
//!
//! Programs use `serde` to store, log and test values in other formats. Requests and
//! responses don't.

use std::fmt;

use serde::ser::SerializeSeq as _;
use serde::{Deserialize as _, Serialize, Serializer};

use super::decode::decode_own;
use super::discriminators::Discriminators;
use super::members::{Context, Members, walk};
use super::redact::{self, PLACEHOLDER};
use super::{DecodeError, Extra, Field, Json, Value, View};

/// A value that is serialized without its secrets, for logs and reports. Values that
/// `Debug` doesn't print are serialized as `"<redacted>"`.
///
/// `Debug` doesn't print: properties marked as secret or write-only, except for IDs;
/// undeclared properties, because their meaning is unknown; credentials and query
/// strings of URLs; and entries of free-form objects and maps that are named like
/// headers with credentials.
///
/// ```
/// # use atlas_admin_runtime::codec::Extra;
/// # use atlas_admin_runtime::record;
/// use atlas_admin_runtime::codec::Redacted;
/// # #[derive(Clone, Default)]
/// # pub struct User { pub name: Option<String>, pub password: Option<String>, pub extra: Extra }
/// # record! { User 0 name "name" 1 password "password" [SECRET] }
/// # let (name, password) = (Some("ada".to_owned()), Some("hunter2".to_owned()));
///
/// let user = User { name, password, ..User::default() };
/// let text = serde_json::to_string(&Redacted(&user))?;
/// assert_eq!(text, r#"{"name":"ada","password":"<redacted>"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Redacted<'a, T: ?Sized>(pub &'a T);

impl<T: Value> Serialize for Redacted<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Node { view: self.0.view(), discriminators: None, redacts: true }.serialize(to)
    }
}

/// Prints the value with the value's own `Debug`, which omits secrets as well.
impl<T: fmt::Debug + ?Sized> fmt::Debug for Redacted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Serializes a value, secrets included.
///
/// # Errors
///
/// Returns the format's own errors.
pub fn serialize<S: Serializer>(value: &dyn Value, to: S) -> Result<S::Ok, S::Error> {
    Node { view: value.view(), discriminators: None, redacts: false }.serialize(to)
}

/// Deserializes a value of the caller's own from a self-describing format. None of its
/// records is marked as received.
///
/// # Errors
///
/// Returns the format's own errors, and an error if the data doesn't fit at the top
/// level.
pub fn deserialize<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Value + Default,
{
    let mut value = T::default();
    read(&Json::deserialize(from)?, &mut value).map_err(serde::de::Error::custom)?;
    Ok(value)
}

/// Reads free-form JSON into a value. Encodes and decodes the JSON, which is slow but
/// needs no second decoder.
fn read(json: &Json, into: &mut dyn Value) -> Result<(), String> {
    let text = super::encode(json).map_err(|error| error.to_string())?;
    decode_own(&text, into).map_err(|error| Told(&error).to_string())
}

/// The message of a decoding error, without the offset, which would refer to an
/// intermediate JSON text that the caller never sees.
pub(super) struct Told<'a>(pub(super) &'a DecodeError);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.message())?;
        match self.0.path() {
            "" => Ok(()),
            path => write!(f, " at `{path}`"),
        }
    }
}

/// A value, and the discriminator values of the unions around it.
struct Node<'a> {
    view: View<'a>,
    discriminators: Option<&'a Discriminators<'a>>,
    /// Whether secrets are redacted.
    redacts: bool,
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.view {
            View::Bool(boolean) => to.serialize_bool(boolean),
            View::Int(number) => to.serialize_i64(number),
            View::Float(number) => to.serialize_f64(number),
            View::Str(string) if self.redacts => to.serialize_str(&redact::text(string)),
            View::Str(string) => to.serialize_str(string),
            View::List(list) => {
                let mut items = to.serialize_seq(Some(list.len()))?;
                for index in 0..list.len() {
                    let view = list.get(index).view();
                    items.serialize_element(&self.inner(view))?;
                }
                items.end()
            }
            View::Json(json) if self.redacts => match redact::json(json) {
                Some(shown) => self.json(&shown, to),
                None => self.json(json, to),
            },
            View::Json(json) => self.json(json, to),
            View::Record(record) => {
                let extra = Extra::of(record);
                match extra.and_then(|extra| extra.non_object_in(record)) {
                    None => self.object(extra, to),
                    Some(_) if self.redacts => to.serialize_str(PLACEHOLDER),
                    Some(json) => json.serialize(to),
                }
            }
            View::Map(_) => self.object(None, to),
            View::Union(union) => {
                let (index, content) = union.content();
                let by = &union.variants().by;
                let discriminators = by.chain(index, self.discriminators);
                let discriminators = discriminators.as_ref().or(self.discriminators);
                match content.view() {
                    // The variant is unknown, so any of its values may be a secret.
                    View::Json(json) if self.redacts && index >= by.len() => {
                        let shown = hidden(json);
                        Node { view: View::Json(&shown), discriminators, redacts: true }
                            .serialize(to)
                    }
                    view => Node { view, discriminators, redacts: self.redacts }
                        .serialize(to),
                }
            }
            View::Absent | View::Null | View::Extra(_) => to.serialize_unit(),
        }
    }
}

/// Returns the names of an object with redacted values, or a placeholder for other JSON.
fn hidden(json: &Json) -> Json {
    match json {
        Json::Object(members) => {
            members.keys().map(|name| (name.clone(), PLACEHOLDER)).collect()
        }
        Json::Null => Json::Null,
        _ => PLACEHOLDER.into(),
    }
}

impl Node<'_> {
    /// Returns a value inside this one, which starts without discriminator values.
    fn inner<'v>(&self, view: View<'v>) -> Node<'v> {
        Node { view, discriminators: None, redacts: self.redacts }
    }

    fn json<S: Serializer>(&self, json: &Json, to: S) -> Result<S::Ok, S::Error> {
        match json {
            Json::Object(_) if self.discriminators.is_some() => Node {
                view: View::Json(json),
                discriminators: self.discriminators,
                redacts: self.redacts,
            }
            .object(None, to),
            json => json.serialize(to),
        }
    }

    fn object<S: Serializer>(
        &self,
        extra: Option<&Extra>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let map = to.serialize_map(None)?;
        let is_map = matches!(self.view, View::Map(_));
        let mut object = Object { map, redacts: self.redacts, is_map };
        let context = Context {
            request: None,
            discriminators: self.discriminators,
            is_item: false,
        };
        walk(&self.view, extra, context, &mut object)?;
        serde::ser::SerializeMap::end(object.map)
    }
}

/// An object under serialization.
struct Object<M> {
    map: M,
    redacts: bool,
    /// Whether the caller chooses the names.
    is_map: bool,
}

impl<M: serde::ser::SerializeMap> Members for Object<M> {
    type Error = M::Error;

    fn member(&mut self, name: &str, view: &View<'_>) -> Result<(), M::Error> {
        if self.redacts && self.is_map && redact::is_secret_name(name) {
            return self.map.serialize_entry(name, PLACEHOLDER);
        }
        let node = Node { view: *view, discriminators: None, redacts: self.redacts };
        self.map.serialize_entry(name, &node)
    }

    fn field(&mut self, field: &'static Field, view: &View<'_>) -> Result<(), M::Error> {
        match self.redacts && field.is_hidden() && !matches!(view, View::Null) {
            true => self.map.serialize_entry(field.json_name, PLACEHOLDER),
            false => self.member(field.json_name, view),
        }
    }

    fn undeclared(&mut self, name: &str, value: &Json) -> Result<(), M::Error> {
        match self.redacts && !value.is_null() {
            true => self.map.serialize_entry(name, PLACEHOLDER),
            false => self.member(name, &View::Json(value)),
        }
    }
}
