//! A change of the API: its code, its description, and whether a client of the old document keeps
//! working.

use std::borrow::Cow;

/// The direction in which a schema is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Direction {
    Request,
    Response,
}

impl Direction {
    /// Returns the first word of codes for the direction.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    pub(super) fn is_request(self) -> bool {
        self == Self::Request
    }
}

/// Returns the word for required or optional.
pub(super) fn need(is_required: bool) -> &'static str {
    if is_required { "required" } else { "optional" }
}

/// The code of a change of a schema, which may depend on the place that uses the schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Code {
    /// A code that is the same at every place.
    Whole(String),
    /// The end of a code that begins with the place: `request-property-`, `response-body-`, …
    Ending(Cow<'static, str>),
}

/// The kind of place that uses a schema, as codes name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Site {
    Parameter,
    Body,
    Property,
}

impl Code {
    /// Returns the whole code.
    pub(super) fn at(&self, direction: Direction, site: Site) -> String {
        match self {
            Self::Whole(code) => code.clone(),
            Self::Ending(ending) => {
                let site = match site {
                    Site::Parameter => "parameter",
                    Site::Body => "body",
                    Site::Property => "property",
                };
                format!("{}-{site}-{ending}", direction.word())
            }
        }
    }
}

/// A change of an operation in a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    pub code: String,
    /// The description: names, types and values only, no prose of the document.
    pub what: String,
    pub is_compatible: bool,
    /// The version that a new version replaces; `None` for other changes.
    pub replaces: Option<String>,
    /// The shared component that changed, and the place in it; `None` for a change of one
    /// operation.
    pub anchor: Option<Anchor>,
    /// The part of the operation that changed; `None` for the operation itself.
    pub location: Option<Location>,
}

/// A part of an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Location {
    pub part: Part,
    /// The JSON names below the part; lists, maps and unions have no name.
    pub names: Vec<String>,
}

/// The kinds of part that an operation has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Parameter(String),
    Request,
    Response,
}

/// A place in a shared component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Anchor {
    /// `schema Cluster` or `parameter pretty`.
    pub component: String,
    /// The description of the change, relative to the component.
    pub what: String,
}

impl Change {
    pub(super) fn new(code: &str, is_compatible: bool, what: String) -> Self {
        let code = code.to_owned();
        Self { code, what, is_compatible, replaces: None, anchor: None, location: None }
    }

    /// Tells whether the published changelog hides such changes.
    pub(crate) fn is_hidden(&self) -> bool {
        ["read-only", "write-only", "api-operation-id-changed"]
            .iter()
            .any(|end| self.code.ends_with(end))
    }
}
