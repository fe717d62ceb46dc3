//! The operation groups by the collection that they are about, for the front page.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::Api;

/// Operation groups, most of whose operations are below one path.
#[derive(Debug)]
pub struct Collection {
    /// The path; `None` for the groups that are alone in their collections.
    pub path: Option<String>,
    /// The groups, by index.
    pub tags: Vec<usize>,
}

/// Returns the operation groups by the collection that most of their operations are below, the
/// largest first; those that are alone in their collection come last, together.
pub(super) fn collections(api: &Api) -> Vec<Collection> {
    let mut by_path: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let root = common(api);
    for tag in 0..api.tags.len() {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for operation in api.operations.iter().filter(|o| o.tag == tag) {
            let segments: Vec<&str> = operation.path.split('/').take(root + 1).collect();
            *counts.entry(segments.join("/")).or_default() += 1;
        }
        let most = counts.into_iter().min_by_key(|(_, count)| Reverse(*count));
        if let Some((path, _)) = most {
            by_path.entry(path).or_default().push(tag);
        }
    }
    let (shared, alone): (Vec<_>, Vec<_>) =
        by_path.into_iter().partition(|(_, tags)| tags.len() > 1);
    let shared = shared.into_iter();
    let mut collections: Vec<Collection> =
        shared.map(|(path, tags)| Collection { path: Some(path), tags }).collect();
    collections.sort_by_key(|collection| Reverse(collection.tags.len()));
    if !alone.is_empty() {
        let mut tags: Vec<usize> =
            alone.into_iter().flat_map(|(_, tags)| tags).collect();
        tags.sort_unstable();
        collections.push(Collection { path: None, tags });
    }
    collections
}

/// Counts the path segments that all paths begin with.
fn common(api: &Api) -> usize {
    let mut paths = api.operations.iter().map(|operation| operation.path.split('/'));
    let Some(first) = paths.next() else { return 0 };
    let first: Vec<&str> = first.collect();
    paths.fold(first.len(), |common, path| {
        let alike = first.iter().zip(path).take_while(|(a, b)| **a == *b).count();
        common.min(alike)
    })
}
