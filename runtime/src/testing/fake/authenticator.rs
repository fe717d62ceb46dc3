//! Who may come in: HTTP Digest (RFC 7616), bearer tokens, and where these are had.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Response};
use http_auth::ChallengeParser;
use md5::{Digest as _, Md5};

use super::super::reply;
use super::{API_KEY, SERVICE_ACCOUNT, text};
use crate::auth::oauth;
use crate::clock::random;

/// The realm of the service.
const REALM: &str = "MMS Public API";

/// What was given out.
#[derive(Default)]
pub(super) struct Authenticator {
    /// How often each nonce was used.
    nonces: HashMap<String, u64>,
    tokens: HashSet<String>,
}

impl Authenticator {
    /// Lets a request in, or says why not.
    pub(super) fn check(
        &mut self,
        method: &str,
        target: &str,
        headers: &HeaderMap,
    ) -> Result<(), Box<Response<Bytes>>> {
        let credentials = text(headers, AUTHORIZATION).unwrap_or_default();
        let token = credentials.strip_prefix("Bearer ");
        if token.is_some_and(|token| self.tokens.contains(token)) {
            return Ok(());
        }
        let mut stale = false;
        // The parameters have the syntax of a challenge's.
        if let Some(Ok(answer)) = ChallengeParser::new(credentials).next()
            && answer.scheme.eq_ignore_ascii_case("digest")
        {
            let parameters: HashMap<String, String> = answer
                .params
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_unescaped()))
                .collect();
            if knows_secret(method, target, &parameters) {
                if self.count(&parameters) {
                    return Ok(());
                }
                stale = true;
            }
        }
        Err(Box::new(self.challenge(stale)))
    }

    /// Counts a use of a nonce, where it is one that was given out and goes up.
    fn count(&mut self, parameters: &HashMap<String, String>) -> bool {
        let get = |name| parameters.get(name).map(String::as_str).unwrap_or_default();
        let Ok(count) = u64::from_str_radix(get("nc"), 16) else { return false };
        match self.nonces.get_mut(get("nonce")) {
            Some(last) if count > *last => {
                *last = count;
                true
            }
            _ => false,
        }
    }

    fn challenge(&mut self, stale: bool) -> Response<Bytes> {
        let nonce = format!("{:016x}{:016x}", random(), random());
        let challenge = format!(
            "Digest realm=\"{REALM}\", domain=\"\", nonce=\"{nonce}\", algorithm=MD5, \
             qop=\"auth\", stale={stale}"
        );
        self.nonces.insert(nonce, 0);
        let detail = "You are not authorized for this resource.";
        let mut refusal = reply::error(401, "NOT_AUTHORIZED", detail);
        refusal
            .headers_mut()
            .extend(HeaderValue::from_str(&challenge).map(|it| (WWW_AUTHENTICATE, it)));
        refusal
    }

    /// Answers at the token endpoint (RFC 6749 section 4.4) and the one that takes tokens
    /// back (RFC 7009); `None` for any other path.
    pub(super) fn oauth(
        &mut self,
        method: &str,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Option<Response<Bytes>> {
        let grants = match path {
            oauth::TOKEN => true,
            oauth::REVOKE => false,
            _ => return None,
        };
        if method != "POST" {
            return Some(reply::error(
                405,
                "METHOD_NOT_ALLOWED",
                "Only POST is possible.",
            ));
        }
        let (id, secret) = SERVICE_ACCOUNT;
        let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        if text(headers, AUTHORIZATION).unwrap_or_default() != basic {
            let detail = "The service account or its secret is wrong.";
            return Some(refuse(401, "invalid_client", detail));
        }
        let kind = text(headers, CONTENT_TYPE).unwrap_or_default();
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Some(refuse(400, "invalid_request", "The body must be a form."));
        }
        let form: HashMap<String, String> = form(body);
        let get = |name| form.get(name).map(String::as_str).unwrap_or_default();
        if !grants {
            self.tokens.remove(get("token"));
            return Some(reply::response(200, None, ""));
        }
        if get("grant_type") != "client_credentials" {
            let detail = "grant_type must be client_credentials.";
            return Some(refuse(400, "unsupported_grant_type", detail));
        }
        let token = format!("fake.{:016x}{:016x}", random(), random());
        let body = serde_json::json!({
            "access_token": token, "expires_in": 3600, "token_type": "Bearer",
        });
        self.tokens.insert(token);
        let mut granted =
            reply::response(200, Some("application/json"), body.to_string());
        granted
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Some(granted)
    }
}

/// Refuses in the format of OAuth (RFC 6749 section 5.2).
fn refuse(status: u16, code: &str, detail: &str) -> Response<Bytes> {
    let body = serde_json::json!({"error": code, "error_description": detail});
    reply::response(status, Some("application/json"), body.to_string())
}

fn form(body: &[u8]) -> HashMap<String, String> {
    let query = String::from_utf8_lossy(body);
    // The syntax of a query string is that of a form.
    let Ok(mut url) = crate::transport::Url::parse("http://localhost/") else {
        return HashMap::new();
    };
    url.set_query(Some(&query));
    url.query_pairs().into_owned().collect()
}

/// Tells whether a response to a challenge was made with the private key.
fn knows_secret(
    method: &str,
    target: &str,
    parameters: &HashMap<String, String>,
) -> bool {
    let get = |name| parameters.get(name).map(String::as_str).unwrap_or_default();
    let (public, private) = API_KEY;
    let secret = hash(&format!("{public}:{REALM}:{private}"));
    let request = hash(&format!("{method}:{target}"));
    let (nonce, nc, cnonce) = (get("nonce"), get("nc"), get("cnonce"));
    let expected = hash(&format!("{secret}:{nonce}:{nc}:{cnonce}:auth:{request}"));
    get("username") == public
        && get("realm") == REALM
        && get("qop") == "auth"
        && get("uri") == target
        && get("response") == expected
}

fn hash(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
