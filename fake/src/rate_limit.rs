//! Rate limits like the service's: a token bucket for each endpoint set and caller.

use std::collections::BTreeMap;
use std::time::Duration;

use atlas_admin_runtime::Operation;
use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::http::header::RETRY_AFTER;
use atlas_admin_runtime::http::{HeaderMap, HeaderValue, Response};
use atlas_admin_runtime::testing::for_fake::error;
use tokio::time::Instant;

const LIMIT: &str = "ratelimit-limit";
const REMAINING: &str = "ratelimit-remaining";

/// A limit on requests: each bucket holds up to `capacity` tokens, a request takes one, and
/// `refill` tokens are added every `per`.
///
/// ```
/// use std::time::Duration;
/// use atlas_admin_fake::{EndpointSets, RateLimit, Scope};
///
/// let limit = RateLimit::new(1200, 1200, Duration::from_secs(60))
///     .endpoint_sets(EndpointSets::ByGroup)
///     .scope(Scope::Credentials)
///     .retry_after(false);
/// assert_eq!(limit.capacity, 1200);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RateLimit {
    /// The maximum number of tokens in a bucket, and the number at the start.
    pub capacity: u64,
    /// The number of tokens that are added at each refill.
    pub refill: u64,
    /// The time between two refills.
    pub per: Duration,
    sets: EndpointSets,
    scope: Scope,
    retry_after: bool,
}

/// The endpoints that share a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EndpointSets {
    /// The endpoints of one operation group (`Clusters`): the default.
    #[default]
    ByGroup,
    /// The endpoints of one operation.
    ByOperation,
    /// All endpoints.
    One,
}

/// The callers whose requests share a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Callers with the same credentials: the default.
    #[default]
    Credentials,
    /// Requests for the same project; all other requests share one bucket.
    Project,
    /// Requests for the same organization; all other requests share one bucket.
    Organization,
    /// All callers.
    Everyone,
}

/// The counts of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bucket {
    /// The name of the endpoint set.
    pub endpoint_set: String,
    /// The caller, project or organization that the bucket is for.
    pub owner: String,
    /// The number of requests that took a token.
    pub admitted: u64,
    /// The number of requests that got 429.
    pub refused: u64,
}

impl RateLimit {
    /// Returns a limit. If `refill` is 0 or `per` is zero, buckets are never refilled.
    pub fn new(capacity: u64, refill: u64, per: Duration) -> Self {
        Self {
            capacity,
            refill,
            per,
            sets: EndpointSets::default(),
            scope: Scope::default(),
            retry_after: true,
        }
    }

    /// Sets the endpoints that share a bucket: by default those of an operation group.
    #[must_use]
    pub fn endpoint_sets(mut self, sets: EndpointSets) -> Self {
        self.sets = sets;
        self
    }

    /// Sets the callers that share a bucket: by default those with the same credentials.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets whether a 429 has a `Retry-After` header: true by default.
    #[must_use]
    pub fn retry_after(mut self, sends: bool) -> Self {
        self.retry_after = sends;
        self
    }

    /// Returns the name of an operation's endpoint set.
    pub(crate) fn set_of(&self, operation: &Operation) -> &'static str {
        match self.sets {
            EndpointSets::ByGroup => operation.tag,
            EndpointSets::ByOperation => operation.id,
            EndpointSets::One => "All",
        }
    }

    /// Returns the scope by the API's name.
    pub(crate) fn scope_name(&self) -> &'static str {
        match self.scope {
            Scope::Credentials => "USER",
            Scope::Project => "GROUP",
            Scope::Organization => "ORGANIZATION",
            Scope::Everyone => "IP",
        }
    }
}

/// All buckets of a fake.
#[derive(Default)]
pub(crate) struct Limiter {
    limit: Option<RateLimit>,
    buckets: BTreeMap<(&'static str, String), State>,
}

struct State {
    tokens: u64,
    filled: Instant,
    admitted: u64,
    refused: u64,
}

impl Limiter {
    /// Sets the limit, with full buckets.
    pub(crate) fn set(&mut self, limit: Option<RateLimit>) {
        *self = Self { limit, buckets: BTreeMap::new() };
    }

    /// Takes a token for a request, and returns the headers for its response; refuses the request
    /// where the bucket is empty.
    pub(crate) fn admit(
        &mut self,
        operation: &'static Operation,
        caller: &str,
        parameters: &[(String, String)],
    ) -> Result<HeaderMap, Box<Response<Bytes>>> {
        let mut headers = HeaderMap::new();
        let Some(limit) = &self.limit else { return Ok(headers) };
        let parameter = |name: &str| {
            let found = parameters.iter().find(|(other, _)| other == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let owner = match limit.scope {
            Scope::Credentials => caller.to_owned(),
            Scope::Project => parameter("groupId"),
            Scope::Organization => parameter("orgId"),
            Scope::Everyone => String::new(),
        };
        let now = Instant::now();
        let state =
            self.buckets.entry((limit.set_of(operation), owner)).or_insert(State {
                tokens: limit.capacity,
                filled: now,
                admitted: 0,
                refused: 0,
            });
        state.refill(limit, now);
        headers.insert(LIMIT, limit.capacity.into());
        if state.tokens == 0 {
            state.refused += 1;
            headers.insert(REMAINING, 0.into());
            let detail =
                "Too many requests: the rate limit of this endpoint set is used up.";
            let mut refusal = error(429, "RATE_LIMITED", detail);
            refusal.headers_mut().extend(headers);
            if limit.retry_after {
                refusal.headers_mut().insert(RETRY_AFTER, state.wait(limit, now));
            }
            return Err(Box::new(refusal));
        }
        state.tokens -= 1;
        state.admitted += 1;
        headers.insert(REMAINING, state.tokens.into());
        Ok(headers)
    }

    /// Returns the counts of all buckets.
    pub(crate) fn counts(&self) -> Vec<Bucket> {
        let counts = self.buckets.iter().map(|((set, owner), state)| Bucket {
            endpoint_set: (*set).to_owned(),
            owner: owner.clone(),
            admitted: state.admitted,
            refused: state.refused,
        });
        counts.collect()
    }
}

impl State {
    /// Adds the tokens of the refills that have become due.
    fn refill(&mut self, limit: &RateLimit, now: Instant) {
        let per = limit.per.as_nanos();
        let Some(times) = (now - self.filled).as_nanos().checked_div(per) else {
            return;
        };
        let times = u64::try_from(times).unwrap_or(u64::MAX);
        let added = times.saturating_mul(limit.refill);
        self.tokens = self.tokens.saturating_add(added).min(limit.capacity);
        let passed = u32::try_from(times).ok().and_then(|it| limit.per.checked_mul(it));
        self.filled = passed.map_or(now, |passed| self.filled + passed);
    }

    /// Returns the whole seconds until the next refill, at least one.
    fn wait(&self, limit: &RateLimit, now: Instant) -> HeaderValue {
        let left = limit.per.saturating_sub(now - self.filled);
        let seconds = left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0));
        seconds.max(1).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atlas_admin_runtime::Version;
    use atlas_admin_runtime::operation::Method;

    static LIST: Operation = Operation {
        id: "listThings",
        name: "listThings",
        tag: "Things",
        method: Method::Get,
        path: "/things",
        version: Version::Preview,
        accept: "application/json",
        content_type: None,
        parameters: &[],
        success: &[200],
        roles: &[],
        deprecated: false,
        sunset: None,
        docs: "",
        wait: None,
    };

    #[tokio::test(flavor = "current_thread")]
    async fn a_bucket_gives_what_it_holds_and_what_is_added() {
        tokio::time::pause();
        let mut limiter = Limiter::default();
        assert!(limiter.admit(&LIST, "a", &[]).unwrap().is_empty());
        limiter.set(Some(RateLimit::new(3, 2, Duration::from_secs(10))));
        for left in ["2", "1", "0"] {
            let headers = limiter.admit(&LIST, "a", &[]).unwrap();
            assert_eq!(
                (&headers[LIMIT], &headers[REMAINING]),
                (&"3".parse().unwrap(), &left.parse().unwrap())
            );
        }
        limiter.admit(&LIST, "b", &[]).expect("another caller has another bucket");
        tokio::time::advance(Duration::from_millis(2500)).await;
        let refusal = limiter.admit(&LIST, "a", &[]).unwrap_err();
        assert_eq!(refusal.status(), 429);
        assert_eq!(refusal.headers()[RETRY_AFTER], "8");
        tokio::time::advance(Duration::from_millis(7500)).await;
        limiter.admit(&LIST, "a", &[]).unwrap();
        limiter.admit(&LIST, "a", &[]).unwrap();
        limiter.admit(&LIST, "a", &[]).unwrap_err();
        tokio::time::advance(Duration::from_secs(3600)).await;
        let headers = limiter.admit(&LIST, "a", &[]).unwrap();
        assert_eq!(headers[REMAINING], "2", "no more than the capacity");
        let counts = limiter.counts();
        assert_eq!((counts[0].admitted, counts[0].refused), (6, 2));
    }

    #[test]
    fn extreme_limits_end() {
        for (capacity, refill, per) in [
            (0, 0, Duration::ZERO),
            (u64::MAX, u64::MAX, Duration::from_nanos(1)),
            (1, 1, Duration::MAX),
        ] {
            let mut limiter = Limiter::default();
            limiter.set(Some(RateLimit::new(capacity, refill, per).retry_after(true)));
            for _ in 0..3 {
                _ = limiter.admit(&LIST, "a", &[]);
            }
        }
    }
}
