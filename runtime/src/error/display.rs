//! One line for a person.

use std::fmt;

use super::{Error, Kind};

/// How much of an answer in an unknown format is quoted, in characters.
const EXCERPT: usize = 200;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = inner.operation {
            write!(f, "{} ({}): ", operation.name, operation.version)?;
        }
        if let Some(status) = inner.status {
            write!(f, "{status}")?;
            if let Some(code) = &inner.api.error_code {
                write!(f, " {code}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&inner.message)?;
        if matches!(inner.kind, Kind::Status | Kind::Token) {
            self.detail(f)?;
        }
        if inner.attempts > 1 {
            write!(f, " (after {} attempts)", inner.attempts)?;
        }
        Ok(())
    }
}

impl Error {
    /// Writes what the answer says about the cause.
    fn detail(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let separator = if inner.message.is_empty() { "" } else { ": " };
        if let Some(detail) = &inner.api.detail {
            write!(f, "{separator}{}", one_line(detail))?;
        } else if !inner.body.is_empty() {
            write!(f, "{separator}{}", one_line(&String::from_utf8_lossy(&inner.body)))?;
        } else if let (true, Some(status)) = (inner.message.is_empty(), inner.status) {
            f.write_str(status.canonical_reason().unwrap_or("no detail"))?;
        }
        if let Some(fields) = &inner.api.bad_request_detail {
            write!(f, " {}", one_line(&fields.to_string()))?;
        }
        Ok(())
    }
}

/// Returns the start of a text with its runs of white space and control characters as single
/// spaces, so that an answer can't forge lines of a log.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
