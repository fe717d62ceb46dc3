//! The properties of a resource that a request can set.

use std::collections::BTreeSet;

use atlas_admin_runtime::codec::{Discriminator, Slot, Table, Value};

use super::DEPTH;

/// The properties of the type of a request body.
#[derive(Debug, Default)]
pub(crate) struct Settable {
    types: BTreeSet<&'static str>,
    properties: BTreeSet<&'static str>,
}

impl Settable {
    /// Returns the properties of a record, of all variants of a union, or of a list's items.
    pub(crate) fn of(value: &mut dyn Value) -> Self {
        let mut settable = Self::default();
        settable.add(value, 0);
        settable
    }

    fn add(&mut self, value: &mut dyn Value, depth: usize) {
        match value.slot() {
            Slot::Record(record) => {
                let table = record.table();
                self.types.insert(table.name);
                self.properties.extend(table.fields.iter().map(|field| field.json_name));
            }
            Slot::Union(union) if depth < DEPTH => {
                let count = match &union.variants().by {
                    Discriminator::Property(name, values) => {
                        self.properties.insert(name);
                        values.len()
                    }
                    Discriminator::Kind(kinds) => kinds.len(),
                };
                for index in 0..count {
                    self.add(union.select(index), depth + 1);
                }
            }
            Slot::List(list) if depth < DEPTH => self.add(list.push(), depth + 1),
            _ => {}
        }
    }

    /// Tells whether no request can set a property of a type.
    pub(super) fn lacks(&self, of: &Table, name: &str) -> bool {
        !self.properties.is_empty()
            && !self.types.contains(of.name)
            && !self.properties.contains(name)
    }
}
