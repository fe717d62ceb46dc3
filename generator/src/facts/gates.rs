//! The Cargo features that types and operations need.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Waits;
use crate::model::{Api, TypeId};
use crate::version::Version;

/// The Cargo feature that an operation version requires besides its group's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// No other feature.
    None,
    OlderVersions,
    Preview,
}

/// The alternative feature sets that make something available: each an operation group, by index,
/// and an availability.
pub type Condition = BTreeSet<(usize, Gate)>;

/// Returns the availability of a version.
pub(super) fn gate(version: Version, is_current: bool) -> Gate {
    match version {
        Version::Stable(_) if is_current => Gate::None,
        Version::Stable(_) => Gate::OlderVersions,
        Version::Upcoming(_) | Version::Preview => Gate::Preview,
    }
}

/// Returns the feature sets of each type.
pub(super) fn conditions(
    api: &Api,
    current: &HashMap<String, HashSet<Version>>,
    waits: &Waits,
) -> Vec<Condition> {
    let mut roots: BTreeMap<(usize, Gate), Vec<TypeId>> = BTreeMap::new();
    for (index, operation) in api.operations.iter().enumerate() {
        let mut parameters_gate = Gate::Preview;
        for version in &operation.versions {
            let is_current = current[&operation.key()].contains(&version.version);
            let gate = gate(version.version, is_current);
            parameters_gate = parameters_gate.min(gate);
            let roots = roots.entry((operation.tag, gate)).or_default();
            version.for_each_type(|ty| roots.extend(ty.leaf()));
            if operation.offers_wait {
                let waited = waits.get(&(index, version.version));
                roots.extend(waited.and_then(|waited| waited.result.leaf()));
            }
        }
        let parameters =
            operation.parameters.iter().filter_map(|parameter| parameter.ty.leaf());
        roots.entry((operation.tag, parameters_gate)).or_default().extend(parameters);
    }
    let mut conditions = vec![Condition::new(); api.types.len()];
    for (alternative, roots) in roots {
        for id in reach(api, roots) {
            conditions[id.0].insert(alternative);
        }
    }
    conditions.into_iter().map(simplify).collect()
}

/// Returns the types that some types contain, directly or not, including themselves.
pub(super) fn reach(api: &Api, mut pending: Vec<TypeId>) -> HashSet<TypeId> {
    let mut reached = HashSet::new();
    while let Some(id) = pending.pop() {
        if reached.insert(id) {
            api.def(id).kind.for_each_type(|ty| pending.extend(ty.leaf()));
        }
    }
    reached
}

/// Removes the alternatives of an operation group that needs no other feature in one of them.
fn simplify(condition: Condition) -> Condition {
    let free: BTreeSet<usize> = condition
        .iter()
        .filter(|(_, gate)| *gate == Gate::None)
        .map(|(tag, _)| *tag)
        .collect();
    condition
        .into_iter()
        .filter(|(tag, gate)| *gate == Gate::None || !free.contains(tag))
        .collect()
}
