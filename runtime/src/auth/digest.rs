//! API keys: HTTP Digest (RFC 7616).
//!
//! Invariants: a nonce is in one request at a time; its count goes up by one with each; a
//! request that was dropped or broke takes its nonce with it, for nobody knows whether the
//! server counted it; a probe carries no body and is never a POST, PUT, PATCH or DELETE.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_auth::digest::{DigestClient, Qop};
use http_auth::{ChallengeParser, ChallengeRef, ParamValue, PasswordParams};
use secrecy::{ExposeSecret, SecretString};

use super::scrub;
use crate::client::Core;
use crate::clock;
use crate::error::{Error, Kind};
use crate::exchange::{Call, Failure, drain, status_error};
use crate::retry::Again;
use crate::transport::Body;

/// How many unused nonces are kept: one for each request that was ever in flight at once.
const IDLE: usize = 1024;

/// An API key and the nonces that it may use.
pub(crate) struct ApiKey {
    public: String,
    private: SecretString,
    /// The one used last comes last, and is used next: it is the least likely to be stale.
    idle: Mutex<Vec<Nonce>>,
    /// Whether the key was ever accepted: a refusal then is of the nonce, not of the key.
    accepted: AtomicBool,
}

/// A nonce in the hands of one request.
pub(crate) struct Nonce {
    client: DigestClient,
    /// The client nonce of a session algorithm. It is part of the session key, which a server
    /// computes from the first request (RFC 7616 section 3.4.2), so it stays the same.
    session: Option<String>,
    /// When the server made it.
    issued: Duration,
}

/// What came of asking for a nonce.
enum Probe {
    Challenge(Nonce),
    /// The server wants no authentication, or none of this kind.
    Answer(Response<Body>),
}

impl ApiKey {
    pub(crate) fn new(public: String, private: SecretString) -> Self {
        Self {
            public,
            private,
            idle: Mutex::default(),
            accepted: AtomicBool::new(false),
        }
    }

    /// Sends a call. The nonce that comes with the answer has to be given back by
    /// [`ApiKey::give_back`] once the answer has been read.
    pub(crate) async fn send(
        &self,
        core: &Core,
        call: &Call,
    ) -> Result<(Response<Body>, Option<Nonce>), Failure> {
        let pooled = self.idle().pop();
        let mut nonce = match pooled {
            Some(nonce) => nonce,
            None => match self.probe(core, call).await? {
                Probe::Challenge(nonce) => nonce,
                Probe::Answer(response) => return Ok((response, None)),
            },
        };
        let mut replaced = false;
        loop {
            let header = self.respond(&mut nonce, call)?;
            let response = call.send(core, Some(&header)).await?;
            if response.status() != StatusCode::UNAUTHORIZED {
                self.accepted.store(true, Ordering::Relaxed);
                let next = nonce.next(response.headers(), core.clock.monotonic());
                return Ok((response, Some(next.unwrap_or(nonce))));
            }
            let Some(fresh) = challenge(response.headers(), core.clock.monotonic())
            else {
                return Ok((response, None));
            };
            let stale = fresh.client.stale();
            if stale {
                self.forget(nonce.issued);
            }
            if replaced || !(stale || self.accepted.load(Ordering::Relaxed)) {
                return Ok((response, None));
            }
            drain(core, response.into_body()).await;
            nonce = fresh;
            replaced = true;
        }
    }

    /// Takes back a nonce whose request is over.
    pub(crate) fn give_back(&self, nonce: Nonce) {
        let mut idle = self.idle();
        if idle.len() < IDLE {
            idle.push(nonce);
        }
    }

    pub(super) fn scrub(&self, body: Bytes) -> Bytes {
        scrub(body, self.private.expose_secret())
    }

    /// Asks for a nonce: with the call itself where it is safe, else with a GET of the same
    /// target, so that a server that wants no authentication does nothing twice.
    async fn probe(&self, core: &Core, call: &Call) -> Result<Probe, Failure> {
        let now = || core.clock.monotonic();
        let safe = matches!(*call.method(), Method::GET | Method::HEAD);
        if !safe {
            let response =
                call.probe().send(core, None).await.map_err(Failure::unsent)?;
            if let Some(nonce) = challenge_of(&response, now()) {
                drain(core, response.into_body()).await;
                return Ok(Probe::Challenge(nonce));
            }
            let (parts, body) = response.into_parts();
            match Again::after(parts.status, &parts.headers, core.clock.now()) {
                Again::Never => drain(core, body).await,
                Again::IfRepeatable(after) | Again::Always(after) => {
                    let body =
                        crate::exchange::excerpt(core, &parts.headers, body, None).await;
                    let error =
                        status_error(Kind::Status, parts.status, &parts.headers, body);
                    return Err(Failure { error, again: Again::Always(after) });
                }
            }
        }
        let response = call.send(core, None).await?;
        Ok(match challenge_of(&response, now()) {
            Some(nonce) => {
                drain(core, response.into_body()).await;
                Probe::Challenge(nonce)
            }
            None => Probe::Answer(response),
        })
    }

    fn respond(&self, nonce: &mut Nonce, call: &Call) -> Result<HeaderValue, Error> {
        let target = call.target();
        let parameters = PasswordParams {
            username: &self.public,
            password: self.private.expose_secret(),
            uri: &target,
            method: call.method().as_str(),
            // For `auth-int`, which is never chosen.
            body: None,
        };
        let response = match &nonce.session {
            // Despite its name it is right here: the value is random, and fixed for a session.
            Some(cnonce) => {
                nonce.client.respond_with_testing_cnonce(&parameters, cnonce)
            }
            None => nonce.client.respond(&parameters),
        };
        let unusable =
            || Error::new(Kind::Configuration, "the API key can't answer the challenge");
        let mut header = HeaderValue::from_str(&response.map_err(|_| unusable())?)
            .map_err(|_| unusable())?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// Drops the nonces that are no younger than one that was stale.
    fn forget(&self, issued: Duration) {
        self.idle().retain(|nonce| nonce.issued > issued);
    }

    /// Never held across an await.
    fn idle(&self) -> MutexGuard<'_, Vec<Nonce>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Nonce {
    fn new(mut challenge: ChallengeRef<'_>, issued: Duration) -> Option<Self> {
        for (name, value) in &mut challenge.params {
            if name.eq_ignore_ascii_case("algorithm") {
                *value = canonical(*value);
            }
        }
        let client = DigestClient::try_from(&challenge).ok()?;
        // Not `auth-int`: http-auth 0.1 hashes the body itself where RFC 7616 section 3.4.3
        // says the hash of the body, and TLS protects it anyway.
        if !(client.qop() & Qop::Auth) {
            return None;
        }
        let session = client
            .session()
            .then(|| format!("{:016x}{:016x}", clock::random(), clock::random()));
        Some(Self { client, session, issued })
    }

    /// Returns the nonce that the server wants to see next, where it names one
    /// (`Authentication-Info`, RFC 7616 section 3.5).
    fn next(&self, headers: &HeaderMap, issued: Duration) -> Option<Self> {
        let info = headers.get("authentication-info")?.to_str().ok()?;
        // The parameters have the syntax of a challenge's.
        let info = format!("Digest {info}");
        let info = ChallengeParser::new(&info).next()?.ok()?;
        let (_, next) = info
            .params
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("nextnonce"))?;
        let qop = if self.client.rfc2069_compat() { "" } else { ", qop=\"auth\"" };
        let algorithm = algorithm(&self.client)?;
        let opaque = self
            .client
            .opaque()
            .map_or(String::new(), |opaque| format!(", opaque={}", quote(opaque)));
        let challenge = format!(
            "Digest realm={}, nonce={}, algorithm={algorithm}{qop}{opaque}",
            quote(self.client.realm()),
            quote(&next.to_unescaped()),
        );
        let challenge = ChallengeParser::new(&challenge).next()?.ok()?;
        Self::new(challenge, issued)
    }
}

/// Quotes a string (RFC 9110 section 5.6.4).
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Spells the name of an algorithm as http-auth knows it. Servers write `md5`, too.
fn canonical(name: ParamValue<'_>) -> ParamValue<'_> {
    let plain = ["MD5", "SHA-256", "SHA-512-256"];
    let sessions = ["MD5-sess", "SHA-256-sess", "SHA-512-256-sess"];
    let text = name.to_unescaped();
    let mut known = plain.into_iter().chain(sessions);
    let found = known.find(|known| known.eq_ignore_ascii_case(&text));
    found.and_then(|known| ParamValue::try_from_escaped(known).ok()).unwrap_or(name)
}

fn algorithm(client: &DigestClient) -> Option<String> {
    use http_auth::digest::Algorithm;
    let name = match client.algorithm() {
        Algorithm::Md5 => "MD5",
        Algorithm::Sha256 => "SHA-256",
        Algorithm::Sha512Trunc256 => "SHA-512-256",
        _ => return None,
    };
    Some(format!("{name}{}", if client.session() { "-sess" } else { "" }))
}

fn challenge_of(response: &Response<Body>, now: Duration) -> Option<Nonce> {
    let refused = response.status() == StatusCode::UNAUTHORIZED;
    refused.then(|| challenge(response.headers(), now))?
}

/// Returns the nonce of the first Digest challenge that can be answered (RFC 7616 section
/// 3.7). Never Basic, which would send the private key itself.
fn challenge(headers: &HeaderMap, now: Duration) -> Option<Nonce> {
    headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| {
            ChallengeParser::new(value).map_while(Result::ok).collect::<Vec<_>>()
        })
        .filter(|challenge| challenge.scheme.eq_ignore_ascii_case("digest"))
        .find_map(|challenge| Nonce::new(challenge, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(headers: &[&'static str]) -> Option<String> {
        let headers = headers.iter();
        let headers = headers
            .map(|value| (WWW_AUTHENTICATE, HeaderValue::from_static(value)))
            .collect();
        challenge(&headers, Duration::ZERO).map(|nonce| nonce.client.nonce().to_owned())
    }

    #[test]
    fn a_challenge_is_found_however_it_is_written() {
        for headers in [
            &[r#"Digest realm="r", domain="", nonce="n", algorithm=MD5, qop="auth""#][..],
            &[r#"Digest qop="auth", opaque="o", algorithm="MD5", nonce="n", realm="r""#],
            &["digest realm=r,nonce=n,algorithm=md5,qop=auth"],
            &[r#"DIGEST REALM="r" ,  NONCE = "n" , QOP="auth", stale=FALSE"#],
            &[r#"Digest realm="a\"b\\c, Basic d", nonce="n", qop="auth""#],
            // RFC 2069, before there was `qop`.
            &[r#"Digest realm="r", nonce="n""#],
            &[
                r#"Negotiate, Basic realm="x", Digest realm="r", nonce="n", qop="auth-int,auth""#,
            ],
            &[", ,, Digest realm=r, nonce=n, qop=auth, Basic realm=x"],
            &["Basic realm=\"x", r#"Digest realm="r", nonce="n", qop="auth""#],
            &["", r#"Digest realm="r", nonce="n", algorithm="SHA-512-256-SESS""#],
            &[
                r#"Digest realm="r", nonce="1", algorithm=SHA-3, qop="auth""#,
                r#"Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth""#,
                r#"Digest realm="r", nonce="3", algorithm=MD5, qop="auth""#,
            ],
        ] {
            assert_eq!(nonce(headers).as_deref(), Some("n"), "{headers:?}");
        }
    }

    #[test]
    fn what_can_not_be_answered_is_no_challenge() {
        for headers in [
            &[][..],
            &["Basic realm=r"],
            &["Bearer"],
            &["Digest"],
            &["Digest realm=r"],
            &["Digest nonce=n"],
            &["Digest realm=r, nonce=n, qop=auth-int"],
            &["Digest realm=r, nonce=n, algorithm=unknown"],
            &["Digest realm=r, nonce=n, nonce=m"],
            &["Digest realm=\"r, nonce=n"],
        ] {
            assert_eq!(nonce(headers), None, "{headers:?}");
        }
    }
}
