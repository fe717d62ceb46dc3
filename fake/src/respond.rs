//! Responses to calls that read or change stored resources, by method.

use atlas_admin::registry::Make;
use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::codec::{Json, Slot, Value};
use atlas_admin_runtime::http::Response;
use atlas_admin_runtime::json;
use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::testing::for_fake::{error, to_json};

use crate::place::{self, Parameters, Place};
use crate::render::{
    Call, Rendered, holds_list, is_of, items, made, not_found, payload, response_type,
    success, success_value,
};
use crate::routes::{Below, Routes};
use crate::special;
use crate::store::{Resource, Store, is_made};
use crate::values::{Failure, Fill};

impl Store {
    /// Responds to a request whose body fits its type.
    pub(crate) fn respond(&mut self, call: &Call<'_>) -> Response<Bytes> {
        self.rendered(call).unwrap_or_else(|failure| {
            error(500, "UNEXPECTED_ERROR", &failure.to_string())
        })
    }

    fn rendered(&mut self, call: &Call<'_>) -> Rendered {
        let route = call.route;
        let (template, parameters) =
            aliased(route.operation.path, &route.parameters, call.body);
        if !self.populates
            && let Some(missing) =
                self.missing_parent(call.routes, route.operation.path, &route.parameters)
        {
            return Ok(not_found(&missing));
        }
        let place = Place::of(template, &parameters);
        match route.operation.method {
            Method::Get | Method::Head => self.read(call, &place),
            Method::Post => self.create(call, &place),
            Method::Put | Method::Patch => self.update(call, &place),
            Method::Delete => self.delete(call, &place),
        }
    }

    fn read(&mut self, call: &Call<'_>, place: &Place<'_>) -> Rendered {
        let Some(make) = response_type(call) else { return Ok(payload(call)) };
        let routes = call.routes;
        let is_creatable = routes.is_creatable(place.template);
        let is_collection = self.collections.contains_key(&place.path);
        if holds_list(&mut *make()) {
            if is_creatable || is_collection && place.key.is_empty() {
                return self.list(call, place, make, &|it| is_of(place.key, it));
            }
            if place.key.is_empty() {
                return self.read_list(call, place, make);
            }
        } else if place.key.is_empty() && is_creatable && is_kinds(routes, place, make) {
            return self.list_by_kind(call, place, make);
        }
        if self.get(place).is_some() {
            return success_value(call, &*self.rendered_at(call, place, make)?);
        }
        if is_made(routes, place) && !self.populates {
            let absent = special::absent(place.template);
            return Ok(
                absent.map_or_else(|| not_found(call.path), |json| success(call, &json))
            );
        }
        self.put(place, Json::Null, Fill::All);
        let value = self.rendered_at(call, place, make)?;
        // Later requests find the resource by the generated values.
        self.put(place, to_json(&*value)?, Fill::All);
        success_value(call, &*value)
    }

    /// Renders the resource at a place.
    fn rendered_at(
        &self,
        call: &Call<'_>,
        place: &Place<'_>,
        make: Make,
    ) -> Result<Box<dyn Value>, Failure> {
        let mut value = make();
        if let Some(resource) = self.get(place) {
            let how = self.rendering(call.routes, place);
            self.render(&how, resource, &mut *value)?;
        }
        Ok(value)
    }

    /// Responds with a list of resources that no request can create. The list has the top-level
    /// resources of the API that name the parent in the path, or one generated resource.
    fn read_list(&mut self, call: &Call<'_>, place: &Place<'_>, make: Make) -> Rendered {
        let top = place::top_level(place.template);
        if let (Some(top), Some(owner)) = (top, place.known.last())
            && top != place.template
            && call.routes.is_creatable(&top)
            && call.routes.is_listed(&top)
        {
            let place =
                Place { path: top.clone(), template: &top, key: &[], known: &[] };
            let is_named = |it: &Resource| {
                it.json.get(&owner.0).and_then(Json::as_str) == Some(&owner.1)
            };
            return self.list(call, &place, make, &is_named);
        }
        let resource = made(place);
        let json = self.item(call, place, make, &resource)?;
        self.add(place, json, Fill::All, resource.seed);
        self.list(call, place, make, &|_| true)
    }

    /// Renders a resource as an item of a list.
    fn item(
        &self,
        call: &Call<'_>,
        place: &Place<'_>,
        make: Make,
        resource: &Resource,
    ) -> Result<Json, Failure> {
        let how = self.rendering(call.routes, place);
        let mut json = Json::Null;
        items(&mut *make(), &mut |list| {
            let item = list.push();
            self.render(&how, resource, item)?;
            json = to_json(item)?;
            Ok(())
        })?;
        Ok(json)
    }

    fn create(&mut self, call: &Call<'_>, place: &Place<'_>) -> Rendered {
        let Some(make) = response_type(call) else { return Ok(payload(call)) };
        let routes = call.routes;
        let template = place.template;
        let mut body = Json::from_slice(call.body).unwrap_or_default();
        rename(template, &mut body);
        let inner = nested(routes, template, &mut *make());
        if let Some((name, properties)) = &inner {
            move_into(&mut body, name, properties);
        }
        if !place.key.is_empty() || !routes.is_collection(template) {
            return self.create_in_place(call, place, make, body);
        }
        if holds_list(&mut *make()) || matches!(body, Json::Array(_)) {
            return self.create_several(call, place, make, body);
        }
        let seed = self.next_seed(&place.path);
        let resource = Resource::new(body, seed);
        let mut json = self.render_new(call, place, make, &resource)?;
        if json.as_object().is_none() {
            return Ok(success(call, &json));
        }
        let inner = inner.and_then(|(name, _)| json.get(name).cloned());
        let stored = inner.unwrap_or_else(|| json.clone());
        let mut found_by = routes.found_by(template).iter();
        let taken =
            found_by.find_map(|by| self.taken(place, by, &stored, &resource.json));
        if let Some(name) = taken {
            return Ok(conflict(&name));
        }
        self.accepted.learn(&json, place.known);
        self.store_new(routes, place, stored, &resource, &mut json);
        Ok(success(call, &json))
    }

    /// Renders a resource as the response to its creation.
    fn render_new(
        &self,
        call: &Call<'_>,
        place: &Place<'_>,
        make: Make,
        resource: &Resource,
    ) -> Result<Json, Failure> {
        let how = self.rendering(call.routes, place).fresh(call.route.operation.path);
        let mut value = make();
        self.render(&how, resource, &mut *value)?;
        Ok(to_json(&*value)?)
    }

    /// Creates a resource at a path of its own, if the operation has a body and the path can be
    /// read; any other POST is an action.
    fn create_in_place(
        &mut self,
        call: &Call<'_>,
        place: &Place<'_>,
        make: Make,
        body: Json,
    ) -> Rendered {
        let is_read = call.routes.takes(call.route.operation.path, Method::Get);
        if call.route.entry.body.is_some() && is_read {
            if self.get(place).is_some() && !place.key.is_empty() {
                return Ok(conflict(call.path));
            }
            self.put(place, body.clone(), Fill::Rest);
            if holds_list(&mut *make()) {
                return self.list(call, place, make, &|_| true);
            }
        }
        let seed = self.next_seed(&place.path);
        let there = self.get(place).cloned();
        let resource = there.unwrap_or_else(|| Resource::new(body, seed));
        Ok(success(call, &self.render_new(call, place, make, &resource)?))
    }

    /// Stores a new resource, and separately its parts that have a path of their own.
    fn store_new(
        &mut self,
        routes: &Routes,
        place: &Place<'_>,
        mut stored: Json,
        resource: &Resource,
        shown: &mut Json,
    ) {
        let (said, seed) = (&resource.json, resource.seed);
        // Properties of the request that no response repeats are stored too; a secret is masked
        // later.
        if let (Json::Object(stored), Json::Object(said)) = (&mut stored, said) {
            for (name, value) in said.iter() {
                stored.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        let made = Resource::new(stored.clone(), seed);
        let paths = Store::paths_of(routes, place, &made);
        let parts = split(routes, &paths, &mut stored, said, shown);
        self.ensure_named(routes, &stored, place.known);
        self.add(place, stored, Fill::Rest, seed);
        for Part { template, path, items } in parts {
            let below = Place { path, template: &template, key: &[], known: &[] };
            for item in items {
                let seed = self.next_seed(&below.path);
                self.add(&below, item, Fill::Rest, seed);
            }
        }
    }

    /// Creates several resources at once; the response lists them.
    fn create_several(
        &mut self,
        call: &Call<'_>,
        place: &Place<'_>,
        make: Make,
        body: Json,
    ) -> Rendered {
        let bodies = match body {
            Json::Array(bodies) => bodies,
            body => vec![body],
        };
        for body in bodies {
            let seed = self.next_seed(&place.path);
            let resource = Resource::new(body, seed);
            let json = self.item(call, place, make, &resource)?;
            let there = self.collections.get(&place.path);
            let is_there = there.is_some_and(|all| all.iter().any(|it| it.json == json));
            if !is_there {
                self.add(place, json, Fill::Rest, seed);
            }
        }
        self.list(call, place, make, &|_| true)
    }

    fn update(&mut self, call: &Call<'_>, place: &Place<'_>) -> Rendered {
        let body = Json::from_slice(call.body).unwrap_or_default();
        let stored = self.get(place).cloned();
        let is_put = call.route.operation.method == Method::Put;
        let is_creatable = call.routes.is_creatable(place.template);
        let is_named = !place.key.is_empty();
        if stored.is_none() && is_named && !is_put && is_creatable && !self.populates {
            return Ok(not_found(call.path));
        }
        let make = response_type(call);
        let (mut json, fill) = match &stored {
            Some(stored) => (stored.json.clone(), stored.fill),
            // Settings exist before anybody changes them.
            None if !is_creatable => (self.made_json(call, place, make)?, Fill::All),
            None => (Json::default(), Fill::Rest),
        };
        merge(&mut json, body);
        self.put(place, json, if fill == Fill::Nothing { Fill::Rest } else { fill });
        let Some(make) = make else { return Ok(payload(call)) };
        if holds_list(&mut *make()) {
            return self.list(call, place, make, &|_| true);
        }
        success_value(call, &*self.rendered_at(call, place, make)?)
    }

    /// Returns the generated resource at a place where nothing is stored.
    fn made_json(
        &self,
        call: &Call<'_>,
        place: &Place<'_>,
        make: Option<Make>,
    ) -> Result<Json, Failure> {
        let value = make.map(|make| make());
        let Some(mut value) = value else { return Ok(Json::default()) };
        if holds_list(&mut *value) {
            return Ok(Json::default());
        }
        let how = self.rendering(call.routes, place);
        self.render(&how, &made(place), &mut *value)?;
        Ok(to_json(&*value)?)
    }

    fn delete(&mut self, call: &Call<'_>, place: &Place<'_>) -> Rendered {
        let mut value = response_type(call).map(|make| make());
        if let Some(value) = &mut value
            && !holds_list(&mut **value)
        {
            let there = self.get(place).cloned().unwrap_or_else(|| made(place));
            self.render(&self.rendering(call.routes, place), &there, &mut **value)?;
        }
        let removed = self.remove(place);
        if removed.is_none() && is_made(call.routes, place) && !self.populates {
            return Ok(not_found(call.path));
        }
        // Its children are deleted with it.
        self.remove_below(&place.resource_path());
        if let Some(removed) = removed {
            self.accepted.forget(&removed.json);
            for (_, path) in Store::paths_of(call.routes, place, &removed) {
                self.remove_below(&path);
            }
        }
        match value {
            Some(value) => success_value(call, &*value),
            None => Ok(success(call, &Json::Null)),
        }
    }
}

/// Returns the template and the parameters of the place that a request refers to.
fn aliased(
    template: &'static str,
    parameters: &Parameters,
    body: &[u8],
) -> (&'static str, Vec<(String, String)>) {
    let alias = special::ALIASES.iter().find(|alias| alias.template == template);
    let Some(alias) = alias else { return (template, parameters.to_vec()) };
    let mut parameters = parameters.to_vec();
    if let Some((at, name, property)) = alias.from_body {
        let body = Json::from_slice(body).unwrap_or_default();
        let value = body.get(property).and_then(Json::as_str).unwrap_or_default();
        let at = at.min(parameters.len());
        parameters.insert(at, (name.to_owned(), value.to_owned()));
    }
    for (name, _) in &mut parameters {
        if let Some((_, property)) = alias.renamed.filter(|(renamed, _)| renamed == name)
        {
            *name = property.to_owned();
        }
    }
    (alias.place, parameters)
}

/// A list in a new resource that has a path of its own.
struct Part {
    template: String,
    path: String,
    items: Vec<Json>,
}

/// Removes from a new resource the lists that have a path of their own. The response shows the
/// properties of each item that the request set.
fn split(
    routes: &Routes,
    paths: &[(&Below, String)],
    stored: &mut Json,
    said: &Json,
    shown: &mut Json,
) -> Vec<Part> {
    let mut parts = Vec::new();
    let Json::Object(stored) = stored else { return parts };
    stored.retain(|name, json| {
        let below = paths.iter().find_map(|(Below { template, .. }, path)| {
            let template = format!("{template}/{name}");
            let path = format!("{path}/{name}");
            routes.is_creatable(&template).then_some((template, path))
        });
        let (Some((template, path)), Json::Array(list)) = (below, json) else {
            return true;
        };
        let mut items = std::mem::take(list);
        if !special::FILLED_AT_CREATION.contains(&name.as_str()) {
            let said = said.get(name);
            if said.is_none() {
                items.clear();
            }
            if let Some(shown) = shown.get_mut(name) {
                *shown = said.cloned().unwrap_or_else(|| Json::Array(Vec::new()));
            }
        }
        parts.push(Part { template, path, items });
        false
    });
    parts
}

/// Tells whether a type sorts the resources of a collection into lists by their kind.
fn is_kinds(routes: &Routes, place: &Place<'_>, make: Make) -> bool {
    let mut value = make();
    let Slot::Record(record) = value.slot() else { return false };
    let count = record.table().fields.len();
    count > 0
        && !routes.below(place.template).is_empty()
        && (0..count).all(|at| matches!(record.field_mut(at).slot(), Slot::List(_)))
}

/// Returns the property of a creation's response that holds the resource, and the properties that
/// only the resource has; `None` where the response is the resource itself.
fn nested(
    routes: &Routes,
    template: &str,
    value: &mut dyn Value,
) -> Option<(&'static str, Vec<&'static str>)> {
    let tables: Vec<&str> = routes.read_as(template).collect();
    let Slot::Record(record) = value.slot() else { return None };
    let outer = record.table();
    if tables.is_empty() || tables.contains(&outer.name) {
        return None;
    }
    outer.fields.iter().enumerate().find_map(|(at, field)| {
        let Slot::Record(inner) = record.field_mut(at).slot() else { return None };
        let inner = inner.table();
        let own = inner.fields.iter().map(|field| field.json_name);
        let own = own.filter(|name| outer.index_of(name).is_none()).collect();
        tables.contains(&inner.name).then_some((field.json_name, own))
    })
}

/// Moves properties of a request into the object where the response has them.
fn move_into(body: &mut Json, name: &str, properties: &[&str]) {
    let Some(object) = body.as_object_mut() else { return };
    let mut inner = json!({});
    if let Some(inner) = inner.as_object_mut() {
        for property in properties {
            if let Some(value) = object.get(*property) {
                inner.insert((*property).to_owned(), value.clone());
            }
        }
    }
    object.entry(name.to_owned()).or_insert(inner);
}

/// Copies properties of a request to the names that the response has for them.
fn rename(template: &str, body: &mut Json) {
    let renamed = special::RENAMED.iter().filter(|(of, ..)| *of == template);
    for (_, from, into) in renamed {
        let Some(object) = body.as_object_mut() else { return };
        let Some(value) = object.get(*from).cloned() else { continue };
        for name in *into {
            object.insert((*name).to_owned(), value.clone());
        }
    }
}

/// Merges a change into a value: objects are merged, anything else is replaced.
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

fn conflict(name: &str) -> Response<Bytes> {
    let detail = format!("There is a resource {name} already.");
    error(409, "RESOURCE_ALREADY_EXISTS", &detail)
}
