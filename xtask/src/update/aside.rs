//! Corrections that a document no longer needs or allows, taken out of their overlays.
//!
//! If a correction changes nothing, upstream has made it. If a correction matches nothing, its
//! target is gone. Both are set aside for the reviewer. Marks of secrets are different: if the
//! schema of a mark only has a new name, setting the mark aside would make a secret printable. So
//! a mark that matches nothing stops the update.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use atlas_admin_generator::diagnostic::{Place, Severity};
use atlas_admin_generator::{Diagnostic, UnmatchedAction, canonical, document};
use serde_json::Value;

use crate::codegen::borrowed;
use crate::failure::Failure;
use crate::plan::Plan;

mod text;

/// The generator's note on a correction that upstream has made.
const MADE: &str = "the update changes nothing";

/// The extension that declares how a client recognizes the end of an operation's work.
const WAIT: &str = "x-sdk-wait";

/// The corrections that were set aside.
#[derive(Default)]
pub(super) struct Aside {
    /// The reasons, by the action's file and its number there, counted from one.
    actions: BTreeMap<(String, usize), Reason>,
}

/// An action that was set aside.
pub(super) struct Reason {
    pub target: String,
    pub why: String,
    /// The action's description: its evidence.
    pub description: String,
    /// Whether upstream has made the correction.
    pub is_made: bool,
}

/// Overlays, each a file name and its bytes.
type Overlays = [(String, Vec<u8>)];

impl Aside {
    /// Finds the corrections that have nothing to correct in a document. Fails if one of them is a
    /// mark that upstream has not made.
    pub(super) fn of_document(
        bytes: &[u8],
        overlays: &Overlays,
    ) -> Result<Self, Failure> {
        let read = document::read(bytes, &borrowed(overlays), UnmatchedAction::Note);
        let notes = read.map_err(Failure::Document)?.notes;
        let trees = trees(overlays)?;
        let mut aside = Self::default();
        let mut blocking = Vec::new();
        for note in notes {
            let Place::Action { file, number, target } = &note.place else { continue };
            let action = action(&trees, file, *number);
            let is_made = note.what == MADE;
            if is_mark(action) && !is_made {
                blocking.push(block(&note));
                continue;
            }
            let reason = Reason::of(
                action,
                target,
                if is_made { "upstream says it now" } else { &note.what },
                is_made,
            );
            aside.actions.insert((file.clone(), *number), reason);
        }
        if blocking.is_empty() { Ok(aside) } else { Err(Failure::Document(blocking)) }
    }

    /// Sets the waits aside that errors are about. Fails if no error is about a wait.
    pub(super) fn add_waits(
        &mut self,
        found: &[Diagnostic],
        overlays: &Overlays,
    ) -> Result<(), Failure> {
        let trees = trees(overlays)?;
        let before = self.actions.len();
        let errors = || found.iter().filter(|said| said.is_error());
        for said in errors() {
            for (file, tree) in &trees {
                for (number, action) in actions(tree) {
                    if is_wait_at(action, said) {
                        let target = action["target"].as_str().unwrap_or_default();
                        let reason = Reason::of(action, target, &said.what, false);
                        let key = (file.to_string(), number);
                        self.actions.entry(key).or_insert(reason);
                    }
                }
            }
        }
        if self.actions.len() == before {
            return Err(Failure::Document(found.to_vec()));
        }
        Ok(())
    }

    /// Returns the overlays without the actions that were set aside. An overlay that has no action
    /// left is left out.
    pub(super) fn rest(
        &self,
        overlays: &Overlays,
    ) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        let mut rest = Vec::new();
        for (name, bytes) in overlays {
            let numbers = self.numbers(name);
            if numbers.is_empty() {
                rest.push((name.clone(), bytes.clone()));
            } else if let Some(text) = without(bytes, &numbers)? {
                rest.push((name.clone(), text.into_bytes()));
            }
        }
        Ok(rest)
    }

    /// Plans to remove the actions that were set aside from the files.
    pub(super) fn plan(
        &self,
        overlays: &Overlays,
        folder: &Path,
        plan: &mut Plan,
    ) -> Result<(), Failure> {
        for (name, bytes) in overlays {
            let numbers = self.numbers(name);
            if numbers.is_empty() {
                continue;
            }
            match without(bytes, &numbers)? {
                Some(text) => plan.add(&folder.join(name), &text)?,
                None => plan.remove(folder.join(name)),
            }
        }
        Ok(())
    }

    /// Returns the reason of each action, with the action's file and its number there.
    pub(super) fn actions(&self) -> impl Iterator<Item = (&str, usize, &Reason)> {
        self.actions.iter().map(|((file, number), reason)| (&**file, *number, reason))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    fn numbers(&self, file: &str) -> BTreeSet<usize> {
        let of_file = self.actions.keys().filter(|(name, _)| name == file);
        of_file.map(|(_, number)| *number).collect()
    }
}

impl Reason {
    fn of(action: &Value, target: &str, why: &str, is_made: bool) -> Self {
        let description = action["description"].as_str().unwrap_or_default();
        Self {
            target: target.to_owned(),
            why: why.to_owned(),
            description: description.trim().to_owned(),
            is_made,
        }
    }
}

fn block(note: &Diagnostic) -> Diagnostic {
    let help = "if what it marks has another name now, correct the target; remove the action \
                only when you have seen that it is gone";
    let what = format!("{}, and it marks what must not be printed or lost", note.what);
    Diagnostic::new(Severity::Error, what, note.place.clone()).help(help)
}

fn trees(overlays: &Overlays) -> Result<Vec<(&str, Value)>, Failure> {
    let trees = overlays.iter().map(|(name, bytes)| {
        let tree = document::parse(bytes).map_err(Failure::Document)?;
        Ok((&**name, tree))
    });
    trees.collect()
}

fn actions(tree: &Value) -> impl Iterator<Item = (usize, &Value)> {
    let listed = tree.get("actions").and_then(Value::as_array);
    listed.into_iter().flatten().enumerate().map(|(index, action)| (index + 1, action))
}

fn action<'a>(trees: &'a [(&str, Value)], file: &str, number: usize) -> &'a Value {
    let tree = trees.iter().find(|(name, _)| *name == file);
    let found =
        tree.and_then(|(_, tree)| tree.pointer(&format!("/actions/{}", number - 1)));
    found.unwrap_or(&Value::Null)
}

/// Tells whether an action marks a secret or makes an exception: `format: password`, `writeOnly`,
/// or any extension of this project except a wait.
fn is_mark(action: &Value) -> bool {
    action.get("update").is_none_or(marks) && action.get("remove") != Some(&true.into())
}

fn marks(value: &Value) -> bool {
    match value {
        Value::Object(entries) => entries.iter().any(|(key, value)| {
            let is_ours = key.starts_with("x-sdk-") && key != WAIT;
            let is_secret = key == "format" && value == "password";
            is_ours || is_secret || key == "writeOnly" || marks(value)
        }),
        Value::Array(items) => items.iter().any(marks),
        _ => false,
    }
}

/// Tells whether an error is about the wait that an action gives to an operation.
fn is_wait_at(action: &Value, said: &Diagnostic) -> bool {
    let Place::Node(pointer) = &said.place else { return false };
    let names: Vec<String> = pointer.tokens().collect();
    let [paths, path, method, last, ..] = &*names else { return false };
    let target = action["target"].as_str().unwrap_or_default();
    let is_target = target == format!("$.paths['{path}'].{method}");
    paths == "paths"
        && last == WAIT
        && is_target
        && action.pointer(&format!("/update/{WAIT}")).is_some()
}

/// Returns the text of an overlay without some actions, or `None` if no action is left.
fn without(bytes: &[u8], numbers: &BTreeSet<usize>) -> Result<Option<String>, Failure> {
    let mut tree = document::parse(bytes).map_err(Failure::Document)?;
    let Some(listed) = tree.get_mut("actions").and_then(Value::as_array_mut) else {
        return Ok(None);
    };
    let mut number = 0;
    listed.retain(|_| {
        number += 1;
        !numbers.contains(&number)
    });
    if listed.is_empty() {
        return Ok(None);
    }
    // The cut text has to parse to what remains; otherwise, the whole overlay is written anew.
    let cut = text::cut(&String::from_utf8_lossy(bytes), numbers);
    let is_safe = |text: &String| {
        document::parse(text.as_bytes()).is_ok_and(|found| found == tree)
    };
    Ok(Some(cut.filter(is_safe).unwrap_or_else(|| canonical::write(&tree))))
}

#[cfg(test)]
mod tests;
