//! The error as one line for people.

use std::fmt;

use http::header::{LOCATION, RETRY_AFTER};

use super::causes::chain;
use super::{Error, Kind};
use crate::transport::{TransportError, Url};

/// The longest quotation of a response, in characters.
const EXCERPT: usize = 200;

/// The longest message about the client's configuration, in characters: the message
/// consists of this crate's own words, which list the places that were searched, and
/// the names of files.
const CONFIGURATION: usize = 2000;

/// Advice if the credentials lack a role.
const ROLE: &str = "if the credentials lack a role, the documentation of the request \
                    function lists the roles that allow the call";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let parts = [Some(self.head()), self.detail()];
        let mut parts: Vec<_> = parts.into_iter().flatten().collect();
        parts.retain(|text| !text.is_empty());
        let line = parts.join(": ");
        let advice = self.advice();
        if advice.is_some() || inner.attempts > 1 {
            // More text follows the service's sentence.
            f.write_str(line.trim_end_matches('.'))?;
        } else {
            f.write_str(&line)?;
        }
        if inner.attempts > 1 {
            write!(f, " (after {} attempts)", inner.attempts)?;
        }
        if let Some(advice) = advice {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl Error {
    /// Returns the start of the line: the call that failed, and the result.
    pub(crate) fn head(&self) -> String {
        let inner = &*self.0;
        let mut parts = Vec::new();
        if let Some(operation) = inner.operation {
            let name = inner.raw.as_deref().unwrap_or(operation.name);
            parts.push(format!("{name} ({})", operation.version));
        }
        if let Some(status) = inner.status {
            let code = inner.api.error_code.as_deref().map(one_line);
            let code = code.map(|code| format!(" {code}")).unwrap_or_default();
            parts.push(format!("{status}{code}"));
        }
        let length = match inner.kind {
            Kind::Configuration => CONFIGURATION,
            _ => EXCERPT,
        };
        parts.push(start_of(&folded(&inner.message), length));
        parts.retain(|part| !part.is_empty());
        parts.join(": ")
    }

    /// Returns the cause according to the response or the system.
    fn detail(&self) -> Option<String> {
        let inner = &*self.0;
        let status = match inner.kind {
            Kind::Connect | Kind::Transport | Kind::Refused => {
                return self.root().map(|it| one_line(&it));
            }
            Kind::Status | Kind::Token | Kind::Redirect => inner.status?,
            // Not for a response with a success status, regardless of the failure: its
            // body may contain anything, such as a new private key.
            _ => return None,
        };
        let nothing = || inner.message.is_empty().then(|| "no detail".to_owned());
        if status.is_redirection() {
            // The body is omitted, because it commonly repeats the target.
            let target =
                self.redirects_to().map(|origin| format!("redirect to {origin}"));
            return target.or_else(nothing);
        }
        let mut detail = match &inner.api.detail {
            Some(detail) => one_line(detail),
            None if !inner.body.is_empty() => {
                one_line(&String::from_utf8_lossy(&inner.body))
            }
            None => return nothing(),
        };
        if let Some(fields) = &inner.api.bad_request_detail {
            detail.push(' ');
            detail.push_str(&one_line(&fields.to_string()));
        }
        Some(detail)
    }

    /// Returns true if a request that is not safe to repeat may have been executed, and
    /// nothing else in the line says so.
    fn lost_response(&self) -> bool {
        let is_repeatable = self.0.operation.is_none_or(|it| it.method.is_idempotent());
        let is_lost =
            matches!(self.0.kind, Kind::Transport | Kind::Timeout | Kind::Decode);
        self.0.may_be_executed && is_lost && !is_repeatable
    }

    /// Returns the innermost cause, which is the system's or the peer's message.
    fn root(&self) -> Option<String> {
        chain(self.cause()?).last().map(ToString::to_string)
    }

    /// Returns the origin of a redirect's target; the rest of the target may be secret.
    fn redirects_to(&self) -> Option<String> {
        let target = self.0.headers.get(LOCATION)?.to_str().ok()?;
        let origin = Url::parse(target).ok()?.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    }

    /// Returns advice, if some is certain to apply.
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
        if self.0.kind == Kind::Token && self.is_unauthorized() {
            return Some(
                "check the client ID and the secret of the service account, whether the \
                 secret has expired, and that they belong to this base URL"
                    .to_owned(),
            );
        }
        if let Some(advice) = self.transport().and_then(TransportError::advice) {
            return Some(advice.to_owned());
        }
        if self.0.kind == Kind::Connect {
            return Some("check the base URL, the network and the proxy".to_owned());
        }
        if self.is_rate_limited() {
            let wait = self.0.headers.get(RETRY_AFTER)?.to_str().ok()?;
            let seconds: u32 = wait.parse().ok().filter(|seconds| *seconds > 0)?;
            return Some(format!("the service asks to wait {seconds} seconds"));
        }
        if self.lost_response() {
            return Some(
                "the request may have been executed: check before you repeat it"
                    .to_owned(),
            );
        }
        let status = self.0.status?;
        let advice = match status.as_u16() {
            401 if self.is_forbidden() => ROLE,
            401 => "check the credentials, and that they belong to this base URL",
            403 => ROLE,
            406 => {
                "the service doesn't know this version of the operation: use another, or \
                 update this crate"
            }
            407 => "set the proxy's URL with the credentials that the proxy requires",
            410 => {
                "the service has removed this version of the operation: use a newer one, \
                 or update this crate"
            }
            _ if status.is_redirection() => {
                "check the base URL, and whether a proxy requires you to sign in"
            }
            _ => return None,
        };
        Some(advice.to_owned())
    }
}

/// Returns true if a character is invisible, or changes the display of others: control
/// characters, and the format characters (Unicode category Cf) that reorder, join or
/// hide text.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Returns the start of a text, with each run of white space and invisible characters
/// replaced by a single space, so that a response can't forge lines of a log or reorder
/// its text.
pub(super) fn one_line(text: &str) -> String {
    start_of(&folded(text), EXCERPT)
}

/// Returns a text, with each run of white space and invisible characters replaced by a
/// single space.
pub(super) fn folded(text: &str) -> String {
    let mut line = String::new();
    let words = text.split(|c: char| c.is_whitespace() || is_unseen(c));
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Returns the first `length` characters of a text.
pub(crate) fn start_of(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::error::status_error;
    use crate::transport::Stage;

    fn respond(status: u16, header: (&'static str, &str), body: &'static str) -> Error {
        let status = StatusCode::from_u16(status).unwrap();
        let header = (header.0.parse().unwrap(), header.1.parse().unwrap());
        status_error(
            Kind::Status,
            "",
            status,
            &HeaderMap::from_iter([header]),
            body.into(),
        )
    }

    #[test]
    fn what_main_prints_is_the_line_for_a_person() {
        let error = respond(404, ("x", "y"), r#"{"detail":"No cluster."}"#);
        assert_eq!(format!("{error:?}"), "404 Not Found: No cluster.");
        let parts = format!("{error:#?}");
        assert!(parts.contains("kind: Status") && parts.contains("attempts: 0"));
    }

    #[test]
    fn advice_follows_the_sentence_of_the_service() {
        let body = r#"{"detail":"Too many requests.","errorCode":"RATE_LIMITED"}"#;
        let error = respond(429, ("retry-after", "7"), body);
        let error = error.after(3, false);
        assert_eq!(
            error.to_string(),
            "429 Too Many Requests RATE_LIMITED: Too many requests (after 3 attempts); \
             the service asks to wait 7 seconds"
        );
        let other = respond(429, ("retry-after", "soon"), body).to_string();
        assert!(other.ends_with("Too many requests."), "{other}");
    }

    #[test]
    fn no_character_of_a_response_changes_how_the_line_is_read() {
        let body =
            "{\"detail\":\"a\u{202e}b\u{2066}c\u{200b}d\u{feff}e\u{85}f\u{9b}31mg\"}";
        let line = respond(400, ("x", "y"), body).to_string();
        assert_eq!(line, "400 Bad Request: a b c d e f 31mg");
    }

    #[test]
    fn a_missing_role_is_distinguished_from_unknown_credentials() {
        let body = r#"{"errorCode":"NOT_ORG_GROUP_CREATOR","detail":"No."}"#;
        let error = respond(401, ("x", "y"), body);
        assert!(error.is_forbidden() && !error.is_unauthorized());
        assert!(error.to_string().contains("role"), "{error}");
        let error = respond(401, ("x", "y"), r#"{"errorCode":"UNEXPECTED_ERROR"}"#);
        assert!(!error.is_forbidden() && error.is_unauthorized());
        assert!(error.to_string().contains("check the credentials"), "{error}");
    }

    #[test]
    fn a_redirect_names_the_origin_and_nothing_that_may_be_secret() {
        let to = ("location", "https://user:hunter2@login.example/x?ticket=hunter2");
        let line = respond(302, to, "<html>").to_string();
        assert!(
            line.starts_with("302 Found: redirect to https://login.example;"),
            "{line}"
        );
        for target in ["/x?ticket=hunter2", "//login.example/hunter2", "mailto:hunter2"]
        {
            for body in ["", "<a href=\"hunter2\">", r#"{"detail":"hunter2"}"#] {
                let line = respond(302, ("location", target), body).to_string();
                assert!(line.starts_with("302 Found: no detail;"), "{line}");
            }
        }
    }

    #[test]
    fn a_connection_that_failed_says_why() {
        let refused = std::io::Error::from_raw_os_error(111);
        let outer = TransportError::new(Stage::Exchange, refused);
        let outer = TransportError::new(Stage::Connect, outer);
        let line = Error::with_source(Kind::Connect, "no way to x", outer).to_string();
        assert!(line.starts_with("no way to x: "), "{line}");
        assert!(line.contains("(os error 111); check the base URL"), "{line}");
    }
}
