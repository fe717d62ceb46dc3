//! What a record holds beyond its fields.

use std::fmt;

use super::debug::Outline;
use super::{Json, Map, Record, Slot, Value, View};

/// The index beyond every field, where a record has its [`Extra`].
pub(super) const EXTRA: usize = usize::MAX;

/// What a record received, or was given, beyond what its fields hold; and whether the record
/// came from the service.
///
/// Three things end up here, so that nothing is lost between decoding and encoding:
///
/// - properties that the document does not declare, and declared ones whose value did not fit the
///   declared type: a string where a number is declared. The field of such a one is unset, and
///   its value is written back from here until the field is set;
/// - a value that is [no object](Extra::non_object), where the record is an item of a list, a
///   value of a map or the whole body. It is written back until anything of the record is set;
/// - what the caller has [inserted](Extra::insert). That is always sent, and takes the place of
///   a field of the same name: it is how to send a property that the document does not know,
///   or a `null` that it does not allow.
///
/// A record that [came from the service](Extra::is_received) leaves out of a request what only
/// the service sets.
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

/// A property that has no place in a field.
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

    /// Sets a property, which is sent whether or not the document declares it.
    ///
    /// A declared property is sent with this value, whatever its field holds, and even if only
    /// the service sets it.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Json>) {
        let property = Property { value: value.into(), is_inserted: true };
        self.contents_mut().properties.insert(name.into(), property);
    }

    /// Removes a property, and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        let properties = &mut self.contents.as_deref_mut()?.properties;
        Some(properties.shift_remove(name)?.value)
    }

    /// Returns the properties, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        let properties = self.contents().map(|contents| contents.properties.iter());
        let properties = properties.into_iter().flatten();
        properties.map(|(name, property)| (name.as_str(), &property.value))
    }

    /// Returns the received value, if it was no object: a `null` among the items of a list, a list
    /// where the document promises a record.
    pub fn non_object(&self) -> Option<&Json> {
        self.contents()?.non_object.as_ref()
    }

    /// Tells whether there are no properties.
    pub fn is_empty(&self) -> bool {
        self.contents().is_none_or(|contents| contents.properties.is_empty())
    }

    /// Tells whether the record was decoded from a response, or by
    /// [`decode`](crate::codec::decode).
    ///
    /// In a literal, `..received` carries this on. To send what only the service sets, insert it;
    /// or set `extra: Extra::default()`, which makes the record one of your own.
    pub fn is_received(&self) -> bool {
        self.is_received
    }

    /// Notes that the record came from the service.
    pub(super) fn set_received(&mut self) {
        self.is_received = true;
    }

    /// Tells whether a property was received masked that the service is never to return.
    pub(super) fn has_masked(&self) -> bool {
        self.has_masked
    }

    /// Notes that a property was received masked that the service is never to return.
    pub(super) fn set_has_masked(&mut self) {
        self.has_masked = true;
    }

    /// Tells whether the properties are the same, whoever set them.
    pub(super) fn holds_the_same(&self, other: &Self) -> bool {
        if self.contents.is_none() && other.contents.is_none() {
            return true;
        }
        self.iter().count() == other.iter().count()
            && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }

    /// Returns the contents, where anything was ever noted.
    pub(super) fn contents(&self) -> Option<&Contents> {
        self.contents.as_deref()
    }

    /// Returns the contents for noting something.
    pub(super) fn contents_mut(&mut self) -> &mut Contents {
        self.contents.get_or_insert_default()
    }

    /// Keeps a property that was read.
    pub(super) fn keep(&mut self, name: &str, value: Json) {
        let property = Property { value, is_inserted: false };
        self.contents_mut().properties.insert(name.to_owned(), property);
    }

    /// Returns the received value, if it was no object and nothing of the record has been set since.
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

    /// Returns the extra of a record for changing, if it has one.
    pub(super) fn of_mut(record: &mut dyn Record) -> Option<&mut Self> {
        match record.field_mut(EXTRA).slot() {
            Slot::Extra(extra) => Some(extra),
            _ => None,
        }
    }
}

/// Returns the received value of a record, if it was no object and nothing of the record has been set
/// since.
pub(super) fn non_object(record: &dyn Record) -> Option<&Json> {
    Extra::of(record)?.non_object_in(record)
}

/// Returns the received value, if it was no object though one is declared.
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

/// Prints the names only: nobody knows whether an undeclared property is a secret.
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
