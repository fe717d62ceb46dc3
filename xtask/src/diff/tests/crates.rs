//! The changes of the crate that follow from those of the document, and the entry of the changelog.

use atlas_admin_generator::{self as generator, Files, Ledger};
use serde_json::{Value, json};

use super::super::crates::{Act, CrateDiff, Verdict, compare, generate::both, report};
use super::super::entry::entry;
use super::of_trees;

const PROSE: &str = "Words of the document";

fn operation(id: &str, version: &str, schema: &str) -> Value {
    let media = format!("application/vnd.atlas.{version}+json");
    let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
    json!({
        "operationId": id,
        "tags": ["Pears"],
        "summary": PROSE,
        "parameters": [{ "in": "query", "name": "size", "schema": { "type": "string" } }],
        "responses": { "200": { "description": PROSE, "content": { media: { "schema": schema } } } },
    })
}

fn document() -> Value {
    json!({
        "openapi": "3.0.1",
        "info": { "title": "t", "version": "1" },
        "tags": [{ "name": "Pears", "description": PROSE }],
        "paths": {
            "/pears": { "get": operation("getPear", "2024-08-05", "Pear") },
            "/plums": { "get": operation("getPlum", "preview", "Plum") },
        },
        "components": { "schemas": {
            "Pear": { "type": "object", "description": PROSE, "properties": {
                "size": { "type": "string", "enum": ["S", "M"] },
                "name": { "type": "string", "description": PROSE },
            } },
            "Plum": { "type": "object", "properties": {
                "stone": { "type": "string" }, "stem": { "type": "string" },
            } },
        } },
    })
}

fn generate(tree: &Value, ledger: &Ledger) -> (Files, Ledger) {
    let options = generator::Options::default();
    let output = generator::generate(tree.to_string().as_bytes(), &[], ledger, &options);
    let output = output.expect("a crate");
    (output.files, output.ledger)
}

/// Compares the crates of two documents; also returns the entry.
fn diff(old: &Value, new: &Value) -> (CrateDiff, String) {
    let (before, ledger) = generate(old, &Ledger::default());
    let (after, _) = generate(new, &ledger);
    let entries = of_trees(old, new);
    let diff = compare(&before, &after, &entries).expect("two crates");
    let text = entry(&diff, &entries);
    assert!(!text.contains("Words"), "prose of the document: {text}");
    (diff, text)
}

fn changed(change: impl Fn(&mut Value)) -> (CrateDiff, String) {
    let old = document();
    let mut new = old.clone();
    change(&mut new);
    diff(&old, &new)
}

/// Returns the path, act, verdict and code of the cause of each item that didn't change with its
/// owner.
fn told(diff: &CrateDiff) -> Vec<(&str, Act, Verdict, &str)> {
    let items = diff.items.iter().filter(|item| !item.is_implied);
    items
        .map(|item| {
            let code = item.cause.as_ref().map_or("", |cause| &cause.code);
            (&*item.path, item.act, item.verdict, code)
        })
        .collect()
}

#[test]
fn the_same_document_changes_nothing() {
    let (diff, entry) = changed(|_| ());
    assert_eq!(told(&diff), []);
    assert_eq!(diff.verdict, Verdict::Nothing);
    assert_eq!(entry, "Nothing changes for programs.\n");
}

#[test]
fn a_change_of_the_documentation_is_a_patch() {
    let (diff, _) = changed(|tree| {
        tree["components"]["schemas"]["Pear"]["properties"]["name"]["maxLength"] =
            3.into();
    });
    assert_eq!(told(&diff), []);
    assert_eq!(diff.verdict, Verdict::Patch);
}

#[test]
fn a_new_property_and_a_new_value_are_minor() {
    let (diff, entry) = changed(|tree| {
        let properties = &mut tree["components"]["schemas"]["Pear"]["properties"];
        properties["stem"] = json!({ "type": "string", "description": PROSE });
        properties["size"]["enum"] = json!(["S", "M", "L"]);
    });
    assert_eq!(
        told(&diff),
        [
            (
                "types::Pear::stem",
                Act::Added,
                Verdict::Minor,
                "response-optional-property-added"
            ),
            (
                "types::PearSize::L",
                Act::Added,
                Verdict::Minor,
                "response-property-enum-value-added"
            ),
        ]
    );
    assert_eq!(diff.verdict, Verdict::Minor);
    assert_eq!(
        entry,
        "### Added\n\n- Pears: new field of `types::Pear`: `stem`; \
         new variant of `types::PearSize`: `L`.\n"
    );
}

#[test]
fn what_the_api_calls_compatible_can_break_programs() {
    // An integer of a request may become a number; a field in Rust may not.
    let old = {
        let mut tree = document();
        let media = "application/vnd.atlas.2024-08-05+json";
        let schema = json!({ "type": "object", "properties": { "weight": { "type": "integer" } } });
        tree["components"]["schemas"]["NewPear"] = schema;
        let reference = json!({ "$ref": "#/components/schemas/NewPear" });
        tree["paths"]["/pears"]["post"] = operation("addPear", "2024-08-05", "Pear");
        tree["paths"]["/pears"]["post"]["requestBody"] =
            json!({ "content": { media: { "schema": reference } } });
        tree
    };
    let mut new = old.clone();
    new["components"]["schemas"]["NewPear"]["properties"]["weight"]["type"] =
        "number".into();
    let entries = of_trees(&old, &new);
    assert!(entries[0].versions[0].changes[0].is_compatible);
    let (diff, _) = diff(&old, &new);
    let field = diff.items.iter().find(|it| it.path == "types::NewPear::weight");
    let field = field.expect("a changed field");
    assert_eq!((field.act, field.verdict), (Act::Changed, Verdict::Major));
    let cause = field.cause.as_ref().map(|cause| &*cause.code);
    assert_eq!(cause, Some("request-property-type-generalized"));
}

#[test]
fn what_the_api_breaks_the_ledger_may_absorb() {
    let (diff, _) = changed(|tree| {
        let properties = &mut tree["components"]["schemas"]["Pear"]["properties"];
        properties["size"]["enum"] = json!(["S"]);
    });
    assert_eq!(told(&diff), []);
    assert!(diff.verdict < Verdict::Minor, "{:?}", diff.verdict);
}

#[test]
fn a_removed_property_operation_or_parameter_is_major() {
    let (diff, entry) = changed(|tree| {
        tree["components"]["schemas"]["Pear"]["properties"] =
            json!({ "size": { "type": "string", "enum": ["S", "M"] } });
    });
    let code = "response-optional-property-removed";
    assert_eq!(told(&diff), [("types::Pear::name", Act::Removed, Verdict::Major, code)]);
    assert_eq!(
        entry,
        "### Breaking\n\n- Pears: removed field of `types::Pear`: `name` \
         (`response-optional-property-removed`).\n"
    );

    let (diff, _) =
        changed(|tree| tree["paths"]["/pears"]["get"]["parameters"] = json!([]));
    let found = told(&diff);
    let setter = found.iter().find(|it| it.0 == "pears::GetPear::size");
    let (_, act, verdict, code) = setter.copied().unwrap_or_else(|| panic!("{found:?}"));
    assert_eq!(
        (act, verdict, code),
        (Act::Removed, Verdict::Major, "request-parameter-removed")
    );

    let (diff, entry) = changed(|tree| tree["paths"]["/pears"] = json!({}));
    assert_eq!(diff.verdict, Verdict::Major);
    let found = told(&diff);
    let function = found.iter().find(|it| it.0 == "pears::v2024_08_05::get_pear");
    assert_eq!(function.map(|it| it.3), Some("endpoint-removed"), "{found:?}");
    assert!(
        entry.contains("removed function in `pears::v2024_08_05`: `get_pear`"),
        "{entry}"
    );
}

#[test]
fn a_preview_promises_nothing() {
    let (diff, entry) = changed(|tree| {
        tree["components"]["schemas"]["Plum"]["properties"] =
            json!({ "stem": { "type": "string" } });
    });
    assert_eq!(diff.verdict, Verdict::Minor, "{:?}", told(&diff));
    assert!(entry.starts_with("### Changed\n\n- Pears: in preview, removed"), "{entry}");
}

#[test]
fn a_newer_version_moves_the_unversioned_function() {
    let (diff, entry) = changed(|tree| {
        let schema = json!({ "type": "object", "properties": { "weight": { "type": "string" } } });
        tree["components"]["schemas"]["Fruit"] = schema;
        let media = "application/vnd.atlas.2025-03-12+json";
        tree["paths"]["/pears"]["get"]["responses"]["200"]["content"][media] =
            json!({ "schema": { "$ref": "#/components/schemas/Fruit" } });
    });
    assert_eq!(diff.verdict, Verdict::Minor, "{:?}", told(&diff));
    let found = told(&diff);
    let is_moved = |it: &&(&str, Act, Verdict, &str)| it.0 == "pears::get_pear";
    let moved = found.iter().find(is_moved);
    assert_eq!(
        moved.map(|it| (it.1, it.3)),
        Some((Act::Changed, "endpoint-version-added")),
        "{found:?}"
    );
    let sentence = "moved to a newer version: function in `pears`: `get_pear`";
    assert!(entry.contains(sentence), "{entry}");
}

#[test]
fn both_reports_name_item_and_cause() {
    let (diff, _) = changed(|tree| {
        let properties = &mut tree["components"]["schemas"]["Pear"]["properties"];
        properties["stem"] = json!({ "type": "string" });
    });
    assert_eq!(
        report::text(&diff),
        "Crate: minor\n\n## 1 items added\n\n- minor field types::Pear::stem\n    \
         response-optional-property-added: added the optional property `stem` of the \
         response 200 in getPear 2024-08-05\n"
    );
    assert_eq!(
        report::json(&diff),
        json!({
            "verdict": "minor",
            "items": [{
                "item": "types::Pear::stem",
                "kind": "field",
                "change": "added",
                "verdict": "minor",
                "preview": false,
                "tag": "Pears",
                "cause": {
                    "changeCode": "response-optional-property-added",
                    "change": "added the optional property `stem` of the response 200",
                    "operation": "getPear 2024-08-05",
                },
            }],
        })
    );
}

#[test]
fn a_renamed_path_parameter_is_no_change_of_a_signature() {
    let old = {
        let mut tree = document();
        let mut pear = operation("getPear", "2024-08-05", "Pear");
        pear["parameters"] = json!([
            { "in": "path", "name": "id", "required": true, "schema": { "type": "string" } },
        ]);
        tree["paths"] = json!({ "/pears/{id}": { "get": pear } });
        tree
    };
    let text =
        old.to_string().replace("{id}", "{pearId}").replace("\"id\"", "\"pearId\"");
    let new = serde_json::from_str(&text).expect("a document");
    let (diff, _) = diff(&old, &new);
    assert_eq!(told(&diff), []);
    assert_eq!(diff.verdict, Verdict::Patch);
}

#[test]
fn a_type_below_a_new_property_has_its_cause_there() {
    let (diff, _) = changed(|tree| {
        tree["components"]["schemas"]["Stem"] = json!({ "type": "object", "properties": { "length": { "type": "integer" } } });
        tree["components"]["schemas"]["Pear"]["properties"]["stem"] =
            json!({ "$ref": "#/components/schemas/Stem" });
    });
    let code = "response-optional-property-added";
    assert_eq!(
        told(&diff),
        [
            ("types::Pear::stem", Act::Added, Verdict::Minor, code),
            ("types::Stem", Act::Added, Verdict::Minor, code),
        ]
    );
}

#[test]
fn a_generated_crate_has_the_files_that_are_read_of_a_revision() {
    let case = crate::root().join("generator/tests/cases/22-pages/spec.yaml");
    let case = case.to_string_lossy();
    let (files, _) = both(&case, &case, None).expect("two crates");
    let others = files.keys().filter(|path| !path.starts_with("src/"));
    assert_eq!(others.collect::<Vec<_>>(), ["Cargo.toml"]);
}

#[test]
fn a_function_of_an_announced_version_has_its_cause() {
    let mut old = document();
    let pear = operation("getPear", "2043-01-01.upcoming", "Pear");
    old["paths"]["/pears"]["get"] = pear;
    let mut new = old.clone();
    new["paths"]["/pears"] = json!({});
    let (diff, _) = diff(&old, &new);
    let found = told(&diff);
    let path = "pears::v2043_01_01_upcoming::get_pear";
    let function = found.iter().find(|it| it.0 == path);
    assert_eq!(function.map(|it| it.3), Some("endpoint-removed"), "{found:?}");
}
