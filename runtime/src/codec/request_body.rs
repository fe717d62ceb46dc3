//! The encoded body of a request, and the paths that it omits.

use std::fmt::Write;

use bytes::Bytes;

use super::Json;
use super::encode::located;
use super::path::push_name;
use super::redact;

/// The body of a request as it is sent. Made by [`encode_request`](super::encode_request).
#[derive(Clone)]
pub struct RequestBody {
    pub(super) text: Bytes,
    pub(super) missing: Vec<(usize, &'static str)>,
    pub(super) left_out: Vec<(usize, String)>,
    pub(super) secrets: Vec<(usize, usize)>,
}

impl RequestBody {
    /// Makes a body of bytes in another format than JSON. Nobody knows what in it is a secret, so
    /// all of it is shown as one.
    pub(crate) fn bytes(text: Bytes) -> Self {
        let secrets = vec![(0, text.len())];
        Self { text, missing: Vec::new(), left_out: Vec::new(), secrets }
    }

    /// Returns the JSON text.
    pub fn text(&self) -> &Bytes {
        &self.text
    }

    /// Returns the JSON paths of the properties that the document requires of a POST or PUT and
    /// that are unset, read-only ones excepted: `replicationSpecs[0].regionConfigs[1].regionName`.
    pub fn missing(&self) -> Vec<String> {
        self.paths(self.missing.clone())
    }

    /// Returns the JSON paths of received properties that the body omits: read-only, undeclared and
    /// masked ones.
    pub fn left_out(&self) -> Vec<String> {
        self.paths(self.left_out.clone())
    }

    /// Returns the text with `"<redacted>"` in the place of secrets, and without those that URLs
    /// and headers in maps hold.
    pub(crate) fn redacted(&self) -> String {
        let mut shown = String::with_capacity(self.text.len());
        let mut rest = 0;
        let mut secrets = self.secrets.clone();
        secrets.sort_unstable();
        for (begin, end) in secrets {
            // A secret within another is gone with it.
            if begin >= rest {
                shown.push_str(&String::from_utf8_lossy(&self.text[rest..begin]));
                _ = write!(shown, "\"{}\"", redact::PLACEHOLDER);
                rest = end;
            }
        }
        shown.push_str(&String::from_utf8_lossy(&self.text[rest..]));
        let json = Json::from_slice(shown.as_bytes());
        match json.ok().and_then(|json| redact::json(&json)) {
            Some(json) => json.to_string(),
            None => shown,
        }
    }

    fn paths(&self, found: Vec<(usize, impl AsRef<str>)>) -> Vec<String> {
        let with_name = |(mut path, name): (String, _)| {
            push_name(&mut path, AsRef::<str>::as_ref(&name));
            path
        };
        located(&self.text, 0, found).into_iter().map(with_name).collect()
    }
}

/// Prints neither the text nor a part of it.
impl std::fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RequestBody({} bytes)", self.text.len())
    }
}
