//! Tests that wrong facts of an overlay about a wait are errors, at the location of the wait.

use crate::{Ledger, Options, generate};

const CASE: &str = include_str!("../../../tests/cases/26-waits/spec.yaml");

/// Returns the diagnostics for the case with a part of it replaced.
fn said(part: &str, by: &str) -> String {
    assert!(CASE.contains(part), "{part}");
    let document = CASE.replacen(part, by, 1);
    let found =
        generate(document.as_bytes(), &[], &Ledger::default(), &Options::default())
            .expect_err("an error");
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn each_fact_is_checked_against_the_document() {
    for (part, by, expected) in [
        (
            "poll: GET /yards/{yardId}/boats/{boatName}\n",
            "poll: GET /x\n",
            "no operation `GET /x`",
        ),
        ("poll: GET /yards", "poll: PATCH /yards", "write the method GET"),
        ("{boatName: response.name}", "{boatName: response.id}", "no `response.id`"),
        ("{boatName: response.name}", "{boatName: request.name}", "no `request.name`"),
        ("{boatName: response.name}", "{boatName: item.name}", "no `item.name`"),
        (
            "{boatName: response.name}",
            "{boat: response.name}",
            "no path parameter `boat`",
        ),
        ("{boatName: response.name}", "{}", "parameter `boatName` has no source"),
        ("{boatName: item.name}", "{boatName: item.id}", "no `item.id`"),
        ("property: state\n", "property: status\n", "has no `status`"),
        ("failed: [SUNK]\n", "failed: [LOST]\n", "`state` has no value `LOST`"),
        ("flags: [leaking]", "flags: [open]", "has no `open`"),
        ("flags: [leaking]", "flags: [name]", "`name` is not a boolean"),
        (
            "property: state, failed: [SUNK], gone",
            "failed: [SUNK], gone",
            "without a `property`",
        ),
        ("{property: state, failed: [SUNK], gone: true, ", "{", "the wait has no end"),
        ("failed: [SUNK]\n", "fails: [SUNK]\n", "unknown field `fails`"),
        // Without `poll`, the polled operation has the path of the call.
        (
            "poll: GET /yards/{yardId}/boats/{boatName}\n        parameters: {boatName: response.name}\n        property: state\n",
            "property: state\n",
            "has no `state`",
        ),
        (
            "poll: 'GET /yards/{yardId}/boats/{boatName}', property: state, done",
            "property: state, done",
            "no operation `GET /yards/{yardId}/boats/{boatName}:launch`",
        ),
        (
            "operationId: listBoats\n",
            "operationId: listBoats\n      x-sdk-wait: {property: results}\n",
            "a paged operation can't have a wait",
        ),
    ] {
        let said = said(part, by);
        assert!(said.contains(expected), "{by}: {said}");
        assert!(said.contains("~1yards~1{yardId}"), "{said}");
    }
}

/// The document's own extension is no mistake of an overlay.
#[test]
fn what_is_not_understood_of_a_long_running_operation_is_a_loss() {
    let of = |part: &str, by: &str| {
        assert!(CASE.contains(part), "{part}");
        let document = CASE.replacen(part, by, 1);
        let ledger = Ledger::default();
        generate(document.as_bytes(), &[], &ledger, &Options::default())
            .expect("a crate")
    };
    let paint = "pub fn paint_boat(yard_id: &str, boat_name: &str) -> Request<()>";
    let extension = "x-xgen-long-running-operation: {}";
    for by in ["{legacy: 1}", "true", "[1]", "{legacy: {}}"] {
        let by = format!("x-xgen-long-running-operation: {by}");
        let output = of(extension, &by);
        assert!(
            output.unmapped.contains("long-running-operation` can't be read"),
            "{by}"
        );
        assert!(output.files["src/boats.rs"].contains(paint), "{by}");
    }
    let output = of(extension, "x-xgen-long-running-operation: {status: new}");
    assert!(!output.files["src/boats.rs"].contains(paint));
    assert!(output.unmapped.is_empty(), "{}", output.unmapped);

    let list = "operationId: listBoats\n";
    let output = of(list, &format!("{list}      {extension}\n"));
    assert!(output.unmapped.contains("a paged operation can't have a wait"));
    assert!(output.files["src/boats.rs"].contains("builder!(ListBoats, paged)"));

    // Operations that are older than operation resources respond with none.
    let boats = &of("a", "a").files["src/boats.rs"];
    assert!(boats.contains(&paint.replace("paint", "varnish")));
}
