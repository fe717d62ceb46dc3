//! The change of the API that explains a change of the crate.

use std::collections::BTreeMap;

use atlas_admin_generator::Files;

use super::super::change::{Change, Part};
use super::super::items::{Item, Items, Kind, words};
use super::super::operation::{Entry, Kind as Happening, VersionEntry};
use super::{Act, ItemChange, reached};
use crate::chain::place::{Place, Start, places};
use crate::surface;

/// A change of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    pub code: String,
    pub what: String,
    /// The operation and the version: `getPear 2024-08-05`.
    pub operation: String,
}

/// The changes of the API, by their subject.
pub(super) struct Causes<'a> {
    /// The entries by the operation's id.
    entries: BTreeMap<&'a str, &'a Entry>,
    /// The entries by method and path.
    routes: BTreeMap<(String, String), &'a Entry>,
    /// The ids of the operations whose requests are builders, by builder.
    builders: BTreeMap<String, Vec<String>>,
    /// The ids of the preview operations that need types, by type.
    previews: BTreeMap<String, Vec<String>>,
    /// The places of types in the old crate and in the new one.
    places: [BTreeMap<String, Vec<Place>>; 2],
}

impl<'a> Causes<'a> {
    pub(super) fn of(
        old: &Files,
        new: &Files,
        entries: &'a [Entry],
        items: [&Items; 2],
    ) -> Result<Self, String> {
        let route = |entry: &Entry| (entry.method.to_lowercase(), entry.path.clone());
        Ok(Self {
            entries: entries.iter().flat_map(ids).collect(),
            routes: entries.iter().map(|entry| (route(entry), entry)).collect(),
            builders: builders(items),
            previews: previews(items),
            places: [places(&surface::read(old)?), places(&surface::read(new)?)],
        })
    }

    /// Finds the cause of a change.
    pub(super) fn find(&self, change: &ItemChange, item: &Item) -> Option<Cause> {
        match item.kind {
            Kind::Function => self.of_function(&change.path, change.act, item),
            Kind::Module | Kind::Feature => None,
            _ => {
                let owner = item.owner.as_deref().unwrap_or(&change.path);
                match owner.strip_prefix("types::") {
                    Some(ty) => self.of_type(ty, item),
                    None => self.of_builder(owner, item),
                }
            }
        }
    }

    fn of_function(&self, path: &str, act: Act, item: &Item) -> Option<Cause> {
        let found = item.aliases.iter().find_map(|alias| self.entries.get(&**alias))?;
        let module = path.split("::").nth(1).filter(|_| path.matches("::").count() > 1);
        let module = module.map(|it| it.trim_start_matches('v'));
        let is_of = |it: &&VersionEntry| {
            let version = it.version.to_string().replace(['-', '.'], "_");
            module.is_none_or(|module| module == version)
        };
        let versions = found.versions.iter().rev().filter(is_of);
        let changes =
            versions.flat_map(|it| it.changes.iter().map(move |change| (it, change)));
        // A change that breaks clients explains another signature best; next a change of the
        // operation as a whole, then a change of a part of it.
        let breaks = |(version, it): &(&VersionEntry, &Change)| {
            let is_update = version.kind == Happening::Update;
            act == Act::Changed
                && is_update
                && !it.is_compatible
                && it.location.is_some()
        };
        let is_whole =
            |(_, it): &(&VersionEntry, &Change)| it.code.starts_with("endpoint-");
        let is_part = |(_, it): &(&VersionEntry, &Change)| it.location.is_some();
        let mut best = changes.clone().find(breaks);
        best = best.or_else(|| changes.clone().find(is_whole));
        best = best.or_else(|| changes.clone().find(is_part));
        let (version, change) = best.or_else(|| changes.clone().next())?;
        Some(cause(found, version, change))
    }

    /// Finds the cause for a builder, or for the setter of a parameter.
    fn of_builder(&self, owner: &str, item: &Item) -> Option<Cause> {
        let ids = self.builders.get(owner)?;
        let entry = ids.iter().find_map(|id| self.entries.get(&**id))?;
        let is_cause =
            |change: &Change| match (item.json_names.first(), &change.location) {
                (Some(name), Some(location)) => {
                    location.part == Part::Parameter(name.clone())
                }
                _ => false,
            };
        let is_whole = |change: &Change| change.code.starts_with("endpoint-");
        first(entry, is_cause).or_else(|| first(entry, is_whole))
    }

    fn of_type(&self, ty: &str, item: &Item) -> Option<Cause> {
        let places = self.places.iter().rev().filter_map(|places| places.get(ty));
        let places: Vec<&Place> = places.flatten().collect();
        let names = &item.json_names;
        let exact = places.iter().find_map(|place| self.at(place, item.kind, names));
        let above = || places.iter().find_map(|place| self.above(place));
        let whole = || places.iter().find_map(|place| self.whole(place));
        let found = exact.or_else(above).or_else(whole);
        found.or_else(|| self.of_preview(ty, item))
    }

    /// Finds a change of a property that contains a place.
    fn above(&self, place: &Place) -> Option<Cause> {
        let (entry, version) = self.version(place)?;
        let lengths = (1..=place.names.len()).rev();
        lengths.map(|length| &place.names[..length]).find_map(|names| {
            let mut changes = version.changes.iter();
            let change = changes.find(|change| {
                let location = change.location.as_ref();
                let is_there = location.is_some_and(|it| {
                    is_part(place.start, &it.part) && it.names == names
                });
                is_there
                    && ["added", "removed", "property"]
                        .iter()
                        .any(|end| change.code.ends_with(end))
            })?;
            Some(cause(entry, version, change))
        })
    }

    /// Finds the cause for a type that only preview functions use: a change of one of those
    /// functions, for a field at a property with its JSON name.
    fn of_preview(&self, ty: &str, item: &Item) -> Option<Cause> {
        let ids = self.previews.get(ty)?;
        let entries = || ids.iter().filter_map(|id| self.entries.get(&**id));
        let is_named = |change: &Change| {
            let last =
                change.location.as_ref().and_then(|location| location.names.last());
            last.is_some() && last == item.json_names.first()
        };
        let is_whole = |change: &Change| change.code.starts_with("endpoint-");
        let named = entries().find_map(|entry| first(entry, is_named));
        named.or_else(|| entries().find_map(|entry| first(entry, is_whole)))
    }

    /// Finds a change at a place of a type.
    fn at(&self, place: &Place, kind: Kind, names: &[String]) -> Option<Cause> {
        let (entry, version) = self.version(place)?;
        let change = version.changes.iter().find(|change| {
            let Some(location) = change
                .location
                .as_ref()
                .filter(|location| is_part(place.start, &location.part))
            else {
                return false;
            };
            match (kind, names) {
                (Kind::Field, [name]) => {
                    let above = location.names.strip_suffix(std::slice::from_ref(name));
                    above.is_some_and(|above| above == place.names)
                }
                (Kind::Variant, names) if !names.is_empty() => {
                    let is_named =
                        |name: &String| change.what.contains(&format!("`{name}`"));
                    location.names == place.names && names.iter().any(is_named)
                }
                _ => location.names == place.names,
            }
        })?;
        Some(cause(entry, version, change))
    }

    /// Finds a change that added or removed the operation itself, or a version of it.
    fn whole(&self, place: &Place) -> Option<Cause> {
        let (entry, version) = self.version(place)?;
        let change =
            version.changes.iter().find(|it| it.code.starts_with("endpoint-"))?;
        Some(cause(entry, version, change))
    }

    fn version(&self, place: &Place) -> Option<(&'a Entry, &'a VersionEntry)> {
        let operation = &place.operation;
        let route = (operation.method.clone(), operation.path.clone());
        let entry = *self.routes.get(&route)?;
        let is_of = |it: &&VersionEntry| it.version.to_string() == operation.version;
        Some((entry, entry.versions.iter().find(is_of)?))
    }
}

fn is_part(start: Start, part: &Part) -> bool {
    match start {
        Start::Body => *part == Part::Request,
        Start::Response => *part == Part::Response,
        Start::Parameters => matches!(part, Part::Parameter(_)),
    }
}

fn first(entry: &Entry, is_cause: impl Fn(&Change) -> bool) -> Option<Cause> {
    entry.versions.iter().find_map(|version| {
        let change = version.changes.iter().find(|change| is_cause(change))?;
        Some(cause(entry, version, change))
    })
}

/// Returns the ids of the operations whose functions return each builder.
fn builders(items: [&Items; 2]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, item) in items.iter().flat_map(|items| items.iter()) {
        let returned =
            item.text.rsplit_once("->").filter(|_| item.kind == Kind::Function);
        let ty = returned.map(|(_, ty)| ty.split('<').next().unwrap_or(ty));
        let name = ty.and_then(|ty| words(ty).last());
        let (Some(name), Some((module, _))) = (name, path.rsplit_once("::")) else {
            continue;
        };
        // A dated module returns the builders of the module around it, or its own.
        let outer = module.split("::").next().unwrap_or_default();
        for module in [module, outer] {
            let ids = found.entry(format!("{module}::{name}")).or_default();
            ids.extend(item.aliases.iter().cloned());
        }
    }
    found
}

/// Returns the ids of the preview operations that need each type.
fn previews(items: [&Items; 2]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for items in items {
        let is_start = |(path, item): &(&String, &Item)| {
            item.kind == Kind::Function && path.contains("::preview::")
        };
        for (_, item) in items.iter().filter(is_start) {
            for path in reached(items, [item.text.as_str()]) {
                let name = path.trim_start_matches("types::").to_owned();
                found.entry(name).or_default().extend(item.aliases.iter().cloned());
            }
        }
    }
    found
}

fn ids(entry: &Entry) -> [(&str, &Entry); 2] {
    [(&entry.old_id, entry), (&entry.id, entry)]
}

fn cause(entry: &Entry, version: &VersionEntry, change: &Change) -> Cause {
    Cause {
        code: change.code.clone(),
        what: change.what.clone(),
        operation: format!("{} {}", entry.id, version.version),
    }
}
