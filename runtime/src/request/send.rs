//! Sending, in every form a request has: what is generic here is one line over the core.

use futures_core::Stream;

use super::{Options, Request};
use crate::client::Client;
use crate::error::Error;
use crate::exchange;
use crate::output::{self, Output};
use crate::page::{self, Page};
use crate::response::Response;

impl<T: Output> Request<T> {
    /// Sends the request, as often as the client's retry policy says, and returns the answer.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] for every status other than 2xx, for an answer that is not what
    /// the operation declares, and for all that keeps one from arriving.
    pub fn send<'a>(
        &'a self,
        client: &'a Client,
    ) -> impl Future<Output = Result<Response<T>, Error>> + Send + use<'a, T> {
        self.send_with(client, &Options::DEFAULT)
    }

    /// Sends the request with settings of its own.
    ///
    /// # Errors
    ///
    /// As [`Request::send`].
    pub fn send_with<'a>(
        &'a self,
        client: &'a Client,
        options: &'a Options,
    ) -> impl Future<Output = Result<Response<T>, Error>> + Send + use<'a, T> {
        output::receive(exchange::run(client, self.parts(), options, T::STREAMS))
    }
}

impl<T: Page + Output> Request<T> {
    /// Returns every item of the list, page after page, from the page the request names (the
    /// first by default) to the last.
    ///
    /// One page is asked for ahead of the items that are taken. The stream ends after the
    /// first error; all items before it have been returned once.
    pub fn stream(
        &self,
        client: &Client,
    ) -> impl Stream<Item = Result<T::Item, Error>> + Send + Unpin + use<T>
    where
        T: Send,
        T::Item: Send,
    {
        self.stream_with(client, &Options::DEFAULT)
    }

    /// Returns every item of the list, each page asked for with settings of its own:
    /// [`Request::stream`].
    pub fn stream_with(
        &self,
        client: &Client,
        options: &Options,
    ) -> impl Stream<Item = Result<T::Item, Error>> + Send + Unpin + use<T>
    where
        T: Send,
        T::Item: Send,
    {
        page::Items::<T>::new(client, self.parts(), options)
    }

    /// Returns every page of the list as a whole [`Response`], from the page the request
    /// names (the first by default) to the last.
    pub fn pages(
        &self,
        client: &Client,
    ) -> impl Stream<Item = Result<Response<T>, Error>> + Send + Unpin + use<T>
    where
        T: Send,
    {
        self.pages_with(client, &Options::DEFAULT)
    }

    /// Returns every page of the list, each asked for with settings of its own:
    /// [`Request::pages`].
    pub fn pages_with(
        &self,
        client: &Client,
        options: &Options,
    ) -> impl Stream<Item = Result<Response<T>, Error>> + Send + Unpin + use<T>
    where
        T: Send,
    {
        page::Pages::<T>::new(client, self.parts(), options)
    }
}
