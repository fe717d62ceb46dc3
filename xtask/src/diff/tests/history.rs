//! The real documents of the history, each compared with the next.

use std::path::{Path, PathBuf};

use super::super::crates::{self, Verdict};
use super::super::items::Kind;
use super::super::operation::Kind as Happening;
use super::super::{input, json};
use super::{of_trees, text};

/// Returns the documents, in order of their dates.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = ["shared/spec/history", "../shared/spec/history"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(root.join(folder)).ok());
    let entries = folders.next().into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    assert!(paths.len() > 1, "../shared/spec/history has no two documents: {paths:?}");
    paths
}

#[test]
#[ignore = "needs ../shared/spec/history; .ci/run chain has it"]
fn each_document_of_the_history_differs_from_the_next() {
    let documents = documents();
    for pair in documents.windows(2) {
        let [old, new] =
            [&pair[0], &pair[1]].map(|it| it.to_string_lossy().into_owned());
        let (old, new) = input::both(&old, &new).expect("two documents");
        let entries = of_trees(&old, &new);
        let report = text::report(&entries);
        assert!(!entries.is_empty());
        assert_eq!(report, text::report(&of_trees(&old, &new)), "the same twice");
        assert_eq!(json::value(&of_trees(&old, &old)), serde_json::json!([]));
        let mirrored = of_trees(&new, &old);
        let (there, back) = (count(&entries), count(&mirrored));
        assert_eq!((there.0, there.1), (back.1, back.0), "there and back");
        for [code, mirror] in MIRRORS {
            let (there, back) = (updates(&entries, code), updates(&mirrored, mirror));
            assert_eq!(there, back, "{code} there, {mirror} back");
        }
    }
}

/// Codes, each with that of the same change in the other direction.
const MIRRORS: [[&str; 2]; 7] = [
    ["response-optional-property-added", "response-optional-property-removed"],
    ["response-required-property-added", "response-required-property-removed"],
    ["response-property-enum-value-added", "response-property-enum-value-removed"],
    ["request-property-enum-value-added", "request-property-enum-value-removed"],
    ["response-property-one-of-added", "response-property-one-of-removed"],
    ["response-property-became-nullable", "response-property-became-not-nullable"],
    ["new-optional-request-parameter", "request-parameter-removed"],
];

/// Counts the changes of a code in versions that both documents have.
fn updates(entries: &[super::Entry], code: &str) -> usize {
    let versions = entries.iter().flat_map(|entry| &entry.versions);
    let common = versions
        .filter(|it| matches!(it.kind, Happening::Update | Happening::Deprecate));
    common.flat_map(|it| &it.changes).filter(|change| change.code == code).count()
}

/// Counts the added operation versions, and the removed ones.
fn count(entries: &[super::Entry]) -> (usize, usize) {
    let versions = || entries.iter().flat_map(|entry| &entry.versions);
    let of = |code: [&str; 2]| {
        let is_one = |it: &&super::super::operation::VersionEntry| {
            code.contains(&&*it.changes[0].code)
        };
        versions().filter(is_one).count()
    };
    (
        of(["endpoint-added", "endpoint-version-added"]),
        of(["endpoint-removed", "endpoint-version-removed"]),
    )
}

#[test]
#[ignore = "needs ../shared/spec/history; .ci/run chain has it"]
fn each_breaking_change_of_a_crate_has_its_cause_in_the_document() {
    let documents = documents();
    let [.., old, new] = &documents[..] else { panic!("two documents: {documents:?}") };
    let [old, new] = [old, new].map(|it| it.to_string_lossy().into_owned());
    let (before, after) = input::both(&old, &new).expect("two documents");
    let entries = of_trees(&before, &after);
    let (before, after) = crates::generate::both(&old, &new, None).expect("two crates");
    let diff = crates::compare(&before, &after, &entries).expect("two crates");
    let is_told = |item: &&crates::ItemChange| {
        !item.is_implied && !item.is_preview && item.kind != Kind::Module
    };
    let breaking =
        diff.items.iter().filter(is_told).filter(|it| it.verdict == Verdict::Major);
    for item in breaking {
        assert!(item.cause.is_some(), "{}", item.path);
    }
}
