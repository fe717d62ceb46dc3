//! The error codes of the service. They come from a list in `spec/`, because the document lists
//! none.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::{Diagnostic, Severity, Text};

/// The known error codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorCodes(BTreeSet<String>);

/// The evidence that a code exists.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Seen {
    document: String,
    recording: String,
    report: String,
}

impl ErrorCodes {
    /// Reads a list, `spec/error-codes.toml`: each code with the evidence that it exists.
    ///
    /// # Errors
    ///
    /// Returns a diagnostic for each line that can't be read.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let lines: BTreeMap<Spanned<String>, Seen> =
            toml::from_str(text).map_err(|error: toml::de::Error| {
                let at = error.span().map_or(0, |span| span.start);
                let what = format!("can't be read: {}", error.message());
                vec![problem(text, at, &what, SHAPE)]
            })?;
        let mut problems = Vec::new();
        for (code, seen) in &lines {
            let at = code.span().start;
            if !is_code(code.get_ref()) {
                let what = format!("has `{}`, which is no error code", code.get_ref());
                let help = "write it as the service does, with A to Z, 0 to 9 and `_`";
                problems.push(problem(text, at, &what, help));
            }
            let places = [&seen.document, &seen.recording, &seen.report];
            if places.iter().all(|place| place.trim().is_empty()) {
                let what = format!("does not say where {} was seen", code.get_ref());
                problems.push(problem(text, at, &what, SHAPE));
            }
        }
        if !problems.is_empty() {
            problems.sort();
            return Err(problems);
        }
        Ok(Self(lines.into_keys().map(Spanned::into_inner).collect()))
    }

    /// Returns the codes in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// The form of a line, for the advice of diagnostics.
const SHAPE: &str = "write a line for each code: `CODE = { report = \"where it was seen\" }`, or \
                     `document` or `recording` in the place of `report`";

fn is_code(code: &str) -> bool {
    code.starts_with(|c: char| c.is_ascii_uppercase())
        && code.bytes().all(|it| matches!(it, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}

fn problem(text: &str, at: usize, what: &str, help: &str) -> Diagnostic {
    let what = format!("spec/error-codes.toml {what}");
    Diagnostic::new(Severity::Error, what, Text::new(text).place(at)).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let found = ErrorCodes::parse(text).expect_err("an error");
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_list_is_its_codes_in_order() {
        let text = "# Why.\nB_2 = { report = \"x\" }\nA = { document = \"y\", recording = \"z\" }\n";
        let codes = ErrorCodes::parse(text).expect("codes");
        assert_eq!(codes.iter().collect::<Vec<_>>(), ["A", "B_2"]);
        assert_eq!(ErrorCodes::parse("").expect("none"), ErrorCodes::default());
    }

    #[test]
    fn a_line_that_is_wrong_is_named_with_what_to_do() {
        for (text, says) in [
            (
                "A = { report = \"x\" }\n\"b c\" = { report = \"x\" }",
                "has `b c`, which is no error code",
            ),
            ("A = { report = \"x\" }\nB = {}", "does not say where B was seen"),
            ("A = { report = \"x\" }\nB = { report = \" \" }", "where B was seen"),
            ("A = { report = \"x\" }\nB = { seen = \"x\" }", "unknown field `seen`"),
            ("A = { report = \"x\" }\nB", "can't be read"),
            ("A = { report = \"x\" }\nA = { report = \"x\" }", "duplicate key"),
            ("A = { report = \"x\" }\nB = 1", "invalid type"),
        ] {
            let found = problems(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            let said = &found[0];
            assert!(said.contains(says), "{text}: {said}");
            assert!(said.contains("at line 2, column "), "{text}: {said}");
            assert!(said.contains("help: write "), "{text}: {said}");
        }
    }

    #[test]
    fn all_wrong_lines_are_named() {
        assert_eq!(problems("a = { report = \"x\" }\nB = {}\nC = {}").len(), 3);
    }
}
