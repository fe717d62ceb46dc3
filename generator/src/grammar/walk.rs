//! Walks a document by its grammar. This module doesn't know what is done at the nodes.

use serde_json::{Map, Value};

use super::{Field, Kind};
use crate::pointer::Pointer;

/// Calls `visit` at every location where the grammar expects an object, outermost first.
///
/// `visit` gets the value there, whatever it is; the walk only enters objects.
pub(crate) fn visit<'a>(
    document: &'a Value,
    visit: &mut impl FnMut(Kind, &'a Value, &Pointer),
) {
    visit_node(Kind::Document, document, &mut Pointer::root(), visit);
}

fn visit_node<'a>(
    kind: Kind,
    value: &'a Value,
    at: &mut Pointer,
    visit: &mut impl FnMut(Kind, &'a Value, &Pointer),
) {
    visit(kind, value, at);
    let Value::Object(object) = value else { return };
    let rules = kind.rules();
    for (key, value) in object {
        let Some(field) = rules.field(key) else { continue };
        let before = at.push(key);
        visit_field(field, value, at, visit);
        at.truncate(before);
    }
}

fn visit_field<'a>(
    field: Field,
    value: &'a Value,
    at: &mut Pointer,
    visit: &mut impl FnMut(Kind, &'a Value, &Pointer),
) {
    match (field, value) {
        (Field::One(kind), _) => visit_node(kind, value, at, visit),
        (Field::BoolOr(kind), Value::Object(_)) => visit_node(kind, value, at, visit),
        (Field::List(kind), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                let before = at.push(&index.to_string());
                visit_node(kind, item, at, visit);
                at.truncate(before);
            }
        }
        (Field::Map(kind), Value::Object(entries)) => {
            for (name, item) in entries {
                let before = at.push(name);
                visit_node(kind, item, at, visit);
                at.truncate(before);
            }
        }
        _ => {}
    }
}

/// Calls `edit` with every object that the grammar knows, outermost first.
///
/// The walk doesn't enter what `edit` removes.
pub(crate) fn edit(
    document: &mut Value,
    edit: &mut impl FnMut(Kind, &mut Map<String, Value>),
) {
    edit_node(Kind::Document, document, edit);
}

fn edit_node(
    kind: Kind,
    value: &mut Value,
    edit: &mut impl FnMut(Kind, &mut Map<String, Value>),
) {
    let Value::Object(object) = value else { return };
    edit(kind, object);
    let rules = kind.rules();
    for (key, value) in object {
        let Some(field) = rules.field(key) else { continue };
        match (field, value) {
            (Field::One(kind) | Field::BoolOr(kind), value) => {
                edit_node(kind, value, edit)
            }
            (Field::List(kind), Value::Array(items)) => {
                items.iter_mut().for_each(|item| edit_node(kind, item, edit));
            }
            (Field::Map(kind), Value::Object(entries)) => {
                entries.values_mut().for_each(|item| edit_node(kind, item, edit));
            }
            _ => {}
        }
    }
}
