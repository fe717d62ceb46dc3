//! Document → model.
//!
//! After this room nobody sees a `$ref` or an OpenAPI keyword. Types are lowered on demand from the
//! operations, so that only what an operation reaches exists in the model.

mod dedup;
mod facets;
mod operation;
mod record;
mod schema;
mod union;
mod waits;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use openapiv3::{OpenAPI, ReferenceOr, Schema};

use crate::diagnostic::Diagnostic;
use crate::model::{Api, Enum, Kind, Origin, Tag, Type, TypeDef, TypeId, Unmapped};
use crate::overlay::UnmatchedAction;
use crate::pointer::Pointer;

use facets::Node;

/// Lowers a document, and reports all that stands in the way.
///
/// `unmatched` says what a wait is that does not fit the document.
pub fn lower(
    document: &OpenAPI,
    unmatched: UnmatchedAction,
) -> Result<Api, Vec<Diagnostic>> {
    let mut lowering = Lowering::new(document);
    lowering.inherit_from_unions();
    lowering.lower_operations();
    lowering.lower_waits(unmatched);
    let Lowering { mut api, diagnostics, .. } = lowering;
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    dedup::merge_inline_types(&mut api);
    dedup::merge_sibling_enums(&mut api);
    dedup::merge_inline_types(&mut api);
    dedup::merge_equal_variants(&mut api);
    api.drop_unreached();
    Ok(api)
}

/// The state of one lowering.
struct Lowering<'d> {
    schemas: BTreeMap<&'d str, &'d ReferenceOr<Schema>>,
    document: &'d OpenAPI,
    api: Api,
    diagnostics: Vec<Diagnostic>,
    /// The extensions about waits, which need all operations.
    waits: Vec<waits::Said>,
    /// The type that each named schema became; `None` while an alias is being followed.
    named: HashMap<&'d str, Option<Type>>,
    /// The type that each inline definition became, by its place.
    inline: HashMap<Pointer, TypeId>,
    /// The unions with properties of their own that a schema is a variant of without saying so.
    bases: BTreeMap<&'d str, BTreeSet<&'d str>>,
}

/// The place of a schema, in the terms that a type can be named in.
#[derive(Clone)]
struct Spot {
    key: String,
    hint: String,
    owner: String,
    pointer: Pointer,
}

impl<'d> Lowering<'d> {
    fn new(document: &'d OpenAPI) -> Self {
        let schemas = document
            .components
            .iter()
            .flat_map(|components| &components.schemas)
            .map(|(name, schema)| (name.as_str(), schema))
            .collect();
        let mut tags: Vec<Tag> = document
            .tags
            .iter()
            .map(|tag| Tag {
                name: tag.name.clone(),
                prose: tag.description.clone(),
                module: None,
            })
            .collect();
        tags.sort_by(|a, b| a.name.cmp(&b.name));
        tags.dedup_by(|a, b| a.name == b.name);
        Self {
            schemas,
            document,
            api: Api { tags, ..Api::default() },
            diagnostics: Vec::new(),
            waits: Vec::new(),
            named: HashMap::new(),
            inline: HashMap::new(),
            bases: BTreeMap::new(),
        }
    }

    /// Finds the schema that a node leads to, through any number of references.
    ///
    /// The reader has refused references to nothing and circles of references.
    fn resolve(&self, mut node: Node<'d>) -> Option<&'d Schema> {
        loop {
            match node {
                Node::Schema(schema) => return Some(schema),
                Node::Reference(name) => node = Node::of(self.schemas.get(name)?),
            }
        }
    }

    /// Adds a definition whose kind is filled in later, so that it can refer to itself.
    fn reserve(&mut self, spot: &Spot, named: bool, schema: &Schema) -> TypeId {
        let id = TypeId(self.api.types.len());
        self.api.types.push(TypeDef {
            origin: Origin { places: vec![spot.place()], named },
            recorded: None,
            kind: Kind::Enum(Enum { values: Vec::new() }),
            prose: facets::prose(&schema.schema_data),
            docs_url: schema
                .schema_data
                .external_docs
                .as_ref()
                .map(|docs| docs.url.clone()),
        });
        id
    }

    fn unmapped(&mut self, pointer: &Pointer, what: impl Into<String>) {
        self.api
            .unmapped
            .insert(Unmapped { pointer: pointer.clone(), what: what.into() });
    }

    fn error(&mut self, what: impl Into<String>, at: &Pointer, help: &str) {
        self.diagnostics.push(Diagnostic::error(what, at).help(help));
    }
}

impl Spot {
    fn schema(name: &str) -> Self {
        Self {
            key: name.to_owned(),
            hint: name.to_owned(),
            owner: String::new(),
            pointer: Pointer::root().child("components").child("schemas").child(name),
        }
    }

    /// The spot of a property.
    fn property(&self, name: &str) -> Self {
        Self {
            key: format!("{}.{name}", self.key),
            hint: name.to_owned(),
            owner: format!("{} {}", self.owner, self.hint),
            pointer: self.pointer.child("properties").child(name),
        }
    }

    /// The spot of the items of a list.
    fn items(&self) -> Self {
        Self {
            key: format!("{}[]", self.key),
            hint: singular(&self.hint),
            owner: self.owner.clone(),
            pointer: self.pointer.child("items"),
        }
    }

    /// The spot of the values of a map.
    fn values(&self) -> Self {
        Self {
            key: format!("{}{{}}", self.key),
            hint: format!("{} value", self.hint),
            owner: self.owner.clone(),
            pointer: self.pointer.child("additionalProperties"),
        }
    }

    /// The spot of a part of a composition, which is named like the whole.
    fn part(&self, keyword: &str, index: usize) -> Self {
        Self { pointer: self.pointer.child(keyword).item(index), ..self.clone() }
    }

    /// The spot of a variant that has no name of its own.
    fn variant(&self, keyword: &str, index: usize) -> Self {
        Self {
            key: format!("{}|{index}", self.key),
            hint: format!("{} variant {index}", self.hint),
            owner: self.owner.clone(),
            pointer: self.pointer.child(keyword).item(index),
        }
    }

    fn place(&self) -> crate::model::Place {
        crate::model::Place {
            key: self.key.clone(),
            hint: self.hint.clone(),
            owner: self.owner.trim().to_owned(),
            pointer: self.pointer.clone(),
        }
    }
}

/// Names an item of a list: `roles` → `role`, and `<name> item` where the name is no plain plural.
fn singular(plural: &str) -> String {
    let without = |end: &str, singular: &str| {
        plural
            .strip_suffix(end)
            .filter(|rest| rest.len() > 1)
            .map(|rest| format!("{rest}{singular}"))
    };
    let endings = [
        ("ies", "y"),
        ("sses", "ss"),
        ("uses", "us"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
    ];
    let is_plain = plural.ends_with('s')
        && !["ss", "us", "is"].iter().any(|end| plural.ends_with(end));
    endings
        .iter()
        .find_map(|(end, singular)| without(end, singular))
        .or_else(|| without("s", "").filter(|_| is_plain))
        .unwrap_or_else(|| format!("{plural} item"))
}

#[cfg(test)]
mod tests {
    use super::singular;

    #[test]
    fn items_are_named_for_what_they_are() {
        let cases = [
            ("roles", "role"),
            ("policies", "policy"),
            ("statuses", "status"),
            ("databases", "database"),
            ("addresses", "address"),
            ("status", "status item"),
            ("config", "config item"),
            ("s", "s item"),
        ];
        for (plural, item) in cases {
            assert_eq!(singular(plural), item);
        }
    }
}
