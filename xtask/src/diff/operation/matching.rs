//! Pairs of operations: one of the old document, and the same one of the new document.

use std::collections::{BTreeMap, BTreeSet};

use atlas_admin_generator::template::positional;

use super::super::api::Endpoint;

type Pair<'a, 'd> = (Option<&'a Endpoint<'d>>, Option<&'a Endpoint<'d>>);

/// Pairs operations by method and path; the names of path parameters don't matter.
pub(super) fn pairs<'a, 'd>(
    old: &'a [Endpoint<'d>],
    new: &'a [Endpoint<'d>],
) -> Vec<Pair<'a, 'd>> {
    let exact: BTreeMap<_, _> =
        new.iter().map(|it| ((it.path, it.method), it)).collect();
    let mut loose: BTreeMap<_, Vec<&Endpoint<'_>>> = BTreeMap::new();
    let known: BTreeSet<_> = old.iter().map(|it| (it.path, it.method)).collect();
    for endpoint in new {
        if !known.contains(&(endpoint.path, endpoint.method)) {
            let key = (positional(endpoint.path), endpoint.method);
            loose.entry(key).or_default().push(endpoint);
        }
    }
    let mut pairs = Vec::new();
    for endpoint in old {
        let same = exact.get(&(endpoint.path, endpoint.method)).copied();
        let key = (positional(endpoint.path), endpoint.method);
        let other = || loose.get_mut(&key).and_then(Vec::pop);
        pairs.push((Some(endpoint), same.or_else(other)));
    }
    pairs.extend(loose.into_values().flatten().map(|added| (None, Some(added))));
    pairs
}
