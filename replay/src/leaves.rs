//! The share of a body that declared, typed fields hold.

use atlas_admin::codec::{Discriminator, Json, Value, View};

use crate::compare::child;

/// The holder of a JSON leaf. A leaf is a string, a number, a boolean or `null`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A field of a declared type.
    Typed,
    /// No declared field, or one whose type the leaf doesn't fit.
    Undeclared,
    /// A free-form field.
    FreeForm,
}

/// The leaves of bodies.
#[derive(Clone, Debug, Default)]
pub struct Leaves {
    /// The number of leaves in typed fields.
    pub typed: usize,
    /// The paths of the leaves that are not declared, or don't fit.
    pub undeclared: Vec<String>,
    /// The paths of the leaves in free-form fields.
    pub free_form: Vec<String>,
}

impl Leaves {
    /// Counts the leaves of a body by their holders.
    pub fn of(received: &Json, value: &dyn Value) -> Self {
        let mut leaves = Self::default();
        leaves.walk("", received, &value.view(), &[]);
        leaves
    }

    /// Adds the leaves of another body.
    pub fn add(&mut self, other: &Self) {
        self.typed += other.typed;
        self.undeclared.extend_from_slice(&other.undeclared);
        self.free_form.extend_from_slice(&other.free_form);
    }

    /// Returns the number of all leaves.
    pub fn count(&self) -> usize {
        self.typed + self.undeclared.len() + self.free_form.len()
    }

    fn walk(&mut self, path: &str, json: &Json, view: &View<'_>, tags: &[&str]) {
        match (json, view) {
            (_, View::Union(union)) => {
                let mut tags = tags.to_vec();
                if let Discriminator::Property(name, _) = union.variants().by {
                    tags.push(name);
                }
                self.walk(path, json, &union.content().1.view(), &tags);
            }
            (_, View::Json(_)) => self.all(path, json, Holder::FreeForm),
            (Json::Object(members), View::Record(record)) => {
                let table = record.table();
                for (name, json) in members.iter() {
                    let here = child(path, name);
                    match table.index_of(name) {
                        Some(index) => {
                            self.field(&here, json, &record.field(index).view())
                        }
                        None if tags.contains(&name.as_str()) => self.typed += 1,
                        None => self.all(&here, json, Holder::Undeclared),
                    }
                }
            }
            (Json::Object(members), View::Map(entries)) => {
                entries.for_each(&mut |name, value| {
                    if let Some(json) = members.get(name) {
                        self.walk(&child(path, name), json, &value.view(), &[]);
                    }
                });
            }
            (Json::Array(items), View::List(list)) => {
                for (index, json) in items.iter().enumerate().take(list.len()) {
                    let here = format!("{path}[{index}]");
                    self.walk(&here, json, &list.get(index).view(), &[]);
                }
            }
            // What came instead of one of them.
            (_, View::Record(_) | View::Map(_) | View::List(_)) => {
                self.all(path, json, Holder::Undeclared);
            }
            _ => self.all(path, json, Holder::Typed),
        }
    }

    /// Counts the leaves of a declared property.
    fn field(&mut self, path: &str, json: &Json, view: &View<'_>) {
        let fits = match (json, view) {
            (Json::Null, _) => true,
            (_, View::Absent | View::Null) => false,
            (_, View::Json(_) | View::Union(_)) => true,
            (Json::Object(_), view) => matches!(view, View::Record(_) | View::Map(_)),
            (Json::Array(_), view) => matches!(view, View::List(_)),
            (Json::String(_), view) => matches!(view, View::Str(_)),
            (Json::Bool(_), view) => matches!(view, View::Bool(_)),
            (Json::Number(_), view) => matches!(view, View::Int(_) | View::Float(_)),
        };
        if fits {
            self.walk(path, json, view, &[]);
        } else {
            self.all(path, json, Holder::Undeclared);
        }
    }

    fn all(&mut self, path: &str, json: &Json, holder: Holder) {
        match json {
            Json::Object(members) => {
                for (name, json) in members.iter() {
                    self.all(&child(path, name), json, holder);
                }
            }
            Json::Array(items) => {
                for (index, json) in items.iter().enumerate() {
                    self.all(&format!("{path}[{index}]"), json, holder);
                }
            }
            _ => match holder {
                Holder::Typed => self.typed += 1,
                Holder::Undeclared => self.undeclared.push(path.to_owned()),
                Holder::FreeForm => self.free_form.push(path.to_owned()),
            },
        }
    }
}
