//! The ledger's promises: what programs were written against stays as it was.
//!
//! The document says what there is today; the ledger says which Rust types stood where. Both are
//! walked side by side from the operations, by method, path, version and property, so that it
//! does not matter what the document calls an operation or a schema, or whether it names a schema
//! at all. Where both have something, the recorded type stays; where only the document has, the
//! rules decide; what only the ledger has is gone.

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
    api.types = build.finish();
    api.operations = operations;
}
