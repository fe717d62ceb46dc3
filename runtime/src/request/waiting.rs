//! Requests whose work goes on after the response.

use std::marker::PhantomData;

use super::Request;

/// A request whose work goes on after the response, which is a `T`: a [`Request`] that knows that
/// the end of its work is a `W`, or nothing.
///
/// It is what request functions return that say so in their documentation, unless they return a
/// builder with the same methods.
#[must_use = "a request does nothing until it is sent"]
pub struct WaitingRequest<T, W = T> {
    request: Request<T>,
    result: PhantomData<fn() -> W>,
}

impl<T> Request<T> {
    /// Says what the wait for the end of its work returns.
    #[doc(hidden)]
    pub fn waiting<W>(self) -> WaitingRequest<T, W> {
        WaitingRequest { request: self, result: PhantomData }
    }
}

crate::builder!(WaitingRequest, waits);
