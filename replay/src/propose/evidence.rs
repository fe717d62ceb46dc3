//! Evidence that the document lacks something: the number of sightings, their locations, and the
//! first location.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use atlas_admin::codec::Direction;
use atlas_admin::registry::Entry;

use crate::har::Recorded;

/// A kind of messages of an operation version: its requests, responses or error responses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    operation: &'static str,
    version: String,
    kind: &'static str,
}

impl Side {
    /// Returns the side of a message, given the status of its exchange.
    pub fn new(entry: &Entry, direction: Direction, status: u16) -> Self {
        let kind = match direction {
            Direction::Request => "request",
            Direction::Response if (200..300).contains(&status) => "response",
            Direction::Response => "error response",
        };
        let version = entry.operation.version.to_string();
        Self { operation: entry.operation.id, version, kind }
    }
}

/// The number of messages of each side.
pub type Totals = BTreeMap<Side, usize>;

/// The location of a recorded exchange.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The name of the file, without the folders.
    file: String,
    index: usize,
    /// The position among all exchanges: several files can have the same name.
    position: usize,
}

impl Source {
    /// Returns the source of the exchange at a position.
    pub fn new(recorded: &Recorded, position: usize) -> Self {
        let name = Path::new(&recorded.file).file_name().unwrap_or_default();
        let shown = |letter: char| {
            letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' ')
        };
        let name = name.to_string_lossy().replace(|letter| !shown(letter), "?");
        Self { file: name, index: recorded.index, position }
    }
}

/// The number of sightings of one thing, and their locations.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    count: usize,
    messages: BTreeMap<Side, BTreeSet<usize>>,
    first: Option<Source>,
}

impl Evidence {
    /// Counts a sighting in a message.
    pub fn add(&mut self, side: &Side, source: &Source) {
        self.count += 1;
        self.messages.entry(side.clone()).or_default().insert(source.position);
        if self.first.as_ref().is_none_or(|first| source < first) {
            self.first = Some(source.clone());
        }
    }

    /// Returns the number of sightings.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Returns words for the senders: the service, its clients or both.
    pub fn sender(&self) -> &'static str {
        let is_request = |side: &&Side| side.kind == "request";
        match self.messages.keys().filter(is_request).count() {
            0 => "the service sends it",
            count if count == self.messages.len() => "clients send it",
            _ => "the service and its clients send it",
        }
    }

    /// Returns words for the evidence:
    /// `3 times, in 2 of 5 responses of getThing 2023-01-01; first in a.har
    /// (entry 0)`.
    pub fn words(&self, totals: &Totals) -> String {
        let sides: Vec<String> = self
            .messages
            .iter()
            .map(|(side, seen)| {
                let all = totals.get(side).copied().unwrap_or_default();
                let plural = if all == 1 { "" } else { "s" };
                let Side { operation, version, kind } = side;
                format!(
                    "{} of {all} {kind}{plural} of {operation} {version}",
                    seen.len()
                )
            })
            .collect();
        let times = times(self.count);
        let first = self.first.as_ref().map_or_else(String::new, |first| {
            format!("; first in {} (entry {})", first.file, first.index)
        });
        format!("{times}, in {}{first}", sides.join(", "))
    }
}

/// Returns a count in words: `once`, `2 times`.
pub fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}
