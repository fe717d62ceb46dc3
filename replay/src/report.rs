//! The report of a replay, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value as Json, json};

use atlas_admin::codec::Direction;

use crate::exchange::{Absorbed, Failure, Outcome, What};
use crate::har::Recorded;
use crate::leaves::Leaves;
use crate::route::path_of;

/// The longest value in the text for people, in characters; longer ones are cut.
const SHOWN: usize = 120;

/// The report of a replay.
#[derive(Debug)]
pub struct Report<'r> {
    exchanges: &'r [Recorded],
    outcomes: Vec<Outcome>,
    leaves: Leaves,
}

impl<'r> Report<'r> {
    /// Creates the report of exchanges and their outcomes, which are in the same order.
    pub fn new(exchanges: &'r [Recorded], outcomes: Vec<Outcome>) -> Self {
        let mut leaves = Leaves::default();
        for outcome in &outcomes {
            leaves.add(&outcome.leaves);
        }
        Self { exchanges, outcomes, leaves }
    }

    /// Returns the number of exchanges that failed.
    pub fn failed(&self) -> usize {
        self.count(|outcome| !outcome.failures.is_empty())
    }

    fn count(&self, is_counted: fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|outcome| is_counted(outcome)).count()
    }

    fn decoded(&self) -> usize {
        self.count(|outcome| outcome.entry.is_ok() && outcome.is_decoded)
    }

    fn round_tripped(&self) -> usize {
        self.count(|outcome| outcome.entry.is_ok() && outcome.failures.is_empty())
    }

    fn unmatched(&self) -> usize {
        self.count(|outcome| outcome.entry.is_err())
    }

    /// Returns the share of leaves in typed fields, in percent; 100 if there are no leaves.
    fn share(&self) -> f64 {
        match self.leaves.count() {
            0 => 100.0,
            count => self.leaves.typed as f64 * 100.0 / count as f64,
        }
    }

    fn pairs(&self) -> impl Iterator<Item = (&Recorded, &Outcome)> {
        self.exchanges.iter().zip(&self.outcomes)
    }

    /// Returns the locations of the leaves of one kind (operation, version and path), with the
    /// number at each.
    fn places(
        &self,
        of: fn(&Leaves) -> &Vec<String>,
    ) -> BTreeMap<(String, String), usize> {
        let mut places = BTreeMap::new();
        for outcome in &self.outcomes {
            for path in of(&outcome.leaves) {
                *places.entry((operation(outcome), general(path))).or_default() += 1;
            }
        }
        places
    }

    /// Returns the report for programs.
    ///
    /// The members are `exchanges`, `decoded`, `roundTripped`, `unmatched` and `failed` (counts),
    /// `leaves` (`count`, `typed`, `typedPercent`, and the places of those that are `undeclared`
    /// and `freeForm`) and `entries`. An entry has `file`, `index`, `method`, `path`, `status`,
    /// `result` (`passed`, `failed` or `unmatched`), `reason` if it is unmatched, `operation` and
    /// `version` if it is not, `failures` and `drift`. Later versions may add members, and change
    /// none.
    pub fn to_json(&self) -> Json {
        let places = |of| -> Vec<Json> {
            let places = self.places(of).into_iter();
            places
                .map(|((operation, path), count)| {
                    json!({"operation": operation, "path": path, "count": count})
                })
                .collect()
        };
        json!({
            "exchanges": self.outcomes.len(),
            "decoded": self.decoded(),
            "roundTripped": self.round_tripped(),
            "unmatched": self.unmatched(),
            "failed": self.failed(),
            "leaves": {
                "count": self.leaves.count(),
                "typed": self.leaves.typed,
                "typedPercent": self.share(),
                "undeclared": places(|leaves| &leaves.undeclared),
                "freeForm": places(|leaves| &leaves.free_form),
            },
            "entries": self.pairs().map(|(r, o)| entry(r, o)).collect::<Vec<_>>(),
        })
    }
}

fn entry(recorded: &Recorded, outcome: &Outcome) -> Json {
    let result = match &outcome.entry {
        Err(_) => "unmatched",
        Ok(_) if outcome.failures.is_empty() => "passed",
        Ok(_) => "failed",
    };
    let known = outcome.entry.as_ref().ok();
    json!({
        "file": recorded.file,
        "index": recorded.index,
        "method": recorded.method,
        "path": path_of(&recorded.url),
        "status": recorded.status,
        "result": result,
        "reason": outcome.entry.as_ref().err(),
        "operation": known.map(|entry| entry.operation.id),
        "version": known.map(|entry| entry.operation.version.to_string()),
        "failures": outcome.failures.iter().map(failure).collect::<Vec<_>>(),
        "drift": outcome.drift.iter().map(drift).collect::<Vec<_>>(),
    })
}

fn failure(failure: &Failure) -> Json {
    let direction = word(failure.direction);
    match &failure.what {
        What::Difference(difference) => json!({
            "side": direction,
            "path": difference.path,
            "expected": difference.expected,
            "found": difference.found,
            // `null` above may be a value or nothing at all.
            "isExpected": difference.expected.is_some(),
            "isFound": difference.found.is_some(),
        }),
        What::Broken(reason) => json!({"side": direction, "reason": reason}),
    }
}

fn drift(drift: &Absorbed) -> Json {
    json!({
        "side": word(drift.direction),
        "kind": drift.kind,
        "path": drift.path,
        "detail": drift.detail,
    })
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "request",
        Direction::Response => "response",
    }
}

/// Returns the operation and its version; an empty text if the exchange is unmatched.
fn operation(outcome: &Outcome) -> String {
    match &outcome.entry {
        Ok(entry) => format!("{} {}", entry.operation.id, entry.operation.version),
        Err(_) => String::new(),
    }
}

/// Returns a path without the indexes of lists.
fn general(path: &str) -> String {
    let mut general = String::new();
    let mut parts = path.split('[');
    general.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (inside, rest) = part.split_once(']').unwrap_or((part, ""));
        let is_index = inside.bytes().all(|byte| byte.is_ascii_digit());
        general.push('[');
        if !is_index {
            general.push_str(inside);
        }
        general.push(']');
        general.push_str(rest);
    }
    general
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (recorded, outcome) in self.pairs() {
            show(recorded, outcome, f)?;
        }
        self.show_leaves("undeclared", |leaves| &leaves.undeclared, f)?;
        self.show_leaves("free-form", |leaves| &leaves.free_form, f)?;
        writeln!(
            f,
            "{} of {} leaf values are in typed fields ({:.2} %), {} are undeclared, {} free-form",
            self.leaves.typed,
            self.leaves.count(),
            self.share(),
            self.leaves.undeclared.len(),
            self.leaves.free_form.len(),
        )?;
        writeln!(
            f,
            "{} exchanges: {} decoded, {} round-tripped, {} unmatched, {} failed",
            self.outcomes.len(),
            self.decoded(),
            self.round_tripped(),
            self.unmatched(),
            self.failed(),
        )
    }
}

impl Report<'_> {
    fn show_leaves(
        &self,
        kind: &str,
        of: fn(&Leaves) -> &Vec<String>,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        for ((operation, path), count) in self.places(of) {
            writeln!(f, "{kind}: {operation}: {path} ({count})")?;
        }
        Ok(())
    }
}

fn show(
    recorded: &Recorded,
    outcome: &Outcome,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    if outcome.entry.is_ok() && outcome.failures.is_empty() && outcome.drift.is_empty() {
        return Ok(());
    }
    let Recorded { file, index, method, url, status, .. } = recorded;
    writeln!(f, "{file}[{index}] {method} {} {status}", path_of(url))?;
    match &outcome.entry {
        Ok(_) => writeln!(f, "  {}", operation(outcome))?,
        Err(reason) => writeln!(f, "  unmatched: {reason}")?,
    }
    for Failure { direction, what } in &outcome.failures {
        let direction = word(*direction);
        match what {
            What::Difference(difference) => {
                let (expected, found) = (&difference.expected, &difference.found);
                let path = shown_path(&difference.path);
                let (expected, found) = (shown(expected), shown(found));
                writeln!(
                    f,
                    "  FAILED {direction} {path}: expected {expected}, found {found}"
                )?;
            }
            What::Broken(reason) => writeln!(f, "  FAILED {direction}: {reason}")?,
        }
    }
    for Absorbed { direction, kind, path, detail } in &outcome.drift {
        writeln!(
            f,
            "  drift {} {kind} {}: {detail}",
            word(*direction),
            shown_path(path)
        )?;
    }
    Ok(())
}

fn shown_path(path: &str) -> &str {
    if path.is_empty() { "(body)" } else { path }
}

fn shown(value: &Option<impl fmt::Display>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
