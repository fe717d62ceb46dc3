//! Bytes to a tree of values: YAML or JSON, detected from the content.
//!
//! This stage reports what the formats allow and a document must not contain: duplicate keys,
//! numbers that JSON can't write, and unlimited nesting or aliases. This module knows nothing
//! about OpenAPI.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::pointer::Pointer;

/// The maximum nesting of a document.
///
/// Atlas's own is 16 deep. All code that walks a document is recursive, and `openapiv3` uses stack
/// frames of 45 kB in unoptimized builds. With this limit, a stack of 2 MB is sufficient.
pub(crate) const MAX_DEPTH: usize = 32;

/// The maximum growth of a document by its aliases, as a multiple of its size.
const MAX_GROWTH: usize = 10;

/// Parses a document whose outermost value has to be an object.
///
/// # Errors
///
/// Returns all problems of the text. All duplicate keys are reported; reading ends at the first
/// mistake in the syntax.
pub fn parse(bytes: &[u8]) -> Result<Value, Vec<Diagnostic>> {
    let text = decode(bytes).map_err(|error| vec![error])?;
    let reading = Reading::new(text.len());
    let outcome = if text.trim_start().starts_with('{') {
        parse_json(text, &reading)
    } else {
        parse_yaml(text, &reading)
    };
    let value = outcome.map_err(|error| vec![error])?;
    let mut problems = reading.problems.into_inner();
    if !value.is_object() {
        problems.push(
            Diagnostic::new(
                Severity::Error,
                format!("the document is {}, not an object", describe(&value)),
                Place::Nowhere,
            )
            .help("an OpenAPI document is a mapping that begins with `openapi: 3.0.x`"),
        );
    }
    if problems.is_empty() { Ok(value) } else { Err(problems) }
}

/// Returns a value's type in words.
pub(crate) fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn decode(bytes: &[u8]) -> Result<&str, Diagnostic> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = &bytes[..error.valid_up_to()];
        let line_start =
            valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let place = Place::Text {
            line: valid.iter().filter(|byte| **byte == b'\n').count() + 1,
            column: String::from_utf8_lossy(&valid[line_start..]).chars().count() + 1,
        };
        Diagnostic::new(Severity::Error, "the document is not UTF-8", place)
            .help("save it as UTF-8; the published document is")
    })?;
    let complaint = |what: &str, help: &str| {
        Err(Diagnostic::new(Severity::Error, what, Place::Nowhere).help(help))
    };
    let start = text.trim_start();
    if start.is_empty() {
        return complaint("the document is empty", "download it again");
    }
    let tag = start.get(..5).unwrap_or_default();
    if start.starts_with("<!")
        || start.starts_with("<?")
        || tag.eq_ignore_ascii_case("<html")
    {
        return complaint(
            "this is HTML or XML, not an OpenAPI document",
            "download the raw YAML or JSON file, not the page that shows it",
        );
    }
    Ok(text)
}

fn parse_json(text: &str, reading: &Reading) -> Result<Value, Diagnostic> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let outcome = Node { reading, depth: 0 }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    outcome.map_err(|error| {
        let place = Place::Text { line: error.line(), column: error.column() };
        if error.is_eof() {
            return truncated(place);
        }
        syntax("JSON", &error.to_string(), place)
    })
}

fn parse_yaml(text: &str, reading: &Reading) -> Result<Value, Diagnostic> {
    let deserializer = serde_yaml::Deserializer::from_str(text);
    Node { reading, depth: 0 }.deserialize(deserializer).map_err(|error| {
        let place = error.location().map_or(Place::Nowhere, |location| Place::Text {
            line: location.line(),
            column: location.column(),
        });
        let message = error.to_string();
        if message.contains("end of stream") || message.contains("EOF while") {
            return truncated(place);
        }
        syntax("YAML", &message, place)
    })
}

fn truncated(place: Place) -> Diagnostic {
    Diagnostic::new(Severity::Error, "the document ends before it is complete", place)
        .help("the download may have been cut off; fetch the document again")
}

fn syntax(format: &str, message: &str, place: Place) -> Diagnostic {
    // The parsers repeat the position that `place` holds.
    let message = message.split(" at line ").next().unwrap_or(message);
    if message.contains("recursion limit exceeded") {
        return Diagnostic::new(Severity::Error, too_deep(), place).help(TOO_DEEP_HELP);
    }
    let what = format!("the document is not valid {format}: {message}");
    Diagnostic::new(Severity::Error, what, place)
}

const TOO_DEEP_HELP: &str = "replace inline schemas by references to named ones";

fn too_deep() -> String {
    format!("the document is nested too deeply: more than {MAX_DEPTH} levels")
}

/// The state while a text is parsed.
struct Reading {
    problems: RefCell<Vec<Diagnostic>>,
    at: RefCell<Pointer>,
    budget: Cell<usize>,
}

impl Reading {
    fn new(size: usize) -> Self {
        Self {
            problems: RefCell::default(),
            at: RefCell::default(),
            budget: Cell::new(size.saturating_mul(MAX_GROWTH).saturating_add(1024)),
        }
    }

    /// Counts a value of `size` bytes, so that aliases of aliases can't exhaust the memory.
    fn spend<E: Error>(&self, size: usize) -> Result<(), E> {
        let left = self.budget.get().checked_sub(size + 1).ok_or_else(|| {
            E::custom(format!("its aliases make it more than {MAX_GROWTH} times larger"))
        })?;
        self.budget.set(left);
        Ok(())
    }

    fn report(&self, what: String, help: &str) {
        let problem = Diagnostic::error(what, &self.at.borrow()).help(help);
        self.problems.borrow_mut().push(problem);
    }
}

/// One value to be read.
#[derive(Clone, Copy)]
struct Node<'a> {
    reading: &'a Reading,
    depth: usize,
}

impl Node<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format!("recursion limit exceeded ({MAX_DEPTH})")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can hold")
    }

    // `serde_yaml` calls this for a file that contains only comments.
    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.reading.spend(0)?;
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.reading.spend(0)?;
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.reading.spend(0)?;
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.reading.spend(0)?;
        Ok(Value::Number(value.into()))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.reading.spend(0)?;
        let number = Number::from_f64(value);
        if number.is_none() {
            let what = format!("{value} is no number that JSON can hold");
            self.reading
                .report(what, "write a finite number, or quote it to make it text");
        }
        Ok(number.map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.reading.spend(value.len())?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.reading.spend(0)?;
        let node = self.deeper()?;
        let mut list = Vec::new();
        loop {
            let before = self.reading.at.borrow_mut().push(&list.len().to_string());
            let item = items.next_element_seed(node)?;
            self.reading.at.borrow_mut().truncate(before);
            match item {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.reading.spend(0)?;
        let node = self.deeper()?;
        let mut map = Map::new();
        // Reading the key as text keeps its spelling: `200` stays `200`, and `1.10` stays `1.10`.
        while let Some(key) = entries.next_key::<String>()? {
            self.reading.spend(key.len())?;
            let before = self.reading.at.borrow_mut().push(&key);
            let value = entries.next_value_seed(node)?;
            match map.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                Entry::Occupied(entry) => {
                    let what =
                        format!("the key `{}` occurs twice in one object", entry.key());
                    self.reading.report(what, "keep one of the two");
                }
            }
            self.reading.at.borrow_mut().truncate(before);
        }
        if let Some(merged) = map.get("<<").and_then(mappings) {
            map.remove("<<");
            for (key, value) in merged {
                self.reading.spend(key.len())?;
                map.entry(key).or_insert(value);
            }
        }
        Ok(Value::Object(map))
    }
}

/// Returns the entries of YAML merge keys, those of the first mapping first; `None` where the value
/// is no mapping, and the key an ordinary one.
fn mappings(value: &Value) -> Option<Vec<(String, Value)>> {
    let listed = match value {
        Value::Array(items) if !items.is_empty() => items.as_slice(),
        Value::Object(_) => std::slice::from_ref(value),
        _ => return None,
    };
    let mut merged = Vec::new();
    for item in listed {
        let entries = item.as_object()?.iter();
        merged.extend(entries.map(|(key, value)| (key.clone(), value.clone())));
    }
    Some(merged)
}
