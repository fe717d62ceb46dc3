//! The arithmetic of Digest: the `Authorization` header for a challenge (RFC 7616
//! section 3.4; RFC 2069 section 2.1.2 where the server doesn't know `qop`).

#[cfg(feature = "api-keys")]
use md5::Md5;
#[cfg(feature = "api-keys")]
use md5::digest::Digest;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use secrecy::{ExposeSecret, SecretString};
#[cfg(feature = "api-keys")]
use sha2::{Sha256, Sha512_256};

use super::challenge::Challenge;

/// An algorithm of Digest: a hash function, with or without `-sess`.
#[derive(Clone, Default)]
pub(super) struct Algorithm {
    hash: Hash,
    /// Whether the nonces are part of the key (`-sess`).
    is_session: bool,
    /// The name as the server spells it, if it gives one.
    name: Option<String>,
}

#[derive(Clone, Copy, Default)]
enum Hash {
    #[default]
    Md5,
    Sha256,
    Sha512Half,
}

impl Algorithm {
    /// Returns the algorithm with a name, in any case: some servers write `md5`.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        let name = String::from_utf8(name.to_vec()).ok()?;
        let lower = name.to_ascii_lowercase();
        let (base, is_session) = match lower.strip_suffix("-sess") {
            Some(base) => (base, true),
            None => (lower.as_str(), false),
        };
        let hash = match base {
            "md5" => Hash::Md5,
            "sha-256" => Hash::Sha256,
            "sha-512-256" => Hash::Sha512Half,
            _ => return None,
        };
        Some(Self { hash, is_session, name: Some(name) })
    }

    /// Hashes texts joined by colons, to hexadecimal digits.
    #[cfg(feature = "api-keys")]
    fn hash(&self, texts: &[&[u8]]) -> String {
        match self.hash {
            Hash::Md5 => hash::<Md5>(texts),
            Hash::Sha256 => hash::<Sha256>(texts),
            Hash::Sha512Half => hash::<Sha512_256>(texts),
        }
    }

    /// Returns an empty text. No client with an API key is built without the feature.
    #[cfg(not(feature = "api-keys"))]
    fn hash(&self, _: &[&[u8]]) -> String {
        _ = self.hash;
        String::new()
    }
}

#[cfg(feature = "api-keys")]
fn hash<D: Digest>(texts: &[&[u8]]) -> String {
    let mut hash = D::new();
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            hash.update(b":");
        }
        hash.update(text);
    }
    let digits = b"0123456789abcdef";
    let digest = hash.finalize();
    let halves = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.map(|half| char::from(digits[usize::from(half)])).collect()
}

/// The key of a session: it responds to the first challenge, and to the `nextnonce`
/// values that follow.
#[derive(Clone)]
pub(super) struct Session {
    /// The hash of A1. With it anyone can authenticate as the API key in this realm.
    key: SecretString,
    /// The client's nonce. It stays the same, because it is part of a session's key.
    cnonce: String,
}

impl Session {
    pub(super) fn new(
        challenge: &Challenge,
        user: &str,
        password: &SecretString,
        cnonce: String,
    ) -> Self {
        let Challenge { algorithm, realm, nonce, .. } = challenge;
        let password = password.expose_secret().as_bytes();
        let mut key = algorithm.hash(&[user.as_bytes(), realm, password]);
        if algorithm.is_session {
            key = algorithm.hash(&[key.as_bytes(), nonce, cnonce.as_bytes()]);
        }
        Self { key: key.into(), cnonce }
    }

    /// Returns the header for a challenge; this is the request number `count` with its
    /// nonce.
    pub(super) fn authorization(
        &self,
        challenge: &Challenge,
        user: &str,
        method: &str,
        target: &str,
        count: u32,
    ) -> Vec<u8> {
        let Challenge { algorithm, realm, nonce, opaque, has_qop, .. } = challenge;
        let (key, cnonce) = (self.key.expose_secret().as_bytes(), &self.cnonce);
        let count = format!("{count:08x}");
        let request = algorithm.hash(&[method.as_bytes(), target.as_bytes()]);
        let request = request.as_bytes();
        let response = if *has_qop {
            let (count, cnonce) = (count.as_bytes(), cnonce.as_bytes());
            algorithm.hash(&[key, nonce, count, cnonce, b"auth", request])
        } else {
            algorithm.hash(&[key, nonce, request])
        };

        let mut header = Header(b"Digest ".to_vec());
        header.user(user, challenge.is_utf8);
        header.quoted("realm", realm);
        header.quoted("nonce", nonce);
        header.quoted("uri", target.as_bytes());
        if let Some(name) = &algorithm.name {
            header.plain("algorithm", name);
        }
        if *has_qop {
            header.plain("qop", "auth");
            header.plain("nc", &count);
        }
        if *has_qop || algorithm.is_session {
            header.quoted("cnonce", cnonce.as_bytes());
        }
        if let Some(opaque) = opaque {
            header.quoted("opaque", opaque);
        }
        header.quoted("response", response.as_bytes());
        header.0
    }
}

/// A header under construction.
struct Header(Vec<u8>);

impl Header {
    /// Writes the user name: as it is, or percent-encoded (RFC 8187) if it isn't ASCII
    /// and the server knows that syntax.
    fn user(&mut self, user: &str, is_utf8: bool) {
        if user.is_ascii() || !is_utf8 {
            return self.quoted("username", user.as_bytes());
        }
        let encoded = percent_encode(user.as_bytes(), NON_ALPHANUMERIC);
        self.plain("username*", &format!("UTF-8''{encoded}"));
    }

    fn quoted(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        self.0.push(b'"');
        for byte in value {
            if matches!(byte, b'"' | b'\\') {
                self.0.push(b'\\');
            }
            self.0.push(*byte);
        }
        self.0.push(b'"');
    }

    fn plain(&mut self, name: &str, value: &str) {
        self.name(name);
        self.0.extend_from_slice(value.as_bytes());
    }

    fn name(&mut self, name: &str) {
        if !self.0.ends_with(b" ") {
            self.0.extend_from_slice(b", ");
        }
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'=');
    }
}
