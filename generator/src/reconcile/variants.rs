//! Which variants of a union are the recorded ones.

use crate::model::{Api, Type, Union, Variant};
use crate::names::{Ledger, RecordedUnion, RecordedVariant};

/// Returns the types of the variants of a recorded union.
pub(super) fn contents(ledger: &Ledger, union: &str) -> Vec<Type<String>> {
    let union = ledger.union(union);
    union.iter().flat_map(|union| union.variants()).map(|variant| variant.ty).collect()
}

/// Returns each recorded variant with the ones that the document has for it, in the document's
/// order: those that the same values select, else those that hold the same thing.
pub(super) fn matches<'a, 'l>(
    api: &Api,
    ledger: &Ledger,
    recorded: &'l RecordedUnion,
    union: &'a Union,
) -> Vec<(RecordedVariant<'l>, &'a Variant)> {
    let known = recorded.variants();
    let mut found = Vec::new();
    for variant in &union.variants {
        let is_selected = |known: &&RecordedVariant<'_>| {
            known.tags.iter().any(|tag| variant.tags.contains(tag))
        };
        let mut selected: Vec<&RecordedVariant<'_>> =
            known.iter().filter(is_selected).collect();
        if selected.is_empty() {
            let holds = |known: &&RecordedVariant<'_>| {
                is_same(api, ledger, &known.ty, &variant.ty)
            };
            selected = known.iter().filter(holds).collect();
        }
        found.extend(selected.into_iter().map(|known| (known.clone(), variant)));
    }
    found
}

/// Whether a type is the recorded one, as far as can be told from what stands there.
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
