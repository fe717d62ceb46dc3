//! Waits, as data.

/// The facts that tell the end of work that goes on after the response.
#[derive(Clone, Debug)]
pub struct Wait {
    pub polled: Option<Polled>,
    /// Whether the document says that the operation is long-running, and if so whether it is older
    /// than operation resources.
    pub legacy: Option<bool>,
}

/// An operation that is repeated until its response means done or failed.
#[derive(Clone, Debug)]
pub struct Polled {
    /// An index into [`Api::operations`](super::Api::operations).
    pub operation: usize,
    /// The sources of its path parameters, in their order.
    pub sources: Vec<Source>,
    /// The properties that tell the state, of which a resource has one.
    pub properties: Vec<String>,
    /// The values that mean done; none where any does.
    pub done: Vec<String>,
    pub failed: Vec<String>,
    /// The properties that mean failed where they are true.
    pub flags: Vec<String>,
    /// Whether 404 means done.
    pub gone: bool,
    /// Whether an empty object means the same as 404.
    pub empty: bool,
    /// The list whose every item is polled, and the sources of its path parameters.
    pub each: Option<(usize, Vec<Source>)>,
}

/// The source of the value of a path parameter, and its name there, or the names of which there
/// is one.
#[derive(Clone, Debug)]
pub enum Source {
    Request(String),
    Response(Vec<String>),
    Item(Vec<String>),
}
