//! The JSON codec for every type of the API.
//!
//! A generated type contains no code that reads or writes JSON. It offers *access*: a
//! record lists its fields in a [`Table`] and returns each as a [`Value`]; a union lists
//! its variants and their discriminator. The reader and the writer here use that access.
//!
//! The trait of access is [`Value`]. A [`View`] is the content of a value, for writing,
//! printing and comparing. A `Slot` is the place that a value is read into. Programs
//! that walk values of any type use [`View`]; `Slot` is for the decoder, and hidden in
//! this documentation.
//!
//! | modules | content |
//! |---|---|
//! | `values`, `nullable`, `set`, `time`, `open_enum`, `extra`, `json` | the values that
//! records consist of |
//! | `reader`, `decode`, `text_body`, `path`, `mismatch` | JSON text to values, and the
//! differences found |
//! | `members`, `encode`, `writer`, `request_body` | values to JSON text |
//! | `bridge`, `strict`, `debug`, `redact`, `same`, `copy`, `common`, `macros` | other
//! functions of a generated type, based on the same access |
//!
//! No function that is generic over a record is longer than a line, because each of the
//! more than a thousand records of the generated crate instantiates it.

mod bridge;
mod common;
mod copy;
mod debug;
mod decode;
mod discriminators;
mod encode;
mod error;
mod extra;
mod json;
mod macros;
mod members;
mod mismatch;
mod nullable;
mod open_enum;
mod path;
mod reader;
mod redact;
mod request_body;
mod same;
mod set;
mod strict;
mod text_body;
mod time;
mod values;
mod writer;

pub use bridge::Redacted;
#[cfg(feature = "testing")]
pub(crate) use decode::decode_copy;
pub use decode::{decode, decode_observed};
pub(crate) use decode::{decode_response, is_blank, is_null};
pub(crate) use encode::redacted;
pub use encode::{encode, encode_into, encode_request};
pub use error::{DecodeError, EncodeError};
pub use extra::Extra;
pub(crate) use extra::non_object_of;
pub use json::{Json, Number, Object};
pub(crate) use mismatch::Alterations;
pub use mismatch::{Direction, Mismatch, Observer};
pub use nullable::Nullable;
pub use open_enum::{UndeclaredValue, Values};
#[cfg(feature = "tracing")]
pub(crate) use redact::bytes as redacted_text;
#[cfg(feature = "recording")]
pub(crate) use redact::is_secret_name;
pub(crate) use redact::strings as redacted_strings;
pub use request_body::RequestBody;
pub use set::{Property, list, set};
pub use strict::Strict;
pub use text_body::take_text;
pub use time::{Date, DateTime};

/// Items that only the macros use. Documentation that inlines this crate's `codec` shows
/// everything exported from it, hidden or not, so these are exported from a separate
/// module.
#[doc(hidden)]
pub mod for_macros {
    pub use super::bridge::{deserialize, serialize};
    pub use super::common::{common, update_common};
    pub use super::debug::fmt_debug;
    pub use super::open_enum::{
        Declared, OpenEnum, from_json_name, from_string, json_name, values, view_of_enum,
    };
    pub use super::same::same;
    pub use serde;
}

use discriminators::Discriminators;
use time::Text;

/// A value that the codec can read and write.
///
/// Implemented for the scalars, `Option`, `Vec`, `Box`, [`Map`], [`Nullable`], free-form
/// [`Json`] and every generated type.
pub trait Value {
    /// Returns the content of the value.
    fn view(&self) -> View<'_>;

    /// Returns the target for a JSON value other than `null`. Creates it if the value is
    /// absent.
    #[doc(hidden)]
    fn slot(&mut self) -> Slot<'_>;

    /// Unsets the value. `null` distinguishes an explicit `null` from absence, which
    /// only [`Nullable`] keeps.
    fn clear(&mut self, null: bool);
}

/// The content of a [`Value`].
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "each variant holds what its name says")]
pub enum View<'a> {
    /// Unset: not written.
    Absent,
    /// An explicit `null`.
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A string, or the JSON name of an enum's value.
    Str(&'a str),
    List(&'a dyn List),
    Map(&'a dyn Entries),
    Record(&'a dyn Record),
    Union(&'a dyn Union),
    /// A value without a declared structure.
    Json(&'a Json),
    /// The undeclared properties of a record: received ones, and ones to send.
    Extra(&'a Extra),
}

/// The target that a [`Value`] is read into. Only the decoder uses it.
#[doc(hidden)]
pub enum Slot<'a> {
    Bool(&'a mut bool),
    Int(&'a mut i64),
    Float(&'a mut f64),
    Str(&'a mut String),
    /// A date or a point in time, which takes any string.
    Text(&'a mut Text),
    /// An open enum, which takes any string.
    Enum(&'a mut dyn Enum),
    List(&'a mut dyn List),
    Map(&'a mut dyn Entries),
    Record(&'a mut dyn Record),
    Union(&'a mut dyn Union),
    Json(&'a mut Json),
    Extra(&'a mut Extra),
    /// No target: any JSON is accepted and dropped, for the response of an operation
    /// without a body.
    Nothing,
}

/// A record: an object with declared properties.
pub trait Record: Value {
    /// Returns the type's name and fields.
    fn table(&self) -> &'static Table;

    /// Returns the field at an index of the table; an index beyond the table returns
    /// the [`Extra`].
    fn field(&self, index: usize) -> &dyn Value;

    /// Returns the field at an index of the table; an index beyond the table returns
    /// the [`Extra`].
    fn field_mut(&mut self, index: usize) -> &mut dyn Value;
}

/// The description of a record.
#[derive(Debug)]
pub struct Table {
    /// The Rust name of the type.
    pub name: &'static str,
    /// The declared properties, in ascending order (by bytes) of their JSON names.
    pub fields: &'static [Field],
}

impl Table {
    /// Returns the index of the field of a property.
    #[inline]
    pub fn index_of(&self, json_name: &str) -> Option<usize> {
        self.fields.binary_search_by(|field| field.json_name.cmp(json_name)).ok()
    }
}

/// The description of a field.
#[derive(Debug)]
pub struct Field {
    /// The JSON name of the property. The name is compared and written verbatim, so it
    /// must need no escapes between quotes.
    pub json_name: &'static str,
    /// A combination of the constants of [`Field`].
    pub flags: u8,
}

impl Field {
    /// The document declares the property as required.
    pub const REQUIRED: u8 = 1;
    /// Only the service sets the property; requests omit it.
    pub const READ_ONLY: u8 = 2;
    /// The service never returns the property.
    pub const WRITE_ONLY: u8 = 4;
    /// The property must not be printed. `WRITE_ONLY` implies this, except for IDs.
    pub const SECRET: u8 = 8;
    /// The property identifies its record among the items of a list. PATCH and PUT send
    /// it although only the service sets it.
    pub const IDENTITY: u8 = 16;
    /// The service keeps the secret if a PUT omits it and the record has its `IDENTITY`.
    pub const KEPT: u8 = 32;

    /// Returns true if people must not see the value: it is a secret, or is write-only
    /// and thus may be one. An ID is no secret.
    pub(crate) fn is_hidden(&self) -> bool {
        let is_write_only = self.flags & Self::WRITE_ONLY != 0;
        self.flags & Self::SECRET != 0 || is_write_only && !redact::is_id(self.json_name)
    }
}

/// An enum of strings that keeps unknown values.
#[doc(hidden)]
pub trait Enum: Value {
    /// Sets the value with this JSON name.
    fn set(&mut self, json_name: &str);

    /// Returns the JSON names of the values that the document declares, ascending.
    fn declared(&self) -> &'static [&'static str];
}

/// A value of one of several types, selected by a discriminator or by the kind of the
/// JSON value.
pub trait Union: Value {
    /// Returns the type's name and variants.
    fn variants(&self) -> &'static Variants;

    /// Returns the index of the selected variant, and its content. The variant for
    /// undeclared content has an index beyond all others.
    fn content(&self) -> (usize, &dyn Value);

    /// Selects a variant, with its content unset, and returns the content.
    fn select(&mut self, index: usize) -> &mut dyn Value;

    /// Returns a mutable reference to the content.
    fn content_mut(&mut self) -> &mut dyn Value;
}

/// The description of a union.
#[derive(Debug)]
pub struct Variants {
    /// The Rust name of the type.
    pub name: &'static str,
    /// The Rust names of the variants, without the one for undeclared content.
    pub names: &'static [&'static str],
    /// The discriminator of the union.
    pub by: Discriminator,
}

/// The discriminator of a union: the fact about a value that selects its variant.
#[derive(Debug)]
pub enum Discriminator {
    /// The value of a property selects the variant: the property's JSON name, and for
    /// each variant the values that select it.
    Property(&'static str, &'static [&'static [&'static str]]),
    /// The kind of the JSON value selects the variant: one kind for each variant.
    Kind(&'static [Kind]),
}

impl Discriminator {
    /// Returns the number of declared variants, which is the index of the unknown
    /// variant.
    fn len(&self) -> usize {
        match self {
            Self::Property(_, values) => values.len(),
            Self::Kind(kinds) => kinds.len(),
        }
    }

    /// Returns the chain of discriminator values of a variant, if the union has a discriminator.
    fn chain<'t>(
        &self,
        index: usize,
        outer: Option<&'t Discriminators<'t>>,
    ) -> Option<Discriminators<'t>> {
        let Self::Property(name, values) = self else { return None };
        let value = match values.get(index) {
            Some([only]) => Some(*only),
            _ => None,
        };
        Some(Discriminators { name, value, is_known: index < values.len(), outer })
    }
}

/// A kind of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of RFC 8259")]
pub enum Kind {
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// A list of values of one type.
#[expect(
    clippy::len_without_is_empty,
    reason = "each method costs an instantiation per type"
)]
pub trait List {
    /// Returns the number of items.
    fn len(&self) -> usize;
    /// Returns the item at an index below [`List::len`].
    fn get(&self, index: usize) -> &dyn Value;
    /// Appends an unset item and returns it.
    fn push(&mut self) -> &mut dyn Value;
    /// Removes the last item.
    fn pop(&mut self);
}

/// The entries of a map with values of one type.
#[expect(
    clippy::len_without_is_empty,
    reason = "each method costs an instantiation per type"
)]
pub trait Entries {
    /// Returns the number of entries.
    fn len(&self) -> usize;
    /// Returns the value of a key.
    fn get(&self, key: &str) -> Option<&dyn Value>;
    /// Calls `each` with every entry, in order.
    fn for_each(&self, each: &mut dyn FnMut(&str, &dyn Value));
    /// Inserts an unset entry, which replaces an earlier one, and returns its value.
    fn insert(&mut self, key: String) -> &mut dyn Value;
    /// Removes the entry of a key.
    fn remove(&mut self, key: &str);
}

/// A map with string keys, which keeps the order of insertion.
pub type Map<T> = indexmap::IndexMap<String, T>;
