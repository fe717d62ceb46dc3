//! The canonical form of a document: two texts in this form differ only where the API has changed.
//!
//! This module writes the form itself, because no update of a YAML library may reformat a vendored
//! document. The form: block style, two spaces, keys sorted by their bytes, one line per scalar
//! however long, text quoted only where some reader of YAML 1.1 or 1.2 could read it as something
//! else. This module knows nothing about OpenAPI, except the lists that are sets.

use serde_json::Value;

use crate::grammar::{Kind, walk};

/// The longest key, in bytes, that is written without the `?` mark.
///
/// YAML allows 1,024 characters; an escape takes six or ten of them.
const LONGEST_SIMPLE_KEY: usize = 100;

/// Sorts the lists that are sets: `required` of every schema.
pub fn normalize(document: &mut Value) {
    walk::edit(document, &mut |kind, object| {
        if kind != Kind::Schema {
            return;
        }
        if let Some(Value::Array(names)) = object.get_mut("required") {
            names.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            names.dedup();
        }
    });
}

/// Writes a value as YAML in canonical form, with a newline at the end.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => write_object(&mut text, map, 0),
        Value::Array(list) if !list.is_empty() => write_list(&mut text, list, 0),
        scalar => {
            write_scalar(&mut text, scalar);
            text.push('\n');
        }
    }
    text
}

/// Writes entries, the first of them at the end of the text.
fn write_object(text: &mut String, map: &serde_json::Map<String, Value>, indent: usize) {
    // The map is sorted already unless a crate of the build switches on `preserve_order`.
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            write_indent(text, indent);
        }
        write_key(text, key, indent);
        match value {
            Value::Object(map) if !map.is_empty() => {
                text.push('\n');
                write_indent(text, indent + 2);
                write_object(text, map, indent + 2);
            }
            Value::Array(list) if !list.is_empty() => {
                text.push('\n');
                write_indent(text, indent + 2);
                write_list(text, list, indent + 2);
            }
            scalar => {
                text.push(' ');
                write_scalar(text, scalar);
                text.push('\n');
            }
        }
    }
}

fn write_key(text: &mut String, key: &str, indent: usize) {
    if key.len() <= LONGEST_SIMPLE_KEY {
        write_text(text, key);
    } else {
        text.push_str("? ");
        write_text(text, key);
        text.push('\n');
        write_indent(text, indent);
    }
    text.push(':');
}

/// Writes items, the first of them at the end of the text.
fn write_list(text: &mut String, list: &[Value], indent: usize) {
    for (index, value) in list.iter().enumerate() {
        if index > 0 {
            write_indent(text, indent);
        }
        text.push_str("- ");
        match value {
            Value::Object(map) if !map.is_empty() => write_object(text, map, indent + 2),
            Value::Array(list) if !list.is_empty() => write_list(text, list, indent + 2),
            scalar => {
                write_scalar(text, scalar);
                text.push('\n');
            }
        }
    }
}

fn write_indent(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn write_scalar(text: &mut String, value: &Value) {
    match value {
        Value::String(string) => write_text(text, string),
        Value::Number(number) => write_number(text, &number.to_string()),
        Value::Array(_) => text.push_str("[]"),
        Value::Object(_) => text.push_str("{}"),
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
    }
}

/// Writes a number; YAML 1.1 reads `1e300` as text and requires `1.0e+300`.
fn write_number(text: &mut String, number: &str) {
    let Some((mantissa, exponent)) = number.split_once('e') else {
        text.push_str(number);
        return;
    };
    text.push_str(mantissa);
    if !mantissa.contains('.') {
        text.push_str(".0");
    }
    text.push('e');
    if !exponent.starts_with(['+', '-']) {
        text.push('+');
    }
    text.push_str(exponent);
}

fn write_text(text: &mut String, string: &str) {
    if is_plain(string) {
        text.push_str(string);
        return;
    }
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            other if is_printable(other) => text.push(other),
            other if u32::from(other) <= 0xFFFF => {
                text.push_str(&format!("\\u{:04X}", u32::from(other)));
            }
            other => text.push_str(&format!("\\U{:08X}", u32::from(other))),
        }
    }
    text.push('"');
}

/// Tells whether quoted text may hold a character unescaped.
///
/// Line separators are printable in YAML, but some readers break lines at them.
fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'
        )
}

/// Tells whether every reader of YAML takes a string for text without quotes.
fn is_plain(string: &str) -> bool {
    // Digits, signs and dots begin numbers, dates and times in one version of YAML or the other.
    let begins_well = string.starts_with(|first: char| {
        first.is_alphabetic() || matches!(first, '/' | '$' | '_' | '(' | '^' | '<')
    });
    begins_well
        && string.chars().all(is_printable)
        && !string.ends_with([' ', ':'])
        && !string.contains(": ")
        && !string.contains(" #")
        && !is_reserved_word(string)
}

/// Tells whether YAML 1.1 or 1.2 reads a word as something other than text.
fn is_reserved_word(word: &str) -> bool {
    const WORDS: [&str; 10] =
        ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "<<"];
    WORDS.iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
}
