//! Nothing is lost between the document and the code: the counts that the generator took of the
//! document (`spec/summary.toml`) are those of the code.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::{DOCUMENT, OUTPUT};

#[test]
fn every_operation_of_the_document_is_counted() {
    let tree = atlas_admin_generator::document::parse(&DOCUMENT).expect("a document");
    let mut operations = 0;
    let mut tags = BTreeSet::new();
    for item in tree["paths"].as_object().into_iter().flatten().map(|(_, item)| item) {
        let methods =
            ["delete", "get", "head", "options", "patch", "post", "put", "trace"];
        for operation in methods.iter().filter_map(|method| item.get(method)) {
            operations += 1;
            tags.extend(operation.pointer("/tags/0").and_then(Value::as_str));
        }
    }
    assert_eq!(OUTPUT.summary.operations, operations, "operations");
    assert_eq!(OUTPUT.summary.tags, tags.len(), "tags");
}

#[test]
fn the_code_holds_what_the_document_counts() {
    let count = |what: &str| {
        let sources = OUTPUT.files.iter().filter(|(path, _)| path.ends_with(".rs"));
        sources.map(|(_, text)| text.matches(what).count()).sum::<usize>()
    };
    let summary = OUTPUT.summary;
    // A module that polls an operation of another has a copy of its static.
    let copies = count("static POLLED_");
    assert_eq!(count(": Operation = Operation {") - copies, summary.formats, "statics");
    assert_eq!(
        count("wait: Some("),
        summary.waited_formats,
        "formats that are waited for"
    );
    assert_eq!(count("sunset: Some("), summary.sunsets, "versions with a sunset date");
    assert_eq!(count("deprecated: true,"), summary.deprecated, "deprecated operations");
    assert_eq!(count("Sets `pageNum`."), summary.page_numbers, "operations with pages");
    assert_eq!(count("pub(crate) const REGISTRY"), summary.tags, "tags");
}

#[test]
fn each_tag_is_a_feature_and_full_has_them_all() {
    let manifest: toml::Table = OUTPUT.files["Cargo.toml"].parse().expect("a manifest");
    let features = manifest["features"].as_table().expect("features");
    let full = features["full"].as_array().expect("a list");
    assert_eq!(full.len(), OUTPUT.summary.tags);
    for tag in full {
        let name = tag.as_str().expect("a name");
        assert!(features.contains_key(name), "{name} is no feature");
        let module = format!("src/{}.rs", name.replace('-', "_"));
        assert!(OUTPUT.files.contains_key(&module), "{name} has no {module}");
    }
}

#[test]
fn every_other_word_for_an_operation_finds_a_function() {
    let path = super::root().join("spec/words/aliases.toml");
    let lines = std::fs::read_to_string(path).expect("a file");
    let lines: toml::Table = lines.parse().expect("TOML");
    let code = OUTPUT.files.values().flat_map(|text| text.lines());
    let code: HashSet<&str> = code.map(str::trim).collect();
    for (operation, words) in &lines {
        for word in words.as_str().expect("text").split(", ") {
            let alias = format!("#[doc(alias = {word:?})]");
            assert!(
                code.contains(&*alias),
                "nothing is found by {word:?} ({operation})"
            );
        }
    }
}
