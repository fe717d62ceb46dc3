//! The grammar of OpenAPI 3.0.x as one table: which keywords an object may hold and what stands under each.
//!
//! Checks, reference resolution, removal of prose and canonical order all walk a document by this
//! table, so that none of them mistakes a property named `description` for the keyword.
//! It must not know what anyone does with the nodes.
//!
//! Source: <https://spec.openapis.org/oas/v3.0.3>, narrowed to what `openapiv3` reads.

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

/// What stands under a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// An object of a kind, or a reference to one if the kind has a section in `components`.
    One(Kind),
    /// A list of such objects.
    List(Kind),
    /// Such objects by name. The names are data.
    Map(Kind),
    /// A boolean or such an object.
    BoolOr(Kind),
    /// A word or sentence for people.
    Prose,
    /// Sentences for people by name; the names are facts.
    ProseByName,
    /// Made-up values of any shape.
    Examples,
    /// A value that belongs to the API: nothing in it is a keyword.
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

use Field::{
    Bool, BoolOr, Count, Data, DataList, Examples, List, Map, Number, One, Prose,
    ProseByName, Requirements, Text, TextByName, TextList, Word,
};

/// What an object of a kind may hold.
pub(crate) struct Rules {
    /// The keywords and what stands under each.
    pub(crate) fields: &'static [(&'static str, Field)],
    /// The keywords that have to be there.
    pub(crate) required: &'static [&'static str],
    /// What stands under every other name that does not begin with `x-`.
    pub(crate) other: Option<Field>,
}

/// The methods that a path item may hold.
pub(crate) const METHODS: [&str; 8] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The values of `type` in a schema.
pub(crate) const TYPES: &[&str] =
    &["array", "boolean", "integer", "number", "object", "string"];

const STYLES: Field = Word(&[
    "deepObject",
    "form",
    "label",
    "matrix",
    "pipeDelimited",
    "simple",
    "spaceDelimited",
]);

const fn rules(
    fields: &'static [(&'static str, Field)],
    required: &'static [&'static str],
) -> Rules {
    Rules { fields, required, other: None }
}

impl Rules {
    /// Returns what stands under `key`; `None` for an extension or an unknown keyword.
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
    /// Returns the section of `components` that holds objects of this kind, if they may be referred to.
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

    /// Returns what an object of this kind may hold.
    pub(crate) fn rules(self) -> &'static Rules {
        match self {
            Self::Callback => &CALLBACK,
            Self::Components => &COMPONENTS,
            Self::Contact => &CONTACT,
            Self::Discriminator => &DISCRIMINATOR,
            Self::Document => &DOCUMENT,
            Self::Encoding => &ENCODING,
            Self::Example => &EXAMPLE,
            Self::ExternalDocs => &EXTERNAL_DOCS,
            Self::Flow => &FLOW,
            Self::Flows => &FLOWS,
            Self::Header => &HEADER,
            Self::Info => &INFO,
            Self::License => &LICENSE,
            Self::Link => &LINK,
            Self::MediaType => &MEDIA_TYPE,
            Self::Operation => &OPERATION,
            Self::Parameter => &PARAMETER,
            Self::PathItem => &PATH_ITEM,
            Self::Paths => &PATHS,
            Self::RequestBody => &REQUEST_BODY,
            Self::Response => &RESPONSE,
            Self::Responses => &RESPONSES,
            Self::Schema => &SCHEMA,
            Self::SecurityScheme => &SECURITY_SCHEME,
            Self::Server => &SERVER,
            Self::ServerVariable => &SERVER_VARIABLE,
            Self::Tag => &TAG,
            Self::Xml => &XML,
        }
    }
}

static DOCUMENT: Rules = rules(
    &[
        ("components", One(Kind::Components)),
        ("externalDocs", One(Kind::ExternalDocs)),
        ("info", One(Kind::Info)),
        ("openapi", Text),
        ("paths", One(Kind::Paths)),
        ("security", Requirements),
        ("servers", List(Kind::Server)),
        ("tags", List(Kind::Tag)),
    ],
    &["info", "openapi", "paths"],
);

static INFO: Rules = rules(
    &[
        ("contact", One(Kind::Contact)),
        ("description", Prose),
        ("license", One(Kind::License)),
        ("termsOfService", Text),
        ("title", Prose),
        ("version", Text),
    ],
    &["title", "version"],
);

static CONTACT: Rules = rules(&[("email", Text), ("name", Text), ("url", Text)], &[]);

static LICENSE: Rules = rules(&[("name", Text), ("url", Text)], &["name"]);

static TAG: Rules = rules(
    &[("description", Prose), ("externalDocs", One(Kind::ExternalDocs)), ("name", Text)],
    &["name"],
);

static EXTERNAL_DOCS: Rules = rules(&[("description", Prose), ("url", Text)], &["url"]);

static SERVER: Rules = rules(
    &[("description", Prose), ("url", Text), ("variables", Map(Kind::ServerVariable))],
    &["url"],
);

static SERVER_VARIABLE: Rules = rules(
    &[("default", Text), ("description", Prose), ("enum", TextList)],
    &["default"],
);

static COMPONENTS: Rules = rules(
    &[
        ("callbacks", Map(Kind::Callback)),
        ("examples", Map(Kind::Example)),
        ("headers", Map(Kind::Header)),
        ("links", Map(Kind::Link)),
        ("parameters", Map(Kind::Parameter)),
        ("requestBodies", Map(Kind::RequestBody)),
        ("responses", Map(Kind::Response)),
        ("schemas", Map(Kind::Schema)),
        ("securitySchemes", Map(Kind::SecurityScheme)),
    ],
    &[],
);

static PATHS: Rules =
    Rules { fields: &[], required: &[], other: Some(One(Kind::PathItem)) };

static CALLBACK: Rules =
    Rules { fields: &[], required: &[], other: Some(One(Kind::PathItem)) };

static PATH_ITEM: Rules = rules(
    &[
        ("delete", One(Kind::Operation)),
        ("description", Prose),
        ("get", One(Kind::Operation)),
        ("head", One(Kind::Operation)),
        ("options", One(Kind::Operation)),
        ("parameters", List(Kind::Parameter)),
        ("patch", One(Kind::Operation)),
        ("post", One(Kind::Operation)),
        ("put", One(Kind::Operation)),
        ("servers", List(Kind::Server)),
        ("summary", Prose),
        ("trace", One(Kind::Operation)),
    ],
    &[],
);

static OPERATION: Rules = rules(
    &[
        ("callbacks", Map(Kind::Callback)),
        ("deprecated", Bool),
        ("description", Prose),
        ("externalDocs", One(Kind::ExternalDocs)),
        ("operationId", Text),
        ("parameters", List(Kind::Parameter)),
        ("requestBody", One(Kind::RequestBody)),
        ("responses", One(Kind::Responses)),
        ("security", Requirements),
        ("servers", List(Kind::Server)),
        ("summary", Prose),
        ("tags", TextList),
    ],
    &["operationId", "responses"],
);

static RESPONSES: Rules =
    Rules { fields: &[], required: &[], other: Some(One(Kind::Response)) };

static RESPONSE: Rules = rules(
    &[
        ("content", Map(Kind::MediaType)),
        ("description", Prose),
        ("headers", Map(Kind::Header)),
        ("links", Map(Kind::Link)),
    ],
    &["description"],
);

static REQUEST_BODY: Rules = rules(
    &[("content", Map(Kind::MediaType)), ("description", Prose), ("required", Bool)],
    &["content"],
);

static MEDIA_TYPE: Rules = rules(
    &[
        ("encoding", Map(Kind::Encoding)),
        ("example", Examples),
        ("examples", Map(Kind::Example)),
        ("schema", One(Kind::Schema)),
    ],
    &[],
);

static ENCODING: Rules = rules(
    &[
        ("allowReserved", Bool),
        ("contentType", Text),
        ("explode", Bool),
        ("headers", Map(Kind::Header)),
        ("style", Word(&["deepObject", "form", "pipeDelimited", "spaceDelimited"])),
    ],
    &[],
);

static EXAMPLE: Rules = rules(
    &[
        ("description", Prose),
        ("externalValue", Text),
        ("summary", Prose),
        ("value", Examples),
    ],
    &[],
);

static PARAMETER: Rules = rules(
    &[
        ("allowEmptyValue", Bool),
        ("allowReserved", Bool),
        ("content", Map(Kind::MediaType)),
        ("deprecated", Bool),
        ("description", Prose),
        ("example", Examples),
        ("examples", Map(Kind::Example)),
        ("explode", Bool),
        ("in", Word(&["cookie", "header", "path", "query"])),
        ("name", Text),
        ("required", Bool),
        ("schema", One(Kind::Schema)),
        ("style", STYLES),
    ],
    &["in", "name"],
);

static HEADER: Rules = rules(
    &[
        ("allowEmptyValue", Bool),
        ("allowReserved", Bool),
        ("content", Map(Kind::MediaType)),
        ("deprecated", Bool),
        ("description", Prose),
        ("example", Examples),
        ("examples", Map(Kind::Example)),
        ("explode", Bool),
        ("required", Bool),
        ("schema", One(Kind::Schema)),
        ("style", Word(&["simple"])),
    ],
    &[],
);

static LINK: Rules = rules(
    &[
        ("description", Prose),
        ("operationId", Text),
        ("operationRef", Text),
        ("parameters", Data),
        ("requestBody", Data),
        ("server", One(Kind::Server)),
    ],
    &[],
);

static SCHEMA: Rules = rules(
    &[
        ("additionalProperties", BoolOr(Kind::Schema)),
        ("allOf", List(Kind::Schema)),
        ("anyOf", List(Kind::Schema)),
        ("default", Data),
        ("deprecated", Bool),
        ("description", Prose),
        ("discriminator", One(Kind::Discriminator)),
        ("enum", DataList),
        ("example", Examples),
        ("exclusiveMaximum", Bool),
        ("exclusiveMinimum", Bool),
        ("externalDocs", One(Kind::ExternalDocs)),
        ("format", Text),
        ("items", One(Kind::Schema)),
        ("maxItems", Count),
        ("maxLength", Count),
        ("maxProperties", Count),
        ("maximum", Number),
        ("minItems", Count),
        ("minLength", Count),
        ("minProperties", Count),
        ("minimum", Number),
        ("multipleOf", Number),
        ("not", One(Kind::Schema)),
        ("nullable", Bool),
        ("oneOf", List(Kind::Schema)),
        ("pattern", Text),
        ("properties", Map(Kind::Schema)),
        ("readOnly", Bool),
        ("required", TextList),
        ("title", Prose),
        ("type", Word(TYPES)),
        ("uniqueItems", Bool),
        ("writeOnly", Bool),
        ("xml", One(Kind::Xml)),
    ],
    &[],
);

static DISCRIMINATOR: Rules =
    rules(&[("mapping", TextByName), ("propertyName", Text)], &["propertyName"]);

static XML: Rules = rules(
    &[
        ("attribute", Bool),
        ("name", Text),
        ("namespace", Text),
        ("prefix", Text),
        ("wrapped", Bool),
    ],
    &[],
);

static SECURITY_SCHEME: Rules = rules(
    &[
        ("bearerFormat", Text),
        ("description", Prose),
        ("flows", One(Kind::Flows)),
        ("in", Word(&["cookie", "header", "query"])),
        ("name", Text),
        ("openIdConnectUrl", Text),
        ("scheme", Text),
        ("type", Word(&["apiKey", "http", "oauth2", "openIdConnect"])),
    ],
    &["type"],
);

static FLOWS: Rules = rules(
    &[
        ("authorizationCode", One(Kind::Flow)),
        ("clientCredentials", One(Kind::Flow)),
        ("implicit", One(Kind::Flow)),
        ("password", One(Kind::Flow)),
    ],
    &[],
);

static FLOW: Rules = rules(
    &[
        ("authorizationUrl", Text),
        ("refreshUrl", Text),
        ("scopes", ProseByName),
        ("tokenUrl", Text),
    ],
    &["scopes"],
);
