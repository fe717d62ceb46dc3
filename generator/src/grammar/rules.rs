//! The rows of the table: one per kind of object, in the order of the specification.

use super::Field::{
    Bool, BoolOr, Count, Data, DataList, Examples, List, Map, Number, One, Prose,
    ProseByName, Requirements, Text, TextByName, TextList, Word,
};
use super::{Field, Kind, Rules, TYPES};

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

pub(super) static DOCUMENT: Rules = rules(
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

pub(super) static INFO: Rules = rules(
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

pub(super) static CONTACT: Rules =
    rules(&[("email", Text), ("name", Text), ("url", Text)], &[]);

pub(super) static LICENSE: Rules = rules(&[("name", Text), ("url", Text)], &["name"]);

pub(super) static TAG: Rules = rules(
    &[("description", Prose), ("externalDocs", One(Kind::ExternalDocs)), ("name", Text)],
    &["name"],
);

pub(super) static EXTERNAL_DOCS: Rules =
    rules(&[("description", Prose), ("url", Text)], &["url"]);

pub(super) static SERVER: Rules = rules(
    &[("description", Prose), ("url", Text), ("variables", Map(Kind::ServerVariable))],
    &["url"],
);

pub(super) static SERVER_VARIABLE: Rules = rules(
    &[("default", Text), ("description", Prose), ("enum", TextList)],
    &["default"],
);

pub(super) static COMPONENTS: Rules = rules(
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

pub(super) static PATHS: Rules =
    Rules { fields: &[], required: &[], other: Some(One(Kind::PathItem)) };

pub(super) static CALLBACK: Rules =
    Rules { fields: &[], required: &[], other: Some(One(Kind::PathItem)) };

pub(super) static PATH_ITEM: Rules = rules(
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

pub(super) static OPERATION: Rules = rules(
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

pub(super) static RESPONSES: Rules =
    Rules { fields: &[], required: &[], other: Some(One(Kind::Response)) };

pub(super) static RESPONSE: Rules = rules(
    &[
        ("content", Map(Kind::MediaType)),
        ("description", Prose),
        ("headers", Map(Kind::Header)),
        ("links", Map(Kind::Link)),
    ],
    &["description"],
);

pub(super) static REQUEST_BODY: Rules = rules(
    &[("content", Map(Kind::MediaType)), ("description", Prose), ("required", Bool)],
    &["content"],
);

pub(super) static MEDIA_TYPE: Rules = rules(
    &[
        ("encoding", Map(Kind::Encoding)),
        ("example", Examples),
        ("examples", Map(Kind::Example)),
        ("schema", One(Kind::Schema)),
    ],
    &[],
);

pub(super) static ENCODING: Rules = rules(
    &[
        ("allowReserved", Bool),
        ("contentType", Text),
        ("explode", Bool),
        ("headers", Map(Kind::Header)),
        ("style", Word(&["deepObject", "form", "pipeDelimited", "spaceDelimited"])),
    ],
    &[],
);

pub(super) static EXAMPLE: Rules = rules(
    &[
        ("description", Prose),
        ("externalValue", Text),
        ("summary", Prose),
        ("value", Examples),
    ],
    &[],
);

pub(super) static PARAMETER: Rules = rules(
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

pub(super) static HEADER: Rules = rules(
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

pub(super) static LINK: Rules = rules(
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

pub(super) static SCHEMA: Rules = rules(
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

pub(super) static DISCRIMINATOR: Rules =
    rules(&[("mapping", TextByName), ("propertyName", Text)], &["propertyName"]);

pub(super) static XML: Rules = rules(
    &[
        ("attribute", Bool),
        ("name", Text),
        ("namespace", Text),
        ("prefix", Text),
        ("wrapped", Bool),
    ],
    &[],
);

pub(super) static SECURITY_SCHEME: Rules = rules(
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

pub(super) static FLOWS: Rules = rules(
    &[
        ("authorizationCode", One(Kind::Flow)),
        ("clientCredentials", One(Kind::Flow)),
        ("implicit", One(Kind::Flow)),
        ("password", One(Kind::Flow)),
    ],
    &[],
);

pub(super) static FLOW: Rules = rules(
    &[
        ("authorizationUrl", Text),
        ("refreshUrl", Text),
        ("scopes", ProseByName),
        ("tokenUrl", Text),
    ],
    &["scopes"],
);
