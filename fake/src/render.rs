//! Renders stored resources as responses of any version: the properties that the type declares, and
//! those that the service would set.

use std::io::Write;

use atlas_admin::registry::{Make, Payload};
use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::codec::{self, Field, Json, List, Slot, Table, Value, View};
use atlas_admin_runtime::http::Response;
use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::testing::for_fake;
use atlas_admin_runtime::url::form_urlencoded;
use atlas_admin_runtime::{Operation, json};

use crate::place::{Parameters, Place, singular};
use crate::routes::{Below, Route, Routes};
use crate::store::{Resource, Store};
use crate::values::{Failure, Fill, Filler, Settable, mixed, read};

/// A response, or the reason why the resource can't be rendered.
pub(crate) type Rendered = Result<Response<Bytes>, Failure>;

/// A call that reads or changes stored resources.
pub(crate) struct Call<'a> {
    pub(crate) routes: &'a Routes,
    pub(crate) route: &'a Route,
    /// The scheme and the host of the request, for links.
    pub(crate) origin: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}

/// The place and the settings by which resources are rendered.
pub(crate) struct Rendering<'a> {
    routes: &'a Routes,
    place: &'a Place<'a>,
    /// The ids and names of all parents of the place.
    known: Vec<(String, String)>,
    /// The properties that a request could set.
    settable: Option<&'a Settable>,
    /// Whether secrets are shown.
    is_fresh: bool,
}

impl<'a> Rendering<'a> {
    /// Renders new resources, created by a request to a template.
    pub(crate) fn fresh(self, template: &str) -> Self {
        let settable = self.routes.settable(template).or(self.settable);
        Self { settable, is_fresh: true, ..self }
    }
}

impl Store {
    /// Returns the rendering of the resources at a place.
    pub(crate) fn rendering<'a>(
        &self,
        routes: &'a Routes,
        place: &'a Place<'a>,
    ) -> Rendering<'a> {
        let known = self.known(routes, place);
        let settable = routes.settable(place.template);
        Rendering { routes, place, known, settable, is_fresh: false }
    }

    /// Renders a resource as a type.
    pub(crate) fn render(
        &self,
        how: &Rendering<'_>,
        resource: &Resource,
        value: &mut dyn Value,
    ) -> Result<(), Failure> {
        let Rendering { routes, place, .. } = *how;
        let is_made = resource.json.is_null() || !fits(value, &resource.json);
        if !is_made {
            read(value, &resource.json)?;
        }
        let paths = Store::paths_of(routes, place, resource);
        let mut known = how.known.clone();
        known.extend(self_named(place.template, &resource.json));
        let own: Vec<(String, String)> = if place.key.is_empty() {
            own_key(&paths, resource)
        } else {
            place.key.to_vec()
        };
        let count = |name: &str| self.count(routes, place, &paths, name);
        let filler = Filler {
            fill: resource.fill,
            known: &known,
            own: &own,
            settable: how.settable,
            is_fresh: how.is_fresh,
            seed: resource.seed,
            count: &count,
        };
        filler.fill(value, is_made)?;
        if resource.fill == Fill::Nothing {
            return Ok(());
        }
        self.embed(how, &paths, value)
    }

    /// Adds resources that have their own paths to the lists of their parent.
    fn embed(
        &self,
        how: &Rendering<'_>,
        paths: &[(&Below, String)],
        value: &mut dyn Value,
    ) -> Result<(), Failure> {
        if !paths.iter().any(|(_, path)| self.has_below(path)) {
            return Ok(());
        }
        let Slot::Record(record) = value.slot() else { return Ok(()) };
        for (index, field) in record.table().fields.iter().enumerate() {
            let below = paths.iter().find_map(|(Below { template, .. }, path)| {
                let path = format!("{path}/{}", field.json_name);
                let collection = self.collections.get(&path)?;
                Some((format!("{template}/{}", field.json_name), path, collection))
            });
            let Some((template, path, collection)) = below else { continue };
            let field = record.field_mut(index);
            let is_unset = matches!(field.view(), View::Absent);
            // A new resource has only what it was created with.
            if how.is_fresh && !is_unset {
                continue;
            }
            let Slot::List(list) = field.slot() else { continue };
            while list.len() > 0 {
                list.pop();
            }
            let place = Place { path, template: &template, key: &[], known: &[] };
            let how = self.rendering(how.routes, &place);
            for resource in collection.iter() {
                self.render(&how, resource, list.push())?;
            }
        }
        Ok(())
    }

    /// Counts the resources whose number a property states: `clusterCount` is the number of
    /// `clusters`.
    fn count(
        &self,
        routes: &Routes,
        place: &Place<'_>,
        paths: &[(&Below, String)],
        name: &str,
    ) -> Option<usize> {
        let counted = name.strip_suffix("Count")?;
        if paths.is_empty() {
            // A new resource has no children yet.
            let mut below = routes.below(place.template).iter();
            return below
                .any(|it| routes.is_collection(&format!("{}/{counted}s", it.template)))
                .then_some(0);
        }
        paths.iter().find_map(|(Below { template, .. }, path)| {
            let of = format!("{template}/{counted}s");
            routes.is_collection(&of).then(|| {
                let collection = self.collections.get(&format!("{path}/{counted}s"));
                collection.map_or(0, |collection| collection.len())
            })
        })
    }

    /// Returns the ids and names of all parents of a place: the parameters of its path, and those
    /// of the resources in it.
    fn known(&self, routes: &Routes, place: &Place<'_>) -> Vec<(String, String)> {
        let mut known = place.known.to_vec();
        let is_known = |template: &str| !routes.of(template).is_empty();
        let above = Place::above(place.template, place.known, is_known);
        let rest = format!("{}/", place.template);
        let above = above.iter().filter(|(above, _)| rest.starts_with(above.template));
        for (above, _) in above {
            if let Some(parent) = self.get(above) {
                known.extend(self_named(above.template, &parent.json));
            }
        }
        known
    }

    /// Renders a page of a collection, or the whole collection where the type has no pages.
    pub(crate) fn list(
        &self,
        call: &Call<'_>,
        place: &Place<'_>,
        make: Make,
        is_wanted: &dyn Fn(&Resource) -> bool,
    ) -> Rendered {
        let collection = self.collections.get(&place.path);
        let all = collection.into_iter().flat_map(|all| all.iter());
        let all: Vec<&Resource> = all.filter(|it| is_wanted(it)).collect();
        let mut value = make();
        let place = Place { key: &[], ..place.clone() };
        let how = self.rendering(call.routes, &place);
        let mut shown = &all[..];
        if !matches!(value.view(), View::List(_)) {
            let page = Page::of(call, all.len());
            let properties = known_to(&*value, page.json(call));
            for_fake::read(&mut *value, &properties)?;
            shown = page.part(&all);
        }
        items(&mut *value, &mut |list| {
            let mut shown = shown.iter();
            shown.try_for_each(|resource| self.render(&how, resource, list.push()))
        })?;
        success_value(call, &*value)
    }

    /// Renders a collection whose type sorts the resources into lists by their kind: the name of
    /// each list begins with a text property that its resources share.
    pub(crate) fn list_by_kind(
        &self,
        call: &Call<'_>,
        place: &Place<'_>,
        make: Make,
    ) -> Rendered {
        let mut value = make();
        let Slot::Record(record) = value.slot() else {
            return success_value(call, &*value);
        };
        let fields = record.table().fields;
        for at in 0..fields.len() {
            // Getting the slot sets the list, empty if nothing is added.
            _ = record.field_mut(at).slot();
        }
        let how = self.rendering(call.routes, place);
        let collection = self.collections.get(&place.path);
        for resource in collection.into_iter().flat_map(|all| all.iter()) {
            let all = resource.json.as_object().into_iter().flatten();
            let texts = all.filter_map(|(_, json)| Some(json.as_str()?.to_lowercase()));
            let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
            let is_kind = |field: &Field| {
                let name = field.json_name.to_lowercase();
                texts.iter().any(|text| name.starts_with(text))
            };
            let at = fields.iter().position(is_kind).unwrap_or(0);
            if let Slot::List(list) = record.field_mut(at).slot() {
                self.render(&how, resource, list.push())?;
            }
        }
        success_value(call, &*value)
    }
}

/// Returns the properties that a record declares: not every page has links or a count.
fn known_to(value: &dyn Value, mut page: Json) -> Json {
    if let (Some(members), View::Record(record)) = (page.as_object_mut(), value.view()) {
        let fields = record.table().fields;
        members.retain(|name, _| fields.iter().any(|field| field.json_name == name));
    }
    page
}

/// The requested page of a list.
struct Page {
    size: usize,
    /// The number of the page, from 1.
    number: usize,
    /// The number of items on all pages.
    count: usize,
}

impl Page {
    fn of(call: &Call<'_>, count: usize) -> Self {
        let number = |name: &str, default: usize| {
            let set = call.query.iter().find(|(other, _)| other == name);
            let number = set.and_then(|(_, value)| value.parse().ok());
            number.filter(|number| *number > 0).unwrap_or(default)
        };
        Self { size: number("itemsPerPage", 100), number: number("pageNum", 1), count }
    }

    fn part<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let begin = self.size.saturating_mul(self.number - 1).min(all.len());
        let end = begin.saturating_add(self.size).min(all.len());
        &all[begin..end]
    }

    /// Returns the properties of a page beside its items.
    fn json(&self, call: &Call<'_>) -> Json {
        let mut page = json!({"links": self.links(call)});
        let is_counted = call
            .query
            .iter()
            .all(|(name, value)| name != "includeCount" || value != "false");
        if let Some(page) = page.as_object_mut().filter(|_| is_counted) {
            page.insert("totalCount".to_owned(), self.count.into());
        }
        page
    }

    /// Returns the links to this page, the previous and the next page, with the request's other
    /// parameters.
    fn links(&self, call: &Call<'_>) -> Json {
        let others = call
            .query
            .iter()
            .filter(|(name, _)| name != "pageNum" && name != "itemsPerPage");
        let link = |rel: &str, page: usize| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(others.clone());
            query.append_pair("pageNum", &page.to_string());
            query.append_pair("itemsPerPage", &self.size.to_string());
            let href = format!("{}{}?{}", call.origin, call.path, query.finish());
            json!({"href": href, "rel": rel})
        };
        let mut links = vec![link("self", self.number)];
        if self.number > 1 {
            links.push(link("previous", self.number - 1));
        }
        if self.size.saturating_mul(self.number) < self.count {
            links.push(link("next", self.number + 1));
        }
        Json::Array(links)
    }
}

/// Returns the ids and names of a resource under the names that other resources use: the `id` of a
/// group is their `groupId`.
fn self_named(template: &str, json: &Json) -> Vec<(String, String)> {
    let thing = singular(template);
    let all = json.as_object().into_iter().flatten();
    let texts = all.filter_map(|(name, json)| Some((name, json.as_str()?)));
    let named = texts.filter_map(|(name, text)| {
        let name = match name.trim_start_matches('_') {
            "id" => format!("{thing}Id"),
            "name" => format!("{thing}Name"),
            other if other.ends_with("Id") => other.to_owned(),
            _ => return None,
        };
        Some((name, text.to_owned()))
    });
    named.collect()
}

/// Returns the parameters by which a resource of a list is found.
fn own_key(paths: &[(&Below, String)], resource: &Resource) -> Vec<(String, String)> {
    let mut names = paths.iter().map(|(below, _)| &below.names);
    let names = names.find(|names| names.len() == resource.key.len());
    let names = names.into_iter().flatten().map(|name| (*name).to_owned());
    names.zip(resource.key.iter().cloned()).collect()
}

/// Tells whether a type can hold a kind of JSON value: the object that a request sends to create a
/// certificate is not the text that the response returns.
fn fits(value: &mut dyn Value, json: &Json) -> bool {
    match value.slot() {
        Slot::Record(_) | Slot::Union(_) | Slot::Json(_) => true,
        Slot::Map(_) => json.as_object().is_some(),
        Slot::List(_) => json.as_array().is_some(),
        _ => json.as_object().is_none() && json.as_array().is_none(),
    }
}

/// Returns the table of a record, or of the items of a list or page.
pub(crate) fn table_of(value: &mut dyn Value) -> Option<&'static Table> {
    match value.slot() {
        Slot::Record(record) => Some(record.table()),
        Slot::List(list) => table_of(list.push()),
        _ => None,
    }
}

/// Returns the type of a response; `None` where it is not JSON.
pub(crate) fn response_type(call: &Call<'_>) -> Option<Make> {
    // Another format of the same version has no type.
    if !std::ptr::eq(call.route.operation, call.route.entry.operation) {
        return None;
    }
    call.route.entry.responses.iter().find_map(|(_, payload)| match payload {
        Payload::Json(make) => Some(*make),
        Payload::Empty | Payload::Stream => None,
    })
}

pub(crate) fn not_found(path: &str) -> Response<Bytes> {
    let detail = format!("Cannot find resource {path}.");
    for_fake::error(404, "RESOURCE_NOT_FOUND", &detail)
}

/// Returns a response with the status and the media type that the operation declares.
pub(crate) fn success(call: &Call<'_>, json: &Json) -> Response<Bytes> {
    declared(call, json.to_string())
}

/// Returns a response with a value, as [`success`] does.
pub(crate) fn success_value(call: &Call<'_>, value: &dyn Value) -> Rendered {
    Ok(declared(call, codec::encode(value)?))
}

fn declared(call: &Call<'_>, body: impl Into<Bytes>) -> Response<Bytes> {
    let operation = call.route.operation;
    match response_type(call) {
        Some(_) if operation.method == Method::Head => {
            for_fake::success(Some(operation), "")
        }
        Some(_) => for_fake::success(Some(operation), body),
        None => payload(call),
    }
}

/// Returns a response without a body, or with one that is not JSON.
pub(crate) fn payload(call: &Call<'_>) -> Response<Bytes> {
    let operation: &Operation = call.route.operation;
    let answers = call.route.entry.responses;
    if answers.iter().any(|(_, payload)| matches!(payload, Payload::Empty)) {
        return for_fake::success(Some(operation), "");
    }
    let text = b"made,by\na,fake\n";
    if operation.accept.ends_with("gzip") {
        let mut packed =
            flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let packed = packed.write_all(text).and_then(|()| packed.finish());
        return for_fake::success(Some(operation), packed.unwrap_or_default());
    }
    for_fake::success(Some(operation), text.to_vec())
}

/// Calls a function with the list in a page or list; returns false where the value has none.
pub(crate) fn items(
    value: &mut dyn Value,
    with: &mut dyn FnMut(&mut dyn List) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let list = match value.slot() {
        Slot::List(list) => list,
        Slot::Record(record) => {
            let Some(index) = record.table().index_of("results") else {
                return Ok(false);
            };
            let Slot::List(list) = record.field_mut(index).slot() else {
                return Ok(false);
            };
            list
        }
        _ => return Ok(false),
    };
    with(list)?;
    Ok(true)
}

pub(crate) fn holds_list(value: &mut dyn Value) -> bool {
    matches!(items(value, &mut |_| Ok(())), Ok(true))
}

/// Returns a resource that is generated from its type alone, for a place.
pub(crate) fn made(place: &Place<'_>) -> Resource {
    let key = place.key.iter().map(|(_, value)| value.clone()).collect();
    let seed = mixed(0, (&place.path, &key));
    Resource { key, json: Json::Null, fill: Fill::All, seed }
}

/// Tells whether the query and the path of a filtered list select a resource.
pub(crate) fn is_of(key: &Parameters, resource: &Resource) -> bool {
    key.iter()
        .all(|(name, value)| crate::store::names(&resource.json, name, value, false))
}
