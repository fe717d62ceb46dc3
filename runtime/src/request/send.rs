//! Sending: one response, or a wait for a state.

use super::{Options, Request};
use crate::client::Client;
use crate::codec::Value;
use crate::output::Output;
use crate::poll::Poller;
use crate::response::{Response, ResponseFuture};
use crate::wait::Waiter;

impl<T: Output> Request<T> {
    /// Sends the request, as often as the client's retry policy says, and returns the response.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`](crate::Error) for every status other than 2xx, for a body that is not
    /// what the operation declares, and for all that keeps one from arriving.
    pub fn send(&self, client: &Client) -> ResponseFuture<T> {
        self.send_with(client, &Options::DEFAULT)
    }

    /// Sends the request with settings of its own.
    ///
    /// # Errors
    ///
    /// As [`Request::send`].
    pub fn send_with(&self, client: &Client, options: &Options) -> ResponseFuture<T> {
        ResponseFuture::new(client, self.parts(), options)
    }

    /// Begins to wait for a state: a cluster that is `IDLE`, an index that is `READY`.
    pub fn poll(&self, client: &Client) -> Poller<'static, T> {
        Poller::new(client, self.parts())
    }

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
