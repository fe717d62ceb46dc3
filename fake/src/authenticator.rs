//! Authentication: HTTP Digest (RFC 7616), bearer tokens, and the endpoints that grant and revoke
//! tokens.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, WWW_AUTHENTICATE,
};
use atlas_admin_runtime::http::{HeaderMap, HeaderValue, Response};
use atlas_admin_runtime::json;
use atlas_admin_runtime::template::decode;
use atlas_admin_runtime::testing::for_fake::{REVOKE, TOKEN, error, random, response};
use atlas_admin_runtime::url::form_urlencoded;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use tokio::time::Instant;

use crate::credentials::Accepted;

/// The realm of the service.
const REALM: &str = "MMS Public API";

/// The maximum number of active tokens of a service account.
const ACTIVE_TOKENS: usize = 100;

/// The maximum number of stored nonces. Each request without credentials gets a new nonce, so
/// without a limit the memory would grow.
const KNOWN_NONCES: usize = 10_000;

/// The nonces and tokens that were issued.
pub(crate) struct Authenticator {
    /// The number of uses of each nonce.
    nonces: HashMap<String, u64>,
    /// The same nonces, the oldest first.
    by_age: VecDeque<String>,
    /// The client ID of each token, and the time at which the token was granted.
    tokens: HashMap<String, (String, Instant)>,
    lifetime: Duration,
}

impl Authenticator {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            nonces: HashMap::new(),
            by_age: VecDeque::new(),
            tokens: HashMap::new(),
            lifetime,
        }
    }

    /// Returns the identity of a request's sender, or the refusal.
    pub(crate) fn check(
        &mut self,
        accepted: &Accepted,
        method: &str,
        target: &str,
        headers: &HeaderMap,
    ) -> Result<String, Box<Response<Bytes>>> {
        let credentials = text(headers, AUTHORIZATION).unwrap_or_default();
        let token = credentials.strip_prefix("Bearer ");
        let granted = token.and_then(|token| self.tokens.get(token.trim()));
        if let Some((account, at)) = granted
            && at.elapsed() < self.lifetime
        {
            return Ok(account.clone());
        }
        let mut stale = false;
        if let Some(parameters) = digest_parameters(credentials)
            && knows_secret(accepted, method, target, &parameters)
        {
            if self.count(&parameters) {
                return Ok(parameters.get("username").cloned().unwrap_or_default());
            }
            stale = true;
        }
        Err(Box::new(self.challenge(stale)))
    }

    /// Counts a use of a nonce; returns false if the nonce is unknown or its counter doesn't
    /// increase.
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
        let nonce = random();
        let challenge = format!(
            "Digest realm=\"{REALM}\", domain=\"\", nonce=\"{nonce}\", algorithm=MD5, \
             qop=\"auth\", stale={stale}"
        );
        self.by_age.push_back(nonce.clone());
        self.nonces.insert(nonce, 0);
        // A client that still uses the oldest nonce is told that it is stale.
        if self.by_age.len() > KNOWN_NONCES
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.nonces.remove(&oldest);
        }
        let detail = "You are not authorized for this resource.";
        let mut refusal = error(401, "NOT_AUTHORIZED", detail);
        let header = HeaderValue::from_str(&challenge);
        refusal.headers_mut().extend(header.map(|it| (WWW_AUTHENTICATE, it)));
        refusal
    }

    /// Returns the response of the token or revocation endpoint; `None` for any other path.
    pub(crate) fn oauth(
        &mut self,
        accepted: &Accepted,
        method: &str,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Option<Response<Bytes>> {
        let grants = match path {
            TOKEN => true,
            REVOKE => false,
            _ => return None,
        };
        if method != "POST" {
            return Some(error(405, "METHOD_NOT_ALLOWED", "Only POST is possible."));
        }
        // RFC 6749 section 2.3.1 encodes both as in a form; many clients don't.
        let sent = basic(headers);
        let plain = sent.as_ref().map(|(id, secret)| (decode(id), decode(secret)));
        let mut accounts = [sent, plain].into_iter().flatten();
        let Some(account) = accounts.find(|(id, key)| accepted.is_secret(id, key))
        else {
            let detail = "The service account or its secret is wrong.";
            return Some(refuse(401, "invalid_client", detail));
        };
        let kind = text(headers, CONTENT_TYPE).unwrap_or_default();
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Some(refuse(400, "invalid_request", "The body must be a form."));
        }
        let form: HashMap<String, String> =
            form_urlencoded::parse(body).into_owned().collect();
        let get = |name| form.get(name).map(String::as_str).unwrap_or_default();
        if !grants {
            self.tokens.remove(get("token"));
            return Some(response(200, None, ""));
        }
        if get("grant_type") != "client_credentials" {
            let detail = "grant_type must be client_credentials.";
            return Some(refuse(400, "unsupported_grant_type", detail));
        }
        Some(self.grant(account.0))
    }

    fn grant(&mut self, account: String) -> Response<Bytes> {
        let lifetime = self.lifetime;
        self.tokens.retain(|_, (_, at)| at.elapsed() < lifetime);
        let active = self.tokens.values().filter(|(of, _)| *of == account);
        if active.count() >= ACTIVE_TOKENS {
            let detail = "The service account has too many active tokens.";
            return error(429, "MAX_ACTIVE_TOKENS_EXCEEDED", detail);
        }
        let token = format!("fake.{}", random());
        let body = json!({
            "access_token": token.as_str(),
            "expires_in": lifetime.as_secs(),
            "token_type": "Bearer",
        });
        self.tokens.insert(token, (account, Instant::now()));
        let mut granted = response(200, Some("application/json"), body.to_string());
        let headers = granted.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        granted
    }
}

/// Returns a refusal in the format of OAuth (RFC 6749 section 5.2).
fn refuse(status: u16, code: &str, detail: &str) -> Response<Bytes> {
    let body = json!({"error": code, "error_description": detail});
    response(status, Some("application/json"), body.to_string())
}

/// Reads the client ID and the secret of a Basic header (RFC 7617).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = text(headers, AUTHORIZATION)?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// Reads the parameters of a Digest header; names are in lower case.
fn digest_parameters(credentials: &str) -> Option<HashMap<String, String>> {
    let (scheme, rest) = credentials.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("digest") {
        return None;
    }
    let mut parameters = HashMap::new();
    let mut rest = rest.trim_start_matches([' ', ',']);
    while let Some((name, value)) = rest.split_once('=') {
        let value = value.trim_start();
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = value.find(',').unwrap_or(value.len());
                (value[..end].trim().to_owned(), &value[end..])
            }
        };
        parameters.insert(name.trim().to_ascii_lowercase(), value);
        rest = after.trim_start_matches([' ', ',']);
    }
    Some(parameters)
}

/// Reads a quoted string after its opening quote (RFC 9110 section 5.6.4).
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// Tells whether a Digest response was computed with the private key.
fn knows_secret(
    accepted: &Accepted,
    method: &str,
    target: &str,
    parameters: &HashMap<String, String>,
) -> bool {
    let get = |name| parameters.get(name).map(String::as_str).unwrap_or_default();
    let public = get("username");
    let Some(private) = accepted.private_key(public) else { return false };
    let secret = hash(&format!("{public}:{REALM}:{private}"));
    let request = hash(&format!("{method}:{target}"));
    let (nonce, nc, cnonce) = (get("nonce"), get("nc"), get("cnonce"));
    let expected = hash(&format!("{secret}:{nonce}:{nc}:{cnonce}:auth:{request}"));
    get("realm") == REALM
        && get("qop") == "auth"
        && get("uri") == target
        && get("response") == expected
}

fn hash(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a header as text; `None` where it is missing or not text.
pub(crate) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the header of a client that got the challenge.
    fn header_for(challenge: &str, nc: u64) -> HeaderMap {
        let nonce = &digest_parameters(challenge).unwrap()["nonce"];
        let secret = hash(&format!("key:{REALM}:private"));
        let request = hash("GET:/x");
        let response = hash(&format!("{secret}:{nonce}:{nc:08x}:c:auth:{request}"));
        let credentials = format!(
            "Digest username=\"key\", realm=\"{REALM}\", nonce=\"{nonce}\", uri=\"/x\", \
             qop=auth, nc={nc:08x}, cnonce=\"c\", response=\"{response}\""
        );
        HeaderMap::from_iter([(AUTHORIZATION, credentials.parse().unwrap())])
    }

    #[test]
    fn the_oldest_nonces_are_stale() {
        let mut accepted = Accepted::default();
        accepted.add_key("key".to_owned(), "private".to_owned());
        let mut authenticator = Authenticator::new(Duration::from_secs(1));
        let mut challenge = |headers: &HeaderMap| {
            let refusal = authenticator.check(&accepted, "GET", "/x", headers).err()?;
            Some(refusal.headers()[WWW_AUTHENTICATE].to_str().unwrap().to_owned())
        };
        let first = challenge(&HeaderMap::new()).unwrap();
        assert_eq!(challenge(&header_for(&first, 1)), None, "it is accepted");
        let mut last = String::new();
        for _ in 0..KNOWN_NONCES {
            last = challenge(&HeaderMap::new()).unwrap();
        }
        let stale = challenge(&header_for(&first, 2)).unwrap();
        assert!(stale.contains("stale=true"), "{stale}");
        assert_eq!(challenge(&header_for(&last, 1)), None);
        assert_eq!(authenticator.nonces.len(), KNOWN_NONCES);
        assert_eq!(authenticator.by_age.len(), KNOWN_NONCES);
    }

    #[test]
    fn parameters_are_read_quoted_or_not() {
        let header =
            r#"Digest username="a\"b", nc=00000001,qop=auth, uri="/x?y=1,2", z="#;
        let read = digest_parameters(header).unwrap();
        for (name, value) in [
            ("username", "a\"b"),
            ("nc", "00000001"),
            ("qop", "auth"),
            ("uri", "/x?y=1,2"),
            ("z", ""),
        ] {
            assert_eq!(read[name], value, "{name}");
        }
        assert!(digest_parameters("Bearer x").is_none());
        assert!(digest_parameters("Digest a=\"open").is_none());
    }
}
