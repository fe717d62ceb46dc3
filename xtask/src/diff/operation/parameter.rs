//! Changes of parameters.

use std::collections::BTreeMap;

use super::super::api::{Endpoint, Parameter};
use super::super::change::{Anchor, Change, Direction, Part, Site, Spot};
use super::super::graph::{Graph, Root};
use super::super::tree::Tree;
use super::{Draft, matching};

/// Compares the parameters of two operations.
pub(super) fn compare<'a>(
    graph: &mut Graph<'a>,
    old: &Endpoint<'a>,
    new: &Endpoint<'a>,
    draft: &mut Draft,
) {
    let (before, after) = (keyed(old), keyed(new));
    for (key, parameter) in &before {
        match after.get(key) {
            Some(other) => both(graph, (parameter, other), draft),
            None => {
                push(draft, parameter, "request-parameter-removed", false, "removed")
            }
        }
    }
    for (key, parameter) in &after {
        if !before.contains_key(key) {
            added(graph.new, parameter, draft);
        }
    }
}

/// Parameters by place and name; those of the path by their position, and headers in lower case.
fn keyed<'a, 'b>(
    endpoint: &'b Endpoint<'a>,
) -> BTreeMap<(&'a str, String), &'b Parameter<'a>> {
    let names = matching::names(endpoint.path);
    let key = |parameter: &Parameter<'a>| match parameter.place {
        "path" => {
            let position = names.iter().position(|name| *name == parameter.name);
            position.map_or_else(|| parameter.name.to_owned(), |at| at.to_string())
        }
        "header" => parameter.name.to_lowercase(),
        _ => parameter.name.to_owned(),
    };
    let parameters = endpoint.parameters.iter();
    parameters.map(|parameter| ((parameter.place, key(parameter)), parameter)).collect()
}

fn both<'a>(
    graph: &mut Graph<'a>,
    (old, new): (&Parameter<'a>, &Parameter<'a>),
    draft: &mut Draft,
) {
    // A parameter of the path is required whatever the document says.
    if old.is_required != new.is_required && new.place != "path" {
        let (code, words) = if new.is_required {
            ("request-parameter-became-required", "made required")
        } else {
            ("request-parameter-became-optional", "made optional")
        };
        push(draft, new, code, !new.is_required, words);
    }
    match (old.is_deprecated, new.is_deprecated) {
        (false, true) => {
            push(draft, new, "request-parameter-deprecated", true, "deprecated");
        }
        (true, false) => push(
            draft,
            new,
            "request-parameter-reactivated",
            true,
            "no longer deprecates",
        ),
        _ => {}
    }
    if let (Some(before), Some(after)) = (old.schema, new.schema) {
        let pair = graph.pair(before, after, Direction::Request);
        let phrase = phrase(new);
        let part = Part::Parameter(new.name.to_owned());
        draft.roots.push(Root { pair, site: Site::Parameter, part, phrase });
    }
}

fn added(tree: Tree<'_>, new: &Parameter<'_>, draft: &mut Draft) {
    let has_default = new.schema.is_some_and(|schema| tree.has(&[schema], "default"));
    let (code, is_compatible, words) = match (new.is_required, has_default) {
        (false, _) => ("new-optional-request-parameter", true, "added the optional"),
        (true, true) => {
            ("new-required-request-parameter-with-default", true, "added the required")
        }
        (true, false) => ("new-required-request-parameter", false, "added the required"),
    };
    push(draft, new, code, is_compatible, words);
}

fn push(
    draft: &mut Draft,
    parameter: &Parameter<'_>,
    code: &str,
    is_compatible: bool,
    words: &str,
) {
    let phrase = phrase(parameter);
    let phrase = if words.contains("required") || words.contains("optional") {
        phrase.replacen("the ", "", usize::from(words.starts_with("added")))
    } else {
        phrase
    };
    let what = format!("{words} {phrase}");
    let mut change = Change::new(code, is_compatible, what.clone());
    // Which operations take a shared parameter is a matter of each; what it is, is its own.
    let is_own = code.starts_with("request-parameter") && !code.ends_with("removed");
    change.anchor = parameter
        .component
        .filter(|_| is_own)
        .map(|component| Anchor { component: format!("parameter {component}"), what });
    let part = Part::Parameter(parameter.name.to_owned());
    change.spot = Some(Spot { part, names: Vec::new() });
    draft.changes.push(change);
}

fn phrase(parameter: &Parameter<'_>) -> String {
    format!("the {} parameter `{}`", parameter.place, parameter.name)
}
