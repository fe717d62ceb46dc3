//! Requests for operations that are not in the OpenAPI document.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use url::form_urlencoded;

use super::{Part, Parts, Request};
use crate::codec::Json;
use crate::media_type::MediaType;
use crate::operation::{Method, Operation};

/// The prefix of all paths of the API.
const ROOT: &str = "/api/atlas/v2";

/// The characters that must be encoded in a path (RFC 3986 section 3.3).
const FORBIDDEN: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'^').add(b'`').add(b'|');

impl Request<Json> {
    /// Creates a request for an operation that this crate doesn't list, because it is
    /// newer or undocumented.
    ///
    /// The path is below `/api/atlas/v2`, with or without that prefix, and may have a
    /// query string. It is sent verbatim, so its values must be percent-encoded. The
    /// version is sent in `Accept: application/vnd.atlas.<version>+json`, and is also
    /// the version of the body. [`Request::with_output`] changes the type of the
    /// response from JSON. For a response in another format, pass its [`MediaType`]
    /// instead of the version, and `Download` as the type.
    ///
    /// Authentication and retries are those of any request: a POST or PATCH that may
    /// have been executed is never repeated. The request is not
    /// [paced](crate::ClientBuilder::pacing), because its rate limit is unknown. Its
    /// [operation](Request::operation) is named `raw` and has no path template; errors
    /// show the method and the path instead.
    ///
    /// ```
    /// use atlas_admin_runtime::operation::Method;
    /// use atlas_admin_runtime::{Request, Version};
    ///
    /// let version = Version::stable(2025, 3, 12);
    /// let request = Request::raw(Method::Get, "/groups/5f1b/sandboxes?pageNum=1", version);
    /// assert_eq!(request.path_and_query(), "/api/atlas/v2/groups/5f1b/sandboxes?pageNum=1");
    /// assert_eq!(request.accept(), "application/vnd.atlas.2025-03-12+json");
    ///
    /// // A file that is no JSON.
    /// # use atlas_admin_runtime::{Download, MediaType};
    /// let gzip = MediaType::parse("application/vnd.atlas.2025-03-12+gzip").unwrap();
    /// let request = Request::raw(Method::Get, "/groups/5f1b/sandboxes/7/log.gz", gzip);
    /// let request = request.with_output::<Download>();
    /// assert_eq!(request.accept(), "application/vnd.atlas.2025-03-12+gzip");
    /// ```
    pub fn raw<'a>(
        method: Method,
        path: &str,
        accept: impl Into<MediaType<'a>>,
    ) -> Self {
        let mut parts = Parts::new(operation(method, accept.into()), &[]);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        match below_root(path) {
            Ok(path) => {
                parts.raw = Some(format!("{} {path}", method.as_str()).into());
                parts.path = path;
            }
            Err(message) => parts.fail(Part::Path, message.to_owned()),
        }
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let name = name.into_owned();
            let same = parts.query.iter_mut().find(|(other, _)| *other == name);
            match same {
                Some((_, values)) => values.push(value.into_owned()),
                None => parts.query.push((name.into(), vec![value.into_owned()])),
            }
        }
        Self::of(parts)
    }
}

/// Returns a path below [`ROOT`], or the problem of the path.
fn below_root(path: &str) -> Result<String, &'static str> {
    if path.contains("://") {
        return Err("a raw request takes a path, not a URL");
    }
    if path.contains(['#', '\\']) || path.contains(char::is_control) {
        return Err("the path contains a character that must be percent-encoded");
    }
    if path.contains(['{', '}']) {
        return Err("the path contains a parameter in braces: replace it by its value");
    }
    let path = path.trim_start_matches('/');
    let rest = match path.strip_prefix(&ROOT[1..]) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        // Another service, or another version of the API: `/api/atlas/v2.1`.
        _ if path == "api" || path.starts_with("api/") => {
            return Err("the path must be below /api/atlas/v2");
        }
        _ => path,
    };
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    if rest.is_empty() {
        return Err("the path is empty");
    }
    // URL parsers take `%2e` as a dot (WHATWG URL section 4.1).
    let steps_up = |segment: &str| {
        let segment = percent_decode_str(segment).decode_utf8_lossy();
        matches!(&*segment, "." | "..")
    };
    if rest.split('/').any(steps_up) {
        return Err("a segment of the path can't be . or ..");
    }
    Ok(format!("{ROOT}/{}", utf8_percent_encode(rest, FORBIDDEN)))
}

/// Returns the operation of raw requests with a method and a media type.
///
/// Each is created once and never freed, so their number is bounded by the versions and
/// formats that the program uses.
fn operation(method: Method, accept: MediaType<'_>) -> &'static Operation {
    type Operations = HashMap<(Method, String), &'static Operation>;
    static OPERATIONS: Mutex<Option<Operations>> = Mutex::new(None);

    let mut operations = OPERATIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let operations = operations.get_or_insert_default();
    let (version, accept) = (accept.version(), accept.to_string());
    operations.entry((method, accept)).or_insert_with_key(|(_, accept)| {
        let json = MediaType::json(version).to_string().leak();
        Box::leak(Box::new(Operation {
            id: "raw",
            name: "raw",
            tag: "",
            method,
            path: ROOT,
            version,
            accept: accept.clone().leak(),
            content_type: Some(json),
            parameters: &[],
            success: &[200, 201, 202, 204],
            roles: &[],
            deprecated: false,
            sunset: None,
            docs: "",
            wait: None,
        }))
    })
}

impl Parts {
    /// Returns the method and path of a raw request, whose operation has no name.
    pub(crate) fn raw(&self) -> Option<&Arc<str>> {
        self.raw.as_ref()
    }
}
