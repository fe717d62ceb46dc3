//! Nonces between requests, and what refusals have taught about them.

use std::time::Duration;

use super::Nonce;

/// The number of unused nonces that are kept: one for each request that was ever in flight at once.
const IDLE: usize = 1024;

/// The size in bytes beyond which a body is sent with a new nonce only. A server that finds
/// the nonce stale while such a body arrives may close the connection, and then its answer is
/// lost; to ask first is one small round trip beside many.
const LARGE: usize = 64 << 10;

/// The number of refusals of a second use in a row by which the server takes no nonce twice.
const TELLING: u32 = 2;

/// The time for which bodies are sent with less trust after a refusal that taught it. A server may be
/// replaced by another, and a role may be granted.
const LESSON: Duration = Duration::from_secs(15 * 60);

/// The nonces that no request has, and how far they are trusted.
///
/// A call without a body takes any nonce: if that is refused, the challenge costs no more than
/// a probe would have, and if not, the server takes nonces twice after all. A body is only sent
/// with a nonce that is likely to be taken, for a refusal sends it twice.
#[derive(Default)]
pub(super) struct Pool {
    /// The one used last comes last, and is used next: it is the least likely to be stale.
    idle: Vec<Nonce>,
    /// The number of nonces refused at their second use since one was accepted again.
    refusals: u32,
    /// The time of the last of them.
    refused: Duration,
    /// The last time that a nonce of the pool and then a new one were refused without a reason: the
    /// refusal was of the call.
    doubted: Option<Duration>,
}

impl Pool {
    /// Returns a nonce for a request with a body of a size, if there is one to be trusted.
    pub(super) fn take(&mut self, body: usize, now: Duration) -> Option<Nonce> {
        // What is not good enough is dropped: the probe brings another in its place.
        let nonce = self.idle.pop()?;
        let is_trusted = body == 0 || body <= LARGE && self.trusts(&nonce, now);
        is_trusted.then_some(nonce)
    }

    /// Tells whether a nonce is likely to be taken.
    fn trusts(&self, nonce: &Nonce, now: Duration) -> bool {
        let is_spent = nonce.count > 0 && self.takes_no_nonce_twice(now);
        let is_doubted = self.doubted.is_some_and(|doubted| is_recent(doubted, now));
        !is_spent && !is_doubted
    }

    /// Tells whether the server seems to take no nonce twice.
    pub(super) fn takes_no_nonce_twice(&self, now: Duration) -> bool {
        self.refusals >= TELLING && is_recent(self.refused, now)
    }

    /// Takes back a nonce whose request is over.
    pub(super) fn give_back(&mut self, nonce: Nonce) {
        if self.idle.len() < IDLE {
            self.idle.push(nonce);
        }
    }

    /// Drops the nonces that are no younger than one that was stale.
    pub(super) fn forget(&mut self, issued: Duration) {
        self.idle.retain(|nonce| nonce.issued > issued);
    }

    /// Notes that the server took a nonce for the time of this count.
    pub(super) fn note_accepted(&mut self, count: u32) {
        if count > 1 {
            self.refusals = 0;
        }
    }

    /// Notes that the server refused a nonce at its second use, and took a new one in its place.
    pub(super) fn note_second_use_refused(&mut self, now: Duration) {
        self.refusals = self.refusals.saturating_add(1);
        self.refused = now;
    }

    /// Notes that the server refused a nonce of the pool and then a new one, without a reason.
    pub(super) fn note_doubt(&mut self, now: Duration) {
        self.doubted = Some(now);
    }
}

/// Tells whether what was learnt at a time still counts.
fn is_recent(learnt: Duration, now: Duration) -> bool {
    now.saturating_sub(learnt) < LESSON
}
