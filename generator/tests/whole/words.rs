//! The sentences of `spec/words/`: all of what the vendored document declares has one, or nearly.

use atlas_admin_generator::Share;

use super::{OUTPUT, said};

/// The least that may have a sentence, in percent.
const OPERATIONS: usize = 100;
const TYPES_AND_PROPERTIES: usize = 95;

#[test]
fn what_the_document_declares_has_a_sentence() {
    let words = OUTPUT.summary.words;
    let at_least = |percent: usize, what: &str, share: Share| {
        assert!(
            share.said * 100 >= share.all * percent && share.all > 0,
            "{} of {} {what} have a sentence, less than {percent} %; it is wanted for\n{}",
            share.said,
            share.all,
            wanting(what)
        );
    };
    at_least(OPERATIONS, "operations", words.operations);
    at_least(OPERATIONS, "groups of operations", words.tags);
    at_least(OPERATIONS, "parameters", words.parameters);
    at_least(TYPES_AND_PROPERTIES, "types", words.types);
    at_least(TYPES_AND_PROPERTIES, "properties", words.properties);
}

fn wanting(what: &str) -> String {
    let kinds = &OUTPUT.wording.wanting;
    let (_, keys) = kinds.iter().find(|(kind, _)| *kind == what).expect("a kind");
    keys.join("\n")
}

#[test]
fn every_sentence_is_for_something_in_the_document() {
    let stale = &OUTPUT.wording.stale;
    assert!(stale.is_empty(), "{}", said(stale));
}
