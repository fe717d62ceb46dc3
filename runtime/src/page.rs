//! Paging: answers that hold a part of a list, and streams over all of it.
//!
//! The streams ask for page after page by number (`pageNum`) and never look at `totalCount`.
//! A page is the last where its `links` name no next one; where it has no links, the page
//! after the last is the first that is empty.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::client::Client;
use crate::codec::{Json, Value, View};
use crate::error::Error;
use crate::exchange::{self, Answer};
use crate::output::Output;
use crate::output::sealed::Sealed;
use crate::request::{Options, Parts};
use crate::response::Response;
use crate::transport::BoxFuture;

/// An answer that holds one page of a list.
pub trait Page: Value + Default {
    /// What is listed.
    type Item;

    /// Returns the items of the page; none if the page has no list.
    fn items(&self) -> &[Self::Item];

    /// Returns the items of the page, and drops the rest of it.
    fn into_items(self) -> Vec<Self::Item>;
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

/// What of paging does not depend on the type of the page.
struct Pager {
    client: Client,
    parts: Arc<Parts>,
    options: Options,
    page: u32,
    ahead: Ahead,
    /// The body of the page before.
    last: Option<Bytes>,
}

/// The page that was asked for but not taken.
enum Ahead {
    Asked(BoxFuture<'static, Result<Answer, Error>>),
    Arrived(Result<Answer, Error>),
    End,
}

impl Pager {
    fn new(client: &Client, first: &Arc<Parts>, options: &Options) -> Self {
        let mut pager = Self {
            client: client.clone(),
            parts: Arc::clone(first),
            options: options.clone(),
            page: first.page().unwrap_or(1),
            ahead: Ahead::End,
            last: None,
        };
        pager.ask();
        pager
    }

    /// Asks for the page that the request names.
    fn ask(&mut self) {
        let Self { client, parts, options, .. } = self;
        self.ahead = Ahead::Asked(exchange::run(client, parts, options, false));
    }

    /// Lets the page that was asked for arrive while nobody waits for it.
    fn advance(&mut self, context: &mut Context<'_>) {
        if let Ahead::Asked(answer) = &mut self.ahead
            && let Poll::Ready(answer) = answer.as_mut().poll(context)
        {
            self.ahead = Ahead::Arrived(answer);
        }
    }

    /// Takes the page that was asked for.
    fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Answer, Error>>> {
        self.advance(context);
        match std::mem::replace(&mut self.ahead, Ahead::End) {
            Ahead::Arrived(answer) => Poll::Ready(Some(answer)),
            Ahead::End => Poll::Ready(None),
            asked @ Ahead::Asked(_) => {
                self.ahead = asked;
                Poll::Pending
            }
        }
    }

    /// Looks at a page that was taken, asks for the next unless it was the last, and tells
    /// whether it is one to hand out.
    fn judge(
        &mut self,
        body: Bytes,
        page: &dyn Value,
        context: &mut Context<'_>,
    ) -> bool {
        let is_first = self.last.is_none();
        // A server that pays no heed to the number would send one page for ever.
        let is_repeat = self.last.as_ref() == Some(&body) && !body.is_empty();
        let is_empty = length(page) == 0;
        let has_next = has_next(page);
        let is_last = has_next.map_or(is_empty, |has_next| !has_next);
        if !is_last && !is_repeat && self.page < u32::MAX {
            self.page += 1;
            self.last = Some(body);
            Arc::make_mut(&mut self.parts).set_page(self.page);
            self.ask();
            self.advance(context);
        }
        is_first || !is_repeat && (!is_empty || has_next.is_some())
    }
}

/// Returns the number of items of a page.
fn length(page: &dyn Value) -> usize {
    match page.view() {
        View::List(list) => list.len(),
        View::Json(Json::Array(items)) => items.len(),
        View::Json(page) => {
            page.get("results").and_then(Json::as_array).map_or(0, Vec::len)
        }
        View::Record(_) => match property(page, "results").map(Value::view) {
            Some(View::List(list)) => list.len(),
            Some(View::Json(Json::Array(items))) => items.len(),
            _ => 0,
        },
        _ => 0,
    }
}

/// Tells whether the links of a page name a next one (RFC 8288); `None` where it has no
/// links.
fn has_next(page: &dyn Value) -> Option<bool> {
    let is_next = |rel: &str| rel.eq_ignore_ascii_case("next");
    let json = |links: &Json| {
        let mut links = links.as_array()?.iter();
        let rel =
            |link: &Json| link.get("rel").and_then(Json::as_str).is_some_and(is_next);
        Some(links.any(rel))
    };
    match page.view() {
        View::Json(page) => json(page.get("links")?),
        View::Record(record) => match property(page, "links").map(Value::view) {
            Some(View::Json(links)) => json(links),
            Some(View::List(links)) => Some((0..links.len()).any(|index| {
                let rel = property(links.get(index), "rel").map(Value::view);
                matches!(rel, Some(View::Str(rel)) if is_next(rel))
            })),
            // Beyond its fields, what the document does not declare.
            _ => match record.field(record.table().fields.len()).view() {
                View::Extra(extra) => json(extra.get("links")?),
                _ => None,
            },
        },
        _ => None,
    }
}

/// Returns the field of a record by its JSON name.
fn property<'a>(value: &'a dyn Value, name: &str) -> Option<&'a dyn Value> {
    let View::Record(record) = value.view() else { return None };
    Some(record.field(record.table().index_of(name)?))
}

/// The pages of a list, each a whole [`Response`]. Made by
/// [`PagedRequest::pages`](crate::PagedRequest::pages).
///
/// The first page is requested when the stream is first polled, each next one while the one
/// before is in use.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<T> {
    pager: Pager,
    output: PhantomData<fn() -> T>,
}

impl<T: Page + Output> Pages<T> {
    pub(crate) fn new(client: &Client, first: &Arc<Parts>, options: &Options) -> Self {
        Self { pager: Pager::new(client, first, options), output: PhantomData }
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
        let body = answer.as_ref().map(Answer::body).unwrap_or_default();
        let page = match answer.and_then(<T as Sealed>::receive) {
            Ok(page) => page,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        let counts = self.pager.judge(body, page.value(), context);
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
        let Pager { parts, page, .. } = &self.pager;
        f.debug_struct("Pages")
            .field("request", parts)
            .field("page", page)
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
                    self.items = page.into_value().into_items().into_iter();
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
