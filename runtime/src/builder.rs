//! What the builder of a request offers besides its setters.

/// Implements what a generated `struct Name<T> { request: Request<T> }` offers: all that can be
/// done with its [`Request`](crate::Request), `Clone` and `Debug`.
#[macro_export]
macro_rules! builder {
    ($type:ident) => {
        impl<T> ::core::ops::Deref for $type<T> {
            type Target = $crate::Request<T>;

            fn deref(&self) -> &$crate::Request<T> {
                &self.request
            }
        }

        impl<T> ::core::convert::From<$type<T>> for $crate::Request<T> {
            fn from(builder: $type<T>) -> Self {
                builder.request
            }
        }

        impl<T> ::core::clone::Clone for $type<T> {
            fn clone(&self) -> Self {
                Self { request: self.request.clone() }
            }
        }

        impl<T> ::core::fmt::Debug for $type<T> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                self.request.fmt(f)
            }
        }
    };
}
