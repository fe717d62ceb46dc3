//! The comparison of two schemas, one level deep.

use std::borrow::Cow;

use serde_json::Value;

use super::change::{Code, Direction};
use super::flat::Flat;
use super::graph::Below;
use super::tree::Tree;

mod property;
mod scalar;
mod union;

/// The two documents of the schemas, and the direction in which both are used.
pub(super) struct Sides<'a> {
    pub old: Tree<'a>,
    pub new: Tree<'a>,
    pub direction: Direction,
}

/// A change of a schema, which applies to each place that uses the schema.
pub(super) struct Own {
    pub code: Code,
    pub is_compatible: bool,
    /// The changed property; `None` for the schema itself.
    pub property: Option<String>,
    /// The component that declares the property; `None` if it is the schema's own.
    pub owner: Option<String>,
    /// The words before and after the name of the place.
    pub before: String,
    pub after: String,
}

impl Own {
    /// Returns the description of the change, with the name of its place.
    pub(super) fn words(&self, place: &str) -> String {
        format!("{}{place}{}", self.before, self.after)
    }
}

/// The result of comparing two schemas.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub changes: Vec<Own>,
    pub below: Vec<Below<'a>>,
}

impl<'a> Found<'a> {
    /// Adds a change of the schema itself.
    fn schema(
        &mut self,
        ending: impl Into<Cow<'static, str>>,
        is_compatible: bool,
        before: String,
    ) {
        self.changes.push(Own {
            code: Code::Ending(ending.into()),
            is_compatible,
            property: None,
            owner: None,
            before,
            after: String::new(),
        });
    }

    fn below(&mut self, segment: &str, old: Vec<&'a Value>, new: Vec<&'a Value>) {
        let segment = segment.to_owned();
        let (is_property, owner) = (false, None);
        self.below.push(Below { segment, is_property, owner, old, new });
    }
}

/// Compares two schemas.
pub(super) fn compare<'a>(
    sides: &Sides<'a>,
    old: &Flat<'a>,
    new: &Flat<'a>,
) -> Found<'a> {
    let mut found = Found::default();
    let is_same_kind = scalar::kind(sides.direction, old, new, &mut found);
    scalar::nullable(sides.direction, old, new, &mut found);
    // The contents of values of different types can't be compared.
    if !is_same_kind {
        return found;
    }
    scalar::values(sides.direction, old, new, &mut found);
    scalar::details(sides.direction, old, new, &mut found);
    property::compare(sides, old, new, &mut found);
    union::compare(sides.direction, old, new, &mut found);
    if !old.items.is_empty() && !new.items.is_empty() {
        found.below("items", old.items.clone(), new.items.clone());
    }
    if !old.entries.is_empty() && !new.entries.is_empty() {
        found.below("additionalProperties", old.entries.clone(), new.entries.clone());
    }
    found
}
