//! Numbers and dates in headers. Invalid ones count as absent.

use std::time::Duration;

use http::header::AsHeaderName;
use http::{HeaderMap, HeaderName};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;

/// Names that are looked up in every response, prepared once.
static LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
static REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");

/// The state of a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The number of requests that a window allows (`RateLimit-Limit`).
    pub limit: Option<u64>,
    /// The number of requests that the current window still allows (`RateLimit-Remaining`).
    pub remaining: Option<u64>,
}

impl RateLimit {
    /// Reads the rate limit of a response; `None` if the response states none.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let limit = number(headers, &LIMIT);
        let remaining = number(headers, &REMAINING);
        (limit.is_some() || remaining.is_some()).then_some(Self { limit, remaining })
    }
}

fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

pub(crate) fn number(headers: &HeaderMap, name: impl AsHeaderName) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

/// Reads the date of a header.
pub(crate) fn date(headers: &HeaderMap, name: &str) -> Option<Timestamp> {
    parse_date(text(headers, name)?)
}

/// Parses a date: `@` and seconds (RFC 9745), or an HTTP date in one of its three forms
/// (RFC 9110 section 5.6.7), also with the one-digit day that the service writes.
pub(crate) fn parse_date(text: &str) -> Option<Timestamp> {
    if let Some(seconds) = text.strip_prefix('@') {
        return Timestamp::from_second(seconds.parse().ok()?).ok();
    }
    // The parsers would check the name of the weekday, which is redundant.
    let date = match text.split_once([',', ' ']) {
        Some((weekday, date)) if weekday.starts_with(char::is_alphabetic) => date.trim(),
        _ => text,
    };
    if let Ok(date) = DateTimeParser::new().parse_timestamp(date) {
        return Some(date);
    }
    let obsolete = ["%d-%b-%y %H:%M:%S GMT", "%b %e %H:%M:%S %Y"];
    let parsed = |form: &&str| DateTime::strptime(form, date).ok();
    let date = obsolete.iter().find_map(parsed)?;
    TimeZone::UTC.to_timestamp(date).ok()
}

/// Reads `Retry-After`: seconds or an HTTP date (RFC 9110 section 10.2.3). If there are
/// several, returns the longest.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let values = headers.get_all("retry-after").iter();
    let values = values.filter_map(|value| value.to_str().ok());
    values.filter_map(|text| wait_until(text.trim(), now)).max()
}

fn wait_until(text: &str, now: Timestamp) -> Option<Duration> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_number && text.bytes().any(|byte| byte.is_ascii_digit()) {
        // Fractions are not in the standard, but servers send them.
        let seconds = text.parse().ok()?;
        return Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    let until = parse_date(text)?.duration_since(now);
    Some(Duration::try_from(until).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn reads_the_dates_that_are_sent() {
        for (text, expected) in [
            ("Thu, 1 Jul 2027 00:00:00 GMT", Some("2027-07-01T00:00:00Z")),
            ("Mon, 1 Jul 2027 00:00:00 GMT", Some("2027-07-01T00:00:00Z")),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some("1994-11-06T08:49:37Z")),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some("1994-11-06T08:49:37Z")),
            ("Sun Nov  6 08:49:37 1994", Some("1994-11-06T08:49:37Z")),
            ("1 Jul 2027 00:00:00 GMT", Some("2027-07-01T00:00:00Z")),
            ("@1688169599", Some("2023-06-30T23:59:59Z")),
            ("true", None),
            ("@", None),
            ("@99999999999999999999", None),
            ("", None),
        ] {
            let date = date(&headers("sunset", text), "sunset");
            assert_eq!(date.map(|date| date.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn reads_what_is_left() {
        assert_eq!(RateLimit::read(&HeaderMap::new()), None);
        assert_eq!(RateLimit::read(&headers("ratelimit-limit", "many")), None);
        assert_eq!(
            RateLimit::read(&headers("ratelimit-remaining", "0")),
            Some(RateLimit { limit: None, remaining: Some(0) })
        );
    }

    #[test]
    fn of_two_waits_the_longer_counts() {
        let mut headers = HeaderMap::new();
        for value in ["1", "7", "2"] {
            headers.append("retry-after", value.parse().unwrap());
        }
        let wait = retry_after(&headers, Timestamp::UNIX_EPOCH);
        assert_eq!(wait, Some(Duration::from_secs(7)));
    }
}
