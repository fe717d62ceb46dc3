//! Changes of parameters.

use std::collections::BTreeMap;

use atlas_admin_generator::template;

use super::super::api::{Endpoint, Parameter};
use super::super::change::{Anchor, Change, Direction, Location, Part, Site, need};
use super::super::graph::{Graph, Root};
use super::super::tree::Tree;
use super::Draft;

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
                let what = format!("removed {}", phrase(parameter));
                let change = Change::new("request-parameter-removed", false, what);
                push(draft, parameter, change);
            }
        }
    }
    for (key, parameter) in &after {
        if !before.contains_key(key) {
            added(graph.new, parameter, draft);
        }
    }
}

/// Returns parameters by location and name; path parameters by position, and headers in lower case.
fn keyed<'a, 'b>(
    endpoint: &'b Endpoint<'a>,
) -> BTreeMap<(&'a str, String), &'b Parameter<'a>> {
    let names = template::parameters(endpoint.path).collect::<Vec<_>>();
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
    let phrase = phrase(new);
    // A change of a shared parameter concerns all operations; it is added to and removed from each
    // alone.
    let mut own = |code: &str, is_compatible: bool, words: &str| {
        let what = format!("{words} {phrase}");
        let component = new.component.map(|name| format!("parameter {name}"));
        let mut change = Change::new(code, is_compatible, what.clone());
        change.anchor = component.map(|component| Anchor { component, what });
        push(draft, new, change);
    };
    // A path parameter is always required, whatever the document says.
    if old.is_required != new.is_required && new.place != "path" {
        let need = need(new.is_required);
        let code = format!("request-parameter-became-{need}");
        own(&code, !new.is_required, &format!("made {need}"));
    }
    match (old.is_deprecated, new.is_deprecated) {
        (false, true) => own("request-parameter-deprecated", true, "deprecated"),
        (true, false) => {
            own("request-parameter-reactivated", true, "no longer deprecates");
        }
        _ => {}
    }
    if let (Some(before), Some(after)) = (old.schema, new.schema) {
        let pair = graph.pair(before, after, Direction::Request);
        let part = Part::Parameter(new.name.to_owned());
        draft.roots.push(Root { pair, site: Site::Parameter, part, phrase });
    }
}

fn added(tree: Tree<'_>, new: &Parameter<'_>, draft: &mut Draft) {
    let has_default = new.schema.is_some_and(|schema| tree.has(&[schema], "default"));
    let need = need(new.is_required);
    let ending = if new.is_required && has_default { "-with-default" } else { "" };
    let is_compatible = !new.is_required || has_default;
    let code = format!("new-{need}-request-parameter{ending}");
    let what = format!("added the {need} {}", noun(new));
    push(draft, new, Change::new(&code, is_compatible, what));
}

fn push(draft: &mut Draft, parameter: &Parameter<'_>, mut change: Change) {
    let part = Part::Parameter(parameter.name.to_owned());
    change.location = Some(Location { part, names: Vec::new() });
    draft.changes.push(change);
}

fn phrase(parameter: &Parameter<'_>) -> String {
    format!("the {}", noun(parameter))
}

fn noun(parameter: &Parameter<'_>) -> String {
    format!("{} parameter `{}`", parameter.place, parameter.name)
}
