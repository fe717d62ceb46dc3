//! From paths in bodies to schemas of a document.

use atlas_admin::codec::Json;
use atlas_admin_replay::place::{self, json_path};
use atlas_admin_replay::propose::schema::{Document, Spot};
use serde_json::json;

/// Shapes with a discriminator, of which one declares again what it inherits; and parts that are
/// told by what they have.
fn document() -> Document {
    let shapes = "#/components/schemas";
    let reference = |name: &str| json!({"$ref": format!("{shapes}/{name}")});
    Document::new(json!({"components": {"schemas": {
        "Shape": {
            "type": "object",
            "properties": {"kind": {"type": "string"}, "state": {"enum": ["OLD"]}},
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"CIRCLE": format!("{shapes}/Circle"), "LINE": format!("{shapes}/Line")},
            },
            "oneOf": [reference("Circle"), reference("Line")],
        },
        "Circle": {"allOf": [
            reference("Shape"),
            {"type": "object", "properties": {"state": {"enum": ["ROUND"]}, "radius": {}}},
        ]},
        "Line": {"type": "object", "allOf": [reference("Shape")]},
        "Part": {"oneOf": [
            {"type": "object", "properties": {"mode": {"enum": ["A"]}, "of": {"type": "object"}}},
            {"type": "object", "properties": {"mode": {"enum": ["B"]}, "of": reference("Shape")}},
        ]},
        "Drawing": {
            "type": "object",
            "properties": {"shapes": {"type": "array", "items": reference("Shape")}},
            "additionalProperties": reference("Part"),
        },
    }}}))
}

/// A schema, and the body that is of it.
fn root<'d>(document: &'d Document, name: &str) -> Spot<'d> {
    let root = Spot { node: document.tree(), at: Vec::new() };
    let schemas = root.child("components").and_then(|it| it.child("schemas"));
    schemas.and_then(|schemas| schemas.child(name)).expect("a schema")
}

fn found(name: &str, body: &Json, path: &str) -> Option<String> {
    let document = document();
    let steps = place::parse(path).expect("a path");
    let found = document.find(root(&document, name), body, &steps)?;
    Some(json_path(&found.spot.at).replace("$.components.schemas.", ""))
}

fn owner(name: &str, body: &Json) -> Option<String> {
    let document = document();
    let owner = document.owner(root(&document, name), body, &mut Vec::new())?;
    Some(json_path(&owner.at).replace("$.components.schemas.", ""))
}

fn body(value: serde_json::Value) -> Json {
    value.into()
}

#[test]
fn a_variant_counts_before_what_it_inherits() {
    let circle = body(json!({"kind": "CIRCLE", "state": "NEW"}));
    let place = found("Shape", &circle, "state");
    assert_eq!(place.as_deref(), Some("Circle.allOf[1].properties.state"));
    let line = body(json!({"kind": "LINE", "state": "NEW"}));
    assert_eq!(
        found("Shape", &line, "state").as_deref(),
        Some("Shape.properties.state")
    );
    let drawing = body(json!({"shapes": [{"kind": "CIRCLE", "radius": 1}]}));
    let place = found("Drawing", &drawing, "shapes[0].radius");
    assert_eq!(place.as_deref(), Some("Circle.allOf[1].properties.radius"));
    assert_eq!(found("Drawing", &drawing, "shapes[0].more"), None);
}

#[test]
fn an_object_without_a_discriminator_is_what_it_fits_best() {
    let drawing = body(json!({"key": {"mode": "B", "of": {"kind": "LINE"}}}));
    let place = found("Drawing", &drawing, "key.of.state");
    assert_eq!(place.as_deref(), Some("Shape.properties.state"));
    let second = body(json!({"mode": "B", "more": 1}));
    assert_eq!(owner("Part", &second).as_deref(), Some("Part.oneOf[1]"));
    let undecided = body(json!({"more": 1}));
    assert_eq!(owner("Part", &undecided), None);
}

#[test]
fn another_property_belongs_to_the_variant() {
    let circle = body(json!({"kind": "CIRCLE", "more": 1}));
    assert_eq!(owner("Shape", &circle).as_deref(), Some("Circle.allOf[1]"));
    let line = body(json!({"kind": "LINE", "more": 1}));
    assert_eq!(owner("Shape", &line).as_deref(), Some("Line"));
    let unknown = body(json!({"kind": "TOMORROW", "more": 1}));
    assert_eq!(owner("Shape", &unknown), None);
    let drawing = body(json!({"more": 1}));
    assert_eq!(owner("Drawing", &drawing).as_deref(), Some("Drawing"));
}
