//! What a request sends, and what it refuses to.

use atlas_admin_runtime::codec::{Json, Mode, Nullable, encode_into};
use serde_json::json as of;

use super::sample::{Alert, Amount, AwsRegion, Bare, Cluster, Holder, Label, Metric};
use super::sample::{Provider, Region, Setting, Spec, TenantRegion};
use super::{json, read, request, write};

fn cluster() -> Cluster {
    Cluster {
        name: "prod".to_owned(),
        members: 3,
        provider: Provider::Aws,
        specs: vec![],
        ..Cluster::default()
    }
}

#[test]
fn read_only_and_undeclared_properties_stay_at_home() {
    let text = r#"{"id": "1", "createDate": "2024-05-01T10:00:00Z", "name": "prod",
        "members": 3, "provider": "AWS", "replicationSpecs": [{"regionConfigs": [], "x": 1}],
        "undeclared": {"a": 1}, "password": "p"}"#;
    let mut cluster: Cluster = read(text).unwrap();
    let expected = of!({"name": "prod", "members": 3, "provider": "AWS",
        "replicationSpecs": [{"regionConfigs": []}], "password": "p"});
    assert_eq!(json(&request(&cluster).unwrap()), expected);

    cluster.extra.insert("id", "2");
    cluster.extra.insert("undeclared", 1);
    cluster.extra.insert("mine", Json::Null);
    let mut expected = expected;
    expected["id"] = of!("2");
    expected["undeclared"] = of!(1);
    expected["mine"] = Json::Null;
    assert_eq!(json(&request(&cluster).unwrap()), expected);
}

#[test]
fn what_did_not_fit_is_sent_back_unless_it_is_read_only() {
    let text = r#"{"id": 5, "createDate": 7, "name": ["prod"], "members": "3", "provider": "",
        "replicationSpecs": null, "backupEnabled": "yes", "note": 1}"#;
    let cluster: Cluster = read(text).unwrap();
    let expected = of!({"name": ["prod"], "members": "3", "provider": "",
        "replicationSpecs": null, "backupEnabled": "yes", "note": 1});
    assert_eq!(json(&request(&cluster).unwrap()), expected);
}

#[test]
fn explicit_nulls_are_sent() {
    let mut cluster = cluster();
    cluster.note = Nullable::Null;
    cluster.extra.insert("backupEnabled", Json::Null);
    let sent = json(&request(&cluster).unwrap());
    assert_eq!((&sent["note"], &sent["backupEnabled"]), (&Json::Null, &Json::Null));
    assert_eq!(sent.as_object().unwrap().len(), 6);
}

#[test]
fn every_required_property_that_is_not_set_is_named() {
    let mut cluster = cluster();
    cluster.provider = Provider::default();
    cluster.labels =
        Some(vec![Label::default(), Label { value: 1.into(), ..Label::default() }]);
    cluster.specs = vec![Spec {
        regions: vec![
            Region::Aws(AwsRegion { zone: "2024-01-01".into(), ..AwsRegion::default() }),
            Region::Tenant(TenantRegion::default()),
            Region::Aws(AwsRegion::default()),
        ],
        ..Spec::default()
    }];
    let error = request(&cluster).unwrap_err();
    assert_eq!(
        error.missing(),
        [
            "provider",
            "labels[0].value",
            "replicationSpecs[0].regionConfigs[1].regionName",
            "replicationSpecs[0].regionConfigs[2].since",
        ]
    );
    cluster.labels = None;
    cluster.specs[0].regions.truncate(2);
    cluster.provider = Provider::Gcp;
    assert_eq!(
        request(&cluster).unwrap_err().to_string(),
        "required property `replicationSpecs[0].regionConfigs[1].regionName` is not set"
    );
    // Nothing is required to write a value down.
    write(&cluster);
}

#[test]
fn several_missing_properties_make_one_message() {
    let error = request(&Holder::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "required properties `alert`, `amount`, `metric`, `provider`, `setting`, `since` \
         are not set"
    );
}

#[test]
fn what_the_service_left_out_is_not_made_up_in_a_request() {
    let text = r#"{"name": "prod", "provider": "AWS", "replicationSpecs": []}"#;
    let mut cluster: Cluster = read(text).unwrap();
    assert_eq!(request(&cluster).unwrap_err().missing(), ["members"]);
    cluster.members = 3;
    assert_eq!(json(&request(&cluster).unwrap())["members"], of!(3));
    cluster.members = 0;
    cluster.extra.insert("members", 0);
    assert_eq!(json(&request(&cluster).unwrap())["members"], of!(0));
}

#[test]
fn a_required_zero_may_be_meant() {
    let mut cluster = cluster();
    cluster.members = 0;
    cluster.name = String::new();
    let sent = json(&request(&cluster).unwrap());
    assert_eq!((&sent["members"], &sent["name"]), (&of!(0), &of!("")));
}

#[test]
fn required_values_count_as_set_once_anything_is_in_them() {
    let mut holder = Holder {
        alert: Alert::Bare(Bare::default()),
        amount: Amount { value: Some(0.0), ..Amount::default() },
        metric: Metric::Count(Amount::default()),
        provider: Provider::Unknown("MOON".to_owned()),
        setting: Setting::On(false),
        since: "2024-05-01T10:00:00Z".into(),
        ..Holder::default()
    };
    let expected = of!({"alert": {"type": "BARE"}, "amount": {"value": 0.0},
        "metric": {"units": "RAW"}, "provider": "MOON", "setting": false,
        "since": "2024-05-01T10:00:00Z"});
    assert_eq!(json(&request(&holder).unwrap()), expected);

    holder.amount = Amount::default();
    assert_eq!(request(&holder).unwrap_err().missing(), ["amount"]);
    holder.amount.extra.insert("unit", "GB");
    assert_eq!(json(&request(&holder).unwrap())["amount"], of!({"unit": "GB"}));
    // An empty object that the service sent is sent back.
    holder.amount = read("{}").unwrap();
    assert_eq!(json(&request(&holder).unwrap())["amount"], of!({}));
}

#[test]
fn a_tag_is_sent_however_it_is_declared() {
    let alert: Alert =
        read(r#"{"type": "METRIC", "units": "KILOBYTES", "new": 1}"#).unwrap();
    let sent = json(&request(&alert).unwrap());
    assert_eq!(sent, of!({"type": "METRIC", "units": "KILOBYTES"}));
    let alert: Alert = read(r#"{"type": "CPU", "value": 1, "new": 1}"#).unwrap();
    assert_eq!(json(&request(&alert).unwrap()), of!({"type": "CPU", "value": 1.0}));
    let unknown = r#"{"type": "NEW", "value": 1}"#;
    let alert: Alert = read(unknown).unwrap();
    assert_eq!(json(&request(&alert).unwrap()), json(unknown));
}

#[test]
fn floats_must_be_finite() {
    let cluster = Cluster { disk: Some(f64::NAN), ..cluster() };
    let error = request(&cluster).unwrap_err();
    assert_eq!(error.to_string(), "a float that is not finite at `diskSizeGB`");
    let error = request(&vec![1.0, f64::INFINITY]).unwrap_err();
    assert_eq!(error.to_string(), "a float that is not finite at `[1]`");
    let error = request(&f64::NAN).unwrap_err();
    assert_eq!(error.to_string(), "a float that is not finite at the top level");
}

#[test]
fn nesting_has_a_limit() {
    let mut cluster = cluster();
    for _ in 0..200 {
        cluster = Cluster { parent: Some(Box::new(cluster)), ..self::cluster() };
    }
    let error = request(&cluster).unwrap_err().to_string();
    assert!(error.starts_with("nested too deeply at `parent.parent."), "{error}");
}

#[test]
fn a_buffer_is_appended_to_and_left_alone_on_errors() {
    let mut buffer = b"body=".to_vec();
    encode_into(&cluster(), Mode::Request, &mut buffer).unwrap();
    assert!(buffer.starts_with(b"body={"));
    let before = buffer.clone();
    let broken =
        Spec { regions: vec![Region::Aws(AwsRegion::default())], ..Spec::default() };
    let error = encode_into(&broken, Mode::Request, &mut buffer).unwrap_err();
    assert_eq!(error.missing(), ["regionConfigs[0].since"]);
    assert_eq!(buffer, before);
}
