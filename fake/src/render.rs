//! Stored resources as responses of any version: what a type declares of them, with what the
//! service would add.

use std::io::Write;

use atlas_admin::registry::{Make, Payload};
use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::codec::{self, Json, List, Slot, Table, Value, View};
use atlas_admin_runtime::http::Response;
use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::testing::for_fake;
use atlas_admin_runtime::url::form_urlencoded;
use atlas_admin_runtime::{Operation, json};

use crate::place::{Parameters, Place, singular};
use crate::routes::{Route, Routes};
use crate::store::{Resource, Store};
use crate::values::{Fill, Filler, Settable, mixed, read, to_json};

/// A request for what is stored.
pub(crate) struct Call<'a> {
    pub(crate) routes: &'a Routes,
    pub(crate) route: &'a Route,
    /// The scheme and the host that the client called, for links.
    pub(crate) origin: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}

/// The settings of a rendering.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rendering<'a> {
    /// What the request could set.
    pub(crate) settable: Option<&'a Settable>,
    /// Whether secrets are shown.
    pub(crate) is_fresh: bool,
}

impl Store {
    /// Returns a resource as a type has it.
    pub(crate) fn render(
        &self,
        routes: &Routes,
        place: &Place<'_>,
        resource: &Resource,
        how: Rendering<'_>,
        value: &mut dyn Value,
    ) {
        read(value, &resource.json);
        let paths = Store::paths_of(routes, place, resource);
        let mut known = self.known(routes, place);
        known.extend(self_named(place.template, &resource.json));
        let own: Vec<(String, String)> = if place.key.is_empty() {
            own_key(&paths, place, resource)
        } else {
            place.key.to_vec()
        };
        let count = |name: &str| self.count(routes, place, &paths, name);
        let filler = Filler {
            fill: resource.fill,
            known: &known,
            own: &own,
            settable: how.settable.or_else(|| routes.settable(place.template)),
            is_fresh: how.is_fresh,
            seed: resource.seed,
            count: &count,
        };
        filler.fill(value, resource.json.is_null());
        if resource.fill != Fill::Nothing {
            self.embed(routes, &paths, value, how);
        }
    }

    /// Puts what has a path of its own into the lists of the resource that it belongs to.
    fn embed(
        &self,
        routes: &Routes,
        paths: &[(&'static str, String)],
        value: &mut dyn Value,
        how: Rendering<'_>,
    ) {
        if !paths.iter().any(|(_, path)| self.has_below(path)) {
            return;
        }
        let Slot::Record(record) = value.slot() else { return };
        for (index, field) in record.table().fields.iter().enumerate() {
            let below = paths.iter().find_map(|(template, path)| {
                let path = format!("{path}/{}", field.json_name);
                let collection = self.collections.get(&path)?;
                Some((format!("{template}/{}", field.json_name), path, collection))
            });
            let Some((template, path, collection)) = below else { continue };
            let field = record.field_mut(index);
            let is_unset = matches!(field.view(), View::Absent);
            // A new resource shows what it was made with.
            if how.is_fresh && !is_unset {
                continue;
            }
            let Slot::List(list) = field.slot() else { continue };
            while list.len() > 0 {
                list.pop();
            }
            let place = Place { path, template: &template, key: &[], known: &[] };
            for resource in collection.iter() {
                self.render(routes, &place, resource, Rendering::default(), list.push());
            }
        }
    }

    /// Counts the resources that a property is the number of: `clusterCount` that of `clusters`.
    fn count(
        &self,
        routes: &Routes,
        place: &Place<'_>,
        paths: &[(&'static str, String)],
        name: &str,
    ) -> Option<usize> {
        let counted = name.strip_suffix("Count")?;
        if paths.is_empty() {
            // A new one holds nothing yet.
            let mut below = routes.below(place.template);
            return below
                .any(|it| routes.is_collection(&format!("{it}/{counted}s")))
                .then_some(0);
        }
        paths.iter().find_map(|(template, path)| {
            let of = format!("{template}/{counted}s");
            routes.is_collection(&of).then(|| {
                let collection = self.collections.get(&format!("{path}/{counted}s"));
                collection.map_or(0, |collection| collection.len())
            })
        })
    }

    /// Returns what is known of all that encloses a place: the parameters of its path, and the
    /// ids and names of the resources that it is below.
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

    /// Renders a page of a collection, or all of it where the type has no pages.
    pub(crate) fn list(
        &self,
        call: &Call<'_>,
        place: &Place<'_>,
        make: Make,
        is_wanted: &dyn Fn(&Resource) -> bool,
    ) -> Response<Bytes> {
        let collection = self.collections.get(&place.path);
        let all: Vec<&Resource> = collection
            .into_iter()
            .flat_map(|all| all.iter())
            .filter(|it| is_wanted(it))
            .collect();
        let mut value = make();
        let place = Place { key: &[], ..place.clone() };
        let how = Rendering::default();
        if matches!(value.view(), View::List(_)) {
            items(&mut *value, &mut |list| {
                for resource in &all {
                    self.render(call.routes, &place, resource, how, list.push());
                }
            });
            return success(call, &to_json(&*value));
        }
        let number = |name: &str, default: usize| {
            let set = call.query.iter().find(|(other, _)| other == name);
            let number = set.and_then(|(_, value)| value.parse().ok());
            number.filter(|number| *number > 0).unwrap_or(default)
        };
        let (size, page) = (number("itemsPerPage", 100), number("pageNum", 1));
        let begin = size.saturating_mul(page - 1);
        items(&mut *value, &mut |list| {
            for resource in all.iter().skip(begin).take(size) {
                self.render(call.routes, &place, resource, how, list.push());
            }
        });
        let mut page = format!("{{\"links\":{}", links(call, size, page, all.len()));
        let is_counted = call
            .query
            .iter()
            .all(|(name, value)| name != "includeCount" || value != "false");
        if is_counted {
            page += &format!(",\"totalCount\":{}", all.len());
        }
        // The text of the results is taken as it is: a page may hold many.
        let results = codec::encode(&*value).unwrap_or_default();
        let results = String::from_utf8_lossy(&results);
        match results.strip_prefix('{').filter(|rest| *rest != "}") {
            Some(rest) => page += &format!(",{rest}"),
            None => page += ",\"results\":[]}",
        }
        for_fake::success(Some(call.route.operation), page)
    }

    /// Renders a collection whose type sorts the resources into lists by their kind: each list
    /// begins with the text of a property that its resources share.
    pub(crate) fn list_by_kind(
        &self,
        call: &Call<'_>,
        place: &Place<'_>,
        make: Make,
    ) -> Response<Bytes> {
        let mut value = make();
        if let Slot::Record(record) = value.slot() {
            let lists: Vec<(usize, &str)> = record
                .table()
                .fields
                .iter()
                .enumerate()
                .map(|(at, it)| (at, it.json_name))
                .collect();
            for (at, _) in &lists {
                _ = record.field_mut(*at).slot();
            }
            let collection = self.collections.get(&place.path);
            for resource in collection.into_iter().flat_map(|all| all.iter()) {
                let all = resource.json.as_object().into_iter().flatten();
                let texts: Vec<String> = all
                    .filter_map(|(_, json)| Some(json.as_str()?.to_lowercase()))
                    .collect();
                let is_kind = |name: &str| {
                    texts.iter().any(|text| {
                        !text.is_empty() && name.to_lowercase().starts_with(text)
                    })
                };
                let found =
                    lists.iter().find(|(_, name)| is_kind(name)).or(lists.first());
                if let Some((at, _)) = found
                    && let Slot::List(list) = record.field_mut(*at).slot()
                {
                    self.render(
                        call.routes,
                        place,
                        resource,
                        Rendering::default(),
                        list.push(),
                    );
                }
            }
        }
        success(call, &to_json(&*value))
    }
}

/// Returns the ids and names of a resource as others call them: the `id` of a group is a
/// `groupId`.
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

/// Returns the parameters that a resource of a list would be found by.
fn own_key(
    paths: &[(&'static str, String)],
    place: &Place<'_>,
    resource: &Resource,
) -> Vec<(String, String)> {
    let of_key = paths.iter().find_map(|(template, _)| {
        let rest = template.get(place.template.len() + 1..)?;
        let names: Vec<&str> =
            rest.split('/').map(|it| it.trim_matches(['{', '}'])).collect();
        (names.len() == resource.key.len()).then_some(names)
    });
    let names = of_key.unwrap_or_default();
    let pairs = names.into_iter().map(str::to_owned).zip(resource.key.iter().cloned());
    pairs.collect()
}

/// Returns the table of a record, or of the items of a list or page.
pub(crate) fn table_of(value: &mut dyn Value) -> Option<&'static Table> {
    match value.slot() {
        Slot::Record(record) => Some(record.table()),
        Slot::List(list) => table_of(list.push()),
        _ => None,
    }
}

/// Returns the links of a page: to itself and to its neighbours, with the same other parameters.
fn links(call: &Call<'_>, size: usize, page: usize, count: usize) -> Json {
    let others = call
        .query
        .iter()
        .filter(|(name, _)| name != "pageNum" && name != "itemsPerPage");
    let link = |rel: &str, page: usize| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others.clone());
        query.append_pair("pageNum", &page.to_string());
        query.append_pair("itemsPerPage", &size.to_string());
        let href = format!("{}{}?{}", call.origin, call.path, query.finish());
        json!({"href": href, "rel": rel})
    };
    let mut links = vec![link("self", page)];
    if page > 1 {
        links.push(link("previous", page - 1));
    }
    if size.saturating_mul(page) < count {
        links.push(link("next", page + 1));
    }
    Json::Array(links)
}

/// Returns the type of a response, where it is JSON.
pub(crate) fn answer_type(call: &Call<'_>) -> Option<Make> {
    // Another format of the same version is a payload.
    if !std::ptr::eq(call.route.operation, call.route.entry.operation) {
        return None;
    }
    call.route.entry.answers.iter().find_map(|(_, payload)| match payload {
        Payload::Json(make) => Some(*make),
        Payload::Empty | Payload::Stream => None,
    })
}

pub(crate) fn not_found(path: &str) -> Response<Bytes> {
    let detail = format!("Cannot find resource {path}.");
    for_fake::error(404, "RESOURCE_NOT_FOUND", &detail)
}

/// Responds with the status and the media type that the operation declares.
pub(crate) fn success(call: &Call<'_>, json: &Json) -> Response<Bytes> {
    let operation = call.route.operation;
    match answer_type(call) {
        Some(_) if operation.method == Method::Head => {
            for_fake::success(Some(operation), "")
        }
        Some(_) => for_fake::success(Some(operation), json.to_string()),
        None => payload(call),
    }
}

/// Responds without a body, or with one that is not JSON.
pub(crate) fn payload(call: &Call<'_>) -> Response<Bytes> {
    let operation: &Operation = call.route.operation;
    let answers = call.route.entry.answers;
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

/// Hands out the list that a page or a list is made of; tells whether there is one.
pub(crate) fn items(value: &mut dyn Value, with: &mut dyn FnMut(&mut dyn List)) -> bool {
    match value.slot() {
        Slot::List(list) => {
            with(list);
            true
        }
        Slot::Record(record) => {
            let Some(index) = record.table().index_of("results") else { return false };
            let Slot::List(list) = record.field_mut(index).slot() else { return false };
            with(list);
            true
        }
        _ => false,
    }
}

pub(crate) fn holds_list(value: &mut dyn Value) -> bool {
    items(value, &mut |_| {})
}

/// Returns what is made of a type alone, for a place.
pub(crate) fn made(place: &Place<'_>) -> Resource {
    let key = place.key.iter().map(|(_, value)| value.clone()).collect();
    let seed = mixed(0, (&place.path, &key));
    Resource { key, json: Json::Null, fill: Fill::All, seed }
}

/// Tells whether the query and the path of a filtered list want a resource.
pub(crate) fn is_of(key: &Parameters, resource: &Resource) -> bool {
    key.iter()
        .all(|(name, value)| crate::store::names(&resource.json, name, value, false))
}
