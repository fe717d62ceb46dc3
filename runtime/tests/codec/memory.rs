//! No text takes a disproportionate amount of memory, and no valid one is refused for
//! it.

use atlas_admin_runtime::codec::{
    self, Date, Extra, Json, Map, Nullable, UndeclaredValue, Value,
};
use atlas_admin_runtime::{open_enum, record};

/// The bytes of memory for each byte of text, and for any text.
const LIMIT: (usize, usize) = (16, 1 << 20);

#[derive(Clone)]
pub enum Color {
    Red,
    Unknown(UndeclaredValue),
}

open_enum! {
    Color
    Red "RED"
}

/// A record of a kilobyte, like the widest of the API.
#[derive(Clone, Default)]
pub struct Wide {
    pub color: Option<Color>,
    pub dates: Option<Vec<Date>>,
    pub flags: Option<Vec<bool>>,
    pub free: Option<Json>,
    pub labels: Option<Map<Narrow>>,
    pub numbers: Option<Vec<f64>>,
    pub others: Option<Vec<Narrow>>,
    pub own: Option<Box<Wide>>,
    pub texts: Option<Vec<String>>,
    pub wide: Option<Vec<Wide>>,
    pub wides: Option<Map<Wide>>,
    pub z1: Option<Part>,
    pub z2: Option<Part>,
    pub z3: Option<Part>,
    pub z4: Option<Part>,
    pub extra: Extra,
}

record! {
    Wide
    0 color "color"
    1 dates "dates"
    2 flags "flags"
    3 free "free"
    4 labels "labels"
    5 numbers "numbers"
    6 others "others"
    7 own "own"
    8 texts "texts"
    9 wide "wide"
    10 wides "wides"
    11 z1 "z1"
    12 z2 "z2"
    13 z3 "z3"
    14 z4 "z4"
}

/// A record inside another.
#[derive(Clone, Default)]
pub struct Part {
    pub a: Option<String>,
    pub b: Option<String>,
    pub c: Option<String>,
    pub d: Option<String>,
    pub e: Option<String>,
    pub f: Option<String>,
    pub g: Option<String>,
    pub h: Option<String>,
    pub i: Option<String>,
    pub j: Option<String>,
    pub extra: Extra,
}

record! {
    Part
    0 a "a"
    1 b "b"
    2 c "c"
    3 d "d"
    4 e "e"
    5 f "f"
    6 g "g"
    7 h "h"
    8 i "i"
    9 j "j"
}

#[derive(Clone, Default)]
pub struct Narrow {
    pub id: Option<String>,
    pub name: Nullable<String>,
    pub extra: Extra,
}

record! {
    Narrow
    0 id "id"
    1 name "name"
}

#[derive(Clone, Default)]
pub struct Page {
    pub results: Vec<Wide>,
    pub extra: Extra,
}

record! {
    Page
    0 results "results"
}

/// Decodes a text. Returns the peak of its memory, and whether it was refused.
fn decode(text: &str, value: &mut dyn Value) -> (usize, Result<(), codec::DecodeError>) {
    let mut result = Ok(());
    let taken = allocation_counter::measure(|| {
        result = codec::decode(text.as_bytes(), value);
    });
    (usize::try_from(taken.bytes_max).unwrap(), result)
}

fn list(item: &str, count: usize) -> String {
    format!("[{}]", vec![item; count].join(","))
}

fn page(items: &str) -> String {
    format!(r#"{{"results":{items}}}"#)
}

/// Returns an object with `count` names, each two to four bytes long.
fn object(value: &str, count: usize) -> String {
    let members = (0..count).map(|number| format!(r#""{number:x}":{value}"#));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

#[test]
fn hostile_texts_are_refused() {
    assert!(size_of::<Wide>() > 1200);
    let many = 60_000;
    let items = [
        "{}",
        "[]",
        "0",
        "null",
        r#"{"wide":[{}]}"#,
        r#"{"wides":{"":{}}}"#,
        r#"{"own":{}}"#,
        r#"{"own":{"own":{"own":{}}}}"#,
        r#"{"labels":{"":{}}}"#,
        r#"{"labels":{"":0}}"#,
        r#"{"others":[{}]}"#,
        r#"{"others":[{},0]}"#,
        r#"{"texts":[{},0]}"#,
        r#"{"texts":0}"#,
        r#"{"free":{}}"#,
        r#"{"free":[[{}]]}"#,
        r#"{"":0}"#,
        r#"{"color":"\ud800"}"#,
    ];
    let mut texts: Vec<_> = items.iter().map(|item| page(&list(item, many))).collect();
    for inner in ["{}", "[]", "0", "null", r#""""#, r#""\ud800""#, r#"{"":0}"#] {
        for field in ["wide", "others", "texts", "numbers", "flags", "free", "x", "own"]
        {
            texts
                .push(format!(r#"{{"results":[{{"{field}":{}}}]}}"#, list(inner, many)));
        }
        for field in ["wides", "labels", "free", "x"] {
            let members = object(inner, many);
            texts.push(format!(r#"{{"results":[{{"{field}":{members}}}]}}"#));
        }
        texts.push(format!(r#"{{"results":[{}]}}"#, object(inner, many)));
    }
    for text in texts {
        let mut value = Page::default();
        let (peak, result) = decode(&text, &mut value);
        let limit = text.len() * LIMIT.0 + LIMIT.1;
        let start = &text[..60];
        assert!(peak <= limit, "{start}: {peak} bytes for {}: {result:?}", text.len());
        if let Err(error) = result {
            assert!(error.is_syntax() && error.message().contains("memory"), "{error}");
            assert!(error.path().starts_with("results"), "{error}");
        }
    }
    let (_, result) = decode(&page(&list("{}", many)), &mut Page::default());
    let message = result.unwrap_err().to_string();
    assert!(message.contains("more than 1 MiB and 16 bytes for each byte"), "{message}");
}

#[test]
fn honest_texts_are_read() {
    let sparse = r#"{"texts":["a"],"labels":{"a":{"id":"1"}},"new":{"property":1}}"#;
    let nested = r#"{"z1":{"a":"5f1b00000000000000000000","b":"cluster"},"wide":[{"color":"RED"}]}"#;
    for (item, count) in [
        // The largest page, of the widest records, with the shortest text.
        ("{}", 500),
        (r#"{"color":"RED"}"#, 500),
        (sparse, 500),
        (nested, 500),
    ] {
        let mut value = Page::default();
        let (_, result) = decode(&page(&list(item, count)), &mut value);
        assert!(result.is_ok(), "{item}: {result:?}");
        assert_eq!(value.results.len(), count);
    }
    for (item, count) in [
        (r#"{"id":"5f1b00000000000000000000"}"#, 100_000),
        (r#"{"id":"1"}"#, 100_000),
        ("{\"id\":\"1\",\"new\":\"5f1b00000000000000000000\"}", 100_000),
    ] {
        let mut value = Vec::<Narrow>::new();
        let (_, result) = decode(&list(item, count), &mut value);
        assert!(result.is_ok(), "{item}: {result:?}");
        assert_eq!(value.len(), count);
    }
    let names = object(r#"{"type":"string"}"#, 100_000);
    assert!(decode(&names, &mut Json::Null).1.is_ok());
    let numbers = list("1.5", 100_000);
    assert!(decode(&numbers, &mut Vec::<f64>::new()).1.is_ok());
    assert!(decode(&list(r#""ab""#, 100_000), &mut Vec::<String>::new()).1.is_ok());
    // The limit doesn't apply to text that a program parses itself.
    assert!(list("{}", 100_000).parse::<Json>().is_ok());
}
