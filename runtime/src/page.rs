//! Paging: responses that hold a part of a list, and streams over all of it.
//!
//! The streams request page after page by number (`pageNum`). A page is the last where its
//! `links` name no next one, and where it is empty; `totalCount` only limits how far ahead pages
//! are requested, for it is wrong while a list changes.

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
use crate::exchange::{self, Answer, Expected};
use crate::operation::Paging;
use crate::output::Output;
use crate::output::sealed::Sealed;
use crate::paging::{has_next, length, list_of, no_page, total};
use crate::request::{Options, Parts};
use crate::response::Response;
use crate::transport::BoxFuture;

pub use request::PagedRequest;

mod request;

/// An answer that holds one page of a list.
pub trait Page: Value + Default {
    /// What is listed.
    type Item;

    /// Returns the items of the page; none if the page has no list.
    fn items(&self) -> &[Self::Item];

    /// Returns the items of the page, and drops the rest of it.
    fn into_items(self) -> Vec<Self::Item>;

    /// Returns the items of a page of an operation with these conventions, which a page without a
    /// type of its own goes by.
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

/// A page that needs no type: a list, or an object with `results`.
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
    /// Returns the items of the page; none if the page has no list.
    pub fn items(&self) -> &[T::Item] {
        self.value().items()
    }
}

/// What of paging does not depend on the type of the page.
struct Pager {
    client: Client,
    parts: Arc<Parts>,
    options: Options,
    /// The pages that were requested and not taken, in order.
    requested: VecDeque<Requested>,
    /// The number of pages that may be requested ahead.
    ahead: usize,
    /// The number of the page that is requested next; `None` where the request names its page by
    /// something that is no number.
    next: Option<u64>,
    /// The number of the last page, as far as is known.
    last: Option<u64>,
    /// Runs while the consumer waits for a page, not while a page waits for its consumer.
    stopwatch: Stopwatch,
}

/// A page that was requested.
enum Requested {
    Pending(BoxFuture<'static, Result<Answer, Error>>),
    Arrived(Box<Result<Answer, Error>>),
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

    /// Requests the page that the request names.
    fn request(&mut self) {
        let Self { client, parts, options, stopwatch, .. } = self;
        let stopwatch = stopwatch.clone();
        let page = exchange::run(client, parts, options, Expected::Value, stopwatch);
        self.requested.push_back(Requested::Pending(page));
        self.next = self.next.and_then(|page| page.checked_add(1));
    }

    /// Requests the pages after one that was taken, as many as may be ahead.
    fn request_ahead(&mut self) {
        while self.requested.len() < self.ahead
            && let Some(next) = self.next
            && (self.requested.is_empty() || self.last.is_none_or(|last| next <= last))
        {
            Arc::make_mut(&mut self.parts).set_page(next);
            self.request();
        }
    }

    /// Lets the pages that were requested arrive.
    fn advance(&mut self, context: &mut Context<'_>) {
        for page in &mut self.requested {
            if let Requested::Pending(answer) = page
                && let Poll::Ready(answer) = answer.as_mut().poll(context)
            {
                *page = Requested::Arrived(Box::new(answer));
            }
        }
    }

    /// Takes the next page.
    fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Answer, Error>>> {
        let clock = Arc::clone(&self.client.core().connection.clock);
        self.stopwatch.start(&*clock);
        self.advance(context);
        let answer = match self.requested.pop_front() {
            None => None,
            Some(Requested::Arrived(answer)) => Some(*answer),
            Some(pending) => {
                self.requested.push_front(pending);
                return Poll::Pending;
            }
        };
        self.stopwatch.stop(&*clock);
        Poll::Ready(answer)
    }

    /// Looks at a page that was taken, requests those after it unless it was the last, and tells
    /// whether it is one to hand out.
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
            // There is another, so that this one is as long as a page gets.
            let total = total(page, paging).and_then(|total| u64::try_from(total).ok());
            self.last = total.map(|total| total.div_ceil(length as u64)).or(self.last);
            self.request_ahead();
            self.advance(context);
        }
        is_first || length > 0 || has_next.is_some()
    }

    /// Gives up the pages that were requested: there are none, or an error came before them.
    fn end(&mut self) {
        self.requested.clear();
        self.next = None;
    }
}

/// The pages of a list, each a whole [`Response`]. Made by
/// [`PagedRequest::pages`](crate::PagedRequest::pages).
///
/// The first page is requested when the stream is first polled, each next one while the one
/// before is in use.
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

    /// Sets how many pages are requested ahead of the one that is in use: 1 by default, and at
    /// least.
    ///
    /// More make the pages of a large list arrive at the same time; they are still returned in
    /// order, and each is requested once. Where the list tells its length (`totalCount`), none
    /// after the last is requested.
    pub fn ahead(mut self, pages: usize) -> Self {
        self.pager.ahead = pages.max(1);
        self
    }

    /// Returns the next page, `None` after the last and after an error.
    ///
    /// Dropping the future loses no page.
    pub async fn next(&mut self) -> Option<Result<Response<T>, Error>> {
        poll_fn(|context| self.poll_page(context)).await
    }

    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Response<T>, Error>>> {
        let answer = match self.pager.poll(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Ready(Some(answer)) => answer,
        };
        let page = match answer.and_then(<T as Sealed>::receive) {
            Ok(page) => page,
            Err(error) => {
                self.pager.end();
                return Poll::Ready(Some(Err(error)));
            }
        };
        // A value for one request, but no page.
        let operation = self.pager.parts.operation;
        let paging = operation.paging();
        if let View::Json(json) = page.value().view()
            && list_of(json, paging).is_none()
        {
            self.pager.end();
            let message = format!("the response can't be read: {}", no_page(paging));
            let error = Error::new(Kind::Decode, message);
            return Poll::Ready(Some(Err(error.of(operation))));
        }
        let is_first = std::mem::replace(&mut self.is_first, false);
        let counts = self.pager.judge(page.value(), is_first, context);
        // One that doesn't count is never followed by another.
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

/// The items of a list, from all of its pages. Made by
/// [`PagedRequest::stream`](crate::PagedRequest::stream).
///
/// The first page is requested when the stream is first polled, each next one while the items of
/// the one before are in use.
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<T: Page> {
    pages: Pages<T>,
    items: std::vec::IntoIter<T::Item>,
}

impl<T: Page + Output> Items<T> {
    pub(crate) fn new(client: &Client, first: &Arc<Parts>, options: &Options) -> Self {
        Self { pages: Pages::new(client, first, options), items: Vec::new().into_iter() }
    }

    /// Sets how many pages are requested ahead of the one whose items are taken: 1 by default,
    /// and at least. See [`Pages::ahead`].
    pub fn ahead(mut self, pages: usize) -> Self {
        self.pages = self.pages.ahead(pages);
        self
    }

    /// Returns the next item, `None` after the last and after an error.
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
