//! Conversions to `serde` formats and back.

use atlas_admin_runtime::codec::{Date, DateTime, Nullable, Redacted};

use super::sample::{Alert, Cluster, Mapping, Metric, Provider, Region, Restore};
use super::{json, read, write};

const CLUSTER: &str = r#"{
    "createDate": "2024-05-01T10:00:00Z", "diskSizeGB": 10.5, "free": [null, 1],
    "labels": [{"value": null}], "members": 9223372036854775807, "name": "x", "new": {"a": null},
    "note": null, "provider": "MOON", "tags": {"a": "b"}, "replicationSpecs": [{"regionConfigs":
    [{"providerName": "AWS"}, {"providerName": "TENANT"}, {"providerName": "X", "y": 1}]}]
}"#;

#[test]
fn json_passes_through_serde() {
    let cluster: Cluster = read(CLUSTER).unwrap();
    assert_eq!(serde_json::to_value(&cluster).unwrap(), json(CLUSTER));
    assert_eq!(json(&serde_json::to_string(&cluster).unwrap()), json(CLUSTER));
    assert_eq!(serde_json::from_str::<Cluster>(CLUSTER).unwrap(), cluster);
    assert_eq!(serde_json::from_value::<Cluster>(json(CLUSTER)).unwrap(), cluster);
}

#[test]
fn other_formats_pass_through_serde() {
    let cluster: Cluster = read(CLUSTER).unwrap();
    let yaml = serde_yaml::to_string(&cluster).unwrap();
    assert!(yaml.contains("name: x"), "{yaml}");
    assert_eq!(serde_yaml::from_str::<Cluster>(&yaml).unwrap(), cluster);
}

#[test]
fn unions_and_enums_pass_through_serde() {
    for text in [
        r#"{"type": "BARE"}"#,
        r#"{"type": "METRIC", "units": "RAW", "value": 1.5}"#,
        r#"{"type": "METRIC", "units": "BYTES"}"#,
        r#"{"type": "DISK", "a": 1}"#,
        r#"{"type": "NEW", "a": 1}"#,
        "5",
    ] {
        let alert: Alert = serde_json::from_str(text).unwrap();
        assert_eq!(alert, read(text).unwrap());
        assert_eq!(json(&serde_json::to_string(&alert).unwrap()), json(text));
        assert_eq!(serde_json::to_string(&alert).unwrap().len(), write(&alert).len());
    }
    assert_eq!(serde_json::to_string(&Mapping::Switch(true)).unwrap(), "true");
    assert_eq!(serde_json::to_string(&Provider::Aws).unwrap(), "\"AWS\"");
    assert_eq!(serde_json::from_str::<Provider>("\"GCP\"").unwrap(), Provider::Gcp);
    let metric: Metric = serde_json::from_str(r#"{"units": "RAW"}"#).unwrap();
    assert_eq!(serde_json::to_string(&metric).unwrap(), r#"{"units":"RAW"}"#);
    assert_eq!(serde_json::to_string(&Region::default()).unwrap(), "null");
    assert_eq!(serde_json::to_string(&Provider::default()).unwrap(), "\"\"");
}

#[test]
fn small_values_pass_through_serde() {
    let moment = DateTime::from("2024-05-01T10:00:00Z");
    assert_eq!(serde_json::to_string(&moment).unwrap(), "\"2024-05-01T10:00:00Z\"");
    assert_eq!(
        serde_json::from_str::<DateTime>("\"2024-05-01T10:00:00Z\"").unwrap(),
        moment
    );
    assert_eq!(
        serde_json::from_str::<Date>("\"2024-05-01\"").unwrap(),
        Date::from("2024-05-01")
    );
    assert_eq!(serde_json::to_string(&Nullable::<i64>::Null).unwrap(), "null");
    let parsed: Nullable<i64> = serde_json::from_str("5").unwrap();
    assert_eq!(parsed, Nullable::Value(5));
}

#[test]
fn errors_name_the_path() {
    let error = serde_json::from_str::<Nullable<bool>>("[1]").unwrap_err().to_string();
    assert!(error.starts_with("expected a boolean, found a list"), "{error}");
}

#[test]
fn times_convert() {
    let moment = jiff::Timestamp::from_second(1_714_557_600).unwrap();
    assert_eq!(DateTime::from(moment).as_str(), "2024-05-01T10:00:00Z");
    assert_eq!(DateTime::from("2024-05-01T12:00:00+02:00").timestamp().unwrap(), moment);
    assert!(DateTime::from("yesterday").timestamp().is_err());
    assert!(DateTime::default().timestamp().is_err());
    let day = jiff::civil::date(2024, 5, 1);
    assert_eq!(Date::from(day).as_str(), "2024-05-01");
    assert_eq!(Date::from("2024-05-01").date().unwrap(), day);
    assert!(Date::default().date().is_err());
}

#[test]
fn secrets_can_be_left_out() {
    let text = r#"{"id": "a", "password": "s3cret", "token": "s3cret", "new": {"b": "s3cret"},
        "diskSizeGB": ["s3cret"], "name": "https://u:s3cret@h/x?s3cret", "members": 3,
        "tags": {"Authorization": "s3cret", "a": "b"}, "note": null,
        "free": {"x-api-key": "s3cret", "urls": ["https://h?s3cret"], "n": 1.5},
        "labels": [{"key": "k"}, "s3cret"], "parent": {"password": "s3cret", "id": "p"},
        "replicationSpecs": [{"regionConfigs": [{"providerName": "X", "key": "s3cret"}, "s3cret",
        {"providerName": "TENANT", "regionName": "R"}]}]}"#;
    let cluster: Cluster = read(text).unwrap();
    let shown = json(&serde_json::to_string(&Redacted(&cluster)).unwrap());
    let expected = r#"{"id": "a", "password": "<redacted>", "token": "<redacted>",
        "new": "<redacted>", "diskSizeGB": "<redacted>",
        "name": "https://(redacted)@h/x?(redacted)", "members": 3,
        "tags": {"Authorization": "<redacted>", "a": "b"}, "note": null,
        "free": {"x-api-key": "<redacted>", "urls": ["https://h?(redacted)"], "n": 1.5},
        "labels": [{"key": "k"}, "<redacted>"], "parent": {"password": "<redacted>", "id": "p"},
        "replicationSpecs": [{"regionConfigs": [{"providerName": "<redacted>", "key": "<redacted>"},
        "<redacted>", {"providerName": "TENANT", "regionName": "R"}]}]}"#;
    assert_eq!(shown, json(expected));
    let yaml = serde_yaml::to_string(&Redacted(&vec![cluster.clone()])).unwrap();
    assert!(!yaml.contains("s3cret") && yaml.contains("id: p"), "{yaml}");
    assert!(!format!("{:?}", Redacted(&cluster)).contains("s3cret"));
}

#[test]
fn what_is_no_id_is_not_shown_under_the_name_of_one() {
    let text = r#"{"snapshotId": {"key": "s3cret"}, "hostIds": ["a"]}"#;
    let mut restore: Restore = read(text).unwrap();
    let shown = serde_json::to_string(&Redacted(&restore)).unwrap();
    assert_eq!(shown, r#"{"hostIds":["a"],"snapshotId":"<redacted>"}"#);
    restore.extra.insert("hostIds", "s3cret");
    let shown = serde_json::to_string(&Redacted(&restore)).unwrap();
    assert_eq!(shown, r#"{"hostIds":"<redacted>","snapshotId":"<redacted>"}"#);
}

#[test]
fn redacting_leaves_all_else_as_it_is() {
    for text in [
        r#"{"type": "BARE"}"#,
        r#"{"type": "METRIC", "units": "RAW", "value": 1.5}"#,
        r#"{"type": "DISK", "a": 1}"#,
    ] {
        let alert: Alert = read(text).unwrap();
        let shown = serde_json::to_string(&Redacted(&alert)).unwrap();
        assert_eq!(shown, serde_json::to_string(&alert).unwrap());
    }
}
