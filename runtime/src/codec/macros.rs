//! Macros that implement traits for a generated type. Every line here is expanded more
//! than a thousand times, so each function only calls the codec.
//!
//! `#[inline]` is not for the speed of the calls, which mostly go through a table
//! anyway. It defers code generation until a crate uses the type. The generated crate
//! then contains little machine code, and builds in half the time and memory.

/// Implements [`Record`](crate::codec::Record) for a struct, and with it `PartialEq`,
/// `Debug` and `serde`'s traits.
///
/// One row per field, in ascending order (by bytes) of the JSON names: its index, the
/// field, the JSON name, and the constants of [`Field`](crate::codec::Field) that apply.
/// The struct has a field `extra`, and derives `Clone` and `Default` itself.
///
/// ```
/// use atlas_admin_runtime::codec::Extra;
/// use atlas_admin_runtime::record;
///
/// #[derive(Clone, Default)]
/// pub struct Tag {
///     pub id: Option<String>,
///     pub key: Option<String>,
///     pub extra: Extra,
/// }
///
/// record! {
///     Tag
///     0 id "id" [REQUIRED | READ_ONLY]
///     1 key "key"
/// }
///
/// let tag = Tag { key: Some("team".to_owned()), ..Tag::default() };
/// assert_eq!(serde_json::to_string(&tag).unwrap(), r#"{"key":"team"}"#);
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! record {
    (
        $type:ident
        $($index:literal $field:ident $json_name:literal $([$($flag:ident)|+])?)*
    ) => {
        impl $crate::codec::Record for $type {
            #[inline]
            fn table(&self) -> &'static $crate::codec::Table {
                // A static would be compiled with the crate that has the type. This
                // constant is compiled with programs, if they use the type.
                &$crate::codec::Table {
                    name: ::core::stringify!($type),
                    fields: &[$($crate::codec::Field {
                        json_name: $json_name,
                        flags: 0 $($(| $crate::codec::Field::$flag)+)?,
                    }),*],
                }
            }

            #[inline]
            fn field(&self, index: usize) -> &dyn $crate::codec::Value {
                match index {
                    $($index => &self.$field,)*
                    _ => &self.extra,
                }
            }

            #[inline]
            fn field_mut(&mut self, index: usize) -> &mut dyn $crate::codec::Value {
                match index {
                    $($index => &mut self.$field,)*
                    _ => &mut self.extra,
                }
            }
        }

        $crate::bridges!($type);
    };
}

/// Implements [`Page`](crate::Page) for a record with a property that lists the items.
#[doc(hidden)]
#[macro_export]
macro_rules! page {
    ($type:ident, $field:ident => $item:ty) => {
        impl $crate::Page for $type {
            type Item = $item;

            #[inline]
            fn items(&self) -> &[$item] {
                self.$field.as_deref().unwrap_or_default()
            }

            #[inline]
            fn into_items(self) -> ::std::vec::Vec<$item> {
                self.$field.unwrap_or_default()
            }
        }
    };
}

/// Implements [`Union`](crate::codec::Union) for an enum, and with it
/// [`Value`](crate::codec::Value), `Default`, `PartialEq`, `Debug` and `serde`'s traits.
///
/// One row per variant: its index, the variant, what selects it (values of the
/// discriminator, or a [`Kind`](crate::codec::Kind) of JSON value), and the type that
/// converts into it. The enum derives `Clone` itself, and has a variant `Unknown` whose
/// content has a default. The record after `common` has the fields that all variants
/// share; `common()` returns it, and `update_common()` changes them.
///
/// ```
/// use atlas_admin_runtime::codec::{Json, Map};
/// use atlas_admin_runtime::union;
///
/// #[derive(Clone)]
/// pub enum Limit {
///     Switch(bool),
///     Limits(Map<i64>),
///     Unknown(Json),
/// }
///
/// union! {
///     Limit by kind;
///     0 Switch Boolean from bool;
///     1 Limits Object;
/// }
///
/// assert_eq!(serde_json::to_string(&Limit::from(true)).unwrap(), "true");
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! union {
    (
        $type:ident by $discriminator:literal $(common $common:ident)?;
        $($index:literal $variant:ident [$($value:literal),*] $(from $content:ty)?;)*
    ) => {
        $crate::union!(@impl $type
            ($crate::codec::Discriminator::Property(
                $discriminator,
                &[$(&[$($value),*]),*],
            ))
            $($index $variant $(from $content)?;)*
        );

        $(
            impl $type {
                /// Returns a copy of the fields that all variants share. All other
                /// properties are in its `extra`.
                #[inline]
                pub fn common(&self) -> $common {
                    $crate::codec::for_macros::common(self)
                }

                /// Changes the fields that all variants share. The selected variant and
                /// all its other properties stay the same.
                #[inline]
                pub fn update_common(&mut self, change: impl ::core::ops::FnOnce(&mut $common)) {
                    $crate::codec::for_macros::update_common(self, change);
                }
            }
        )?
    };
    (
        $type:ident by kind;
        $($index:literal $variant:ident $kind:ident $(from $content:ty)?;)*
    ) => {
        $crate::union!(@impl $type
            ($crate::codec::Discriminator::Kind(&[$($crate::codec::Kind::$kind),*]))
            $($index $variant $(from $content)?;)*
        );
    };
    (
        @impl $type:ident ($by:expr)
        $($index:literal $variant:ident $(from $content:ty)?;)*
    ) => {
        $($(
            impl ::core::convert::From<$content> for $type {
                #[inline]
                fn from(content: $content) -> Self {
                    Self::$variant(::core::convert::Into::into(content))
                }
            }
        )?)*

        impl $crate::codec::Union for $type {
            #[inline]
            fn variants(&self) -> &'static $crate::codec::Variants {
                static VARIANTS: $crate::codec::Variants = $crate::codec::Variants {
                    name: ::core::stringify!($type),
                    names: &[$(::core::stringify!($variant)),*],
                    by: $by,
                };
                &VARIANTS
            }

            #[inline]
            fn content(&self) -> (usize, &dyn $crate::codec::Value) {
                match self {
                    $(Self::$variant(content) => ($index, content),)*
                    Self::Unknown(content) => (usize::MAX, content),
                }
            }

            #[inline]
            fn select(&mut self, index: usize) -> &mut dyn $crate::codec::Value {
                *self = match index {
                    $($index => Self::$variant(::core::default::Default::default()),)*
                    _ => ::core::default::Default::default(),
                };
                self.content_mut()
            }

            #[inline]
            fn content_mut(&mut self) -> &mut dyn $crate::codec::Value {
                match self {
                    $(Self::$variant(content) => content,)*
                    Self::Unknown(content) => content,
                }
            }
        }

        impl $crate::codec::Value for $type {
            #[inline]
            fn view(&self) -> $crate::codec::View<'_> {
                $crate::codec::View::Union(self)
            }

            #[inline]
            fn slot(&mut self) -> $crate::codec::Slot<'_> {
                $crate::codec::Slot::Union(self)
            }

            #[inline]
            fn clear(&mut self, _null: bool) {
                *self = Self::default();
            }
        }

        // For variants that contain themselves.
        impl $crate::codec::Value for ::std::boxed::Box<$type> {
            #[inline]
            fn view(&self) -> $crate::codec::View<'_> {
                (**self).view()
            }

            #[inline]
            fn slot(&mut self) -> $crate::codec::Slot<'_> {
                (**self).slot()
            }

            #[inline]
            fn clear(&mut self, null: bool) {
                (**self).clear(null);
            }
        }

        impl ::core::default::Default for $type {
            #[inline]
            fn default() -> Self {
                Self::Unknown(::core::default::Default::default())
            }
        }

        $crate::bridges!($type);
    };
}

/// Implements the traits and functions of an enum of strings:
/// [`Value`](crate::codec::Value), [`Enum`](crate::codec::Enum), `Default`, `Eq`, `Ord`,
/// `Hash`, `Debug`, `Display`, `AsRef<str>`, conversions from strings, `as_str`,
/// `values` and `serde`'s traits.
///
/// The enum derives `Clone` itself, and has a variant `Unknown` with an
/// [`UndeclaredValue`](crate::codec::UndeclaredValue). One row per value, in ascending
/// order (by bytes) of the JSON names. Equality, order and hash are those of the
/// strings.
///
/// ```
/// use atlas_admin_runtime::codec::UndeclaredValue;
/// use atlas_admin_runtime::open_enum;
///
/// /// The cloud provider of a cluster.
/// #[derive(Clone)]
/// #[non_exhaustive]
/// pub enum ProviderName {
///     Aws,
///     Azure,
///     /// A value that the API's document doesn't declare.
///     Unknown(UndeclaredValue),
/// }
///
/// open_enum! {
///     ProviderName
///     Aws "AWS"
///     Azure "AZURE"
/// }
///
/// assert_eq!(ProviderName::from("AWS"), ProviderName::Aws);
/// assert_eq!(ProviderName::from("MOON").as_str(), "MOON");
/// assert_eq!(ProviderName::values().collect::<Vec<_>>(), ["AWS", "AZURE"]);
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    ($type:ident $($variant:ident $json_name:literal)*) => {
        impl $crate::codec::for_macros::OpenEnum for $type {
            const DECLARED: $crate::codec::for_macros::Declared<Self> =
                $crate::codec::for_macros::Declared {
                    names: &[$($json_name),*],
                    values: &[$(Self::$variant),*],
                    unknown: Self::Unknown,
                };

            #[inline]
            fn as_unknown(&self) -> ::core::option::Option<&str> {
                match self {
                    Self::Unknown(name) => ::core::option::Option::Some(name.as_str()),
                    _ => ::core::option::Option::None,
                }
            }
        }

        impl $type {
            /// Returns the value in the service's spelling.
            #[inline]
            pub fn as_str(&self) -> &str {
                $crate::codec::for_macros::json_name(self)
            }

            /// Returns the declared values, in the service's spelling.
            #[inline]
            pub fn values() -> $crate::codec::Values {
                $crate::codec::for_macros::values::<Self>()
            }
        }

        impl $crate::codec::Value for $type {
            #[inline]
            fn view(&self) -> $crate::codec::View<'_> {
                $crate::codec::for_macros::view_of_enum(self)
            }

            #[inline]
            fn slot(&mut self) -> $crate::codec::Slot<'_> {
                $crate::codec::Slot::Enum(self)
            }

            #[inline]
            fn clear(&mut self, _null: bool) {
                *self = Self::default();
            }
        }

        impl ::core::default::Default for $type {
            #[inline]
            fn default() -> Self {
                Self::Unknown(::core::default::Default::default())
            }
        }

        impl ::core::cmp::Eq for $type {}

        impl ::core::cmp::PartialOrd for $type {
            #[inline]
            fn partial_cmp(
                &self,
                other: &Self,
            ) -> ::core::option::Option<::core::cmp::Ordering> {
                ::core::option::Option::Some(self.cmp(other))
            }
        }

        impl ::core::cmp::Ord for $type {
            #[inline]
            fn cmp(&self, other: &Self) -> ::core::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl ::core::hash::Hash for $type {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl ::core::convert::AsRef<str> for $type {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::core::convert::From<&str> for $type {
            #[inline]
            fn from(json_name: &str) -> Self {
                $crate::codec::for_macros::from_json_name(json_name)
            }
        }

        impl ::core::convert::From<::std::string::String> for $type {
            #[inline]
            fn from(json_name: ::std::string::String) -> Self {
                $crate::codec::for_macros::from_string(json_name)
            }
        }

        impl ::core::str::FromStr for $type {
            type Err = ::core::convert::Infallible;

            #[inline]
            fn from_str(
                json_name: &str,
            ) -> ::core::result::Result<Self, ::core::convert::Infallible> {
                ::core::result::Result::Ok($crate::codec::for_macros::from_json_name(json_name))
            }
        }

        impl ::core::fmt::Display for $type {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        $crate::bridges!($type);
    };
}

/// Implements the traits of other crates, based on the codec.
#[doc(hidden)]
#[macro_export]
macro_rules! bridges {
    ($type:ident) => {
        impl ::core::cmp::PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::codec::for_macros::same(self, other)
            }
        }

        impl ::core::fmt::Debug for $type {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::codec::for_macros::fmt_debug(self, f)
            }
        }

        impl $crate::codec::for_macros::serde::Serialize for $type {
            #[inline]
            fn serialize<S: $crate::codec::for_macros::serde::Serializer>(
                &self,
                to: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::codec::for_macros::serialize(self, to)
            }
        }

        impl<'de> $crate::codec::for_macros::serde::Deserialize<'de> for $type {
            #[inline]
            fn deserialize<D: $crate::codec::for_macros::serde::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codec::for_macros::deserialize(from)
            }
        }
    };
}
