//! The canonical form: it has the same content, and is always the same text.

use atlas_admin_generator::{canonical, document};
use serde_json::{Map, Value, json};

use crate::random::Random;

/// Text that some reader of YAML misreads, or can't read at all.
const TRICKY: [&str; 62] = [
    "",
    " ",
    "yes",
    "No",
    "ON",
    "off",
    "y",
    "N",
    "null",
    "NULL",
    "~",
    "true",
    "False",
    "1",
    "-1",
    "+1",
    "1e3",
    "1.5",
    ".5",
    "5.",
    "0x1F",
    "0o17",
    "017",
    "1_000",
    "12:30:45",
    "2023-01-01",
    "2023-01-01T00:00:00Z",
    ".nan",
    ".inf",
    "-",
    "--",
    "---",
    "...",
    "- a",
    "? a",
    ": a",
    "a: b",
    "a:",
    "a:b",
    "#x",
    "a #b",
    "a#b",
    " a",
    "a ",
    "a\nb",
    "a\n",
    "\n",
    "\r\n",
    "\t",
    "a\tb",
    "'",
    "\"",
    "a'b\"c",
    "[a",
    "{a}",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "%a",
    "@a",
];

const STRANGER: [&str; 16] = [
    "`a",
    "<<",
    "=",
    "\\d+",
    "^([a-f0-9]{24})$",
    "é",
    "日本語",
    "😀 emoji",
    "\u{85}",
    "\u{2028}",
    "\u{FEFF}a",
    "\u{0}",
    "\u{7F}",
    "a, b",
    "$ref",
    "\u{10FFFF}",
];

fn text(random: &mut Random) -> String {
    match random.below(4) {
        0 => (*random.pick(&TRICKY)).to_owned(),
        1 => (*random.pick(&STRANGER)).to_owned(),
        2 => format!("{}{}", random.pick(&TRICKY), random.pick(&STRANGER)),
        _ => (0..random.below(8))
            .filter_map(|_| char::from_u32(random.below(0x300) as u32))
            .collect(),
    }
}

fn value(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth == 0 { 6 } else { 9 }) {
        0 => Value::Null,
        1 => json!(random.below(2) == 0),
        2 => json!(random.next() as i64),
        3 => json!(random.next()),
        4 => json!(f64::from_bits(random.next())),
        5 => json!(text(random)),
        6 => (0..random.below(4)).map(|_| value(random, depth - 1)).collect(),
        _ => Value::Object(object(random, depth - 1)),
    }
}

fn object(random: &mut Random, depth: usize) -> Map<String, Value> {
    (0..random.below(5)).map(|_| (text(random), value(random, depth))).collect()
}

#[test]
fn what_is_written_is_read_back_equal() {
    let mut random = Random(20_260_806);
    for round in 0..4_000 {
        let mut written = object(&mut random, 4);
        // Reading replaces a merge key by the entries of its value.
        written.retain(|key, _| key != "<<");
        let written = Value::Object(written);
        if written.to_string().contains("\"<<\":") {
            continue;
        }
        let yaml = canonical::write(&written);
        let read = document::parse(yaml.as_bytes());
        assert_eq!(read.as_ref(), Ok(&written), "round {round}:\n{yaml}");
        assert_eq!(canonical::write(&read.unwrap()), yaml, "round {round}");
    }
}

#[test]
fn every_tricky_text_survives_as_key_item_and_value() {
    for text in TRICKY.iter().chain(&STRANGER).filter(|text| **text != "<<") {
        let written = json!({*text: *text, "list": [*text, [*text]]});
        let yaml = canonical::write(&written);
        assert_eq!(document::parse(yaml.as_bytes()), Ok(written), "{yaml}");
    }
}

#[test]
fn the_form_is_this() {
    let value = json!({
        "b": {"z": [], "a": {}, "list": [{"x": 1, "w": [1, [2, 3]]}, "plain text", "2023-01-01"]},
        "a": null, "C": "yes", "url": "https://example.com/#x", "tab": "a\tb", "big": 1e300,
    });
    let expected = "\
C: \"yes\"
a: null
b:
  a: {}
  list:
    - w:
        - 1
        - - 2
          - 3
      x: 1
    - plain text
    - \"2023-01-01\"
  z: []
big: 1.0e+300
tab: \"a\\tb\"
url: https://example.com/#x
";
    assert_eq!(canonical::write(&value), expected);
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    let one = document::parse(b"a: 1\nb: {c: 1, d: 2}\n").unwrap();
    let other = document::parse(br#"{"b": {"d": 2, "c": 1}, "a": 1}"#).unwrap();
    assert_eq!(canonical::write(&one), canonical::write(&other));
}

#[test]
fn long_text_stays_on_its_line_and_long_keys_are_marked() {
    let long = "word ".repeat(500) + "end";
    let written = json!({"long": long, long.as_str(): {"a": [1]}});
    let yaml = canonical::write(&written);
    assert_eq!(yaml.lines().count(), 5, "{yaml}");
    assert_eq!(document::parse(yaml.as_bytes()), Ok(written));
}

#[test]
fn only_lists_that_are_sets_are_sorted() {
    let mut tree = json!({
        "components": {"schemas": {"A": {
            "required": ["b", "a", "b"],
            "enum": ["b", "a"],
            "default": {"required": ["b", "a"]},
            "properties": {"required": {"enum": ["b", "a"]}},
        }}},
        "tags": [{"name": "b"}, {"name": "a"}],
    });
    canonical::normalize(&mut tree);
    assert_eq!(
        tree,
        json!({
            "components": {"schemas": {"A": {
                "required": ["a", "b"],
                "enum": ["b", "a"],
                "default": {"required": ["b", "a"]},
                "properties": {"required": {"enum": ["b", "a"]}},
            }}},
            "tags": [{"name": "b"}, {"name": "a"}],
        })
    );
}
