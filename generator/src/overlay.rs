//! Corrections of a document: OpenAPI Overlay 1.0.
//!
//! Where the service differs from its document, an overlay corrects the document, and states the
//! evidence. Two rules are stricter than the specification's, so that corrections are removed once
//! upstream has made them: an action that matches nothing is an error, and so is an update that
//! changes nothing. Every action has a `description`: the evidence.
//!
//! Merging follows the specification: objects recursively, lists by appending, anything else by
//! replacing. An entry that a list already holds is not appended again: the lists of OpenAPI that
//! are worth correcting (`enum`, `required`, `parameters`) are sets. Beyond the specification,
//! `remove` may take away a single value, such as one entry of an `enum`.
//!
//! Source: <https://spec.openapis.org/overlay/v1.0.0.html>; targets are JSONPath (RFC 9535).

use serde_json::Value;
use serde_json_path::JsonPath;

use self::action::{Action, Change};
use self::location::Location;
use crate::diagnostic::{Diagnostic, Place, Severity};

mod action;
mod location;
mod merge;

/// The severity of an action that matches nothing or changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnmatchedAction {
    #[default]
    /// An error, for the document for which the corrections were written.
    Error,
    /// A note, for an older or newer document, which may lack the target or not need the
    /// correction.
    Note,
}

/// Applies overlays, each a file name and its bytes, in order of their names and of the actions in
/// each. Returns the notes.
///
/// # Errors
///
/// Returns all mistakes in overlays and every action that doesn't apply; all other actions have
/// been applied then.
pub fn apply(
    document: &mut Value,
    overlays: &[(&str, &[u8])],
    unmatched: UnmatchedAction,
) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let mut overlays = overlays.to_vec();
    overlays.sort_by_key(|(file, _)| *file);
    let mut found = Vec::new();
    for (file, bytes) in overlays {
        match action::parse(file, bytes) {
            Ok(actions) => {
                for action in actions {
                    found.extend(apply_action(document, &action, unmatched).err());
                }
            }
            Err(problems) => found.extend(problems),
        }
    }
    if found.iter().any(Diagnostic::is_error) { Err(found) } else { Ok(found) }
}

fn apply_action(
    document: &mut Value,
    action: &Action,
    unmatched: UnmatchedAction,
) -> Result<(), Diagnostic> {
    let locations = select(document, action, unmatched)?;
    match &action.change {
        Change::Remove => remove(document, action, locations),
        Change::Update(update) => {
            let mut has_changed = false;
            for location in locations {
                has_changed |= merge::update(document, &location, update)
                    .map_err(|problem| complain(action, problem))?;
            }
            if has_changed {
                return Ok(());
            }
            let said = weigh(complain(action, "the update changes nothing"), unmatched);
            Err(said.help("upstream has made this correction; remove the action"))
        }
    }
}

fn select(
    document: &Value,
    action: &Action,
    unmatched: UnmatchedAction,
) -> Result<Vec<Location>, Diagnostic> {
    let path = JsonPath::parse(&action.target).map_err(|error| {
        complain(action, format!("the target is no JSONPath: {error}"))
            .help("see RFC 9535; names with a slash are written $.paths['/a/{b}']")
    })?;
    let nodes = path.query_located(document);
    let mut locations: Vec<Location> = nodes.locations().map(Location::from).collect();
    locations.sort();
    locations.dedup();
    if locations.is_empty() {
        let said = weigh(complain(action, "the target matches nothing"), unmatched);
        return Err(said.help(
            "if upstream has removed or renamed what it corrects, remove or change the action",
        ));
    }
    Ok(locations)
}

/// Removes from the end, so that the locations of nodes yet to be removed stay valid.
fn remove(
    document: &mut Value,
    action: &Action,
    locations: Vec<Location>,
) -> Result<(), Diagnostic> {
    for location in locations.iter().rev() {
        if !location.remove_from(document) {
            return Err(complain(action, "the whole document can't be removed"));
        }
    }
    Ok(())
}

fn weigh(mut said: Diagnostic, unmatched: UnmatchedAction) -> Diagnostic {
    if unmatched == UnmatchedAction::Note {
        said.severity = Severity::Note;
    }
    said
}

fn complain(action: &Action, what: impl Into<String>) -> Diagnostic {
    let place = Place::Action {
        file: action.file.clone(),
        number: action.number,
        target: action.target.clone(),
    };
    Diagnostic::new(Severity::Error, what, place)
}
