//! The conversion of the document to the model.
//!
//! The model has no `$ref` and no OpenAPI keyword. Types are lowered on demand from the operations,
//! so that the model has only types that an operation uses.

mod choice;
mod compose;
mod dedup;
mod facets;
mod operation;
mod parameters;
mod record;
mod responses;
mod schema;
mod union;
mod waits;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{OpenAPI, ReferenceOr, Schema};
use rustc_hash::FxHashMap;

use crate::diagnostic::Diagnostic;
use crate::model::{
    Api, Enum, Kind, Origin, Place, Tag, Type, TypeDef, TypeId, Unmapped,
};
use crate::overlay::UnmatchedAction;
use crate::pointer::Pointer;

use facets::Node;

/// Lowers a document, and reports all problems that prevent it.
///
/// `unmatched` is the severity of a wait that doesn't fit the document.
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
    api.prune();
    Ok(api)
}

/// The state while a document is lowered.
struct Lowering<'d> {
    schemas: BTreeMap<&'d str, &'d ReferenceOr<Schema>>,
    document: &'d OpenAPI,
    api: Api,
    diagnostics: Vec<Diagnostic>,
    /// The extensions about waits, which are lowered after all operations.
    waits: Vec<waits::WaitExtensions>,
    /// The type of each named schema; `None` while an alias is being followed.
    named: FxHashMap<&'d str, Option<Type>>,
    /// The type of each inline definition, by its location.
    inline: FxHashMap<Pointer, TypeId>,
    /// The unions with properties of their own that list a schema as variant although it doesn't
    /// inherit from them.
    bases: BTreeMap<&'d str, BTreeSet<&'d str>>,
    /// The shape of the values of each named schema, as far as it was needed.
    shapes: RefCell<FxHashMap<&'d str, compose::Shape>>,
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
            named: FxHashMap::default(),
            inline: FxHashMap::default(),
            bases: BTreeMap::new(),
            shapes: RefCell::default(),
        }
    }

    /// Returns the schema that a node refers to, through any number of references.
    ///
    /// Reading the document has rejected references without target and circles.
    fn resolve(&self, mut node: Node<'d>) -> Option<&'d Schema> {
        loop {
            match node {
                Node::Schema(schema) => return Some(schema),
                Node::Reference(name) => node = Node::of(self.schemas.get(name)?),
            }
        }
    }

    /// Adds a definition whose kind is filled in later, so that it can refer to itself.
    fn reserve(&mut self, place: &Place, named: bool, schema: &Schema) -> TypeId {
        let id = TypeId(self.api.types.len());
        self.api.types.push(TypeDef {
            origin: Origin { places: vec![place.clone()], named },
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

impl Place {
    fn schema(name: &str) -> Self {
        Self {
            key: name.to_owned(),
            hint: name.to_owned(),
            owner: String::new(),
            pointer: Pointer::root().child("components").child("schemas").child(name),
        }
    }

    /// Returns the place of a property.
    fn property(&self, name: &str) -> Self {
        Self {
            key: [&self.key, ".", name].concat(),
            hint: name.to_owned(),
            owner: match self.owner.is_empty() {
                true => self.hint.clone(),
                false => [&self.owner, " ", &*self.hint].concat(),
            },
            pointer: self.pointer.child("properties").child(name),
        }
    }

    /// Returns the place of the items of a list.
    fn items(&self) -> Self {
        Self {
            key: format!("{}[]", self.key),
            hint: singular(&self.hint),
            owner: self.owner.clone(),
            pointer: self.pointer.child("items"),
        }
    }

    /// Returns the place of the values of a map.
    fn values(&self) -> Self {
        Self {
            key: format!("{}{{}}", self.key),
            hint: format!("{} value", self.hint),
            owner: self.owner.clone(),
            pointer: self.pointer.child("additionalProperties"),
        }
    }

    /// Returns the place of a part of a composition, whose types are named like those of the
    /// whole.
    fn part(&self, keyword: &str, index: usize) -> Self {
        Self { pointer: self.pointer.child(keyword).item(index), ..self.clone() }
    }

    /// Returns the place of a variant that has no name of its own.
    fn variant(&self, keyword: &str, index: usize) -> Self {
        Self {
            key: format!("{}|{index}", self.key),
            hint: format!("{} variant {index}", self.hint),
            owner: self.owner.clone(),
            pointer: self.pointer.child(keyword).item(index),
        }
    }
}

/// Returns the name for an item of a list: `roles` → `role`, or `<name> item` where the name is no
/// simple plural.
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
