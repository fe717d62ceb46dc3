//! Paging: answers that hold a part of a list, and streams over all of it.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::client::Client;
use crate::codec::Value;
use crate::error::Error;
use crate::output::Output;
use crate::request::Parts;
use crate::response::Response;

/// An answer that holds one page of a list.
pub trait Page: Value + Default {
    /// What is listed.
    type Item;

    /// Returns the items of the page.
    fn into_items(self) -> Vec<Self::Item>;
}

impl<T> Page for Vec<T>
where
    Vec<T>: Value,
{
    type Item = T;

    fn into_items(self) -> Vec<T> {
        self
    }
}

/// The pages of a list.
pub(crate) struct Pages<T> {
    answer: PhantomData<fn() -> T>,
}

impl<T> Pages<T> {
    pub(crate) fn new(_client: &Client, _first: &Parts) -> Self {
        Self { answer: PhantomData }
    }
}

impl<T: Page + Output> Stream for Pages<T> {
    type Item = Result<Response<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(None)
    }
}

/// The items of a list.
pub(crate) struct Items<T: Page> {
    pages: Pages<T>,
    items: std::vec::IntoIter<T::Item>,
}

impl<T: Page> Items<T> {
    pub(crate) fn new(client: &Client, first: &Parts) -> Self {
        Self { pages: Pages::new(client, first), items: Vec::new().into_iter() }
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
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match Pin::new(&mut self.pages).poll_next(context) {
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
