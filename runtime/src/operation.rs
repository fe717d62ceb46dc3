//! Operations as static data: the generated crate has one [`Operation`] for each
//! operation in each of its versions.

use jiff::civil::Date;

use crate::version::Version;

pub use paging::Paging;
pub use wait::{Each, LongRunning, Polled, Source, Wait};

mod paging;
mod wait;

/// An operation of the API in one version.
#[derive(Debug)]
pub struct Operation {
    /// The `operationId`, unique in the document: `getGroupCluster`.
    pub id: &'static str,
    /// The short name, in the document's case: `getCluster` for the function
    /// `get_cluster`.
    pub name: &'static str,
    /// The operation group (OpenAPI: tag), as in the Atlas documentation: `Clusters`.
    pub tag: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path with its parameters in braces: `/api/atlas/v2/groups/{groupId}`.
    pub path: &'static str,
    /// The version of the request.
    pub version: Version,
    /// The media type of the response, sent as `Accept`.
    pub accept: &'static str,
    /// The media type of the request body, sent as `Content-Type` if there is a body.
    pub content_type: Option<&'static str>,
    /// Path, query and header parameters, in that order.
    pub parameters: &'static [Parameter],
    /// The success statuses that the document declares.
    pub success: &'static [u16],
    /// The roles that allow the call, as the document names them; any of them is
    /// sufficient.
    pub roles: &'static [&'static str],
    /// Whether the document marks the operation or this version of it as deprecated.
    pub deprecated: bool,
    /// The day after which the service may respond with 410 to this version; `None` if
    /// no day is announced.
    pub sunset: Option<Date>,
    /// The URL of the operation's page in the Atlas documentation.
    pub docs: &'static str,
    /// The signs of the end of the work that a call starts; `None` if the work is
    /// complete with the response.
    pub wait: Option<&'static Wait>,
}

impl Operation {
    /// Returns the name of the page number parameter of the requested list.
    pub(crate) fn page_number(&self) -> &'static str {
        self.numbered().0
    }

    /// Returns the conventions of the requested list.
    pub(crate) fn paging(&self) -> &'static Paging {
        self.numbered().1
    }

    /// Returns the page number parameter and its conventions. Returns those of the
    /// whole API if no parameter is marked as a page number: then only the type of the
    /// response shows that the list is paged.
    fn numbered(&self) -> (&'static str, &'static Paging) {
        let numbers = |parameter: &Parameter| Some((parameter.name, parameter.paging?));
        let whole_api = (paging::PAGE_NUMBER, &Paging::ATLAS);
        self.parameters.iter().find_map(numbers).unwrap_or(whole_api)
    }
}

/// An HTTP method that the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "RFC 9110 section 9 describes them")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Returns the method in the form of the request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Returns true if repeated requests have the same effect as one (RFC 9110 section
    /// 9.2.2).
    pub const fn is_idempotent(self) -> bool {
        !matches!(self, Self::Post | Self::Patch)
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Head => Self::HEAD,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    /// The name in the path template, the query string or the header block.
    pub name: &'static str,
    /// The part of the request that contains the parameter.
    pub location: Location,
    /// Whether a request is invalid without the parameter.
    pub required: bool,
    /// The value that the service assumes if the parameter is absent, as text.
    pub default: Option<&'static str>,
    /// The separator of a list's items in the query; `None` if each item repeats the
    /// parameter.
    pub joined: Option<&'static str>,
    /// The conventions of the paged list, if this is the page number parameter; `None`
    /// for any other parameter.
    pub paging: Option<&'static Paging>,
}

impl Parameter {
    /// Returns a parameter of the path, which is always required.
    pub const fn path(name: &'static str) -> Self {
        Self { required: true, ..Self::of(name, Location::Path) }
    }

    /// Returns a parameter of the query string.
    pub const fn query(name: &'static str) -> Self {
        Self::of(name, Location::Query)
    }

    /// Returns a page number parameter of the query string, with the conventions of the
    /// whole API: [`Paging::ATLAS`].
    pub const fn page(name: &'static str) -> Self {
        Self { paging: Some(&Paging::ATLAS), ..Self::query(name) }
    }

    /// Returns a parameter in a header.
    pub const fn header(name: &'static str) -> Self {
        Self::of(name, Location::Header)
    }

    const fn of(name: &'static str, location: Location) -> Self {
        Self {
            name,
            location,
            required: false,
            default: None,
            joined: None,
            paging: None,
        }
    }

    /// Marks the parameter as required.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Sets the separator with which the items of a list are joined (OpenAPI 3.0
    /// `explode: false`).
    #[must_use]
    pub const fn joined(mut self, separator: &'static str) -> Self {
        self.joined = Some(separator);
        self
    }

    /// Sets the value that the service assumes if the parameter is absent.
    #[must_use]
    pub const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }
}

/// The part of a request that contains a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// A segment of the path, or part of one.
    Path,
    /// The query string.
    Query,
    /// A request header.
    Header,
}
