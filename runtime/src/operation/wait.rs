//! Facts about work that continues after the response: the signs of its end, which a
//! [`Waiter`](crate::Waiter) follows.

use super::Operation;

/// The signs by which the service shows the end of the work that a call starts.
#[derive(Debug)]
pub struct Wait {
    /// The operation whose response shows the end; `None` if only an operation resource
    /// shows it.
    pub poll: Option<Polled>,
    /// The declaration that the response may name an operation resource; `None` if the
    /// document has none.
    pub long_running: Option<LongRunning>,
}

/// An operation to repeat, and the meaning of its responses.
#[derive(Debug)]
pub struct Polled {
    /// The operation.
    pub operation: &'static Operation,
    /// The sources of the operation's path parameters, in the order of the template.
    pub parameters: &'static [Source],
    /// The properties with the state, of which the first one that the resource has is
    /// read. Empty if only the absence of the resource shows the end.
    pub properties: &'static [&'static str],
    /// The values of the property that mean that the work is done; empty if any value
    /// means that.
    pub done: &'static [&'static str],
    /// The values of the property that mean that the work has failed.
    pub failed: &'static [&'static str],
    /// The properties that mean that the work has failed if they are `true`.
    pub flags: &'static [&'static str],
    /// Whether 404 means that the work is done.
    pub gone: bool,
    /// Whether an empty object means the same as 404.
    pub empty: bool,
    /// The list whose items are all polled; `None` for a single resource.
    pub each: Option<Each>,
}

impl Wait {
    /// Returns the facts of a wait that polls an operation.
    pub const fn polls(polled: Polled) -> Self {
        Self { poll: Some(polled), long_running: None }
    }
}

impl Polled {
    /// Returns the facts of a wait without an end, for completion by the caller.
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

/// A list whose items must all be done.
#[derive(Debug)]
pub struct Each {
    /// The operation that lists the items, page by page.
    pub list: &'static Operation,
    /// The sources of the operation's path parameters, in the order of the template.
    pub parameters: &'static [Source],
}

/// The source of a path parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A path parameter of the call to wait for.
    Request(&'static str),
    /// A property of the response to that call: the first of these that the response
    /// has.
    Response(&'static [&'static str]),
    /// A property of the list's item: the first of these that the item has.
    Item(&'static [&'static str]),
}

/// The document's declaration of an operation that responds with an operation resource
/// (`x-xgen-long-running-operation`).
#[derive(Debug)]
pub struct LongRunning {
    /// Whether there is no operation resource, because the operation is older than such
    /// resources.
    pub legacy: bool,
    /// The operation that returns the operation resource, whose path the response names.
    pub resource: &'static Operation,
}
