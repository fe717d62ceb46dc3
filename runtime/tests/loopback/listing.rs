//! A page in the generator's form: a list of numbers, with and without links.

use atlas_admin_runtime::codec::Extra;
use atlas_admin_runtime::record;

#[derive(Clone, Default)]
pub(crate) struct Listing {
    results: Option<Vec<i64>>,
    total: Option<i64>,
    extra: Extra,
}

record! {
    Listing
    0 results "results" [REQUIRED]
    1 total "totalCount"
}

atlas_admin_runtime::page!(Listing, results => i64);
