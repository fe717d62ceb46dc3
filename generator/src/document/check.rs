//! Checks that every object of a document holds what the grammar allows, each value of the right
//! type.
//!
//! The errors of `openapiv3` don't name the location of a problem, and converting a document to
//! its types takes exponential time if the problem is deeply nested. So this check finds
//! everything that could make the conversion fail.

use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::grammar::fate::{Fate, fate};
use crate::grammar::walk;
use crate::grammar::{Field, Kind, Rules, is_extension};
use crate::pointer::Pointer;
use crate::tree::describe;

mod operation;
mod schema;
mod special;
mod template;

/// Reports all problems of a tree's structure that prevent reading it, and notes on keywords
/// without effect.
///
/// Collects in `losses` the keywords that are lost wherever they are written, and why.
pub(super) fn check(
    tree: &Value,
    losses: &mut Vec<(Pointer, &'static str)>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let (mut ids, mut of_ids) = (operation::Ids::default(), Vec::new());
    walk::visit(tree, &mut |kind, value, at| {
        check_node(kind, value, at, &mut found);
        match kind {
            Kind::Schema | Kind::MediaType => list_losses(kind, value, at, losses),
            Kind::Operation => ids.check(value, at, &mut of_ids),
            _ => {}
        }
    });
    // Problems of single objects come before those of the whole document.
    found.append(&mut of_ids);
    template::check(tree, &mut found);
    found
}

fn list_losses(
    kind: Kind,
    value: &Value,
    at: &Pointer,
    losses: &mut Vec<(Pointer, &'static str)>,
) {
    for key in value.as_object().into_iter().flat_map(Map::keys) {
        if let Some(Fate::Noted(Some(why))) = fate(kind, key) {
            losses.push((at.child(key), why));
        }
    }
}

fn check_node(kind: Kind, value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) {
    let Value::Object(object) = value else {
        let what = format!(
            "{} has to be an object; this is {}",
            kind.phrase(),
            describe(value)
        );
        found.push(Diagnostic::error(what, at).help("correct it with an overlay"));
        return;
    };
    if let Some(reference) = object.get("$ref") {
        check_reference(kind, reference, object, at, found);
        return;
    }
    let rules = kind.rules();
    check_required(kind, rules, object, at, found);
    for (key, value) in object {
        match rules.field(key) {
            Some(field) => {
                if let Some(expected) = mismatch(kind, key, field, value) {
                    found.push(wrong_type(kind, key, value, &expected, at));
                }
            }
            None if is_extension(key) => {}
            None => {
                let what = format!(
                    "`{key}` is no keyword of {} in OpenAPI 3.0; it is ignored",
                    kind.phrase()
                );
                found.push(Diagnostic::note(what, &at.child(key)));
            }
        }
    }
    special::check(kind, object, at, found);
}

fn check_reference(
    kind: Kind,
    reference: &Value,
    object: &Map<String, Value>,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    if !reference.is_string() {
        let what = format!("`$ref` has to be text; this is {}", describe(reference));
        found.push(Diagnostic::error(what, &at.child("$ref")));
    }
    if kind.section().is_none() {
        let what = format!("{} can't be a reference", kind.phrase());
        found.push(
            Diagnostic::error(what, at)
                .help("write the object itself instead of the reference"),
        );
    }
    for key in object.keys() {
        let is_prose =
            matches!(kind.rules().field(key), Some(Field::Prose | Field::Examples));
        if key != "$ref" && !is_prose && !is_extension(key) {
            let what = format!("`{key}` beside `$ref` has no effect in OpenAPI 3.0");
            let note = Diagnostic::note(what, &at.child(key));
            found.push(
                note.help("if it matters, wrap the reference: allOf: [{$ref: …}]"),
            );
        }
    }
}

fn check_required(
    kind: Kind,
    rules: &Rules,
    object: &Map<String, Value>,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    for key in rules.required {
        if object.contains_key(*key) {
            continue;
        }
        let what = format!("the {} has no `{key}`", kind.name());
        let help = format!("OpenAPI 3.0 requires `{key}`; add it with an overlay");
        found.push(Diagnostic::error(what, at).help(help));
    }
}

fn wrong_type(
    kind: Kind,
    key: &str,
    value: &Value,
    expected: &str,
    at: &Pointer,
) -> Diagnostic {
    let is = match value {
        Value::String(text) => format!("`{text}`"),
        Value::Number(number) => format!("{number}"),
        other => describe(other).to_owned(),
    };
    let what =
        format!("`{key}` of {} has to be {expected}; this is {is}", kind.phrase());
    let error = Diagnostic::error(what, &at.child(key));
    match schema::dialect_help(kind, key, value) {
        Some(help) => error.help(help),
        None => error,
    }
}

/// Returns the expected type of a value if the value has another one.
///
/// The contents of objects, lists and maps are checked when the walk gets to them.
fn mismatch(kind: Kind, key: &str, field: Field, value: &Value) -> Option<String> {
    let fits = match field {
        Field::One(_) | Field::Data | Field::Examples => true,
        Field::List(_) | Field::DataList => value.is_array(),
        Field::Map(_) => value.is_object(),
        Field::BoolOr(_) => value.is_boolean() || value.is_object(),
        // OpenAPI requires text, but a missing description does no harm.
        Field::Prose => {
            value.is_string() || value.is_null() && !kind.rules().required.contains(&key)
        }
        Field::Text => value.is_string(),
        Field::Bool => value.is_boolean(),
        Field::Number => value.is_number(),
        Field::Count => {
            value.as_u64().is_some_and(|count| usize::try_from(count).is_ok())
        }
        Field::TextList => is_list_of_text(value),
        Field::ProseByName | Field::TextByName => {
            value.as_object().is_some_and(|texts| texts.values().all(Value::is_string))
        }
        Field::Requirements => {
            value.as_array().is_some_and(|all| all.iter().all(is_requirement))
        }
        Field::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
    };
    (!fits).then(|| expectation(field))
}

fn is_list_of_text(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
}

fn is_requirement(value: &Value) -> bool {
    value.as_object().is_some_and(|schemes| schemes.values().all(is_list_of_text))
}

fn expectation(field: Field) -> String {
    match field {
        Field::One(kind) => kind.phrase(),
        Field::List(kind) => format!("a list, each item {}", kind.phrase()),
        Field::Map(kind) => format!("an object, each member {}", kind.phrase()),
        Field::BoolOr(kind) => format!("a boolean or {}", kind.phrase()),
        Field::Prose | Field::Text => "text".to_owned(),
        Field::ProseByName | Field::TextByName => {
            "an object whose members are text".to_owned()
        }
        Field::Data | Field::Examples => "any value".to_owned(),
        Field::DataList => "a list".to_owned(),
        Field::Bool => "a boolean".to_owned(),
        Field::TextList => "a list of text".to_owned(),
        Field::Word(words) => format!("one of {}", words.join(", ")),
        Field::Number => "a number".to_owned(),
        Field::Count => "a whole number from zero".to_owned(),
        Field::Requirements => {
            "a list of objects whose members are lists of text".to_owned()
        }
    }
}
