//! Unions: the Rust shape chosen for a `oneOf` or `anyOf`.
//!
//! The shape is chosen from the document alone, before any schema is lowered, because base and
//! children refer to each other, and lowering them to choose a shape would not end.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{ReferenceOr, Schema};
use rustc_hash::{FxHashMap, FxHashSet};

use super::facets::{Facets, Node, schema_name};
use super::record::Declared;
use super::{Lowering, Place};
use crate::model::{
    Discriminator, Enum, Field, JsonKind, Kind, Record, Type, Union, Variant,
};

/// The Rust shape chosen for a union.
pub(super) enum Plan<'d> {
    /// One open enum with the values of all variants.
    Enum(Vec<String>),
    /// An enum whose variant the value of a property selects.
    Tag { property: String, inferred: bool, variants: Vec<Tagged<'d>> },
    /// An enum whose variant the kind of the JSON value selects.
    JsonKind,
    /// The type of the only variant, which is no object.
    Only(Node<'d>),
    /// One record with the properties of all variants.
    Merge,
    /// A string, where nothing distinguishes the formats or values of the variants.
    Text,
    /// A number, integer or not.
    Number,
    /// Any JSON value, and why no type distinguishes the variants.
    FreeForm(String),
}

/// A variant and the discriminator values that select it.
pub(super) struct Tagged<'d> {
    node: Node<'d>,
    tags: Vec<String>,
}

/// A variant of a union without a declared discriminator, and its properties.
struct Candidate<'d> {
    declared: BTreeMap<&'d str, Declared<'d>>,
    /// The variant's own variants, if it is a union.
    nested: Option<Vec<Candidate<'d>>>,
}

impl<'d> Candidate<'d> {
    fn property_names(&self) -> BTreeSet<&'d str> {
        let mut names: BTreeSet<&str> = self.declared.keys().copied().collect();
        if let Some(nested) = &self.nested {
            names.extend(shared_properties(nested));
        }
        names
    }
}

/// Returns the names of the properties that every variant has, in ascending order.
fn shared_properties<'d>(variants: &[Candidate<'d>]) -> BTreeSet<&'d str> {
    let mut names = variants.iter().map(Candidate::property_names);
    let first = names.next().unwrap_or_default();
    names.fold(first, |shared, names| shared.intersection(&names).copied().collect())
}

/// The share of a property's values that must select a single variant for it to serve as
/// discriminator. It is all of them for alerts and events, and less than a half for hardware
/// specifications.
const MIN_DISCRIMINATING_SHARE: (usize, usize) = (2, 3);

impl<'d> Lowering<'d> {
    /// Notes which schemas are variants of a union with properties of its own that they don't
    /// inherit by `allOf`: the variant gets the union's properties too.
    pub(super) fn inherit_from_unions(&mut self) {
        let mut bases: BTreeMap<&'d str, BTreeSet<&'d str>> = BTreeMap::new();
        for (&name, &schema) in &self.schemas {
            let Node::Schema(schema) = Node::of(schema) else { continue };
            let facets = Facets::of(schema);
            if !facets.is_union() || !facets.has_properties() {
                continue;
            }
            let Plan::Tag { variants, .. } = self.plan_union(&facets) else { continue };
            for variant in variants {
                if let Node::Reference(child) = variant.node {
                    bases.entry(child).or_default().insert(name);
                }
            }
        }
        self.bases = bases;
    }

    pub(super) fn plan_union(&self, facets: &Facets<'d>) -> Plan<'d> {
        let (_, listed) = facets.variants();
        let nodes: Vec<Node<'d>> =
            self.choices(facets).into_iter().map(|(_, node)| node).collect();
        if let Some(values) = self.strings_of_all(&nodes) {
            return Plan::Enum(values);
        }
        if let Some(discriminator) = &facets.data.discriminator {
            return self.plan_tagged(discriminator, listed);
        }
        let kinds: Option<Vec<JsonKind>> =
            nodes.iter().map(|node| self.json_kind(*node)).collect();
        let Some(kinds) = kinds else {
            return Plan::FreeForm("a union of schemas without a type".to_owned());
        };
        if kinds.iter().collect::<BTreeSet<_>>().len() == kinds.len() {
            return match kinds.as_slice() {
                [JsonKind::Object] => Plan::Merge,
                [_] => Plan::Only(nodes[0]),
                _ => Plan::JsonKind,
            };
        }
        let all = |wanted: JsonKind| kinds.iter().all(|kind| *kind == wanted);
        if all(JsonKind::String) {
            return Plan::Text;
        }
        if all(JsonKind::Number) {
            return Plan::Number;
        }
        if !all(JsonKind::Object) {
            return Plan::FreeForm(
                "a union of schemas of the same JSON kind".to_owned(),
            );
        }
        if let Some(plan) = self.infer_tag(&nodes) {
            return plan;
        }
        if nodes.iter().all(|node| self.is_plain_record(*node)) {
            return Plan::Merge;
        }
        Plan::FreeForm("a union of unions without a common discriminator".to_owned())
    }

    fn plan_tagged(
        &self,
        discriminator: &'d openapiv3::Discriminator,
        listed: &'d [ReferenceOr<Schema>],
    ) -> Plan<'d> {
        let mut mapping: Vec<(&str, &str)> = discriminator
            .mapping
            .iter()
            .map(|(tag, target)| (tag.as_str(), schema_name(target)))
            .collect();
        mapping.sort_unstable();
        let mut names: Vec<&'d str> = Vec::new();
        for node in listed.iter().map(Node::of) {
            match node {
                Node::Reference(name) if !names.contains(&name) => names.push(name),
                Node::Reference(_) => {}
                Node::Schema(_) => {
                    let why =
                        "a union with a discriminator and a variant without a name";
                    return Plan::FreeForm(why.to_owned());
                }
            }
        }
        for (_, target) in &mapping {
            if let Some((&name, _)) = self.schemas.get_key_value(target)
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        let tags = |name: &str| -> Vec<String> {
            let mapped = mapping.iter().filter(|(_, target)| *target == name);
            let tags: Vec<String> = mapped.map(|(tag, _)| (*tag).to_owned()).collect();
            // Without a mapping the name of the schema is the value (OpenAPI 3.0.1).
            if tags.is_empty() { vec![name.to_owned()] } else { tags }
        };
        let variants = names
            .iter()
            .map(|name| Tagged { node: Node::Reference(name), tags: tags(name) })
            .collect();
        Plan::Tag {
            property: discriminator.property_name.clone(),
            inferred: false,
            variants,
        }
    }

    /// Finds the property whose values select a variant.
    fn infer_tag(&self, nodes: &[Node<'d>]) -> Option<Plan<'d>> {
        let candidates: Vec<Candidate<'d>> =
            nodes.iter().map(|node| self.candidate(*node)).collect();
        let mut best: Option<(usize, usize, &str, Vec<Vec<String>>)> = None;
        for property in shared_properties(&candidates) {
            let values: Option<Vec<Vec<String>>> =
                candidates.iter().map(|it| self.values_of(it, property)).collect();
            let Some(values) = values else { continue };
            let (told, distinct) = count_discriminating(&values);
            let tags = assign(&values);
            let tagged = tags.iter().filter(|tags| !tags.is_empty()).count();
            let telling = told * MIN_DISCRIMINATING_SHARE.1
                >= distinct * MIN_DISCRIMINATING_SHARE.0
                && tagged * 2 > tags.len();
            let better = best.as_ref().is_none_or(|(t, d, ..)| told * d > t * distinct);
            if telling && better {
                best = Some((told, distinct, property, tags));
            }
        }
        let (_, _, property, tags) = best?;
        let variants =
            nodes.iter().zip(tags).map(|(&node, tags)| Tagged { node, tags }).collect();
        Some(Plan::Tag { property: property.to_owned(), inferred: true, variants })
    }

    fn candidate(&self, node: Node<'d>) -> Candidate<'d> {
        let nested = self.nested_variants(node);
        Candidate {
            declared: self.properties(node, &Place::schema("")).declared,
            nested: nested
                .map(|all| all.into_iter().map(|it| self.candidate(it)).collect()),
        }
    }

    /// Returns the values of an enum property of a variant, or of all variants of a variant that is
    /// a union.
    fn values_of(&self, variant: &Candidate<'d>, property: &str) -> Option<Vec<String>> {
        if let Some(Declared { node, .. }) = variant.declared.get(property) {
            return self.strings_of(*node);
        }
        let nested = variant.nested.as_ref()?.iter();
        let all: Option<Vec<_>> =
            nested.map(|it| self.values_of(it, property)).collect();
        Some(all?.concat())
    }

    pub(super) fn nested_variants(&self, node: Node<'d>) -> Option<Vec<Node<'d>>> {
        let facets = Facets::of(self.resolve(node)?);
        let (_, listed) = facets.variants();
        (!listed.is_empty()).then(|| listed.iter().map(Node::of).collect())
    }

    pub(super) fn lower_union(
        &mut self,
        plan: Plan<'d>,
        node: Node<'d>,
        facets: &Facets<'d>,
        place: &Place,
    ) -> Kind {
        match plan {
            Plan::Enum(values) => {
                Kind::Enum(Enum::new(values.iter().map(String::as_str)))
            }
            Plan::Tag { property, inferred, variants } => {
                let variants = variants
                    .into_iter()
                    .enumerate()
                    .map(|(index, tagged)| Variant {
                        recorded: None,
                        ty: self.lower_node(
                            tagged.node,
                            &place.variant(facets.variants().0, index),
                        ),
                        tags: tagged.tags,
                    })
                    .collect();
                Kind::Union(Union {
                    by: Discriminator::Tag { property, inferred },
                    variants,
                    common: None,
                })
            }
            Plan::JsonKind => {
                let keyword = facets.variants().0;
                let variants = self
                    .choices(facets)
                    .into_iter()
                    .map(|(index, node)| Variant {
                        recorded: None,
                        ty: self.lower_node(node, &place.variant(keyword, index)),
                        tags: Vec::new(),
                    })
                    .collect();
                Kind::Union(Union {
                    by: Discriminator::JsonKind,
                    variants,
                    common: None,
                })
            }
            Plan::Merge
            | Plan::Only(_)
            | Plan::Text
            | Plan::Number
            | Plan::FreeForm(_) => Kind::Record(self.merge(node, facets, place)),
        }
    }

    /// Makes one record of the properties of all variants and of the union itself.
    fn merge(&mut self, node: Node<'d>, facets: &Facets<'d>, place: &Place) -> Record {
        let keyword = facets.variants().0;
        let mut own = self.properties(node, place);
        self.leave_out_unwritable(&mut own);
        let mut declared: BTreeMap<&'d str, Vec<Declared<'d>>> = BTreeMap::new();
        let mut required: Option<BTreeSet<&'d str>> = None;
        for (index, variant) in self.choices(facets) {
            let mut properties = self.properties(variant, &place.part(keyword, index));
            self.leave_out_unwritable(&mut properties);
            for (json_name, property) in properties.declared {
                declared.entry(json_name).or_default().push(property);
            }
            required = Some(match required {
                None => properties.required,
                Some(all) => all.intersection(&properties.required).copied().collect(),
            });
        }
        for (json_name, property) in own.declared {
            declared.insert(json_name, vec![property]);
        }
        let mut required = required.unwrap_or_default();
        required.extend(own.required);
        let fields = declared
            .into_iter()
            .map(|(json_name, all)| {
                self.merge_field(json_name, &all, required.contains(json_name), place)
            })
            .collect();
        Record { fields }
    }

    /// Makes one field of the declarations of all variants for one name.
    fn merge_field(
        &mut self,
        json_name: &'d str,
        all: &[Declared<'d>],
        required: bool,
        place: &Place,
    ) -> Field {
        let mut field = self.lower_field(json_name, &all[0], required);
        for other in &all[1..] {
            let other = self.lower_field(json_name, other, required);
            if other.ty != field.ty {
                field.ty = self.unite(&field, &other, &place.property(json_name));
            }
            field.intersect(&other);
        }
        field
    }

    /// Merges two types of one property: the values of enums are united, equal definitions stay,
    /// anything else becomes any JSON value.
    fn unite(&mut self, a: &Field, b: &Field, place: &Place) -> Type {
        let kinds = (self.definition(&a.ty), self.definition(&b.ty));
        match kinds {
            (Some(Kind::Enum(one)), Some(Kind::Enum(other))) => {
                let values = one.values.iter().chain(&other.values).map(String::as_str);
                let kind = Kind::Enum(Enum::new(values));
                match self.inline.get(&place.pointer) {
                    Some(id) => {
                        self.api.types[id.0].kind = kind;
                        Type::Def(*id)
                    }
                    None => Type::Def(self.reserve_united(place, kind)),
                }
            }
            _ => {
                self.unmapped(
                    &place.pointer,
                    "variants declare the property with different types: any JSON value",
                );
                Type::Json
            }
        }
    }

    fn definition(&self, ty: &Type) -> Option<&Kind> {
        match ty {
            Type::Def(id) => Some(&self.api.types[id.0].kind),
            _ => None,
        }
    }

    fn reserve_united(&mut self, place: &Place, kind: Kind) -> crate::model::TypeId {
        let id = crate::model::TypeId(self.api.types.len());
        self.api.types.push(crate::model::TypeDef {
            origin: crate::model::Origin { places: vec![place.clone()], named: false },
            recorded: None,
            kind,
            prose: None,
            docs_url: None,
        });
        self.inline.insert(place.pointer.clone(), id);
        id
    }
}

/// Counts the values that select a variant, and all distinct values. A value selects a variant if
/// only that variant lists it, or if the variant with the fewest values is a special case of all
/// others that list it.
fn count_discriminating(values: &[Vec<String>]) -> (usize, usize) {
    let owners = owners(values);
    let sets: Vec<FxHashSet<&String>> =
        values.iter().map(|values| values.iter().collect()).collect();
    let is_told = |owners: &[usize]| {
        let fewest = owners.iter().copied().min_by_key(|&index| sets[index].len());
        fewest.is_some_and(|least| {
            owners.iter().all(|&index| sets[least].is_subset(&sets[index]))
        })
    };
    // Many values have the same owners, whose sets are compared once.
    let mut known: FxHashMap<&[usize], bool> = FxHashMap::default();
    let told = owners
        .values()
        .filter(|owners| *known.entry(owners).or_insert_with(|| is_told(owners)))
        .count();
    (told, owners.len())
}

fn owners(values: &[Vec<String>]) -> FxHashMap<&str, Vec<usize>> {
    let mut owners: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (index, values) in values.iter().enumerate() {
        for value in values {
            let owners = owners.entry(value).or_default();
            if !owners.contains(&index) {
                owners.push(index);
            }
        }
    }
    owners
}

/// Gives each value to the most specific of the variants that list it: the one with the fewest
/// values, the first of several.
fn assign(values: &[Vec<String>]) -> Vec<Vec<String>> {
    let owners = owners(values);
    let winner = |value: &str| {
        owners[value].iter().copied().min_by_key(|&i| (values[i].len(), i))
    };
    values
        .iter()
        .enumerate()
        .map(|(index, values)| {
            let mut tags: Vec<String> = Vec::new();
            for value in values.iter().filter(|value| winner(value) == Some(index)) {
                if !tags.contains(value) {
                    tags.push(value.clone());
                }
            }
            tags
        })
        .collect()
}
