//! An exchange, and its entry in a recording.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderName, StatusCode};
use jiff::Timestamp;

use super::Types;
use super::json::{Cleaner, untyped};
use super::pseudonym::Pseudonyms;
use super::url::Known;
use crate::codec::{Json, Value};
use crate::connection::encoding;
use crate::inflate::inflate;
use crate::json;
use crate::operation::{Location, Operation};
use crate::registry::Entry;
use crate::transport::{Request, Stage};

/// Headers whose values contain no personal data.
const SHOWN: &[&str] = &[
    "accept",
    "accept-encoding",
    "content-type",
    "date",
    "deprecation",
    "ratelimit-limit",
    "ratelimit-policy",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "sunset",
];

/// An exchange, as far as it has happened.
pub(super) struct Exchange {
    request: Request,
    begun: Timestamp,
    /// The time until the headers of the response arrived.
    pub(super) wait: Duration,
    /// The stage at which the exchange failed; `None` if there was a response.
    pub(super) stage: Option<Stage>,
    pub(super) status: u16,
    pub(super) response_headers: HeaderMap,
    pub(super) received: Received,
}

/// A received body.
pub(super) enum Received {
    Whole(Bytes),
    /// An omitted body of this many bytes, or more.
    LeftOut(usize),
}

/// The recorded part of a body.
struct Content {
    size: usize,
    media_type: String,
    /// The text; `None` if the body is omitted.
    text: Option<String>,
}

impl Exchange {
    pub(super) fn begin(request: Request, begun: Timestamp) -> Self {
        Self {
            request,
            begun,
            wait: Duration::ZERO,
            stage: None,
            status: 0,
            response_headers: HeaderMap::new(),
            received: Received::LeftOut(0),
        }
    }

    /// Returns the entry as JSON text.
    pub(super) fn into_har(
        self,
        pseudonyms: &Pseudonyms,
        types: &Types,
        limit: usize,
    ) -> String {
        let operation = self.request.operation;
        let template = operation.map(|operation| operation.path);
        let known = Known { types, request: &self.request.url, template };
        let cleaner = Cleaner { pseudonyms, known };
        let entry = types.entry(&self.request);
        let wait = self.wait.as_secs_f64() * 1000.0;
        let mut har = json!({
            "startedDateTime": self.begun.to_string(),
            "time": wait,
            "request": self.request(&cleaner, entry),
            "response": self.response(&cleaner, entry, limit),
            "cache": {},
            "timings": { "send": 0, "wait": wait, "receive": 0 },
        });
        let stage = self.stage.map(|stage| match stage {
            Stage::Connect => "connect",
            Stage::Exchange => "exchange",
            Stage::Refused => "refused",
            Stage::Unprocessed => "unprocessed",
            Stage::Malformed => "malformed",
        });
        add(&mut har, "_stage", stage);
        pseudonyms.scrub(har.to_string())
    }

    fn request(&self, cleaner: &Cleaner<'_>, entry: Option<&Entry>) -> Json {
        let Request { method, url, headers, body, operation, .. } = &self.request;
        let pseudonyms = cleaner.pseudonyms;
        let query = url.query().unwrap_or_default();
        let target = pseudonyms.requested(&cleaner.known);
        let query: Vec<Json> = pseudonyms
            .pairs(query)
            .into_iter()
            .map(|(name, value)| pair(&name, &value))
            .collect();
        let mut har = json!({
            "method": method.as_str(),
            "url": target,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": shown(headers, *operation, cleaner),
            "queryString": query,
            "headersSize": -1,
            "bodySize": body.as_ref().map_or(0, Bytes::len) as u64,
        });
        let data = body.as_ref().map(|body| {
            let make = entry.and_then(|entry| entry.body);
            let value = make.map(|make| make());
            let Content { media_type, text, .. } =
                content(headers, body, cleaner, value);
            let mut data = json!({ "mimeType": media_type });
            add(&mut data, "text", text);
            data
        });
        add(&mut har, "postData", data);
        har
    }

    fn response(
        &self,
        cleaner: &Cleaner<'_>,
        entry: Option<&Entry>,
        limit: usize,
    ) -> Json {
        let headers = &self.response_headers;
        let (whole, size) = match &self.received {
            Received::Whole(bytes) => (Some(bytes), bytes.len()),
            Received::LeftOut(size) => (None, *size),
        };
        let inflated = whole.and_then(|bytes| match encoding(headers).as_str() {
            "" | "identity" => Some(bytes.clone()),
            "gzip" | "x-gzip" if bytes.is_empty() => Some(bytes.clone()),
            "gzip" | "x-gzip" => inflate(bytes, limit as u64).ok(),
            _ => None,
        });
        let content = inflated.map(|bytes| {
            let value = entry.and_then(|entry| entry.make_response(self.status));
            content(headers, &bytes, cleaner, value)
        });
        let left_out = || Content { size, media_type: media_type(headers), text: None };
        let content = content.unwrap_or_else(left_out);
        let mut recorded = json!({
            "size": content.size as u64,
            "mimeType": content.media_type,
        });
        add(&mut recorded, "text", content.text);
        let status = StatusCode::from_u16(self.status).ok();
        let reason = status.and_then(|status| status.canonical_reason());
        json!({
            "status": self.status,
            "statusText": reason.unwrap_or_default(),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": shown(headers, None, cleaner),
            "content": recorded,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": size as u64,
        })
    }
}

/// Adds a property to an object, if it has a value.
fn add(object: &mut Json, name: &str, value: Option<impl Into<Json>>) {
    if let (Some(value), Some(object)) = (value, object.as_object_mut()) {
        object.insert(name.to_owned(), value.into());
    }
}

/// Returns the recorded part of a body: JSON, with pseudonyms.
fn content(
    headers: &HeaderMap,
    body: &Bytes,
    cleaner: &Cleaner<'_>,
    value: Option<Box<dyn Value>>,
) -> Content {
    let media_type = media_type(headers);
    let text = match Json::from_slice(body) {
        _ if body.trim_ascii().is_empty() => Some(String::new()),
        Ok(mut json) => {
            match value {
                Some(mut value) => cleaner.typed("", &mut json, &mut *value),
                None => cleaner.free("", &mut json),
            }
            Some(json.to_string())
        }
        Err(_) => None,
    };
    let size = text.as_ref().map_or(body.len(), String::len);
    Content { size, media_type, text }
}

fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.unwrap_or_default().to_owned()
}

/// Returns the headers that are recorded.
fn shown(
    headers: &HeaderMap,
    operation: Option<&Operation>,
    cleaner: &Cleaner<'_>,
) -> Vec<Json> {
    let pseudonyms = cleaner.pseudonyms;
    let is_declared = |name: &HeaderName| {
        operation.is_some_and(|operation| {
            operation.parameters.iter().any(|parameter| {
                parameter.location == Location::Header
                    && parameter.name.eq_ignore_ascii_case(name.as_str())
            })
        })
    };
    let show = |(name, value): (&HeaderName, &http::HeaderValue)| {
        let value = value.to_str().ok()?;
        let value = match name {
            &LOCATION => {
                let url = cleaner.known.request.join(value).ok()?;
                pseudonyms.url(url.as_str(), &cleaner.known)?
            }
            &USER_AGENT => value.split(' ').next().unwrap_or_default().to_owned(),
            name if SHOWN.contains(&name.as_str()) => value.to_owned(),
            name if is_declared(name) => untyped(pseudonyms, name.as_str(), value),
            _ => return None,
        };
        Some(pair(name.as_str(), &value))
    };
    headers.iter().filter_map(show).collect()
}

fn pair(name: &str, value: &str) -> Json {
    json!({ "name": name, "value": value })
}
