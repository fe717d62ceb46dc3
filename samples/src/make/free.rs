//! Values without a schema.

use serde_json::{Map, Value};

use super::Maker;

/// Names that a document is unlikely to declare, and that JSON can write in several ways.
const NAMES: [&str; 8] =
    ["undeclared", "two words", "über", "\"quoted\"", "back\\slash", "💡", "a.b", "$x"];

/// The start of the names of entries in plain values.
const PLAIN: &str = "key";

/// Tells whether samples use a name only for entries of objects, which no schema declares.
pub fn is_made(name: &str) -> bool {
    let start = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    start != name && (start == PLAIN || NAMES.contains(&start))
}

impl Maker<'_> {
    /// Makes any value, nested no deeper than `depth`.
    pub(super) fn free(&mut self, depth: usize) -> Value {
        if !self.is_arbitrary() {
            return Value::from("text");
        }
        match self.dice.roll(if depth == 0 { 6 } else { 9 }) {
            0 => Value::Null,
            1 => Value::Bool(self.dice.once_in(2)),
            2 => Value::from(self.dice.between(-1000, 1000)),
            3 => Value::from(*self.dice.pick(&[i64::MIN, i64::MAX, 1 << 53, -1])),
            4 => Value::from(self.dice.between(-4000, 4000) as f64 / 8.0),
            5 => Value::from(self.word()),
            6 => {
                let count = self.dice.roll(4);
                (0..count).map(|_| self.free(depth - 1)).collect()
            }
            _ => {
                let count = self.dice.roll(4);
                let mut object = Map::new();
                for index in 0..count {
                    let name = self.name(index);
                    object.insert(name, self.free(depth - 1));
                }
                Value::Object(object)
            }
        }
    }

    /// Makes the name of another property of an object that has `index` of them.
    pub(super) fn name(&mut self, index: usize) -> String {
        if self.is_arbitrary() {
            format!("{}{index}", self.dice.pick(&NAMES))
        } else {
            format!("{PLAIN}{index}")
        }
    }
}
