//! Resources, stored by their paths.
//!
//! Everything follows from the shapes of paths and types: the resource at `…/things/{name}` belongs
//! to the collection `…/things`, and is found by the property that the parameter names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::json;
use atlas_admin_runtime::operation::Method;

use crate::credentials::Accepted;
use crate::place::{Parameters, Place};
use crate::routes::{Below, FoundBy, Routes};
use crate::values::{Fill, mixed, properties, property};

/// All stored resources.
#[derive(Default)]
pub(crate) struct Store {
    /// The collections by path.
    pub(crate) collections: BTreeMap<String, Collection>,
    /// The single resources by path, such as settings.
    pub(crate) singles: BTreeMap<String, Resource>,
    /// The templates of the collections that have ever held a resource.
    used: BTreeSet<String>,
    pub(crate) accepted: Accepted,
    /// Whether bodies may lack required properties.
    pub(crate) allows_missing: bool,
    /// Whether a missing resource is created when it is read.
    pub(crate) populates: bool,
    /// The number of resources that have ever been stored.
    count: u64,
}

/// The resources at a path, in order of creation.
#[derive(Default)]
pub(crate) struct Collection {
    resources: BTreeMap<u64, Resource>,
    /// The resources by each text in their key or properties.
    by_text: HashMap<String, BTreeSet<u64>>,
}

/// A resource.
#[derive(Clone)]
pub(crate) struct Resource {
    /// The parameters of the path at which the resource was stored, if its properties don't have
    /// these values.
    pub(crate) key: Vec<String>,
    pub(crate) json: Json,
    /// The properties that are generated when the resource is read.
    pub(crate) fill: Fill,
    /// The number that generated values are derived from.
    pub(crate) seed: u64,
}

impl Resource {
    /// Returns a new resource with the properties that a request set.
    pub(crate) fn new(json: Json, seed: u64) -> Self {
        Self { key: Vec::new(), json, fill: Fill::Rest, seed }
    }

    fn is_at(&self, key: &Parameters) -> bool {
        key.iter().map(|(_, value)| value).eq(&self.key)
            || key.iter().enumerate().all(|(index, (name, value))| {
                names(&self.json, name, value, index + 1 == key.len())
            })
    }

    fn texts(&self) -> BTreeSet<String> {
        let all = self.json.as_object().into_iter().flatten();
        let texts = all.filter_map(|(_, json)| json.as_str()).map(str::to_owned);
        texts.chain(self.key.iter().cloned()).collect()
    }
}

impl Collection {
    pub(crate) fn len(&self) -> usize {
        self.resources.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }

    fn find(&self, key: &Parameters) -> Option<u64> {
        let (_, last) = key.last()?;
        let candidates = self.by_text.get(last)?;
        candidates.iter().copied().find(|id| self.resources[id].is_at(key))
    }

    fn insert(&mut self, id: u64, resource: Resource) {
        for text in resource.texts() {
            self.by_text.entry(text).or_default().insert(id);
        }
        self.resources.insert(id, resource);
    }

    fn remove(&mut self, id: u64) -> Option<Resource> {
        let resource = self.resources.remove(&id)?;
        for text in resource.texts() {
            if let Some(ids) = self.by_text.get_mut(&text) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.by_text.remove(&text);
                }
            }
        }
        Some(resource)
    }
}

impl Store {
    /// Returns the resource at a place.
    pub(crate) fn get(&self, place: &Place<'_>) -> Option<&Resource> {
        if place.key.is_empty() {
            return self.singles.get(&place.path);
        }
        let collection = self.collections.get(&place.path)?;
        collection.resources.get(&collection.find(place.key)?)
    }

    /// Stores a resource at a place, and replaces an earlier one.
    pub(crate) fn put(&mut self, place: &Place<'_>, json: Json, fill: Fill) {
        let key: Vec<String> =
            place.key.iter().map(|(_, value)| value.clone()).collect();
        let seed = self.get(place).map(|there| there.seed);
        let seed = seed.unwrap_or_else(|| mixed(0, (&place.path, &key)));
        let mut resource = Resource { key, json, fill, seed };
        if place.key.is_empty() {
            self.singles.insert(place.path.clone(), resource);
            return;
        }
        self.used.insert(place.template.to_owned());
        self.count += 1;
        let mut id = self.count;
        let collection = self.collections.entry(place.path.clone()).or_default();
        if let Some(there) = collection.find(place.key) {
            id = there;
            if let Some(former) = collection.remove(there) {
                resource.key = former.key;
            }
        }
        collection.insert(id, resource);
    }

    /// Adds a resource to a collection.
    pub(crate) fn add(&mut self, place: &Place<'_>, json: Json, fill: Fill, seed: u64) {
        self.used.insert(place.template.to_owned());
        self.count += 1;
        let collection = self.collections.entry(place.path.clone()).or_default();
        collection.insert(self.count, Resource { key: Vec::new(), json, fill, seed });
    }

    /// Returns the seed of the next resource at a path.
    pub(crate) fn next_seed(&self, path: &str) -> u64 {
        mixed(self.count + 1, path)
    }

    /// Removes the resource at a place, and returns it.
    pub(crate) fn remove(&mut self, place: &Place<'_>) -> Option<Resource> {
        if place.key.is_empty() {
            return self.singles.remove(&place.path);
        }
        let collection = self.collections.get_mut(&place.path)?;
        let id = collection.find(place.key)?;
        collection.remove(id)
    }

    /// Removes all resources below a path.
    pub(crate) fn remove_below(&mut self, path: &str) {
        let below = format!("{path}/");
        remove_prefixed(&mut self.collections, &below);
        remove_prefixed(&mut self.singles, &below);
    }

    /// Tells whether a collection below a path has resources.
    pub(crate) fn has_below(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let first = self.collections.range(below.clone()..).next();
        first.is_some_and(|(path, _)| path.starts_with(&below))
    }

    /// Tells whether collections of a template have ever held a resource.
    pub(crate) fn is_used(&self, template: &str) -> bool {
        self.used.contains(template)
    }

    /// Creates the resources at the top of the API that a resource names by id: an organization
    /// exists as soon as a project names it.
    pub(crate) fn ensure_named(
        &mut self,
        routes: &Routes,
        json: &Json,
        known: &Parameters,
    ) {
        let ids = json.as_object().into_iter().flatten();
        for (name, id) in ids.filter(|(name, _)| name.ends_with("Id")) {
            let (Some(id), Some(template)) = (id.as_str(), routes.top_level(name))
            else {
                continue;
            };
            if id.is_empty() || known.iter().any(|(in_path, _)| in_path == name) {
                continue;
            }
            let key = [(name.clone(), id.to_owned())];
            let path = template.to_owned();
            let place = Place { path, template, key: &key, known: &key };
            if self.get(&place).is_none() {
                self.put(&place, json!({"id": id}), Fill::Rest);
            }
        }
    }

    /// Returns the identifying values of a new resource if another resource already has them.
    pub(crate) fn taken(
        &self,
        place: &Place<'_>,
        found: &FoundBy,
        json: &Json,
        body: &Json,
    ) -> Option<String> {
        let mut key = Vec::new();
        let mut used = BTreeSet::new();
        let count = found.parameters.len();
        for (index, parameter) in found.parameters.iter().enumerate() {
            let mut names = properties(parameter, index + 1 == count);
            let name = names.find(|name| property(json, name).is_some())?;
            key.push(((*parameter).to_owned(), property(json, &name)?.to_owned()));
            // Of two parameters that match the same property, one must mean another.
            if !used.insert(name) {
                return None;
            }
        }
        // A resource found `by…` a property is unique within its parent, which only the body may
        // name.
        let is_beside = |resource: &Resource| {
            let said = body.as_object().into_iter().flatten();
            let mut owners = said.filter(|(name, _)| name.ends_with("Id"));
            !found.is_by
                || owners.all(|(name, owner)| resource.json.get(name) == Some(owner))
        };
        let collection = self.collections.get(&place.path)?;
        let candidates = collection.by_text.get(&key.last()?.1)?;
        let mut resources = candidates.iter().map(|id| &collection.resources[id]);
        let is_taken = resources.any(|it| it.is_at(&key) && is_beside(it));
        let values: Vec<&str> = key.iter().map(|(_, value)| &**value).collect();
        is_taken.then(|| values.join("/"))
    }

    /// Returns the paths of a resource in a collection: one for each set of identifying parameters.
    pub(crate) fn paths_of<'r>(
        routes: &'r Routes,
        place: &Place<'_>,
        resource: &Resource,
    ) -> Vec<(&'r Below, String)> {
        let mut paths: Vec<(&Below, String)> = Vec::new();
        for below in routes.below(place.template) {
            let count = below.names.len();
            let of_json = below.names.iter().enumerate().map(|(index, name)| {
                let mut names = properties(name, index + 1 == count);
                names.find_map(|it| Some(property(&resource.json, &it)?.to_owned()))
            });
            let values = of_json.collect::<Option<Vec<_>>>();
            let by_key = (resource.key.len() == count).then(|| resource.key.clone());
            for values in values.into_iter().chain(by_key) {
                let path = place.path_of(&values);
                // Most resources are found by the properties that they were stored by.
                let is_it = |(of, other): &(&Below, String)| {
                    of.template == below.template && *other == path
                };
                if !paths.iter().any(is_it) {
                    paths.push((below, path));
                }
            }
        }
        paths
    }

    /// Returns the path of a missing parent of a request that a request could have created. Where
    /// no such resource was ever stored, any parent counts as existing.
    pub(crate) fn missing_parent(
        &self,
        routes: &Routes,
        template: &str,
        parameters: &Parameters,
    ) -> Option<String> {
        let is_known = |template: &str| !routes.of(template).is_empty();
        Place::above(template, parameters, is_known)
            .into_iter()
            .find(|(place, _)| {
                self.is_used(place.template)
                    && routes.is_creatable(place.template)
                    && self.get(place).is_none()
            })
            .map(|(_, path)| path)
    }
}

fn remove_prefixed<T>(all: &mut BTreeMap<String, T>, prefix: &str) {
    let found = all.range(prefix.to_owned()..).map(|(path, _)| path);
    let found = found.take_while(|path| path.starts_with(prefix));
    for path in found.cloned().collect::<Vec<_>>() {
        all.remove(&path);
    }
}

/// Tells whether the resource at a place exists only once a request has created it.
pub(crate) fn is_made(routes: &Routes, place: &Place<'_>) -> bool {
    let template = place.template;
    if !place.key.is_empty() {
        return routes.is_creatable(template);
    }
    // A single resource does if it has both a POST and a DELETE.
    [Method::Post, Method::Get, Method::Delete]
        .iter()
        .all(|method| routes.takes(template, *method))
        && !routes.is_collection(template)
}

/// Tells whether a parameter of the path names a resource. Compares the parameter's value with the
/// properties that the parameter's name or its last words name; if the resource has none of these,
/// with all text properties.
pub(crate) fn names(json: &Json, parameter: &str, value: &str, is_last: bool) -> bool {
    let names: Vec<String> = properties(parameter, is_last).collect();
    let mut declared = names.iter().filter_map(|name| property(json, name)).peekable();
    if declared.peek().is_some() {
        return declared.any(|text| text == value);
    }
    let all = json.as_object().into_iter().flatten();
    all.filter_map(|(_, json)| json.as_str()).any(|text| text == value)
}
