//! Discriminators that a variant implies: where a record is only ever a variant for one value, the
//! union writes the value, and the record has no field that could contradict it.

use crate::ledger::Ledger;
use crate::model::uses::{Uses, uses};
use crate::model::{Api, Kind, TypeDef};

/// Removes the discriminator's field from every record that is only ever a variant. A recorded
/// field stays.
pub(super) fn drop_implied_tags(api: &mut Api, ledger: &Ledger) {
    for (id, uses) in uses(api) {
        if let Uses::Variant { property, .. } = uses
            && !is_recorded(api.def(id), &property, ledger)
            && let Kind::Record(record) = &mut api.types[id.0].kind
        {
            record.fields.retain(|field| field.json_name != property);
        }
    }
}

fn is_recorded(def: &TypeDef, property: &str, ledger: &Ledger) -> bool {
    let name = def.recorded.as_deref();
    let fields = name.and_then(|name| ledger.record(name));
    fields.is_some_and(|fields| fields.contains_key(property))
}
