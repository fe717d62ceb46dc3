//! Short functions for setting properties.

use super::Nullable;

/// A property that can be set: an `Option` or a [`Nullable`].
pub trait Property {
    /// The type of the property's value.
    type Value;

    /// Returns the property, set to a value.
    fn set(value: Self::Value) -> Self;
}

impl<T> Property for Option<T> {
    type Value = T;

    fn set(value: T) -> Self {
        Some(value)
    }
}

impl<T> Property for Nullable<T> {
    type Value = T;

    fn set(value: T) -> Self {
        Self::Value(value)
    }
}

/// Returns a property set to a value that converts into its type.
///
/// ```
/// use atlas_admin_runtime::codec::{Nullable, set};
///
/// let name: Option<String> = set("prod");
/// let size: Nullable<f64> = set(10.5);
/// assert_eq!((name.as_deref(), size), (Some("prod"), Nullable::Value(10.5)));
/// ```
pub fn set<P: Property>(value: impl Into<P::Value>) -> P {
    P::set(value.into())
}

/// Returns a list property set to items that convert into its item type.
///
/// ```
/// use atlas_admin_runtime::codec::list;
///
/// let roles: Option<Vec<String>> = list(["GROUP_OWNER", "GROUP_READ_ONLY"]);
/// assert_eq!(roles.unwrap().len(), 2);
/// ```
pub fn list<P, T>(items: impl IntoIterator<Item: Into<T>>) -> P
where
    P: Property<Value = Vec<T>>,
{
    P::set(items.into_iter().map(Into::into).collect())
}
