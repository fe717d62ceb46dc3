//! Requests for paged lists.

use super::{Items, Page, Pages};
use crate::client::Client;
use crate::output::Output;
use crate::request::{Options, Request};

/// A request for a paged list: the operation has a page number parameter (`pageNum`).
/// `send` returns one page, [`stream`](Self::stream) the items of all pages.
///
/// The builders of such operations have the same methods. The builders of other
/// operations don't, because the service would return the same list for every page.
/// Returned by [`Request::paged`].
#[must_use = "a request does nothing until it is sent"]
pub struct PagedRequest<T> {
    request: Request<T>,
}

impl<T> Request<T> {
    /// Marks the operation as one with a page number parameter, so that all pages can be
    /// requested. For operations of your own, and for requests that expect a page of
    /// your own.
    pub fn paged(self) -> PagedRequest<T> {
        PagedRequest { request: self }
    }
}

impl<T: Page + Output> PagedRequest<T> {
    /// Returns every item of the list, page after page, from the page that the request
    /// names (by default the first) to the last.
    ///
    /// One page is requested ahead of the items in use. The stream ends after the first
    /// error; all items before it have been returned once.
    pub fn stream(&self, client: &Client) -> Items<T> {
        self.stream_with(client, &Options::DEFAULT)
    }

    /// Returns every item of the list, and requests each page with `options`. See
    /// [`PagedRequest::stream`].
    pub fn stream_with(&self, client: &Client, options: &Options) -> Items<T> {
        Items::new(client, self.request.parts(), options)
    }

    /// Returns every page of the list as a complete [`Response`](crate::Response), from
    /// the page that the request names (by default the first) to the last.
    pub fn pages(&self, client: &Client) -> Pages<T> {
        self.pages_with(client, &Options::DEFAULT)
    }

    /// Returns every page of the list, and requests each with `options`. See
    /// [`PagedRequest::pages`].
    pub fn pages_with(&self, client: &Client, options: &Options) -> Pages<T> {
        Pages::new(client, self.request.parts(), options)
    }
}

crate::builder!(PagedRequest);
