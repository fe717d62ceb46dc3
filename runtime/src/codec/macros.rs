//! What a generated type gets besides its fields: every line here is expanded more than a
//! thousand times, so each function calls the codec and does nothing else.
//!
//! `#[inline]` is not for the speed of the calls, which mostly go through a table anyway. It
//! puts off making machine code until a crate uses the type: the generated crate then makes
//! hardly any, and builds in half the time and half the memory.

/// Implements what a struct offers that implements [`Record`](crate::codec::Record):
/// `PartialEq`, `Debug` and `serde`'s traits. [`Value`](crate::codec::Value) it has by that.
///
/// The struct derives `Clone` and `Default` itself.
#[macro_export]
macro_rules! record {
    ($type:ident) => {
        $crate::bridges!($type);
    };
}

/// Implements what an enum offers that implements [`Union`](crate::codec::Union):
/// [`Value`](crate::codec::Value), `Default`, `PartialEq`,
/// `Debug` and `serde`'s traits.
///
/// The enum derives `Clone` itself, and has a variant `Unknown` whose content
/// has a default. The types in brackets convert into the variants that hold them. What follows
/// `=>` is the record of what all variants share, and adds `common`, which returns it.
#[macro_export]
macro_rules! union {
    ($type:ident, [$($content:ident => $variant:ident),*] => $common:ident) => {
        $crate::union!($type, [$($content => $variant),*]);

        impl $type {
            /// Returns a copy of the fields that all variants share; what else there is stands
            /// in its `extra`.
            #[inline]
            pub fn common(&self) -> $common {
                $crate::codec::common(self)
            }
        }
    };
    ($type:ident, [$($content:ident => $variant:ident),*]) => {
        $(
            impl ::core::convert::From<$content> for $type {
                #[inline]
                fn from(content: $content) -> Self {
                    Self::$variant(::core::convert::Into::into(content))
                }
            }
        )*

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

        // For variants that hold themselves.
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

/// Implements what an enum of strings offers: [`Value`](crate::codec::Value),
/// [`Enum`](crate::codec::Enum), `Default`, `Eq`, `Hash`, `Debug`, `Display`, conversions from
/// strings, `as_str`, `values` and `serde`'s traits.
///
/// The enum derives `Clone` itself, and has a variant `Unknown(String)`, which equals a declared
/// value where it is spelled like it. The declared values are listed in the ascending order of their wire names.
///
/// ```
/// use atlas_admin_runtime::open_enum;
///
/// /// Where a cluster runs.
/// #[derive(Clone)]
/// pub enum ProviderName {
///     Aws,
///     Azure,
///     /// A value that the document does not declare.
///     Unknown(String),
/// }
/// open_enum!(ProviderName, [Aws => "AWS", Azure => "AZURE"]);
///
/// assert_eq!(ProviderName::from("AWS"), ProviderName::Aws);
/// assert_eq!(ProviderName::from("MOON").as_str(), "MOON");
/// assert_eq!(ProviderName::values().collect::<Vec<_>>(), ["AWS", "AZURE"]);
/// ```
#[macro_export]
macro_rules! open_enum {
    ($type:ident, [$($variant:ident => $wire:literal),* $(,)?]) => {
        impl $crate::codec::OpenEnum for $type {
            const NAMES: &'static [&'static str] = &[$($wire),*];
            const VALUES: &'static [Self] = &[$(Self::$variant),*];

            #[inline]
            fn unknown(name: ::std::string::String) -> Self {
                Self::Unknown(name)
            }

            #[inline]
            fn as_unknown(&self) -> ::core::option::Option<&str> {
                match self {
                    Self::Unknown(name) => ::core::option::Option::Some(name),
                    _ => ::core::option::Option::None,
                }
            }
        }

        impl $type {
            /// Returns the value as the service spells it.
            #[inline]
            pub fn as_str(&self) -> &str {
                $crate::codec::wire_name(self)
            }

            /// Returns the values that the document declares, as the service spells them.
            #[inline]
            pub fn values() -> ::core::iter::Copied<::core::slice::Iter<'static, &'static str>> {
                <Self as $crate::codec::OpenEnum>::NAMES.iter().copied()
            }
        }

        impl $crate::codec::Value for $type {
            #[inline]
            fn view(&self) -> $crate::codec::View<'_> {
                $crate::codec::view_of_enum(self)
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
                Self::Unknown(::std::string::String::new())
            }
        }

        impl ::core::cmp::Eq for $type {}

        impl ::core::hash::Hash for $type {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl ::core::convert::From<&str> for $type {
            #[inline]
            fn from(wire: &str) -> Self {
                $crate::codec::from_wire(wire)
            }
        }

        impl ::core::convert::From<::std::string::String> for $type {
            #[inline]
            fn from(wire: ::std::string::String) -> Self {
                $crate::codec::from_string(wire)
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

/// Implements the traits of other crates that the codec stands behind.
#[doc(hidden)]
#[macro_export]
macro_rules! bridges {
    ($type:ident) => {
        impl ::core::cmp::PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::codec::same(self, other)
            }
        }

        impl ::core::fmt::Debug for $type {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::codec::fmt_debug(self, f)
            }
        }

        impl $crate::codec::serde::Serialize for $type {
            #[inline]
            fn serialize<S: $crate::codec::serde::Serializer>(
                &self,
                to: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::codec::serialize(self, to)
            }
        }

        impl<'de> $crate::codec::serde::Deserialize<'de> for $type {
            #[inline]
            fn deserialize<D: $crate::codec::serde::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codec::deserialize(from)
            }
        }
    };
}
