//! The grammar of OpenAPI 3.0.x as one table: the keywords that each kind of object may have, and
//! the grammar of each value.
//!
//! Checks, reference resolution, removal of prose and canonical order all walk a document by this
//! table, so that none of them mistakes a property named `description` for the keyword. This module
//! doesn't know what is done with the nodes.
//!
//! Source: <https://spec.openapis.org/oas/v3.0.3>, narrowed to what `openapiv3` reads.

pub(crate) mod fate;
mod rules;
pub(crate) mod walk;

/// The kinds of object in an OpenAPI document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Callback,
    Components,
    Contact,
    Discriminator,
    Document,
    Encoding,
    Example,
    ExternalDocs,
    Flow,
    Flows,
    Header,
    Info,
    License,
    Link,
    MediaType,
    Operation,
    Parameter,
    PathItem,
    Paths,
    RequestBody,
    Response,
    Responses,
    Schema,
    SecurityScheme,
    Server,
    ServerVariable,
    Tag,
    Xml,
}

/// The grammar of the value under a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// An object of a kind, or a reference to one if the kind has a section in `components`.
    One(Kind),
    /// A list of such objects.
    List(Kind),
    /// Such objects by name; the names are data.
    Map(Kind),
    /// A boolean or such an object.
    BoolOr(Kind),
    /// A word or sentence for readers.
    Prose,
    /// Sentences for readers by name; the names are facts.
    ProseByName,
    /// Example values of any shape.
    Examples,
    /// A value that belongs to the API, in which nothing is a keyword.
    Data,
    /// A list of such values.
    DataList,
    Bool,
    Text,
    TextList,
    /// Text by name.
    TextByName,
    /// One of a few words.
    Word(&'static [&'static str]),
    Number,
    /// A whole number from zero.
    Count,
    /// Security requirements: lists of scopes by name of the scheme.
    Requirements,
}

/// The grammar of an object of a kind.
pub(crate) struct Rules {
    /// The keywords and the grammar of each value.
    pub(crate) fields: &'static [(&'static str, Field)],
    /// The keywords that are required.
    pub(crate) required: &'static [&'static str],
    /// The grammar of the value under every other name that does not begin with `x-`; `None` where
    /// no other name is allowed.
    pub(crate) other: Option<Field>,
}

/// Every kind of object.
#[cfg(test)]
pub(crate) const KINDS: [Kind; 28] = [
    Kind::Callback,
    Kind::Components,
    Kind::Contact,
    Kind::Discriminator,
    Kind::Document,
    Kind::Encoding,
    Kind::Example,
    Kind::ExternalDocs,
    Kind::Flow,
    Kind::Flows,
    Kind::Header,
    Kind::Info,
    Kind::License,
    Kind::Link,
    Kind::MediaType,
    Kind::Operation,
    Kind::Parameter,
    Kind::PathItem,
    Kind::Paths,
    Kind::RequestBody,
    Kind::Response,
    Kind::Responses,
    Kind::Schema,
    Kind::SecurityScheme,
    Kind::Server,
    Kind::ServerVariable,
    Kind::Tag,
    Kind::Xml,
];

/// The methods that a path item may hold.
pub(crate) const METHODS: [&str; 8] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The values of `type` in a schema.
pub(crate) const TYPES: &[&str] =
    &["array", "boolean", "integer", "number", "object", "string"];

impl Rules {
    /// Returns the grammar of the value under `key`; `None` for an extension or an unknown keyword.
    pub(crate) fn field(&self, key: &str) -> Option<Field> {
        if let Some((_, field)) = self.fields.iter().find(|(name, _)| *name == key) {
            return Some(*field);
        }
        if is_extension(key) { None } else { self.other }
    }
}

/// Tells whether a keyword is an extension.
pub(crate) fn is_extension(key: &str) -> bool {
    key.starts_with("x-")
}

impl Kind {
    /// Returns the section of `components` that holds objects of this kind; `None` where none does.
    pub(crate) fn section(self) -> Option<&'static str> {
        Some(match self {
            Self::Callback => "callbacks",
            Self::Example => "examples",
            Self::Header => "headers",
            Self::Link => "links",
            Self::Parameter => "parameters",
            Self::RequestBody => "requestBodies",
            Self::Response => "responses",
            Self::Schema => "schemas",
            Self::SecurityScheme => "securitySchemes",
            _ => return None,
        })
    }

    /// Returns the kind's name with its article.
    pub(crate) fn phrase(self) -> String {
        let name = self.name();
        let article =
            if name.starts_with(['O', 'X', 'e', 'i', 'o']) { "an" } else { "a" };
        format!("{article} {name}")
    }

    /// Returns the kind's name, as the specification writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Components => "components object",
            Self::Contact => "contact object",
            Self::Discriminator => "discriminator",
            Self::Document => "document",
            Self::Encoding => "encoding object",
            Self::Example => "example object",
            Self::ExternalDocs => "external documentation object",
            Self::Flow => "OAuth flow",
            Self::Flows => "OAuth flows object",
            Self::Header => "header",
            Self::Info => "info object",
            Self::License => "license object",
            Self::Link => "link",
            Self::MediaType => "media type object",
            Self::Operation => "operation",
            Self::Parameter => "parameter",
            Self::PathItem => "path item",
            Self::Paths => "paths object",
            Self::RequestBody => "request body",
            Self::Response => "response",
            Self::Responses => "responses object",
            Self::Schema => "schema",
            Self::SecurityScheme => "security scheme",
            Self::Server => "server",
            Self::ServerVariable => "server variable",
            Self::Tag => "tag",
            Self::Xml => "XML object",
        }
    }

    /// Returns the grammar of an object of this kind.
    pub(crate) fn rules(self) -> &'static Rules {
        match self {
            Self::Callback => &rules::CALLBACK,
            Self::Components => &rules::COMPONENTS,
            Self::Contact => &rules::CONTACT,
            Self::Discriminator => &rules::DISCRIMINATOR,
            Self::Document => &rules::DOCUMENT,
            Self::Encoding => &rules::ENCODING,
            Self::Example => &rules::EXAMPLE,
            Self::ExternalDocs => &rules::EXTERNAL_DOCS,
            Self::Flow => &rules::FLOW,
            Self::Flows => &rules::FLOWS,
            Self::Header => &rules::HEADER,
            Self::Info => &rules::INFO,
            Self::License => &rules::LICENSE,
            Self::Link => &rules::LINK,
            Self::MediaType => &rules::MEDIA_TYPE,
            Self::Operation => &rules::OPERATION,
            Self::Parameter => &rules::PARAMETER,
            Self::PathItem => &rules::PATH_ITEM,
            Self::Paths => &rules::PATHS,
            Self::RequestBody => &rules::REQUEST_BODY,
            Self::Response => &rules::RESPONSE,
            Self::Responses => &rules::RESPONSES,
            Self::Schema => &rules::SCHEMA,
            Self::SecurityScheme => &rules::SECURITY_SCHEME,
            Self::Server => &rules::SERVER,
            Self::ServerVariable => &rules::SERVER_VARIABLE,
            Self::Tag => &rules::TAG,
            Self::Xml => &rules::XML,
        }
    }
}
