//! The encoded body of a request, and the paths that it omits.

use std::fmt::Write;

use bytes::Bytes;

use super::Json;
use super::encode::located;
use super::path::push_name;
use super::redact;

/// The body of a request as it is sent. Returned by
/// [`encode_request`](super::encode_request).
#[derive(Clone)]
pub struct RequestBody {
    pub(super) text: Bytes,
    pub(super) missing: Vec<(usize, &'static str)>,
    pub(super) left_out: Vec<(usize, String)>,
    pub(super) secrets: Vec<(usize, usize)>,
}

impl RequestBody {
    /// Creates a body from bytes in another format than JSON. All of it is redacted
    /// where it is shown, because any part may be a secret.
    pub(crate) fn bytes(text: Bytes) -> Self {
        let secrets = vec![(0, text.len())];
        Self { text, missing: Vec::new(), left_out: Vec::new(), secrets }
    }

    /// Returns the JSON text.
    pub fn text(&self) -> &Bytes {
        &self.text
    }

    /// Returns the JSON paths of required properties that are unset, for a POST or PUT,
    /// except read-only ones: `replicationSpecs[0].regionConfigs[1].regionName`.
    pub fn missing(&self) -> Vec<String> {
        self.paths(self.missing.clone())
    }

    /// Returns the JSON paths of received properties that the body omits: read-only, undeclared and
    /// masked ones.
    pub fn left_out(&self) -> Vec<String> {
        self.paths(self.left_out.clone())
    }

    /// Returns the text with secrets replaced by `"<redacted>"`, including those in URLs
    /// and in maps of headers.
    pub(crate) fn redacted(&self) -> String {
        let mut shown = String::with_capacity(self.text.len());
        let mut rest = 0;
        let mut secrets = self.secrets.clone();
        secrets.sort_unstable();
        for (begin, end) in secrets {
            // A secret inside another is replaced with it.
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

/// Prints only the size.
impl std::fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RequestBody({} bytes)", self.text.len())
    }
}
