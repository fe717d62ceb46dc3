//! Fields with three states.

use super::{Slot, Value, View};

/// A field for which the service distinguishes an explicit `null` from absence.
///
/// Other fields are `Option`s, and `None` is not sent. To send `null` for one, insert
/// [`Json::Null`](super::Json::Null) into the [`Extra`](super::Extra) of its record:
/// `body.extra.insert("name", Json::Null)`.
///
/// ```
/// use atlas_admin_runtime::codec::Nullable;
///
/// let mut note: Nullable<String> = Nullable::Absent;
/// assert!(note.is_absent());
/// note = "until Friday".to_owned().into();
/// assert_eq!(note.as_option().map(String::as_str), Some("until Friday"));
/// note = Nullable::Null;
/// assert!(note.is_null());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// No value: the field is not sent, or was not received.
    #[default]
    Absent,
    /// An explicit `null`.
    Null,
    /// A value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Returns true if the field is absent.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns true if the field is an explicit `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the value, if there is one.
    pub const fn as_option(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Returns a mutable reference to the value, if there is one.
    pub const fn as_option_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Returns the value, if there is one. `null` and absence both become `None`.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T: std::ops::Deref> Nullable<T> {
    /// Returns the dereferenced value, if there is one: a `&str` of a `String`, a slice
    /// of a list.
    pub fn as_deref(&self) -> Option<&T::Target> {
        self.as_option().map(|value| &**value)
    }
}

impl<T: Default> Nullable<T> {
    /// Returns the value, or the default if there is none.
    pub fn unwrap_or_default(self) -> T {
        self.into_option().unwrap_or_default()
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Value + Default> Value for Nullable<T> {
    fn view(&self) -> View<'_> {
        match self {
            Self::Absent => View::Absent,
            Self::Null => View::Null,
            Self::Value(value) => value.view(),
        }
    }

    fn slot(&mut self) -> Slot<'_> {
        if !matches!(self, Self::Value(_)) {
            *self = Self::Value(T::default());
        }
        match self {
            Self::Value(value) => value.slot(),
            Self::Absent | Self::Null => Slot::Nothing,
        }
    }

    fn clear(&mut self, null: bool) {
        *self = if null { Self::Null } else { Self::Absent };
    }
}

impl<T: Value + Default> serde::Serialize for Nullable<T> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        super::bridge::serialize(self, to)
    }
}

impl<'de, T: Value + Default> serde::Deserialize<'de> for Nullable<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        super::bridge::deserialize(from)
    }
}
