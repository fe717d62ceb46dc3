//! Keeps the ledger's promises: the types that existing programs use don't change.
//!
//! The document states today's API; the ledger states the recorded Rust types. Both are walked
//! side by side from the operations, by method, path, version and property. So it doesn't matter
//! how the document names an operation or a schema, or whether it names a schema at all. Where
//! both have a type, the recorded one is kept. Where only the document has one, the rules decide.
//! Types that only the ledger has are not generated.

mod build;
mod groups;
mod operations;
mod pair;
mod variants;

use crate::ledger::Ledger;
use crate::model::Api;

/// Rewrites the types of an API so that they keep what the ledger promises.
pub fn reconcile(api: &mut Api, ledger: &Ledger) {
    groups::keep_modules(api, ledger);
    let pairs = pair::pairs(api, ledger);
    let mut build = build::Build::new(api, ledger, &pairs);
    let operations = operations::reconciled(&mut build);
    let (types, kept) = build.finish();
    api.types = types;
    api.unmapped.extend(kept);
    api.operations = operations;
}
