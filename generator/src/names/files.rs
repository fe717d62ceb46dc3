//! The types in files, by the features that they need.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Availability, FeatureSet};
use crate::model::TypeId;

/// Types that need the same features, and so are in one file.
#[derive(Clone, Debug)]
pub struct TypeFile {
    /// The name of the file.
    pub name: String,
    pub feature_set: FeatureSet,
    /// The types, in ascending order of their names.
    pub types: Vec<TypeId>,
}

/// Groups the types, whose names are given, by the features that they need.
pub(super) fn files(
    feature_sets: &[FeatureSet],
    modules: &[String],
    types: &[String],
) -> Vec<TypeFile> {
    let mut by_feature_set: BTreeMap<&FeatureSet, Vec<TypeId>> = BTreeMap::new();
    for (index, feature_set) in feature_sets.iter().enumerate() {
        by_feature_set.entry(feature_set).or_default().push(TypeId(index));
    }
    let mut taken = BTreeSet::new();
    let files = by_feature_set.into_iter().map(|(feature_set, mut own)| {
        own.sort_by(|a, b| types[a.0].cmp(&types[b.0]));
        let name = name(modules, feature_set, &mut taken);
        TypeFile { name, feature_set: feature_set.clone(), types: own }
    });
    files.collect()
}

/// Names a file for the operation groups that need it: all of them where they are few, else the
/// first ones.
fn name(
    modules: &[String],
    feature_set: &FeatureSet,
    taken: &mut BTreeSet<String>,
) -> String {
    let parts: Vec<String> = feature_set
        .iter()
        .map(|(tag, availability)| {
            let module = &modules[*tag];
            match availability {
                Availability::None => module.clone(),
                Availability::OlderVersions => format!("{module}_older"),
                Availability::Preview => format!("{module}_preview"),
            }
        })
        .collect();
    let mut shown = parts.len().min(2);
    loop {
        let mut name = parts[..shown].join("_and_");
        if shown < parts.len() {
            name.push_str("_and_others");
        }
        if shown == parts.len() || !taken.contains(&name) {
            taken.insert(name.clone());
            return name;
        }
        shown += 1;
    }
}
