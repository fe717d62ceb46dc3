//! Overlays: what they change and what they reject.

use atlas_admin_generator::overlay::{self, UnmatchedAction};
use serde_json::{Value, json};

use crate::said;

const HEAD: &str = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n";

/// Writes an overlay with one action per line, each in flow style without its evidence.
fn overlay(actions: &[&str]) -> String {
    let lines =
        actions.iter().map(|action| format!("- {{description: seen, {action}}}\n"));
    HEAD.chars().chain(lines.collect::<String>().chars()).collect()
}

fn apply(document: &Value, actions: &[&str]) -> Result<Value, Vec<String>> {
    let mut document = document.clone();
    let text = overlay(actions);
    overlay::apply(&mut document, &[("a.yaml", text.as_bytes())], UnmatchedAction::Error)
        .map(|_| document)
        .map_err(|found| said(&found))
}

fn document() -> Value {
    json!({
        "paths": {"/a/{b}": {"get": {"operationId": "getA", "tags": ["T"]}}},
        "components": {"schemas": {
            "A": {"type": "object", "required": ["a", "b", "c"], "enum": ["X"]},
            "B": {"type": "object", "description": "old", "deep": {"type": "string"}},
        }},
    })
}

#[test]
fn updates_merge_objects_append_to_lists_and_replace_the_rest() {
    let changed = apply(
        &document(),
        &[
            "target: $.components.schemas.A, update: {enum: [X, Y], extra: {n: 1}, type: string}",
            "target: \"$.paths['/a/{b}'].get.tags\", update: U",
            "target: $.components.schemas.B, update: {deep: {format: date}, description: [1]}",
        ],
    )
    .unwrap();
    assert_eq!(
        changed,
        json!({
            "paths": {"/a/{b}": {"get": {"operationId": "getA", "tags": ["T", "U"]}}},
            "components": {"schemas": {
                "A": {
                    "type": "string", "required": ["a", "b", "c"], "enum": ["X", "Y"],
                    "extra": {"n": 1}
                },
                "B": {
                    "type": "object", "description": [1],
                    "deep": {"type": "string", "format": "date"}
                },
            }},
        })
    );
}

#[test]
fn targets_are_json_paths() {
    for (target, count) in [
        ("$.components.schemas.*", 2),
        ("$.components.schemas[*]", 2),
        ("$..deep", 1),
        ("$..[?(@.operationId == 'getA')]", 1),
        ("$.components.schemas[?@.type=='object']", 2),
        ("$['paths']['/a/{b}']", 1),
        ("$", 1),
    ] {
        let action = format!("target: \"{target}\", update: {{x-mark: 1}}");
        let changed = apply(&document(), &[&action]).unwrap();
        assert_eq!(changed.to_string().matches("x-mark").count(), count, "{target}");
    }
}

#[test]
fn removal_takes_what_it_selected_and_nothing_else() {
    let changed = apply(
        &document(),
        &[
            "target: \"$.components.schemas.A.required[?@ != 'b']\", remove: true",
            "target: \"$..['B', 'deep']\", remove: true",
        ],
    )
    .unwrap();
    assert_eq!(
        changed["components"],
        json!({"schemas": {
            "A": {"type": "object", "required": ["b"], "enum": ["X"]},
        }})
    );
    let many = json!({"list": (0..12).collect::<Vec<_>>()});
    let changed = apply(&many, &["target: \"$.list[?@ > 1]\", remove: true"]).unwrap();
    assert_eq!(changed, json!({"list": [0, 1]}));
}

#[test]
fn later_actions_see_what_earlier_ones_did() {
    let changed = apply(
        &json!({}),
        &["target: $, update: {a: {b: 1}}", "target: $.a.b, remove: true"],
    );
    assert_eq!(changed, Ok(json!({"a": {}})));
}

#[test]
fn files_are_applied_in_the_order_of_their_names() {
    let mut document = json!({"n": 0});
    let first = overlay(&["target: $, update: {n: 1}"]);
    let second = overlay(&["target: $, update: {n: 2}"]);
    let files = [("2.yaml", second.as_bytes()), ("1.yaml", first.as_bytes())];
    assert_eq!(
        overlay::apply(&mut document, &files, UnmatchedAction::Error),
        Ok(Vec::new())
    );
    assert_eq!(document, json!({"n": 2}));
}

#[test]
fn every_action_that_does_not_apply_is_reported() {
    let found = apply(
        &document(),
        &[
            "target: $.paths.nowhere, update: {a: 1}",
            "target: $.components.schemas.A, update: {type: object, enum: [X]}",
            "target: $.components.schemas.A.type, update: {a: 1}",
            "target: $.components.schemas.A, update: text",
            "target: '$.paths[', remove: true",
            "target: $, remove: true",
            "target: $.components.schemas.B, update: {type: string}",
        ],
    )
    .unwrap_err();
    let reports: Vec<_> = found
        .iter()
        .map(|said| {
            said.lines().take(2).collect::<Vec<_>>().join(" |").replace("  ", " ")
        })
        .collect();
    assert_eq!(
        reports[..4],
        [
            "error: the target matches nothing | at a.yaml, action 1, target $.paths.nowhere",
            "error: the update changes nothing | at a.yaml, action 2, target $.components.schemas.A",
            "error: the target is a single value; select the object that holds it | \
             at a.yaml, action 3, target $.components.schemas.A.type",
            "error: the target is an object, the update is not | \
             at a.yaml, action 4, target $.components.schemas.A",
        ]
    );
    assert!(
        reports[4].starts_with("error: the target is no JSONPath"),
        "{}",
        reports[4]
    );
    assert!(reports[5].starts_with("error: the whole document can't be removed"));
    assert_eq!(reports.len(), 6);
    assert!(found[1].ends_with("upstream has made this correction; remove the action"));
}

#[test]
fn an_action_is_complete_or_refused() {
    let problems = |text: &str| {
        let mut document = json!({"a": {}});
        let found = overlay::apply(
            &mut document,
            &[("o.yaml", text.as_bytes())],
            UnmatchedAction::Error,
        );
        said(&found.expect_err(text))
            .iter()
            .filter_map(|said| said.lines().next().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let action = |action: &str| problems(&format!("{HEAD}- {{{action}}}\n"));
    assert_eq!(
        action("target: $.a, update: {b: 1}"),
        ["error: the action has no `description`"]
    );
    assert_eq!(
        action("target: $.a, update: {b: 1}, description: ' '"),
        ["error: the action has no `description`"]
    );
    assert_eq!(
        action("description: d, remove: true"),
        ["error: the action has no `target`"]
    );
    let either = "error: the action has to have either `update` or `remove: true`";
    assert_eq!(action("target: $.a, description: d"), [either]);
    assert_eq!(
        action("target: $.a, description: d, remove: true, update: {b: 1}"),
        [either]
    );
    assert_eq!(
        action("target: $.a, description: d, updates: {b: 1}, remove: true"),
        ["error: `updates` is no keyword of an action"]
    );
    assert_eq!(
        problems("overlay: 2.0.0\nextend: x\n"),
        [
            "error: the overlay is of version 2.0.0, not 1.0.0",
            "error: the overlay's `info` has no `title` that is text",
            "error: the overlay's `info` has no `version` that is text",
            "error: the overlay has no list of `actions`, or an empty one",
            "error: `extend` is no keyword of an overlay",
        ]
    );
}

#[test]
fn mistakes_in_the_text_name_the_file() {
    let mut document = json!({});
    let found = overlay::apply(
        &mut document,
        &[("a.yaml", b"overlay: [\n"), ("b.yaml", b"x: 1\nx: 2\n")],
        UnmatchedAction::Note,
    );
    let found = said(&found.unwrap_err());
    assert!(found[0].contains("at a.yaml, line "), "{}", found[0]);
    assert!(found[1].contains("(#/x)\n  at b.yaml"), "{}", found[1]);
}

#[test]
fn a_document_does_not_grow_deeper_than_what_can_be_read() {
    let nest = format!("{}{}", "{a: ".repeat(25), "}".repeat(25).replacen('}', "1}", 1));
    let first = format!("target: $, update: {nest}");
    let deep = format!("$.{}", ["a"; 24].join("."));
    let second = format!("target: {deep}, update: {{b: {nest}}}");
    let found = apply(&json!({}), &[&first, &second]).unwrap_err();
    assert!(found[0].contains("nested deeper than 32 levels"), "{found:?}");
}

#[test]
fn in_another_document_an_action_may_have_nothing_to_correct() {
    let mut document = document();
    let text =
        overlay(&["target: $.nothing, remove: true", "target: $.paths, update: {}"]);
    let notes = overlay::apply(
        &mut document,
        &[("a.yaml", text.as_bytes())],
        UnmatchedAction::Note,
    );
    let notes = said(&notes.expect("no errors"));
    assert!(notes[0].starts_with("note: the target matches nothing"), "{}", notes[0]);
    assert!(notes[1].starts_with("note: the update changes nothing"), "{}", notes[1]);
}
