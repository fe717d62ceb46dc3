//! Records: the properties of an object, its own and the inherited ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::facets::{Facets, Node, prose};
use super::{Lowering, Place};
use crate::model::{Field, Kind, Record, Type};
use crate::pointer::Pointer;

/// The properties that identify an item throughout the API. Overlays mark others with
/// `x-sdk-identity`, and mark with `x-sdk-kept` that the service keeps a secret of an identified
/// record.
const IDENTITIES: [&str; 2] = ["id", "_id"];

/// The properties of an object before they are lowered.
#[derive(Default)]
pub(super) struct Properties<'d> {
    pub(super) declared: BTreeMap<&'d str, Declared<'d>>,
    pub(super) required: BTreeSet<&'d str>,
    /// The declarations that are lost: where and why.
    pub(super) losses: Vec<(Pointer, String)>,
}

/// A property and the place that declares it. An inherited property belongs to the parent, so that
/// all schemas that inherit it share its type.
#[derive(Clone)]
pub(super) struct Declared<'d> {
    pub(super) node: Node<'d>,
    pub(super) place: Place,
}

impl<'d> Lowering<'d> {
    pub(super) fn lower_record(&mut self, node: Node<'d>, place: &Place) -> Record {
        let mut properties = self.properties(node, place);
        self.leave_out_unwritable(&mut properties);
        let fields = properties
            .declared
            .iter()
            .map(|(json_name, declared)| {
                self.lower_field(
                    json_name,
                    declared,
                    properties.required.contains(json_name),
                )
            })
            .collect();
        Record { fields }
    }

    /// Leaves out properties whose names the codec can't compare and write unescaped (RFC 8259
    /// section 7); they are received into `extra` and sent from it.
    pub(super) fn leave_out_unwritable(&mut self, properties: &mut Properties<'d>) {
        for (pointer, what) in std::mem::take(&mut properties.losses) {
            self.unmapped(&pointer, what);
        }
        properties.declared.retain(|json_name, declared| {
            let is_plain = !json_name.contains(['"', '\\'])
                && !json_name.contains(char::is_control);
            if !is_plain {
                let what =
                    "a property whose name needs escaping is read and sent through `extra`";
                self.unmapped(&declared.place.pointer, what);
            }
            is_plain
        });
    }

    pub(super) fn lower_field(
        &mut self,
        json_name: &str,
        declared: &Declared<'d>,
        required: bool,
    ) -> Field {
        let ty = self.lower_node(declared.node, &declared.place);
        let facets = self.resolve(declared.node).map(Facets::of);
        let mut field = Field {
            required,
            prose: facets.as_ref().and_then(|facets| prose(facets.data)),
            listed: self.listed(&ty),
            places: vec![declared.place.key.clone()],
            ..Field::new(json_name, ty)
        };
        let Some(facets) = facets else { return field };
        field.nullable = facets.data.nullable || self.lists_null(&facets);
        field.deprecated = facets.data.deprecated;
        field.secret = facets.limits.format.as_deref() == Some("password");
        // Only keywords at the property itself restrict who may send it (OpenAPI 3.0.1, "Schema
        // Object"): schemas that are marked as a whole are used for writable properties too.
        if let Node::Schema(_) = declared.node {
            let data = facets.data;
            field.read_only = data.read_only;
            field.write_only = data.write_only;
            let says = |key: &str| data.extensions.get(key).and_then(Value::as_bool);
            let is_id = field.read_only && IDENTITIES.contains(&json_name);
            field.identity = says("x-sdk-identity").unwrap_or(is_id);
            field.kept = says("x-sdk-kept").unwrap_or(false);
            self.read_facets(&facets, &mut field);
        }
        field.limits = facets.limits;
        field
    }

    /// Returns the values of the enum in a type.
    fn listed(&self, ty: &Type) -> Vec<String> {
        match ty.leaf().map(|id| &self.api.def(id).kind) {
            Some(Kind::Enum(found)) => found.values.clone(),
            _ => Vec::new(),
        }
    }

    /// Tells whether `null` is among the variants of a union.
    fn lists_null(&self, facets: &Facets<'d>) -> bool {
        facets.variants().1.iter().any(|variant| self.is_null(Node::of(variant)))
    }

    /// Reads the parts of a composition that only describe the property: `allOf: [{$ref: …},
    /// {readOnly: true}]`.
    fn read_facets(&self, facets: &Facets<'d>, field: &mut Field) {
        for part in facets.all_of {
            if let Node::Schema(part) = Node::of(part)
                && self.is_facet(part)
            {
                let data = &part.schema_data;
                field.nullable |= data.nullable;
                field.read_only |= data.read_only;
                field.write_only |= data.write_only;
                field.deprecated |= data.deprecated;
            }
        }
    }

    /// Collects the properties of an object, the inherited ones first, so that its own override
    /// them.
    pub(super) fn properties(&self, node: Node<'d>, place: &Place) -> Properties<'d> {
        let mut properties = Properties::default();
        self.collect(node, place, &mut properties, &mut Vec::new());
        properties
    }

    fn collect(
        &self,
        node: Node<'d>,
        place: &Place,
        into: &mut Properties<'d>,
        seen: &mut Vec<&'d str>,
    ) {
        let schema = match node {
            Node::Schema(schema) => schema,
            Node::Reference(name) => {
                if seen.contains(&name) {
                    return;
                }
                seen.push(name);
                for base in self.bases.get(name).into_iter().flatten() {
                    self.collect(
                        Node::Reference(base),
                        &Place::schema(base),
                        into,
                        seen,
                    );
                }
                let Some(schema) = self.schemas.get(name) else { return };
                match Node::of(schema) {
                    Node::Schema(schema) => {
                        self.collect(
                            Node::Schema(schema),
                            &Place::schema(name),
                            into,
                            seen,
                        );
                    }
                    other @ Node::Reference(_) => self.collect(other, place, into, seen),
                }
                return;
            }
        };
        let facets = Facets::of(schema);
        for (index, part) in facets.all_of.iter().enumerate() {
            let (part, place) = (Node::of(part), place.part("allOf", index));
            if self.is_foreign_union(part) {
                self.collect_variants(part, &place, into, seen);
            } else {
                self.collect(part, &place, into, seen);
            }
        }
        into.required.extend(facets.required.iter().map(String::as_str));
        for (json_name, schema) in facets.properties.into_iter().flatten() {
            let declared = Declared {
                node: Node::of_boxed(schema),
                place: place.property(json_name),
            };
            self.declare(json_name, declared, into);
        }
    }

    /// Adds a property. The last declaration counts; a loss is noted where an earlier declaration
    /// excludes some of its values.
    fn declare(
        &self,
        json_name: &'d str,
        declared: Declared<'d>,
        into: &mut Properties<'d>,
    ) {
        if let Some(before) = into.declared.get(json_name)
            && let (Some(one), Some(other)) =
                (self.json_kind(before.node), self.json_kind(declared.node))
            && one != other
        {
            let what = format!(
                "overridden: {} declares it as another kind of value",
                declared.place.pointer
            );
            into.losses.push((before.place.pointer.clone(), what));
        }
        into.declared.insert(json_name, declared);
    }

    /// Collects the properties of all variants of a union that is a part of an object with more
    /// properties.
    fn collect_variants(
        &self,
        union: Node<'d>,
        place: &Place,
        into: &mut Properties<'d>,
        seen: &mut Vec<&'d str>,
    ) {
        let what = "a union beside other properties: one record with the properties of all variants";
        into.losses.push((place.pointer.clone(), what.to_owned()));
        let mut of_union = Properties::default();
        self.collect(union, place, &mut of_union, seen);
        for (index, variant) in
            self.nested_variants(union).into_iter().flatten().enumerate()
        {
            let mut of_variant = Properties::default();
            self.collect(variant, &place.part("oneOf", index), &mut of_variant, seen);
            for (json_name, declared) in of_variant.declared {
                self.declare(json_name, declared, &mut of_union);
            }
        }
        into.losses.append(&mut of_union.losses);
        for (json_name, declared) in of_union.declared {
            self.declare(json_name, declared, into);
        }
        into.required.append(&mut of_union.required);
    }
}
