//! The statics of operations in other modules than their own.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::casing;
use crate::facts::{Facts, Target};
use crate::model::Api;
use crate::version::Version;

/// Names the copies of operations that other modules poll, by their functions; where two of them
/// have functions of one name, also by their modules.
pub(super) fn copies(
    api: &Api,
    facts: &Facts,
    modules: &[String],
    functions: &[String],
) -> FxHashMap<Target, String> {
    let targets: BTreeSet<Target> =
        facts.copies.iter().flat_map(|copies| copies.keys().copied()).collect();
    let mut operations: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for target in &targets {
        let function = functions[target.operation].as_str();
        operations.entry(function).or_default().insert(target.operation);
    }
    let name = |target: &Target| {
        let function = functions[target.operation].as_str();
        let operation = &api.operations[target.operation];
        let is_alone = operations[function].len() == 1;
        let module = (!is_alone).then(|| modules[operation.tag].as_str());
        let version = operation.versions[target.version].version;
        let version = Some(version).filter(|it| Some(*it) != operation.home_version());
        copy(function, module, version)
    };
    targets.iter().map(|target| (*target, name(target))).collect()
}

/// Names a copy. `version` is the copy's version, if that is not the operation's home version.
fn copy(function: &str, module: Option<&str>, version: Option<Version>) -> String {
    let module = module.map(|module| module.to_uppercase() + "_").unwrap_or_default();
    let version =
        version.map(|it| format!("_{}", casing::version_module(it).to_uppercase()));
    let function = casing::static_name(function);
    format!("POLLED_{module}{function}{}", version.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_named_by_what_tells_it_apart() {
        let version = "2024-08-05".parse().ok();
        for (module, version, name) in [
            (None, None, "POLLED_GET_CLUSTER"),
            (None, version, "POLLED_GET_CLUSTER_V2024_08_05"),
            (Some("clusters"), None, "POLLED_CLUSTERS_GET_CLUSTER"),
            (Some("clusters"), version, "POLLED_CLUSTERS_GET_CLUSTER_V2024_08_05"),
        ] {
            assert_eq!(copy("get_cluster", module, version), name);
        }
    }
}
