//! The content of a request: the caller's properties, and of received ones only those
//! that an update may contain.

use atlas_admin_runtime::codec::{
    Direction, Extra, Json, Mismatch, Nullable, Value, decode_observed, encode,
    encode_into, encode_request,
};
use atlas_admin_runtime::json as of;
use atlas_admin_runtime::operation::Method;

use super::sample::{Alert, Amount, AwsRegion, Bare, Channel, Cluster, Holder, Label};
use super::sample::{Metric, Provider, Region, Setting, Spec, TenantRegion};
use super::{json, read, request, write};

const UPDATES: [Method; 2] = [Method::Patch, Method::Put];
const METHODS: [Method; 3] = [Method::Post, Method::Patch, Method::Put];

fn cluster() -> Cluster {
    Cluster {
        name: Some("prod".to_owned()),
        members: Some(3),
        provider: Some(Provider::Aws),
        specs: Some(vec![]),
        ..Cluster::default()
    }
}

/// Returns the paths of omitted properties.
fn left_out(method: Method, value: &dyn Value) -> Vec<String> {
    encode_request(value, method).unwrap().left_out()
}

/// Returns the paths of required properties that are unset.
fn missing(method: Method, value: &dyn Value) -> Vec<String> {
    encode_request(value, method).unwrap().missing()
}

#[test]
fn what_is_set_is_sent_and_nothing_else() {
    let patch = Cluster { password: Some("n3w".to_owned()), ..Cluster::default() };
    assert_eq!(request(Method::Patch, &patch).unwrap(), r#"{"password":"n3w"}"#);
    let zero = Cluster { members: Some(0), ..Cluster::default() };
    assert_eq!(request(Method::Post, &zero).unwrap(), r#"{"members":0}"#);
    assert_eq!(request(Method::Post, &Cluster::default()).unwrap(), "{}");
    let labels = Cluster { labels: Some(vec![Label::default()]), ..Cluster::default() };
    assert_eq!(request(Method::Put, &labels).unwrap(), r#"{"labels":[{}]}"#);
}

#[test]
fn what_the_caller_set_on_a_record_of_their_own_is_sent_read_only_or_not() {
    let own = Cluster {
        id: Some("1".to_owned()),
        specs: Some(vec![Spec { id: Some("2".to_owned()), ..Spec::default() }]),
        ..Cluster::default()
    };
    for method in METHODS {
        let sent = request(method, &own).unwrap();
        assert_eq!(sent, r#"{"id":"1","replicationSpecs":[{"id":"2"}]}"#);
        assert!(left_out(method, &own).is_empty());
    }
    // Deserialized by serde, it is the caller's own too, including undeclared
    // properties.
    let own: Cluster = serde_json::from_str(r#"{"id": "1", "new": {"a": 1}}"#).unwrap();
    assert_eq!(request(Method::Put, &own).unwrap(), r#"{"id":"1","new":{"a":1}}"#);
}

const RECEIVED: &str = r#"{"id": "1", "createDate": "2024-05-01T10:00:00Z", "name": "prod",
    "members": 3, "provider": "AWS", "replicationSpecs": [{"id": "2", "regionConfigs": [], "x": 1},
    {"id": 3, "regionConfigs": []}], "undeclared": {"a": 1}}"#;

#[test]
fn what_only_the_service_sets_is_not_sent_back() {
    let mut cluster: Cluster = read(RECEIVED).unwrap();
    assert!(cluster.extra.is_received());
    let expected = r#"{"name":"prod","members":3,"provider":"AWS","replicationSpecs":[{"regionConfigs":[]},{"regionConfigs":[]}]}"#;
    assert_eq!(json(&request(Method::Post, &cluster).unwrap()), json(expected));
    assert_eq!(
        left_out(Method::Post, &cluster),
        [
            "createDate",
            "id",
            "undeclared",
            "replicationSpecs[0].id",
            "replicationSpecs[0].x",
            "replicationSpecs[1].id",
        ]
    );
    // Regardless of who sets it.
    cluster.id = Some("9".to_owned());
    assert_eq!(json(&request(Method::Post, &cluster).unwrap()), json(expected));

    cluster.extra.insert("id", "2");
    cluster.extra.insert("undeclared", 1);
    cluster.extra.insert("mine", Json::Null);
    let sent = json(&request(Method::Post, &cluster).unwrap());
    assert_eq!((&sent["id"], &sent["undeclared"]), (&"2".into(), &1.into()));
    assert_eq!(sent.get("mine"), Some(&serde_json::Value::Null));
}

#[test]
fn what_identifies_an_item_of_a_list_is_sent_by_updates() {
    let cluster: Cluster = read(RECEIVED).unwrap();
    for method in UPDATES {
        let sent = json(&request(method, &cluster).unwrap());
        let specs =
            r#"[{"id": "2", "regionConfigs": []}, {"id": 3, "regionConfigs": []}]"#;
        assert_eq!(sent["replicationSpecs"], json(specs));
        // The cluster itself is not an item of a list.
        assert_eq!(sent.get("id"), None);
        assert_eq!(
            left_out(method, &cluster),
            ["createDate", "id", "undeclared", "replicationSpecs[0].x"]
        );
        let many: Vec<Spec> = read(r#"[{"id": "2"}]"#).unwrap();
        assert_eq!(request(method, &many).unwrap(), r#"[{"id":"2"}]"#);
    }
}

#[test]
fn a_place_in_a_list_is_not_handed_on() {
    let holder =
        r#"{"labels": [{"key": "k"}], "parent": {"id": "1"}, "tags": {"a": "b"}}"#;
    let cluster: Cluster = read(holder).unwrap();
    let sent = request(Method::Put, &cluster).unwrap();
    assert_eq!(sent, r#"{"labels":[{"key":"k"}],"parent":{},"tags":{"a":"b"}}"#);
    let spec: Spec = read(r#"{"id": "2"}"#).unwrap();
    assert_eq!(request(Method::Put, &spec).unwrap(), "{}");
    let maps: Vec<atlas_admin_runtime::codec::Map<Spec>> =
        read(r#"[{"a": {"id": "2"}}]"#).unwrap();
    assert_eq!(request(Method::Put, &maps).unwrap(), r#"[{"a":{}}]"#);
}

#[test]
fn the_mark_of_origin_is_each_records_own_and_carried_by_the_rest_of_a_literal() {
    let received: Cluster = read(RECEIVED).unwrap();
    let changed = Cluster { name: Some("other".to_owned()), ..received.clone() };
    assert!(changed.extra.is_received());
    assert_eq!(json(&request(Method::Put, &changed).unwrap()).get("id"), None);

    let own = Cluster { extra: Extra::default(), ..received.clone() };
    assert_eq!(own.id, received.id);
    let sent = json(&request(Method::Put, &own).unwrap());
    assert_eq!(sent["id"], "1");
    // Its items are still the received ones.
    assert_eq!(sent["replicationSpecs"][0], json(r#"{"id": "2", "regionConfigs": []}"#));

    assert_eq!(read::<Label>("{}").unwrap(), Label::default());
    assert!(read::<Label>("{}").unwrap().extra.is_received());
    assert!(!Label::default().extra.is_received());
}

#[test]
fn what_all_variants_share_has_the_origin_of_its_union() {
    let received: Metric = read(r#"{"units": "RAW", "value": 1}"#).unwrap();
    assert!(received.common().extra.is_received());
    let own = Metric::Count(Amount { value: Some(1.0), ..Amount::default() });
    assert!(!own.common().extra.is_received());
}

#[test]
fn what_all_variants_share_is_sent_as_their_union_is() {
    let Metric::Count(mut amount) =
        read(r#"{"units": "RAW", "value": 1, "new": 1}"#).unwrap()
    else {
        panic!()
    };
    amount.extra.insert("mine", 2);
    let metric = Metric::Count(amount);
    let shared = Metric::Unknown(metric.common());
    for method in [Method::Post, Method::Patch] {
        let sent = request(method, &shared).unwrap();
        assert_eq!(json(&sent), json(&request(method, &metric).unwrap()));
        assert_eq!(left_out(method, &shared), ["new"]);
    }
}

#[test]
fn what_did_not_fit_is_sent_back_unless_it_is_read_only() {
    let text = r#"{"id": 5, "createDate": 7, "name": ["prod"], "members": "3", "provider": [],
        "backupEnabled": "yes", "note": 1}"#;
    let cluster: Cluster = read(text).unwrap();
    let expected = r#"{"name": ["prod"], "members": "3", "provider": [],
        "backupEnabled": "yes", "note": 1}"#;
    assert_eq!(json(&request(Method::Patch, &cluster).unwrap()), json(expected));
    assert_eq!(left_out(Method::Patch, &cluster), ["createDate", "id"]);
}

#[test]
fn explicit_nulls_are_sent() {
    let mut cluster = cluster();
    cluster.note = Nullable::Null;
    cluster.free = Some(Json::Null);
    cluster.extra.insert("backupEnabled", Json::Null);
    assert_eq!(
        request(Method::Patch, &cluster).unwrap(),
        r#"{"backupEnabled":null,"free":null,"members":3,"name":"prod","note":null,"provider":"AWS","replicationSpecs":[]}"#
    );
}

#[test]
fn every_required_property_that_is_not_set_is_named() {
    let mut cluster = cluster();
    cluster.provider = None;
    cluster.labels =
        Some(vec![Label::default(), Label { value: 1.into(), ..Label::default() }]);
    cluster.specs = Some(vec![Spec {
        regions: Some(vec![
            Region::Aws(AwsRegion {
                region: Some("US".to_owned()),
                zone: Some("2024-01-01".into()),
                ..AwsRegion::default()
            }),
            Region::Tenant(TenantRegion::default()),
            Region::Aws(AwsRegion::default()),
        ]),
        ..Spec::default()
    }]);
    let expected = [
        "provider",
        "labels[0].value",
        "replicationSpecs[0].regionConfigs[1].regionName",
        "replicationSpecs[0].regionConfigs[2].regionName",
        "replicationSpecs[0].regionConfigs[2].since",
    ];
    assert_eq!(missing(Method::Post, &cluster), expected);
    assert_eq!(missing(Method::Put, &cluster), expected);
    // A PATCH doesn't change the properties that it omits.
    assert!(missing(Method::Patch, &cluster).is_empty());
    cluster.extra.insert("provider", "AWS");
    cluster.labels = None;
    cluster.specs = None;
    assert_eq!(missing(Method::Post, &cluster), ["replicationSpecs"]);
    // A value that did not fit is not missing.
    let read: Cluster =
        read(r#"{"members": "3", "name": "", "provider": "", "replicationSpecs": []}"#)
            .unwrap();
    assert!(missing(Method::Put, &read).is_empty());
}

#[test]
fn a_secret_that_the_service_masked_is_not_sent_as_if_it_were_the_secret() {
    for masked in ["****", "*****ab", "https://hook/****", "a********"] {
        let text = format!(r#"{{"name": "x", "token": "{masked}"}}"#);
        let mut cluster: Cluster = read(&text).unwrap();
        assert_eq!(request(Method::Patch, &cluster).unwrap(), r#"{"name":"x"}"#);
        assert_eq!(left_out(Method::Patch, &cluster), ["token"]);
        for method in [Method::Put, Method::Post] {
            let error = request(method, &cluster).unwrap_err();
            assert_eq!(error.paths().collect::<Vec<_>>(), ["token"]);
            assert_eq!(
                error.to_string(),
                "`token` holds the masked value that the service returned: set the secret, \
                 or clear the property"
            );
        }
        // Everything else decodes and encodes it unchanged.
        assert_eq!(json(&write(&cluster)), json(&text));
        cluster.token = None;
        assert_eq!(request(Method::Put, &cluster).unwrap(), r#"{"name":"x"}"#);
        cluster.token = Some("s3cret".to_owned());
        let sent = request(Method::Put, &cluster).unwrap();
        assert_eq!(sent, r#"{"name":"x","token":"s3cret"}"#);
    }
}

#[test]
fn only_what_came_from_the_service_can_be_a_mask() {
    let own = Cluster { token: Some("****".to_owned()), ..Cluster::default() };
    assert_eq!(request(Method::Put, &own).unwrap(), r#"{"token":"****"}"#);
    let shown: Cluster = read(r#"{"name": "****", "token": "***"}"#).unwrap();
    let sent = request(Method::Put, &shown).unwrap();
    assert_eq!(sent, r#"{"name":"****","token":"***"}"#);
    let mut inserted: Cluster = read(r#"{"token": "****"}"#).unwrap();
    inserted.extra.insert("token", "****");
    assert_eq!(request(Method::Put, &inserted).unwrap(), r#"{"token":"****"}"#);
}

#[test]
fn a_mask_is_found_within_a_secret() {
    let text = r#"{"list": {"labels": 1}, "tokens": {"a": "x", "b": "****"}}"#;
    let channel: Channel = read(text).unwrap();
    assert_eq!(left_out(Method::Patch, &channel), ["tokens", "list"]);
    assert!(request(Method::Put, &channel).is_err());
    let unfit: Channel = read(r#"{"tokens": [["****"]]}"#).unwrap();
    assert_eq!(left_out(Method::Patch, &unfit), ["tokens"]);
}

#[test]
fn what_the_service_never_returns_is_the_callers_unless_it_came_masked() {
    let mut cluster: Cluster = read(r#"{"name": "x"}"#).unwrap();
    cluster.password = Some("my****password".to_owned());
    let sent = r#"{"name":"x","password":"my****password"}"#;
    for method in METHODS {
        assert_eq!(request(method, &cluster).unwrap(), sent);
    }
    let mut masked: Cluster = read(r#"{"name": "x", "password": "****"}"#).unwrap();
    assert_eq!(left_out(Method::Patch, &masked), ["password"]);
    assert!(request(Method::Put, &masked).is_err());
    masked.password = Some("s3cret".to_owned());
    assert!(request(Method::Put, &masked).unwrap().contains("s3cret"));
}

#[test]
fn a_mask_in_what_the_document_does_not_declare_is_not_sent_back() {
    // A list of objects that arrived as a single object, and an undeclared variant.
    for text in [
        r#"{"labels": {"apiToken": "xoxb-****"}}"#,
        r#"{"replicationSpecs": [{"regionConfigs": [{"providerName": "X", "p": "****"}]}]}"#,
    ] {
        let cluster: Cluster = read(text).unwrap();
        assert!(!request(Method::Patch, &cluster).unwrap().contains("****"), "{text}");
        assert_eq!(left_out(Method::Patch, &cluster).len(), 1);
        assert_eq!(request(Method::Put, &cluster).unwrap_err().paths().count(), 1);
    }
    let text = r#"{"regionConfigs": [{"providerName": "X", "p": "***"}]}"#;
    let spec: Spec = read(text).unwrap();
    assert_eq!(json(&request(Method::Put, &spec).unwrap()), json(text));
}

#[test]
fn a_variant_that_is_not_declared_is_replaced_as_a_whole() {
    let text = r#"{"units": "NEW", "threshold": 5, "value": 1.0}"#;
    let metric: Metric = read(text).unwrap();
    assert_eq!(json(&request(Method::Put, &metric).unwrap()), json(text));
    assert!(left_out(Method::Put, &metric).is_empty());
    // A PATCH doesn't change the properties that it omits.
    assert_eq!(left_out(Method::Patch, &metric), ["threshold"]);
    let masked: Metric = read(r#"{"units": "NEW", "key": "****"}"#).unwrap();
    assert!(request(Method::Put, &masked).is_err());
}

#[test]
fn paths_are_escaped_as_names_are() {
    let text = r#"{"we\"ird": 1, "new\nline": 2, "\u0061bc": 3}"#;
    let cluster: Cluster = read(text).unwrap();
    let paths = left_out(Method::Patch, &cluster);
    assert_eq!(paths, [r#"["we\"ird"]"#, r#"["new\nline"]"#, "abc"]);
    let mut seen = Vec::new();
    let mut observer = |drift: Mismatch| {
        if let Mismatch::Undeclared { path } = drift {
            seen.push(path);
        }
    };
    let mut again = Cluster::default();
    let direction = Direction::Response;
    decode_observed(text.as_bytes(), &mut again, direction, &mut observer).unwrap();
    assert_eq!(seen, paths);
}

#[test]
fn a_secret_that_the_service_keeps_need_not_be_set_again() {
    let text = r#"{"channelId": "1", "token": "****"}"#;
    let mut channels: Vec<Channel> = read(&format!("[{text}]")).unwrap();
    for method in UPDATES {
        assert_eq!(request(method, &channels).unwrap(), r#"[{"channelId":"1"}]"#);
        assert_eq!(left_out(method, &channels), ["[0].token"]);
    }
    // A new channel has no stored secret, and neither has an undeclared one.
    assert!(request(Method::Post, &channels).is_err());
    channels[0].id = None;
    assert!(request(Method::Put, &channels).is_err());
    channels[0].id = Some("1".to_owned());
    channels[0].extra.insert("channelId", Json::Null);
    assert!(request(Method::Put, &channels).is_err());
}

#[test]
fn required_values_are_set_once_the_option_is() {
    let holder = Holder {
        alert: Some(Alert::Bare(Bare::default())),
        amount: Some(Amount::default()),
        metric: Some(Metric::Count(Amount::default())),
        provider: Some(Provider::from("MOON")),
        setting: Some(Setting::On(false)),
        since: Some("2024-05-01T10:00:00Z".into()),
        ..Holder::default()
    };
    assert_eq!(
        request(Method::Post, &holder).unwrap(),
        r#"{"alert":{"type":"BARE"},"amount":{},"metric":{"units":"RAW"},"provider":"MOON","setting":false,"since":"2024-05-01T10:00:00Z"}"#
    );
    assert!(missing(Method::Post, &holder).is_empty());
    assert_eq!(
        missing(Method::Post, &Holder::default()),
        ["alert", "amount", "metric", "provider", "setting", "since"]
    );
}

#[test]
fn a_tag_is_sent_however_it_is_declared() {
    let alert: Alert =
        read(r#"{"type": "METRIC", "units": "KILOBYTES", "new": 1}"#).unwrap();
    let sent = json(&request(Method::Put, &alert).unwrap());
    assert_eq!(sent, json(r#"{"type": "METRIC", "units": "KILOBYTES"}"#));
    let alert: Alert = read(r#"{"type": "CPU", "value": 1, "new": 1}"#).unwrap();
    let sent = json(&request(Method::Put, &alert).unwrap());
    assert_eq!(sent, json(r#"{"type": "CPU", "value": 1.0}"#));
    assert_eq!(left_out(Method::Put, &alert), ["new"]);
    let unknown = r#"{"type":"NEW","value":1}"#;
    let alert: Alert = read(unknown).unwrap();
    assert_eq!(request(Method::Put, &alert).unwrap(), unknown);
}

#[test]
fn floats_must_be_finite() {
    let cluster = Cluster { disk: Some(f64::NAN), ..cluster() };
    let error = request(Method::Post, &cluster).unwrap_err();
    assert_eq!(error.to_string(), "`diskSizeGB` is a float that is not finite");
    let error = request(Method::Post, &vec![1.0, f64::INFINITY]).unwrap_err();
    assert_eq!(error.to_string(), "`[1]` is a float that is not finite");
    let error = encode(&f64::NAN).unwrap_err();
    assert_eq!(error.to_string(), "the top level is a float that is not finite");
    let error = encode(&of!({"a": [f64::NAN, f64::INFINITY]})).unwrap_err();
    assert_eq!(error.paths().collect::<Vec<_>>(), ["a[0]", "a[1]"]);
}

#[test]
fn nesting_has_a_limit() {
    let mut cluster = cluster();
    for _ in 0..200 {
        cluster = Cluster { parent: Some(Box::new(cluster)), ..self::cluster() };
    }
    let error = request(Method::Post, &cluster).unwrap_err().to_string();
    assert!(error.starts_with("`parent.parent."), "{error}");
    assert!(error.ends_with("is nested too deeply"), "{error}");
}

#[test]
fn a_buffer_is_appended_to_and_left_alone_on_errors() {
    let mut buffer = b"body=".to_vec();
    encode_into(&cluster(), &mut buffer).unwrap();
    assert!(buffer.starts_with(b"body={"));
    let before = buffer.clone();
    let broken = vec![cluster(), Cluster { disk: Some(f64::NAN), ..cluster() }];
    let error = encode_into(&broken, &mut buffer).unwrap_err();
    assert_eq!(error.paths().collect::<Vec<_>>(), ["[1].diskSizeGB"]);
    assert_eq!(buffer, before);
}
