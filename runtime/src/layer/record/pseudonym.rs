//! Pseudonyms: of the same kind as the original text, and the same for the same text.
//!
//! The rules are general patterns, and know neither operations nor their properties.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use jiff::civil::Date;
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use crate::auth::scrub;
use crate::clock::random;

/// The text that replaces a secret.
pub(super) const REDACTED: &str = "<redacted>";

/// The number of secrets that are remembered: the most recently sent ones.
const SECRETS: usize = 16;

/// The domains of the service, which identify nobody. Clusters have other domains.
const PUBLIC: &[&str] = &["mongodb.com", "mongodbgov.com", "localhost"];

/// The pseudonyms of one recording.
pub(super) struct Pseudonyms {
    /// The key of the hash. Without a key, anyone could check a guess of the original
    /// text.
    key: [u8; 32],
    /// The secrets of the requests, the latest last.
    secrets: Mutex<Vec<String>>,
}

impl Pseudonyms {
    pub(super) fn new() -> Self {
        // The keys of the standard library's hash maps come from the operating system.
        // Hashing several of them together reveals none.
        let mut hash = Sha256::new();
        for _ in 0..8 {
            hash.update(random().to_le_bytes());
        }
        Self { key: hash.finalize().into(), secrets: Mutex::default() }
    }

    /// Remembers the secrets of a request.
    pub(super) fn learn(&self, headers: &HeaderMap) {
        let Some(value) = headers.get(AUTHORIZATION) else { return };
        let Ok(value) = value.to_str() else { return };
        let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
        match scheme.to_ascii_lowercase().as_str() {
            "digest" => {}
            "basic" => {
                self.add(rest);
                let pair = BASE64_STANDARD.decode(rest).unwrap_or_default();
                let pair = String::from_utf8_lossy(&pair).into_owned();
                let (_, secret) = pair.split_once(':').unwrap_or_default();
                self.add(&percent_decode_str(secret).decode_utf8_lossy());
            }
            _ => self.add(rest),
        }
    }

    fn add(&self, secret: &str) {
        let mut secrets = self.secrets();
        match secrets.iter().position(|known| known == secret) {
            // A secret that is sent again is kept, however many were sent after its
            // first use.
            Some(at) => secrets[at..].rotate_left(1),
            None => {
                if secrets.len() == SECRETS {
                    secrets.remove(0);
                }
                secrets.push(secret.to_owned());
            }
        }
    }

    fn secrets(&self) -> MutexGuard<'_, Vec<String>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the remembered secrets from a text, wherever they occur.
    pub(super) fn scrub(&self, text: String) -> String {
        // Cloned, so that the lock is released: requests that are sent meanwhile need
        // it.
        let secrets = self.secrets().clone();
        let text = Bytes::from(text);
        let scrubbed = secrets.iter().fold(text, |text, secret| scrub(text, secret));
        String::from_utf8_lossy(&scrubbed).into_owned()
    }

    /// Returns the pseudonym of a text. A text that identifies nobody (a date, a
    /// version, a small number) stays unchanged.
    pub(super) fn text(&self, text: &str) -> String {
        if is_harmless(text) {
            return text.to_owned();
        }
        if let Some(address) = self.address(text) {
            return address;
        }
        if text.len() == 24 && is_hex(text) {
            return self.hex(text, 24);
        }
        if is_uuid(text) {
            let hex = self.hex(text, 32);
            let (a, b, c, d, e) =
                (&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
            return format!("{a}-{b}-{c}-{d}-{e}");
        }
        if matches!(text.len(), 32 | 40 | 64) && is_hex(text) {
            return self.hex(text, text.len());
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.digits(text);
        }
        let short = self.hex(text, 12);
        match text.split_once('@') {
            Some((user, host))
                if !user.is_empty()
                    && host.contains('.')
                    && !text.contains(char::is_whitespace) =>
            {
                format!("user-{short}@example.com")
            }
            _ => format!("text-{short}"),
        }
    }

    /// Returns the pseudonym of a host. A public host of the service stays unchanged.
    pub(super) fn host(&self, host: &str) -> String {
        let is_public = |domain: &str| {
            let rest = host.strip_suffix(domain);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if PUBLIC.iter().any(|domain| is_public(domain)) {
            return host.to_owned();
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match self.address(bare) {
            Some(address) if address.contains(':') => format!("[{address}]"),
            Some(address) => address,
            None => format!("host-{}.example.com", self.hex(host, 12)),
        }
    }

    /// Returns the pseudonym of an IP address or a block of them, from a range for
    /// documentation and tests (RFC 2544, RFC 3849).
    fn address(&self, text: &str) -> Option<String> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let parsed: IpAddr = address.parse().ok()?;
        let hash = self.hash(address);
        let shown = match parsed {
            _ if parsed.is_unspecified() || parsed.is_loopback() => address.to_owned(),
            IpAddr::V4(_) => {
                format!("198.{}.{}.{}", 18 + hash[0] % 2, hash[1], hash[2])
            }
            IpAddr::V6(_) => {
                let part = |at: usize| u16::from_le_bytes([hash[at], hash[at + 1]]);
                format!("2001:db8::{:x}:{:x}:{:x}", part(0), part(2), part(4))
            }
        };
        Some(match length {
            Some(length) => format!("{shown}/{length}"),
            None => shown,
        })
    }

    /// Returns `length` hexadecimal digits, at most 64.
    fn hex(&self, text: &str, length: usize) -> String {
        let digits = self.hash(text).map(|byte| format!("{byte:02x}")).concat();
        digits.get(..length).unwrap_or(&digits).to_owned()
    }

    /// Returns decimal digits of the same length.
    fn digits(&self, text: &str) -> String {
        let hash = self.hash(text);
        let digit = |at: usize| match (at, hash[at % hash.len()] % 9) {
            (0, digit) => char::from(b'1' + digit),
            (_, digit) => char::from(b'0' + digit),
        };
        (0..text.len()).map(digit).collect()
    }

    fn hash(&self, text: &str) -> [u8; 32] {
        Sha256::new().chain_update(self.key).chain_update(text).finalize().into()
    }
}

/// Returns true if a text is a date, a version, a small number or a boolean.
fn is_harmless(text: &str) -> bool {
    let is_number = |part: &str| {
        (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts = text.split('.').count();
    let is_version = (2..=3).contains(&parts) && text.split('.').all(is_number);
    let is_small = text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = || {
        let is_plain = text.bytes().all(|byte| {
            byte.is_ascii_digit()
                || matches!(byte, b'-' | b':' | b'.' | b'+' | b'T' | b'Z')
        });
        is_plain && (text.parse::<Timestamp>().is_ok() || text.parse::<Date>().is_ok())
    };
    is_version || is_small || matches!(text, "true" | "false") || is_date()
}

/// Returns true if a text looks like the value of an enum: capitals, digits and
/// underscores.
pub(super) fn is_enum_like(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
        })
        // Some IDs and keys consist of capitals as well, but no word is that long.
        && !is_hex(text.trim_matches('_'))
        && text.split('_').all(|word| word.len() <= 18)
        && text.bytes().filter(u8::is_ascii_digit).count() <= text.len() / 2 + 1
}

fn is_hex(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_that_are_still_sent_stay_known() {
        let pseudonyms = Pseudonyms::new();
        let learn = |token: String| {
            let value = format!("Bearer {token}").parse().unwrap();
            pseudonyms.learn(&HeaderMap::from_iter([(AUTHORIZATION, value)]));
        };
        for number in 0..2 * SECRETS {
            learn("hunter2-lasting".to_owned());
            learn(format!("hunter2-{number}"));
        }
        let latest = format!("hunter2-{}", 2 * SECRETS - 1);
        let scrubbed = pseudonyms.scrub(format!("hunter2-lasting, {latest}"));
        assert_eq!(scrubbed, "<redacted>, <redacted>");
        assert_eq!(pseudonyms.secrets().len(), SECRETS);
    }
}
