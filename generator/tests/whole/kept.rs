//! A paged request stays paged, whatever a later document says, because programs call its methods.

use std::fs;

use atlas_admin_generator::{Ledger, Options, Output, generate};

use crate::root;

fn crate_of(document: &str, ledger: &Ledger) -> Output {
    generate(document.as_bytes(), &[], ledger, &Options::default()).expect("a crate")
}

/// Returns the document of a golden case.
fn case(name: &str) -> String {
    let path = root().join("generator/tests/cases").join(name).join("spec.yaml");
    fs::read_to_string(path).expect("the case")
}

#[test]
fn what_was_paged_stays_paged() {
    let document = case("22-pages");
    let first = crate_of(&document, &Ledger::default());
    let builder = "builder!(ListBooks, paged)";
    assert!(first.files["src/books.rs"].contains(builder));

    let later = document.replace("name: pageNum", "name: page");
    assert_ne!(later, document);
    let kept = crate_of(&later, &first.ledger);
    assert!(kept.files["src/books.rs"].contains(builder));
    assert!(first.ledger.changes(&kept.ledger).is_empty());
    let anew = crate_of(&later, &Ledger::default());
    assert!(!anew.files["src/books.rs"].contains(builder));
}

#[test]
fn only_what_is_read_page_by_page_is_paged() {
    let document = case("22-pages");
    // A stream would repeat the effect of a write for each page.
    let written = document.replacen("    get:", "    post:", 1);
    let output = crate_of(&written, &Ledger::default());
    assert!(output.files["src/books.rs"].contains("builder!(ListBooks);"));
}

#[test]
fn a_wait_that_comes_later_leaves_a_function_its_type() {
    let document = case("26-waits");
    let first =
        document.replacen("x-xgen-long-running-operation: {}", "x-none: true", 1);
    assert_ne!(first, document);
    let first = crate_of(&first, &Ledger::default());
    let paints =
        |output: &Output, text: &str| output.files["src/boats.rs"].contains(text);
    let function = "pub fn paint_boat(yard_id: &str, boat_name: &str) -> Request<()>";
    assert!(paints(&first, function));
    // `Request::send_and_wait` still finds the facts.
    let later = crate_of(&document, &first.ledger);
    assert!(paints(&later, function) && paints(&later, "legacy: false"));
    let anew = crate_of(&document, &Ledger::default());
    assert!(!paints(&anew, function) && paints(&anew, "-> WaitingRequest<(), "));
}

#[test]
fn a_later_version_of_what_is_polled_leaves_a_function_its_type() {
    let document = case("26-waits");
    let first = crate_of(&document, &Ledger::default());
    let newest = "application/vnd.atlas.2024-01-01+json: {schema: {$ref: '#/components/schemas/Boat'}}\n    patch:";
    let later = "application/vnd.atlas.2031-05-01+json: {schema: {$ref: '#/components/schemas/LaterBoat'}}";
    let schema = "    LaterBoat: {type: object, properties: {name: {type: string}, state: {type: string}, condition: {type: string}, leaking: {type: boolean}}}\n    OldBoat:";
    assert!(document.contains(newest));
    let (before, after) = newest.split_once('\n').expect("two lines");
    let with_later = format!("{before}\n            {later}\n{after}");
    let changed = document.replace(newest, &with_later).replace("    OldBoat:", schema);
    let kept = crate_of(&changed, &first.ledger);
    let boats = &kept.files["src/boats.rs"];
    assert!(boats.contains("-> Request<types::LaterBoat>"), "{boats}");
    for (function, ty) in [
        ("create_boat", "WaitingRequest<types::Boat>"),
        ("launch_boat", "WaitingRequest<(), types::Boat>"),
        ("update_boat", "-> UpdateBoat<(), types::Boat>"),
        ("update_boat", "-> super::UpdateBoat<(), types::OldBoat>"),
    ] {
        assert!(first.files["src/boats.rs"].contains(ty), "{function}");
        assert!(boats.contains(ty), "{function}: {boats}");
    }
    assert!(first.ledger.changes(&kept.ledger).is_empty());
    assert!(kept.ledger.render().contains("\"Boat from 2024-01-01\""));
}

#[test]
fn a_wait_that_goes_leaves_a_function_its_type() {
    let document = case("26-waits");
    let first = crate_of(&document, &Ledger::default());
    let without = document
        .replace("x-sdk-wait:", "x-none:")
        .replace("x-xgen-long-running-operation:", "x-none-either:");
    let kept = crate_of(&without, &first.ledger);
    let boats = &kept.files["src/boats.rs"];
    for ty in [
        "-> WaitingRequest<types::Boat>",
        "-> WaitingRequest<(), types::Boat>",
        "-> UpdateBoat<(), types::Boat>",
        "-> super::UpdateBoat<(), types::OldBoat>",
        "builder!(UpdateBoat, waits)",
    ] {
        assert!(first.files["src/boats.rs"].contains(ty), "{ty}");
        assert!(boats.contains(ty), "{ty}: {boats}");
    }
    assert!(boats.contains("wait: None") && !boats.contains("Polled {"), "{boats}");
    assert!(first.ledger.changes(&kept.ledger).is_empty());
    // A wait that comes back polls the same operation as before.
    let again = crate_of(&document, &kept.ledger);
    assert_eq!(again.files, first.files);
}

#[test]
fn a_builder_without_the_wait_has_that_of_the_request() {
    let document = case("26-waits");
    let first =
        crate_of(&document.replace("x-sdk-wait:", "x-none:"), &Ledger::default());
    let later = crate_of(&document, &first.ledger);
    let boats = later.files["src/boats.rs"].replace("\n/// ", " ");
    assert!(boats.contains("builder!(UpdateBoat);"), "{boats}");
    let words = "`send_and_wait` waits until `state` in the response of [`boats::get_boat`](crate::boats::get_boat)";
    assert!(boats.contains(words), "{boats}");
}
