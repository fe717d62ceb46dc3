//! The base URL: the only origin to which credentials are sent.

use std::net::IpAddr;

use url::Url;

use crate::error::{Error, Kind};

/// The URL of the commercial service. The government cloud has another URL
/// (`https://cloud.mongodbgov.com`).
pub(crate) const DEFAULT: &str = "https://cloud.mongodb.com";

/// The first segments of the API's paths. The official documentation's base URL includes
/// them.
const API: [&str; 2] = ["api", "atlas"];

/// The URL below which requests are sent.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    /// The base URL without a trailing slash.
    text: String,
    url: Url,
}

impl Base {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_from("", text)
    }

    /// Parses the URL of a setting. An error begins with the setting's name.
    pub(crate) fn parse_from(setting: &str, text: &str) -> Result<Self, Error> {
        let separator = if setting.is_empty() { "" } else { ": " };
        // Messages omit the text, which may hold a password.
        let fail = |what: &str| {
            let message = format!("{setting}{separator}the base URL {what}");
            Err(Error::new(Kind::Configuration, message))
        };
        let Ok(url) = Url::parse(text.trim()) else {
            return fail(
                "is not a valid URL: it must look like https://cloud.mongodb.com",
            );
        };
        if !url.username().is_empty() || url.password().is_some() {
            return fail("must not hold credentials");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return fail("must not hold a query or a fragment");
        }
        let segments: Vec<&str> = url.path().split('/').collect();
        if segments.windows(API.len()).any(|segments| segments == API) {
            return fail("must end before /api/atlas, which each request adds");
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return fail("must be https, except for a loopback address"),
            _ => return fail("must be https"),
        }
        Ok(Self { text: url.as_str().trim_end_matches('/').to_owned(), url })
    }

    /// Returns the absolute URL of an encoded path, with or without a query string.
    pub(crate) fn join(&self, path_and_query: &str) -> Url {
        // Doesn't parse the whole URL, because parsing the host once is most of the
        // work.
        let mut url = self.url.clone();
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        match self.url.path() {
            "/" => url.set_path(path),
            prefix => url.set_path(&format!("{}{path}", prefix.trim_end_matches('/'))),
        }
        url.set_query(query);
        url
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the base URL without a trailing slash.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns true if requests are sent without TLS, which is allowed for loopback
    /// only.
    pub(crate) fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// Resolves the target of a redirect. `None` if the target is not below the base
    /// URL, or is invalid: another origin (RFC 6454), or another path of a gateway, gets
    /// no credentials.
    pub(crate) fn redirect(&self, from: &Url, location: &str) -> Option<Url> {
        let target = from.join(location).ok()?;
        self.covers(&target).then_some(target)
    }

    /// Returns true if a URL is below the base URL, and so may get credentials.
    pub(crate) fn covers(&self, url: &Url) -> bool {
        let is_below = |path: &str| path.is_empty() || path.starts_with('/');
        url.origin() == self.url.origin()
            && self.below(url).is_some_and(is_below)
            && url.username().is_empty()
            && url.password().is_none()
    }

    /// Resolves a reference relative to a path below the base URL, with the rules of
    /// [`Base::redirect`].
    pub(crate) fn resolve(&self, from: &str, reference: &str) -> Option<String> {
        let target = self.redirect(&self.join(from), reference)?;
        let path = self.below(&target).filter(|path| !path.is_empty())?;
        Some(match target.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        })
    }

    /// Returns the path of a URL relative to the base URL.
    fn below<'u>(&self, url: &'u Url) -> Option<&'u str> {
        url.path().strip_prefix(self.url.path().trim_end_matches('/'))
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_over_tls_or_to_loopback() {
        for good in [
            DEFAULT,
            "https://cloud.mongodb.com/",
            "https://cloud.mongodbgov.com",
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:80/prefix/",
            "https://gw.example/api/atlas-proxy",
            "https://gw.example/my-api/atlas",
        ] {
            assert!(Base::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://cloud.mongodb.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://[::2]",
            "ftp://localhost",
            "cloud.mongodb.com",
            "https://user:hunter2@cloud.mongodb.com",
            "https://cloud.mongodb.com?x",
            "https://cloud.mongodb.com/api/atlas/v2",
            "https://gw.example/proxy/api/atlas",
            "",
        ] {
            let error = Base::parse(bad).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn joins_and_resolves() {
        let base = Base::parse("http://[::1]:80/prefix/").unwrap();
        assert_eq!(base.join("/api?x=1").as_str(), "http://[::1]/prefix/api?x=1");
        assert_eq!(base.join("/a%2Fb%20c").path(), "/prefix/a%2Fb%20c");
        let base = Base::parse(DEFAULT).unwrap();
        let from = base.join("/api/x");
        let to = |location| base.redirect(&from, location).map(String::from);
        assert_eq!(to("y").as_deref(), Some("https://cloud.mongodb.com/api/y"));
        assert_eq!(
            to("https://cloud.mongodb.com:443/z").as_deref(),
            Some("https://cloud.mongodb.com/z")
        );
        for other in [
            "http://cloud.mongodb.com/z",
            "//evil.example/z",
            "https://cloud.mongodb.com:8443/z",
            "https://a:b@cloud.mongodb.com/z",
            "https://cloud.mongodb.com.evil.example/",
        ] {
            assert_eq!(to(other), None, "{other}");
        }
        let base = Base::parse("https://gw.example/atlas/").unwrap();
        let from = base.join("/api/x");
        let to = |location| base.redirect(&from, location).map(String::from);
        assert_eq!(to("/atlas/y").as_deref(), Some("https://gw.example/atlas/y"));
        for outside in ["/y", "/atlas-2/y", "/atlas/../y", "/atlas/%2e%2e/y"] {
            assert_eq!(to(outside), None, "{outside}");
        }
    }
}
