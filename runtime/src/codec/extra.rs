//! The properties of a record beyond its fields.

use std::fmt;

use super::debug::Outline;
use super::{Json, Map, Record, Slot, Value, View};

/// The index beyond every field, at which a record has its [`Extra`].
pub(super) const EXTRA: usize = usize::MAX;

/// The undeclared properties of a record: received ones, and ones to send. Also knows
/// whether the record came from the service.
///
/// Three things are kept here, so that nothing is lost between decoding and encoding:
///
/// - undeclared properties, and declared ones whose value did not fit the declared
///   type, such as a string where a number is declared. The field of such a declared
///   property is unset, and the value kept here is encoded until the field is set;
/// - a value that is [no object](Extra::non_object), if the record is an item of a list,
///   a value of a map or the whole body. It is encoded until any property of the record
///   is set;
/// - properties that the caller has [inserted](Extra::insert). These are always sent,
///   and replace a field of the same name. Use them to send an undeclared property, or a
///   `null` that is not declared.
///
/// A record that [came from the service](Extra::is_received) omits, in a request, the
/// properties that only the service sets.
///
/// ```
/// use atlas_admin_runtime::codec::{Extra, Json};
///
/// let mut extra = Extra::default();
/// extra.insert("acceptDataRisksAndForceReplicaSetReconfig", Json::Null);
/// assert!(extra.get("acceptDataRisksAndForceReplicaSetReconfig").is_some());
/// assert!(!extra.is_received());
/// ```
#[derive(Clone, Default)]
pub struct Extra {
    is_received: bool,
    has_masked: bool,
    contents: Option<Box<Contents>>,
}

/// The contents of an [`Extra`] that is not empty.
#[derive(Clone, Default)]
pub(super) struct Contents {
    pub(super) properties: Map<Property>,
    /// The received value, if it was no object.
    pub(super) non_object: Option<Json>,
}

/// A property that is not stored in a field.
#[derive(Clone, Default)]
pub(super) struct Property {
    pub(super) value: Json,
    /// Whether the caller inserted it; otherwise it was read.
    pub(super) is_inserted: bool,
}

impl Extra {
    /// Returns the value of a property.
    pub fn get(&self, name: &str) -> Option<&Json> {
        Some(&self.contents()?.properties.get(name)?.value)
    }

    /// Sets a property, which is sent whether or not it is declared.
    ///
    /// A declared property is sent with this value instead of its field's, even if only
    /// the service sets it.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Json>) {
        let property = Property { value: value.into(), is_inserted: true };
        self.contents_mut().properties.insert(name.into(), property);
    }

    /// Removes a property, and returns its value. `None` if there is none.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        let properties = &mut self.contents.as_deref_mut()?.properties;
        Some(properties.shift_remove(name)?.value)
    }

    /// Returns the properties, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        let properties = self.contents().map(|contents| contents.properties.iter());
        let properties = properties.into_iter().flatten();
        properties.map(|(name, property)| (name.as_str(), &property.value))
    }

    /// Returns the received value if it was not an object, such as a `null` among the
    /// items of a list. `None` otherwise.
    pub fn non_object(&self) -> Option<&Json> {
        self.contents()?.non_object.as_ref()
    }

    /// Returns true if there are no properties.
    pub fn is_empty(&self) -> bool {
        self.contents().is_none_or(|contents| contents.properties.is_empty())
    }

    /// Returns true if the record was decoded from a response, or by
    /// [`decode`](crate::codec::decode).
    ///
    /// In a literal, `..received` copies this mark. To send a property that only the
    /// service sets, insert it, or set `extra: Extra::default()`, which makes the record
    /// one of your own.
    pub fn is_received(&self) -> bool {
        self.is_received
    }

    /// Notes that the record came from the service.
    pub(super) fn set_received(&mut self) {
        self.is_received = true;
    }

    /// Returns true if a property that the service should never return was received
    /// masked.
    pub(super) fn has_masked(&self) -> bool {
        self.has_masked
    }

    /// Notes that a property that the service should never return was received masked.
    pub(super) fn set_has_masked(&mut self) {
        self.has_masked = true;
    }

    /// Returns true if the properties are equal, regardless of who set them.
    pub(super) fn holds_the_same(&self, other: &Self) -> bool {
        if self.contents.is_none() && other.contents.is_none() {
            return true;
        }
        self.iter().count() == other.iter().count()
            && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }

    /// Returns the contents, if anything was ever stored.
    pub(super) fn contents(&self) -> Option<&Contents> {
        self.contents.as_deref()
    }

    /// Returns a mutable reference to the contents.
    pub(super) fn contents_mut(&mut self) -> &mut Contents {
        self.contents.get_or_insert_default()
    }

    /// Keeps a property that was read.
    pub(super) fn keep(&mut self, name: &str, value: Json) {
        let property = Property { value, is_inserted: false };
        self.contents_mut().properties.insert(name.to_owned(), property);
    }

    /// Returns the received value, if it was not an object and no property of the record
    /// has been set since.
    pub(super) fn non_object_in(&self, record: &dyn Record) -> Option<&Json> {
        let contents = self.contents()?;
        let non_object = contents.non_object.as_ref()?;
        let mut fields = 0..record.table().fields.len();
        let is_unset = contents.properties.is_empty()
            && fields.all(|index| matches!(record.field(index).view(), View::Absent));
        is_unset.then_some(non_object)
    }

    /// Returns the extra of a record, if it has one.
    pub(super) fn of(record: &dyn Record) -> Option<&Self> {
        match record.field(EXTRA).view() {
            View::Extra(extra) => Some(extra),
            _ => None,
        }
    }

    /// Returns a mutable reference to the extra of a record, if it has one.
    pub(super) fn of_mut(record: &mut dyn Record) -> Option<&mut Self> {
        match record.field_mut(EXTRA).slot() {
            Slot::Extra(extra) => Some(extra),
            _ => None,
        }
    }
}

/// Returns the received value of a record, if it was not an object and no property of
/// the record has been set since.
pub(super) fn non_object(record: &dyn Record) -> Option<&Json> {
    Extra::of(record)?.non_object_in(record)
}

/// Returns the received value of a record, if it was not an object.
pub(crate) fn non_object_of(value: &dyn Value) -> Option<&Json> {
    match value.view() {
        View::Record(record) => non_object(record),
        View::Union(union) => non_object_of(union.content().1),
        _ => None,
    }
}

/// Equality compares contents, regardless of who set them and of whether they were received.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.non_object() == other.non_object() && self.holds_the_same(other)
    }
}

/// Prints the names only, because an undeclared property may be a secret.
impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(found), true) = (self.non_object(), self.is_empty()) {
            return write!(f, "{:?} instead of an object", Outline(found));
        }
        f.debug_set().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

impl Value for Extra {
    fn view(&self) -> View<'_> {
        View::Extra(self)
    }

    fn slot(&mut self) -> Slot<'_> {
        Slot::Extra(self)
    }

    fn clear(&mut self, _null: bool) {
        *self = Self::default();
    }
}
