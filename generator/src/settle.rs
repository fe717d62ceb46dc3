//! What follows once every type stands, the document's and the ledger's: the records of what
//! variants have in common, the fields that a variant implies, and the bodies that are lost.

mod answers;
mod common;
mod implied;

use crate::ledger::Ledger;
use crate::model::Api;

/// Settles the types of an API.
pub fn settle(api: &mut Api, ledger: &Ledger) {
    answers::list_second_bodies(api);
    common::add_common_records(api, ledger);
    implied::drop_implied_tags(api, ledger);
    api.drop_unreached();
}
