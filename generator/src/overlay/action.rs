//! Overlay files and their actions.

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::grammar::is_extension;
use crate::tree;

/// An action of an overlay.
#[derive(Debug)]
pub(super) struct Action {
    pub(super) file: String,
    /// Counted from one.
    pub(super) number: usize,
    pub(super) target: String,
    pub(super) change: Change,
}

/// The change of the nodes that the target selects.
#[derive(Debug)]
pub(super) enum Change {
    Update(Value),
    Remove,
}

/// Reads an overlay file: YAML or JSON.
pub(super) fn parse(file: &str, bytes: &[u8]) -> Result<Vec<Action>, Vec<Diagnostic>> {
    let tree = tree::parse(bytes).map_err(|problems| {
        problems.into_iter().map(|problem| in_file(file, problem)).collect::<Vec<_>>()
    })?;
    let mut found = check_frame(file, &tree);
    let mut actions = Vec::new();
    let listed = tree.get("actions").and_then(Value::as_array);
    for (index, action) in listed.into_iter().flatten().enumerate() {
        match parse_action(file, index + 1, action) {
            Ok(action) => actions.push(action),
            Err(problems) => found.extend(problems),
        }
    }
    if found.is_empty() { Ok(actions) } else { Err(found) }
}

/// Rewrites the location of a problem of the text to the overlay that contains the text.
fn in_file(file: &str, mut problem: Diagnostic) -> Diagnostic {
    let position = match &problem.place {
        Place::Text { line, column } => Some((*line, *column)),
        Place::Node(pointer) => {
            problem.what = format!("{} ({pointer})", problem.what);
            None
        }
        _ => None,
    };
    problem.place = Place::Overlay { file: file.to_owned(), position };
    problem
}

fn check_frame(file: &str, tree: &Value) -> Vec<Diagnostic> {
    let place = || Place::Overlay { file: file.to_owned(), position: None };
    let error = |what: &str| Diagnostic::new(Severity::Error, what, place());
    let mut found = Vec::new();
    match tree.get("overlay").and_then(Value::as_str) {
        Some(version) if version.starts_with("1.0.") => {}
        Some(version) => {
            found
                .push(error(&format!("the overlay is of version {version}, not 1.0.0")));
        }
        None => found.push(error("the overlay has no `overlay: 1.0.0`")),
    }
    for key in ["title", "version"] {
        if !tree.get("info").and_then(|info| info.get(key)).is_some_and(Value::is_string)
        {
            found.push(error(&format!(
                "the overlay's `info` has no `{key}` that is text"
            )));
        }
    }
    match tree.get("actions").and_then(Value::as_array) {
        Some(actions) if !actions.is_empty() => {}
        _ => found.push(error("the overlay has no list of `actions`, or an empty one")),
    }
    let known = ["actions", "extends", "info", "overlay"];
    for key in unknown_keys(tree.as_object(), &known) {
        found.push(error(&format!("`{key}` is no keyword of an overlay")));
    }
    found
}

fn parse_action(
    file: &str,
    number: usize,
    action: &Value,
) -> Result<Action, Vec<Diagnostic>> {
    let text = |key: &str| {
        action.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    };
    let target = text("target").unwrap_or_default().to_owned();
    let place =
        || Place::Action { file: file.to_owned(), number, target: target.clone() };
    let error = |what: String| Diagnostic::new(Severity::Error, what, place());
    let mut found = Vec::new();
    if target.is_empty() {
        found.push(error("the action has no `target`".into()));
    }
    if text("description").is_none() {
        let help =
            "state the evidence that the document is wrong: a recording, a page, a date";
        found.push(error("the action has no `description`".into()).help(help));
    }
    for key in
        unknown_keys(action.as_object(), &["description", "remove", "target", "update"])
    {
        found.push(error(format!("`{key}` is no keyword of an action")));
    }
    let change = match (action.get("remove"), action.get("update")) {
        (Some(Value::Bool(true)), None) => Some(Change::Remove),
        (None | Some(Value::Bool(false)), Some(update)) => {
            Some(Change::Update(update.clone()))
        }
        (None | Some(Value::Bool(_)), _) => None,
        (Some(_), _) => {
            found.push(error("`remove` has to be a boolean".into()));
            None
        }
    };
    match change {
        Some(change) if found.is_empty() => {
            Ok(Action { file: file.to_owned(), number, target, change })
        }
        Some(_) => Err(found),
        None => {
            let what = "the action has to have either `update` or `remove: true`";
            found.push(error(what.into()));
            Err(found)
        }
    }
}

fn unknown_keys<'a>(
    object: Option<&'a Map<String, Value>>,
    known: &'a [&str],
) -> impl Iterator<Item = &'a str> {
    let keys = object.into_iter().flat_map(Map::keys).map(String::as_str);
    keys.filter(|key| !known.contains(key) && !is_extension(key))
}
