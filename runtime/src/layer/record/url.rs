//! Pseudonyms of paths, queries and URLs.

use url::form_urlencoded;

use super::Types;
use super::json::untyped;
use super::pseudonym::Pseudonyms;
use crate::template::{Template, decode, encode};
use crate::transport::Url;

/// The prefix of the API's paths.
const ROOT: &str = "/api/atlas/";

/// The parts of URLs that are not personal data.
pub(super) struct Known<'a> {
    pub(super) types: &'a Types,
    /// The URL of the request.
    pub(super) request: &'a Url,
    /// The template of the request's path.
    pub(super) template: Option<&'static str>,
}

impl Pseudonyms {
    /// Returns a URL without personal data; `None` if the text is not a URL.
    pub(super) fn url(&self, text: &str, known: &Known<'_>) -> Option<String> {
        if !text.contains("://") {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let is_own = url.host_str() == known.request.host_str();
        let path = match is_own {
            true => self.path(url.path(), known),
            false => self.segments(url.path(), |_| false),
        };
        Some(self.absolute(&url, &path))
    }

    /// Returns the URL of the request without personal data.
    pub(super) fn requested(&self, known: &Known<'_>) -> String {
        self.absolute(known.request, &self.path(known.request.path(), known))
    }

    fn absolute(&self, url: &Url, path: &str) -> String {
        let host = url.host_str().map(|host| self.host(host)).unwrap_or_default();
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let query = self.query(url.query().unwrap_or_default());
        format!("{}://{host}{port}{path}{query}", url.scheme())
    }

    /// Returns a path of the service with pseudonyms for its parameters, and without a
    /// gateway's prefix.
    fn path(&self, path: &str, known: &Known<'_>) -> String {
        let declared = known.types.templates.iter().copied();
        let mut templates = known.template.into_iter().chain(declared).map(Template);
        let found =
            templates.find_map(|template| Some((template, captured(template, path)?)));
        if let Some((template, values)) = found {
            let values: Vec<_> =
                values.iter().map(|(_, value)| self.text(value)).collect();
            let values: Vec<_> = values.iter().map(String::as_str).collect();
            return template.fill(&values).0;
        }
        // By the convention of the API, collections and IDs alternate.
        match path.find(ROOT) {
            // The first four segments are the empty one, `api`, `atlas` and the version.
            Some(begin) => self.segments(&path[begin..], |at| at < 4 || at % 2 == 0),
            None => self.segments(path, |_| false),
        }
    }

    /// Returns a path with pseudonyms for the segments that are not kept.
    fn segments(&self, path: &str, keep: impl Fn(usize) -> bool) -> String {
        let is_word = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
        };
        let segments = path.split('/').enumerate().map(|(at, segment)| match segment {
            "" => String::new(),
            _ if keep(at) && is_word(segment) => segment.to_owned(),
            _ => encode(&self.text(&decode(segment))).to_string(),
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// Returns a query with its question mark, or an empty text if there is no query.
    fn query(&self, query: &str) -> String {
        let mut shown = String::new();
        for (name, value) in self.pairs(query) {
            shown.push(if shown.is_empty() { '?' } else { '&' });
            shown.extend(encode(&name));
            shown.push('=');
            shown.extend(encode(&value));
        }
        shown
    }

    /// Returns the parameters of a query.
    pub(super) fn pairs(&self, query: &str) -> Vec<(String, String)> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs
            .map(|(name, value)| {
                let value = untyped(self, &name, &value);
                (name.into_owned(), value)
            })
            .collect()
    }
}

/// Returns the parameters at the end of a path that matches a template; the part before
/// them is a gateway's.
fn captured<'t>(template: Template<'t>, path: &str) -> Option<Vec<(&'t str, String)>> {
    // The segment before the first slash is empty.
    let below = template.segments().count() - 1;
    let at = path.rmatch_indices('/').nth(below.checked_sub(1)?)?.0;
    template.capture(&path[at..])
}
