//! The fake's lists about texts: their shapes, and the values that the document lists for them.
//!
//! A shape is a text in which `{24}` means 24 hexadecimal digits. A property name has a shape if
//! all properties with that name have the same one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

const HEAD: &str = "\
# What the document asks of texts by the names of their properties: {24} is 24 hexadecimal digits.
# Written by `cargo xtask codegen`.
";

/// Returns the text of `fake/src/values/shapes.txt`.
pub(crate) fn shapes(document: &Value) -> String {
    let mut found = Found::new();
    collect(document, &mut found);
    let mut text = HEAD.to_owned();
    for (name, shapes) in found {
        let shapes: Vec<Option<String>> = shapes.into_iter().collect();
        if let [Some(shape)] = &*shapes
            && !name.contains(char::is_whitespace)
        {
            text.push_str(&format!("{name} {shape}\n"));
        }
    }
    text
}

const LISTED: &str = "\
# The values that the document lists for string properties whose Rust types allow further ones.
# Written by `cargo xtask codegen`.
";

/// Returns the text of `fake/src/values/listed.txt`. Values with spaces are left out.
pub(crate) fn listed(listed: &BTreeMap<String, Vec<String>>) -> String {
    let mut text = LISTED.to_owned();
    for (property, values) in listed {
        let words = values.iter().filter(|value| !value.contains(char::is_whitespace));
        let words: Vec<&str> = words.map(String::as_str).collect();
        if !words.is_empty() && !property.contains(char::is_whitespace) {
            text.push_str(&format!("{property} {}\n", words.join(" ")));
        }
    }
    text
}

/// The shapes of properties by name; `None` for a pattern that is no shape.
type Found<'d> = BTreeMap<&'d str, BTreeSet<Option<String>>>;

fn collect<'d>(value: &'d Value, found: &mut Found<'d>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                if key == "properties" {
                    add_properties(value, found);
                }
                collect(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

fn add_properties<'d>(properties: &'d Value, found: &mut Found<'d>) {
    for (name, property) in properties.as_object().into_iter().flatten() {
        let items = property.get("items").unwrap_or(property);
        if let Some(pattern) = items.get("pattern").and_then(Value::as_str) {
            found.entry(name).or_default().insert(shape(pattern));
        }
    }
}

/// Reads a pattern of fixed text and hexadecimal digits, such as `^mdb_sa_id_[a-fA-F\d]{24}$`.
fn shape(pattern: &str) -> Option<String> {
    let mut rest = pattern.strip_prefix('^')?.strip_suffix('$')?;
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        rest = inner;
    }
    let mut shape = String::new();
    while let Some(next) = rest.chars().next() {
        if next == '[' {
            let (class, after) = rest[1..].split_once(']')?;
            let (count, after) = after.strip_prefix('{')?.split_once('}')?;
            let count: usize = count.parse().ok()?;
            let is_hex = class.contains("a-f")
                && (class.contains("0-9") || class.contains("\\d"))
                && !class.starts_with('^');
            if !is_hex || count > 64 {
                return None;
            }
            shape.push_str(&format!("{{{count}}}"));
            rest = after;
        } else if next.is_ascii_alphanumeric() || "_-:/".contains(next) {
            shape.push(next);
            rest = &rest[next.len_utf8()..];
        } else {
            return None;
        }
    }
    shape.contains('{').then_some(shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_text_and_hexadecimal_digits_are_a_shape() {
        for (pattern, expected) in [
            ("^([a-f0-9]{24})$", Some("{24}")),
            ("^mdb_sa_id_[a-fA-F\\d]{24}$", Some("mdb_sa_id_{24}")),
            ("^[0-9a-f]{8}-[0-9a-f]{4}$", Some("{8}-{4}")),
            ("^[0-9]{4}$", None),
            ("^[^a-f0-9]{4}$", None),
            ("^[a-f0-9]{4}", None),
            ("^a|b$", None),
            ("^[a-f0-9]{4,8}$", None),
            ("^([a-f0-9]{2})([a-f0-9]{2})$", None),
            ("^abc$", None),
        ] {
            assert_eq!(shape(pattern).as_deref(), expected, "{pattern}");
        }
    }

    #[test]
    fn listed_values_are_words_on_a_line() {
        let listed = [("A.b", vec!["X", "two words", "Y"]), ("A.c", vec!["two words"])];
        let listed = listed.map(|(property, values)| {
            (property.to_owned(), values.into_iter().map(str::to_owned).collect())
        });
        assert_eq!(super::listed(&listed.into()), format!("{LISTED}A.b X Y\n"));
    }

    #[test]
    fn a_name_with_two_shapes_has_none() {
        let id = |pattern: &str| serde_json::json!({"properties": {"id": {"pattern": pattern}}});
        let (a, b) = (id("^[a-f0-9]{24}$"), id("^[a-f0-9]{8}$"));
        assert_eq!(shapes(&serde_json::json!([a, a])), format!("{HEAD}id {{24}}\n"));
        assert_eq!(shapes(&serde_json::json!([a, b])), HEAD);
    }
}
