//! Pairs of a recorded variant and a variant of the document.

use std::collections::BTreeSet;

use crate::ledger::{Ledger, RecordedUnion, RecordedVariant};
use crate::model::{Api, Discriminator, Field, Kind, Type, TypeDef, Union, Variant};

/// Returns the types of the variants of a recorded union.
pub(super) fn contents<'l>(ledger: &'l Ledger, union: &str) -> Vec<&'l Type<String>> {
    let union = ledger.union(union);
    union.iter().flat_map(|union| union.variants()).map(|variant| variant.ty).collect()
}

/// Returns each recorded variant with the variants of the document that correspond to it: those
/// with the same discriminator values, else those with the same content, else the most similar
/// ones.
pub(super) fn matches<'a, 'l>(
    api: &Api,
    ledger: &Ledger,
    recorded: &'l RecordedUnion,
    union: &'a Union,
) -> Vec<(RecordedVariant<'l>, &'a Variant)> {
    let known: Vec<RecordedVariant<'l>> = recorded.variants().collect();
    let mut found: Vec<(RecordedVariant<'l>, &'a Variant)> = Vec::new();
    for variant in &union.variants {
        let selected = known
            .iter()
            .filter(|known| known.tags.iter().any(|tag| variant.tags.contains(tag)));
        found.extend(selected.map(|known| (*known, variant)));
    }
    let by_kind = recorded.is_by_kind() && union.by == Discriminator::JsonKind;
    let holds = |known: &RecordedVariant<'_>, variant: &Variant| {
        if by_kind {
            known.ty.json_kind(&|name| ledger.values(name).is_some())
                == variant.ty.json_kind(&|id| api.is_enum(*id))
        } else {
            is_same(api, ledger, known.ty, &variant.ty)
        }
    };
    let selected = found.len();
    for variant in &union.variants {
        let by_tag = &found[..selected];
        if by_tag.iter().any(|(_, own)| std::ptr::eq(*own, variant)) {
            continue;
        }
        let free = known
            .iter()
            .filter(|known| by_tag.iter().all(|(own, _)| own.name != known.name));
        let same: Vec<_> = free.filter(|known| holds(known, variant)).copied().collect();
        found.extend(same.into_iter().map(|known| (known, variant)));
    }
    let mut rest: Vec<&RecordedVariant<'_>> = known
        .iter()
        .filter(|known| found.iter().all(|(own, _)| own.name != known.name))
        .collect();
    // With the same discriminator, a value that selected no recorded variant belongs to a new one.
    let tells_alike = recorded.is_told_by(&union.by);
    for variant in &union.variants {
        let can_be = |known: &RecordedVariant<'_>| {
            !tells_alike || (known.tags.is_empty() && variant.tags.is_empty())
        };
        if found.iter().all(|(_, own)| !std::ptr::eq(*own, variant)) {
            let some: Vec<_> =
                rest.iter().copied().filter(|known| can_be(known)).collect();
            if let Some(known) = most_alike(api, ledger, &some, variant) {
                rest.retain(|other| other.name != known.name);
                found.push((*known, variant));
            }
        }
    }
    found
}

/// Returns the recorded variant with the most properties among those whose properties a variant all
/// has.
fn most_alike<'k, 'l>(
    api: &Api,
    ledger: &Ledger,
    known: &[&'k RecordedVariant<'l>],
    variant: &Variant,
) -> Option<&'k RecordedVariant<'l>> {
    let Type::Def(id) = variant.ty else { return None };
    let own = fields(api, api.def(id)).into_iter().flatten();
    let own: BTreeSet<&String> = own.map(|field| &field.json_name).collect();
    let count = |known: &RecordedVariant<'_>| {
        let Type::Def(name) = known.ty else { return None };
        let lines = ledger.record(name)?;
        let has_all = lines.keys().all(|property| own.contains(property));
        (has_all && !lines.is_empty()).then_some(lines.len())
    };
    let counted = known.iter().filter_map(|known| Some((count(known)?, *known)));
    counted.max_by_key(|(count, _)| *count).map(|(_, known)| known)
}

/// Tells whether a type is the recorded one, as far as its own declaration shows.
fn is_same(api: &Api, ledger: &Ledger, recorded: &Type<String>, found: &Type) -> bool {
    match (recorded, found) {
        (Type::Def(name), Type::Def(id)) => {
            let mut places = api.def(*id).origin.places.iter();
            places.any(|place| ledger.type_name(&place.key) == Some(name))
        }
        (Type::List(recorded), Type::List(found))
        | (Type::Map(recorded), Type::Map(found)) => {
            is_same(api, ledger, recorded, found)
                || !matches!((&**recorded, &**found), (Type::Def(_), Type::Def(_)))
        }
        (Type::Bool, Type::Bool)
        | (Type::Int | Type::Float, Type::Int | Type::Float)
        | (Type::Json, Type::Json) => true,
        (recorded, found) => is_text(recorded) && is_text(found),
    }
}

fn is_text<D>(ty: &Type<D>) -> bool {
    matches!(ty, Type::String | Type::DateTime | Type::Date)
}

/// Returns the fields that a definition declares: one list, or one for each variant.
pub(super) fn fields<'a>(api: &'a Api, def: &'a TypeDef) -> Vec<Vec<&'a Field>> {
    let mut lists = Vec::new();
    let mut pending = vec![def];
    let mut seen: Vec<*const TypeDef> = Vec::new();
    while let Some(def) = pending.pop() {
        if seen.contains(&std::ptr::from_ref(def)) {
            continue;
        }
        seen.push(def);
        match &def.kind {
            Kind::Record(record) => lists.push(record.fields.iter().collect()),
            Kind::Union(union) => {
                pending.extend(union.variants.iter().rev().filter_map(|variant| {
                    match variant.ty {
                        Type::Def(id) => Some(api.def(id)),
                        _ => None,
                    }
                }))
            }
            Kind::Enum(_) => {}
        }
    }
    lists
}
