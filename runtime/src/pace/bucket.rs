//! A token bucket as the service keeps it, followed by what its responses tell.

use std::time::Duration;

/// The time in which a bucket is refilled, until it was measured: the service's limits are per
/// minute.
const REFILL: f64 = 60.0;

/// The time of a measurement of the refill for a first figure, and for the next ones, in seconds.
const FIRST_MEASURE: f64 = 1.0;
const MEASURE: f64 = 3.0;

/// The longest wait for a refill, and the longest pause before a look at what is left, in
/// seconds.
const LONGEST_WAIT: f64 = 15.0;
const LONGEST_LOOK: f64 = 1.0;

/// The pause after which a request looks again whether the response came that it waits for.
const CONFIRMATION: Duration = Duration::from_millis(2);

/// The limit of the wait for that response: nobody may be polling its request.
const ANSWERED: Duration = Duration::from_secs(1);

/// The shortest time that tells something of the refill, in seconds: responses overtake one
/// another.
const SHORTEST_MEASURE: f64 = 0.5;

/// The most clients that a bucket is taken to be shared by.
const MOST_SHARERS: u32 = 8;

/// The time after the last refusal from which a client less is taken to share the bucket.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// A bucket of the service, which holds so many requests and is refilled at a rate.
#[derive(Debug)]
pub(super) struct Bucket {
    limit: f64,
    /// The number of requests that may still be sent, at a time.
    level: f64,
    at: Option<Duration>,
    /// The refill, in requests a second.
    rate: f64,
    in_flight: u32,
    /// The last time that a request went.
    taken_at: Duration,
    /// The figure of the last response, and the time at which it came.
    remaining: f64,
    observed_at: Duration,
    /// The number of responses in a row that saw no refill of a bucket that is nearly empty.
    stalled: u32,
    /// The requests of others for each request of this client, less the refill.
    taken_by_others: f64,
    /// The number of clients that seem to share the bucket, and the last refusal that spoke for it.
    sharers: u32,
    refused_at: Duration,
    closed_until: Duration,
    measure: Option<Measure>,
    is_measured: bool,
    responses: u64,
}

/// The figures of a response about a bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) remaining: f64,
    /// The number of requests in flight that the bucket does not count.
    pub(super) others: u32,
    /// The time at which its request went.
    pub(super) sent_at: Duration,
}

/// The begin of a measurement of the refill.
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

    /// Returns how long a request has to wait, `None` where it may go.
    pub(super) fn wait(&mut self, now: Duration) -> Option<Duration> {
        if now < self.closed_until {
            return Some(self.closed_until - now);
        }
        self.refill(now);
        let is_asked =
            self.in_flight > 0 && now < self.taken_at.saturating_add(ANSWERED);
        if self.responses > 0 && is_asked && self.is_low(self.remaining) {
            // What was refilled meanwhile is a guess until the response confirms it.
            return Some(CONFIRMATION);
        }
        let lacks = 1.0 + self.reserve() - self.level;
        if lacks <= 0.0 {
            return None;
        }
        let seconds = lacks / self.rate * self.patience();
        let wait = Duration::from_secs_f64(seconds.clamp(0.001, LONGEST_WAIT));
        let look = self.next_look().map_or(wait, |at| at.saturating_sub(now));
        (!look.is_zero()).then(|| wait.min(look))
    }

    /// Returns when a request may go that looks what is left, for the refill may be faster than
    /// it seems: it was not measured yet, or others took all of it, who leave a reserve too.
    fn next_look(&self) -> Option<Duration> {
        let is_left = self.remaining - f64::from(self.in_flight) >= 2.0;
        let pause = REFILL / self.limit.max(1.0) * self.patience();
        let pause = Duration::from_secs_f64(pause.min(LONGEST_LOOK));
        let last = self.taken_at.max(self.observed_at);
        (is_left || !self.is_measured).then(|| last.saturating_add(pause))
    }

    /// Returns what is left for requests that others who share the bucket have in flight, and
    /// to look when it is refilled.
    fn reserve(&self) -> f64 {
        (self.limit / 20.0).floor().min(10.0)
    }

    fn is_low(&self, remaining: f64) -> bool {
        remaining < 1.0 + self.reserve()
    }

    /// Returns the factor of waits: a bucket that is refilled all at once seems not to be
    /// refilled at all for a while.
    fn patience(&self) -> f64 {
        f64::from(1_u32 << self.stalled.min(12))
    }

    /// Takes what one request takes.
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

    /// Returns what the next response is expected to say is left.
    pub(super) fn expected(&mut self, now: Duration) -> f64 {
        self.refill(now);
        self.level + f64::from(self.in_flight)
    }

    /// Learns what the response to a request that went at a time says is left.
    ///
    /// Of the requests in flight, some are counted in that already; that is made up for by their
    /// own responses. Those overtake one another: what says that more is left counts only if its
    /// request went after it was known that less is.
    pub(super) fn observe(&mut self, said: Said, now: Duration) {
        self.responses += 1;
        if self.sharers > 1 && now.saturating_sub(self.refused_at) > FORGOTTEN {
            self.sharers -= 1;
            self.refused_at = now;
        }
        if said.sent_at >= self.observed_at || said.remaining < self.remaining {
            self.follow(said.remaining, now);
        }
        // Those who share the bucket have as many more in flight as they take of it.
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

    /// Learns from a refusal: others share the bucket, and spend what this client counted on. From
    /// then on it counts on a part of what is left.
    pub(super) fn refuse(&mut self, now: Duration) {
        self.sharers = (self.sharers + 1).min(MOST_SHARERS);
        self.refused_at = now;
    }

    fn refill(&mut self, now: Duration) {
        let since = self.at.map_or(0.0, |at| now.saturating_sub(at).as_secs_f64());
        self.level = (self.level + since * self.rate).min(self.limit);
        self.at = Some(now);
    }

    /// Measures the refill between two responses, by what was sent and what is left.
    fn measure(&mut self, remaining: f64, now: Duration) {
        let begin = Measure { at: now, remaining, responses: self.responses };
        let Some(last) = &self.measure else {
            self.measure = Some(begin);
            return;
        };
        let seconds = now.saturating_sub(last.at).as_secs_f64();
        let sent = (self.responses - last.responses) as f64;
        let refilled = remaining - last.remaining + sent;
        // A full bucket may have been full for a while: it was refilled at least as fast.
        let is_full = remaining + 1.0 >= self.limit;
        let enough = if self.is_measured { MEASURE } else { FIRST_MEASURE };
        if is_full && seconds >= SHORTEST_MEASURE {
            self.rate = self.rate.max(refilled / seconds);
        } else if !is_full && seconds >= enough {
            let rate = refilled / seconds;
            let rate = if self.is_measured { (self.rate + rate) / 2.0 } else { rate };
            // Others may take all of it for a while.
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

    /// The bucket of a service.
    struct Service {
        limit: f64,
        rate: f64,
        level: f64,
        at: f64,
        refused: u32,
    }

    impl Service {
        fn answer(&mut self, now: f64) -> f64 {
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
                let left = service.answer(now);
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
