//! Checks that the parameters of an operation match its path.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::document::target;
use crate::grammar::METHODS;
use crate::pointer::Pointer;
use crate::template;

/// Reports names in braces without a parameter, path parameters that the path doesn't name, and
/// parameters that are declared twice.
pub(super) fn check(tree: &Value, found: &mut Vec<Diagnostic>) {
    let at = Pointer::root().child("paths");
    let paths = tree.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        let Some(item) = item.as_object() else { continue };
        let at = at.child(path);
        let shared = keys(tree, item, &at, found);
        for method in METHODS {
            if let Some(operation) = item.get(method).and_then(Value::as_object) {
                let at = at.child(method);
                let mut own = keys(tree, operation, &at, found);
                own.extend(&shared);
                compare(path, &own, &at, found);
            }
        }
    }
}

/// The identity of a parameter: its location and its name.
type Key<'a> = (&'a str, &'a str);

fn keys<'a>(
    tree: &'a Value,
    holder: &'a Map<String, Value>,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) -> BTreeSet<Key<'a>> {
    let mut keys = BTreeSet::new();
    let parameters = holder.get("parameters").and_then(Value::as_array);
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        // The check of references reports one without a target.
        let Some((location, name)) = key(tree, parameter) else { continue };
        if !keys.insert((location, name)) {
            let what = format!("the {location} parameter `{name}` is declared twice");
            let at = at.child("parameters").item(index);
            found.push(Diagnostic::error(what, &at).help("keep one of the two"));
        }
    }
    keys
}

fn key<'a>(tree: &'a Value, parameter: &'a Value) -> Option<Key<'a>> {
    let parameter = match parameter.get("$ref") {
        Some(reference) => target(tree, "parameters", reference.as_str()?)?,
        None => parameter,
    };
    Some((parameter.get("in")?.as_str()?, parameter.get("name")?.as_str()?))
}

fn compare(
    path: &str,
    keys: &BTreeSet<Key<'_>>,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    let named: BTreeSet<&str> = template::parameters(path).collect();
    let described: BTreeSet<&str> = keys
        .iter()
        .filter(|(location, _)| *location == "path")
        .map(|(_, name)| *name)
        .collect();
    for name in named.difference(&described) {
        let what = format!("the path contains {{{name}}}, which no parameter declares");
        let help = "the operation is not generated; add the parameter with an overlay";
        found.push(Diagnostic::note(what, at).help(help));
    }
    for name in described.difference(&named) {
        let what = format!("the path parameter `{name}` is not in the path");
        let help = "it is not sent; remove the parameter with an overlay";
        found.push(Diagnostic::note(what, at).help(help));
    }
}
