//! The functions of a request builder besides its setters.

/// Any list of values of a type, or of values that convert to it: `["OPEN", "CLOSED"]`.
pub trait IntoList<T> {
    /// Collects the list.
    fn into_list(self) -> Vec<T>;
}

impl<T, V: Into<T>, I: IntoIterator<Item = V>> IntoList<T> for I {
    fn into_list(self) -> Vec<T> {
        self.into_iter().map(Into::into).collect()
    }
}

/// Implements the functions of a generated `struct Name<T> { request: Request<T> }`
/// besides its setters. A builder dereferences to its [`Request`](crate::Request), so it
/// has all methods that borrow one; this macro adds those that return a changed one.
///
/// With `paged`, for an operation with a page number parameter, the field is a
/// [`PagedRequest`](crate::PagedRequest). With `waits`, for one whose work completes
/// after its response, the struct is `Name<T, W>`, and the field a
/// [`WaitingRequest`](crate::WaitingRequest).
///
/// The last name of the internal rule is a `PhantomData` field of the struct.
#[doc(hidden)]
#[macro_export]
macro_rules! builder {
    ($type:ident) => {
        $crate::builder!(@impl $type<T>, $crate::Request<T>);
    };
    ($type:ident, paged) => {
        $crate::builder!(@impl $type<T>, $crate::PagedRequest<T>);
    };
    ($type:ident, waits) => {
        $crate::builder!(@impl $type<T, W>, $crate::WaitingRequest<T, W>);
    };
    (@impl $type:ident<T $(, $result:ident)?>, $target:ty $(, $marker:ident)?) => {
        impl<T $(, $result)?> $type<T $(, $result)?> {
            /// Sets a query parameter by its name: [`Request::query`](atlas_admin_runtime::Request::query).
            #[inline]
            pub fn query(
                mut self,
                name: impl ::core::convert::Into<::std::borrow::Cow<'static, str>>,
                value: impl ::core::convert::Into<$crate::codec::Json>,
            ) -> Self {
                self.request = self.request.query(name, value);
                self
            }

            /// Sets a header of this request: [`Request::header`](atlas_admin_runtime::Request::header).
            #[inline]
            pub fn header(
                mut self,
                name: impl ::core::convert::Into<::std::borrow::Cow<'static, str>>,
                value: impl ::core::convert::Into<$crate::codec::Json>,
            ) -> Self {
                self.request = self.request.header(name, value);
                self
            }

            /// Sets the body: [`Request::body`](atlas_admin_runtime::Request::body).
            #[inline]
            pub fn body(mut self, body: &impl $crate::IntoBody) -> Self {
                self.request = self.request.body(body);
                self
            }

            /// Changes the expected type of the response:
            /// [`Request::with_output`](atlas_admin_runtime::Request::with_output).
            #[inline]
            pub fn with_output<U>(self) -> $crate::Request<U> {
                self.request.with_output()
            }

            #[doc(hidden)]
            #[inline]
            pub fn set_query(
                mut self,
                name: &'static str,
                value: &dyn $crate::codec::Value,
            ) -> Self {
                self.request = self.request.set_query(name, value);
                self
            }

            #[doc(hidden)]
            #[inline]
            pub fn set_header(
                mut self,
                name: &'static str,
                value: &dyn $crate::codec::Value,
            ) -> Self {
                self.request = self.request.set_header(name, value);
                self
            }
        }

        impl<T $(, $result)?> ::core::ops::Deref for $type<T $(, $result)?> {
            type Target = $target;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.request
            }
        }

        impl<T $(, $result)?> ::core::convert::From<$type<T $(, $result)?>> for $crate::Request<T> {
            #[inline]
            fn from(builder: $type<T $(, $result)?>) -> Self {
                builder.request.into()
            }
        }

        // Implemented by hand, because derives would require the same of `T`.
        impl<T $(, $result)?> ::core::clone::Clone for $type<T $(, $result)?> {
            #[inline]
            fn clone(&self) -> Self {
                Self {
                    request: self.request.clone()
                    $(, $marker: ::core::marker::PhantomData)?
                }
            }
        }

        impl<T $(, $result)?> ::core::fmt::Debug for $type<T $(, $result)?> {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                self.request.fmt(f)
            }
        }
    };
}
