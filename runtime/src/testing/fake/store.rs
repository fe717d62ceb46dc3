//! What is stored, and what the methods do with it.
//!
//! All of it follows from the shapes of paths and types: what stands at `…/things/{name}` is a
//! thing of the collection `…/things`, and is found by the property that the parameter names.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use bytes::Bytes;
use http::Response;

use super::super::reply;
use super::place::{Parameters, Place};
use super::routes::{FoundBy, Route, Routes};
use super::values::{Fill, fill, id, properties};
use crate::codec::{self, Direction, Json, List, Mismatch, Slot, Value, View};
use crate::json;
use crate::operation::Method;
use crate::registry::{Make, Payload};

/// All that is stored.
#[derive(Default)]
pub(super) struct Store {
    things: Vec<Resource>,
    /// What stands at a path of its own, as settings do.
    single: BTreeMap<String, Json>,
    /// The templates of the collections that ever held a thing.
    used: BTreeSet<String>,
    /// Whether bodies may lack what the document requires.
    allows_missing: bool,
}

/// A thing of a collection.
struct Resource {
    collection: String,
    /// Where it was put, if the path says more than its properties.
    key: Vec<String>,
    json: Json,
}

impl Resource {
    fn is_at(&self, place: &Place<'_>) -> bool {
        let mut key = place.key.iter();
        self.collection == place.path
            && (key.clone().map(|(_, value)| value).eq(&self.key)
                || key.all(|(name, value)| names(&self.json, name, value)))
    }
}

/// A request for what is stored.
pub(super) struct Call<'a> {
    pub(super) routes: &'a Routes,
    pub(super) route: &'a Route,
    pub(super) path: &'a str,
    pub(super) query: &'a [(String, String)],
    pub(super) body: &'a [u8],
}

impl Store {
    /// Takes bodies that lack what the document requires.
    pub(super) fn allow_missing(&mut self) {
        self.allows_missing = true;
    }

    /// Stores a thing at a place.
    pub(super) fn put(&mut self, place: &Place<'_>, json: Json) {
        if place.key.is_empty() {
            self.single.insert(place.path.clone(), json);
            return;
        }
        if let Some(index) = self.find(place) {
            self.things[index].json = json;
            return;
        }
        self.used.insert(place.template.to_owned());
        let key = place.key.iter().map(|(_, value)| value.clone()).collect();
        self.things.push(Resource { collection: place.path.clone(), key, json });
    }

    /// Returns what is stored at a place, to be changed.
    pub(super) fn get_mut(&mut self, place: &Place<'_>) -> Option<&mut Json> {
        if place.key.is_empty() {
            return self.single.get_mut(&place.path);
        }
        self.find(place).map(|index| &mut self.things[index].json)
    }

    fn find(&self, place: &Place<'_>) -> Option<usize> {
        self.things.iter().position(|thing| thing.is_at(place))
    }

    /// Does what a request asks for.
    pub(super) fn respond(&mut self, call: &Call<'_>) -> Response<Bytes> {
        if let Err(problem) = check_body(call, self.allows_missing) {
            return reply::error(400, "INVALID_REQUEST_BODY", &problem);
        }
        let route = call.route;
        if let Some(missing) = self.missing_parent(call) {
            return not_found(missing);
        }
        let place = Place::of(route.operation.path, call.path, &route.parameters);
        match route.operation.method {
            Method::Get | Method::Head => self.read(call, &place),
            Method::Post => self.create(call, &place),
            Method::Put | Method::Patch => self.change(call, &place),
            Method::Delete => self.delete(call, &place),
        }
    }

    /// Returns the path of a thing that a request is below and that is not there, where somebody
    /// could have made it. Where no such thing was ever stored, any is as good as there.
    fn missing_parent<'a>(&self, call: &Call<'a>) -> Option<&'a str> {
        let route = call.route;
        let is_known = |template: &str| call.routes.of(template).next().is_some();
        Place::above(route.operation.path, call.path, &route.parameters, is_known)
            .into_iter()
            .find(|(place, _)| {
                self.used.contains(place.template)
                    && is_creatable(call, place)
                    && self.find(place).is_none()
            })
            .map(|(_, path)| path)
    }

    fn read(&mut self, call: &Call<'_>, place: &Place<'_>) -> Response<Bytes> {
        let Some(make) = answer_type(call) else { return payload(call) };
        if let Some(json) = self.get_mut(place) {
            return success(call, json);
        }
        let mut value = make();
        let is_list = place.key.is_empty() && holds_list(&mut *value);
        if is_list && !self.has(place) && !is_creatable(call, place) {
            // What nobody can make through the API is there from the beginning.
            items(&mut *value, &mut |list| {
                fill(list.push(), Fill::All, true, place.known, &[])
            });
            for json in without_list(&to_json(&*value)) {
                self.add(place, json);
            }
        }
        if is_list {
            return self.list(call, place, make);
        }
        if !place.key.is_empty() && is_creatable(call, place) {
            return not_found(call.path);
        }
        fill(&mut *value, Fill::All, true, place.known, place.key);
        let json = to_json(&*value);
        self.put(place, json.clone());
        success(call, &json)
    }

    fn has(&self, place: &Place<'_>) -> bool {
        self.things.iter().any(|thing| thing.collection == place.path)
    }

    /// Answers with a page of a collection, or with all of it where the type has no pages.
    fn list(&self, call: &Call<'_>, place: &Place<'_>, make: Make) -> Response<Bytes> {
        let here = self.things.iter().filter(|thing| thing.collection == place.path);
        let all: Vec<&Json> = here.map(|thing| &thing.json).collect();
        if matches!(make().view(), View::List(_)) {
            return success(call, &Json::from_iter(all.into_iter().cloned()));
        }
        let number = |name: &str, default: usize| {
            let set = call.query.iter().find(|(other, _)| other == name);
            let number = set.and_then(|(_, value)| value.parse().ok());
            number.filter(|number| *number > 0).unwrap_or(default)
        };
        let (size, page) = (number("itemsPerPage", 100), number("pageNum", 1));
        let begin = size.saturating_mul(page - 1);
        let results: Vec<Json> =
            all.iter().skip(begin).take(size).map(|json| (*json).clone()).collect();
        let link = |rel: &str, page: usize| {
            json!({
                "rel": rel,
                "href": format!("{}?pageNum={page}&itemsPerPage={size}", call.path),
            })
        };
        let mut links = vec![link("self", page)];
        if page > 1 {
            links.push(link("previous", page - 1));
        }
        if begin.saturating_add(size) < all.len() {
            links.push(link("next", page + 1));
        }
        let json = json!({
            "links": links, "results": results, "totalCount": all.len(),
        });
        success(call, &json)
    }

    fn create(&mut self, call: &Call<'_>, place: &Place<'_>) -> Response<Bytes> {
        let Some(make) = answer_type(call) else { return payload(call) };
        let template = call.route.operation.path;
        let below = call.routes.below(template).next();
        let mut value = make();
        let body = Json::from_slice(call.body).unwrap_or_default();
        let is_collection =
            place.key.is_empty() && (call.routes.is_listed(template) || below.is_some());
        let bodies = match body {
            Json::Array(bodies) => bodies,
            body if holds_list(&mut *value) && is_collection => vec![body],
            body => {
                take(
                    &mut *value,
                    &body,
                    place.known,
                    &below.map(new_ids).unwrap_or_default(),
                );
                let json = to_json(&*value);
                if is_collection {
                    let mut found_by = call.routes.found_by(template);
                    let taken = found_by
                        .find_map(|found| self.taken(place, &found, &json, &body));
                    if let Some(name) = taken {
                        let detail = format!("There is a resource {name} already.");
                        return reply::error(409, "RESOURCE_ALREADY_EXISTS", &detail);
                    }
                    self.add(place, json.clone());
                }
                return success(call, &json);
            }
        };
        // Several at once, answered with the list of them.
        for body in bodies {
            let mut value = make();
            let mut made = Json::Null;
            items(&mut *value, &mut |list| {
                let item = list.push();
                take(item, &body, place.known, &[]);
                made = to_json(item);
            });
            if !self
                .things
                .iter()
                .any(|it| it.collection == place.path && it.json == made)
            {
                self.add(place, made);
            }
        }
        self.list(call, place, make)
    }

    fn add(&mut self, place: &Place<'_>, json: Json) {
        self.used.insert(place.template.to_owned());
        let collection = place.path.clone();
        self.things.push(Resource { collection, key: Vec::new(), json });
    }

    /// Returns what a new thing, made as the body says, would be found by, where another is
    /// found by it already.
    fn taken(
        &self,
        place: &Place<'_>,
        found: &FoundBy,
        json: &Json,
        body: &Json,
    ) -> Option<String> {
        let mut key = Vec::new();
        let mut used = BTreeSet::new();
        for parameter in &found.parameters {
            let parameter = parameter.trim_matches(['{', '}']);
            let has = |name: &String| json.get(name).and_then(Json::as_str).is_some();
            let name = properties(parameter).find(has)?;
            key.push((parameter.to_owned(), json.get(&name)?.as_str()?.to_owned()));
            // Of two parameters that seem to be one property, one means another.
            if !used.insert(name) {
                return None;
            }
        }
        let there = Place { path: place.path.clone(), key: &key, ..*place };
        // What is found `by…` something is the only one within what it belongs to, and that
        // may stand in the body alone.
        let is_beside = |thing: &Resource| {
            let said = body.as_object().into_iter().flatten();
            let mut owners = said.filter(|(name, _)| name.ends_with("Id"));
            !found.is_by
                || owners.all(|(name, owner)| thing.json.get(name) == Some(owner))
        };
        let mut things = self.things.iter();
        let is_taken = things.any(|thing| thing.is_at(&there) && is_beside(thing));
        let values: Vec<&str> = key.iter().map(|(_, value)| &**value).collect();
        is_taken.then(|| values.join("/"))
    }

    fn change(&mut self, call: &Call<'_>, place: &Place<'_>) -> Response<Bytes> {
        let body = Json::from_slice(call.body).unwrap_or_default();
        let stored = self.get_mut(place).cloned();
        let is_put = call.route.operation.method == Method::Put;
        if stored.is_none()
            && !place.key.is_empty()
            && !is_put
            && is_creatable(call, place)
        {
            return not_found(call.path);
        }
        let mut json = stored.unwrap_or_default();
        merge(&mut json, body);
        if let Some(make) = answer_type(call) {
            let mut value = make();
            take(&mut *value, &json, place.known, place.key);
            json = to_json(&*value);
        }
        self.put(place, json.clone());
        success(call, &json)
    }

    fn delete(&mut self, call: &Call<'_>, place: &Place<'_>) -> Response<Bytes> {
        let removed = if place.key.is_empty() {
            self.single.remove(&place.path)
        } else {
            self.find(place).map(|index| self.things.remove(index).json)
        };
        if removed.is_none() && !place.key.is_empty() && is_creatable(call, place) {
            return not_found(call.path);
        }
        // What it held goes with it.
        let below = format!("{}/", call.path);
        let is_below = |path: &str| path.starts_with(&below);
        self.things.retain(|thing| !is_below(&(thing.collection.clone() + "/")));
        self.single.retain(|path, _| !is_below(path));
        success(call, &removed.unwrap_or_default())
    }
}

/// Says what is wrong with a body, by its type.
fn check_body(call: &Call<'_>, allows_missing: bool) -> Result<(), String> {
    let Some(make) = call.route.entry.body else { return Ok(()) };
    let mut value = make();
    let mut problem = None;
    let mut observe = |mismatch: Mismatch| {
        let (path, message) = match mismatch {
            Mismatch::Type { path, message } => (path, message),
            // A property that is null is one that is not set; an item, or all of the body, is
            // a thing that is not there.
            Mismatch::Null { path } if path.is_empty() || path.ends_with(']') => {
                (path, "expected a value, found null".to_owned())
            }
            _ => return,
        };
        let place = if path.is_empty() { "the body" } else { &path };
        problem.get_or_insert_with(|| format!("{place}: {message}"));
    };
    // What requires no property may be left out as a whole.
    let body = if call.body.is_empty() { b"{}" } else { call.body };
    codec::decode_observed(body, &mut *value, Direction::Request, &mut observe)
        .map_err(|error| error.to_string())?;
    if let Some(problem) = problem {
        return Err(problem);
    }
    let method = call.route.operation.method;
    if method != Method::Post || allows_missing {
        return Ok(());
    }
    let body =
        codec::encode_request(&*value, method).map_err(|error| error.to_string())?;
    match body.missing().as_slice() {
        [] => Ok(()),
        missing => Err(format!("{} must be set", missing.join(", "))),
    }
}

/// Returns the type of the answer, where it is JSON.
fn answer_type(call: &Call<'_>) -> Option<Make> {
    // Another format of the same version is a payload.
    if !std::ptr::eq(call.route.operation, call.route.entry.operation) {
        return None;
    }
    call.route.entry.answers.iter().find_map(|(_, payload)| match payload {
        Payload::Json(make) => Some(*make),
        Payload::Empty | Payload::Stream => None,
    })
}

/// Tells whether somebody can make the things of a collection.
fn is_creatable(call: &Call<'_>, place: &Place<'_>) -> bool {
    let here = call.routes.of(place.template);
    let below = call.routes.below(place.template);
    let mut below = below.flat_map(|template| call.routes.of(template));
    here.into_iter().any(|entry| entry.operation.method == Method::Post)
        || below.any(|entry| entry.operation.method == Method::Put)
}

fn not_found(path: &str) -> Response<Bytes> {
    let detail = format!("Cannot find resource {path}.");
    reply::error(404, "RESOURCE_NOT_FOUND", &detail)
}

/// Answers with the status and the media type that the operation declares.
fn success(call: &Call<'_>, json: &Json) -> Response<Bytes> {
    let operation = call.route.operation;
    match answer_type(call) {
        Some(_) if call.route.operation.method == Method::Head => {
            reply::success(Some(operation), "")
        }
        Some(_) => reply::success(Some(operation), json.to_string()),
        None => payload(call),
    }
}

/// Answers without a body, or with one that is not JSON.
fn payload(call: &Call<'_>) -> Response<Bytes> {
    let operation = call.route.operation;
    let answers = call.route.entry.answers;
    if answers.iter().any(|(_, payload)| matches!(payload, Payload::Empty)) {
        return reply::success(Some(operation), "");
    }
    let text = b"made,by\na,fake\n";
    if operation.accept.ends_with("gzip") {
        let mut packed =
            flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let packed = packed.write_all(text).and_then(|()| packed.finish());
        return reply::success(Some(operation), packed.unwrap_or_default());
    }
    reply::success(Some(operation), text.to_vec())
}

/// Hands out the list that a page or a list is made of; tells whether there is one.
fn items(value: &mut dyn Value, with: &mut dyn FnMut(&mut dyn List)) -> bool {
    match value.slot() {
        Slot::List(list) => {
            with(list);
            true
        }
        Slot::Record(record) => match record.table().index_of("results") {
            Some(index) => match record.field_mut(index).slot() {
                Slot::List(list) => {
                    with(list);
                    true
                }
                _ => false,
            },
            None => false,
        },
        _ => false,
    }
}

pub(super) fn holds_list(value: &mut dyn Value) -> bool {
    items(value, &mut |_| {})
}

fn without_list(json: &Json) -> Vec<Json> {
    let list = json.get("results").unwrap_or(json);
    list.as_array().cloned().unwrap_or_default()
}

/// Reads what a request says of a thing into its type, and makes what it leaves to the service.
fn take(value: &mut dyn Value, body: &Json, known: &Parameters, own: &Parameters) {
    let declared: Option<Vec<&str>> = match value.slot() {
        Slot::Record(record) => {
            Some(record.table().fields.iter().map(|field| field.json_name).collect())
        }
        _ => None,
    };
    let mut body = body.clone();
    if let (Json::Object(body), Some(declared)) = (&mut body, declared) {
        // The service does not repeat what is none of the answer.
        body.retain(|name, _| declared.contains(&name.as_str()));
    }
    if !body.is_null() {
        // What does not fit is left out.
        _ = codec::decode(body.to_string().as_bytes(), value);
    }
    fill(value, Fill::Rest, body.is_null(), known, own);
}

/// Makes the identifiers that the path of a thing asks for.
fn new_ids(template: &str) -> Vec<(String, String)> {
    let name = template.rsplit('/').next().unwrap_or_default().trim_matches(['{', '}']);
    let is_id = name == "id" || name.ends_with("Id");
    is_id.then(|| (name.to_owned(), id())).into_iter().collect()
}

fn to_json(value: &dyn Value) -> Json {
    let bytes = codec::encode(value).unwrap_or_default();
    Json::from_slice(&bytes).unwrap_or_default()
}

/// Lays a change over what there is: objects are merged, all else is replaced.
fn merge(into: &mut Json, change: Json) {
    match (into, change) {
        (Json::Object(into), Json::Object(change)) => {
            for (name, value) in change {
                merge(into.entry(name).or_default(), value);
            }
        }
        (into, change) => *into = change,
    }
}

/// Tells whether a parameter of the path names a thing: by the property of its name, by the
/// one that its last words say, else by any text of it.
fn names(json: &Json, parameter: &str, value: &str) -> bool {
    let property = |name: &str| json.get(name).and_then(Json::as_str);
    if let Some(name) = properties(parameter).find_map(|name| property(&name)) {
        return name == value;
    }
    let all = json.as_object().into_iter().flatten();
    all.filter_map(|(_, json)| json.as_str()).any(|text| text == value)
}
