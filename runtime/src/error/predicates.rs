//! Predicates that callers branch on.

use std::net::IpAddr;

use super::{Error, Kind};

impl Error {
    /// Returns true if the requested resource doesn't exist (404).
    pub fn is_not_found(&self) -> bool {
        self.has_status(404)
    }

    /// Returns true if the request conflicts with the current state (409).
    pub fn is_conflict(&self) -> bool {
        self.has_status(409)
    }

    /// Returns true if the service rejected the request as invalid (400).
    pub fn is_bad_request(&self) -> bool {
        self.has_status(400)
    }

    /// Returns true if there were too many requests (429), to the API or for tokens.
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(429) && !self.is_too_many_tokens()
    }

    /// Returns true if the service does not know the credentials (401), or the token
    /// endpoint rejects them (`invalid_client`, RFC 6749 section 5.2).
    pub fn is_unauthorized(&self) -> bool {
        let refused = self.0.kind == Kind::Token && self.code() == "invalid_client";
        let unknown = self.has_status(401) && !self.0.api.names_a_missing_role();
        (unknown || refused) && !self.is_too_many_tokens()
    }

    /// Returns true if the credentials don't allow the call: 403 (also if the access
    /// list is the reason), or 401 with a code that names a missing role, with which
    /// some operations respond.
    pub fn is_forbidden(&self) -> bool {
        let lacks_role =
            self.0.kind == Kind::Status && self.0.api.names_a_missing_role();
        self.has_status(403) || self.has_status(401) && lacks_role
    }

    /// Returns true if the caller's IP address is not on the access list of the API key,
    /// the service account or the organization (403).
    pub fn is_not_on_access_list(&self) -> bool {
        if !self.has_status(403) {
            return false;
        }
        let code = self.code().as_str();
        // Older versions of the API use the second name.
        let named = code.contains("ACCESS_LIST") || code.contains("WHITELIST");
        let detail =
            self.0.api.detail.as_deref().unwrap_or_default().to_ascii_lowercase();
        let described = detail.contains("access list")
            || detail.contains("ip address") && detail.contains("not allowed");
        named || described
    }

    /// Returns the IP address that is missing on the access list, if the service names
    /// it.
    pub fn refused_address(&self) -> Option<IpAddr> {
        if !self.is_not_on_access_list() {
            return None;
        }
        let api = &self.0.api;
        let parameters =
            api.parameters.iter().filter_map(|parameter| parameter.as_str());
        let detail = api.detail.as_deref().unwrap_or_default();
        let words =
            detail.split(|c: char| !c.is_ascii_hexdigit() && c != '.' && c != ':');
        parameters
            .chain(words)
            .find_map(|word| word.trim_end_matches(['.', ':']).parse().ok())
    }

    /// Returns true if the service account has the maximum number of active tokens
    /// (100): share them through a token store, or revoke those that are not needed.
    pub fn is_too_many_tokens(&self) -> bool {
        if self.0.kind != Kind::Token {
            return false;
        }
        let code = self.code().as_str().to_ascii_uppercase();
        let any =
            |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
        let named = code.contains("TOKEN") && any(&code, &["TOO_MANY", "MAX", "LIMIT"]);
        let detail =
            self.0.api.detail.as_deref().unwrap_or_default().to_ascii_lowercase();
        let described = detail.contains("active")
            && detail.contains("token")
            && any(&detail, &["too many", "max", "limit", "exceed"]);
        named && !any(&code, &["RATE", "REQUEST"]) || described
    }

    /// Returns true if the service doesn't know the requested version (406), or has
    /// removed it (410).
    pub fn is_version_gone(&self) -> bool {
        self.has_status(406) || self.has_status(410)
    }

    /// Returns true if the request was invalid and not sent: for example, a required
    /// field or path parameter is missing.
    pub fn is_invalid_request(&self) -> bool {
        self.0.kind == Kind::Request
    }

    /// Returns true if a time limit of the client passed.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout
    }

    /// Returns true if the work that a wait was for has failed: the observed state means
    /// that the expected state will never be reached.
    pub fn is_failed_wait(&self) -> bool {
        self.0.kind == Kind::Failed
    }

    /// Returns true if no connection could be made. The request was not sent.
    pub fn is_connect(&self) -> bool {
        self.0.kind == Kind::Connect
    }

    /// Returns true if the response arrived but could not be decoded. [`Error::body`]
    /// returns its bytes.
    pub fn is_decode(&self) -> bool {
        self.0.kind == Kind::Decode
    }

    /// Returns true if the service may have executed the request: the response was lost
    /// or can't be decoded, or its status leaves this open (408, 500 and above).
    ///
    /// Returns false if the request was not sent, and if the service refused it, which
    /// means that nothing was executed. For a call with several attempts, returns true
    /// if any of them may have been executed.
    pub fn may_have_been_executed(&self) -> bool {
        self.0.may_be_executed
    }

    /// Returns true if the same request may succeed later: too many requests, an error
    /// of the service (500, 502, 503, 504), a request that the service gave up or was
    /// not ready for (408, 425), a broken connection, or a time limit. Returns false
    /// for a certificate that is not trusted, a proxy that requires credentials, a
    /// response that is not HTTP, and a service account with the maximum number of
    /// active tokens.
    ///
    /// Says nothing about whether a repeat is *safe*: see
    /// [`Error::may_have_been_executed`].
    pub fn is_retryable(&self) -> bool {
        let status =
            matches!(self.status(), Some(408 | 425 | 429 | 500 | 502 | 503 | 504));
        let broken =
            matches!(self.0.kind, Kind::Connect | Kind::Transport | Kind::Timeout)
                && self.transport().is_none_or(|error| error.stage().may_pass());
        (status || broken) && !self.is_too_many_tokens()
    }

    fn has_status(&self, status: u16) -> bool {
        self.status() == Some(status)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::error::status_error;

    fn error(kind: Kind, status: u16, body: &'static str) -> Error {
        let status = StatusCode::from_u16(status).unwrap();
        status_error(kind, "", status, &HeaderMap::new(), body.into())
    }

    #[test]
    fn the_access_list_is_named_with_the_address() {
        for body in [
            r#"{"detail":"IP address 203.0.113.7 is not allowed to access this resource.","error":403,"errorCode":"IP_ADDRESS_NOT_ON_ACCESS_LIST","parameters":["203.0.113.7"],"reason":"Forbidden"}"#,
            r#"{"detail":"IP address 203.0.113.7 is not allowed to access this resource.","error":403}"#,
            r#"{"error":403,"errorCode":"IP_ADDRESS_NOT_ON_WHITELIST","parameters":[1,"203.0.113.7"]}"#,
        ] {
            let error = error(Kind::Status, 403, body);
            assert!(error.is_not_on_access_list() && error.is_forbidden());
            assert_eq!(error.refused_address(), Some([203, 0, 113, 7].into()), "{body}");
            let line = error.to_string();
            assert!(
                line.contains("access list") && line.contains("203.0.113.7"),
                "{line}"
            );
            assert!(!line.contains('\n'));
        }
        let other = error(Kind::Status, 403, r#"{"errorCode":"USER_UNAUTHORIZED"}"#);
        assert!(!other.is_not_on_access_list() && other.refused_address().is_none());
    }

    #[test]
    fn the_token_endpoint_is_understood_in_both_formats() {
        for wrong in [
            r#"{"error":"invalid_client","error_description":"Client authentication failed"}"#,
            r#"{"detail":"Bad secret.","error":401,"errorCode":"UNAUTHORIZED","reason":"Unauthorized"}"#,
        ] {
            let error = error(Kind::Token, 401, wrong);
            assert!(error.is_unauthorized() && !error.is_too_many_tokens(), "{wrong}");
        }
        for many in [
            r#"{"error":"invalid_request","error_description":"Maximum number of active tokens reached"}"#,
            r#"{"detail":"Too many active access tokens.","error":429,"errorCode":"TOO_MANY_ACTIVE_TOKENS"}"#,
        ] {
            let error = error(Kind::Token, 429, many);
            assert!(error.is_too_many_tokens() && !error.is_unauthorized(), "{many}");
            assert!(!error.is_rate_limited() && !error.is_retryable());
        }
        let rate = error(Kind::Token, 429, r#"{"errorCode":"RATE_LIMITED"}"#);
        assert!(rate.is_rate_limited() && rate.is_retryable());
    }

    #[test]
    fn a_line_contains_advice() {
        let line = |status, body| error(Kind::Status, status, body).to_string();
        assert_eq!(
            line(
                404,
                r#"{"detail":"No cluster.","error":404,"errorCode":"CLUSTER_NOT_FOUND"}"#
            ),
            "404 Not Found CLUSTER_NOT_FOUND: No cluster."
        );
        assert_eq!(line(502, ""), "502 Bad Gateway: no detail");
        let html = line(502, "<html>\n<body>\r\nforged: line</body>");
        assert!(html.starts_with("502 Bad Gateway: <html> <body> forged"), "{html}");
        assert!(line(500, "\u{1b}[31mred").contains("[31mred"));
        assert!(!line(500, "\u{1b}[31mred").contains('\u{1b}'));
    }
}
