//! Text that is no document.

use atlas_admin_generator::{UnmatchedAction, document};
use serde_json::json;

use crate::{complaints, said};

fn parse_complaints(bytes: &[u8]) -> Vec<String> {
    said(&document::parse(bytes).expect_err("the text was accepted"))
}

#[test]
fn nothing_at_all() {
    let expected = ["error: the document is empty\n  help: download it again"];
    assert_eq!(complaints(""), expected);
    assert_eq!(complaints(" \n\t\n"), expected);
    assert_eq!(parse_complaints(b"\xEF\xBB\xBF"), expected);
    let comment = complaints("# only a comment\n");
    assert!(comment[0].contains("the document is null, not an object"), "{comment:?}");
}

#[test]
fn what_is_not_utf8_is_located() {
    let found = parse_complaints(b"openapi: 3.0.1\ninfo: \xC3\xA9\xFF\n");
    assert_eq!(
        found,
        ["error: the document is not UTF-8\n  at line 2, column 8\n  \
          help: save it as UTF-8; the published document is"]
    );
}

#[test]
fn a_byte_order_mark_does_not_matter() {
    let tree = document::parse(b"\xEF\xBB\xBFa: 1\n");
    assert_eq!(tree, Ok(json!({"a": 1})));
}

#[test]
fn a_web_page_is_told_from_a_document() {
    let found = complaints("<!DOCTYPE html>\n<html></html>\n");
    assert!(found[0].starts_with("error: this is HTML or XML"), "{found:?}");
    assert_eq!(document::parse(b"<a>: 1\n"), Ok(json!({"<a>": 1})));
}

#[test]
fn syntax_errors_are_located() {
    let yaml = complaints("openapi: 3.0.1\ninfo: [1, 2\npaths: {}\n");
    assert!(yaml[0].starts_with("error: the document is not valid YAML: "), "{yaml:?}");
    assert!(yaml[0].contains("at line 3, column 6"), "{yaml:?}");
    let json = complaints("{\n  \"openapi\": oops\n}");
    assert!(json[0].starts_with("error: the document is not valid JSON: "), "{json:?}");
    assert!(json[0].contains("at line 2, column "), "{json:?}");
    assert!(!json[0].contains(" at line 2 column"), "the place stands twice: {json:?}");
}

#[test]
fn two_documents_in_one_file_are_refused() {
    let found = complaints("a: 1\n---\nb: 2\n");
    assert!(found[0].contains("more than one document"), "{found:?}");
    let found = complaints("{\"a\": 1} {\"b\": 2}");
    assert!(found[0].contains("trailing characters"), "{found:?}");
}

#[test]
fn a_truncated_document_says_so() {
    let whole =
        r#"{"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {}}"#;
    assert!(document::read(whole.as_bytes(), &[], UnmatchedAction::Error).is_ok());
    for length in 1..whole.len() {
        let found = complaints(&whole[..length]);
        assert!(found[0].contains("ends before it is complete"), "{length}: {found:?}");
    }
}

#[test]
fn what_is_no_object_is_refused() {
    for (text, is) in
        [("[1]", "a list"), ("just words", "text"), ("12", "a number"), ("null", "null")]
    {
        let found = complaints(text);
        assert!(
            found[0].contains(&format!("the document is {is}, not an object")),
            "{found:?}"
        );
    }
}

#[test]
fn every_key_that_stands_twice_is_reported_in_both_formats() {
    let yaml = "a: 1\nb:\n  c: 1\n  c: 2\n  d: [{e: 1, e: 2}]\na: 2\n";
    let json = r#"{"a": 1, "b": {"c": 1, "c": 2, "d": [{"e": 1, "e": 2}]}, "a": 2}"#;
    for text in [yaml, json] {
        let found = parse_complaints(text.as_bytes());
        let places: Vec<_> =
            found.iter().filter_map(|said| said.lines().nth(1).map(str::trim)).collect();
        assert_eq!(places, ["at #/b/c", "at #/b/d/0/e", "at #/a"]);
    }
}

#[test]
fn scalars_keep_their_spelling_where_it_matters() {
    let yaml = "date: 2023-01-01\nyes: no\nversion: 3.0.1\ncodes: {200: ok, 1.10: a, true: b}\n\
                big: 9223372036854775807\nlarger: 18446744073709551615\nsmall: -9223372036854775808\n";
    let tree = document::parse(yaml.as_bytes()).unwrap();
    assert_eq!(
        tree,
        json!({
            "date": "2023-01-01",
            "yes": "no",
            "version": "3.0.1",
            "codes": {"200": "ok", "1.10": "a", "true": "b"},
            "big": i64::MAX,
            "larger": u64::MAX,
            "small": i64::MIN,
        })
    );
}

#[test]
fn keys_that_are_no_text_are_refused() {
    let found = parse_complaints(b"? [1, 2]\n: value\n");
    assert!(found[0].starts_with("error: the document is not valid YAML"), "{found:?}");
}

#[test]
fn merge_keys_are_written_out() {
    let text = "a: &a {x: 1, y: 2}\nb: &b {x: 3, z: 4}\nc: {<<: *a, y: 5}\n\
                d: {<<: [*a, *b], z: 6}\ne: {<<: text}\nf: {<<: []}\n";
    let read = document::parse(text.as_bytes()).expect("a document");
    assert_eq!(read["c"], json!({"x": 1, "y": 5}));
    assert_eq!(read["d"], json!({"x": 1, "y": 2, "z": 6}));
    // A merge key with another value is an ordinary key.
    assert_eq!((&read["e"], &read["f"]), (&json!({"<<": "text"}), &json!({"<<": []})));
}

#[test]
fn what_json_can_not_hold_is_refused() {
    let found = parse_complaints(b"a: .nan\nb: [.inf, -.inf]\n");
    let what: Vec<_> = found.iter().filter_map(|said| said.lines().next()).collect();
    assert_eq!(
        what,
        [
            "error: NaN is no number that JSON can hold",
            "error: inf is no number that JSON can hold",
            "error: -inf is no number that JSON can hold",
        ]
    );
    assert!(parse_complaints(b"a: !secret b\n")[0].contains("not valid YAML"));
}

#[test]
fn a_thousand_levels_are_an_error_and_no_overflow() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [32, 128, 1_000, 5_000] {
            let nest = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            for text in [format!("{{\"a\": {nest}}}"), format!("a: {nest}\n")] {
                let found = complaints(&text);
                assert!(found[0].contains("nested too deeply"), "{depth}: {}", found[0]);
            }
        }
    }
    let block: String =
        (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert!(complaints(&block)[0].contains("nested too deeply"));
}

#[test]
fn thirty_levels_of_any_schema_are_read() {
    for (open, close) in [
        ("{\"type\": \"array\", \"items\": ", "}"),
        ("{\"allOf\": [", "]}"),
        ("{\"oneOf\": [", "]}"),
        ("{\"not\": ", "}"),
        ("{\"additionalProperties\": ", "}"),
        ("{\"properties\": {\"a\": ", "}}"),
    ] {
        let levels = open.matches(['{', '[']).count();
        let depth = 28 / levels;
        let schema = format!("{}{{}}{}", open.repeat(depth), close.repeat(depth));
        let text = crate::with_schemas(&format!("A: {schema}"));
        assert_eq!(crate::notes(&text), [""; 0], "{open}");
    }
}

#[test]
fn aliases_are_read_but_not_without_measure() {
    let tree = document::parse(b"a: &x {b: 1}\nc: *x\n");
    assert_eq!(tree, Ok(json!({"a": {"b": 1}, "c": {"b": 1}})));
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    let found = parse_complaints(bomb.as_bytes());
    assert!(found[0].contains("aliases make it more than 10 times larger"), "{found:?}");
    let found = parse_complaints(b"a: &a [*a]\n");
    assert!(found[0].starts_with("error: "), "{found:?}");
}
