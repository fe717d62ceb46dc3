//! OpenAPI 3.0 as JSON Schema.
//!
//! Four deviations from the document:
//! - a union of strings that is declared to be an object;
//! - a list for which values of its items are listed;
//! - `oneOf` without a discriminator, where several branches may fit;
//! - a `readOnly` discriminator, without which a request could not select a branch.

use std::collections::BTreeSet;

use atlas_admin_samples::Direction;
use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

const HOME: &str = "urn:document";

/// The schemas of a document, for each direction.
pub struct Validators<'d> {
    converters: [Converter<'d>; 2],
    registry: Registry<'static>,
}

impl<'d> Validators<'d> {
    pub fn of(document: &'d Value) -> Self {
        let converters = [Direction::Request, Direction::Response]
            .map(|direction| Converter::new(document, direction));
        let mut definitions = Map::new();
        for converter in &converters {
            for (name, schema) in document["components"]["schemas"].as_object().unwrap()
            {
                for inherited in [false, true] {
                    let converted = converter.schema(schema, inherited);
                    definitions.insert(converter.key(name, inherited), converted);
                }
            }
        }
        let registry = Registry::new().draft(Draft::Draft202012);
        let registry = registry.add(HOME, json!({ "$defs": definitions })).unwrap();
        Self { converters, registry: registry.prepare().unwrap() }
    }

    pub fn get(&self, schema: &Value, direction: Direction) -> Validator {
        let options = jsonschema::options().with_draft(Draft::Draft202012);
        let options =
            options.with_registry(&self.registry).should_validate_formats(true);
        let of_direction = |converter: &&Converter<'_>| converter.direction == direction;
        let converter = self.converters.iter().find(of_direction).unwrap();
        options.build(&converter.schema(schema, false)).unwrap()
    }
}

struct Converter<'d> {
    document: &'d Value,
    direction: Direction,
    /// The discriminators of schemas with children, and of the children.
    tags: BTreeSet<(*const Value, &'d str)>,
}

impl<'d> Converter<'d> {
    fn new(document: &'d Value, direction: Direction) -> Self {
        let mut tags = BTreeSet::new();
        for base in document["components"]["schemas"].as_object().unwrap().values() {
            let Some(discriminator) = base.get("discriminator") else { continue };
            let name = discriminator["propertyName"].as_str().unwrap();
            let Some(mapping) = discriminator["mapping"].as_object() else { continue };
            let targets = mapping.values().map(|target| &target.as_str().unwrap()[1..]);
            let children = targets.map(|target| document.pointer(target).unwrap());
            tags.extend(
                children.chain([base]).map(|child| (std::ptr::from_ref(child), name)),
            );
        }
        Self { document, direction, tags }
    }

    /// Returns the key of a definition.
    fn key(&self, name: &str, inherited: bool) -> String {
        let base = if inherited { "-base" } else { "" };
        format!("{name}-in-{:?}{base}", self.direction)
    }

    /// Converts a schema; `inherited` omits the union of its children.
    fn schema(&self, schema: &Value, inherited: bool) -> Value {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let name = reference.rsplit('/').next().unwrap();
            return json!({ "$ref": format!("{HOME}#/$defs/{}", self.key(name, inherited)) });
        }
        let mut converted = Map::new();
        for (key, value) in schema.as_object().unwrap() {
            let value = match key.as_str() {
                "properties" => self.properties(schema, value),
                "items" => self.schema(value, false),
                "additionalProperties" if value.is_object() => self.schema(value, false),
                "allOf" => self.all_of(value),
                "required" => self.required(schema, value),
                "type" if self.is_of_texts(schema) => continue,
                "enum" if is_of_items(schema) => continue,
                "oneOf" | "anyOf" | "discriminator" | "nullable" => continue,
                "exclusiveMinimum" | "exclusiveMaximum" => continue,
                _ => value.clone(),
            };
            converted.insert(key.clone(), value);
        }
        exclude_bounds(schema, &mut converted);
        if !inherited && let Some((key, branches)) = self.branches(schema) {
            converted.insert(key.to_owned(), branches);
        }
        let converted = Value::Object(converted);
        match schema.get("nullable") {
            Some(Value::Bool(true)) => {
                json!({"anyOf": [{"type": "null"}, converted]})
            }
            _ => converted,
        }
    }

    fn all_of(&self, parts: &Value) -> Value {
        let convert = |part: &Value| self.schema(part, part.get("$ref").is_some());
        parts.as_array().unwrap().iter().map(convert).collect()
    }

    /// Properties for the other direction are not allowed.
    fn properties(&self, schema: &Value, properties: &Value) -> Value {
        let convert = |(name, property): (&String, &Value)| {
            let converted = match self.goes_other_way(property)
                && !self.tags.contains(&(std::ptr::from_ref(schema), name.as_str()))
            {
                true => json!(false),
                false => self.schema(property, false),
            };
            (name.clone(), converted)
        };
        Value::Object(properties.as_object().unwrap().iter().map(convert).collect())
    }

    fn goes_other_way(&self, property: &Value) -> bool {
        let mark = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        property.get(mark) == Some(&Value::Bool(true))
    }

    fn required(&self, schema: &Value, names: &Value) -> Value {
        let kept = |name: &&Value| !self.is_elsewhere(schema, name.as_str().unwrap());
        names.as_array().unwrap().iter().filter(kept).cloned().collect()
    }

    /// Tells whether a schema or one that it inherits from has a property for the other direction
    /// only.
    fn is_elsewhere(&self, schema: &Value, name: &str) -> bool {
        let mut parts =
            schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        self.goes_other_way(&schema["properties"][name])
            || parts.any(|part| self.is_elsewhere(self.target(part), name))
    }

    fn target<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let reference = schema.get("$ref").and_then(Value::as_str);
        reference.map_or(schema, |at| self.document.pointer(&at[1..]).unwrap())
    }

    fn is_of_texts(&self, schema: &Value) -> bool {
        let mut branches =
            schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        branches.any(|branch| self.target(branch)["type"] == "string")
    }

    /// Returns the children, each with the discriminator values that select it.
    fn branches(&self, schema: &Value) -> Option<(&'static str, Value)> {
        let listed = |key| Some(schema.get(key)?.as_array()?.clone());
        let mapping =
            schema.pointer("/discriminator/mapping").and_then(Value::as_object);
        let branches = listed("oneOf").or_else(|| listed("anyOf")).or_else(|| {
            let targets: BTreeSet<&str> =
                mapping?.values().filter_map(Value::as_str).collect();
            Some(targets.into_iter().map(|target| json!({ "$ref": target })).collect())
        })?;
        let key = if mapping.is_some() { "oneOf" } else { "anyOf" };
        let convert = |branch: &Value| {
            let converted = self.schema(branch, false);
            let (Some(mapping), Some(target)) = (mapping, branch.get("$ref")) else {
                return converted;
            };
            let tags = mapping.iter().filter(|(_, known)| *known == target);
            let tags: Vec<_> = tags.map(|(tag, _)| tag).collect();
            let name = schema["discriminator"]["propertyName"].as_str().unwrap();
            let tag = json!({"properties": {name: {"enum": tags}}, "required": [name]});
            json!({ "allOf": [converted, tag] })
        };
        Some((key, branches.iter().map(convert).collect()))
    }
}

/// Tells whether the values that are listed for a list are those of its items.
fn is_of_items(schema: &Value) -> bool {
    let values = schema["enum"].as_array();
    schema["type"] == "array"
        && values.is_some_and(|values| !values.iter().any(Value::is_array))
}

/// Excludes bounds with a keyword of their own, as JSON Schema does; OpenAPI 3.0 has a flag.
fn exclude_bounds(schema: &Value, converted: &mut Map<String, Value>) {
    for (flag, bound) in
        [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")]
    {
        if schema.get(flag) == Some(&Value::Bool(true))
            && let Some(value) = converted.remove(bound)
        {
            converted.insert(flag.to_owned(), value);
        }
    }
}
