//! Sending: one response, a stream over pages, or a wait for a state.

use super::{Options, Request};
use crate::client::Client;
use crate::output::Output;
use crate::page::{Items, Page, Pages};
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

impl<T: Page + Output> Request<T> {
    /// Returns every item of the list, page after page, from the page the request names (the
    /// first by default) to the last.
    ///
    /// One page is asked for ahead of the items that are taken. The stream ends after the
    /// first error; all items before it have been returned once.
    pub fn stream(&self, client: &Client) -> Items<T> {
        self.stream_with(client, &Options::DEFAULT)
    }

    /// Returns every item of the list, each page asked for with settings of its own:
    /// [`Request::stream`].
    pub fn stream_with(&self, client: &Client, options: &Options) -> Items<T> {
        Items::new(client, self.parts(), options)
    }

    /// Returns every page of the list as a whole [`Response`](crate::Response), from the page the
    /// request names (the first by default) to the last.
    pub fn pages(&self, client: &Client) -> Pages<T> {
        self.pages_with(client, &Options::DEFAULT)
    }

    /// Returns every page of the list, each asked for with settings of its own:
    /// [`Request::pages`].
    pub fn pages_with(&self, client: &Client, options: &Options) -> Pages<T> {
        Pages::new(client, self.parts(), options)
    }
}
