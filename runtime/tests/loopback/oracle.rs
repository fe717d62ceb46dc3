//! The server's side of Digest, written from RFC 7616 and without the code that the client
//! uses.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::api::PRIVATE;
use super::server::{Reply, Seen};

/// The way in which the server challenges.
#[derive(Clone, Copy)]
pub(crate) struct Scheme {
    pub(crate) algorithm: &'static str,
    pub(crate) qop: &'static str,
    /// The number of times that a nonce may be used.
    pub(crate) uses: u32,
    pub(crate) realm: &'static str,
}

pub(crate) const ATLAS: Scheme =
    Scheme { algorithm: "MD5", qop: "auth", uses: u32::MAX, realm: "MMS Public API" };

/// Issued nonces, and their state.
pub(crate) struct Oracle {
    scheme: Scheme,
    nonces: Mutex<HashMap<String, Nonce>>,
    made: AtomicUsize,
}

#[derive(Default)]
struct Nonce {
    count: u32,
    cnonce: Option<String>,
}

/// The number of nonces that are valid at once: earlier ones are stale.
const KEPT: usize = 1024;

impl Oracle {
    pub(crate) fn new(scheme: Scheme) -> Self {
        Self { scheme, nonces: Mutex::default(), made: AtomicUsize::new(0) }
    }

    /// Returns the refusal of a request that is not authenticated; `None` if it is.
    pub(crate) fn refuse(&self, seen: &Seen) -> Option<Reply> {
        let Some(header) = seen.header("authorization") else {
            return Some(self.challenge(false));
        };
        let parameters = parse(header);
        let get =
            |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
        let mut nonces = self.nonces.lock().unwrap();
        let Some(nonce) = nonces.get_mut(get("nonce")) else {
            drop(nonces);
            return Some(self.challenge(true));
        };
        let count = u32::from_str_radix(get("nc"), 16).unwrap();
        let repeated = count != nonce.count + 1;
        nonce.count = count;
        let cnonce =
            nonce.cnonce.get_or_insert_with(|| get("cnonce").to_owned()).clone();
        let stale = count > self.scheme.uses;
        drop(nonces);
        // A session keeps its first client nonce.
        let wrong = self.response(seen, &parameters, &cnonce) != get("response")
            || get("uri") != seen.target
            || get("opaque") != "op\\aque";
        if repeated || wrong || stale {
            return Some(self.challenge(stale && !wrong));
        }
        None
    }

    /// Issues a nonce without a refusal.
    pub(crate) fn next(&self) -> String {
        let mut nonces = self.nonces.lock().unwrap();
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        let nonce = format!("nonce-{number}");
        nonces.insert(nonce.clone(), Nonce::default());
        if let Some(old) = number.checked_sub(KEPT) {
            nonces.remove(&format!("nonce-{old}"));
        }
        nonce
    }

    /// Forgets all nonces, like a server after a restart.
    pub(crate) fn forget(&self) {
        self.nonces.lock().unwrap().clear();
    }

    /// Refuses a request, whatever it carried.
    pub(crate) fn challenge(&self, stale: bool) -> Reply {
        let nonce = self.next();
        let Scheme { algorithm, qop, realm, .. } = self.scheme;
        let unknown = "Digest realm=\"MMS Public API\", nonce=\"x\", algorithm=SHA-3, qop=\"auth\"";
        let challenge = format!(
            "Basic realm=\"{realm}\", Digest realm=\"{realm}\", domain=\"\", nonce=\"{nonce}\", \
             algorithm={algorithm}, qop=\"{qop}\", opaque=\"op\\\\aque\", stale={stale}"
        );
        let headers = [("www-authenticate", unknown), ("www-authenticate", &*challenge)];
        Reply::new(401, &headers, r#"{"error":401,"reason":"Unauthorized"}"#)
    }

    fn response(
        &self,
        seen: &Seen,
        parameters: &HashMap<String, String>,
        cnonce: &str,
    ) -> String {
        let get =
            |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
        let realm = self.scheme.realm;
        let mut a1 = self.hash(&format!("{}:{realm}:{PRIVATE}", get("username")));
        if self.scheme.algorithm.to_ascii_lowercase().ends_with("-sess") {
            a1 = self.hash(&format!("{a1}:{}:{cnonce}", get("nonce")));
        }
        let a2 = self.hash(&format!("{}:{}", seen.method, seen.target));
        let (nonce, nc, cnonce, qop) =
            (get("nonce"), get("nc"), get("cnonce"), get("qop"));
        self.hash(&format!("{a1}:{nonce}:{nc}:{cnonce}:{qop}:{a2}"))
    }

    fn hash(&self, text: &str) -> String {
        let bytes: Vec<u8> =
            match self.scheme.algorithm.to_ascii_uppercase().starts_with("MD5") {
                true => Md5::digest(text).to_vec(),
                false => Sha256::digest(text).to_vec(),
            };
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Parses the parameters of an `Authorization` header.
pub(crate) fn parse(header: &str) -> HashMap<String, String> {
    let parameters = header.strip_prefix("Digest ").unwrap().split(", ");
    let pairs = parameters.map(|parameter| parameter.split_once('=').unwrap());
    pairs
        .map(|(name, value)| {
            (name.to_owned(), value.trim_matches('"').replace("\\\\", "\\"))
        })
        .collect()
}
