//! What an overlay says wrongly of a wait is an error, at the place of the wait.

use crate::{Ledger, Options, generate};

const CASE: &str = include_str!("../../../tests/cases/26-waits/spec.yaml");

/// Returns what is said about the case with a part of it replaced.
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
        ("{boatName: response.name}", "{}", "nothing says where `boatName` comes from"),
        ("{boatName: item.name}", "{boatName: item.id}", "no `item.id`"),
        ("property: state\n", "property: status\n", "has no `status`"),
        ("failed: [SUNK]\n", "failed: [LOST]\n", "`state` is never `LOST`"),
        ("flags: [leaking]", "flags: [open]", "has no `open`"),
        (
            "property: state, failed: [SUNK], gone",
            "failed: [SUNK], gone",
            "without a `property`",
        ),
        ("property: state, failed: [SUNK], gone: true, ", "", "nothing says when"),
        ("failed: [SUNK]\n", "fails: [SUNK]\n", "unknown field `fails`"),
        ("{legacy: false}", "{legacy: 1}", "is not understood"),
    ] {
        let said = said(part, by);
        assert!(said.contains(expected), "{by}: {said}");
        assert!(said.contains("~1yards~1{yardId}"), "{said}");
    }
}
