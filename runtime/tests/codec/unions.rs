//! Unions by discriminator and by kind, also nested.

use atlas_admin_runtime::codec::Map;
use atlas_admin_runtime::json as of;

use super::sample::{
    Alert, Amount, AwsRegion, Bare, Fields, Holder, HostAlert, Mapping, Metric,
};
use super::sample::{Provider, Region, Setting, TenantRegion, Usage};
use super::{free, json, read, survives, write};

#[test]
fn the_tag_may_stand_anywhere() {
    for text in [
        r#"{"providerName": "AWS", "regionName": "US", "since": "2024-01-01", "nodeCount": 1}"#,
        r#"{"regionName": "US", "since": "2024-01-01", "nodeCount": 1, "providerName": "AWS"}"#,
        r#"{"x": {"providerName": "TENANT"}, "y": ["}", "\"]"], "pro\u0076iderName": "AWS"}"#,
    ] {
        let Region::Aws(region) = survives(text) else { panic!("{text}") };
        assert_eq!(region.provider, Some(Provider::Aws));
    }
}

#[test]
fn a_tag_that_the_record_does_not_declare_is_kept_by_the_union() {
    let Region::Tenant(region) =
        survives(r#"{"backingProviderName": "AWS", "providerName": "TENANT"}"#)
    else {
        panic!()
    };
    assert!(region.extra.is_empty());
    assert_eq!(region.backing, Some(Provider::Aws));
    let text = write(&Region::Tenant(region));
    assert_eq!(text, r#"{"providerName":"TENANT","backingProviderName":"AWS"}"#);
}

#[test]
fn a_tag_is_written_once() {
    let mut region = AwsRegion { region: Some("US".to_owned()), ..AwsRegion::default() };
    region.zone = Some("2024-01-01".into());
    let unset = write(&Region::Aws(region.clone()));
    assert_eq!(
        unset,
        r#"{"providerName":"AWS","regionName":"US","since":"2024-01-01"}"#
    );
    region.provider = Some(Provider::Gcp);
    let other = write(&Region::Aws(region.clone()));
    assert_eq!(
        other,
        r#"{"providerName":"GCP","regionName":"US","since":"2024-01-01"}"#
    );
    region.extra.insert("providerName", "MINE");
    let added = write(&Region::Aws(region));
    assert_eq!(
        added,
        r#"{"providerName":"MINE","regionName":"US","since":"2024-01-01"}"#
    );
    let mut tenant = TenantRegion::default();
    tenant.extra.insert("providerName", "MINE");
    assert_eq!(write(&Region::Tenant(tenant)), r#"{"providerName":"MINE"}"#);
}

#[test]
fn an_unknown_tag_keeps_the_object() {
    let text = r#"{"providerName": "MOON", "regionName": [1]}"#;
    let region: Region = survives(text);
    assert!(region == Region::Unknown(free(text)));
    for text in [r#"{"a": 1}"#, r#"{"providerName": 1}"#, "[1]", "\"x\"", "true", "{}"] {
        assert!(survives::<Region>(text) == Region::Unknown(free(text)), "{text}");
    }
}

#[test]
fn an_unknown_tag_may_select_a_record() {
    let Metric::Unknown(amount) = survives(r#"{"units": "PARSECS", "value": 1.5}"#)
    else {
        panic!()
    };
    assert_eq!(amount.value, Some(1.5));
    assert_eq!(amount.extra.get("units"), Some(&of!("PARSECS")));
    for text in ["[]", "5", "null"] {
        let Metric::Unknown(amount) = survives(text) else { panic!() };
        assert_eq!(amount.extra.non_object(), Some(&free(text)));
    }
    survives::<Vec<Metric>>(r#"[null, {"units": "RAW"}, "x"]"#);
    survives::<Vec<Alert>>(r#"[null, {"type": "BARE"}, "x"]"#);
}

#[test]
fn unions_nest_within_one_object() {
    for units in ["BYTES", "KILOBYTES", "RAW", "PARSECS"] {
        let text = format!(r#"{{"value": 1.5, "units": "{units}", "type": "METRIC"}}"#);
        let Alert::Metric(metric) = survives(&text) else { panic!("{text}") };
        let (kept, amount) = match *metric {
            Metric::Size(amount) | Metric::Unknown(amount) => (true, amount),
            Metric::Count(amount) => (false, amount),
        };
        assert_eq!(amount.value, Some(1.5));
        // A discriminator with several values for the variant is kept as received.
        assert_eq!(amount.extra.get("units").is_some(), kept);
        assert_eq!(amount.extra.get("type"), None);
    }
    let count = Alert::Metric(Box::new(Metric::Count(Amount::default())));
    assert_eq!(write(&count), r#"{"type":"METRIC","units":"RAW"}"#);
    let unset = Alert::Metric(Box::default());
    assert_eq!(write(&unset), r#"{"type":"METRIC"}"#);
}

#[test]
fn unions_nest_by_the_same_tag() {
    let Alert::Usage(Usage::Cpu(amount)) = survives(r#"{"type": "CPU", "value": 1.5}"#)
    else {
        panic!()
    };
    assert!(amount.extra.is_empty());
    let Alert::Usage(Usage::Disk(disks)) =
        survives(r#"{"type": "DISK", "a": 1, "b": 2}"#)
    else {
        panic!()
    };
    assert_eq!(disks, Map::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
}

#[test]
fn a_variant_may_have_no_content() {
    assert!(survives::<Alert>(r#"{"type": "BARE"}"#) == Alert::Bare(Bare::default()));
    let host = survives::<Alert>(r#"{"type": "HOST", "host": "h"}"#);
    let expected = HostAlert { host: Some("h".to_owned()), ..HostAlert::default() };
    assert!(host == Alert::Host(expected));
}

#[test]
fn a_variant_that_does_not_fit_falls_back_to_the_unknown_one() {
    // The content of this variant is a map of numbers.
    let text = r#"{"type": "DISK", "a": 1, "b": "much"}"#;
    let Alert::Usage(Usage::Unknown(kept)) = survives(text) else { panic!() };
    assert_eq!(kept, free(text));
}

#[test]
fn kinds_select_variants() {
    assert!(survives::<Mapping>("true") == Mapping::Switch(true));
    assert!(survives::<Mapping>("\"x\"") == Mapping::Name("x".into()));
    assert!(survives::<Mapping>("5") == Mapping::Unknown(of!(5)));
    assert!(survives::<Mapping>("\"\"") == Mapping::Name("".into()));
    let Mapping::Many(fields) = survives("[1, {}]") else { panic!() };
    assert_eq!(fields[0].extra.non_object(), Some(&of!(1)));
    let nested =
        r#"{"dynamic": false, "fields": {"a": [{"dynamic": true}, {}], "b": 1.5}}"#;
    let Mapping::Fields(fields) = survives(nested) else { panic!() };
    assert!(fields.dynamic == Some(Mapping::Switch(false)));
    let many = &fields.fields.as_ref().unwrap()["a"];
    let expected = Fields { dynamic: Some(Mapping::Switch(true)), ..Fields::default() };
    assert!(*many == Mapping::Many(vec![expected, Fields::default()]));
}

#[test]
fn what_no_variant_takes_is_kept_by_the_record_around() {
    let text = r#"{"setting": "auto", "metric": [1], "alert": 5, "since": ""}"#;
    let holder: Holder = survives(text);
    assert!(holder.setting.is_none());
    assert_eq!(holder.since, Some("".into()));
    assert_eq!(holder.extra.get("setting"), Some(&of!("auto")));
    assert_eq!(holder.extra.get("metric"), Some(&of!([1])));
    assert!(holder.alert == Some(Alert::Unknown(of!(5))));
    let Setting::Unknown(amount) = survives("\"auto\"") else { panic!() };
    assert_eq!(amount.extra.non_object(), Some(&of!("auto")));
}

#[test]
fn an_object_without_a_tag_and_with_nothing_set_is_still_an_object() {
    for text in [r#"[{"value": null}]"#, r#"[{}]"#] {
        let metrics: Vec<Metric> = read(text).unwrap();
        assert_eq!(write(&metrics), "[{}]", "{text}");
    }
}

#[test]
fn null_leaves_a_union_unset() {
    let holder: Holder = read(r#"{"alert": null, "setting": null}"#).unwrap();
    assert!(holder == Holder::default());
    assert!(read::<Fields>(r#"{"dynamic": null}"#).unwrap() == Fields::default());
    assert!(read::<Region>("null").unwrap() == Region::default());
}

#[test]
fn what_all_variants_share_is_there_whichever_it_is() {
    for units in ["BYTES", "RAW", "PARSECS"] {
        let text = format!(r#"{{"value": 1.5, "units": "{units}", "more": [1]}}"#);
        let amount = read::<Metric>(&text).unwrap().common();
        assert_eq!(amount.value, Some(1.5));
        assert_eq!(amount.extra.get("units"), Some(&of!(units)));
        assert_eq!(json(&write(&amount)), json(&text));
    }
    assert_eq!(Metric::default().common(), Amount::default());
    // A value that JSON can't express is omitted, and nothing else.
    let mut amount = Amount { value: Some(f64::NAN), ..Amount::default() };
    amount.extra.insert("mine", 1);
    assert_eq!(Metric::Count(amount).common().extra.get("mine"), Some(&of!(1)));
}

#[test]
fn what_all_variants_share_is_changed_whichever_it_is() {
    for units in ["BYTES", "RAW", "PARSECS"] {
        let text = format!(r#"{{"value": 1.5, "units": "{units}", "more": [1]}}"#);
        let mut metric = read::<Metric>(&text).unwrap();
        metric.update_common(|amount| amount.value = Some(2.5));
        let changed = text.replace("1.5", "2.5");
        assert_eq!(json(&write(&metric)), json(&changed));
        metric.update_common(|amount| amount.extra.insert("mine", true));
        assert_eq!(metric.common().extra.get("mine"), Some(&of!(true)));
        metric.update_common(|amount| amount.value = None);
        assert_eq!(metric.common().value, None);
        assert_eq!(metric.common().extra.get("more"), Some(&of!([1])));
    }
}

#[test]
fn an_unchanged_union_stays_as_it_was() {
    for text in [r#"{"units":"BYTES","value":null}"#, r#"{"value":1}"#] {
        let mut metric = read::<Metric>(text).unwrap();
        let before = metric.clone();
        metric.update_common(|_| ());
        assert!(metric == before);
        assert_eq!(write(&metric), write(&before));
    }
}

#[test]
fn a_change_of_what_is_shared_moves_nothing_to_another_variant() {
    let text = r#"{"units":"BYTES","value":1.5,"more":[1]}"#;
    let mut metric = read::<Metric>(text).unwrap();
    metric.update_common(|amount| {
        *amount = Amount { value: Some(7.0), ..Amount::default() }
    });
    assert_eq!(json(&write(&metric)), json(r#"{"units":"BYTES","value":7.0}"#));
    metric.update_common(|amount| amount.extra.insert("units", "RAW"));
    assert_eq!(json(&write(&metric)), json(r#"{"units":"BYTES","value":7.0}"#));
}
