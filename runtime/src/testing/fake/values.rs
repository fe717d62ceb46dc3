//! Values made from their types, where nobody said what they are.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::codec::{Field, Json, Slot, Value, View};

/// How deep records are made: types may hold themselves.
const DEPTH: usize = 6;
/// How deep lists, maps and unions are made, which may hold themselves without a record.
const LIMIT: usize = 2 * DEPTH;

/// How much of a value is made.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fill {
    /// What a request leaves to the service.
    Rest,
    /// All there is.
    All,
}

/// Makes what is unset in a value, and removes what the service never returns.
///
/// `known` holds what the path says of all that encloses the thing, `own` what names the thing
/// itself: `clusterName` for `clusterName` and `name`.
pub(super) fn fill(
    value: &mut dyn Value,
    fill: Fill,
    is_unset: bool,
    known: &[(String, String)],
    own: &[(String, String)],
) {
    Filler { fill, known, own }.value(value, "", is_unset, 0);
}

struct Filler<'a> {
    fill: Fill,
    known: &'a [(String, String)],
    own: &'a [(String, String)],
}

impl Filler<'_> {
    fn value(&self, value: &mut dyn Value, name: &str, is_unset: bool, depth: usize) {
        let makes_more = is_unset && depth < LIMIT;
        match value.slot() {
            Slot::Int(number) if is_unset => *number = 1,
            Slot::Float(number) if is_unset => *number = 1.0,
            Slot::Str(text) if is_unset => *text = self.text(name, depth),
            Slot::Enum(value) if is_unset => {
                if let Some(first) = value.declared().first() {
                    value.set(first);
                }
            }
            Slot::List(list) if makes_more => {
                self.value(list.push(), name, true, depth + 1);
            }
            Slot::Map(map) if makes_more => {
                self.value(map.insert("key".to_owned()), "", true, depth + 1);
            }
            Slot::Record(record) => {
                for (index, field) in record.table().fields.iter().enumerate() {
                    self.field(record.field_mut(index), field, depth);
                }
            }
            Slot::Union(union) if makes_more => {
                self.value(union.select(0), name, true, depth + 1);
            }
            Slot::Json(json) if is_unset => *json = Json::Object(Default::default()),
            _ => {}
        }
    }

    fn field(&self, value: &mut dyn Value, field: &Field, depth: usize) {
        if field.flags & Field::WRITE_ONLY != 0 {
            return value.clear(false);
        }
        let is_unset = matches!(value.view(), View::Absent);
        // What is in it may be unset.
        let is_present = matches!(value.view(), View::Record(_) | View::Union(_));
        let left_to_service = field.flags & (Field::REQUIRED | Field::READ_ONLY) != 0;
        // A thing says what it is called by.
        let is_name = depth == 0
            && self.own.iter().any(|(parameter, _)| parameter == field.json_name);
        let is_wanted = self.fill == Fill::All || left_to_service || is_name;
        // Links lead nowhere here; a list without any has no next page.
        if field.json_name != "links"
            && (is_unset && is_wanted || is_present)
            && depth < DEPTH
        {
            self.value(value, field.json_name, is_unset, depth + 1);
        }
    }

    /// Makes a text by the name of its property, as this API names things.
    fn text(&self, name: &str, depth: usize) -> String {
        // Not of what is in the thing, which has names of its own.
        let is_own = |parameter: &str| {
            parameter == name || depth <= 2 && words(parameter).any(|rest| rest == name)
        };
        let own = self.own.iter().find(|(parameter, _)| is_own(parameter));
        let known = || self.known.iter().find(|(parameter, _)| parameter == name);
        if let Some((_, value)) = own.or_else(known) {
            return value.clone();
        }
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        if name == "id" || ends(&["Id"]) {
            return id();
        }
        let is_time = ends(&["At", "Date", "Time", "Until"])
            || matches!(name, "created" | "updated" | "start" | "end" | "date");
        if is_time {
            return "2026-01-01T00:00:00Z".to_owned();
        }
        format!("made-{}", if name.is_empty() { "value" } else { name })
    }
}

/// Returns what a parameter may be called in the thing it names: `clusterName` is its `name`.
fn words(parameter: &str) -> impl Iterator<Item = String> {
    let capitals = parameter.char_indices().filter(|(_, c)| c.is_ascii_uppercase());
    capitals.map(|(at, _)| {
        let rest = &parameter[at..];
        rest[..1].to_ascii_lowercase() + &rest[1..]
    })
}

/// Returns what the property may be called that a parameter means, the likeliest first.
pub(super) fn properties(parameter: &str) -> impl Iterator<Item = String> {
    std::iter::once(parameter.to_owned()).chain(words(parameter))
}

/// Makes an identifier in the form of this API's: 24 hexadecimal digits.
pub(super) fn id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:024x}", NEXT.fetch_add(1, Ordering::Relaxed) + (0xfa4e << 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of itself, with no record between.
    #[derive(Default)]
    struct Nest(Vec<Nest>);

    impl Value for Nest {
        fn view(&self) -> View<'_> {
            self.0.view()
        }

        fn slot(&mut self) -> Slot<'_> {
            self.0.slot()
        }

        fn clear(&mut self, _null: bool) {
            self.0.clear();
        }
    }

    #[test]
    fn what_holds_itself_ends() {
        let mut nest = Nest::default();
        fill(&mut nest, Fill::All, true, &[], &[]);
        let depth = std::iter::successors(Some(&nest), |nest| nest.0.first()).count();
        assert_eq!(depth, LIMIT + 1);
    }
}
