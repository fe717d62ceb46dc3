//! Differences between a response and the document are reported to an observer.

use atlas_admin_runtime::codec::{Direction, Json, Mismatch, Value, decode_observed};

use super::read;
use super::sample::{
    Account, Alert, Cluster, Holder, Label, Mapping, Metric, Provider, Region,
};

fn observe<T: Value + Default + PartialEq>(text: &str) -> Vec<String> {
    observe_in::<T>(Direction::Response, text)
}

fn observe_in<T: Value + Default + PartialEq>(
    direction: Direction,
    text: &str,
) -> Vec<String> {
    let mut seen = Vec::new();
    let mut value = T::default();
    let mut observer = |drift: Mismatch| seen.push(describe(&drift));
    decode_observed(text.as_bytes(), &mut value, direction, &mut observer).unwrap();
    assert!(value == read::<T>(text).unwrap(), "observing changes what is read");
    seen
}

fn describe(drift: &Mismatch) -> String {
    let path = drift.path();
    match drift {
        Mismatch::UnknownValue { value, .. } => format!("{path}: unknown value {value}"),
        Mismatch::UnknownDiscriminator { name, value, .. } => {
            format!("{path}: unknown {name} {value:?}")
        }
        Mismatch::Undeclared { .. } => format!("{path}: undeclared"),
        Mismatch::Type { message, .. } => format!("{path}: {message}"),
        Mismatch::Null { .. } => format!("{path}: null"),
        Mismatch::Missing { .. } => format!("{path}: missing"),
        _ => format!("{path}: {drift:?}"),
    }
}

const NONE: [&str; 0] = [];

#[test]
fn what_the_document_declares_is_no_drift() {
    let text = r#"{"id": "1", "members": 1, "name": "a", "note": null, "free": null,
        "provider": "AWS", "labels": [{"value": null}], "replicationSpecs": [
        {"regionConfigs": [{"providerName": "TENANT", "regionName": "GCP"}]}]}"#;
    assert_eq!(observe::<Cluster>(text), NONE);
    assert_eq!(observe::<Alert>(r#"{"type": "METRIC", "units": "BYTES"}"#), NONE);
    assert_eq!(observe::<Mapping>(r#"{"dynamic": [{}, {"fields": {}}]}"#), NONE);
    assert_eq!(observe::<Cluster>(""), NONE);
}

#[test]
fn every_difference_is_reported_with_its_path() {
    let text = r#"{"backupEnabled": null, "id": null, "members": "x", "new": 1, "provider": "MOON",
        "labels": [{"value": 1.5}, {}], "replicationSpecs": [{"regionConfigs": [
        {"providerName": "MARS"}, {"a": 1}, {"providerName": "TENANT", "b": 2}, "west"]}],
        "tags": {"a": null}}"#;
    assert_eq!(
        observe::<Cluster>(text),
        [
            "name: missing",
            "backupEnabled: null",
            "id: null",
            "members: expected an integer of 64 bits, found a string",
            "new: undeclared",
            "provider: unknown value MOON",
            "labels[0].value: expected an integer of 64 bits, found a number that it cannot hold exactly",
            "labels[1].value: missing",
            "replicationSpecs[0].regionConfigs[0]: unknown providerName Some(\"MARS\")",
            "replicationSpecs[0].regionConfigs[1]: unknown providerName None",
            "replicationSpecs[0].regionConfigs[2].regionName: missing",
            "replicationSpecs[0].regionConfigs[2].b: undeclared",
            "replicationSpecs[0].regionConfigs[3]: unknown providerName None",
            "tags.a: null",
        ]
    );
}

#[test]
fn what_is_kept_raw_is_reported_once() {
    let text = r#"{"labels": [{"value": "x", "new": 1}, 5]}"#;
    let seen = observe::<Cluster>(text);
    let labels: Vec<_> =
        seen.iter().filter(|drift| drift.starts_with("labels")).collect();
    assert_eq!(
        labels,
        [
            "labels[0].value: expected an integer of 64 bits, found a string",
            "labels[0].new: undeclared",
            "labels[1]: expected an object, found a number",
        ]
    );
    let seen = observe::<Cluster>(r#"{"tags": {"a": "b", "c": [{}]}}"#);
    let tags: Vec<_> = seen.iter().filter(|drift| drift.starts_with("tags")).collect();
    assert_eq!(tags, ["tags.c: expected a string, found a list"]);
    assert_eq!(
        observe::<Mapping>("[{\"x\": 1}, 1]"),
        ["[0].x: undeclared", "[1]: expected an object, found a number"]
    );
    let seen = observe::<Vec<Label>>(r#"[null, {"value": 1}, "x", {"value": "y"}]"#);
    assert_eq!(
        seen,
        [
            "[0]: null",
            "[2]: expected an object, found a string",
            "[3].value: expected an integer of 64 bits, found a string",
        ]
    );
    assert_eq!(observe::<Vec<Provider>>(r#"["AWS", null]"#), ["[1]: null"]);
    for text in ["null", " null "] {
        assert_eq!(observe::<Cluster>(text), [": null"]);
        assert_eq!(observe::<Vec<Label>>(text), [": null"]);
        assert_eq!(observe::<Json>(text), NONE);
    }
    assert_eq!(observe::<Cluster>("[{}]"), [": expected an object, found a list"]);
    assert_eq!(
        observe::<Mapping>("1"),
        [": expected a value that selects a variant, found a number"]
    );
    let holder = observe::<Holder>(
        r#"{"alert": {"type": "BARE"}, "amount": {}, "metric": [],
        "provider": "GCP", "setting": "x", "since": "t"}"#,
    );
    assert_eq!(
        holder,
        [
            "metric: expected an object, found a list",
            "setting: expected an object, found a string",
        ]
    );
    assert_eq!(observe::<Metric>(r#"{"units": "X"}"#), [": unknown units Some(\"X\")"]);
    assert_eq!(
        observe::<Vec<Label>>(r#"[{"value": 1, "a.b": 1}]"#),
        ["[0][\"a.b\"]: undeclared"]
    );
    assert_eq!(
        observe::<Region>(r#"{"providerName": "TENANT", "regionName": ""}"#),
        ["regionName: unknown value "]
    );
}

#[test]
fn what_goes_the_other_way_is_not_missing() {
    let missing = |direction| observe_in::<Account>(direction, "{}");
    assert_eq!(missing(Direction::Request), ["name: missing", "password: missing"]);
    assert_eq!(missing(Direction::Response), ["id: missing", "name: missing"]);
}
