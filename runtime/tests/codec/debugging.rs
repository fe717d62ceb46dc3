//! `Debug` prints the set properties, and no secret.

use atlas_admin_runtime::json as of;

use super::read;
use super::sample::{
    Alert, Amount, Bare, Cluster, Label, Mapping, Metric, Provider, Region, Restore,
};

#[test]
fn fields_that_are_set_are_shown_by_their_json_names() {
    let label: Label = read(r#"{"key": "k", "value": null}"#).unwrap();
    assert_eq!(format!("{label:?}"), r#"Label { key: "k", value: null }"#);
    assert_eq!(format!("{label:#?}"), "Label {\n    key: \"k\",\n    value: null,\n}");
    let text = r#"{"name": "a", "provider": "AWS", "labels": [{"key": "k"}], "tags": {"a": "b"},
        "free": {"x": [1]}}"#;
    let cluster: Cluster = read(text).unwrap();
    assert_eq!(
        format!("{cluster:?}"),
        "Cluster { free: {\"x\":[1]}, labels: [Label { key: \"k\" }], name: \"a\", \
         provider: \"AWS\", tags: {\"a\": \"b\"} }"
    );
}

#[test]
fn secrets_are_not_shown() {
    let text = r#"{"password": "s3cret", "token": "s3cret", "new": "s3cret", "name": ["s3cret"],
        "replicationSpecs": [{"regionConfigs": [{"providerName": "X", "key": "s3cret"}, "s3cret"]}],
        "parent": {"password": "s3cret"}}"#;
    let mut cluster: Cluster = read(text).unwrap();
    cluster.extra.insert("mine", "s3cret");
    let shown = format!("{cluster:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(!format!("{cluster:#?}").contains("s3cret"));
    for part in [
        "password: (redacted)",
        "token: (redacted)",
        r#"extra: {"new", "name", "mine"}"#,
        r#"Region::Unknown({"providerName", "key"}), Region::Unknown(a string)"#,
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn what_urls_and_headers_hold_is_not_shown() {
    let text = r#"{"name": "https://user:s3cret@h/x?Signature=s3cret",
        "tags": {"Authorization": "Bearer s3cret", "proxy-authorization": "s3cret", "a": "b"},
        "free": {"x-api-key": "s3cret", "urls": ["https://h?s3cret"], "n": 1.50}}"#;
    let cluster: Cluster = read(text).unwrap();
    let shown = format!("{cluster:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
    for part in [
        r#"name: "https://(redacted)@h/x?(redacted)""#,
        r#""Authorization": (redacted), "proxy-authorization": (redacted), "a": "b""#,
        r#"free: {"x-api-key":"<redacted>","urls":["https://h?(redacted)"],"n":1.50}"#,
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn unions_and_enums_show_what_they_are() {
    assert_eq!(format!("{:?}", Provider::Aws), "\"AWS\"");
    assert_eq!(format!("{}", Provider::from("X")), "X");
    assert_eq!(format!("{:>5}", Provider::Aws), "  AWS");
    assert_eq!(format!("{:?}", Mapping::Switch(true)), "Mapping::Switch(true)");
    assert_eq!(format!("{:?}", Alert::Bare(Bare::default())), "Alert::Bare(Bare)");
    let metric = Metric::Count(Amount { value: Some(1.0), ..Amount::default() });
    let alert = Alert::Metric(Box::new(metric));
    assert_eq!(
        format!("{alert:?}"),
        "Alert::Metric(Metric::Count(Amount { value: 1.0 }))"
    );
    assert_eq!(format!("{:?}", of!({"b": 1, "a": [null]})), r#"{"b":1,"a":[null]}"#);
    assert_eq!(format!("{:?}", Region::default()), "Region::Unknown(null)");
    let instead: Label = read("\"s3cret\"").unwrap();
    let shown = format!("{instead:?}");
    assert_eq!(shown, "Label { extra: a string instead of an object }");
    assert_eq!(
        format!("{:?}", Region::Unknown(of!([1, 2]))),
        "Region::Unknown(a list of 2)"
    );
}

#[test]
fn ids_are_no_secrets_though_only_ever_written() {
    let text = r#"{"snapshotId": "abc", "password": "s3cret", "hostIds": ["d"], "keyId": "s3cret"}"#;
    let restore: Restore = read(text).unwrap();
    let shown = format!("{restore:?}");
    assert_eq!(
        shown,
        "Restore { hostIds: [\"d\"], keyId: (redacted), password: (redacted), \
         snapshotId: \"abc\" }"
    );
}
