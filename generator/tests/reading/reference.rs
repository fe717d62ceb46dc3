//! References without a target, and in a circle.

use crate::{complaints, notes, with, with_schemas};

fn schema_complaint(schemas: &str) -> String {
    let found = complaints(&with_schemas(schemas));
    assert_eq!(found.len(), 1, "{found:?}");
    found.concat()
}

#[test]
fn a_reference_to_nothing_names_what_is_near() {
    assert_eq!(
        schema_complaint(
            "ClusterDescription: {}, A: {items: {$ref: '#/components/schemas/ClusterDescripton'}}"
        ),
        "error: the reference #/components/schemas/ClusterDescripton has no target\n  \
         at #/components/schemas/A/items/$ref\n  help: the most similar name is ClusterDescription"
    );
    assert!(
        schema_complaint("A: {$ref: '#/components/schemas/Elsewhere'}")
            .contains("help: #/components/schemas has no similar name")
    );
}

#[test]
fn a_reference_out_of_the_document_is_refused() {
    for reference in ["other.yaml#/A", "https://example.com/a", "A", "#A"] {
        let found = schema_complaint(&format!("A: {{$ref: '{reference}'}}"));
        assert!(found.contains("points outside the document"), "{found}");
    }
}

#[test]
fn a_reference_has_to_lead_to_a_name_in_the_right_section() {
    let found = complaints(&with(
        "",
        "schemas: {A: {$ref: '#/components/responses/B'}, B: {properties: {c: {}}}, \
         D: {$ref: '#/components/schemas/B/properties/c'}, E: {$ref: '#/info'}, F: {$ref: '#'}, \
         G: {$ref: '#/components/schemas/B/properties/x'}}, responses: {B: {description: ''}}",
    ));
    let what: Vec<_> = found.iter().filter_map(|said| said.lines().next()).collect();
    assert_eq!(
        what,
        [
            "error: the reference #/components/responses/B points to responses, but schemas are expected here",
            "error: the reference #/components/schemas/B/properties/c points to something without a name",
            "error: the reference #/info points to something without a name",
            "error: the reference # points to something without a name",
            "error: the reference #/components/schemas/B/properties/x has no target",
        ]
    );
    assert!(found[0].ends_with("help: refer to #/components/schemas/B"), "{}", found[0]);
}

#[test]
fn references_that_are_data_are_left_alone() {
    let text = with_schemas(
        "A: {enum: [{$ref: nowhere}], default: {$ref: 5}, example: {$ref: x}, x-a: {$ref: y}, \
         properties: {$ref: {type: string}}}",
    );
    assert_eq!(notes(&text), [""; 0]);
}

#[test]
fn discriminator_mappings_lead_to_schemas() {
    let schemas = |target: &str| {
        format!(
            "B: {{}}, A: {{discriminator: {{propertyName: p, mapping: {{b: '{target}'}}}}}}"
        )
    };
    for target in ["B", "#/components/schemas/B"] {
        assert_eq!(notes(&with_schemas(&schemas(target))), [""; 0]);
    }
    let found = schema_complaint(&schemas("#/components/schemas/C"));
    assert!(
        found.contains("at #/components/schemas/A/discriminator/mapping/b"),
        "{found}"
    );
}

#[test]
fn circles_are_shown_link_by_link() {
    let link = |name: &str| format!("{{$ref: '#/components/schemas/{name}'}}");
    let circle =
        |schemas: &str| schema_complaint(schemas).lines().next().map(str::to_owned);
    let [a, b, c] = ["A", "B", "C"].map(link);
    for (schemas, chain) in [
        (format!("C: {a}, A: {b}, B: {c}"), "A → B → C → A"),
        (format!("A: {a}"), "A → A"),
        (format!("A: {{allOf: [{{type: object}}, {a}]}}"), "A → A"),
        (format!("A: {{allOf: [{{allOf: [{b}]}}]}}, B: {{allOf: [{a}]}}"), "A → B → A"),
        (format!("A: {{oneOf: [{b}]}}, B: {{anyOf: [{a}]}}"), "A → B → A"),
        (format!("Z: {a}, A: {{oneOf: [{b}]}}, B: {a}"), "A → B → A"),
    ] {
        let expected = format!("error: references form a circle: {chain}");
        assert_eq!(circle(&schemas), Some(expected), "{schemas}");
    }
    let found = complaints(&with(
        "",
        "responses: {A: {$ref: '#/components/responses/B'}, B: {$ref: '#/components/responses/A'}}",
    ));
    assert!(found[0].contains("A → B → A\n  at #/components/responses/A"), "{found:?}");
}

#[test]
fn two_circles_are_two_errors() {
    let link = |name: &str| format!("{{$ref: '#/components/schemas/{name}'}}");
    let schemas = format!(
        "A: {}, B: {}, C: {}, D: {}",
        link("A"),
        link("B"),
        link("D"),
        link("C")
    );
    assert_eq!(complaints(&with_schemas(&schemas)).len(), 3);
}

#[test]
fn a_schema_may_hold_itself_and_inherit() {
    let a = "{$ref: '#/components/schemas/A'}";
    let b = "{$ref: '#/components/schemas/B'}";
    for schemas in [
        format!("A: {{properties: {{a: {a}}}}}"),
        format!("A: {{type: array, items: {a}}}"),
        format!("A: {{additionalProperties: {a}}}"),
        format!("A: {{oneOf: [{b}]}}, B: {{allOf: [{a}, {{type: object}}]}}"),
    ] {
        assert_eq!(notes(&with_schemas(&schemas)), [""; 0], "{schemas}");
    }
}

#[test]
fn a_long_chain_is_followed_without_overflow() {
    let mut schemas: String = (0..50_000)
        .map(|n| format!("A{n}: {{$ref: '#/components/schemas/A{}'}}, ", n + 1))
        .collect();
    schemas.push_str("A50000: {}");
    assert_eq!(notes(&with_schemas(&schemas)), [""; 0]);
}
