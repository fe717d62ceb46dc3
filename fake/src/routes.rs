//! The operations, found by the method, path and version of a request.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use atlas_admin::registry::{self, Entry, Payload};
use atlas_admin_runtime::Operation;
use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::codec::Value;
use atlas_admin_runtime::http::header::{ACCEPT, ALLOW};
use atlas_admin_runtime::http::{HeaderMap, Response};
use atlas_admin_runtime::jiff::civil::Date;
use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::template::{Segment, Template};
use atlas_admin_runtime::testing::for_fake::error;

use crate::authenticator::text;
use crate::negotiate::negotiate;
use crate::place::{captured, is_by};
use crate::render::{holds_list, table_of};
use crate::special::{ALIASES, FORMER};
use crate::values::Settable;

/// The paths of the registry, and facts that follow from their shapes and types.
pub(crate) struct Routes {
    all: Vec<Path>,
    by_template: HashMap<&'static str, usize>,
    /// The indices of the paths by the number of segments.
    by_length: HashMap<usize, Vec<usize>>,
    /// The paths of a collection's resources, by the collection's template.
    below: HashMap<&'static str, Vec<Below>>,
    /// The parameters that identify a resource, by its collection's template.
    found_by: HashMap<&'static str, Vec<FoundBy>>,
    /// The collections at the top of the API, by the parameter that names their resources.
    top_level: HashMap<&'static str, &'static str>,
    /// The properties that a POST can set, by its template.
    settable: HashMap<&'static str, Settable>,
}

/// The path of a resource of a collection.
pub(crate) struct Below {
    pub(crate) template: &'static str,
    /// The parameters after the template of the collection.
    pub(crate) names: Vec<&'static str>,
}

/// A path with its operations.
struct Path {
    template: &'static str,
    entries: Vec<&'static Entry>,
    /// Whether the path has a GET that responds with a list.
    is_listed: bool,
    /// The Rust names of the records that a GET responds with, in all versions.
    read_as: Vec<&'static str>,
}

/// The operation that a request calls, with its parameters.
pub(crate) struct Route {
    pub(crate) entry: &'static Entry,
    /// The operation in the requested format.
    pub(crate) operation: &'static Operation,
    /// The parameters of the path, decoded, in their order.
    pub(crate) parameters: Vec<(String, String)>,
}

/// Parameters that identify a resource of a collection.
pub(crate) struct FoundBy {
    /// The parameters that together identify one resource.
    pub(crate) parameters: Vec<&'static str>,
    /// Whether the parameters are those of a path with a segment such as `byName`, which the
    /// resource has besides its own path.
    pub(crate) is_by: bool,
}

type Refusal = Box<Response<Bytes>>;

/// The routes of all operations that are compiled in, shared by all fakes with that default.
static ALL: LazyLock<Arc<Routes>> =
    LazyLock::new(|| Arc::new(Routes::new(registry::entries())));

impl Routes {
    /// Returns the routes of all operations that are compiled in.
    pub(crate) fn of_all() -> Arc<Self> {
        Arc::clone(&ALL)
    }

    pub(crate) fn new(entries: impl IntoIterator<Item = &'static Entry>) -> Self {
        let mut routes = Self {
            all: Vec::new(),
            by_template: HashMap::new(),
            by_length: HashMap::new(),
            below: HashMap::new(),
            found_by: HashMap::new(),
            top_level: HashMap::new(),
            settable: HashMap::new(),
        };
        for entry in entries {
            routes.add(entry);
        }
        routes.identify();
        routes
    }

    fn add(&mut self, entry: &'static Entry) {
        let template = entry.operation.path;
        let all = &mut self.all;
        let index = *self.by_template.entry(template).or_insert_with(|| {
            let length = Template(template).segments().count();
            self.by_length.entry(length).or_default().push(all.len());
            for (collection, names) in collections(template) {
                self.below
                    .entry(collection)
                    .or_default()
                    .push(Below { template, names });
            }
            all.push(Path {
                template,
                entries: Vec::new(),
                is_listed: false,
                read_as: Vec::new(),
            });
            all.len() - 1
        });
        let path = &mut all[index];
        path.entries.push(entry);
        for mut value in read_values(entry) {
            path.is_listed |= holds_list(&mut *value);
            path.read_as.extend(table_of(&mut *value).map(|table| table.name));
        }
        if let (Method::Post, Some(make)) = (entry.operation.method, entry.body) {
            self.settable.insert(template, Settable::of(&mut *make()));
        }
    }

    /// Determines by which paths a resource of each collection is found, once all paths are known.
    fn identify(&mut self) {
        let mut found_by: HashMap<&str, Vec<FoundBy>> = HashMap::new();
        let mut top_level = HashMap::new();
        for path in &self.all {
            for (collection, names) in collections(path.template) {
                if let [name] = names[..]
                    && Template(collection).segments().all(Segment::is_literal)
                    && self.is_listed(collection)
                    && self.is_creatable(collection)
                {
                    top_level.entry(name).or_insert(collection);
                }
                if path.is_listed {
                    continue;
                }
                // A resource found `by…` a property belongs to the collection before that segment.
                if let Some((whole, last)) = Template(collection).split_last()
                    && is_by(last)
                {
                    let found = FoundBy { parameters: names.clone(), is_by: true };
                    found_by.entry(whole.0).or_default().push(found);
                }
                let found = FoundBy { parameters: names, is_by: false };
                found_by.entry(collection).or_default().push(found);
            }
        }
        (self.found_by, self.top_level) = (found_by, top_level);
    }

    fn path(&self, template: &str) -> Option<&Path> {
        self.by_template.get(template).map(|index| &self.all[*index])
    }

    /// Returns all entries.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'static Entry> {
        self.all.iter().flat_map(|path| path.entries.iter().copied())
    }

    /// Returns the entries of a template.
    pub(crate) fn of(&self, template: &str) -> &[&'static Entry] {
        self.path(template).map_or(&[], |path| &path.entries)
    }

    /// Returns the properties that a POST at a template can set.
    pub(crate) fn settable(&self, template: &str) -> Option<&Settable> {
        self.settable.get(template)
    }

    /// Tells whether a template supports a method.
    pub(crate) fn takes(&self, template: &str, method: Method) -> bool {
        self.of(template).iter().any(|entry| entry.operation.method == method)
    }

    /// Returns the paths of the resources in a collection.
    pub(crate) fn below(&self, template: &str) -> &[Below] {
        self.below.get(template).map_or(&[], Vec::as_slice)
    }

    /// Returns the sets of parameters that each identify one resource of a collection.
    pub(crate) fn found_by(&self, template: &str) -> &[FoundBy] {
        self.found_by.get(template).map_or(&[], Vec::as_slice)
    }

    /// Returns the Rust names of the records that a GET of a collection's resources responds with.
    pub(crate) fn read_as(&self, template: &str) -> impl Iterator<Item = &'static str> {
        let below = self.below(template).iter();
        let paths = below.filter_map(|below| self.path(below.template));
        paths.flat_map(|path| path.read_as.iter().copied())
    }

    /// Tells whether a template has a GET that responds with a list.
    pub(crate) fn is_listed(&self, template: &str) -> bool {
        self.path(template).is_some_and(|path| path.is_listed)
    }

    /// Tells whether a template is that of a collection: its resources are listed, or have paths
    /// below it.
    pub(crate) fn is_collection(&self, template: &str) -> bool {
        self.is_listed(template) || !self.below(template).is_empty()
    }

    /// Tells whether a request can create the resources of a collection.
    pub(crate) fn is_creatable(&self, template: &str) -> bool {
        let mut aliases = ALIASES.iter().filter(|alias| alias.place == template);
        self.takes(template, Method::Post)
            || aliases.any(|alias| self.takes(alias.template, Method::Post))
            || self.below(template).iter().any(|Below { template, .. }| {
                self.takes(template, Method::Put) || self.takes(template, Method::Post)
            })
    }

    /// Returns the template of the collection at the top of the API whose resources a parameter
    /// names: `/api/atlas/v2/orgs` for `orgId`.
    pub(crate) fn top_level(&self, parameter: &str) -> Option<&'static str> {
        self.top_level.get(parameter).copied()
    }

    /// Finds the operation that a request calls, or refuses the request as the service does;
    /// `today` is the date by which removed versions are refused.
    pub(crate) fn find(
        &self,
        method: &str,
        path: &str,
        headers: &HeaderMap,
        today: Option<Date>,
    ) -> Result<Route, Refusal> {
        let former = path.strip_prefix(FORMER.0).filter(|rest| rest.starts_with('/'));
        let current = former.map(|rest| format!("{}{rest}", FORMER.1));
        let path = current.as_deref().unwrap_or(path);
        let same_length = self.by_length.get(&path.split('/').count());
        let is_here = |entry: &&Entry| entry.operation.method.as_str() == method;
        let found = same_length
            .into_iter()
            .flatten()
            .map(|index| &self.all[*index])
            .filter_map(|known| Some((known, captured(known.template, path)?)))
            // Two templates may differ only in the name of a parameter, and support one method
            // each.
            .min_by_key(|(known, _)| {
                (
                    Template(known.template).specificity(),
                    !known.entries.iter().any(is_here),
                )
            });
        let Some((known, parameters)) = found else {
            let detail = format!("Cannot find resource {path}.");
            return Err(Box::new(error(404, "RESOURCE_NOT_FOUND", &detail)));
        };
        let entries: Vec<&Entry> =
            known.entries.iter().copied().filter(is_here).collect();
        if entries.is_empty() {
            return Err(refuse_method(known, method));
        }
        let accept = text(headers, ACCEPT);
        let (entry, operation) = negotiate(&entries, accept, former.is_some())
            .ok_or_else(|| Box::new(refuse_version(&entries)))?;
        let is_over = |end: Date| today.is_some_and(|today| end <= today);
        if let Some(end) = operation.sunset.filter(|end| is_over(*end)) {
            let detail = format!("Version {} was removed on {end}.", operation.version);
            return Err(Box::new(error(410, "VERSION_REMOVED", &detail)));
        }
        Ok(Route { entry, operation, parameters })
    }
}

/// Returns the collections to which the resource of a template may belong, each with the
/// parameters after it. If two parameters end a template, there are two possible collections.
fn collections(template: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut all = Vec::new();
    let mut names = Vec::new();
    let mut rest = Template(template);
    while let Some((collection, last)) = rest.split_last()
        && let Some(name) = last.parameter()
    {
        names.insert(0, name);
        all.push((collection.0, names.clone()));
        rest = collection;
    }
    all
}

/// Returns an empty value of each type that a GET responds with.
fn read_values(entry: &Entry) -> impl Iterator<Item = Box<dyn Value>> {
    let is_read = entry.operation.method == Method::Get;
    let answers = entry.responses.iter().filter(move |_| is_read);
    answers.filter_map(|(_, payload)| match payload {
        Payload::Json(make) => Some(make()),
        _ => None,
    })
}

fn refuse_method(known: &Path, method: &str) -> Refusal {
    let detail = format!("{method} is not possible at {}.", known.template);
    let mut refusal = error(405, "METHOD_NOT_ALLOWED", &detail);
    let mut allowed: Vec<&str> =
        known.entries.iter().map(|entry| entry.operation.method.as_str()).collect();
    allowed.sort_unstable();
    allowed.dedup();
    refusal.headers_mut().extend(allowed.join(", ").parse().map(|it| (ALLOW, it)));
    Box::new(refusal)
}

fn refuse_version(entries: &[&Entry]) -> Response<Bytes> {
    let known: Vec<&str> = entries.iter().map(|entry| entry.operation.accept).collect();
    let known = known.join(", ");
    let detail = format!("Accept names no version of the resource; there are {known}.");
    error(406, "INVALID_VERSION", &detail)
}
