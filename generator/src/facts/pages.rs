//! Records that are pages of a list.

use rustc_hash::FxHashMap;

use super::Users;
use crate::conventions::ITEMS;
use crate::ledger::Ledger;
use crate::model::{Api, Kind, Type, TypeDef, TypeId};

/// Returns the records that an operation responds with page by page, or once did, each with the
/// index of the field that lists the items.
pub(super) fn pages(
    api: &Api,
    users: &[Users],
    ledger: &Ledger,
) -> FxHashMap<TypeId, usize> {
    let is_paged = |index: &usize| api.operations[*index].is_paged;
    let ids = (0..api.types.len()).map(TypeId);
    ids.filter_map(|id| Some((id, list_of(api.def(id))?)))
        .filter(|(id, _)| {
            let recorded = api.def(*id).recorded.as_deref();
            recorded.is_some_and(|name| ledger.is_page(name))
                || users[id.0].answered_by.iter().any(is_paged)
        })
        .collect()
}

fn list_of(def: &TypeDef) -> Option<usize> {
    let Kind::Record(record) = &def.kind else { return None };
    let mut fields = record.fields.iter();
    fields
        .position(|field| field.json_name == ITEMS && matches!(field.ty, Type::List(_)))
}
