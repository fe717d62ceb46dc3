//! Merging an update into a node.

use serde_json::Value;

use super::location::Location;
use crate::tree::MAX_DEPTH;

/// Merges `update` into the node at `location`; returns true if that changed anything.
pub(super) fn update(
    document: &mut Value,
    location: &Location,
    update: &Value,
) -> Result<bool, String> {
    if location.depth() + depth(update) > MAX_DEPTH {
        return Err(format!(
            "the result would be nested deeper than {MAX_DEPTH} levels"
        ));
    }
    match (location.find_mut(document), update) {
        (Some(target @ Value::Object(_)), Value::Object(_)) => Ok(merge(target, update)),
        (Some(Value::Object(_)), _) => {
            Err("the target is an object, the update is not".into())
        }
        (Some(target @ Value::Array(_)), Value::Array(_)) => Ok(merge(target, update)),
        (Some(Value::Array(items)), entry) => Ok(append(items, entry)),
        _ => Err("the target is a single value; select the object that holds it".into()),
    }
}

fn merge(target: &mut Value, update: &Value) -> bool {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            let mut has_changed = false;
            for (key, value) in update {
                has_changed |= match target.get_mut(key) {
                    Some(present) => merge(present, value),
                    None => {
                        target.insert(key.clone(), value.clone());
                        true
                    }
                };
            }
            has_changed
        }
        (Value::Array(target), Value::Array(update)) => update
            .iter()
            .fold(false, |has_changed, entry| append(target, entry) | has_changed),
        (target, update) if target == update => false,
        (target, update) => {
            *target = update.clone();
            true
        }
    }
}

fn append(items: &mut Vec<Value>, entry: &Value) -> bool {
    let is_new = !items.contains(entry);
    if is_new {
        items.push(entry.clone());
    }
    is_new
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
