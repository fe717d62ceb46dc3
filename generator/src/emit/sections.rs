//! Sections: the features that code needs, and the grouping of types by them.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::Emit;
use crate::facts::{Availability, FeatureSet};
use crate::model::TypeId;

/// Types that need the same features.
#[derive(Clone)]
pub(super) struct Group {
    /// The name of its file.
    pub(super) name: String,
    pub(super) feature_set: FeatureSet,
    /// The types, in ascending order of their names.
    pub(super) types: Vec<TypeId>,
}

/// Groups the types by the features that they need.
pub(super) fn groups(emit: &Emit<'_>) -> Vec<Group> {
    let mut by_feature_set: BTreeMap<&FeatureSet, Vec<TypeId>> = BTreeMap::new();
    for (index, feature_set) in emit.facts.feature_sets.iter().enumerate() {
        by_feature_set.entry(feature_set).or_default().push(TypeId(index));
    }
    let mut taken = BTreeSet::new();
    by_feature_set
        .into_iter()
        .map(|(feature_set, mut types)| {
            types.sort_by(|a, b| emit.names.types[a.0].cmp(&emit.names.types[b.0]));
            let name = name(emit, feature_set, &mut taken);
            Group { name, feature_set: feature_set.clone(), types }
        })
        .collect()
}

/// Names a group for the operation groups that need it: all of them where they are few, else the
/// first ones.
fn name(
    emit: &Emit<'_>,
    feature_set: &FeatureSet,
    taken: &mut BTreeSet<String>,
) -> String {
    let parts: Vec<String> = feature_set
        .iter()
        .map(|(tag, availability)| {
            let module = &emit.names.modules[*tag];
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

impl Emit<'_> {
    /// Returns the `cfg` attribute of a feature set, on one line where that is no wider than
    /// `width`.
    pub(super) fn cfg(&self, feature_set: &FeatureSet, width: usize) -> String {
        let alternatives: Vec<String> = feature_set
            .iter()
            .map(|(tag, availability)| self.predicate(*tag, *availability))
            .collect();
        if let [one] = alternatives.as_slice() {
            return format!("#[cfg({one})]\n");
        }
        let line = format!("#[cfg(any({}))]\n", alternatives.join(", "));
        if line.trim_end().len() <= width {
            return line;
        }
        format!("#[cfg(any(\n    {}\n))]\n", alternatives.join(",\n    "))
    }

    fn predicate(&self, tag: usize, availability: Availability) -> String {
        let feature = &self.names.features[tag];
        match availability_feature(availability) {
            None => format!("feature = {feature:?}"),
            Some(availability) => {
                format!("all(feature = {feature:?}, feature = {availability:?})")
            }
        }
    }
}

/// Returns the feature that an availability requires; `None` where it requires none.
pub(super) fn availability_feature(availability: Availability) -> Option<&'static str> {
    match availability {
        Availability::None => None,
        Availability::OlderVersions => Some("older-versions"),
        Availability::Preview => Some("preview"),
    }
}

/// Returns the `cfg` attribute of an availability.
pub(super) fn availability_cfg(availability: Availability) -> TokenStream {
    availability_feature(availability)
        .map_or_else(TokenStream::new, |feature| quote!(#[cfg(feature = #feature)]))
}
