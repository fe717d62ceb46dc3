//! The requirements of a schema on a value, with references followed and `allOf` merged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The tree of a document, for following references.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tree<'d>(pub(crate) &'d Value);

impl<'d> Tree<'d> {
    /// Returns the target of a node's references, or the node itself, and the name in the last
    /// reference.
    pub(crate) fn resolve(self, node: &'d Value) -> (&'d Value, Option<&'d str>) {
        let mut found = (node, None);
        while let Some(reference) = text(found.0, "$ref") {
            let target = reference.strip_prefix('#').and_then(|at| self.0.pointer(at));
            found = (target.unwrap_or(&Value::Null), reference.rsplit('/').next());
        }
        found
    }
}

/// The requirements of several schemas on one value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Demands<'d> {
    /// The schemas that were merged.
    pub(crate) schemas: Vec<*const Value>,
    /// The type that was declared last: that of a chosen branch overrides the union's.
    pub(crate) kind: Option<&'d str>,
    pub(crate) nullable: bool,
    /// The values that every declaration allows; `None` where none lists values.
    pub(crate) values: Option<Vec<&'d Value>>,
    /// Whether no value is allowed by every declaration: then the last declaration counts.
    pub(crate) is_torn: bool,
    pub(crate) properties: BTreeMap<&'d str, Vec<&'d Value>>,
    pub(crate) required: BTreeSet<&'d str>,
    /// The discriminator values that the chosen branches require, by property.
    pub(crate) tags: BTreeMap<&'d str, Vec<&'d str>>,
    pub(crate) additional: Option<&'d Value>,
    pub(crate) items: Vec<&'d Value>,
    pub(crate) unique: bool,
    pub(crate) patterns: Vec<&'d str>,
    pub(crate) format: Option<&'d str>,
    pub(crate) numbers: Range<f64>,
    pub(crate) exclusive: (bool, bool),
    pub(crate) multiple_of: Option<f64>,
    pub(crate) length: Range<u64>,
    pub(crate) item_count: Range<u64>,
    pub(crate) property_count: Range<u64>,
    /// The unions of which no branch has been chosen yet.
    pub(crate) unions: Vec<Union<'d>>,
}

/// A lower and an upper bound, both included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range<T> {
    pub(crate) low: Option<T>,
    pub(crate) high: Option<T>,
}

impl<T> Default for Range<T> {
    fn default() -> Self {
        Self { low: None, high: None }
    }
}

impl<T: PartialOrd + Copy> Range<T> {
    fn narrow(&mut self, low: Option<T>, high: Option<T>) {
        if let Some(low) = low
            && self.low.is_none_or(|known| low > known)
        {
            self.low = Some(low);
        }
        if let Some(high) = high
            && self.high.is_none_or(|known| high < known)
        {
            self.high = Some(high);
        }
    }
}

/// A union of schemas.
#[derive(Clone, Debug)]
pub(crate) struct Union<'d> {
    /// The schema that has the union.
    pub(crate) schema: &'d Value,
    pub(crate) property: Option<&'d str>,
    pub(crate) branches: Vec<Branch<'d>>,
}

/// A branch of a union, and the discriminator values that select it.
#[derive(Clone, Debug)]
pub(crate) struct Branch<'d> {
    pub(crate) schema: &'d Value,
    pub(crate) tags: Vec<&'d str>,
}

impl<'d> Demands<'d> {
    /// Collects the requirements of several declarations.
    pub(crate) fn of(
        tree: Tree<'d>,
        schemas: impl IntoIterator<Item = &'d Value>,
    ) -> Self {
        let mut demands = Self { nullable: true, ..Self::default() };
        for schema in schemas {
            demands.add(tree, schema, false);
        }
        demands
    }

    /// Adds the requirements of a schema. Where the schema is inherited, its own branches are no
    /// union: the schema that inherits is one of them.
    pub(crate) fn add(&mut self, tree: Tree<'d>, schema: &'d Value, inherited: bool) {
        let (node, _) = tree.resolve(schema);
        if self.schemas.contains(&std::ptr::from_ref(node)) {
            return;
        }
        self.schemas.push(node);
        for part in list(node, "allOf") {
            self.add(tree, part, part.get("$ref").is_some());
        }
        self.kind = text(node, "type").or(self.kind);
        self.format = text(node, "format").or(self.format);
        // The parts of a merged schema have its type.
        let is_merged = node.get("allOf").is_some() && node.get("type").is_none();
        self.nullable &= flag(node, "nullable") || is_merged;
        self.allow(node);
        self.bound(node);
        self.object(node);
        self.patterns.extend(text(node, "pattern"));
        self.unique |= flag(node, "uniqueItems");
        self.items.extend(node.get("items"));
        if !inherited {
            self.unions.extend(Union::of(tree, node));
        }
    }

    fn allow(&mut self, node: &'d Value) {
        let Some(declared) = node.get("enum").and_then(Value::as_array) else { return };
        let known = self.values.take();
        let allowed = |value: &&Value| known.as_ref().is_none_or(|k| k.contains(value));
        let mut values: Vec<_> = declared.iter().filter(allowed).collect();
        if values.is_empty() {
            self.is_torn = true;
            values.extend(declared);
        }
        self.values = Some(values);
    }

    fn bound(&mut self, node: &'d Value) {
        let float = |key| node.get(key).and_then(Value::as_f64);
        let count = |key| node.get(key).and_then(Value::as_u64);
        self.numbers.narrow(float("minimum"), float("maximum"));
        self.exclusive.0 |= flag(node, "exclusiveMinimum");
        self.exclusive.1 |= flag(node, "exclusiveMaximum");
        self.multiple_of = float("multipleOf").or(self.multiple_of);
        self.length.narrow(count("minLength"), count("maxLength"));
        self.item_count.narrow(count("minItems"), count("maxItems"));
        self.property_count.narrow(count("minProperties"), count("maxProperties"));
    }

    fn object(&mut self, node: &'d Value) {
        for (name, schema) in entries(node, "properties") {
            self.properties.entry(name).or_default().push(schema);
        }
        self.required.extend(list(node, "required").iter().filter_map(Value::as_str));
        self.additional = node.get("additionalProperties").or(self.additional);
    }

    /// Chooses a branch of one of the unions.
    pub(crate) fn choose(
        &mut self,
        tree: Tree<'d>,
        property: Option<&'d str>,
        branch: &Branch<'d>,
    ) {
        if let Some(property) = property.filter(|_| !branch.tags.is_empty()) {
            let tags = &branch.tags;
            let known = self.tags.remove(property);
            let both = known.iter().flatten().filter(|tag| tags.contains(tag)).copied();
            let both: Vec<_> = both.collect();
            self.tags
                .insert(property, if both.is_empty() { tags.clone() } else { both });
            self.required.insert(property);
        }
        let nullable = self.nullable;
        self.add(tree, branch.schema, false);
        self.nullable = nullable;
    }
}

impl<'d> Union<'d> {
    fn of(tree: Tree<'d>, schema: &'d Value) -> Option<Self> {
        let discriminator = schema.get("discriminator");
        let property = discriminator.and_then(|found| text(found, "propertyName"));
        let mapping: Vec<(&str, &Value)> = discriminator
            .into_iter()
            .flat_map(|discriminator| entries(discriminator, "mapping"))
            .collect();
        let mut branches: Vec<Branch<'d>> = ["oneOf", "anyOf"]
            .into_iter()
            .flat_map(|key| list(schema, key))
            .map(|schema| Branch { schema, tags: Vec::new() })
            .collect();
        let is_listed = !branches.is_empty();
        for (tag, target) in mapping {
            let target = target.as_str().unwrap_or_default();
            let name = target.rsplit('/').next().unwrap_or_default();
            let known = branches.iter_mut().find(|branch| {
                let (node, referred) = tree.resolve(branch.schema);
                referred == Some(name)
                    || component(tree, name)
                        .is_some_and(|named| std::ptr::eq(node, named))
            });
            match known {
                Some(branch) => branch.tags.push(tag),
                None if !is_listed => {
                    let schema = component(tree, name)?;
                    branches.push(Branch { schema, tags: vec![tag] });
                }
                None => {}
            }
        }
        (!branches.is_empty()).then_some(Self { schema, property, branches })
    }
}

fn component<'d>(tree: Tree<'d>, name: &str) -> Option<&'d Value> {
    tree.0.get("components")?.get("schemas")?.get(name)
}

pub(crate) fn text<'d>(node: &'d Value, key: &str) -> Option<&'d str> {
    node.get(key).and_then(Value::as_str)
}

pub(crate) fn flag(node: &Value, key: &str) -> bool {
    node.get(key).and_then(Value::as_bool).unwrap_or(false)
}

pub(crate) fn list<'d>(node: &'d Value, key: &str) -> &'d [Value] {
    node.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(crate) fn entries<'d>(
    node: &'d Value,
    key: &str,
) -> impl Iterator<Item = (&'d str, &'d Value)> + use<'d> {
    let found = node.get(key).and_then(Value::as_object);
    found.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}
