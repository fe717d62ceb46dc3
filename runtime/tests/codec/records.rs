//! Records: open, lossless and tolerant.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use atlas_admin_runtime::codec::{
    Extra, Field, Json, Map, Nullable, Record, Table, Value, View, encode_request,
};
use atlas_admin_runtime::json as of;
use atlas_admin_runtime::operation::Method;

use super::sample::{AwsRegion, Cluster, Label, Provider, Region, Spec};
use super::{free, json, read, survives, write};

const FULL: &str = r#"{
    "backupEnabled": true, "createDate": "2024-05-01T10:00:00Z", "day": "2024-05-01",
    "diskSizeGB": 10.5, "free": {"a": [1, null, "x"]}, "id": "1",
    "labels": [{"key": "k", "value": 1}, {"key": "l", "value": null}], "members": 3,
    "name": "prod", "note": null, "parent": {"id": "0", "members": 0, "name": "",
    "provider": "GCP", "replicationSpecs": []}, "password": "p", "provider": "AWS",
    "replicationSpecs": [{"regionConfigs": [
        {"nodeCount": 3, "providerName": "AWS", "regionName": "US", "since": "2024-01-01"}
    ], "zoneName": "Z"}], "tags": {"a": "b"}, "token": "t"
}"#;

#[test]
fn every_kind_of_field_is_read_and_written() {
    let cluster: Cluster = survives(FULL);
    assert!(cluster.extra.is_empty());
    assert_eq!(cluster.backup, Some(true));
    assert_eq!(cluster.created.as_ref().unwrap().as_str(), "2024-05-01T10:00:00Z");
    assert_eq!(cluster.day.as_ref().unwrap().date().unwrap().day(), 1);
    assert_eq!(cluster.disk, Some(10.5));
    assert_eq!(cluster.free, Some(of!({"a": [1, null, "x"]})));
    assert_eq!(cluster.labels.as_ref().unwrap()[0].value, Nullable::Value(1));
    assert_eq!(cluster.labels.as_ref().unwrap()[1].value, Nullable::Null);
    assert_eq!(cluster.note, Nullable::Null);
    assert_eq!(cluster.parent.as_ref().unwrap().provider, Some(Provider::Gcp));
    assert_eq!(cluster.tags.as_ref().unwrap()["a"], "b");
    let specs = cluster.specs.as_ref().unwrap();
    let Region::Aws(region) = &specs[0].regions.as_ref().unwrap()[0] else {
        panic!("{cluster:?}")
    };
    assert_eq!((region.nodes, region.region.as_deref()), (Some(3), Some("US")));
}

#[test]
fn the_order_of_the_text_does_not_matter() {
    let Json::Object(members) = free(FULL) else { unreachable!() };
    let expected: Cluster = read(FULL).unwrap();
    let names: Vec<_> = members.keys().rev().cloned().collect();
    for turn in 0..names.len() {
        let turned = names.iter().cycle().skip(turn).take(names.len());
        let text: Vec<_> =
            turned.map(|name| format!("\"{name}\" : {}", members[name])).collect();
        let text = format!("\n{{ {} \t}}\r\n", text.join(" ,"));
        assert_eq!(read::<Cluster>(&text).unwrap(), expected);
    }
}

#[test]
fn undeclared_properties_are_kept() {
    let text = r#"{"key": "k", "new": {"deep": [18446744073709551615]}, "value": 1, "zz": null}"#;
    let label: Label = survives(text);
    assert_eq!(label.extra.get("new"), Some(&of!({"deep": [18446744073709551615_u64]})));
    assert_eq!(label.extra.get("zz"), Some(&Json::Null));
    assert_eq!(
        label.extra.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["new", "zz"]
    );
}

#[test]
fn undeclared_values_of_enums_are_kept() {
    let text =
        r#"{"id":"","members":0,"name":"","provider":"MOON","replicationSpecs":[]}"#;
    let cluster: Cluster = survives(text);
    let provider = cluster.provider.unwrap();
    assert_eq!(provider, Provider::from("MOON"));
    assert_eq!(provider.as_str(), "MOON");
}

#[test]
fn values_of_another_type_are_kept_under_their_names() {
    for (name, raw) in [
        ("backupEnabled", "\"true\""),
        ("createDate", "{\"$date\": 1}"),
        ("diskSizeGB", "\"10\""),
        ("diskSizeGB", "9007199254740993"),
        ("id", "5"),
        ("labels", "{}"),
        ("members", "3.5"),
        ("members", "9223372036854775808"),
        ("members", "[[]]"),
        ("name", "true"),
        ("note", "[]"),
        ("parent", "\"other\""),
        ("provider", "7"),
        ("replicationSpecs", "{\"0\": {}}"),
        ("tags", "[]"),
    ] {
        let mut members = json(FULL);
        members[name] = json(raw);
        let cluster: Cluster = survives(&members.to_string());
        assert_eq!(cluster.extra.get(name), Some(&free(raw)), "{name}: {raw}");
        assert_eq!(cluster.extra.iter().count(), 1);
    }
}

#[test]
fn what_came_instead_of_a_record_is_kept_by_the_record() {
    for raw in ["null", "1", "\"a\"", "true", "[{\"key\": \"k\"}]"] {
        let label: Label = survives(raw);
        assert_eq!(label.extra.non_object(), Some(&free(raw)));
        assert!(label.extra.is_empty());
        let labels = vec![label.clone()];
        assert_eq!(super::request(Method::Put, &labels).unwrap(), write(&labels));
        let body = super::request(Method::Put, &label).unwrap();
        assert_eq!(body, if raw == "null" { "{}".to_owned() } else { write(&label) });
        assert_eq!(
            serde_json::from_str::<Label>(&serde_json::to_string(&label).unwrap())
                .unwrap(),
            label
        );
        assert_eq!(
            survives::<Cluster>(&format!(r#"{{"labels": [{{"key": "k"}}, {raw}]}}"#))
                .labels
                .unwrap(),
            [Label { key: Some("k".to_owned()), ..Label::default() }, label.clone()]
        );
        survives::<Map<Box<Label>>>(&format!(r#"{{"a": {raw}, "b": {{}}}}"#));
        survives::<Vec<Vec<Label>>>(&format!("[[{raw}], [{{}}]]"));
        assert!(label != Label::default());
    }
}

#[test]
fn what_came_instead_gives_way_to_what_is_set() {
    let mut labels: Vec<Label> = read("[null, 5, [6], 7, 8]").unwrap();
    labels[0].key = Some("a".to_owned());
    labels[1].extra.insert("mine", 1);
    labels[2] = Label::default();
    labels[3].key = Some(String::new());
    assert_eq!(write(&labels), r#"[{"key":"a"},{"mine":1},{},{"key":""},8]"#);
    assert!(read::<Vec<Label>>(&write(&labels)).unwrap() == labels);
    assert_eq!(format!("{:?}", labels[0]), r#"Label { key: "a" }"#);
    assert_eq!(format!("{:?}", labels[1]), r#"Label { extra: {"mine"} }"#);
}

#[test]
fn an_odd_item_of_a_list_of_scalars_costs_only_its_own_place() {
    let odd = r#"["AWS", null, 5, {"a": [1, "x"]}, "GCP", 1.50, [ ], true]"#;
    let texts = ["AWS", "5", r#"{"a": [1, "x"]}"#, "GCP", "1.50", "[ ]", "true"];
    assert_eq!(read::<Vec<String>>(odd).unwrap(), texts);
    let providers: Vec<Provider> = read(odd).unwrap();
    assert!(providers.iter().map(Provider::as_str).eq(texts));
    assert_eq!(read::<Vec<i64>>(r#"[1, null, "2", 3.5, 4, []]"#).unwrap(), [1, 4]);
    assert_eq!(read::<Vec<bool>>("[true, 0, null, false]").unwrap(), [true, false]);
    assert_eq!(read::<Vec<f64>>(r#"[0.5, "x", 1e999]"#).unwrap(), [0.5]);
    assert_eq!(read::<Vec<Vec<i64>>>("[[1, {}], [null]]").unwrap(), [vec![1], vec![]]);
}

#[test]
fn an_odd_value_of_a_map_of_strings_costs_only_its_own_place() {
    let text = r#"{"tags": {"a": "b", "c": 1, "d": null, "e": ["x"], "f": "g"}}"#;
    let mut cluster: Cluster = read(text).unwrap();
    let tags = cluster.tags.get_or_insert_default();
    let all = [("a", "b"), ("c", "1"), ("e", r#"["x"]"#), ("f", "g")];
    assert!(tags.iter().map(|(key, value)| (&**key, &**value)).eq(all));
    tags.insert("h".to_owned(), "i".to_owned());
    assert_eq!(write(&cluster).matches(':').count(), 6);
    // A value that a map of numbers can't hold is kept with the whole map.
    let kept = read::<Map<Map<i64>>>(r#"{"a": {"b": 1, "c": null}}"#).unwrap();
    assert_eq!(kept["a"], Map::from([("b".to_owned(), 1)]));
    assert!(read::<Map<i64>>(r#"{"a": 1, "b": "x"}"#).is_err());
    assert_eq!(read::<Vec<Map<i64>>>(r#"[{"a": 1}, null]"#).unwrap().len(), 1);
}

#[test]
fn what_did_not_fit_gives_way_to_a_field_that_is_set() {
    let mut cluster: Cluster =
        read(r#"{"members": "many", "name": [], "note": 1}"#).unwrap();
    assert_eq!(cluster.members, None);
    cluster.members = Some(3);
    cluster.name = Some("prod".to_owned());
    assert_eq!(write(&cluster), r#"{"members":3,"name":"prod","note":1}"#);
}

#[test]
fn a_whole_number_may_be_written_as_a_float() {
    let cluster: Cluster = read(r#"{"members": 3.0}"#).unwrap();
    assert_eq!(cluster.members, Some(3));
    let cluster: Cluster = read(r#"{"members": 1e5}"#).unwrap();
    assert_eq!(cluster.members, Some(100_000));
    let cluster: Cluster = read(r#"{"diskSizeGB": 10}"#).unwrap();
    assert_eq!(cluster.disk, Some(10.0));
}

#[test]
fn required_properties_that_were_left_out_are_not_made_up() {
    let spec: Spec = survives(r#"{"zoneName": "Z"}"#);
    assert!(spec.extra.is_empty());
    let cluster: Cluster = survives(r#"{"diskSizeGB": 1.5}"#);
    assert_eq!(cluster.name, None);
    survives::<Cluster>("{}");
    survives::<AwsRegion>(r#"{"nodeCount": 1}"#);

    let mut set = spec;
    set.regions = Some(vec![Region::Unknown(of!({"providerName": "X"}))]);
    let written = r#"{"regionConfigs":[{"providerName":"X"}],"zoneName":"Z"}"#;
    assert_eq!(write(&set), written);
}

#[test]
fn null_is_absence_unless_the_field_is_nullable() {
    let cluster: Cluster = read(
        r#"{"backupEnabled": null, "free": null, "members": null, "parent": null}"#,
    )
    .unwrap();
    assert_eq!(write(&cluster), "{}");
    let mut cluster: Cluster = survives(r#"{"note": null}"#);
    assert_eq!(cluster.note, Nullable::Null);
    cluster.note = Nullable::Absent;
    assert_eq!(write(&cluster), "{}");
    cluster.note = "text".to_owned().into();
    assert_eq!(write(&cluster), r#"{"note":"text"}"#);
}

#[test]
fn the_last_of_several_properties_of_one_name_wins() {
    let label: Label =
        read(r#"{"key": "a", "key": "b", "value": "x", "value": 2}"#).unwrap();
    assert_eq!(label.key.as_deref(), Some("b"));
    assert_eq!(label.value, Nullable::Value(2));
    assert!(label.extra.is_empty());
    let label: Label = read(r#"{"value": 2, "value": "x", "zz": 1, "zz": 2}"#).unwrap();
    assert_eq!(label.value, Nullable::Absent);
    assert_eq!(write(&label), r#"{"value":"x","zz":2}"#);
    let list = r#"{"labels": [{"key": "a"}], "labels": [{"key": "b"}]}"#;
    let cluster: Cluster = read(list).unwrap();
    assert_eq!(cluster.labels.unwrap().len(), 1);
}

#[test]
fn an_escaped_name_is_the_same_name() {
    let label: Label = read(r#"{"k\u0065y": "a", "n\"w": 1}"#).unwrap();
    assert_eq!(label.key.as_deref(), Some("a"));
    assert_eq!(label.extra.get("n\"w"), Some(&of!(1)));
    assert_eq!(write(&label), r#"{"key":"a","n\"w":1}"#);
}

#[test]
fn the_caller_overrides_and_adds_through_extra() {
    let mut label: Label = read(r#"{"key": "a", "value": 1, "old": true}"#).unwrap();
    label.extra.insert("key", Json::Null);
    label.extra.insert("mine", "x");
    assert_eq!(write(&label), r#"{"key":null,"value":1,"old":true,"mine":"x"}"#);
    assert_eq!(label.extra.remove("key"), Some(Json::Null));
    assert_eq!(label.extra.remove("old"), Some(of!(true)));
    assert_eq!(label.extra.remove("old"), None);
    assert_eq!(write(&label), r#"{"key":"a","value":1,"mine":"x"}"#);
    label.extra.remove("mine");
    assert!(label.extra.is_empty());
}

#[test]
fn recursion_goes_through_boxes() {
    let mut text = r#"{"name": "0"}"#.to_owned();
    for level in 1..100 {
        text = format!(r#"{{"name": "{level}", "parent": {text}}}"#);
    }
    let cluster: Cluster = survives(&text);
    assert_eq!(cluster.parent.unwrap().parent.unwrap().name.unwrap(), "97");
}

#[test]
fn maps_and_lists_keep_free_form_nulls() {
    survives::<Vec<Json>>(r#"[null, 1, [null]]"#);
    survives::<Map<Json>>(r#"{"a": null, "b": {"c": null}}"#);
    survives::<Vec<Nullable<i64>>>("[1, null]");
}

#[test]
fn a_body_without_content_leaves_the_value_unset() {
    for text in ["", " \r\n\t"] {
        assert!(read::<Cluster>(text).unwrap() == Cluster::default());
        assert!(read::<Vec<Label>>(text).unwrap().is_empty());
        assert_eq!(read::<Nullable<String>>(text).unwrap(), Nullable::Absent);
    }
    let cluster: Cluster = survives("null");
    assert_eq!((cluster.name, cluster.members), (None, None));
    assert!(read::<Vec<Label>>("null").unwrap().is_empty());
    assert_eq!(read::<Nullable<String>>("null").unwrap(), Nullable::Null);
    read::<()>("<html>").unwrap();
}

#[test]
fn equality_does_not_ask_how_a_value_came_about() {
    let received: Label = read(r#"{"key": "a", "new": 1}"#).unwrap();
    let mut built = Label { key: Some("a".to_owned()), ..Label::default() };
    assert!(received != built);
    built.extra.insert("new", 1);
    assert!(received == built);
    assert!(read::<Label>("{}").unwrap() == Label::default());
}

/// A record with more fields than a word has bits, which no macro here can write.
#[derive(Clone, Default)]
struct Wide {
    values: BTreeMap<usize, Option<i64>>,
    unset: Option<i64>,
    extra: Extra,
}

const WIDTH: usize = 200;

impl Record for Wide {
    fn table(&self) -> &'static Table {
        static TABLE: LazyLock<Table> = LazyLock::new(|| {
            let name = |index| &*Box::leak(format!("f{index:03}").into_boxed_str());
            let field = |index| Field { json_name: name(index), flags: Field::REQUIRED };
            let fields = (0..WIDTH).map(field).collect();
            Table { name: "Wide", fields: Box::leak(fields) }
        });
        &TABLE
    }

    fn field(&self, index: usize) -> &dyn Value {
        if index < WIDTH {
            self.values.get(&index).unwrap_or(&self.unset)
        } else {
            &self.extra
        }
    }

    fn field_mut(&mut self, index: usize) -> &mut dyn Value {
        if index < WIDTH {
            self.values.entry(index).or_default()
        } else {
            &mut self.extra
        }
    }
}

atlas_admin_runtime::bridges!(Wide);

#[test]
fn a_record_may_have_any_number_of_fields() {
    for step in [1, 3, 7, 64, 199] {
        let member = |index| format!(r#""f{index:03}": {}"#, index + 1);
        let members: Vec<_> = (0..WIDTH).step_by(step).map(member).collect();
        let forward = format!("{{{}}}", members.join(","));
        let backward: Vec<_> = members.iter().rev().cloned().collect();
        let backward = format!("{{{}}}", backward.join(","));
        let wide: Wide = survives(&forward);
        assert_eq!(wide.values.len(), WIDTH.div_ceil(step));
        assert!(survives::<Wide>(&backward) == wide);
        let body = encode_request(&wide, Method::Post).unwrap();
        assert_eq!(body.missing().len(), WIDTH - wide.values.len());
        let twice =
            format!("{}, \"f199\": 1, \"f199\": 2}}", &forward[..forward.len() - 1]);
        assert_eq!(read::<Wide>(&twice).unwrap().values[&199], Some(2));
    }
}

#[test]
fn only_an_option_says_that_a_value_is_unset() {
    for text in ["\"\"", "\"x\""] {
        survives::<Option<Provider>>(text);
        survives::<Option<String>>(text);
    }
    let empty = Cluster {
        name: Some(String::new()),
        members: Some(0),
        provider: Some(Provider::default()),
        free: Some(Json::Null),
        labels: Some(vec![Label::default()]),
        parent: Some(Box::default()),
        specs: Some(vec![]),
        ..Cluster::default()
    };
    assert_eq!(
        write(&empty),
        r#"{"free":null,"labels":[{}],"members":0,"name":"","parent":{},"provider":"","replicationSpecs":[]}"#
    );
    assert!(matches!(None::<i64>.view(), View::Absent));
}
