//! Records that are pages of a list.

use std::collections::HashSet;

use super::Users;
use crate::conventions::ITEMS;
use crate::ledger::Ledger;
use crate::model::{Api, Kind, Type, TypeDef, TypeId};

/// Returns the records that an operation answers with page by page, or once did.
pub(super) fn pages(api: &Api, users: &[Users], ledger: &Ledger) -> HashSet<TypeId> {
    let is_paged = |index: &usize| api.operations[*index].is_paged;
    let ids = (0..api.types.len()).map(TypeId);
    ids.filter(|id| lists_items(api.def(*id)))
        .filter(|id| {
            let recorded = api.def(*id).recorded.as_deref();
            recorded.is_some_and(|name| ledger.is_page(name))
                || users[id.0].answered_by.iter().any(is_paged)
        })
        .collect()
}

fn lists_items(def: &TypeDef) -> bool {
    let Kind::Record(record) = &def.kind else { return false };
    let mut fields = record.fields.iter();
    fields.any(|field| field.json_name == ITEMS && matches!(field.ty, Type::List(_)))
}
