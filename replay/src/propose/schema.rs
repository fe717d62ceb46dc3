//! Finds the schema in the document for a path in a body.

use std::collections::BTreeSet;

use atlas_admin::codec::{Direction, Json};
use atlas_admin::registry::Entry;
use atlas_admin::{MediaType, Version};
use atlas_admin_generator::pointer::Pointer;
use serde_json::Value;

use crate::place::{self, Step};

/// The maximum length of a chain of references, or of schemas within each other.
const DEPTH: usize = 24;

/// A document with its corrections.
#[derive(Debug)]
pub struct Document {
    tree: Value,
    names: BTreeSet<String>,
}

/// A node of the document.
#[derive(Clone, Debug)]
pub struct Spot<'d> {
    /// The value of the node.
    pub node: &'d Value,
    /// The path of the node.
    pub at: Vec<Step>,
}

/// The schema of a value in a body.
#[derive(Debug)]
pub struct Found<'d> {
    /// The schema.
    pub spot: Spot<'d>,
    /// The property that holds the value, directly or in a list or map.
    pub property: String,
    /// Whether the value is within a secret.
    pub is_secret: bool,
}

impl<'d> Spot<'d> {
    /// Returns the member of an object with a name.
    pub fn child(&self, name: &str) -> Option<Self> {
        let node = self.node.get(name)?;
        Some(self.with(node, Step::Name(name.to_owned())))
    }

    fn with(&self, node: &'d Value, step: Step) -> Self {
        Self { node, at: self.at.iter().cloned().chain([step]).collect() }
    }

    /// Returns the schemas of one of the lists `allOf`, `oneOf` and `anyOf`.
    fn parts(&self, keyword: &str) -> Vec<Self> {
        let Some(list) = self.child(keyword) else { return Vec::new() };
        let parts = list.node.as_array().into_iter().flatten().enumerate();
        parts.map(|(index, part)| list.with(part, Step::Index(index))).collect()
    }

    fn choices(&self) -> Vec<Self> {
        ["oneOf", "anyOf"].into_iter().flat_map(|keyword| self.parts(keyword)).collect()
    }
}

impl Document {
    /// Wraps the tree of a document whose corrections are applied.
    pub fn new(tree: Value) -> Self {
        let mut names = BTreeSet::new();
        for part in ["components", "paths"] {
            collect(&tree[part], &mut names);
        }
        Self { tree, names }
    }

    /// Returns the tree.
    pub fn tree(&self) -> &Value {
        &self.tree
    }

    /// Returns the node at a place.
    pub fn node(&self, at: &[Step]) -> Option<&Value> {
        at.iter().try_fold(&self.tree, |node, step| match step {
            Step::Name(name) => node.get(name),
            Step::Index(index) => node.get(index),
        })
    }

    /// Returns the names of all declared properties.
    pub fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// Returns the operation of an entry.
    pub fn operation(&self, entry: &Entry) -> Option<Spot<'_>> {
        let method = entry.operation.method.as_str().to_ascii_lowercase();
        let root = Spot { node: &self.tree, at: Vec::new() };
        root.child("paths")?.child(entry.operation.path)?.child(&method)
    }

    /// Returns the declared response of a status, else the first declared success.
    pub fn response(&self, entry: &Entry, status: u16) -> Option<Spot<'_>> {
        let responses = self.operation(entry)?.child("responses")?;
        let declared = responses.child(&status.to_string());
        let first = || {
            let mut statuses = responses.node.as_object()?.keys();
            let name = statuses.find(|status| status.starts_with('2'))?;
            responses.child(name)
        };
        declared.or_else(first).map(|spot| self.follow(spot))
    }

    /// Returns the content of the JSON body of a message in the version of the entry.
    pub fn content(
        &self,
        entry: &Entry,
        direction: Direction,
        status: u16,
    ) -> Option<Spot<'_>> {
        let message = match direction {
            Direction::Request => {
                self.follow(self.operation(entry)?.child("requestBody")?)
            }
            Direction::Response => self.response(entry, status)?,
        };
        let contents = message.child("content")?;
        let version = entry.operation.version;
        let names = contents.node.as_object()?.keys();
        let mut versioned: Vec<(Version, &String)> = names
            .filter_map(|name| Some((MediaType::parse(name)?, name)))
            .filter(|(media_type, _)| media_type.is_json())
            .map(|(media_type, name)| (media_type.version(), name))
            .collect();
        versioned.sort();
        let exact = versioned.iter().find(|(known, _)| *known == version);
        // Not every version lists the body of a request again.
        let before = versioned.iter().rfind(|(known, _)| *known <= version);
        let (_, name) = match direction {
            Direction::Request => exact.or(before),
            Direction::Response => exact,
        }?;
        contents.child(name)
    }

    /// Finds the schema of the value at the end of a path in a body.
    pub fn find<'d>(
        &'d self,
        root: Spot<'d>,
        body: &Json,
        steps: &[Step],
    ) -> Option<Found<'d>> {
        let is_secret = |spot: &Spot<'_>| spot.node["format"] == "password";
        let mut found = Found { spot: root, property: String::new(), is_secret: false };
        let mut json = Some(body);
        for step in steps {
            let (spot, is_property) = match step {
                Step::Index(_) => (self.items(found.spot, DEPTH)?, false),
                Step::Name(name) => self.property(found.spot, json, name)?,
            };
            if let (Step::Name(name), true) = (step, is_property) {
                found.property.clone_from(name);
                found.is_secret |= super::disclosure::is_secret(name);
            }
            found.is_secret |= is_secret(&spot);
            found.is_secret |= is_secret(&self.follow(spot.clone()));
            found.spot = spot;
            json = json.and_then(|json| place::at(json, step));
        }
        Some(found)
    }

    /// Follows the references of a node.
    pub fn follow<'d>(&'d self, mut spot: Spot<'d>) -> Spot<'d> {
        for _ in 0..DEPTH {
            let reference = spot.node["$ref"].as_str();
            let Some(target) = reference.and_then(|it| self.target(it)) else { break };
            spot = target;
        }
        spot
    }

    /// Returns the target of a reference within the document.
    fn target(&self, reference: &str) -> Option<Spot<'_>> {
        let pointer = Pointer::parse_reference(reference)?;
        let at: Vec<Step> = pointer.tokens().map(Step::Name).collect();
        Some(Spot { node: self.node(&at)?, at })
    }

    /// Returns the schema of a property of an object, and false if the name is the key of a map.
    /// If the object can have several schemas, uses the one that the object fits best.
    pub fn property<'d>(
        &'d self,
        schema: Spot<'d>,
        json: Option<&Json>,
        name: &str,
    ) -> Option<(Spot<'d>, bool)> {
        let choices = self.follow(schema.clone()).choices();
        let best = json.and_then(|json| self.best(choices, json));
        let of = |schema| self.declared(schema, json, name, &mut Vec::new());
        best.and_then(of).or_else(|| of(schema))
    }

    fn declared<'d>(
        &'d self,
        schema: Spot<'d>,
        json: Option<&Json>,
        name: &str,
        seen: &mut Vec<Vec<Step>>,
    ) -> Option<(Spot<'d>, bool)> {
        let schema = self.follow(schema);
        if seen.contains(&schema.at) {
            return None;
        }
        seen.push(schema.at.clone());
        let chosen = json.and_then(|json| self.variant(&schema, json));
        let choices = if chosen.is_some() { Vec::new() } else { schema.choices() };
        // What a variant declares again counts before what it inherits.
        if let Some(found) = chosen.and_then(|it| self.declared(it, json, name, seen)) {
            return Some(found);
        }
        let own = schema.child("properties").and_then(|all| all.child(name));
        if let Some(own) = own {
            return Some((own, true));
        }
        for part in schema.parts("allOf").into_iter().rev().chain(choices) {
            if let Some(found) = self.declared(part, json, name, seen) {
                return Some(found);
            }
        }
        let values = schema.child("additionalProperties")?;
        values.node.is_object().then_some((values, false))
    }

    /// Returns the schema of the items of a list.
    fn items<'d>(&'d self, schema: Spot<'d>, depth: usize) -> Option<Spot<'d>> {
        let depth = depth.checked_sub(1)?;
        let schema = self.follow(schema);
        let parts = schema.parts("allOf").into_iter().chain(schema.choices());
        let inherited = || parts.into_iter().find_map(|part| self.items(part, depth));
        schema.child("items").or_else(inherited)
    }

    /// Returns the variant of a union that an object's discriminator selects.
    fn variant<'d>(&'d self, schema: &Spot<'d>, json: &Json) -> Option<Spot<'d>> {
        let discriminator = schema.node.get("discriminator")?;
        let value = json.get(discriminator["propertyName"].as_str()?)?.as_str()?;
        match discriminator["mapping"].get(value) {
            Some(target) => self.target(target.as_str()?),
            None => self.target(&format!("#/components/schemas/{value}")),
        }
    }

    /// Returns the schema that a new property of an object belongs in; `None` if the object can
    /// have several schemas and nothing selects one.
    pub fn owner<'d>(
        &'d self,
        schema: Spot<'d>,
        json: &Json,
        seen: &mut Vec<Vec<Step>>,
    ) -> Option<Spot<'d>> {
        let schema = self.follow(schema);
        if seen.contains(&schema.at) {
            return None;
        }
        seen.push(schema.at.clone());
        if let Some(variant) = self.variant(&schema, json)
            && !seen.contains(&variant.at)
        {
            return self.owner(variant, json, seen);
        }
        let choices = schema.choices();
        if !choices.is_empty() {
            let best = self.best(choices, json)?;
            return self.owner(best, json, seen);
        }
        if schema.child("properties").is_some() {
            return Some(schema);
        }
        let mut parts = schema.parts("allOf");
        let own = parts.iter().rposition(|part| part.node.get("properties").is_some());
        match (own, parts.len()) {
            (Some(own), _) => Some(parts.swap_remove(own)),
            // The part may be the base whose discriminator selected this schema.
            (None, 1) => self.owner(parts.swap_remove(0), json, seen).or(Some(schema)),
            (None, _) => Some(schema),
        }
    }

    /// Returns the schema that fits an object best: it excludes the fewest values of the object's
    /// properties, then declares the most properties. `None` if no single schema is best.
    fn best<'d>(&'d self, choices: Vec<Spot<'d>>, json: &Json) -> Option<Spot<'d>> {
        let members = json.as_object()?;
        let fit = |choice: &Spot<'d>| {
            let (mut fitting, mut foreign) = (0_usize, 0_usize);
            for (name, value) in members.iter() {
                let seen = &mut Vec::new();
                let found = self.declared(choice.clone(), Some(json), name, seen);
                let Some((schema, _)) = found else { continue };
                fitting += 1;
                foreign += usize::from(!self.lists(schema, value));
            }
            (std::cmp::Reverse(foreign), fitting)
        };
        let fits: Vec<_> = choices.iter().map(fit).collect();
        let most = fits.iter().copied().max()?;
        let is_only = fits.iter().filter(|fit| **fit == most).count() == 1;
        let index = fits.iter().position(|fit| *fit == most)?;
        choices.into_iter().nth(index).filter(|_| is_only)
    }

    /// Tells whether a schema lists a value, or lists no values at all.
    fn lists(&self, schema: Spot<'_>, value: &Json) -> bool {
        let lists = self.enums(schema);
        let mut values = lists.iter().filter_map(|list| list.node["enum"].as_array());
        lists.is_empty() || values.any(|list| list.iter().any(|known| *value == *known))
    }

    /// Returns the schemas that list the values of an enum.
    pub fn enums<'d>(&'d self, schema: Spot<'d>) -> Vec<Spot<'d>> {
        let mut found: Vec<Spot<'d>> = Vec::new();
        self.collect_enums(schema, DEPTH, &mut found);
        found
    }

    fn collect_enums<'d>(
        &'d self,
        schema: Spot<'d>,
        depth: usize,
        into: &mut Vec<Spot<'d>>,
    ) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let schema = self.follow(schema);
        if schema.node["enum"].is_array() {
            if into.iter().all(|known| known.at != schema.at) {
                into.push(schema);
            }
            return;
        }
        for part in schema.parts("allOf").into_iter().chain(schema.choices()) {
            self.collect_enums(part, depth, into);
        }
    }

    /// Tells whether a schema allows a value of this kind.
    pub fn accepts(&self, schema: &Spot<'_>, value: &Json) -> bool {
        let schema = self.follow(schema.clone());
        let choices = schema.choices();
        if !choices.is_empty() {
            return choices.iter().any(|choice| self.accepts(choice, value));
        }
        let Some(kind) = schema.node["type"].as_str() else {
            return schema.parts("allOf").iter().all(|part| self.accepts(part, value));
        };
        match value {
            Json::Null => schema.node["nullable"] == true,
            Json::Bool(_) => kind == "boolean",
            Json::Number(number) => {
                kind == "number" || kind == "integer" && number.as_i64().is_some()
            }
            Json::String(_) => kind == "string",
            Json::Array(_) => kind == "array",
            Json::Object(_) => kind == "object",
        }
    }

    /// Returns the reference that most operations have for a status.
    pub fn usual_response(&self, status: u16) -> Option<&str> {
        let status = status.to_string();
        let items = self.tree["paths"].as_object()?.values();
        let operations =
            items.filter_map(Value::as_object).flat_map(|item| item.values());
        let used = operations
            .filter_map(|operation| operation["responses"][&status]["$ref"].as_str());
        let mut counts = std::collections::BTreeMap::<&str, usize>::new();
        used.for_each(|target| *counts.entry(target).or_default() += 1);
        // Of several that are used as often, the first by name.
        counts
            .into_iter()
            .rev()
            .max_by_key(|(_, count)| *count)
            .map(|(target, _)| target)
    }
}

fn collect(node: &Value, names: &mut BTreeSet<String>) {
    match node {
        Value::Object(members) => {
            for (key, value) in members {
                if let ("properties", Value::Object(properties)) = (key.as_str(), value)
                {
                    names.extend(properties.keys().cloned());
                }
                collect(value, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        _ => {}
    }
}
