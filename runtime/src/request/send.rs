//! Sending: one response, or a wait for a state.

use super::{Options, Request};
use crate::client::Client;
use crate::output::Output;
use crate::poll::Poller;
use crate::response::ResponseFuture;

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
}
