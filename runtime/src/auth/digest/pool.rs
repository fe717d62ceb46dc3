//! Nonces between requests, and the trust in them after refusals.

use std::time::Duration;

use super::Nonce;

/// The largest number of unused nonces kept: at most one for each request that was ever
/// in flight at once.
const IDLE: usize = 1024;

/// The size in bytes beyond which a body is only sent with a new nonce. A server that
/// finds the nonce stale while such a body arrives may close the connection, and its
/// response is lost. A probe costs one round trip, which is little beside such a body.
const LARGE: usize = 64 << 10;

/// The number of refused second uses in a row after which the client assumes that the
/// server accepts no nonce twice.
const CONCLUSIVE: u32 = 2;

/// The time for which a refusal lowers the trust in nonces for requests with bodies.
/// Afterwards, another server may have taken over, or a role may have been granted.
const DOUBT: Duration = Duration::from_secs(15 * 60);

/// The nonces that belong to no request, and the trust in them.
///
/// A call without a body takes any nonce. If the server refuses it, the challenge costs
/// no more than a probe would have; if the server accepts the nonce, this server
/// accepts nonces twice after all. A body is only sent with a nonce that is likely to
/// be accepted, because a refusal means sending the body twice.
#[derive(Default)]
pub(super) struct Pool {
    /// The most recently used nonce is last, and is used next: it is the least likely to
    /// be stale.
    idle: Vec<Nonce>,
    /// The number of nonces refused at their second use since a second use was last
    /// accepted.
    refusals: u32,
    /// The time of the last such refusal.
    refused: Duration,
    /// The last time that a nonce of the pool and then a new one were refused without a
    /// reason, so that the refusal was due to the call.
    doubted: Option<Duration>,
}

impl Pool {
    /// Returns a nonce for a request with a body of `body` bytes; `None` if the next
    /// nonce is not trusted with that body, or if there is none.
    pub(super) fn take(&mut self, body: usize, now: Duration) -> Option<Nonce> {
        // A nonce that isn't trusted is dropped, because the probe yields another.
        let nonce = self.idle.pop()?;
        let is_trusted = body == 0 || body <= LARGE && self.trusts(&nonce, now);
        is_trusted.then_some(nonce)
    }

    /// Returns true if the server is likely to accept the nonce.
    fn trusts(&self, nonce: &Nonce, now: Duration) -> bool {
        let is_spent = nonce.count > 0 && self.takes_no_nonce_twice(now);
        let is_doubted = self.doubted.is_some_and(|doubted| is_recent(doubted, now));
        !is_spent && !is_doubted
    }

    /// Returns true if the server seems to accept no nonce twice.
    pub(super) fn takes_no_nonce_twice(&self, now: Duration) -> bool {
        self.refusals >= CONCLUSIVE && is_recent(self.refused, now)
    }

    /// Takes back a nonce whose request is over.
    pub(super) fn give_back(&mut self, nonce: Nonce) {
        if self.idle.len() < IDLE {
            self.idle.push(nonce);
        }
    }

    /// Drops the nonces that are as old as a stale one or older. The stale one was
    /// received at `issued`.
    pub(super) fn forget(&mut self, issued: Duration) {
        self.idle.retain(|nonce| nonce.issued > issued);
    }

    /// Notes that the server accepted a nonce; this was the request number `count` with
    /// the nonce.
    pub(super) fn note_accepted(&mut self, count: u32) {
        if count > 1 {
            self.refusals = 0;
        }
    }

    /// Notes that the server refused a nonce at its second use, and accepted a new one.
    pub(super) fn note_second_use_refused(&mut self, now: Duration) {
        self.refusals = self.refusals.saturating_add(1);
        self.refused = now;
    }

    /// Notes that the server refused a nonce of the pool and then a new one, without a
    /// reason.
    pub(super) fn note_doubt(&mut self, now: Duration) {
        self.doubted = Some(now);
    }
}

/// Returns true if an observation made at `observed` still counts.
fn is_recent(observed: Duration, now: Duration) -> bool {
    now.saturating_sub(observed) < DOUBT
}
