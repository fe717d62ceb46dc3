//! Checks that every reference of a document has a target of the right kind.

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::grammar::Kind;
use crate::grammar::walk;
use crate::pointer::Pointer;

mod circle;
mod nearest;

/// Reports references without a target, to the wrong section, or in a circle.
pub(super) fn check(tree: &Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    walk::visit(tree, &mut |kind, value, at| {
        if let Some(section) = kind.section()
            && let Some(reference) = value.get("$ref").and_then(Value::as_str)
        {
            if !has_target(tree, section, reference) {
                found.push(explain(tree, section, reference, &at.child("$ref")));
            }
        } else if kind == Kind::Discriminator {
            check_mapping(tree, value, at, &mut found);
        }
    });
    if found.is_empty() {
        found.extend(circle::check(tree));
    }
    found
}

/// Returns the name in `components/{section}` of a reference, whether or not it has a target.
fn name<'r>(section: &str, reference: &'r str) -> Option<&'r str> {
    // The names of components hold neither slash nor tilde, so nothing has to be unescaped.
    reference.strip_prefix("#/components/")?.strip_prefix(section)?.strip_prefix('/')
}

/// Returns the target of a reference to an entry of `components/{section}`; `None` for any other
/// reference.
pub(crate) fn target<'a>(
    tree: &'a Value,
    section: &str,
    reference: &str,
) -> Option<&'a Value> {
    entries(tree, section)?.get(name(section, reference)?)
}

fn has_target(tree: &Value, section: &str, reference: &str) -> bool {
    target(tree, section, reference).is_some()
}

/// Returns the error about a reference without a target.
fn explain(tree: &Value, section: &str, reference: &str, at: &Pointer) -> Diagnostic {
    let error = |what: String| Diagnostic::error(what, at);
    let Some(target) = Pointer::parse_reference(reference) else {
        let what = format!("the reference {reference} points outside the document");
        let help =
            format!("copy its target to #/components/{section} and refer to that");
        return error(what).help(help);
    };
    let tokens: Vec<String> = target.tokens().collect();
    let [components, present, name] = tokens.as_slice() else {
        return no_component(tree, section, reference, &target, at);
    };
    if components != "components" {
        return no_component(tree, section, reference, &target, at);
    }
    if present != section {
        let what = format!(
            "the reference {reference} points to {present}, but {section} are expected here"
        );
        return match find(tree, section, name) {
            true => error(what).help(format!("refer to #/components/{section}/{name}")),
            false => error(what),
        };
    }
    let what = format!("the reference {reference} has no target");
    match nearest::name(names(tree, section), name) {
        Some(near) => error(what).help(format!("the most similar name is {near}")),
        None => error(what).help(format!("#/components/{section} has no similar name")),
    }
}

fn no_component(
    tree: &Value,
    section: &str,
    reference: &str,
    target: &Pointer,
    at: &Pointer,
) -> Diagnostic {
    let what = match target.find(tree) {
        Some(_) => {
            format!("the reference {reference} points to something without a name")
        }
        None => format!("the reference {reference} has no target"),
    };
    let help = format!("refer to an entry of #/components/{section}");
    Diagnostic::error(what, at).help(help)
}

/// Checks the values of a mapping, which are references or bare names of schemas.
fn check_mapping(
    tree: &Value,
    value: &Value,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    let mapping = value.get("mapping").and_then(Value::as_object);
    for (tag, value) in mapping.into_iter().flatten() {
        let Some(named) = value.as_str() else { continue };
        if !find(tree, "schemas", named) && !has_target(tree, "schemas", named) {
            let at = at.child("mapping").child(tag);
            found.push(explain(tree, "schemas", named, &at));
        }
    }
}

fn find(tree: &Value, section: &str, name: &str) -> bool {
    entries(tree, section).is_some_and(|entries| entries.contains_key(name))
}

fn names<'a>(tree: &'a Value, section: &str) -> impl Iterator<Item = &'a str> {
    entries(tree, section).into_iter().flatten().map(|(name, _)| name.as_str())
}

fn entries<'a>(
    tree: &'a Value,
    section: &str,
) -> Option<&'a serde_json::Map<String, Value>> {
    tree.get("components")?.get(section)?.as_object()
}
