//! Requests whose work continues after the response.

use std::marker::PhantomData;

use super::Waiter;
use crate::client::Client;
use crate::codec::Value;
use crate::output::Output;
use crate::request::Request;
use crate::response::Response;

/// A request whose work continues after the response: a [`Request`] whose response is a
/// `T`, and whose result is a `W` or nothing.
///
/// Request functions whose documentation describes a wait return this, or a builder with
/// the same methods.
#[must_use = "a request does nothing until it is sent"]
pub struct WaitingRequest<T, W = T> {
    request: Request<T>,
    result: PhantomData<fn() -> W>,
}

impl<T> Request<T> {
    /// Sets the type of the wait's result.
    #[doc(hidden)]
    pub fn waiting<W>(self) -> WaitingRequest<T, W> {
        WaitingRequest { request: self, result: PhantomData }
    }
}

crate::builder!(@impl WaitingRequest<T, W>, Request<T>, result);

impl<T: Output, W: Value + Default> WaitingRequest<T, W> {
    /// Sends the request, and waits until its work is complete:
    /// [`Request::send_and_wait`].
    ///
    /// # Errors
    ///
    /// Those of [`Waiter`].
    pub fn send_and_wait(&self, client: &Client) -> Waiter<'static, W> {
        self.request.send_and_wait(client)
    }

    /// Waits until the work of the request is complete, given its response:
    /// [`Request::wait`].
    ///
    /// # Errors
    ///
    /// Those of [`Waiter`].
    pub fn wait(&self, client: &Client, response: &Response<T>) -> Waiter<'static, W>
    where
        T: Value,
    {
        self.request.wait(client, response)
    }
}

impl<T: Output> Request<T> {
    /// Sends the request, and waits until the work that it starts is complete: for
    /// example, until a cluster is `IDLE`, or deleted. The result is the resource, or
    /// `()` if it was deleted.
    ///
    /// For operations with data about a wait ([`Operation::wait`](crate::Operation)).
    /// The return types of their request functions have this method with the result's
    /// own type. Here, `W` is a type of your own, or [`Json`](crate::Json).
    pub fn send_and_wait<W: Value + Default>(
        &self,
        client: &Client,
    ) -> Waiter<'static, W> {
        Waiter::new(client, self.parts())
    }

    /// Waits until the work that this request has started is complete, given the
    /// response to the request.
    ///
    /// [`Request::send_and_wait`] does both. This function is for a program that needs
    /// the response first, or that was restarted after the response.
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
