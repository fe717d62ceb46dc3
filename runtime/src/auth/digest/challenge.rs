//! Challenges in headers: the syntax of `WWW-Authenticate` (RFC 9110 section 11.6.1),
//! and the parameters of Digest (RFC 7616 section 3.3).
//!
//! Everything is bytes. A realm may be in any encoding, and is hashed and sent back
//! unchanged.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

use super::response::Algorithm;

/// A challenge of the scheme Digest.
#[derive(Clone)]
pub(super) struct Challenge {
    pub(super) realm: Vec<u8>,
    pub(super) nonce: Vec<u8>,
    pub(super) opaque: Option<Vec<u8>>,
    pub(super) algorithm: Algorithm,
    /// Whether the server knows `qop`, which RFC 2069 lacks.
    pub(super) has_qop: bool,
    /// Whether the server reads names in UTF-8.
    pub(super) is_utf8: bool,
    /// Whether the nonce was the only fault of the request.
    pub(super) is_stale: bool,
}

impl Challenge {
    /// Returns the first challenge that a client can respond to (RFC 7616 section 3.7).
    /// Never returns one of Basic, which would send the private key itself.
    pub(super) fn find(headers: &HeaderMap) -> Option<Self> {
        let headers = headers.get_all(WWW_AUTHENTICATE).iter();
        headers.flat_map(|header| parse(header.as_bytes())).find_map(Self::of)
    }

    fn of(parsed: Parsed<'_>) -> Option<Self> {
        let Parsed { scheme, mut parameters } = parsed;
        if !scheme.eq_ignore_ascii_case(b"digest") || has_duplicates(&parameters) {
            return None;
        }
        let mut take = |name| take(&mut parameters, name);
        let algorithm = match take("algorithm") {
            Some(name) => Algorithm::named(&name)?,
            None => Algorithm::default(),
        };
        let qop = take("qop").filter(|qop| !qop.is_empty());
        // Not `auth-int`: TLS protects the body anyway.
        if qop.as_deref().is_some_and(|qop| !lists_auth(qop)) {
            return None;
        }
        let says = |value: Option<Vec<u8>>, what: &[u8]| {
            value.is_some_and(|value| value.eq_ignore_ascii_case(what))
        };
        Some(Self {
            realm: take("realm")?,
            nonce: take("nonce")?,
            opaque: take("opaque"),
            algorithm,
            has_qop: qop.is_some(),
            is_utf8: says(take("charset"), b"UTF-8"),
            is_stale: says(take("stale"), b"true"),
        })
    }
}

/// Returns the nonce that the server wants in the next request, if the response names
/// one (`Authentication-Info`, RFC 7616 section 3.5).
pub(super) fn next_nonce(headers: &HeaderMap) -> Option<Vec<u8>> {
    let info = headers.get("authentication-info")?;
    let mut scanner = Scanner { rest: info.as_bytes() };
    let mut parameters = Vec::new();
    while scanner.skip_separators() {
        let name = scanner.token()?;
        parameters.push((name, scanner.assigned()??));
    }
    take(&mut parameters, "nextnonce")
}

fn lists_auth(qop: &[u8]) -> bool {
    let mut values = qop.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    values.any(|value| value.eq_ignore_ascii_case(b"auth"))
}

type Parameters<'a> = Vec<(&'a [u8], Vec<u8>)>;

/// A challenge of any scheme.
struct Parsed<'a> {
    scheme: &'a [u8],
    parameters: Parameters<'a>,
}

fn has_duplicates(parameters: &Parameters<'_>) -> bool {
    let names = || parameters.iter().map(|(name, _)| *name);
    names().enumerate().any(|(index, name)| {
        names().take(index).any(|earlier| earlier.eq_ignore_ascii_case(name))
    })
}

/// Removes a parameter and returns its value.
fn take(parameters: &mut Parameters<'_>, name: &str) -> Option<Vec<u8>> {
    let is_it = |known: &[u8]| known.eq_ignore_ascii_case(name.as_bytes());
    let index = parameters.iter().position(|(known, _)| is_it(known))?;
    Some(parameters.swap_remove(index).1)
}

/// Parses the challenges of a header, up to the first malformed one.
fn parse(header: &[u8]) -> Vec<Parsed<'_>> {
    let mut scanner = Scanner { rest: header };
    let mut challenges = Vec::new();
    while scanner.skip_separators() {
        if scanner.element(&mut challenges).is_none() {
            // The end of the last challenge is unknown.
            challenges.pop();
            break;
        }
    }
    challenges
}

/// A position in a header.
struct Scanner<'a> {
    rest: &'a [u8],
}

impl<'a> Scanner<'a> {
    /// Reads a scheme, or a parameter of the last scheme: commas separate both.
    fn element(&mut self, challenges: &mut Vec<Parsed<'a>>) -> Option<()> {
        let name = self.token()?;
        match self.assigned() {
            Some(value) => challenges.last_mut()?.parameters.push((name, value?)),
            None => {
                challenges.push(Parsed { scheme: name, parameters: Vec::new() });
                self.skip_token68();
            }
        }
        Some(())
    }

    /// Reads an equals sign and the value after it. Returns `None` if no equals sign is
    /// next, and `Some(None)` if the value is malformed.
    fn assigned(&mut self) -> Option<Option<Vec<u8>>> {
        self.rest = self.rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        if let Some(rest) = self.rest.strip_prefix(b"\"") {
            self.rest = rest;
            return Some(self.quoted());
        }
        // More characters than a token may hold: some servers omit the quotes.
        let value = self.run(|byte| !matches!(byte, b' ' | b'\t' | b',' | b'"'));
        Some((!value.is_empty()).then(|| value.to_vec()))
    }

    /// Reads the rest of a quoted string, and removes its escapes.
    fn quoted(&mut self) -> Option<Vec<u8>> {
        let mut value = Vec::new();
        loop {
            let (first, rest) = self.rest.split_first()?;
            self.rest = rest;
            match first {
                b'"' => return Some(value),
                b'\\' => {
                    let (escaped, rest) = rest.split_first()?;
                    self.rest = rest;
                    value.push(*escaped);
                }
                byte => value.push(*byte),
            }
        }
    }

    /// Skips the data of a scheme without parameters, such as `Negotiate`.
    fn skip_token68(&mut self) {
        let mut ahead = Self { rest: self.rest.trim_ascii_start() };
        let data =
            ahead.run(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
        ahead.run(|byte| byte == b'=');
        ahead.run(|byte| matches!(byte, b' ' | b'\t'));
        if !data.is_empty() && matches!(ahead.rest.first(), None | Some(b',')) {
            self.rest = ahead.rest;
        }
    }

    /// Skips white space and commas. Returns true if anything follows.
    fn skip_separators(&mut self) -> bool {
        self.run(|byte| matches!(byte, b' ' | b'\t' | b','));
        !self.rest.is_empty()
    }

    fn token(&mut self) -> Option<&'a [u8]> {
        let is_token = |byte: u8| {
            byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
        };
        Some(self.run(is_token)).filter(|token| !token.is_empty())
    }

    /// Takes the bytes up to the first one that doesn't match.
    fn run(&mut self, is_of_kind: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| !is_of_kind(*byte));
        let (run, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        run
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn find(headers: &[&str]) -> Option<Challenge> {
        let header = |value: &&str| HeaderValue::from_bytes(value.as_bytes()).unwrap();
        let headers = headers.iter().map(|value| (WWW_AUTHENTICATE, header(value)));
        Challenge::find(&headers.collect())
    }

    #[test]
    fn a_challenge_is_found_however_it_is_written() {
        for headers in [
            &[r#"Digest realm="r", domain="", nonce="n", algorithm=MD5, qop="auth""#][..],
            &[r#"Digest qop="auth", opaque="o", algorithm="MD5", nonce="n", realm="r""#],
            &["digest realm=r,nonce=n,algorithm=md5,qop=auth"],
            &[r#"DIGEST REALM="r" ,  NONCE = "n" , QOP="auth", stale=FALSE"#],
            &[r#"Digest realm="a\"b\\c, Basic d", nonce="n", qop="auth""#],
            // RFC 2069, which lacks `qop`.
            &[r#"Digest realm="r", nonce="n""#],
            &[r#"Digest realm="r", nonce="n", qop="""#],
            &[
                r#"Negotiate, Basic realm="x", Digest realm="r", nonce="n", qop="auth-int,auth""#,
            ],
            &["Negotiate YIIa+/8=, NTLM TlRM, Digest realm=r, nonce=n, qop=auth"],
            &[", ,, Digest realm=r, nonce=n, qop=auth, Basic realm=x"],
            &["Digest realm=\"r\" nonce=\"n\" qop=\"auth\""],
            &["Digest realm=r@x, domain=/, nonce=n, qop=auth"],
            &["Basic realm=\"x", r#"Digest realm="r", nonce="n", qop="auth""#],
            &["", r#"Digest realm="r", nonce="n", algorithm="SHA-512-256-SESS""#],
            &[r#"Digest realm="Müller & Söhne", nonce="n", charset=UTF-8, qop="auth""#],
            &[
                r#"Digest realm="r", nonce="1", algorithm=SHA-3, qop="auth""#,
                r#"Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth""#,
                r#"Digest realm="r", nonce="3", algorithm=MD5, qop="auth""#,
            ],
        ] {
            let nonce = find(headers).map(|challenge| challenge.nonce);
            assert_eq!(nonce.as_deref(), Some(&b"n"[..]), "{headers:?}");
        }
    }

    #[test]
    fn unsupported_challenges_are_ignored() {
        for headers in [
            &[][..],
            &["Basic realm=r"],
            &["Bearer"],
            &["Digest"],
            &["Digest realm=r"],
            &["Digest nonce=n"],
            &["Digest realm=r, nonce="],
            &["Digest realm=r, nonce=n, qop=auth-int"],
            &["Digest realm=r, nonce=n, algorithm=unknown"],
            &["Digest realm=r, nonce=n, nonce=m"],
            &["Digest realm=\"r, nonce=n"],
            &["Digest realm=\"r\\"],
            &["realm=r, nonce=n"],
            &["(Digest) realm=r, nonce=n"],
        ] {
            assert!(find(headers).is_none(), "{headers:?}");
        }
    }

    #[test]
    fn escapes_are_undone_and_bytes_are_kept() {
        let challenge =
            find(&[r#"Digest realm="a\"ü\\", nonce="n", stale=TRUE"#]).unwrap();
        assert_eq!(challenge.realm, "a\"ü\\".as_bytes());
        assert!(challenge.is_stale && !challenge.is_utf8 && !challenge.has_qop);
    }

    #[test]
    fn the_next_nonce_is_found_among_other_parameters() {
        let next = |info: &'static str| {
            let info = HeaderValue::from_static(info);
            next_nonce(&HeaderMap::from_iter([(
                "authentication-info".parse().unwrap(),
                info,
            )]))
        };
        assert_eq!(next(r#"rspauth="x", qop=auth, NextNonce = "n""#).unwrap(), b"n");
        for none in ["", "qop=auth", "nextnonce", "nextnonce=", "nextnonce=\"n"] {
            assert!(next(none).is_none(), "{none}");
        }
    }
}
