//! Compositions: the type of an `allOf`, which may be another than a record.
//!
//! Atlas uses `allOf` to add words or limits to a reference as often as to add properties to an
//! object. An enum, a string, a list or a union in it keeps its type.

use openapiv3::{AdditionalProperties, Schema};

use super::facets::{Facets, Node, schema_name};
use super::{Lowering, Place};
use crate::model::JsonKind;

/// The type of a composition.
pub(super) enum Whole {
    /// A record with the properties of all parts.
    Record,
    /// The type of one of its parts; the others only restrict it.
    Part(usize),
    /// The type of its own keywords beside `allOf`.
    Own,
    /// No possible value, and why.
    Nothing(&'static str),
}

/// The shape that a part requires of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// None: the part is words, limits, or a list of required properties.
    Facet,
    Object,
    Union,
    Array,
    Boolean,
    Integer,
    Number,
    /// A string, with the number of restrictions beyond that: an enum is the most specific.
    String(u8),
}

impl Shape {
    /// Tells whether a value can have both shapes.
    fn fits(self, other: Self) -> bool {
        use Shape::{Integer, Number, Object, String, Union};
        match (self, other) {
            (Integer | Number, Integer | Number) | (String(_), String(_)) => true,
            (Union, Object) | (Object, Union) => true,
            (one, other) => one == other,
        }
    }

    /// Returns the specificity of a shape, to compare shapes that fit: integer is more specific
    /// than number.
    fn weight(self) -> u8 {
        match self {
            Self::String(said) => said,
            Self::Integer | Self::Union => 1,
            _ => 0,
        }
    }
}

const CONTRADICTION: &str = "the parts of `allOf` contradict each other";

impl<'d> Lowering<'d> {
    /// Returns the type of a composition.
    pub(super) fn whole(&self, facets: &Facets<'d>) -> Whole {
        if facets.all_of.is_empty() || facets.has_properties() || facets.is_union() {
            return Whole::Record;
        }
        let own = facets.ty.map_or(Shape::Facet, |ty| of_type(ty, facets));
        let parts: Vec<Shape> = facets
            .all_of
            .iter()
            .map(|part| self.shape_of_part(Node::of(part)))
            .collect();
        let said = |shape: &Shape| *shape != Shape::Facet;
        let shapes: Vec<Shape> =
            parts.iter().copied().chain([own]).filter(said).collect();
        let Some(&first) = shapes.first() else { return Whole::Own };
        if shapes.iter().any(|shape| !shape.fits(first)) {
            return Whole::Nothing(CONTRADICTION);
        }
        if !shapes.contains(&Shape::Union) && first == Shape::Object {
            return Whole::Record;
        }
        // Of equally specific parts the first.
        let best = (0..parts.len())
            .filter(|&index| said(&parts[index]))
            .max_by_key(|&index| (parts[index].weight(), std::cmp::Reverse(index)));
        match best {
            // Properties beside a union belong to each of its variants; a record holds them all.
            Some(_)
                if shapes.contains(&Shape::Union) && self.adds_properties(facets) =>
            {
                Whole::Record
            }
            Some(index) => Whole::Part(index),
            None => Whole::Own,
        }
    }

    /// Tells whether a part of the composition declares properties and is no union.
    fn adds_properties(&self, facets: &Facets<'d>) -> bool {
        facets.all_of.iter().any(|part| {
            let node = Node::of(part);
            self.shape_of_part(node) == Shape::Object
                && !self.properties(node, &Place::schema("")).declared.is_empty()
        })
    }

    /// Tells whether a part of a composition is a union that the whole doesn't inherit from: the
    /// properties of its variants then belong to the whole. A union with inheriting schemas counts
    /// as an object.
    pub(super) fn is_foreign_union(&self, part: Node<'d>) -> bool {
        self.shape_of_part(part) == Shape::Union
    }

    /// Tells whether a schema requires no shape of the value.
    pub(super) fn is_facet(&self, schema: &'d Schema) -> bool {
        self.shape(schema) == Shape::Facet
    }

    fn shape_of_part(&self, node: Node<'d>) -> Shape {
        match node {
            Node::Reference(name) => self.shape_of_named(name),
            Node::Schema(schema) => self.shape(schema),
        }
    }

    /// Returns the shape of a named schema. While it is computed, a schema that leads back to
    /// itself counts as an object: only an object can contain another value of its kind.
    fn shape_of_named(&self, name: &'d str) -> Shape {
        if let Some(shape) = self.shapes.borrow().get(name) {
            return *shape;
        }
        self.shapes.borrow_mut().insert(name, Shape::Object);
        let shape = match self.resolve(Node::Reference(name)) {
            None => Shape::Facet,
            Some(schema) if self.is_base(name, schema) => Shape::Object,
            Some(schema) => self.shape(schema),
        };
        self.shapes.borrow_mut().insert(name, shape);
        shape
    }

    /// Tells whether a schema is a union that a variant inherits from, or one with properties of
    /// its own: for schemas that inherit from it, it is the record of the common properties.
    fn is_base(&self, name: &str, schema: &'d Schema) -> bool {
        let facets = Facets::of(schema);
        let mapped = facets.data.discriminator.iter().flat_map(|by| by.mapping.values());
        let mapped = mapped.map(|target| Node::Reference(schema_name(target)));
        let listed = facets.variants().1.iter().map(Node::of);
        facets.is_union()
            && (facets.has_properties()
                || listed.chain(mapped).any(|variant| self.inherits(variant, name)))
    }

    fn inherits(&self, node: Node<'d>, base: &str) -> bool {
        let parts = self.resolve(node).map(|schema| Facets::of(schema).all_of);
        parts.into_iter().flatten().map(Node::of).any(|part| {
            matches!(part, Node::Reference(name) if name == base)
                || self.inherits(part, base)
        })
    }

    fn shape(&self, schema: &'d Schema) -> Shape {
        let facets = Facets::of(schema);
        if facets.strings().is_some() {
            return Shape::String(2);
        }
        if facets.is_union() {
            return self.shape_of_union(&facets);
        }
        if facets.has_properties() {
            return Shape::Object;
        }
        if !facets.all_of.is_empty() {
            match self.whole(&facets) {
                Whole::Record | Whole::Nothing(_) => return Shape::Object,
                Whole::Part(index) => {
                    return self.shape_of_part(Node::of(&facets.all_of[index]));
                }
                Whole::Own => {}
            }
        }
        match facets.ty {
            Some(ty) => of_type(ty, &facets),
            None if facets.items.is_some() => Shape::Array,
            None if matches!(
                facets.additional,
                Some(AdditionalProperties::Schema(_))
            ) =>
            {
                Shape::Object
            }
            None => Shape::Facet,
        }
    }

    fn shape_of_union(&self, facets: &Facets<'d>) -> Shape {
        let nodes: Vec<Node<'d>> =
            self.choices(facets).into_iter().map(|(_, node)| node).collect();
        if self.strings_of_all(&nodes).is_some() {
            return Shape::String(2);
        }
        if let [only] = nodes.as_slice() {
            return self.shape_of_part(*only);
        }
        let all = |wanted: JsonKind| {
            !nodes.is_empty()
                && nodes.iter().all(|node| self.json_kind(*node) == Some(wanted))
        };
        if all(JsonKind::String) {
            Shape::String(0)
        } else if all(JsonKind::Number) {
            Shape::Number
        } else {
            Shape::Union
        }
    }

    /// Returns the schema whose keywords define a node: through references, and through
    /// compositions that have the type of one part.
    pub(super) fn substance(&self, node: Node<'d>) -> Option<&'d Schema> {
        let schema = self.resolve(node)?;
        let facets = Facets::of(schema);
        if facets.all_of.is_empty() || facets.strings().is_some() {
            return Some(schema);
        }
        match self.whole(&facets) {
            Whole::Part(index) => self.substance(Node::of(&facets.all_of[index])),
            _ => Some(schema),
        }
    }
}

fn of_type(ty: &str, facets: &Facets<'_>) -> Shape {
    match ty {
        "array" => Shape::Array,
        "boolean" => Shape::Boolean,
        "integer" => Shape::Integer,
        "number" => Shape::Number,
        "object" => Shape::Object,
        _ => Shape::String(u8::from(facets.format.is_some())),
    }
}
