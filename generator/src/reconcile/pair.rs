//! Pairs of a recorded type and a definition of the document, both found at the same place.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::variants::{contents, fields, matches};
use crate::ledger::{Ledger, parameter_key};
use crate::model::{
    Api, Discriminator, JsonKind, Kind, Operation, Output, Type, TypeId, Variant,
};

/// The definitions at the places of each recorded type, and the reverse.
pub(super) struct Pairs<'a> {
    api: &'a Api,
    ledger: &'a Ledger,
    sources: BTreeMap<String, Vec<TypeId>>,
    names: FxHashMap<TypeId, Vec<String>>,
    pending: Vec<(String, TypeId)>,
    /// Whether a definition is paired only if it is declared where the recorded type was.
    only_known_places: bool,
}

/// Walks the document and the ledger side by side.
pub(super) fn pairs<'a>(api: &'a Api, ledger: &'a Ledger) -> Pairs<'a> {
    let mut pairs = Pairs {
        api,
        ledger,
        sources: BTreeMap::new(),
        names: FxHashMap::default(),
        pending: Vec::new(),
        only_known_places: true,
    };
    // A definition that is declared where the recorded type was matches best. It is paired first;
    // others are added to it if they fit.
    pairs.pair_operations();
    pairs.only_known_places = false;
    let known = pairs.sources.iter();
    let known = known.flat_map(|(name, ids)| ids.iter().map(|id| (name.clone(), *id)));
    pairs.pending = known.collect();
    pairs.follow();
    pairs.pair_operations();
    pairs.pair_by_place();
    pairs
}

impl Pairs<'_> {
    /// Returns the definitions at the places of a recorded type.
    pub(super) fn sources(&self, name: &str) -> &[TypeId] {
        self.sources.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the recorded type for a new place of a definition: the one first declared there,
    /// else the first that the definition is paired with anywhere.
    pub(super) fn name(&self, id: TypeId) -> Option<&str> {
        let names = self.names.get(&id)?;
        let known = self.recorded_place(id);
        let same = names.iter().find(|name| Some(name.as_str()) == known);
        same.or_else(|| names.iter().min()).map(String::as_str)
    }

    /// Tells whether a recorded type can represent a type of the document.
    pub(super) fn fits(&self, recorded: &Type<String>, found: &Type) -> bool {
        match (recorded, found) {
            // The record around it keeps a value that doesn't fit.
            (Type::Json, _) | (_, Type::Json) => true,
            (Type::Bool | Type::Int | Type::Float | Type::String, Type::Def(id))
                if self.is_choice_by_kind(*id) =>
            {
                self.variants(*id).any(|variant| self.fits(recorded, &variant.ty))
            }
            (Type::String | Type::DateTime | Type::Date, found) => self.is_text(found),
            (Type::Float, Type::Float | Type::Int)
            | (Type::Int, Type::Int)
            | (Type::Bool, Type::Bool) => true,
            (Type::List(recorded), Type::List(found)) => self.fits(recorded, found),
            (Type::Map(recorded), Type::Map(found)) => self.fits(recorded, found),
            (Type::Map(value), Type::Def(id)) => match &self.api.def(*id).kind {
                Kind::Enum(_) => false,
                Kind::Record(record) => {
                    record.fields.iter().all(|field| self.fits(value, &field.ty))
                }
                Kind::Union(_) => **value == Type::Json,
            },
            (Type::Def(name), Type::Def(id)) => self.sources(name).contains(id),
            (Type::Def(name), found) => self.fits_definition(name, found),
            _ => false,
        }
    }

    /// Tells whether a recorded definition can represent a type that needs no definition any more.
    fn fits_definition(&self, name: &str, found: &Type) -> bool {
        if self.ledger.values(name).is_some() {
            return self.is_text(found);
        }
        if matches!(found, Type::Map(_)) {
            return true;
        }
        let union = self.ledger.union(name);
        union.is_some_and(|union| {
            union.is_by_kind()
                && union.variants().any(|variant| self.fits(variant.ty, found))
        })
    }

    fn is_choice_by_kind(&self, id: TypeId) -> bool {
        let kind = &self.api.def(id).kind;
        matches!(kind, Kind::Union(union) if union.by == Discriminator::JsonKind)
    }

    fn variants(&self, id: TypeId) -> impl Iterator<Item = &Variant> {
        let variants = match &self.api.def(id).kind {
            Kind::Union(union) => union.variants.as_slice(),
            Kind::Record(_) | Kind::Enum(_) => &[],
        };
        variants.iter()
    }

    fn is_text(&self, ty: &Type) -> bool {
        self.api.json_kind(ty) == JsonKind::String
    }

    fn pair_operations(&mut self) {
        for operation in &self.api.operations {
            self.pair_operation(operation);
        }
        self.follow();
    }

    fn pair_operation(&mut self, operation: &Operation) {
        let Some(recorded) = self.ledger.operation(&operation.key) else { return };
        for (index, parameter) in operation.parameters.iter().enumerate() {
            if let Some(known) = recorded.parameter(&parameter_key(index, parameter)) {
                self.pair(&known.ty, &parameter.ty);
            }
        }
        for version in &operation.versions {
            let responses = recorded.responses(version.version);
            for response in &version.responses {
                let known = responses.get(response.media_type.format.as_str());
                if let Some(Output::Json(known) | Output::Optional(known)) =
                    known.map(|known| &known.output)
                    && let Some(found) = response.body()
                {
                    self.pair(known, found);
                }
            }
            if let (Some(known), Some(body)) =
                (recorded.body(version.version), &version.body)
            {
                self.pair(known, &body.ty);
            }
        }
    }

    fn pair(&mut self, recorded: &Type<String>, found: &Type) {
        match (recorded, found) {
            (Type::List(recorded), Type::List(found))
            | (Type::Map(recorded), Type::Map(found)) => self.pair(recorded, found),
            (Type::Def(name), Type::Def(id)) => self.pair_definition(name, *id),
            (Type::Def(name), found) => self.pair_content(name, found),
            _ => {}
        }
    }

    fn pair_definition(&mut self, name: &str, id: TypeId) {
        if self.sources(name).contains(&id)
            || (self.only_known_places && self.recorded_place(id) != Some(name))
            || !self.accepts(name, id, &mut FxHashSet::default())
        {
            return;
        }
        self.sources.entry(name.to_owned()).or_default().push(id);
        self.names.entry(id).or_default().push(name.to_owned());
        self.pending.push((name.to_owned(), id));
    }

    /// Pairs a type that is no definition with the variant of its kind.
    fn pair_content(&mut self, name: &str, found: &Type) {
        let Some(union) = self.ledger.union(name).filter(|union| union.is_by_kind())
        else {
            return;
        };
        for variant in union.variants() {
            self.pair(variant.ty, found);
        }
    }

    /// Tells whether a definition can be paired with a recorded type, beside those already paired.
    /// Where a property now has different types in definitions that were one type, the first
    /// definition keeps the recorded type.
    fn accepts(
        &self,
        name: &str,
        id: TypeId,
        seen: &mut FxHashSet<(String, TypeId)>,
    ) -> bool {
        let is_enum = self.api.is_enum(id);
        if is_enum || self.ledger.values(name).is_some() {
            return is_enum && self.ledger.values(name).is_some();
        }
        let sources = self.sources(name);
        if sources.is_empty()
            || sources.contains(&id)
            || !seen.insert((name.to_owned(), id))
        {
            return true;
        }
        match (&self.api.def(id).kind, self.ledger.union(name)) {
            (Kind::Record(record), None) => record.fields.iter().all(|field| {
                let known = self.ledger.field(name, &field.json_name);
                known.is_none_or(|known| self.could_be(&known.held.ty, &field.ty, seen))
            }),
            (Kind::Union(union), Some(recorded)) if recorded.is_told_by(&union.by) => {
                let variants = matches(self.api, self.ledger, recorded, union);
                variants
                    .iter()
                    .all(|(known, found)| self.could_be(known.ty, &found.ty, seen))
            }
            // The values of another discriminator select nothing.
            (Kind::Union(_), Some(_)) => false,
            _ => true,
        }
    }

    /// Tells whether a recorded type can represent a type, as far as is known before all are
    /// paired.
    fn could_be(
        &self,
        recorded: &Type<String>,
        found: &Type,
        seen: &mut FxHashSet<(String, TypeId)>,
    ) -> bool {
        match (recorded, found) {
            (Type::Def(name), Type::Def(id)) => self.accepts(name, *id, seen),
            (Type::List(recorded), Type::List(found))
            | (Type::Map(recorded), Type::Map(found)) => {
                self.could_be(recorded, found, seen)
            }
            _ => self.fits(recorded, found),
        }
    }

    /// Pairs the contents of the paired definitions.
    fn follow(&mut self) {
        while let Some((name, id)) = self.pending.pop() {
            let api = self.api;
            match &api.def(id).kind {
                Kind::Record(_) if self.ledger.record(&name).is_some() => {
                    self.pair_fields(&name, id);
                }
                // A definition that is one record today corresponds to every recorded variant.
                Kind::Record(_) => {
                    for ty in contents(self.ledger, &name) {
                        self.pair(ty, &Type::Def(id));
                    }
                }
                Kind::Union(union) => match self.ledger.union(&name) {
                    Some(recorded) => {
                        for (known, found) in matches(api, self.ledger, recorded, union)
                        {
                            self.pair(known.ty, &found.ty);
                        }
                        if let Some((common, _)) = recorded.common() {
                            self.pair_fields(common, id);
                        }
                    }
                    // A definition that is a union today was one record with the properties of all
                    // variants.
                    None => {
                        for variant in &union.variants {
                            self.pair(&Type::Def(name.clone()), &variant.ty);
                        }
                    }
                },
                Kind::Enum(_) => {}
            }
        }
    }

    /// Pairs the fields of a record, or of all variants, with those of a recorded record.
    fn pair_fields(&mut self, name: &str, id: TypeId) {
        let api = self.api;
        for field in fields(api, api.def(id)).into_iter().flatten() {
            if let Some(known) = self.ledger.field(name, &field.json_name) {
                self.pair(&known.held.ty, &field.ty);
            }
        }
    }

    /// Pairs definitions that no recorded place leads to by the location that declares them: a
    /// schema that is in use again, or elsewhere.
    fn pair_by_place(&mut self) {
        let mut ids: Vec<TypeId> = (0..self.api.types.len()).map(TypeId).collect();
        ids.sort_by(|a, b| {
            self.api.def(*a).origin.places.cmp(&self.api.def(*b).origin.places)
        });
        for id in ids {
            if self.names.contains_key(&id) {
                continue;
            }
            if let Some(name) = self.recorded_place(id).map(str::to_owned)
                && self.sources(&name).is_empty()
                && !self.ledger.is_only_named(&name)
            {
                self.pair_definition(&name, id);
                self.follow();
            }
        }
    }

    fn recorded_place(&self, id: TypeId) -> Option<&str> {
        let mut places = self.api.def(id).origin.places.iter();
        places.find_map(|place| self.ledger.type_name(&place.key))
    }
}
