//! Which operation in which version a request calls.

use http::{HeaderMap, Response};

use bytes::Bytes;

use super::super::reply;
use super::place::is_by;
use super::store::holds_list;
use super::text;
use crate::operation::{Method, Operation};
use crate::registry::{Entry, Payload};
use crate::version::Version;
use jiff::civil::Date;

/// The paths of the registry.
pub(super) struct Routes {
    paths: Vec<Path>,
    /// The day on which versions are looked at, where those that are over are refused.
    today: Option<Date>,
}

/// A path, and all that can be done with it.
#[derive(Clone)]
struct Path {
    template: &'static str,
    entries: Vec<&'static Entry>,
}

/// Where a request leads.
pub(super) struct Route {
    pub(super) entry: &'static Entry,
    /// The operation in the format that was asked for.
    pub(super) operation: &'static Operation,
    /// What the path's parameters are, decoded, in their order.
    pub(super) parameters: Vec<(String, String)>,
}

/// What a thing of a collection is found by.
pub(super) struct FoundBy {
    /// The parameters that together name one thing, in braces.
    pub(super) parameters: Vec<&'static str>,
    /// Whether that is a path `by…` something, beside that of the thing itself.
    pub(super) is_by: bool,
}

type Refusal = Response<Bytes>;

impl Routes {
    pub(super) fn new(entries: impl IntoIterator<Item = &'static Entry>) -> Self {
        let mut paths: Vec<Path> = Vec::new();
        for entry in entries {
            let template = entry.operation.path;
            match paths.iter_mut().find(|path| path.template == template) {
                Some(path) => path.entries.push(entry),
                None => paths.push(Path { template, entries: vec![entry] }),
            }
        }
        Self { paths, today: None }
    }

    /// Returns the same paths on a day.
    pub(super) fn set_date(&self, date: Date) -> Self {
        Self { paths: self.paths.clone(), today: Some(date) }
    }

    /// Returns the entries of a template.
    pub(super) fn of(&self, template: &str) -> impl Iterator<Item = &'static Entry> {
        let paths = self.paths.iter().filter(move |path| path.template == template);
        paths.flat_map(|path| path.entries.iter().copied())
    }

    /// Returns the templates of the things that a template of a collection holds.
    pub(super) fn below(&self, template: &str) -> impl Iterator<Item = &'static str> {
        self.paths.iter().map(|path| path.template).filter(move |below| {
            let rest = below.strip_prefix(template);
            let Some(rest) = rest.and_then(|rest| rest.strip_prefix('/')) else {
                return false;
            };
            rest.split('/').all(is_parameter)
        })
    }

    /// Returns what the things of a collection are found by: no two have the same.
    pub(super) fn found_by(&self, template: &str) -> impl Iterator<Item = FoundBy> {
        self.paths.iter().filter_map(move |path| {
            let rest = path.template.strip_prefix(template)?.strip_prefix('/')?;
            let (is_by, rest) = match rest.split_once('/') {
                Some((first, rest)) if is_by(first) => (true, rest),
                _ => (false, rest),
            };
            let parameters: Vec<&str> = rest.split('/').collect();
            let is_one = parameters.iter().all(|segment| is_parameter(segment))
                && !self.is_listed(path.template);
            is_one.then_some(FoundBy { parameters, is_by })
        })
    }

    /// Tells whether a template can be read, and answers with a list.
    pub(super) fn is_listed(&self, template: &str) -> bool {
        self.of(template).any(|entry| {
            entry.operation.method == Method::Get
                && entry.answers.iter().any(|(_, payload)| {
                    matches!(payload, Payload::Json(make) if holds_list(&mut *make()))
                })
        })
    }

    /// Finds what a request calls, or says as the service does that there is none.
    pub(super) fn find(
        &self,
        method: &str,
        path: &str,
        headers: &HeaderMap,
    ) -> Result<Route, Box<Refusal>> {
        let found = self
            .paths
            .iter()
            .filter_map(|known| Some((known, captured(known.template, path)?)))
            // The one that says most of it itself.
            .min_by_key(|(_, parameters)| {
                parameters.iter().map(|(_, value)| value.len()).sum::<usize>()
            });
        let Some((known, parameters)) = found else {
            let detail = format!("Cannot find resource {path}.");
            return Err(Box::new(reply::error(404, "RESOURCE_NOT_FOUND", &detail)));
        };
        let here = |entry: &&&Entry| entry.operation.method.as_str() == method;
        let entries: Vec<&Entry> = known.entries.iter().filter(here).copied().collect();
        if entries.is_empty() {
            let detail = format!("{method} is not possible at {}.", known.template);
            let mut refusal = reply::error(405, "METHOD_NOT_ALLOWED", &detail);
            for entry in &known.entries {
                let allowed = entry.operation.method.as_str().parse();
                refusal
                    .headers_mut()
                    .extend(allowed.map(|it| (http::header::ALLOW, it)));
            }
            return Err(Box::new(refusal));
        }
        let accept = text(headers, http::header::ACCEPT);
        let (entry, operation) = negotiate(&entries, accept.unwrap_or_default())
            .ok_or_else(|| {
                let known: Vec<&str> =
                    entries.iter().map(|entry| entry.operation.accept).collect();
                let detail = format!(
                    "Accept names no version of the resource; there are {}.",
                    known.join(", ")
                );
                reply::error(406, "INVALID_VERSION", &detail)
            })?;
        let is_over = |end: Date| self.today.is_some_and(|today| end <= today);
        if let Some(end) = operation.sunset.filter(|end| is_over(*end)) {
            let detail = format!("Version {} was removed on {end}.", operation.version);
            return Err(Box::new(reply::error(410, "VERSION_REMOVED", &detail)));
        }
        Ok(Route { entry, operation, parameters })
    }
}

/// Finds the version and the format that are asked for: the newest that is no younger than
/// the date (Atlas's introduction names dates between two versions).
fn negotiate(
    entries: &[&'static Entry],
    accept: &str,
) -> Option<(&'static Entry, &'static Operation)> {
    accept.split(',').find_map(|range| {
        let range = range.split(';').next().unwrap_or_default().trim();
        let (version, format) =
            range.strip_prefix("application/vnd.atlas.")?.split_once('+')?;
        let wanted = read_version(version)?;
        let fits = |version: Version| match (wanted, version) {
            (Version::Stable(wanted), Version::Stable(version)) => version <= wanted,
            (wanted, version) => wanted == version,
        };
        let entries = entries.iter().filter(|entry| fits(entry.operation.version));
        let entry = entries.max_by_key(|entry| entry.operation.version)?;
        let mut operations =
            std::iter::once(entry.operation).chain(entry.alternatives.iter().copied());
        let of_format = |operation: &&'static Operation| {
            operation.accept.split_once('+').is_some_and(|(_, other)| other == format)
        };
        Some((*entry, operations.find(of_format)?))
    })
}

fn read_version(text: &str) -> Option<Version> {
    if text == "preview" {
        return Some(Version::Preview);
    }
    let (date, upcoming) = match text.strip_suffix(".upcoming") {
        Some(date) => (date, true),
        None => (text, false),
    };
    let date = date.parse().ok()?;
    Some(if upcoming { Version::Upcoming(date) } else { Version::Stable(date) })
}

/// Tells whether a segment of a template is a parameter and nothing else.
pub(super) fn is_parameter(segment: &str) -> bool {
    let inner = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inner.is_some_and(|inner| !inner.contains(['{', '}']))
}

/// Returns the parameters of a path, where it is one of a template.
pub(super) fn captured(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, came) = (template.split('/'), path.split('/'));
    if wanted.clone().count() != came.clone().count() {
        return None;
    }
    let mut parameters = Vec::new();
    for (wanted, came) in wanted.zip(came) {
        let came = percent_encoding::percent_decode_str(came).decode_utf8().ok()?;
        let Some((before, rest)) = wanted.split_once('{') else {
            if wanted != came {
                return None;
            }
            continue;
        };
        let (name, after) = rest.split_once('}')?;
        let value = came.strip_prefix(before)?.strip_suffix(after)?;
        if value.is_empty() {
            return None;
        }
        parameters.push((name.to_owned(), value.to_owned()));
    }
    Some(parameters)
}
