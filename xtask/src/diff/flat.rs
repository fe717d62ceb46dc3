//! A schema with its `allOf` merged: the requirements on its values, one level deep.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::tree::{Schema, Tree, last_segment};

/// The bounds of a value: the keyword, the words for codes, and whether it is a lower bound.
pub(super) const BOUNDS: [(&str, &str, bool); 8] = [
    ("maxItems", "max-items", false),
    ("maxLength", "max-length", false),
    ("maxProperties", "max-properties", false),
    ("maximum", "max", false),
    ("minItems", "min-items", true),
    ("minLength", "min-length", true),
    ("minProperties", "min-properties", true),
    ("minimum", "min", true),
];

/// The keywords of a schema and of all schemas in its `allOf`, merged.
#[derive(Default)]
pub(super) struct Flat<'a> {
    pub ty: Option<&'a str>,
    pub format: Option<&'a str>,
    pub pattern: Option<&'a str>,
    pub default: Option<&'a Value>,
    pub values: Option<Vec<&'a Value>>,
    pub is_nullable: bool,
    /// Whether undeclared properties are rejected.
    pub is_closed: bool,
    pub bounds: BTreeMap<&'static str, f64>,
    pub properties: BTreeMap<&'a str, Property<'a>>,
    pub required: BTreeSet<&'a str>,
    pub items: Vec<&'a Value>,
    /// The values of a map.
    pub entries: Vec<&'a Value>,
    pub unions: BTreeMap<&'static str, Union<'a>>,
    pub discriminator: Option<Discriminator<'a>>,
}

/// A declared property.
pub(super) struct Property<'a> {
    pub parts: Vec<&'a Value>,
    /// The component that declares it; `None` if that is the schema's own.
    pub owner: Option<&'a str>,
}

/// The branches of a union, by name.
pub(super) type Union<'a> = BTreeMap<String, Branch<'a>>;

/// A branch of a union.
#[derive(Clone, Copy)]
pub(super) struct Branch<'a> {
    pub schema: &'a Value,
    /// Whether the schema is inline, so that the branch is named by its type.
    pub is_inline: bool,
}

/// The property that selects a branch.
pub(super) struct Discriminator<'a> {
    pub property: &'a str,
    /// The names of schemas by the property's value.
    pub mapping: BTreeMap<&'a str, &'a str>,
}

impl<'a> Flat<'a> {
    /// Merges all parts of a schema.
    pub(super) fn of(tree: Tree<'a>, schema: &Schema<'a>) -> Self {
        let mut merge = Merge { tree, via: Vec::new(), flat: Self::default() };
        for part in &schema.parts {
            merge.add(part, None);
        }
        merge.flat
    }

    /// Returns the type of the value that the document declares or implies.
    pub(super) fn kind(&self) -> Option<&'a str> {
        let is_object = !self.properties.is_empty()
            || !self.entries.is_empty()
            || self.discriminator.is_some();
        self.ty.or(if is_object {
            Some("object")
        } else if !self.items.is_empty() {
            Some("array")
        } else {
            None
        })
    }
}

struct Merge<'a> {
    tree: Tree<'a>,
    /// The components that are being merged, the outermost first.
    via: Vec<&'a str>,
    flat: Flat<'a>,
}

impl<'a> Merge<'a> {
    fn add(&mut self, value: &'a Value, owner: Option<&'a str>) {
        let (target, name) = self.tree.resolve(value);
        if let Some(name) = name {
            if self.via.contains(&name) {
                return;
            }
            self.via.push(name);
        }
        let owner = name.or(owner);
        self.scalars(target);
        self.structure(target, owner);
        for part in target.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.add(part, owner);
        }
        self.choices(target);
        if name.is_some() {
            self.via.pop();
        }
    }

    /// Merges single values: those of the outer schema override those of its `allOf`.
    fn scalars(&mut self, value: &'a Value) {
        let text = |keyword: &str| value.get(keyword).and_then(Value::as_str);
        let flat = &mut self.flat;
        flat.ty = flat.ty.or(text("type"));
        flat.format = flat.format.or(text("format"));
        flat.pattern = flat.pattern.or(text("pattern"));
        flat.default = flat.default.or(value.get("default"));
        flat.is_nullable |= value.get("nullable") == Some(&Value::Bool(true));
        for (keyword, ..) in BOUNDS {
            if let Some(bound) = value.get(keyword).and_then(Value::as_f64) {
                flat.bounds.entry(keyword).or_insert(bound);
            }
        }
        if let Some(values) = value.get("enum").and_then(Value::as_array) {
            let listed = |value: &&Value| {
                flat.values.as_ref().is_none_or(|values| values.contains(value))
            };
            flat.values = Some(values.iter().filter(listed).collect());
        }
    }

    fn structure(&mut self, value: &'a Value, owner: Option<&'a str>) {
        let flat = &mut self.flat;
        let properties = value.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            let new = Property { parts: Vec::new(), owner };
            flat.properties.entry(name).or_insert(new).parts.push(schema);
        }
        let required = value.get("required").and_then(Value::as_array);
        flat.required.extend(required.into_iter().flatten().filter_map(Value::as_str));
        flat.items.extend(value.get("items"));
        match value.get("additionalProperties") {
            Some(Value::Bool(is_open)) => flat.is_closed |= !is_open,
            other => flat.entries.extend(other),
        }
    }

    fn choices(&mut self, value: &'a Value) {
        let discriminator = value.get("discriminator").and_then(discriminator);
        let mut unions = Vec::new();
        for (keyword, code) in [("oneOf", "one-of"), ("anyOf", "any-of")] {
            let Some(all) = value.get(keyword).and_then(Value::as_array) else {
                continue;
            };
            match self.listed(all) {
                // A union of enums is one enum.
                Some(values) if self.flat.values.is_none() => {
                    self.flat.ty = self.flat.ty.or(Some("string"));
                    self.flat.values = Some(values);
                }
                _ => unions.push((code, self.branches(all))),
            }
        }
        if let (true, Some(discriminator)) = (unions.is_empty(), &discriminator) {
            unions.push((MAPPED, self.mapped(discriminator)));
        }
        // A branch that inherits from its own union is none of the union's other branches.
        let is_own = |name: &String| self.via.contains(&name.as_str());
        let outermost = self.via.len() <= 1;
        if !outermost && unions.iter().any(|(_, union)| union.keys().any(is_own)) {
            return;
        }
        for (code, union) in unions {
            self.flat.unions.entry(code).or_default().extend(union);
        }
        if self.flat.discriminator.is_none() {
            self.flat.discriminator = discriminator;
        }
    }

    /// Returns the values that the branches list, if all branches are enums.
    fn listed(&self, all: &'a [Value]) -> Option<Vec<&'a Value>> {
        let mut values = Vec::new();
        for branch in all {
            let branch = self.tree.resolve(branch).0;
            let is_string = branch.get("type").is_some_and(|ty| ty == "string");
            let listed = branch.get("enum").filter(|_| is_string)?.as_array()?;
            values.extend(
                listed
                    .iter()
                    .filter(|value| !values.contains(value))
                    .collect::<Vec<_>>(),
            );
        }
        Some(values)
    }

    fn branches(&self, all: &'a [Value]) -> Union<'a> {
        let mut union = Union::new();
        for branch in all {
            let schema = self.tree.schema(vec![branch]);
            let ty = branch.get("type").and_then(Value::as_str).unwrap_or("inline");
            let base = schema.name.unwrap_or(ty);
            let numbered = (2..).map(|number| format!("{base} #{number}"));
            let mut names = std::iter::once(base.to_owned()).chain(numbered);
            let free = names.find(|name| !union.contains_key(name));
            let is_inline = schema.name.is_none();
            let branch = Branch { schema: branch, is_inline };
            union.insert(free.unwrap_or_default(), branch);
        }
        union
    }

    fn mapped(&self, discriminator: &Discriminator<'a>) -> Union<'a> {
        let schemas = self.tree.root.get("components").and_then(|it| it.get("schemas"));
        let targets = discriminator.mapping.values();
        targets
            .filter_map(|name| {
                let branch = Branch { schema: schemas?.get(name)?, is_inline: false };
                Some(((*name).to_owned(), branch))
            })
            .collect()
    }
}

/// The key of a union that has only the mapping of a discriminator.
pub(super) const MAPPED: &str = "mapping";

fn discriminator(value: &Value) -> Option<Discriminator<'_>> {
    let property = value.get("propertyName")?.as_str()?;
    let mapping = value.get("mapping").and_then(Value::as_object);
    let mapping = mapping.into_iter().flatten().filter_map(|(value, target)| {
        Some((value.as_str(), last_segment(target.as_str()?)))
    });
    Some(Discriminator { property, mapping: mapping.collect() })
}
