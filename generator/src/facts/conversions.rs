//! Records that convert into a union: those that exactly one of its variants holds.

use rustc_hash::FxHashSet;

use super::Member;
use crate::ledger::Ledger;
use crate::model::{Api, Kind, Type, TypeDef, TypeId, Union, Variant};

/// Returns the variants that have a `From` conversion of their content. A recorded conversion is
/// kept, even if another variant holds the same record later.
pub(super) fn conversions(api: &Api, ledger: &Ledger) -> FxHashSet<Member> {
    let mut found = FxHashSet::default();
    for (index, def) in api.types.iter().enumerate() {
        let Kind::Union(union) = &def.kind else { continue };
        let mut converting = FxHashSet::default();
        for (member, variant) in union.variants.iter().enumerate() {
            let is_one = is_record(api, union, &variant.ty)
                && (has_converted(def, variant, ledger)
                    || is_only_holder(union, variant));
            // A type can have only one conversion into the union.
            if is_one && converting.insert(&variant.ty) {
                found.insert((TypeId(index), member));
            }
        }
    }
    found
}

fn is_record(api: &Api, union: &Union, ty: &Type) -> bool {
    let Type::Def(id) = ty else { return false };
    matches!(api.def(*id).kind, Kind::Record(_)) && union.common.as_ref() != Some(ty)
}

fn has_converted(def: &TypeDef, variant: &Variant, ledger: &Ledger) -> bool {
    let union = def.recorded.as_deref().and_then(|name| ledger.union(name));
    let name = variant.recorded.as_deref();
    union.zip(name).is_some_and(|(union, name)| union.converts(name))
}

fn is_only_holder(union: &Union, variant: &Variant) -> bool {
    union.variants.iter().filter(|other| other.ty == variant.ty).count() == 1
}
