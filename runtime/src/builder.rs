//! What the builder of a request offers besides its setters.

/// Anything that lists values of a type, or what becomes one: `["OPEN", "CLOSED"]`.
pub trait IntoList<T> {
    /// Collects the list.
    fn into_list(self) -> Vec<T>;
}

impl<T, V: Into<T>, I: IntoIterator<Item = V>> IntoList<T> for I {
    fn into_list(self) -> Vec<T> {
        self.into_iter().map(Into::into).collect()
    }
}

/// Implements what a generated `struct Name<T> { request: Request<T> }` offers: all that can be
/// done with its [`Request`](crate::Request), `Clone` and `Debug`; and what its setters stand on.
#[macro_export]
macro_rules! builder {
    ($type:ident) => {
        impl<T> $type<T> {
            #[allow(
                dead_code,
                reason = "which of the three is used depends on the operation"
            )]
            pub(crate) fn new(
                operation: &'static $crate::Operation,
                path: &[&str],
            ) -> Self {
                Self { request: $crate::Request::new(operation, path) }
            }

            #[allow(
                dead_code,
                reason = "which of the three is used depends on the operation"
            )]
            pub(crate) fn with_body(
                operation: &'static $crate::Operation,
                path: &[&str],
                body: &dyn $crate::codec::Value,
            ) -> Self {
                Self { request: $crate::Request::with_body(operation, path, body) }
            }

            #[allow(
                dead_code,
                reason = "which of the three is used depends on the operation"
            )]
            pub(crate) fn with(
                operation: &'static $crate::Operation,
                path: &[&str],
                parameters: &[(&'static str, &dyn $crate::codec::Value)],
                body: ::core::option::Option<&dyn $crate::codec::Value>,
            ) -> Self {
                Self {
                    request: $crate::Request::with(operation, path, parameters, body),
                }
            }

            #[allow(
                dead_code,
                reason = "most operations have query parameters, a few have not"
            )]
            fn query(
                mut self,
                name: &'static str,
                value: &dyn $crate::codec::Value,
            ) -> Self {
                self.request.set_query(name, value);
                self
            }

            #[allow(dead_code, reason = "a few operations have header parameters")]
            fn header(
                mut self,
                name: &'static str,
                value: &dyn $crate::codec::Value,
            ) -> Self {
                self.request.set_header(name, value);
                self
            }
        }

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
