//! One line for a person.

use std::fmt;

use super::{Error, Kind};

/// How much of an answer is quoted, in characters.
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
                write!(f, " {}", one_line(code))?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&one_line(&inner.message))?;
        // Not of an answer with a success status, whichever way it went wrong: it may hold
        // anything, a new private key for one.
        if matches!(inner.kind, Kind::Status | Kind::Token | Kind::Redirect)
            && inner.status.is_some()
        {
            let separator = if inner.message.is_empty() { "" } else { ": " };
            write!(f, "{separator}{}", self.detail())?;
        }
        if let Some(advice) = self.advice() {
            write!(f, "; {advice}")?;
        }
        if inner.attempts > 1 {
            write!(f, " (after {} attempts)", inner.attempts)?;
        }
        Ok(())
    }
}

impl Error {
    /// Returns what the answer says about the cause.
    fn detail(&self) -> String {
        let inner = &*self.0;
        let mut detail = match &inner.api.detail {
            Some(detail) => one_line(detail),
            None if inner.body.is_empty() => "no detail".to_owned(),
            None => one_line(&String::from_utf8_lossy(&inner.body)),
        };
        if let Some(fields) = &inner.api.bad_request_detail {
            detail.push(' ');
            detail.push_str(&one_line(&fields.to_string()));
        }
        detail
    }

    /// Returns what to do about it, where that is certain.
    fn advice(&self) -> Option<String> {
        if self.is_not_on_access_list() {
            let address = self.refused_address();
            let address = address.map_or("this address".to_owned(), |ip| ip.to_string());
            return Some(format!(
                "add {address} to the access list of the API key, service account or \
                 organization"
            ));
        }
        if self.is_too_many_tokens() {
            return Some(
                "the service account has too many active tokens: share them through a token \
                 store or revoke some"
                    .to_owned(),
            );
        }
        let advice = match self.status()? {
            401 => "check the credentials, and that they belong to this base URL",
            406 => "the service doesn't know this version of the operation",
            410 => "the service has removed this version of the operation",
            _ => return None,
        };
        Some(advice.to_owned())
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
