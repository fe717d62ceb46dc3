//! Schemas: the type of each, and which of them get a definition of their own.

use openapiv3::{AdditionalProperties, Schema};
use rustc_hash::FxHashSet;

use super::compose::Whole;
use super::facets::{Facets, Node, prose};
use super::union::Plan;
use super::{Lowering, Place};
use crate::model::{Enum, Kind, Type, TypeId};

impl<'d> Lowering<'d> {
    /// Lowers the schema at a place.
    pub(super) fn lower_node(&mut self, node: Node<'d>, place: &Place) -> Type {
        match node {
            Node::Reference(name) => self.lower_named(name),
            Node::Schema(schema) => self.lower_inline(schema, place),
        }
    }

    fn lower_named(&mut self, name: &'d str) -> Type {
        let place = Place::schema(name);
        match self.named.get(name) {
            Some(Some(ty)) => return ty.clone(),
            Some(None) => {
                self.unmapped(
                    &place.pointer,
                    "contains itself without an object between: any JSON value",
                );
                return Type::Json;
            }
            None => {}
        }
        let Some(&schema) = self.schemas.get(name) else {
            self.error(
                format!("there is no schema `{name}`"),
                &place.pointer,
                "correct the reference, in the document or with an overlay",
            );
            return Type::Json;
        };
        self.named.insert(name, None);
        let ty = match Node::of(schema) {
            Node::Reference(other) => self.lower_named(other),
            Node::Schema(schema) => {
                let facets = Facets::of(schema);
                match self.lower_undefined(&facets, &place) {
                    Some(ty) => ty,
                    None => {
                        let id = self.reserve(&place, true, schema);
                        self.named.insert(name, Some(Type::Def(id)));
                        self.define(id, node_of(name), &facets, &place);
                        Type::Def(id)
                    }
                }
            }
        };
        self.named.insert(name, Some(ty.clone()));
        ty
    }

    fn lower_inline(&mut self, schema: &'d Schema, place: &Place) -> Type {
        let facets = Facets::of(schema);
        if facets.is_wrapper() {
            return self
                .lower_node(Node::of(&facets.all_of[0]), &place.part("allOf", 0));
        }
        if let Some(ty) = self.lower_undefined(&facets, place) {
            return ty;
        }
        if let Some(id) = self.inline.get(&place.pointer) {
            return Type::Def(*id);
        }
        let id = self.reserve(place, false, schema);
        self.inline.insert(place.pointer.clone(), id);
        self.define(id, Node::Schema(schema), &facets, place);
        Type::Def(id)
    }

    /// Lowers a schema that needs no definition of its own; `None` for others.
    fn lower_undefined(&mut self, facets: &Facets<'d>, place: &Place) -> Option<Type> {
        if facets.has_alternatives {
            let what = "alternatives of required properties are not expressed: each property is optional";
            self.unmapped(&place.pointer, what);
        }
        if facets.strings().is_some() {
            return None;
        }
        if facets.is_union() {
            return match self.plan_union(facets) {
                Plan::FreeForm(why) => {
                    self.unmapped(&place.pointer, format!("{why}: any JSON value"));
                    Some(Type::Json)
                }
                Plan::Only(node) => Some(self.lower_node(node, place)),
                Plan::Text => Some(self.coarser(Type::String, "texts", place)),
                Plan::Number => Some(self.coarser(Type::Float, "numbers", place)),
                _ => None,
            };
        }
        if facets.has_properties() {
            return None;
        }
        if !facets.all_of.is_empty() {
            match self.whole(facets) {
                Whole::Record => return None,
                Whole::Part(index) => {
                    let part = Node::of(&facets.all_of[index]);
                    return Some(self.lower_node(part, &place.part("allOf", index)));
                }
                Whole::Nothing(why) => {
                    self.unmapped(&place.pointer, format!("{why}: any JSON value"));
                    return Some(Type::Json);
                }
                Whole::Own => {}
            }
        }
        Some(match facets.ty {
            Some("string") => match facets.format.as_deref() {
                Some("date-time") => Type::DateTime,
                Some("date") => Type::Date,
                _ => Type::String,
            },
            Some("integer") => Type::Int,
            Some("number") => Type::Float,
            Some("boolean") => Type::Bool,
            Some("array") => self.lower_list(facets, place),
            Some("object") => self.lower_map(facets, place),
            _ if facets.items.is_some() => self.lower_list(facets, place),
            _ if facets.additional.is_some() => self.lower_map(facets, place),
            _ => {
                self.unmapped(&place.pointer, "no type is declared: any JSON value");
                Type::Json
            }
        })
    }

    /// Returns the type of all values that variants of one JSON kind allow, where nothing
    /// distinguishes the variants.
    fn coarser(&mut self, ty: Type, kind: &str, place: &Place) -> Type {
        let what = format!(
            "a union of different {kind} that nothing distinguishes: any of them"
        );
        self.unmapped(&place.pointer, what);
        ty
    }

    fn lower_list(&mut self, facets: &Facets<'d>, place: &Place) -> Type {
        let place = place.items();
        let item = match facets.items {
            Some(items) => self.lower_node(Node::of_boxed(items), &place),
            None => {
                self.unmapped(
                    &place.pointer,
                    "no item type is declared: a list of any JSON values",
                );
                Type::Json
            }
        };
        Type::List(Box::new(item))
    }

    fn lower_map(&mut self, facets: &Facets<'d>, place: &Place) -> Type {
        match facets.additional {
            Some(AdditionalProperties::Schema(schema)) => {
                let value = self.lower_node(Node::of(schema), &place.values());
                Type::Map(Box::new(value))
            }
            Some(AdditionalProperties::Any(true)) => Type::Map(Box::new(Type::Json)),
            _ => {
                // The service sends strings, booleans and lists under such schemas.
                self.unmapped(
                    &place.pointer,
                    "an object without properties: any JSON value",
                );
                Type::Json
            }
        }
    }

    /// Fills in a reserved definition.
    fn define(
        &mut self,
        id: TypeId,
        node: Node<'d>,
        facets: &Facets<'d>,
        place: &Place,
    ) {
        let kind = if let Some(values) = facets.strings() {
            Kind::Enum(Enum::new(values))
        } else if facets.is_union() {
            let plan = self.plan_union(facets);
            self.lower_union(plan, node, facets, place)
        } else {
            if let Some(AdditionalProperties::Schema(_)) = facets.additional {
                self.unmapped(
                    &place.pointer.child("additionalProperties"),
                    "additional properties are kept in `extra`, untyped",
                );
            }
            Kind::Record(self.lower_record(node, place))
        };
        let def = &mut self.api.types[id.0];
        def.kind = kind;
        if def.prose.is_none() {
            def.prose = prose(facets.data);
        }
    }
}

impl Enum {
    /// Keeps the first of equal values.
    pub(crate) fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut seen = FxHashSet::default();
        let values = values.into_iter().filter(|value| seen.insert(*value));
        Self { values: values.map(str::to_owned).collect() }
    }
}

fn node_of(name: &str) -> Node<'_> {
    Node::Reference(name)
}
