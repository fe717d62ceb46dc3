//! Equality, which is based on the codec's access.

use atlas_admin_runtime::codec::{Json, Nullable};

use crate::read;
use crate::sample::{Cluster, Label, Mapping, Provider, Region};

/// Decodes two texts as one type and compares the values, both ways.
macro_rules! equal {
    ($type:ty, $one:expr, $other:expr) => {{
        let (one, other): ($type, $type) = (read($one).unwrap(), read($other).unwrap());
        assert_eq!(one == other, other == one, "{} and {}", $one, $other);
        assert!(one == one.clone() && other == other.clone());
        one == other
    }};
}

#[test]
fn each_kind_of_field_counts() {
    let fields = [
        r#""backupEnabled":true"#,
        r#""createDate":"2026-01-01T00:00:00Z""#,
        r#""diskSizeGB":1.5"#,
        r#""free":{"a":[1]}"#,
        r#""labels":[{"key":"a"}]"#,
        r#""labels":[{"key":"a"},{"key":"a"}]"#,
        r#""members":3"#,
        r#""note":null"#,
        r#""note":"text""#,
        r#""parent":{"name":"one"}"#,
        r#""providerName":"AWS","undeclared":1"#,
        r#""provider":"GCP""#,
        r#""replicationSpecs":[{"regionConfigs":[{"providerName":"TENANT"}]}]"#,
        r#""replicationSpecs":[{"regionConfigs":[{"providerName":"AWS"}]}]"#,
        r#""tags":{"a":"b"}"#,
        r#""tags":{"a":"c"}"#,
        r#""tags":{"b":"b"}"#,
        "",
    ];
    for (index, one) in fields.iter().enumerate() {
        for (other_index, other) in fields.iter().enumerate() {
            let (one, other) = (format!("{{{one}}}"), format!("{{{other}}}"));
            let same = equal!(Cluster, &one, &other);
            assert_eq!(same, index == other_index, "{one} and {other}");
        }
    }
}

#[test]
fn the_order_of_properties_does_not_count() {
    assert!(equal!(
        Cluster,
        r#"{"name":"a","x":1,"y":2}"#,
        r#"{"y":2,"x":1,"name":"a"}"#
    ));
}

#[test]
fn an_unknown_value_equals_the_declared_one_that_is_spelled_like_it() {
    use std::collections::HashSet;

    let spelled = Provider::from("AWS");
    assert_eq!(spelled, Provider::Aws);
    assert_ne!(spelled, Provider::Azure);
    assert_ne!(Provider::from("MOON"), Provider::from("SUN"));
    let set: HashSet<_> = [spelled, Provider::Aws, Provider::Gcp].into_iter().collect();
    assert_eq!(set.len(), 2);
}

#[test]
fn null_is_not_absence_where_there_are_three_states() {
    let absent = Label::default();
    let null = Label { value: Nullable::Null, ..Label::default() };
    assert_ne!(absent, null);
    assert_eq!(null, null.clone());
}

#[test]
fn variants_count_though_their_contents_look_alike() {
    assert!(!equal!(
        Region,
        r#"{"providerName":"AWS"}"#,
        r#"{"providerName":"elsewhere"}"#
    ));
    assert!(!equal!(Mapping, "true", "false"));
    assert!(!equal!(Mapping, "true", "{}"));
}

#[test]
fn no_number_equals_what_is_not_a_number() {
    let cluster = Cluster { disk: Some(f64::NAN), ..Cluster::default() };
    assert_ne!(cluster, cluster.clone());
}

#[test]
fn what_a_caller_adds_counts() {
    let mut cluster = Cluster::default();
    cluster.extra.insert("later", Json::Null);
    assert_ne!(cluster, Cluster::default());
}
