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
/// besides its setters: those of its [`Request`](crate::Request), on the type that users
/// hold.
///
/// `paged` is for an operation with a page number parameter. `waits` is for one whose
/// work completes after its response; its struct is `Name<T, W>`, with `result:
/// PhantomData<fn() -> W>`.
#[doc(hidden)]
#[macro_export]
macro_rules! builder {
    ($type:ident) => {
        $crate::builder!(@common $type);
    };
    ($type:ident, paged) => {
        $crate::builder!(@common $type);
        $crate::paged_builder!($type);
    };
    ($type:ident, waits) => {
        $crate::builder!(@common $type, W);
        $crate::waiting_builder!($type);
    };
    (@common $type:ident $(, $result:ident)?) => {
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

            /// Sets a header by its name: [`Request::header`](atlas_admin_runtime::Request::header).
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

            /// Returns the operation.
            #[inline]
            pub fn operation(&self) -> &'static $crate::Operation {
                self.request.operation()
            }

            /// Returns the HTTP method.
            #[inline]
            pub fn method(&self) -> $crate::operation::Method {
                self.request.method()
            }

            /// Returns the path and the query string as they are sent:
            /// [`Request::path_and_query`](atlas_admin_runtime::Request::path_and_query).
            #[inline]
            pub fn path_and_query(&self) -> ::std::string::String {
                self.request.path_and_query()
            }

            /// Returns the media type in the `Accept` header.
            #[inline]
            pub fn accept(&self) -> &'static str {
                self.request.accept()
            }

            /// Returns the request's headers:
            /// [`Request::headers`](atlas_admin_runtime::Request::headers).
            #[inline]
            pub fn headers(&self) -> $crate::http::HeaderMap {
                self.request.headers()
            }

            /// Returns the body as it is sent: [`Request::body_bytes`](atlas_admin_runtime::Request::body_bytes).
            ///
            /// # Errors
            ///
            /// Returns why the request can't be sent.
            #[inline]
            pub fn body_bytes(
                &self,
            ) -> ::core::result::Result<::core::option::Option<&[u8]>, $crate::Error>
            {
                self.request.body_bytes()
            }

            /// Returns the paths of unset required properties:
            /// [`Request::missing`](atlas_admin_runtime::Request::missing).
            #[inline]
            pub fn missing(&self) -> ::std::vec::Vec<::std::string::String> {
                self.request.missing()
            }

            /// Returns the paths of received properties that the request omits:
            /// [`Request::left_out`](atlas_admin_runtime::Request::left_out).
            #[inline]
            pub fn left_out(&self) -> ::std::vec::Vec<::std::string::String> {
                self.request.left_out()
            }

            /// Returns a `curl` command that sends the request:
            /// [`Request::to_curl`](atlas_admin_runtime::Request::to_curl).
            ///
            /// # Errors
            ///
            /// Returns why the request can't be sent.
            #[inline]
            pub fn to_curl(
                &self,
            ) -> ::core::result::Result<::std::string::String, $crate::Error> {
                self.request.to_curl()
            }

            #[allow(dead_code, reason = "some operations have nothing to set")]
            #[inline]
            fn set_query(
                mut self,
                name: &'static str,
                value: &dyn $crate::codec::Value,
            ) -> Self {
                self.request.set_query(name, value);
                self
            }

            #[allow(dead_code, reason = "a few operations have header parameters")]
            #[inline]
            fn set_header(
                mut self,
                name: &'static str,
                value: &dyn $crate::codec::Value,
            ) -> Self {
                self.request.set_header(name, value);
                self
            }
        }

        impl<T: $crate::Output $(, $result)?> $type<T $(, $result)?> {
            /// Sends the request: [`Request::send`](atlas_admin_runtime::Request::send).
            ///
            /// # Errors
            ///
            /// Returns an error for every status other than 2xx, and if no response
            /// arrives.
            #[inline]
            pub fn send(&self, client: &$crate::Client) -> $crate::ResponseFuture<T> {
                self.request.send(client)
            }

            /// Sends the request with options of its own:
            /// [`Request::send_with`](atlas_admin_runtime::Request::send_with).
            ///
            /// # Errors
            ///
            /// As `send`.
            #[inline]
            pub fn send_with(
                &self,
                client: &$crate::Client,
                options: &$crate::Options,
            ) -> $crate::ResponseFuture<T> {
                self.request.send_with(client, options)
            }

            /// Starts waiting for a state:
            /// [`Request::poll`](atlas_admin_runtime::Request::poll).
            #[inline]
            pub fn poll(&self, client: &$crate::Client) -> $crate::Poller<'static, T> {
                self.request.poll(client)
            }
        }

        $crate::blocking_builder!($type $(, $result)?);

        impl<T $(, $result)?> ::core::convert::From<$type<T $(, $result)?>> for $crate::Request<T> {
            #[inline]
            fn from(builder: $type<T $(, $result)?>) -> Self {
                builder.request
            }
        }

        impl<T $(, $result)?> ::core::convert::AsRef<$crate::Request<T>> for $type<T $(, $result)?> {
            #[inline]
            fn as_ref(&self) -> &$crate::Request<T> {
                &self.request
            }
        }

        impl<T $(, $result)?> ::core::clone::Clone for $type<T $(, $result)?> {
            #[inline]
            fn clone(&self) -> Self {
                Self {
                    request: self.request.clone()
                    $(, result: ::core::marker::PhantomData::<fn() -> $result>)?
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

/// Implements the functions of the builder of a paged operation.
#[doc(hidden)]
#[macro_export]
macro_rules! paged_builder {
    ($type:ident) => {
        impl<T: $crate::Page + $crate::Output> $type<T> {
            /// Returns every item of the list: [`PagedRequest::stream`](atlas_admin_runtime::PagedRequest::stream).
            #[inline]
            pub fn stream(&self, client: &$crate::Client) -> $crate::Items<T> {
                self.request.clone().paged().stream(client)
            }

            /// Returns every item of the list, and requests each page with `options`:
            /// [`PagedRequest::stream_with`](atlas_admin_runtime::PagedRequest::stream_with).
            #[inline]
            pub fn stream_with(
                &self,
                client: &$crate::Client,
                options: &$crate::Options,
            ) -> $crate::Items<T> {
                self.request.clone().paged().stream_with(client, options)
            }

            /// Returns every page of the list: [`PagedRequest::pages`](atlas_admin_runtime::PagedRequest::pages).
            #[inline]
            pub fn pages(&self, client: &$crate::Client) -> $crate::Pages<T> {
                self.request.clone().paged().pages(client)
            }

            /// Returns every page of the list, and requests each with `options`:
            /// [`PagedRequest::pages_with`](atlas_admin_runtime::PagedRequest::pages_with).
            #[inline]
            pub fn pages_with(
                &self,
                client: &$crate::Client,
                options: &$crate::Options,
            ) -> $crate::Pages<T> {
                self.request.clone().paged().pages_with(client, options)
            }
        }

        $crate::paged_blocking_builder!($type);
    };
}

/// Implements the functions of the builder of an operation whose work completes after
/// its response.
#[doc(hidden)]
#[macro_export]
macro_rules! waiting_builder {
    ($type:ident) => {
        impl<T: $crate::Output, W: $crate::codec::Value + ::core::default::Default>
            $type<T, W>
        {
            /// Sends the request, and waits until its work is complete:
            /// [`Request::send_and_wait`](atlas_admin_runtime::Request::send_and_wait).
            ///
            /// # Errors
            ///
            /// Those of [`Waiter`](atlas_admin_runtime::Waiter).
            #[inline]
            pub fn send_and_wait(
                &self,
                client: &$crate::Client,
            ) -> $crate::Waiter<'static, W> {
                self.request.send_and_wait(client)
            }

            /// Waits until the work of the request is complete, given its response:
            /// [`Request::wait`](atlas_admin_runtime::Request::wait).
            ///
            /// # Errors
            ///
            /// Those of [`Waiter`](atlas_admin_runtime::Waiter).
            #[inline]
            pub fn wait(
                &self,
                client: &$crate::Client,
                response: &$crate::Response<T>,
            ) -> $crate::Waiter<'static, W>
            where
                T: $crate::codec::Value,
            {
                self.request.wait(client, response)
            }
        }
    };
}

/// Implements the functions of a builder for programs without async.
#[cfg(feature = "blocking")]
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_builder {
    ($type:ident $(, $result:ident)?) => {
        impl<T: $crate::Output $(, $result)?> $type<T $(, $result)?> {
            /// Sends the request and waits for the response:
            /// [`Request::send_blocking`](atlas_admin_runtime::Request::send_blocking).
            ///
            /// # Errors
            ///
            /// As `send`.
            #[inline]
            pub fn send_blocking(
                &self,
                client: &$crate::blocking::Client,
            ) -> ::core::result::Result<$crate::Response<T>, $crate::Error> {
                self.request.send_blocking(client)
            }

            /// Sends the request with options of its own and waits for the response:
            /// [`Request::send_blocking_with`](atlas_admin_runtime::Request::send_blocking_with).
            ///
            /// # Errors
            ///
            /// As `send`.
            #[inline]
            pub fn send_blocking_with(
                &self,
                client: &$crate::blocking::Client,
                options: &$crate::Options,
            ) -> ::core::result::Result<$crate::Response<T>, $crate::Error> {
                self.request.send_blocking_with(client, options)
            }
        }
    };
}

/// Implements the functions of the builder of a paged operation for programs without
/// async.
#[cfg(feature = "blocking")]
#[doc(hidden)]
#[macro_export]
macro_rules! paged_blocking_builder {
    ($type:ident) => {
        impl<T: $crate::Page + $crate::Output> $type<T> {
            /// Returns every item of the list: [`PagedRequest::iter`](atlas_admin_runtime::PagedRequest::iter).
            #[inline]
            pub fn iter(
                &self,
                client: &$crate::blocking::Client,
            ) -> $crate::blocking::Items<T> {
                self.request.clone().paged().iter(client)
            }

            /// Returns every item of the list, and requests each page with `options`:
            /// [`PagedRequest::iter_with`](atlas_admin_runtime::PagedRequest::iter_with).
            #[inline]
            pub fn iter_with(
                &self,
                client: &$crate::blocking::Client,
                options: &$crate::Options,
            ) -> $crate::blocking::Items<T> {
                self.request.clone().paged().iter_with(client, options)
            }

            /// Returns every page of the list: [`PagedRequest::iter_pages`](atlas_admin_runtime::PagedRequest::iter_pages).
            #[inline]
            pub fn iter_pages(
                &self,
                client: &$crate::blocking::Client,
            ) -> $crate::blocking::Pages<T> {
                self.request.clone().paged().iter_pages(client)
            }

            /// Returns every page of the list, and requests each with `options`:
            /// [`PagedRequest::iter_pages_with`](atlas_admin_runtime::PagedRequest::iter_pages_with).
            #[inline]
            pub fn iter_pages_with(
                &self,
                client: &$crate::blocking::Client,
                options: &$crate::Options,
            ) -> $crate::blocking::Pages<T> {
                self.request.clone().paged().iter_pages_with(client, options)
            }
        }
    };
}

/// Implements nothing, because the feature `blocking` is disabled.
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_builder {
    ($type:ident $(, $result:ident)?) => {};
}

/// Implements nothing, because the feature `blocking` is disabled.
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
#[macro_export]
macro_rules! paged_blocking_builder {
    ($type:ident) => {};
}
