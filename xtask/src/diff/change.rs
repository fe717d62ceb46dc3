//! A change of the API: its code, its words, and whether a client that knew the old document
//! goes on working.

use std::borrow::Cow;

/// The direction in which a schema is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Direction {
    Request,
    Response,
}

impl Direction {
    /// Returns the word that codes begin with.
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

/// Returns the word for whether something is required.
pub(super) fn need(is_required: bool) -> &'static str {
    if is_required { "required" } else { "optional" }
}

/// The code of a change of a schema, which may depend on the place that uses the schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Code {
    /// The same wherever it stands.
    Whole(String),
    /// The end of a code that begins with the place: `request-property-`, `response-body-`, …
    Ending(Cow<'static, str>),
}

/// A place that a schema is used at, as codes name it.
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
    /// The change in words: names, types and values only, no prose of the document.
    pub what: String,
    pub is_compatible: bool,
    /// The version that a new one replaces.
    pub replaces: Option<String>,
    /// The shared component that changed, and where in it; None for what only one operation has.
    pub anchor: Option<Anchor>,
    /// The part of the operation that changed; None for the operation itself.
    pub spot: Option<Spot>,
}

/// A part of an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub part: Part,
    /// The JSON names from there; lists, maps and unions are looked through.
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
    /// The change as it reads from there.
    pub what: String,
}

impl Change {
    pub(super) fn new(code: &str, is_compatible: bool, what: String) -> Self {
        let code = code.to_owned();
        Self { code, what, is_compatible, replaces: None, anchor: None, spot: None }
    }

    /// Tells whether the published changelog hides such changes.
    pub(crate) fn is_hidden(&self) -> bool {
        ["read-only", "write-only", "api-operation-id-changed"]
            .iter()
            .any(|end| self.code.ends_with(end))
    }
}
