//! Paging: responses with a part of a list, and streams over the whole list.
//!
//! The streams request page after page by number (`pageNum`). A page is the last one if
//! it is empty, or if its `links` contain no next page. `totalCount` only limits how
//! far ahead pages are requested, because it may be wrong while the list changes.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::client::Client;
use crate::clock::Stopwatch;
use crate::codec::{Json, Value, View};
use crate::error::{Error, Kind};
use crate::exchange::{self, Expected, Received};
use crate::operation::Paging;
use crate::output::Output;
use crate::output::sealed::Sealed;
use crate::paging::{has_next, length, list_of, no_page, total};
use crate::request::{Options, Parts};
use crate::response::Response;
use crate::transport::BoxFuture;

pub use request::PagedRequest;

mod request;

/// A response with one page of a list.
pub trait Page: Value + Default {
    /// The type of the items.
    type Item;

    /// Returns the items of the page; empty if the page has no list.
    fn items(&self) -> &[Self::Item];

    /// Returns the items of the page, and drops the rest of it.
    fn into_items(self) -> Vec<Self::Item>;

    /// Returns the items of a page, by the conventions of its operation. A page without
    /// a declared type needs these conventions.
    #[doc(hidden)]
    fn into_items_by(self, _paging: &Paging) -> Vec<Self::Item> {
        self.into_items()
    }
}

impl<T> Page for Vec<T>
where
    Vec<T>: Value,
{
    type Item = T;

    fn items(&self) -> &[T] {
        self
    }

    fn into_items(self) -> Vec<T> {
        self
    }
}

/// A page without a declared type: a list, or an object with `results`.
impl Page for Json {
    type Item = Json;

    fn items(&self) -> &[Json] {
        list_of(self, &Paging::ATLAS).unwrap_or_default()
    }

    fn into_items(self) -> Vec<Json> {
        self.into_items_by(&Paging::ATLAS)
    }

    fn into_items_by(self, paging: &Paging) -> Vec<Json> {
        match self {
            Json::Array(items) => items,
            Json::Object(mut page) => match page.shift_remove(paging.items) {
                Some(Json::Array(items)) => items,
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

impl<T: Page> Response<T> {
    /// Returns the items of the page; empty if the page has no list.
    pub fn items(&self) -> &[T::Item] {
        self.value().items()
    }
}

/// The part of paging that is independent of the type of the page.
struct Pager {
    client: Client,
    parts: Arc<Parts>,
    options: Options,
    /// The requested pages that have not been taken, in order.
    requested: VecDeque<Requested>,
    /// The number of pages that may be requested ahead.
    ahead: usize,
    /// The number of the next page to request; `None` if the request names its page by a
    /// value that is not a number.
    next: Option<u64>,
    /// The number of the last page, if known.
    last: Option<u64>,
    /// The time in which the consumer waits for a page, without the time in which a
    /// page waits for the consumer.
    stopwatch: Stopwatch,
}

/// A requested page.
enum Requested {
    Pending(BoxFuture<'static, Result<Received, Error>>),
    Arrived(Box<Result<Received, Error>>),
}

impl Pager {
    fn new(client: &Client, first: &Arc<Parts>, options: &Options) -> Self {
        let mut pager = Self {
            client: client.clone(),
            parts: Arc::clone(first),
            options: options.clone(),
            requested: VecDeque::new(),
            ahead: 1,
            next: first.page().map_or(Some(1), |page| page.parse().ok()),
            last: None,
            stopwatch: Stopwatch::paused(),
        };
        pager.request();
        pager
    }

    /// Requests the page that the request's parameter names.
    fn request(&mut self) {
        let Self { client, parts, options, stopwatch, .. } = self;
        let stopwatch = stopwatch.clone();
        let page = exchange::run(client, parts, options, Expected::Value, stopwatch);
        self.requested.push_back(Requested::Pending(page));
        self.next = self.next.and_then(|page| page.checked_add(1));
    }

    /// Requests the pages after the one that was taken, up to `ahead`.
    fn request_ahead(&mut self) {
        while self.requested.len() < self.ahead
            && let Some(next) = self.next
            && (self.requested.is_empty() || self.last.is_none_or(|last| next <= last))
        {
            Arc::make_mut(&mut self.parts).set_page(next);
            self.request();
        }
    }

    /// Polls the requested pages.
    fn advance(&mut self, context: &mut Context<'_>) {
        for page in &mut self.requested {
            if let Requested::Pending(received) = page
                && let Poll::Ready(received) = received.as_mut().poll(context)
            {
                *page = Requested::Arrived(Box::new(received));
            }
        }
    }

    /// Takes the next page, once it has arrived.
    fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, Error>>> {
        let clock = Arc::clone(&self.client.core().connection.clock);
        self.stopwatch.start(&*clock);
        self.advance(context);
        let received = match self.requested.pop_front() {
            None => None,
            Some(Requested::Arrived(received)) => Some(*received),
            Some(pending) => {
                self.requested.push_front(pending);
                return Poll::Pending;
            }
        };
        self.stopwatch.stop(&*clock);
        Poll::Ready(received)
    }

    /// Examines a page that was taken, and requests the pages after it unless it was the
    /// last. Returns true if the page is to be returned to the caller.
    fn judge(
        &mut self,
        page: &dyn Value,
        is_first: bool,
        context: &mut Context<'_>,
    ) -> bool {
        let paging = self.parts.operation.paging();
        let length = length(page, paging);
        let has_next = has_next(page, paging);
        if length == 0 || has_next == Some(false) {
            self.end();
        } else {
            // Another page follows, so this one has the full page size.
            let total = total(page, paging).and_then(|total| u64::try_from(total).ok());
            self.last = total.map(|total| total.div_ceil(length as u64)).or(self.last);
            self.request_ahead();
            self.advance(context);
        }
        is_first || length > 0 || has_next.is_some()
    }

    /// Drops the requested pages: there are no more, or an error precedes them.
    fn end(&mut self) {
        self.requested.clear();
        self.next = None;
    }
}

/// The pages of a list, each as a complete [`Response`]. Returned by
/// [`PagedRequest::pages`](crate::PagedRequest::pages).
///
/// The first page is requested when the stream is first polled, and each next one while
/// the page before it is in use.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<T> {
    pager: Pager,
    is_first: bool,
    output: PhantomData<fn() -> T>,
}

impl<T: Page + Output> Pages<T> {
    pub(crate) fn new(client: &Client, first: &Arc<Parts>, options: &Options) -> Self {
        let pager = Pager::new(client, first, options);
        Self { pager, is_first: true, output: PhantomData }
    }

    /// Sets the number of pages that are requested ahead of the one in use: 1 by
    /// default, and at least 1.
    ///
    /// With more than 1, the pages of a large list arrive concurrently. They are still
    /// returned in order, and each is requested once. If the list states its length
    /// (`totalCount`), no page after the last is requested.
    pub fn ahead(mut self, pages: usize) -> Self {
        self.pager.ahead = pages.max(1);
        self
    }

    /// Returns the next page; `None` after the last page, and after an error.
    ///
    /// Dropping the future loses no page.
    pub async fn next(&mut self) -> Option<Result<Response<T>, Error>> {
        poll_fn(|context| self.poll_page(context)).await
    }

    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Response<T>, Error>>> {
        let received = match self.pager.poll(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Ready(Some(received)) => received,
        };
        let page = match received.and_then(<T as Sealed>::receive) {
            Ok(page) => page,
            Err(error) => {
                self.pager.end();
                return Poll::Ready(Some(Err(error)));
            }
        };
        // A valid value for a single request, but not a page.
        let operation = self.pager.parts.operation;
        let paging = operation.paging();
        if let View::Json(json) = page.value().view()
            && list_of(json, paging).is_none()
        {
            self.pager.end();
            let message = format!("the response can't be decoded: {}", no_page(paging));
            let error = Error::new(Kind::Decode, message);
            return Poll::Ready(Some(Err(error.of(operation))));
        }
        let is_first = std::mem::replace(&mut self.is_first, false);
        let counts = self.pager.judge(page.value(), is_first, context);
        // No page follows a page that doesn't count.
        Poll::Ready(counts.then_some(Ok(page)))
    }
}

impl<T: Page + Output> Stream for Pages<T> {
    type Item = Result<Response<T>, Error>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        self.poll_page(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("request", &self.pager.parts)
            .finish_non_exhaustive()
    }
}

/// The items of a list, from all of its pages. Returned by
/// [`PagedRequest::stream`](crate::PagedRequest::stream).
///
/// The first page is requested when the stream is first polled, and each next one while
/// the items of the page before it are in use.
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<T: Page> {
    pages: Pages<T>,
    items: std::vec::IntoIter<T::Item>,
}

impl<T: Page + Output> Items<T> {
    pub(crate) fn new(client: &Client, first: &Arc<Parts>, options: &Options) -> Self {
        Self { pages: Pages::new(client, first, options), items: Vec::new().into_iter() }
    }

    /// Sets the number of pages that are requested ahead of the one in use: 1 by
    /// default, and at least 1. See [`Pages::ahead`].
    pub fn ahead(mut self, pages: usize) -> Self {
        self.pages = self.pages.ahead(pages);
        self
    }

    /// Returns the next item; `None` after the last item, and after an error.
    ///
    /// Dropping the future loses no item.
    pub async fn next(&mut self) -> Option<Result<T::Item, Error>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    fn poll_item(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T::Item, Error>>> {
        loop {
            if let Some(item) = self.items.next() {
                self.pages.pager.advance(context);
                return Poll::Ready(Some(Ok(item)));
            }
            match self.pages.poll_page(context) {
                Poll::Ready(Some(Ok(page))) => {
                    let paging = self.pages.pager.parts.operation.paging();
                    self.items = page.into_value().into_items_by(paging).into_iter();
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

// The items are never pinned.
impl<T: Page> Unpin for Items<T> {}

impl<T: Page + Output> Stream for Items<T> {
    type Item = Result<T::Item, Error>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}

impl<T: Page> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}
