//! API keys: HTTP Digest (RFC 7616).
//!
//! Invariants:
//! - A nonce is in one request at a time, and its count increases by one with each
//!   request.
//! - A request that was dropped or broke off discards its nonce, because the server may
//!   or may not have counted it.
//! - A probe carries no body and is never a POST, PUT, PATCH or DELETE.
//!
//! A refused request is sent a second time, with the nonce of the refusal, if the
//! refusal says `stale` or if the request had a nonce from the pool, which may have
//! expired. All other refusals are due to the key or the call: refusals of a new nonce,
//! and those that name a missing role, for which Atlas responds with 401 on some
//! operations. A refused request was not executed. A request that broke off may have
//! been, so it is never repeated here.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use self::challenge::{Challenge, next_nonce};
use self::pool::Pool;
use self::response::Session;
use super::refusal::names_a_missing_role;
use super::scrub;
use crate::clock;
use crate::connection::{Call, Connection};
use crate::error::{Error, Kind, status_error};
use crate::failure::{Failure, Retryability};
use crate::transport::Body;

mod challenge;
mod pool;
mod response;

/// The limit of the wait for the error code of a refusal. The rest of the attempt's time
/// is for sending the request a second time.
const CODE_LIMIT: Duration = Duration::from_millis(500);

/// An API key and the nonces that it may use.
pub(crate) struct ApiKey {
    public: String,
    private: SecretString,
    pool: Mutex<Pool>,
}

/// A nonce that belongs to one request.
pub(crate) struct Nonce {
    challenge: Challenge,
    session: Session,
    /// The number of requests sent with the nonce.
    count: u32,
    /// The time at which the nonce was received, on the monotonic clock.
    issued: Duration,
}

/// The outcome of a request for a nonce.
enum Probe {
    Challenge(Nonce),
    /// A response without a Digest challenge: the server wants no authentication, or
    /// another scheme.
    Response(Response<Body>),
}

/// The cause of a refusal, as far as the response tells it.
#[derive(Clone, Copy, PartialEq)]
enum Reason {
    /// Only the nonce, which has expired.
    Stale,
    /// The call: the credentials lack a role.
    Role,
    /// The nonce, the key or the call.
    Unknown,
}

/// A refusal after which the request was sent a second time.
#[derive(Clone, Copy)]
struct Refusal {
    reason: Reason,
    /// Whether the refused request was the second one with its nonce.
    is_second_use: bool,
}

impl ApiKey {
    pub(crate) fn new(public: String, private: SecretString) -> Self {
        Self { public, private, pool: Mutex::default() }
    }

    /// Sends a call. The caller returns the nonce that comes with the response through
    /// [`ApiKey::give_back`] once the response has been read.
    pub(crate) async fn send(
        &self,
        connection: &Connection,
        call: &Call,
    ) -> Result<(Response<Body>, Option<Nonce>), Failure> {
        let now = || connection.clock.monotonic();
        let pooled = self.pool().take(call.body_length(), now());
        let is_pooled = pooled.is_some();
        let mut nonce = match pooled {
            Some(nonce) => nonce,
            None => match self.probe(connection, call).await? {
                Probe::Challenge(nonce) => nonce,
                Probe::Response(response) => return Ok((response, None)),
            },
        };
        let mut earlier: Option<Refusal> = None;
        loop {
            let header = self.respond(&mut nonce, call)?;
            let response = call.send(connection, Some(&header)).await?;
            let Some(challenge) = challenge_of(&response) else {
                let next = self.accepted(nonce, earlier, response.headers(), now());
                return Ok((response, Some(next)));
            };
            let (response, reason) = judge(connection, response, &challenge).await;
            let fresh = self.nonce(challenge, now());
            match reason {
                Reason::Role => {
                    let next = self.accepted(nonce, earlier, response.headers(), now());
                    let is_spent = self.pool().takes_no_nonce_twice(now());
                    return Ok((response, Some(if is_spent { fresh } else { next })));
                }
                Reason::Stale => self.pool().forget(nonce.issued),
                Reason::Unknown => {}
            }
            if let Some(Refusal { reason: earlier, .. }) = earlier {
                if (earlier, reason) == (Reason::Unknown, Reason::Unknown) {
                    self.pool().note_doubt(now());
                }
                return Ok((response, None));
            }
            if reason != Reason::Stale && !is_pooled {
                return Ok((response, None));
            }
            connection.drain(response.into_body()).await;
            earlier = Some(Refusal { reason, is_second_use: nonce.count == 2 });
            nonce = fresh;
        }
    }

    /// Takes back a nonce whose request is over.
    pub(crate) fn give_back(&self, nonce: Nonce) {
        self.pool().give_back(nonce);
    }

    pub(super) fn scrub(&self, body: Bytes) -> Bytes {
        scrub(body, self.private.expose_secret())
    }

    /// Requests a nonce: with the call itself if its method is safe, else with a GET of
    /// the same target, so that a server that wants no authentication executes nothing
    /// twice.
    async fn probe(
        &self,
        connection: &Connection,
        call: &Call,
    ) -> Result<Probe, Failure> {
        let fresh = |response: &Response<Body>| {
            Some(self.nonce(challenge_of(response)?, connection.clock.monotonic()))
        };
        let safe = matches!(*call.method(), Method::GET | Method::HEAD);
        if !safe {
            let response = call
                .probe(connection)
                .send(connection, None)
                .await
                .map_err(Failure::unsent)?;
            if let Some(nonce) = fresh(&response) {
                connection.drain(response.into_body()).await;
                return Ok(Probe::Challenge(nonce));
            }
            let (parts, body) = response.into_parts();
            match Retryability::after(
                parts.status,
                &parts.headers,
                connection.clock.now(),
            ) {
                Retryability::Never => connection.drain(body).await,
                Retryability::IfRepeatable(after) | Retryability::Always(after) => {
                    let body = connection.excerpt(&parts.headers, body, None).await;
                    let body = self.scrub(body);
                    let error = status_error(
                        Kind::Status,
                        "",
                        parts.status,
                        &parts.headers,
                        body,
                    );
                    return Err(Failure::new(error, Retryability::Always(after)));
                }
            }
        }
        let response = call.send(connection, None).await?;
        Ok(match fresh(&response) {
            Some(nonce) => {
                connection.drain(response.into_body()).await;
                Probe::Challenge(nonce)
            }
            None => Probe::Response(response),
        })
    }

    /// Creates a nonce from a challenge.
    fn nonce(&self, challenge: Challenge, now: Duration) -> Nonce {
        let cnonce = format!("{:016x}{:016x}", clock::random(), clock::random());
        let session = Session::new(&challenge, &self.public, &self.private, cnonce);
        Nonce { challenge, session, count: 0, issued: now }
    }

    fn respond(&self, nonce: &mut Nonce, call: &Call) -> Result<HeaderValue, Error> {
        let unusable = || {
            Error::new(
                Kind::Configuration,
                "the API key can't respond to the server's Digest challenge",
            )
        };
        nonce.count = nonce.count.checked_add(1).ok_or_else(unusable)?;
        let Nonce { challenge, session, count, .. } = nonce;
        let (method, target) = (call.method().as_str(), call.target());
        let header =
            session.authorization(challenge, &self.public, method, &target, *count);
        let mut header = HeaderValue::from_bytes(&header).map_err(|_| unusable())?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// Notes that the server accepted a nonce, and returns the one for the next request:
    /// the same, or the `nextnonce` of the response.
    fn accepted(
        &self,
        nonce: Nonce,
        earlier: Option<Refusal>,
        headers: &HeaderMap,
        now: Duration,
    ) -> Nonce {
        let mut pool = self.pool();
        pool.note_accepted(nonce.count);
        if earlier.is_some_and(|earlier| earlier.is_second_use) {
            pool.note_second_use_refused(now);
        }
        drop(pool);
        nonce.next(headers, now)
    }

    /// Locks the pool. The guard is never held across an await.
    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Nonce {
    /// Returns the `nextnonce` of the response, or this nonce. A session keeps its key
    /// (RFC 7616 section 3.4.2).
    fn next(mut self, headers: &HeaderMap, now: Duration) -> Self {
        if let Some(nonce) = next_nonce(headers) {
            self.challenge.nonce = nonce;
            self.count = 0;
            self.issued = now;
        }
        self
    }
}

/// Determines the cause of a refusal. Reads the body for that, and puts it back.
async fn judge(
    connection: &Connection,
    response: Response<Body>,
    challenge: &Challenge,
) -> (Response<Body>, Reason) {
    if challenge.is_stale {
        return (response, Reason::Stale);
    }
    // On the heap because the future is large, and rare.
    let judged = Box::pin(names_a_missing_role(connection, response, Some(CODE_LIMIT)));
    let (response, is_role) = judged.await;
    (response, if is_role { Reason::Role } else { Reason::Unknown })
}

/// Returns the challenge of a response that refuses the credentials.
fn challenge_of(response: &Response<Body>) -> Option<Challenge> {
    let refused = response.status() == StatusCode::UNAUTHORIZED;
    refused.then(|| Challenge::find(response.headers()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Responds to a challenge for a GET with its first nonce, and returns the header.
    fn respond(
        challenge: &str,
        user: &str,
        password: &str,
        cnonce: &str,
        target: &str,
    ) -> String {
        let challenge = HeaderValue::from_bytes(challenge.as_bytes()).unwrap();
        let headers =
            HeaderMap::from_iter([(http::header::WWW_AUTHENTICATE, challenge)]);
        let challenge = Challenge::find(&headers).unwrap();
        let session = Session::new(&challenge, user, &password.into(), cnonce.into());
        let header = session.authorization(&challenge, user, "GET", target, 1);
        String::from_utf8(header).unwrap()
    }

    #[test]
    fn the_example_with_two_algorithms() {
        // RFC 7616 section 3.9.1.
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            (
                "SHA-256",
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ] {
            let challenge = format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
                 algorithm={algorithm}, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                 opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            );
            let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
            let header = respond(
                &challenge,
                "Mufasa",
                "Circle of Life",
                cnonce,
                "/dir/index.html",
            );
            let expected = format!(
                "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                 uri=\"/dir/index.html\", algorithm={algorithm}, qop=auth, nc=00000001, \
                 cnonce=\"{cnonce}\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", \
                 response=\"{response}\""
            );
            assert_eq!(header, expected);
        }
    }

    #[test]
    fn the_example_with_a_name_in_utf_8() {
        // RFC 7616 section 3.9.2 with the response of erratum 4897. A server would also
        // accept the hash of the name, which need not be sent (section 3.4.4).
        let challenge = "Digest realm=\"api@example.org\", qop=\"auth\", \
            algorithm=SHA-512-256, nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", \
            opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8, \
            userhash=true";
        let cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v";
        let header =
            respond(challenge, "Jäsøn Doe", "Secret, or not?", cnonce, "/doe.json");
        assert!(header.contains("username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, "), "{header}");
        let response =
            "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5";
        assert!(header.ends_with(&format!("response=\"{response}\"")), "{header}");
    }

    #[test]
    fn the_example_from_before_there_was_qop() {
        // RFC 2069 section 2.4 with the response of erratum 749.
        let challenge = "Digest realm=\"testrealm@host.com\", \
            nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
            opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        let header =
            respond(challenge, "Mufasa", "CircleOfLife", "unused", "/dir/index.html");
        assert_eq!(
            header,
            "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", \
             nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", \
             opaque=\"5ccc069c403ebaf9f0171e9517f40e41\", \
             response=\"1949323746fe6a43ef61f9606e7febea\""
        );
    }

    #[test]
    fn what_the_server_sent_goes_back_as_it_came() {
        let challenge = "Digest realm=\"Müller \\\"&\\\" Söhne\", nonce=\"n\", algorithm=Md5-Sess, qop=AUTH";
        let header = respond(challenge, "ab\"c", "p", "c", "/");
        assert!(header.contains("realm=\"Müller \\\"&\\\" Söhne\""), "{header}");
        assert!(header.contains("username=\"ab\\\"c\""), "{header}");
        assert!(header.contains("algorithm=Md5-Sess"), "{header}");
    }
}
