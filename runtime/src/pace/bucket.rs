//! A model of a token bucket of the service, updated from its responses.

use std::time::Duration;

/// The assumed time in seconds in which a bucket is refilled, until it is measured. The
/// service's limits are per minute.
const REFILL: f64 = 60.0;

/// The duration in seconds of the first measurement of the refill, and of the next ones.
const FIRST_MEASURE: f64 = 1.0;
const MEASURE: f64 = 3.0;

/// The longest wait for a refill, and the longest wait before a probe of the level, in
/// seconds.
const LONGEST_WAIT: f64 = 15.0;
const LONGEST_LOOK: f64 = 1.0;

/// The wait before a request checks again whether a pending response has arrived.
const CONFIRMATION: Duration = Duration::from_millis(2);

/// The longest wait for a pending response, whose request may not be polled.
const RESPONSE_LIMIT: Duration = Duration::from_secs(1);

/// The shortest usable duration of a measurement, in seconds, because responses overtake
/// one another.
const SHORTEST_MEASURE: f64 = 0.5;

/// The largest number of clients that are assumed to share a bucket.
const MOST_SHARERS: u32 = 8;

/// The time without a refusal after which the number of clients that are assumed to
/// share the bucket decreases by one.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// A bucket of the service, with a capacity in requests and a refill rate.
#[derive(Debug)]
pub(super) struct Bucket {
    limit: f64,
    /// The number of requests that may still be sent, at the time `at`.
    level: f64,
    at: Option<Duration>,
    /// The refill, in requests per second.
    rate: f64,
    in_flight: u32,
    /// The last time that a request was sent.
    taken_at: Duration,
    /// The level in the last response, and the time at which that response arrived.
    remaining: f64,
    observed_at: Duration,
    /// The number of responses in a row that showed no refill of a bucket that is nearly
    /// empty.
    stalled: u32,
    /// The requests of other clients for each request of this client, less the refill.
    taken_by_others: f64,
    /// The number of clients that seem to share the bucket, and the last refusal that
    /// indicated it.
    sharers: u32,
    refused_at: Duration,
    closed_until: Duration,
    measure: Option<Measure>,
    is_measured: bool,
    responses: u64,
}

/// The level that a response states.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) remaining: f64,
    /// The number of other requests in flight, which were sent before the limit was
    /// known, so that the bucket doesn't count them.
    pub(super) others: u32,
    /// The time at which the request of this response was sent.
    pub(super) sent_at: Duration,
}

/// The start of a measurement of the refill.
#[derive(Debug)]
struct Measure {
    at: Duration,
    remaining: f64,
    responses: u64,
}

impl Bucket {
    pub(super) fn new(limit: u64) -> Self {
        let limit = limit as f64;
        Self {
            limit,
            level: limit,
            at: None,
            rate: (limit / REFILL).max(0.1),
            in_flight: 0,
            taken_at: Duration::ZERO,
            remaining: 0.0,
            observed_at: Duration::ZERO,
            stalled: 0,
            taken_by_others: 0.0,
            sharers: 1,
            refused_at: Duration::ZERO,
            closed_until: Duration::ZERO,
            measure: None,
            is_measured: false,
            responses: 0,
        }
    }

    /// Returns the time that a request must wait; `None` if it may be sent.
    pub(super) fn wait(&mut self, now: Duration) -> Option<Duration> {
        if now < self.closed_until {
            return Some(self.closed_until - now);
        }
        self.refill(now);
        let is_pending =
            self.in_flight > 0 && now < self.taken_at.saturating_add(RESPONSE_LIMIT);
        if self.responses > 0 && is_pending && self.is_low(self.remaining) {
            // The refill since then is an estimate until the response confirms it.
            return Some(CONFIRMATION);
        }
        let lacks = 1.0 + self.reserve() - self.level;
        if lacks <= 0.0 {
            return None;
        }
        let seconds = lacks / self.rate * self.stall_factor();
        let wait = Duration::from_secs_f64(seconds.clamp(0.001, LONGEST_WAIT));
        let look = self.next_look().map_or(wait, |at| at.saturating_sub(now));
        (!look.is_zero()).then(|| wait.min(look))
    }

    /// Returns the time at which a request may probe the level. The refill may be
    /// faster than estimated, because it hasn't been measured yet, or because other
    /// clients, which keep a reserve too, took all of it.
    fn next_look(&self) -> Option<Duration> {
        let is_left = self.remaining - f64::from(self.in_flight) >= 2.0;
        let pause = REFILL / self.limit.max(1.0) * self.stall_factor();
        let pause = Duration::from_secs_f64(pause.min(LONGEST_LOOK));
        let last = self.taken_at.max(self.observed_at);
        (is_left || !self.is_measured).then(|| last.saturating_add(pause))
    }

    /// Returns the part of the level that is kept in reserve: for requests in flight of
    /// other clients that share the bucket, and for a probe of the refill.
    fn reserve(&self) -> f64 {
        (self.limit / 20.0).floor().min(10.0)
    }

    fn is_low(&self, remaining: f64) -> bool {
        remaining < 1.0 + self.reserve()
    }

    /// Returns the factor of waits. A bucket that is refilled all at once seems not to
    /// be refilled at all for some time.
    fn stall_factor(&self) -> f64 {
        f64::from(1_u32 << self.stalled.min(12))
    }

    /// Takes one request from the bucket.
    pub(super) fn take(&mut self, now: Duration) {
        self.level -= 1.0;
        self.in_flight += 1;
        self.taken_at = now;
    }

    pub(super) fn end(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub(super) fn is_in_use(&self) -> bool {
        self.in_flight > 0
    }

    pub(super) fn close(&mut self, until: Duration) {
        self.closed_until = self.closed_until.max(until);
    }

    /// Returns the level that the next response is expected to state.
    pub(super) fn expected(&mut self, now: Duration) -> f64 {
        self.refill(now);
        self.level + f64::from(self.in_flight)
    }

    /// Updates the bucket from the level in a response.
    ///
    /// The service may have subtracted some of the requests in flight from the level
    /// already. They are subtracted again here, and their own responses correct that.
    /// Responses overtake one another, so a higher level counts only if its request was
    /// sent after the lower level was known.
    pub(super) fn observe(&mut self, said: Said, now: Duration) {
        self.responses += 1;
        if self.sharers > 1 && now.saturating_sub(self.refused_at) > FORGOTTEN {
            self.sharers -= 1;
            self.refused_at = now;
        }
        if said.sent_at >= self.observed_at || said.remaining < self.remaining {
            self.follow(said.remaining, now);
        }
        // Other clients have requests in flight in proportion to their share of the
        // bucket.
        let in_flight =
            f64::from(self.in_flight) * (1.0 + self.taken_by_others.max(0.0));
        self.level = self.remaining - in_flight - f64::from(said.others);
        if self.level > 0.0 {
            self.level /= f64::from(self.sharers);
        }
        self.at = Some(now);
    }

    fn follow(&mut self, remaining: f64, now: Duration) {
        self.measure(remaining, now);
        self.stalled = match self.is_low(remaining) && remaining <= self.remaining {
            true => self.stalled + 1,
            false => 0,
        };
        if self.responses > 1 {
            let taken = self.remaining - remaining - 1.0;
            self.taken_by_others += (taken - self.taken_by_others) / 10.0;
        }
        self.remaining = remaining;
        self.observed_at = now;
    }

    /// Updates the bucket after a refusal: other clients share the bucket, and used the
    /// requests that this client expected to send. From then on, this client uses only
    /// a part of the level.
    pub(super) fn refuse(&mut self, now: Duration) {
        self.sharers = (self.sharers + 1).min(MOST_SHARERS);
        self.refused_at = now;
    }

    fn refill(&mut self, now: Duration) {
        let since = self.at.map_or(0.0, |at| now.saturating_sub(at).as_secs_f64());
        self.level = (self.level + since * self.rate).min(self.limit);
        self.at = Some(now);
    }

    /// Measures the refill between two responses, from the requests sent and the level.
    fn measure(&mut self, remaining: f64, now: Duration) {
        let begin = Measure { at: now, remaining, responses: self.responses };
        let Some(last) = &self.measure else {
            self.measure = Some(begin);
            return;
        };
        let seconds = now.saturating_sub(last.at).as_secs_f64();
        let sent = (self.responses - last.responses) as f64;
        let refilled = remaining - last.remaining + sent;
        // A full bucket may have been full for some time, so it was refilled at least at
        // this rate.
        let is_full = remaining + 1.0 >= self.limit;
        let enough = if self.is_measured { MEASURE } else { FIRST_MEASURE };
        if is_full && seconds >= SHORTEST_MEASURE {
            self.rate = self.rate.max(refilled / seconds);
        } else if !is_full && seconds >= enough {
            let rate = refilled / seconds;
            let rate = if self.is_measured { (self.rate + rate) / 2.0 } else { rate };
            // Other clients may take the whole refill for some time.
            self.rate = rate.max(self.limit / REFILL / 2.0).max(0.1);
            self.is_measured = true;
        } else if !is_full {
            return;
        }
        self.measure = Some(begin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The service's bucket.
    struct Service {
        limit: f64,
        rate: f64,
        level: f64,
        at: f64,
        refused: u32,
    }

    impl Service {
        fn respond(&mut self, now: f64) -> f64 {
            self.level = (self.level + (now - self.at) * self.rate).min(self.limit);
            self.at = now;
            match self.level >= 1.0 {
                true => self.level -= 1.0,
                false => self.refused += 1,
            }
            self.level.floor()
        }
    }

    #[test]
    fn follows_the_refill_whatever_it_is() {
        for (limit, rate) in [(100.0, 50.0), (100.0, 5.0), (1200.0, 20.0), (50.0, 100.0)]
        {
            let mut service = Service { limit, rate, level: limit, at: 0.0, refused: 0 };
            let mut bucket = Bucket::new(limit as u64);
            let (mut now, requests) = (0.0, 4000);
            for _ in 0..requests {
                while let Some(wait) = bucket.wait(Duration::from_secs_f64(now)) {
                    now += wait.as_secs_f64().min(1.0);
                }
                bucket.take(Duration::from_secs_f64(now));
                now += 0.002;
                bucket.end();
                let left = service.respond(now);
                let now = Duration::from_secs_f64(now);
                let said = Said { remaining: left, others: 0, sent_at: now };
                bucket.observe(said, now);
            }
            let allowed = (f64::from(requests) - limit) / rate;
            let allowed = allowed.max(f64::from(requests) * 0.002);
            assert!(now <= allowed * 1.1, "{limit} {rate}: {now} of {allowed} s");
            assert_eq!(service.refused, 0, "{limit} {rate}");
        }
    }
}
