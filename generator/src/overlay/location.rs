//! Locations of a target's matches, in an order that removal can rely on.

use serde_json::Value;
use serde_json_path::{NormalizedPath, PathElement};

/// One step into a document. Elements of a list are ordered by number, not by digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Index(usize),
    Name(String),
}

/// The path to a node. A node is ordered after the nodes that contain it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Location(Vec<Step>);

impl From<&NormalizedPath<'_>> for Location {
    fn from(path: &NormalizedPath<'_>) -> Self {
        let step = |element: &PathElement<'_>| match element {
            PathElement::Name(name) => Step::Name((*name).to_owned()),
            PathElement::Index(index) => Step::Index(*index),
        };
        Self(path.iter().map(step).collect())
    }
}

impl Location {
    /// Returns how many steps lead to the node.
    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }

    pub(super) fn find_mut<'a>(&self, document: &'a mut Value) -> Option<&'a mut Value> {
        descend(&self.0, document)
    }

    /// Removes the node and returns true; returns false for the root, which can't be removed.
    pub(super) fn remove_from(&self, document: &mut Value) -> bool {
        let Some((last, holder)) = self.0.split_last() else { return false };
        match (last, descend(holder, document)) {
            (Step::Name(name), Some(Value::Object(entries))) => {
                entries.remove(name).is_some()
            }
            (Step::Index(index), Some(Value::Array(items))) if *index < items.len() => {
                items.remove(*index);
                true
            }
            _ => false,
        }
    }
}

fn descend<'a>(steps: &[Step], mut value: &'a mut Value) -> Option<&'a mut Value> {
    for step in steps {
        value = match step {
            Step::Name(name) => value.get_mut(name)?,
            Step::Index(index) => value.get_mut(*index)?,
        };
    }
    Some(value)
}
