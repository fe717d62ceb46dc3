//! The last changes of the model, once every type is known: the records of common fields, the
//! fields that a variant implies, and the response bodies that are lost.

mod common;
mod implied;
mod responses;

use crate::ledger::Ledger;
use crate::model::Api;

/// Completes the types of an API.
pub fn settle(api: &mut Api, ledger: &Ledger) {
    responses::list_second_bodies(api);
    common::add_common_records(api, ledger);
    implied::drop_implied_tags(api, ledger);
    api.prune();
}
