//! What a record holds beyond its fields.

use std::fmt;

use super::debug::Outline;
use super::{Json, Map, Slot, Value, View};

/// What a record received, or was given, beyond what its fields hold.
///
/// Four things end up here, so that nothing is lost between decoding and encoding:
///
/// - properties that the document does not declare. They are not sent back in a request;
/// - declared properties whose value did not fit the declared type: a string where a number is
///   declared, a `null` in a list of numbers. The field is unset and the value stands here,
///   under the property's name, until the field is set;
/// - what came [instead](Extra::instead) of an object, where the record is an item of a list, a
///   value of a map or the whole answer. It is written back until anything of the record is set;
/// - what the caller has [inserted](Extra::insert). That is always sent, and takes the place of
///   a field of the same name: it is how to send a property that the document does not know,
///   or a `null` that it does not allow.
///
/// ```
/// use atlas_admin_runtime::codec::{Extra, Json};
///
/// let mut extra = Extra::default();
/// extra.insert("acceptDataRisksAndForceReplicaSetReconfig", Json::Null);
/// assert!(extra.get("acceptDataRisksAndForceReplicaSetReconfig").is_some());
/// ```
#[derive(Clone, Default)]
pub struct Extra(Option<Box<Contents>>);

/// The contents of an [`Extra`] that is not empty.
#[derive(Clone, Default)]
pub(super) struct Contents {
    /// The undeclared properties that the service sent.
    pub(super) received: Map<Json>,
    /// The declared properties whose values did not fit.
    pub(super) unfit: Map<Json>,
    /// What the caller inserted.
    pub(super) added: Map<Json>,
    /// The indexes of required fields that the service left out, ascending.
    pub(super) absent: Vec<usize>,
    /// What the service sent in the place of the record, if that was no object.
    pub(super) instead: Option<Json>,
    /// Whether the service sent the record as an object that has nothing in its fields, or only
    /// `null`, which an unset record looks like.
    pub(super) bare: bool,
}

impl Extra {
    /// Returns the value of a property.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.contents()?.layers().into_iter().find_map(|layer| layer.get(name))
    }

    /// Sets a property, which is sent whether or not the document declares it.
    ///
    /// A declared property is sent with this value, whatever its field holds.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Json>) {
        self.contents_mut().added.insert(name.into(), value.into());
    }

    /// Removes a property, and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        let Contents { received, unfit, added, .. } = self.0.as_deref_mut()?;
        let [added, unfit, received] =
            [added, unfit, received].map(|layer| layer.remove(name));
        added.or(unfit).or(received)
    }

    /// Returns the properties: those that the caller inserted, those that did not fit their
    /// fields, and those that are not declared, each in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.contents().into_iter().flat_map(|contents| {
            let [added, unfit, received] = contents.layers();
            let of_service = unfit.iter().chain(received);
            let kept = of_service.filter(|(name, _)| !added.contains_key(*name));
            added.iter().chain(kept).map(|(name, value)| (name.as_str(), value))
        })
    }

    /// Returns what the service sent instead of an object: a `null` among the items of a list, a
    /// list where the document promises a record.
    pub fn instead(&self) -> Option<&Json> {
        self.contents()?.instead.as_ref()
    }

    /// Tells whether there are no properties.
    pub fn is_empty(&self) -> bool {
        self.contents().is_none_or(Contents::is_empty)
    }

    /// Tells whether the properties are the same, whoever set them.
    pub(super) fn holds_the_same(&self, other: &Self) -> bool {
        if self.0.is_none() && other.0.is_none() {
            return true;
        }
        self.iter().count() == other.iter().count()
            && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }

    /// Returns the contents, where anything was ever noted.
    pub(super) fn contents(&self) -> Option<&Contents> {
        self.0.as_deref()
    }

    /// Returns the contents for noting something.
    pub(super) fn contents_mut(&mut self) -> &mut Contents {
        self.0.get_or_insert_default()
    }

    /// Forgets a value that did not fit.
    pub(super) fn forget(&mut self, name: &str) {
        if let Some(contents) = &mut self.0 {
            contents.unfit.remove(name);
        }
    }
}

impl Contents {
    /// Returns the properties, those that hide others of the same name first.
    fn layers(&self) -> [&Map<Json>; 3] {
        [&self.added, &self.unfit, &self.received]
    }

    /// Tells whether there are no properties.
    pub(super) fn is_empty(&self) -> bool {
        self.layers().into_iter().all(Map::is_empty)
    }

    /// Tells whether no field is written in another way than it would be without these contents.
    pub(super) fn leaves_fields_alone(&self) -> bool {
        self.added.is_empty() && self.unfit.is_empty() && self.absent.is_empty()
    }
}

/// Two are equal that hold the same, whoever set it. Which fields the service left
/// out is not compared: those fields compare themselves.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.instead() == other.instead() && self.holds_the_same(other)
    }
}

/// Prints the names only: nobody knows whether an undeclared property is a secret.
impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(instead), true) = (self.instead(), self.is_empty()) {
            return write!(f, "{:?} instead of an object", Outline(instead));
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
        self.0 = None;
    }
}
