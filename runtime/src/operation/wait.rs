//! Facts about work that goes on after the response: the signs of its end, which a
//! [`Waiter`](crate::Waiter) follows.

use super::Operation;

/// The signs by which the service tells the end of the work that a call starts.
#[derive(Debug)]
pub struct Wait {
    /// The operation whose response tells; `None` where only an operation resource does.
    pub poll: Option<Polled>,
    /// Whether the response may name an operation resource; `None` where the document does not
    /// say so.
    pub long_running: Option<LongRunning>,
}

/// An operation that is repeated, and what its responses mean.
#[derive(Debug)]
pub struct Polled {
    /// The operation.
    pub operation: &'static Operation,
    /// The sources of its path parameters, in the order of the template.
    pub parameters: &'static [Source],
    /// The properties that tell the state: the first that the resource has. None where only the
    /// absence of the resource tells.
    pub properties: &'static [&'static str],
    /// The values of the property that mean done; none where any value does.
    pub done: &'static [&'static str],
    /// The values of the property that mean failed.
    pub failed: &'static [&'static str],
    /// The properties that mean failed where they are `true`.
    pub flags: &'static [&'static str],
    /// Whether 404 means done.
    pub gone: bool,
    /// Whether an empty object means the same as 404.
    pub empty: bool,
    /// The list whose every item is polled; `None` where there is a single resource.
    pub each: Option<Each>,
}

impl Wait {
    /// Returns the facts of a wait that polls an operation.
    pub const fn polls(polled: Polled) -> Self {
        Self { poll: Some(polled), long_running: None }
    }
}

impl Polled {
    /// Returns the facts of a wait that has no end, to be completed.
    ///
    /// ```
    /// use atlas_admin_runtime::operation::{Operation, Polled, Source};
    ///
    /// const fn until_idle(get: &'static Operation) -> Polled {
    ///     Polled { properties: &["state"], done: &["IDLE"], ..Polled::of(get, &[Source::Request("id")]) }
    /// }
    /// ```
    pub const fn of(
        operation: &'static Operation,
        parameters: &'static [Source],
    ) -> Self {
        Self {
            operation,
            parameters,
            properties: &[],
            done: &[],
            failed: &[],
            flags: &[],
            gone: false,
            empty: false,
            each: None,
        }
    }
}

/// A list whose every item has to be done.
#[derive(Debug)]
pub struct Each {
    /// The operation that lists the items, page by page.
    pub list: &'static Operation,
    /// The sources of its path parameters, in the order of the template.
    pub parameters: &'static [Source],
}

/// The source of a path parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A path parameter of the call that is waited for.
    Request(&'static str),
    /// A property of the response to it: the first of these that it has.
    Response(&'static [&'static str]),
    /// A property of the item of the list: the first of these that it has.
    Item(&'static [&'static str]),
}

/// The document's word on an operation that responds with an operation resource
/// (`x-xgen-long-running-operation`).
#[derive(Debug)]
pub struct LongRunning {
    /// Whether there is no operation resource: the operation is older than they are.
    pub legacy: bool,
    /// The request for the operation resource, whose path the response names.
    pub resource: &'static Operation,
}
