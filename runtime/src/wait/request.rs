//! Requests whose work goes on after the response.

use std::marker::PhantomData;

use super::Waiter;
use crate::client::Client;
use crate::codec::Value;
use crate::output::Output;
use crate::request::Request;
use crate::response::Response;

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

impl<T: Output> Request<T> {
    /// Sends the request, and waits until the work that it starts is complete: a cluster is
    /// `IDLE`, or gone. The result is the resource then, `()` where it is gone.
    ///
    /// For operations with facts of a wait ([`Operation::wait`](crate::Operation)). What their
    /// request functions return has this method with the type of the result; here it is a type of
    /// your own, or [`Json`](crate::Json).
    pub fn send_and_wait<W: Value + Default>(
        &self,
        client: &Client,
    ) -> Waiter<'static, W> {
        Waiter::new(client, self.parts())
    }

    /// Waits until the work is complete that this request has started, given the response to it.
    ///
    /// [`Request::send_and_wait`] does both. This is for a program that needs the response first,
    /// or has begun anew since.
    pub fn wait<W: Value + Default>(
        &self,
        client: &Client,
        response: &Response<T>,
    ) -> Waiter<'static, W>
    where
        T: Value,
    {
        Waiter::after(client, self.parts(), response)
    }
}
