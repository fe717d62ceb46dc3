//! Derives the type of a property from all of its values that were seen.

use std::collections::BTreeMap;

use atlas_admin::codec::Json;
use serde_json::{Map, Value, json};

use super::disclosure::{Disclosure, is_secret};

/// The maximum depth of described objects and lists within each other.
const DEPTH: usize = 12;

/// Counts of the values that were seen, by their kinds. No value is kept.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    nulls: usize,
    booleans: usize,
    integers: usize,
    numbers: usize,
    /// The number of strings that are dates with times (RFC 3339).
    times: usize,
    /// The number of all other strings.
    strings: usize,
    lists: usize,
    items: Option<Box<Shape>>,
    objects: usize,
    /// The objects that are not empty.
    filled: usize,
    members: BTreeMap<String, Shape>,
}

impl Shape {
    /// Adds a value.
    pub fn add(&mut self, value: &Json) {
        match value {
            Json::Null => self.nulls += 1,
            Json::Bool(_) => self.booleans += 1,
            Json::Number(number) => {
                let is_integer = number.as_i64().is_some()
                    && !number.to_string().contains(['.', 'e', 'E']);
                *(if is_integer { &mut self.integers } else { &mut self.numbers }) += 1;
            }
            Json::String(text) if is_time(text) => self.times += 1,
            Json::String(_) => self.strings += 1,
            Json::Array(list) => {
                self.lists += 1;
                let items = self.items.get_or_insert_default();
                list.iter().for_each(|item| items.add(item));
            }
            Json::Object(members) => {
                self.objects += 1;
                self.filled += usize::from(!members.is_empty());
                for (name, value) in members.iter() {
                    self.members.entry(name.clone()).or_default().add(value);
                }
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.nulls += other.nulls;
        self.booleans += other.booleans;
        self.integers += other.integers;
        self.numbers += other.numbers;
        self.times += other.times;
        self.strings += other.strings;
        self.lists += other.lists;
        if let Some(items) = &other.items {
            self.items.get_or_insert_default().merge(items);
        }
        self.objects += other.objects;
        self.filled += other.filled;
        for (name, member) in &other.members {
            self.members.entry(name.clone()).or_default().merge(member);
        }
    }

    fn count(&self) -> usize {
        self.nulls + self.not_null()
    }

    fn not_null(&self) -> usize {
        self.booleans
            + self.integers
            + self.numbers
            + self.times
            + self.strings
            + self.lists
            + self.objects
    }

    /// Tells whether there are values other than `null`, and all of these are numbers.
    pub fn is_number(&self) -> bool {
        self.not_null() > 0 && self.not_null() == self.integers + self.numbers
    }

    /// Returns the schema of a property with this name. Adds to `withheld` the number of property
    /// names within the schema that look like data.
    pub fn schema(
        &self,
        name: &str,
        disclosure: &Disclosure<'_>,
        withheld: &mut usize,
    ) -> Value {
        self.described(name, disclosure, withheld, DEPTH)
    }

    fn described(
        &self,
        name: &str,
        disclosure: &Disclosure<'_>,
        withheld: &mut usize,
        depth: usize,
    ) -> Value {
        let Some(depth) = depth.checked_sub(1) else { return json!({}) };
        let all = self.not_null();
        let mut schema = if all == 0 {
            return json!({});
        } else if self.booleans == all {
            json!({"type": "boolean"})
        } else if self.integers == all {
            json!({"type": "integer", "format": "int64"})
        } else if self.integers + self.numbers == all {
            json!({"type": "number", "format": "double"})
        } else if self.times + self.strings == all {
            match (is_secret(name), self.times == all) {
                (true, _) => json!({"type": "string", "format": "password"}),
                (false, true) => json!({"type": "string", "format": "date-time"}),
                (false, false) => json!({"type": "string"}),
            }
        } else if self.lists == all {
            let items = self.items.as_ref().map_or_else(
                || json!({}),
                |items| items.described(name, disclosure, withheld, depth),
            );
            json!({"type": "array", "items": items})
        } else if self.objects == all {
            self.object(name, disclosure, withheld, depth)
        } else {
            return json!({});
        };
        if self.nulls > 0 {
            schema["nullable"] = json!(true);
        }
        schema
    }

    fn object(
        &self,
        name: &str,
        disclosure: &Disclosure<'_>,
        withheld: &mut usize,
        depth: usize,
    ) -> Value {
        if self.members.is_empty() {
            return json!({"type": "object"});
        }
        if self.is_map(disclosure) {
            *withheld += self.members.len();
            let mut any = Self::default();
            self.members.values().for_each(|member| any.merge(member));
            let values = any.described(name, disclosure, withheld, depth);
            return json!({"type": "object", "additionalProperties": values});
        }
        let is_shown =
            |name: &str| !self.is_uniform() || disclosure.is_nested_name(name);
        let mut properties = Map::new();
        for (member_name, member) in &self.members {
            if is_shown(member_name) {
                // What is in a secret is one, whatever its name.
                let within = if is_secret(name) { name } else { member_name };
                let schema = member.described(within, disclosure, withheld, depth);
                properties.insert(member_name.clone(), schema);
            } else {
                *withheld += 1;
            }
        }
        json!({"type": "object", "properties": properties})
    }

    /// Tells whether the names in these objects are keys of a map: one of them looks like data,
    /// the objects share none, or all values are of one kind and few names are made of words of
    /// the document.
    fn is_map(&self, disclosure: &Disclosure<'_>) -> bool {
        let names = || self.members.keys();
        let has_data = names().any(|name| !disclosure.is_name(name));
        let known = names().filter(|name| disclosure.is_nested_name(name)).count();
        let is_foreign = self.is_uniform() && 2 * known < self.members.len();
        let is_common = |member: &Self| 2 * member.count() >= self.filled;
        let is_declared = names().all(|name| disclosure.is_declared(name));
        let differs = !is_declared
            && self.filled > 1
            && self.members.len() > 1
            && !self.members.values().any(is_common);
        has_data || is_foreign || differs
    }

    /// Tells whether all members are of one kind, as those of a map are.
    fn is_uniform(&self) -> bool {
        let mut kinds = self.members.values().filter(|member| member.not_null() > 0);
        let first = kinds.next().map(Self::kinds);
        kinds.all(|member| Some(member.kinds()) == first)
    }

    /// Returns whether values of each kind were seen.
    fn kinds(&self) -> [bool; 5] {
        [
            self.booleans,
            self.integers + self.numbers,
            self.times + self.strings,
            self.lists,
            self.objects,
        ]
        .map(|count| count > 0)
    }
}

/// Tells whether a text is a date with a time and an offset (RFC 3339).
fn is_time(text: &str) -> bool {
    let pattern = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                wanted => byte.eq_ignore_ascii_case(&wanted),
            })
    };
    let (Some(begin), Some(rest)) = (text.get(..19), text.get(19..)) else {
        return false;
    };
    let fraction = rest.strip_prefix('.').map(|rest| {
        let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
        rest.split_at(end)
    });
    let (digits, offset) = fraction.unwrap_or(("0", rest));
    pattern(begin, "0000-00-00T00:00:00")
        && !digits.is_empty()
        && (pattern(offset, "Z")
            || pattern(offset, "+00:00")
            || pattern(offset, "-00:00"))
}
