//! Problems found in a document or overlay, with their locations.
//!
//! Each stage collects all problems that it finds, so that one run shows them all. This module
//! doesn't know how a document is read.

use std::fmt;

use crate::pointer::Pointer;

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// An error: the crate can't be generated from the document.
    Error,
    /// A note: the generator understands a part of the document in a way that its author may not
    /// expect.
    Note,
}

/// The location that a diagnostic is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The input as a whole.
    Nowhere,
    /// A position in the text, both counted from one.
    Text {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// A node of the document.
    Node(Pointer),
    /// An overlay file as a whole, or a position in its text.
    Overlay {
        /// The name of the file.
        file: String,
        /// Line and column, both counted from one.
        position: Option<(usize, usize)>,
    },
    /// An action of an overlay.
    Action {
        /// The name of the overlay file.
        file: String,
        /// The action's number, counted from one.
        number: usize,
        /// The action's target, as it is written.
        target: String,
    },
}

/// A text, with the line and column of each of its bytes.
pub(crate) struct Text<'t> {
    pub(crate) text: &'t str,
    /// The offsets at which lines begin.
    lines: Vec<usize>,
}

impl<'t> Text<'t> {
    /// Finds the lines of a text.
    pub(crate) fn new(text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(ends).collect() }
    }

    /// Returns the line and column of the byte at an offset.
    pub(crate) fn place(&self, at: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines.get(line.wrapping_sub(1)).copied().unwrap_or_default();
        let before = self.text.get(start..at).unwrap_or_default();
        Place::Text { line, column: before.chars().count() + 1 }
    }
}

/// A problem of a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Diagnostic {
    /// The severity.
    pub severity: Severity,
    /// The problem, as a sentence without full stop.
    pub what: String,
    /// The location.
    pub place: Place,
    /// The advice; `None` where there is none.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Returns an error at a node of the document.
    pub fn error(what: impl Into<String>, at: &Pointer) -> Self {
        Self::new(Severity::Error, what, Place::Node(at.clone()))
    }

    /// Returns a note at a node of the document.
    pub fn note(what: impl Into<String>, at: &Pointer) -> Self {
        Self::new(Severity::Note, what, Place::Node(at.clone()))
    }

    /// Returns a diagnostic for any location.
    pub fn new(severity: Severity, what: impl Into<String>, place: Place) -> Self {
        Self { severity, what: what.into(), place, help: None }
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Tells whether this is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Note => "note",
        };
        write!(f, "{severity}: {}", self.what)?;
        match &self.place {
            Place::Nowhere => {}
            place => write!(f, "\n  at {place}")?,
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => f.write_str("the document"),
            Self::Text { line, column } => write!(f, "line {line}, column {column}"),
            Self::Node(pointer) => pointer.fmt(f),
            Self::Overlay { file, position: None } => f.write_str(file),
            Self::Overlay { file, position: Some((line, column)) } => {
                write!(f, "{file}, line {line}, column {column}")
            }
            Self::Action { file, number, target } => {
                write!(f, "{file}, action {number}, target {target}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_where_and_what_to_do() {
        let at = Pointer::root().child("paths").child("/a").child("get");
        let said = Diagnostic::error("no operationId", &at).help("add one").to_string();
        assert_eq!(said, "error: no operationId\n  at #/paths/~1a/get\n  help: add one");
    }

    #[test]
    fn a_place_that_says_nothing_is_left_out() {
        let said = Diagnostic::new(Severity::Note, "empty", Place::Nowhere).to_string();
        assert_eq!(said, "note: empty");
    }
}
