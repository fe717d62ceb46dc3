//! Errors contain the path, and never a value.

use atlas_admin_runtime::codec::{DecodeError, Json, Map, Value, decode};

use super::read;
use super::sample::{Cluster, Provider};

#[track_caller]
fn fails<T: Value + Default>(text: &str) -> DecodeError {
    match read::<T>(text) {
        Ok(_) => panic!("{text} was read"),
        Err(error) => error,
    }
}

#[test]
fn errors_name_the_path_and_the_offset() {
    for (text, expected) in [
        (
            r#"{"labels": [{"key": "a"}, {"key": tru}]}"#,
            "expected a value at `labels[1].key` (byte 34)",
        ),
        (
            r#"{"new": {"a b": [1, ]}}"#,
            "expected a value at `new[\"a b\"][1]` (byte 20)",
        ),
        (r#"{"name" 1}"#, "expected `:` at `name` (byte 8)"),
        (r#"{"name": "a" "id": 1}"#, "expected `,` or `}` at `name` (byte 13)"),
        (r#"{"labels": [{} {}]}"#, "expected `,` or `]` at `labels[0]` (byte 15)"),
        (
            r#"{"name": "a",}"#,
            "expected a property name in quotes at the top level (byte 13)",
        ),
        (r#"{name: 1}"#, "expected a property name in quotes at the top level (byte 1)"),
        (
            r#"{"name": "a"} x"#,
            "unexpected text after the value at the top level (byte 14)",
        ),
        (r#"{"name": "a"#, "unexpected end of input at `name` (byte 11)"),
        (r#"{"name": "\x"}"#, "invalid escape in a string at `name` (byte 10)"),
        ("{\"name\": \"a\nb\"}", "control character in a string at `name` (byte 11)"),
        (r#"{"members": 01}"#, "invalid number at `members` (byte 14)"),
    ] {
        let error = fails::<Cluster>(text);
        assert_eq!(error.to_string(), expected, "{text}");
        assert!(error.is_syntax());
    }
}

#[test]
fn what_no_record_keeps_is_an_error() {
    for (error, expected) in [
        (
            fails::<Map<Cluster>>("[1]"),
            "expected an object, found a list at the top level (byte 0)",
        ),
        (
            fails::<i64>(" 1.5"),
            "expected an integer of 64 bits, found a number that it cannot hold exactly at the top level (byte 1)",
        ),
        (
            fails::<Vec<Provider>>("\u{feff} \"s3cret\""),
            "expected a list, found a string at the top level (byte 4)",
        ),
        (
            fails::<Provider>("true"),
            "expected a string, found a boolean at the top level (byte 0)",
        ),
    ] {
        assert_eq!(error.to_string(), expected);
        assert!(!error.is_syntax());
        assert!(!expected.contains("s3cret"));
    }
    let error = fails::<f64>(" true");
    assert_eq!((error.path(), error.offset()), ("", 1));
    assert_eq!(error.message(), "expected a number, found a boolean");
}

#[test]
fn invalid_utf8_is_found_wherever_it_is() {
    for (text, expected) in [
        (&b"{\"name\": \"a\xff\"}"[..], "invalid UTF-8 at `name` (byte 11)"),
        (b"{} \xff", "invalid UTF-8 at the top level (byte 3)"),
        (b"\xff", "invalid UTF-8 at the top level (byte 0)"),
        (b"{\"labels\": [{}, \xc3\x28", "invalid UTF-8 at `labels[1]` (byte 16)"),
    ] {
        let error = decode(text, &mut Cluster::default()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn nesting_has_a_limit() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [128, 129, 100_000] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let read = read::<Json>(&text);
            assert_eq!(read.is_ok(), depth == 128, "{depth}");
        }
    }
    let deep = format!("{}1{}", "{\"parent\":".repeat(100_000), "}".repeat(100_000));
    let error = fails::<Cluster>(&deep);
    assert_eq!(error.message(), "nested too deeply");
    let deep = format!("{{\"providerName\":{}", "[".repeat(100_000));
    fails::<super::sample::Region>(&deep);
    let empty = format!("{}{}", "[".repeat(129), "]".repeat(129));
    assert_eq!(fails::<Json>(&empty).message(), "nested too deeply");
}

#[test]
fn the_deepest_text_takes_little_stack() {
    let work = || {
        let parents = format!("{}{{}}{}", "{\"parent\":".repeat(127), "}".repeat(127));
        let value: Cluster = read(&parents).unwrap();
        assert_eq!(super::write(&value), parents);
        assert!(format!("{:?}", value.clone()).len() > parents.len());
        assert!(serde_json::to_string(&value).unwrap() == parents);
        let maps =
            format!("{}true{}", "{\"fields\":{\"a\":".repeat(64), "}}".repeat(64));
        let value: super::sample::Mapping = read(&maps).unwrap();
        assert_eq!(super::write(&value), maps);
        let lists = format!("{}{}", "[".repeat(128), "]".repeat(128));
        assert_eq!(super::write(&read::<Json>(&lists).unwrap()), lists);
    };
    // A quarter of a thread's default stack. Without optimization, frames have their
    // largest size.
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(work);
    thread.unwrap().join().unwrap();
}

#[test]
fn a_failure_below_a_value_that_does_not_fit_is_still_a_failure() {
    let error = fails::<Cluster>(r#"{"labels": {"a": [1, 2}}"#);
    assert_eq!(error.path(), "labels.a[1]");
}
