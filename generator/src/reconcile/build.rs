//! Makes the generated types: recorded ones, from all definitions at their places, and new ones.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::pair::Pairs;
use super::variants::{fields, matches};
use crate::ledger::{FieldType, Ledger, RecordedUnion, RecordedVariant};
use crate::model::{
    Api, Enum, Field, Kind, Origin, Place, Record, Type, TypeDef, TypeId, Union,
    Unmapped, Variant,
};
use crate::pointer::Pointer;

/// The source of a generated type.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Node {
    /// A recorded type.
    Recorded(String),
    /// A definition that the ledger doesn't have.
    New(TypeId),
}

/// The generated types, made on demand.
pub(super) struct Build<'a> {
    pub(super) api: &'a Api,
    pub(super) ledger: &'a Ledger,
    pairs: &'a Pairs<'a>,
    ids: FxHashMap<Node, TypeId>,
    nodes: Vec<Node>,
    /// The parts that the document doesn't declare and that are kept for programs.
    kept: Vec<Unmapped>,
}

impl<'a> Build<'a> {
    pub(super) fn new(api: &'a Api, ledger: &'a Ledger, pairs: &'a Pairs<'a>) -> Self {
        Self {
            api,
            ledger,
            pairs,
            ids: FxHashMap::default(),
            nodes: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Creates all requested types, and the types that they contain. Also returns the parts that
    /// the document doesn't declare and that are kept for programs.
    pub(super) fn finish(mut self) -> (Vec<TypeDef>, Vec<Unmapped>) {
        let mut made = Vec::new();
        while made.len() < self.nodes.len() {
            let node = self.nodes[made.len()].clone();
            made.push(match node {
                Node::Recorded(name) => self.recorded(&name),
                Node::New(id) => self.new_type(id),
            });
        }
        (made, self.kept)
    }

    /// Returns the type of a place: the recorded one if it can represent the document's type at
    /// that place, else the document's type.
    pub(super) fn ty(
        &mut self,
        recorded: Option<&Type<String>>,
        found: &[&Type],
    ) -> Type {
        match recorded {
            Some(recorded)
                if found.iter().any(|found| self.pairs.fits(recorded, found)) =>
            {
                self.restore(recorded)
            }
            _ => self.convert(found[0]),
        }
    }

    fn restore(&mut self, recorded: &Type<String>) -> Type {
        recorded.map(&mut |name| self.id(Node::Recorded(name.clone())))
    }

    fn convert(&mut self, found: &Type) -> Type {
        found.map(&mut |id| {
            let name = self.pairs.name(*id).map(str::to_owned);
            self.id(name.map_or(Node::New(*id), Node::Recorded))
        })
    }

    fn id(&mut self, node: Node) -> TypeId {
        let next = TypeId(self.nodes.len());
        let id = *self.ids.entry(node.clone()).or_insert(next);
        if id == next {
            self.nodes.push(node);
        }
        id
    }

    fn new_type(&mut self, id: TypeId) -> TypeDef {
        let mut def = self.api.def(id).clone();
        def.kind.for_each_type_mut(|ty| *ty = self.convert(ty));
        def
    }

    fn recorded(&mut self, name: &str) -> TypeDef {
        let sources = self.pairs.sources(name);
        let mut defs: Vec<&TypeDef> =
            sources.iter().map(|id| self.api.def(*id)).collect();
        // The order in which they were found depends on the ledger's contents.
        defs.sort_by(|a, b| a.origin.places.cmp(&b.origin.places));
        let mut places: Vec<Place> =
            defs.iter().flat_map(|def| def.origin.places.clone()).collect();
        places.sort();
        places.dedup();
        if places.is_empty() {
            places.push(place_of(self.ledger, name));
        }
        let kind = if let Some(values) = self.ledger.values(name) {
            Kind::Enum(values_of(&defs, values.keys()))
        } else if let Some(union) = self.ledger.union(name) {
            Kind::Union(self.union(union, &defs, (name, &places[0].pointer)))
        } else {
            Kind::Record(self.record(name, &defs, &places[0].pointer))
        };
        TypeDef {
            origin: Origin { places, named: defs.iter().any(|def| def.origin.named) },
            recorded: Some(name.to_owned()),
            kind,
            prose: defs.first().and_then(|def| def.prose.clone()),
            docs_url: defs.first().and_then(|def| def.docs_url.clone()),
        }
    }

    fn record(&mut self, name: &str, defs: &[&TypeDef], at: &Pointer) -> Record {
        if defs.is_empty() {
            let record = self.record_of_ledger(name);
            let fields = record.fields.iter().map(|field| field.json_name.as_str());
            self.keep(name, "properties", fields, at);
            return record;
        }
        let all: Vec<Vec<&Field>> =
            defs.iter().flat_map(|def| fields(self.api, def)).collect();
        let mut declared: BTreeMap<&str, Vec<&Field>> = BTreeMap::new();
        for field in all.iter().flatten() {
            declared.entry(&field.json_name).or_default().push(field);
        }
        let fields = declared.into_iter().map(|(json_name, found)| {
            let known = self.ledger.field(name, json_name);
            self.field(known, &found, found.len() == all.len())
        });
        Record { fields: fields.collect() }
    }

    /// Makes one field of all declarations of a property.
    fn field(
        &mut self,
        known: Option<&FieldType>,
        found: &[&Field],
        is_in_all: bool,
    ) -> Field {
        let mut field = found[0].clone();
        found[1..].iter().for_each(|other| field.intersect(other));
        field.required &= is_in_all;
        let types: Vec<&Type> = found.iter().map(|field| &field.ty).collect();
        field.ty = self.ty(known.map(|known| &known.held.ty), &types);
        if let Some(known) = known {
            field.nullable = known.nullable;
        }
        if let (Type::String, Type::Def(id)) = (&field.ty, types[0])
            && let Kind::Enum(values) = &self.api.def(*id).kind
        {
            field.limits.one_of = values.values.clone();
        }
        field
    }

    /// Makes a record whose properties the document no longer declares, only any JSON value.
    fn record_of_ledger(&mut self, name: &str) -> Record {
        let known = self.ledger.record(name).into_iter().flatten();
        let fields = known.filter_map(|(json_name, known)| {
            let known = known.ty.as_ref()?;
            let ty = self.restore(&known.held.ty);
            Some(Field { nullable: known.nullable, ..Field::new(json_name, ty) })
        });
        Record { fields: fields.collect() }
    }

    fn union(
        &mut self,
        recorded: &RecordedUnion,
        defs: &[&TypeDef],
        (name, at): (&str, &Pointer),
    ) -> Union {
        let unions = defs.iter().filter_map(|def| match &def.kind {
            Kind::Union(union) => Some(union),
            Kind::Record(_) | Kind::Enum(_) => None,
        });
        let unions: Vec<&Union> = unions.collect();
        let pairs: Vec<Pair<'_>> = unions
            .iter()
            .flat_map(|union| matches(self.api, self.ledger, recorded, union))
            .collect();
        let mut variants: Vec<Variant> = Vec::new();
        for found in unions.iter().flat_map(|union| &union.variants) {
            self.add_variant(&pairs, found, &mut variants);
        }
        if unions.len() < defs.len() || defs.is_empty() {
            // A record, or any JSON value, may still be any of the variants.
            let mut kept = Vec::new();
            for known in recorded.variants() {
                if find(&mut variants, known.name).is_none() {
                    let ty = self.restore(known.ty);
                    variants.push(variant(&known, ty));
                    kept.push(known.name);
                }
            }
            self.keep(name, "variants", kept.into_iter(), at);
        }
        if let Some((common, _)) = recorded.common() {
            // The common record is added later. Its fields keep their recorded types, even where
            // the variants now have others.
            for known in
                self.ledger.record(common).into_iter().flat_map(|it| it.values())
            {
                known.ty.iter().for_each(|known| _ = self.restore(&known.held.ty));
            }
        }
        let by = unions.first().map(|union| union.by.clone());
        Union {
            by: by.unwrap_or_else(|| recorded.discriminator()),
            variants,
            common: None,
        }
    }

    /// Notes the parts of a type that the document doesn't declare.
    fn keep<'n>(
        &mut self,
        name: &str,
        parts: &str,
        names: impl Iterator<Item = &'n str>,
        at: &Pointer,
    ) {
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        if !names.is_empty() {
            let names = names.join(", ");
            let what = format!(
                "`{name}` keeps {parts} that the document does not declare: {names}"
            );
            self.kept.push(Unmapped { pointer: at.clone(), what });
        }
    }

    /// Adds the recorded variants that a variant of the document corresponds to, or the variant
    /// itself if it is new.
    fn add_variant(
        &mut self,
        pairs: &[Pair<'_>],
        found: &Variant,
        into: &mut Vec<Variant>,
    ) {
        let known: Vec<&RecordedVariant<'_>> = pairs
            .iter()
            .filter(|(_, own)| std::ptr::eq(*own, found))
            .map(|(known, _)| known)
            .collect();
        if known.is_empty() {
            let ty = self.convert(&found.ty);
            if into.iter().all(|other| other.ty != ty || other.tags != found.tags) {
                into.push(Variant { ty, ..found.clone() });
            }
        }
        let is_known =
            |tag: &&String| pairs.iter().any(|(known, _)| known.tags.contains(tag));
        let mut new: Vec<String> =
            found.tags.iter().filter(|tag| !is_known(tag)).cloned().collect();
        for known in known {
            let all = pairs.iter().filter(|(own, _)| own.name == known.name);
            let all: Vec<&Type> = all.map(|(_, found)| &found.ty).collect();
            if find(into, known.name).is_none() {
                let ty = self.ty(Some(known.ty), &all);
                into.push(variant(known, ty));
            }
            // New values select the first of the recorded variants that the document has merged.
            if let Some(variant) = find(into, known.name) {
                variant.tags.append(&mut new);
                let order = |tag: &String| found.tags.iter().position(|own| own == tag);
                variant.tags.sort_by_key(|tag| order(tag).unwrap_or(usize::MAX));
                variant.tags.dedup();
            }
        }
    }
}

/// A recorded variant, and a variant of the document that corresponds to it.
type Pair<'p> = (RecordedVariant<'p>, &'p Variant);

fn find<'v>(variants: &'v mut [Variant], name: &str) -> Option<&'v mut Variant> {
    variants.iter_mut().find(|variant| variant.recorded.as_deref() == Some(name))
}

fn variant(known: &RecordedVariant<'_>, ty: Type) -> Variant {
    Variant { recorded: Some(known.name.to_owned()), ty, tags: known.tags.to_vec() }
}

/// Returns the values of all sources, and those that were values once.
fn values_of<'a>(
    defs: &[&'a TypeDef],
    recorded: impl Iterator<Item = &'a String>,
) -> Enum {
    let found = defs.iter().flat_map(|def| match &def.kind {
        Kind::Enum(values) => values.values.as_slice(),
        Kind::Record(_) | Kind::Union(_) => &[],
    });
    Enum::new(found.chain(recorded).map(String::as_str))
}

/// Returns the location of a type that the document no longer declares anywhere.
fn place_of(ledger: &Ledger, name: &str) -> Place {
    Place {
        key: ledger.place(name).unwrap_or(name).to_owned(),
        hint: name.to_owned(),
        owner: String::new(),
        pointer: Pointer::root(),
    }
}
