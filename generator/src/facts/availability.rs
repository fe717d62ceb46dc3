//! The Cargo features that types and operations need.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Waits;
use crate::model::{Api, Operation, TypeId};
use crate::version::Version;

/// The Cargo feature that an operation version requires besides its group's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Availability {
    /// No other feature.
    None,
    OlderVersions,
    Preview,
}

/// The alternative features that make a type available. Each alternative is an operation group, by
/// its index, and an availability.
pub type FeatureSet = BTreeSet<(usize, Availability)>;

/// Returns the availability of a version of an operation.
pub(super) fn of(
    current: &FxHashMap<String, FxHashSet<Version>>,
    operation: &Operation,
    version: Version,
) -> Availability {
    let current = current.get(&operation.key);
    let is_current = current.is_some_and(|versions| versions.contains(&version));
    match version {
        Version::Stable(_) if is_current => Availability::None,
        Version::Stable(_) => Availability::OlderVersions,
        Version::Upcoming(_) | Version::Preview => Availability::Preview,
    }
}

/// Returns the feature set of each type.
pub(super) fn feature_sets(
    api: &Api,
    current: &FxHashMap<String, FxHashSet<Version>>,
    waits: &Waits,
) -> Vec<FeatureSet> {
    let mut roots: BTreeMap<(usize, Availability), Vec<TypeId>> = BTreeMap::new();
    for (index, operation) in api.operations.iter().enumerate() {
        let mut parameters_availability = Availability::Preview;
        for version in &operation.versions {
            let availability = of(current, operation, version.version);
            parameters_availability = parameters_availability.min(availability);
            let roots = roots.entry((operation.tag, availability)).or_default();
            version.for_each_type(|ty| roots.extend(ty.leaf()));
            if operation.offers_wait {
                let waited = waits.get(&(index, version.version));
                roots.extend(waited.and_then(|waited| waited.result.leaf()));
            }
        }
        let parameters =
            operation.parameters.iter().filter_map(|parameter| parameter.ty.leaf());
        roots
            .entry((operation.tag, parameters_availability))
            .or_default()
            .extend(parameters);
    }
    let mut feature_sets = vec![FeatureSet::new(); api.types.len()];
    for (alternative, roots) in roots {
        for id in reachable(api, roots) {
            feature_sets[id.0].insert(alternative);
        }
    }
    feature_sets.into_iter().map(simplify).collect()
}

/// Returns the types that some types contain, directly or not, including themselves.
pub(super) fn reachable(api: &Api, mut pending: Vec<TypeId>) -> FxHashSet<TypeId> {
    let mut reached = FxHashSet::default();
    while let Some(id) = pending.pop() {
        if reached.insert(id) {
            api.def(id).kind.for_each_type(|ty| pending.extend(ty.leaf()));
        }
    }
    reached
}

/// Removes the alternatives of an operation group that needs no other feature in one of them.
fn simplify(feature_set: FeatureSet) -> FeatureSet {
    let free: BTreeSet<usize> = feature_set
        .iter()
        .filter(|(_, availability)| *availability == Availability::None)
        .map(|(tag, _)| *tag)
        .collect();
    feature_set
        .into_iter()
        .filter(|(tag, availability)| {
            *availability == Availability::None || !free.contains(tag)
        })
        .collect()
}
