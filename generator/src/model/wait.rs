//! Waits, as data.

/// The facts by which a client detects the end of work that continues after the response.
#[derive(Clone, Debug)]
pub struct Wait {
    pub polled: Option<Polled>,
    /// Whether the operation is older than operation resources; `None` where the document doesn't
    /// declare it as long-running.
    pub legacy: Option<bool>,
}

/// The operation that is polled until its response means done or failed.
#[derive(Clone, Debug)]
pub struct Polled {
    /// An index into [`Api::operations`](super::Api::operations).
    pub operation: usize,
    /// The sources of its path parameters, in their order.
    pub sources: Vec<Source>,
    /// The properties with the state, of which a resource has one.
    pub properties: Vec<String>,
    /// The values that mean done; empty where any value does.
    pub done: Vec<String>,
    pub failed: Vec<String>,
    /// The boolean properties of which a true one means failed.
    pub flags: Vec<String>,
    /// Whether 404 means done.
    pub gone: bool,
    /// Whether an empty object means the same as 404.
    pub empty: bool,
    /// The list whose items are all polled, and the sources of its path parameters.
    pub each: Option<(usize, Vec<Source>)>,
}

/// The source of a path parameter's value: its name there, or alternative names.
#[derive(Clone, Debug)]
pub enum Source {
    Request(String),
    Response(Vec<String>),
    Item(Vec<String>),
}
