//! Trees that are no OpenAPI 3.0 document.

use crate::{complaints, notes, with, with_schemas};

/// Asserts that a document is rejected for these reasons, each `what | where | help`.
fn refused(text: &str, expected: &[&str]) {
    let found = complaints(text);
    let found: Vec<_> = found
        .iter()
        .map(|said| {
            said.replace("error: ", "")
                .replace("\n  at ", " | ")
                .replace("\n  help: ", " | ")
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn other_formats_are_named() {
    refused(
        "swagger: '2.0'\ninfo: {}\n",
        &["this is a Swagger 2.0 document, not OpenAPI 3.0 | #/swagger | \
           convert it to OpenAPI 3.0; Atlas publishes its document in that form"],
    );
    refused(
        "openapi: 3.1.0\ninfo: {}\npaths: {}\n",
        &["the document is OpenAPI 3.1.0; only OpenAPI 3.0 is read | #/openapi | \
           its schemas mean something else from 3.1 on; use the document that is published as 3.0"],
    );
    refused(
        "openapi: 3.0\ninfo: {}\npaths: {}\n",
        &[
            "`openapi` is a number, not text | #/openapi | write it in quotes: openapi: \"3.0.0\"",
        ],
    );
    for version in ["3.00.1", "3", "'3.0.'", "4.0.0", "''", "[]", "null"] {
        let found =
            complaints(&format!("openapi: {version}\ninfo: {{}}\npaths: {{}}\n"));
        assert!(found[0].contains("\n  at #/openapi"), "{version}: {found:?}");
    }
}

#[test]
fn all_that_is_missing_at_the_top_is_listed() {
    let help = "download the document again; this one may have been cut off";
    refused(
        "a: 1\n",
        &[
            &format!(
                "the document has no `openapi`: it doesn't say that it is OpenAPI | # | {help}"
            ),
            &format!("the document has no `info` | # | {help}"),
            &format!("the document has no `paths` | # | {help}"),
        ],
    );
}

#[test]
fn an_operation_needs_a_name_of_its_own() {
    let help = "give the operation a name of its own with an overlay";
    refused(
        &with(
            "/a: {get: {responses: {}}, put: {operationId: x, responses: {}}}, \
             /b: {get: {operationId: x, responses: {}}, put: {operationId: ' ', responses: {}}}",
            "",
        ),
        &[
            "note: the operation declares no response | #/paths/~1a/get/responses",
            "note: the operation declares no response | #/paths/~1a/put/responses",
            "note: the operation declares no response | #/paths/~1b/get/responses",
            "note: the operation declares no response | #/paths/~1b/put/responses",
            &format!(
                "note: the operation has no `operationId`: its method and path name it | \
                 #/paths/~1a/get | {help}"
            ),
            &format!(
                "the `operationId` x is taken by #/paths/~1a/put | #/paths/~1b/get | {help}"
            ),
            &format!(
                "note: the operation has no `operationId`: its method and path name it | \
                 #/paths/~1b/put | {help}"
            ),
        ],
    );
}

#[test]
fn other_dialects_of_schema_get_advice() {
    let words = "one of array, boolean, integer, number, object, string";
    refused(
        &with_schemas(
            "A: {type: [string, 'null']}, B: {type: 'null'}, C: {type: text}, \
             D: {exclusiveMinimum: 5}, E: {properties: {a: {required: true}}}, F: {items: [{}]}, \
             G: {required: a}, H: {minLength: -1}, I: {enum: a}, J: 5, K: {maximum: 'x'}, \
             L: {discriminator: kind}, M: {additionalProperties: 1}, N: {maxItems: 1.5}",
        ),
        &[
            &format!(
                "`type` of a schema has to be {words}; this is a list | #/components/schemas/A/type | \
                 OpenAPI 3.0 has one type per schema; write `nullable: true` for null"
            ),
            &format!(
                "`type` of a schema has to be {words}; this is `null` | #/components/schemas/B/type | \
                 OpenAPI 3.0 has no null type; write `nullable: true`"
            ),
            &format!(
                "`type` of a schema has to be {words}; this is `text` | #/components/schemas/C/type"
            ),
            "`exclusiveMinimum` of a schema has to be a boolean; this is 5 | \
             #/components/schemas/D/exclusiveMinimum | \
             in OpenAPI 3.0 it is a boolean beside `minimum` or `maximum`",
            "`required` of a schema has to be a list of text; this is a boolean | \
             #/components/schemas/E/properties/a/required | \
             list the property in `required` of the object that holds it",
            "a schema has to be an object; this is a list | #/components/schemas/F/items | \
             correct it with an overlay",
            "`required` of a schema has to be a list of text; this is `a` | \
             #/components/schemas/G/required",
            "`minLength` of a schema has to be a whole number from zero; this is -1 | \
             #/components/schemas/H/minLength",
            "`enum` of a schema has to be a list; this is `a` | #/components/schemas/I/enum",
            "a schema has to be an object; this is a number | #/components/schemas/J | \
             correct it with an overlay",
            "`maximum` of a schema has to be a number; this is `x` | #/components/schemas/K/maximum",
            "a discriminator has to be an object; this is text | \
             #/components/schemas/L/discriminator | correct it with an overlay",
            "`additionalProperties` of a schema has to be a boolean or a schema; this is 1 | \
             #/components/schemas/M/additionalProperties",
            "`maxItems` of a schema has to be a whole number from zero; this is 1.5 | \
             #/components/schemas/N/maxItems",
        ],
    );
}

#[test]
fn parameters_have_a_name_a_place_and_a_schema() {
    refused(
        &with(
            "",
            "parameters: {A: {}, B: {in: body, name: b, schema: {}}, \
             C: {in: path, name: c, schema: {}}, D: {in: query, name: d, style: label, schema: {}}, \
             E: {in: query, name: e, schema: {}, content: {}}}, headers: {F: {}}",
        ),
        &[
            "the header has neither `schema` nor `content` | #/components/headers/F | \
             add one of the two with an overlay",
            "the parameter has no `in` | #/components/parameters/A | \
             OpenAPI 3.0 requires `in`; add it with an overlay",
            "the parameter has no `name` | #/components/parameters/A | \
             OpenAPI 3.0 requires `name`; add it with an overlay",
            "the parameter has neither `schema` nor `content` | #/components/parameters/A | \
             add one of the two with an overlay",
            "`in` of a parameter has to be one of cookie, header, path, query; this is `body` | \
             #/components/parameters/B/in",
            "note: a path parameter has to be `required: true` | #/components/parameters/C | \
             add `required: true` with an overlay; the parameter is treated as required",
            "`style` of a query parameter can't be `label` | #/components/parameters/D/style | \
             it has to be one of deepObject, form, pipeDelimited, spaceDelimited",
            "the parameter has both `schema` and `content` | #/components/parameters/E | \
             keep one of the two",
        ],
    );
}

#[test]
fn parameters_fit_their_path() {
    let id = "{in: path, name: id, required: true, schema: {}}";
    let good = format!(
        "'/a/{{id}}': {{parameters: [{id}], get: {{operationId: a, responses: {{default: {{description: ''}}}}}}}}"
    );
    assert_eq!(notes(&with(&good, "")), [""; 0]);
    let bad = format!(
        "'/a/{{x}}': {{get: {{operationId: a, parameters: [{id}, {id}], \
         responses: {{default: {{description: ''}}}}}}}}"
    );
    let at = "#/paths/~1a~1{x}/get";
    refused(
        &with(&bad, ""),
        &[
            &format!(
                "the path parameter `id` is declared twice | {at}/parameters/1 | keep one of the two"
            ),
            &format!(
                "note: the path contains {{x}}, which no parameter declares | {at} | \
                 the operation is not generated; add the parameter with an overlay"
            ),
            &format!(
                "note: the path parameter `id` is not in the path | {at} | \
                 it is not sent; remove the parameter with an overlay"
            ),
        ],
    );
}

#[test]
fn responses_stand_under_status_codes() {
    let response = "{description: ''}";
    let responses = |keys: &[&str]| {
        let entries: Vec<_> =
            keys.iter().map(|key| format!("{key}: {response}")).collect();
        with(
            &format!(
                "/a: {{get: {{operationId: a, responses: {{{}}}}}}}",
                entries.join(", ")
            ),
            "",
        )
    };
    assert_eq!(notes(&responses(&["200", "'404'", "5XX", "default"])), [""; 0]);
    for key in ["2xx", "20", "600", "0XX", "ok", "'２００'", "+20", "'1é'"] {
        let found = complaints(&responses(&[key]));
        assert!(found[0].contains("is no status code"), "{key}: {found:?}");
    }
}

#[test]
fn security_schemes_are_complete() {
    refused(
        &with(
            "",
            "securitySchemes: {A: {type: basic}, B: {type: apiKey}, C: {type: http}, \
             D: {type: oauth2, flows: {password: {scopes: {a: 1}}}}}",
        ),
        &[
            "`type` of a security scheme has to be one of apiKey, http, oauth2, openIdConnect; \
             this is `basic` | #/components/securitySchemes/A/type",
            "a security scheme of type apiKey has to have `in` | #/components/securitySchemes/B | \
             add it with an overlay",
            "a security scheme of type apiKey has to have `name` | #/components/securitySchemes/B | \
             add it with an overlay",
            "a security scheme of type http has to have `scheme` | #/components/securitySchemes/C | \
             add it with an overlay",
            "a password flow has to have `tokenUrl` | #/components/securitySchemes/D/flows/password \
             | add it with an overlay",
            "`scopes` of an OAuth flow has to be an object whose members are text; \
             this is an object | #/components/securitySchemes/D/flows/password/scopes",
        ],
    );
}

#[test]
fn names_have_a_form() {
    let found = complaints(&with("a: {}", "schemas: {'a/b': {}, '': {}, 'ok.-_9': {}}"));
    let places: Vec<_> = found.iter().filter_map(|said| said.lines().nth(1)).collect();
    assert_eq!(
        places,
        [
            "  at #/components/schemas/",
            "  at #/components/schemas/a~1b",
            "  at #/paths/a"
        ]
    );
}

#[test]
fn what_has_no_effect_is_noted() {
    let found = notes(&with_schemas(
        "A: {const: 1, x-anything: [1]}, B: {$ref: '#/components/schemas/A', description: d, nullable: true}",
    ));
    assert_eq!(
        found,
        [
            "note: `const` is no keyword of a schema in OpenAPI 3.0; it is ignored\n  \
             at #/components/schemas/A/const",
            "note: `nullable` beside `$ref` has no effect in OpenAPI 3.0\n  \
             at #/components/schemas/B/nullable\n  \
             help: if it matters, wrap the reference: allOf: [{$ref: …}]",
        ]
    );
}

#[test]
fn what_can_not_be_a_reference_is_refused() {
    let found = complaints(&with(
        "/a: {$ref: '#/paths/~1b'}, /b: {}",
        "schemas: {A: {$ref: 5}}",
    ));
    assert_eq!(
        found,
        [
            "error: `$ref` has to be text; this is a number\n  at #/components/schemas/A/$ref",
            "error: a path item can't be a reference\n  at #/paths/~1a\n  help: write the object itself instead of the reference",
        ]
    );
}
