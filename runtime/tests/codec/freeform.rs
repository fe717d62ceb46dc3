//! Values without a declared structure: their order and their spelling.

use atlas_admin_runtime::codec::{Json, Map, decode};
use atlas_admin_runtime::json as of;
use serde::Deserialize as _;

use super::sample::Cluster;
use super::{free, read, write};

/// Texts whose order or spelling matters.
const TEXTS: [&str; 8] = [
    r#"{"score":-1,"name":1}"#,
    r#"[{"$sort":{"z":1,"a":-1,"m":{"y":[],"b":{}}}},{"$limit":10}]"#,
    r#"[1.50,1e5,1E+5,-0,-0.0,100000000000000000000,0.1000000000000000055511151231257827]"#,
    r#"[18446744073709551615,18446744073709551616,-9223372036854775809,1e400,-1E-999]"#,
    r#"{"b":null,"a":"\u0001","":true}"#,
    "[]",
    "{}",
    "null",
];

#[test]
fn order_and_spelling_come_back() {
    for text in TEXTS {
        assert_eq!(write(&free(text)), text);
        assert_eq!(free(text).to_string(), text);
        let clusters = format!(r#"{{"free":{text},"new":{text}}}"#);
        if text != "null" {
            assert_eq!(write(&read::<Cluster>(&clusters).unwrap()), clusters);
        }
        let map = format!(r#"{{"z":{text},"a":{text}}}"#);
        assert_eq!(write(&read::<Map<Json>>(&map).unwrap()), map);
    }
    let tags = r#"{"tags":{"z":"1","a":"2","m":"3"}}"#;
    assert_eq!(write(&read::<Cluster>(tags).unwrap()), tags);
    let mut cluster = Cluster::default();
    for name in ["z", "a", "m"] {
        cluster.extra.insert(name, 1);
    }
    assert_eq!(write(&cluster), r#"{"z":1,"a":1,"m":1}"#);
}

#[test]
fn a_literal_keeps_the_order_that_it_is_written_in() {
    let (limit, missing) = (10, None::<String>);
    let pipeline = of!([
        {"$match": {"state": "IDLE", "tags": ["a", null, true, {}], "no": missing}},
        {"$sort": {"score": -1, "name": 1}},
        {"$limit": limit * 2},
        [],
        f64::from(1) / 4.0,
    ]);
    assert_eq!(
        pipeline.to_string(),
        r#"[{"$match":{"state":"IDLE","tags":["a",null,true,{}],"no":null}},{"$sort":{"score":-1,"name":1}},{"$limit":20},[],0.25]"#
    );
    assert_eq!(of!(null), Json::Null);
    assert_eq!(of!("x".to_owned() + "y"), Json::from("xy"));
    let name = "computed";
    assert_eq!(
        of!({name: 1, "b": name}).to_string(),
        r#"{"computed":1,"b":"computed"}"#
    );
}

#[test]
fn objects_are_equal_in_the_same_order_only() {
    assert_ne!(free(r#"{"a": 1, "b": 1}"#), free(r#"{"b": 1, "a": 1}"#));
    assert_eq!(free(r#"{"a": 1, "b": 1}"#), of!({"a": 1, "b": 1}));
    let (one, other) =
        (r#"{"free": {"a": 1, "b": 1}}"#, r#"{"free": {"b": 1, "a": 1}}"#);
    assert_ne!(read::<Cluster>(one).unwrap(), read::<Cluster>(other).unwrap());
}

#[test]
fn numbers_are_equal_by_value() {
    for (one, other) in [
        ("1", "1.0"),
        ("1.50", "15e-1"),
        ("100", "1E2"),
        ("-0", "0.000"),
        ("123456789012345678901234567890", "12345678901234567890123456789e1"),
        ("0.5", "5e-1"),
        ("18446744073709551615", "18446744073709551615.0"),
    ] {
        assert_eq!(free(one), free(other), "{one} and {other}");
    }
    for (one, other) in [
        ("1", "-1"),
        ("1", "10"),
        ("9007199254740993", "9007199254740992.0"),
        ("123456789012345678901234567890", "123456789012345678901234567891"),
        ("1e99999999999999999999", "1e99999999999999999998"),
    ] {
        assert_ne!(free(one), free(other), "{one} and {other}");
    }
    assert_eq!(Json::from(1.5), free("1.5"));
    assert_eq!(Json::from(3), free("3.0"));
    assert_ne!(Json::from(f64::NAN), Json::from(f64::NAN));
    assert_ne!(Json::from(f64::NAN), Json::Null);
}

#[test]
fn numbers_convert_where_they_fit() {
    let number = |text: &str| free(text).as_number().cloned().unwrap();
    assert_eq!(number("7").as_i64(), Some(7));
    assert_eq!(number("7").as_u64(), Some(7));
    assert_eq!(number("-7").as_u64(), None);
    assert_eq!(number("18446744073709551615").as_u64(), Some(u64::MAX));
    assert_eq!(number("18446744073709551615").as_i64(), None);
    assert_eq!(number("7.0").as_i64(), None);
    assert_eq!(number("7.5").as_f64(), Some(7.5));
    assert_eq!(number("1e999").as_f64(), None);
    assert_eq!(free("\"7\"").as_f64(), None);
}

#[test]
fn members_and_items_are_found() {
    let json = of!({"a": [{"b/c": 1}, "x"], "~": {"": true}});
    assert_eq!(json["a"][0]["b/c"], of!(1));
    assert_eq!(json["a"][9]["none"], Json::Null);
    assert_eq!(json.pointer("/a/0/b~1c"), Some(&of!(1)));
    assert_eq!(json.pointer("/~0/"), Some(&of!(true)));
    assert_eq!(json.pointer(""), Some(&json));
    for nothing in ["a", "/b", "/a/2", "/a/01", "/a/x", "/a/1/x"] {
        assert_eq!(json.pointer(nothing), None, "{nothing}");
    }
    let mut changed = json.clone();
    *changed.pointer_mut("/a/1").unwrap() = of!(null);
    changed["new"]["deep"] = of!([1]);
    let text = r#"{"a":[{"b/c":1},null],"~":{"":true},"new":{"deep":[1]}}"#;
    assert_eq!(changed.to_string(), text);
}

#[test]
fn both_kinds_of_json_convert_into_each_other() {
    for text in TEXTS {
        let ours = free(text);
        let theirs = serde_json::Value::from(ours.clone());
        let again = Json::from(theirs.clone());
        assert_eq!(serde_json::Value::from(again), theirs, "{text}");
    }
    let theirs = serde_json::json!({"a": [null, true, 1, u64::MAX, -1, 0.5, "x"]});
    let text = r#"{"a":[null,true,1,18446744073709551615,-1,0.5,"x"]}"#;
    assert_eq!(Json::from(theirs.clone()).to_string(), text);
    assert_eq!(serde_json::Value::from(free(text)), theirs);
}

#[test]
fn another_format_keeps_order_and_what_it_can_of_numbers() {
    let text = r#"{"z":{"b":1,"a":[-1,18446744073709551615,0.5,null]},"y":"x"}"#;
    assert_eq!(serde_json::from_str::<Json>(text).unwrap(), free(text));
    assert_eq!(serde_json::to_string(&free(text)).unwrap(), text);
    let yaml = serde_yaml::to_string(&free(text)).unwrap();
    assert_eq!(serde_yaml::from_str::<Json>(&yaml).unwrap(), free(text));
    let cluster = format!(r#"{{"free":{text},"new":{text}}}"#);
    let read: Cluster = serde_json::from_str(&cluster).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), cluster);
    assert_eq!(serde_json::to_string(&free("[1e999]")).unwrap(), r#"["1e999"]"#);
    // A `Deserializer` that passes on integers of 128 bits: `serde_json` does so with
    // `arbitrary_precision`.
    let wide = r#"[36893488147419103232,-9223372036854775809]"#;
    let theirs: serde_json::Value = serde_json::from_str(wide).unwrap();
    assert!(serde_json::from_value::<Json>(theirs).is_ok());
    let one = serde::de::value::U128Deserializer::<serde_json::Error>::new(1 << 65);
    assert_eq!(Json::deserialize(one).unwrap(), free("36893488147419103232"));
    let other = serde::de::value::I128Deserializer::<serde_json::Error>::new(-1);
    assert_eq!(Json::deserialize(other).unwrap(), free("-1"));
}

#[test]
fn blank_text_is_no_json() {
    for text in ["", " \n", "\u{feff}"] {
        assert!(text.parse::<Json>().is_err(), "{text:?}");
    }
    let mut json = of!(1);
    decode(b"", &mut json).unwrap();
    assert_eq!(json, Json::Null);
}
