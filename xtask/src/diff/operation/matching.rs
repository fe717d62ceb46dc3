//! Pairs of operations: one of the old document, and the same one of the new document.

use std::collections::{BTreeMap, BTreeSet};

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

/// Returns a path without the names of its parameters.
fn positional(path: &str) -> String {
    let mut parts = path.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("{}");
        text.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    text
}

/// Returns the names of a path's parameters, in order.
pub(super) fn names(path: &str) -> Vec<&str> {
    let parts = path.split('{').skip(1);
    parts.map(|part| part.split('}').next().unwrap_or_default()).collect()
}
