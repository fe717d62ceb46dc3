//! How many of everything there are: a change of any of these is to be looked at.

use atlas_admin_generator::Summary;

use super::OUTPUT;

#[test]
fn nothing_is_lost_between_the_document_and_the_crate() {
    let Summary { operations, operation_versions, versions, types, files: _, unmapped } =
        OUTPUT.summary;
    assert_eq!(operations, 522, "operations");
    assert_eq!(operation_versions, 583, "pairs of an operation and a version");
    assert_eq!(versions, 11, "versions");
    assert_eq!(types, 1236, "types");
    assert_eq!(unmapped, 26, "what is knowingly not typed");
}

#[test]
fn the_code_holds_what_the_document_counts() {
    let count = |what: &str| {
        let sources = OUTPUT.files.iter().filter(|(path, _)| path.ends_with(".rs"));
        sources.map(|(_, text)| text.matches(what).count()).sum::<usize>()
    };
    // 583 pairs, of which two offer another format too. Three modules poll two operations of
    // another each, and have copies of these.
    let copies = count("static POLLED_");
    assert_eq!(copies, 6, "operations of another module that are polled");
    assert_eq!(count(": Operation = Operation {") - copies, 585, "statics");
    assert_eq!(count("wait: Some("), 92, "versions that are waited for");
    // Of 91 operations.
    assert_eq!(count("sunset: Some("), 103, "versions with a sunset date");
    assert_eq!(count("deprecated: true,"), 58, "deprecated operations");
    assert_eq!(count("Sets `pageNum`."), 92, "paginated operations");
    assert_eq!(count("pub(crate) const REGISTRY"), 57, "tags");
}

#[test]
fn each_tag_is_a_feature_and_full_has_them_all() {
    let manifest: toml::Table = OUTPUT.files["Cargo.toml"].parse().expect("a manifest");
    let features = manifest["features"].as_table().expect("features");
    let full = features["full"].as_array().expect("a list");
    assert_eq!(full.len(), 57);
    for tag in full {
        let name = tag.as_str().expect("a name");
        assert!(features.contains_key(name), "{name} is no feature");
        let module = format!("src/{}.rs", name.replace('-', "_"));
        assert!(OUTPUT.files.contains_key(&module), "{name} has no {module}");
    }
}
