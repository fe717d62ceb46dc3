//! The operation and the version of a recorded request.

use std::collections::BTreeMap;

use atlas_admin::registry::{self, Entry};
use atlas_admin::{MediaType, Version};
use atlas_admin_runtime::template::Template;

use crate::har::{Body, Recorded, media_type};

/// All paths of the API.
#[derive(Debug)]
pub struct Routes {
    /// The paths, the most specific templates first.
    paths: Vec<Path>,
}

#[derive(Debug)]
struct Path {
    template: Template<'static>,
    /// The entries of each method.
    methods: BTreeMap<&'static str, Vec<&'static Entry>>,
}

/// The operation that a request belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    /// The operation in its version.
    pub entry: &'static Entry,
    /// Whether the request's version is not declared, and the nearest declared version is used
    /// instead.
    pub is_near: bool,
}

impl Default for Routes {
    fn default() -> Self {
        Self::new()
    }
}

impl Routes {
    /// Collects the paths of the registry.
    pub fn new() -> Self {
        let mut by_path: BTreeMap<&str, BTreeMap<&'static str, Vec<&'static Entry>>> =
            BTreeMap::new();
        for entry in registry::entries() {
            let operation = entry.operation;
            let methods = by_path.entry(operation.path).or_default();
            methods.entry(operation.method.as_str()).or_default().push(entry);
        }
        let mut paths: Vec<Path> = by_path
            .into_iter()
            .map(|(path, methods)| Path { template: Template(path), methods })
            .collect();
        paths.sort_by_cached_key(|path| path.template.specificity());
        Self { paths }
    }

    /// Finds the operation and the version of a recorded request.
    ///
    /// # Errors
    ///
    /// Returns the reason if the path, the method or the version is not declared.
    pub fn find(&self, recorded: &Recorded) -> Result<Match, String> {
        let path = path_of(&recorded.url);
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut is_known = false;
        for known in &self.paths {
            if known.template.capture(path).is_none() {
                continue;
            }
            is_known = true;
            if let Some(entries) = known.methods.get(recorded.method.as_str()) {
                return pick(entries, recorded);
            }
        }
        Err(if is_known {
            format!("the path has no operation for {}", recorded.method)
        } else {
            "no operation has this path".to_owned()
        })
    }
}

/// Returns the path of a URL, which may lack its scheme and host.
pub fn path_of(url: &str) -> &str {
    let rest = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]));
    rest.split(['?', '#']).next().unwrap_or_default()
}

/// Selects the version that the media type of the response names, else the `Accept` header, else
/// the media type of the request.
fn pick(entries: &[&'static Entry], recorded: &Recorded) -> Result<Match, String> {
    let accepted = recorded.request.header("accept").flat_map(|value| value.split(','));
    let mut named: Vec<String> = vec![recorded.response.media_type.clone()];
    named.extend(accepted.map(media_type));
    // What is left where an answer has no body and the client took anything.
    named.push(recorded.request.media_type.clone());
    let parsed = named.iter().filter_map(|name| MediaType::parse(name));
    let versions: Vec<Version> = parsed.map(|media_type| media_type.version()).collect();
    let exact = versions.iter().find_map(|version| {
        entries.iter().find(|entry| entry.operation.version == *version)
    });
    if let Some(entry) = exact {
        return Ok(Match { entry, is_near: false });
    }
    let is_error = !(200..300).contains(&recorded.status);
    let is_bare = matches!(recorded.request.body, Body::Empty)
        && matches!(recorded.response.body, Body::Empty);
    match (versions.first(), entries) {
        (None, [only]) => Ok(Match { entry: only, is_near: false }),
        // An error is of one format in all versions, and where nothing was sent either way
        // there is nothing to take for that of another version.
        (version, _) if is_error || is_bare => {
            let entry = nearest(entries, version.copied());
            entry
                .map(|entry| Match { entry, is_near: true })
                .ok_or_else(|| "the operation has no version".to_owned())
        }
        (None, _) => {
            Err("neither the answer nor the request names a version".to_owned())
        }
        (Some(version), _) => Err(format!("the version {version} is not declared")),
    }
}

/// Returns the newest stable version that is no newer than the requested one, else the newest
/// version.
fn nearest(
    entries: &[&'static Entry],
    version: Option<Version>,
) -> Option<&'static Entry> {
    let date = |entry: &&&'static Entry| match (entry.operation.version, version) {
        (
            Version::Stable(date),
            Some(Version::Stable(asked) | Version::Upcoming(asked)),
        ) => date <= asked,
        (Version::Stable(_), Some(Version::Preview)) => true,
        _ => false,
    };
    let newest = |entry: &&&'static Entry| entry.operation.version;
    entries
        .iter()
        .filter(date)
        .max_by_key(newest)
        .or(entries.iter().max_by_key(newest))
        .copied()
}
