//! `serde` for every type, by way of the codec.
//!
//! This is for storing, logging and testing values in other formats. Requests and answers do
//! not pass here.

use serde::ser::SerializeSeq as _;
use serde::{Deserialize as _, Serialize, Serializer};

use super::decode::decode_own;
use super::members::{Context, Members, walk};
use super::tags::Tags;
use super::{Extra, Json, Value, View};

/// Serializes a value with everything that is in it.
///
/// # Errors
///
/// Where the format refuses.
pub fn serialize<S: Serializer>(value: &dyn Value, to: S) -> Result<S::Ok, S::Error> {
    Node { view: value.view(), tags: None }.serialize(to)
}

/// Deserializes a value of the caller's own from a format that describes itself: none of its
/// records is marked as received.
///
/// # Errors
///
/// Where the format refuses, and where the data does not fit at the top level.
pub fn deserialize<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Value + Default,
{
    let mut value = T::default();
    read(&Json::deserialize(from)?, &mut value).map_err(serde::de::Error::custom)?;
    Ok(value)
}

/// Reads free-form JSON into a value: encodes and decodes again, which is slower but needs no
/// second decoder.
fn read(json: &Json, into: &mut dyn Value) -> Result<(), String> {
    let text = super::encode(json).map_err(|error| error.to_string())?;
    decode_own(&text, into).map_err(|error| match error.path() {
        "" => error.message().to_owned(),
        path => format!("{} at `{path}`", error.message()),
    })
}

/// A value, and the tags of the unions around it.
struct Node<'a> {
    view: View<'a>,
    tags: Option<&'a Tags<'a>>,
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.view {
            View::Bool(boolean) => to.serialize_bool(boolean),
            View::Int(number) => to.serialize_i64(number),
            View::Float(number) => to.serialize_f64(number),
            View::Str(string) => to.serialize_str(string),
            View::List(list) => {
                let mut items = to.serialize_seq(Some(list.len()))?;
                for index in 0..list.len() {
                    let view = list.get(index).view();
                    items.serialize_element(&Node { view, tags: None })?;
                }
                items.end()
            }
            View::Json(json) if self.tags.is_none() => json.serialize(to),
            View::Record(record) => {
                let extra = Extra::of(record);
                match extra.and_then(|extra| extra.non_object_in(record)) {
                    None => self.object(extra, to),
                    Some(json) => json.serialize(to),
                }
            }
            View::Map(_) | View::Json(Json::Object(_)) => self.object(None, to),
            View::Json(json) => json.serialize(to),
            View::Union(union) => {
                let (index, content) = union.content();
                let tags = union.variants().by.tag(index, self.tags);
                let tags = tags.as_ref().or(self.tags);
                Node { view: content.view(), tags }.serialize(to)
            }
            View::Absent | View::Null | View::Extra(_) => to.serialize_unit(),
        }
    }
}

impl Node<'_> {
    fn object<S: Serializer>(
        &self,
        extra: Option<&Extra>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let mut object = Object(to.serialize_map(None)?);
        let context = Context { request: None, tags: self.tags, is_item: false };
        walk(&self.view, extra, context, &mut object)?;
        serde::ser::SerializeMap::end(object.0)
    }
}

/// An object that is being serialized.
struct Object<M>(M);

impl<M: serde::ser::SerializeMap> Members for Object<M> {
    type Error = M::Error;

    fn member(&mut self, name: &str, view: &View<'_>) -> Result<(), M::Error> {
        self.0.serialize_entry(name, &Node { view: *view, tags: None })
    }
}
