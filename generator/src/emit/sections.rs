//! Sections: the features that code needs, and the grouping of types by them.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::Emit;
use crate::facts::{Condition, Gate};
use crate::model::TypeId;

/// Types that need the same features.
#[derive(Clone)]
pub(super) struct Group {
    /// The name of its file.
    pub(super) name: String,
    pub(super) condition: Condition,
    /// The types, in ascending order of their names.
    pub(super) types: Vec<TypeId>,
}

/// Groups the types by the features that they need.
pub(super) fn groups(emit: &Emit<'_>) -> Vec<Group> {
    let mut by_condition: BTreeMap<&Condition, Vec<TypeId>> = BTreeMap::new();
    for (index, condition) in emit.facts.conditions.iter().enumerate() {
        by_condition.entry(condition).or_default().push(TypeId(index));
    }
    let mut taken = BTreeSet::new();
    by_condition
        .into_iter()
        .map(|(condition, mut types)| {
            types.sort_by(|a, b| emit.names.types[a.0].cmp(&emit.names.types[b.0]));
            let name = name(emit, condition, &mut taken);
            Group { name, condition: condition.clone(), types }
        })
        .collect()
}

/// Names a group for the operation groups that need it: all of them where they are few, else the
/// first ones.
fn name(emit: &Emit<'_>, condition: &Condition, taken: &mut BTreeSet<String>) -> String {
    let parts: Vec<String> = condition
        .iter()
        .map(|(tag, gate)| {
            let module = &emit.names.modules[*tag];
            match gate {
                Gate::None => module.clone(),
                Gate::OlderVersions => format!("{module}_older"),
                Gate::Preview => format!("{module}_preview"),
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
    /// The attribute that says what a condition needs, in one line where that is no wider than
    /// `width`.
    pub(super) fn cfg(&self, condition: &Condition, width: usize) -> String {
        let alternatives: Vec<String> =
            condition.iter().map(|(tag, gate)| self.predicate(*tag, *gate)).collect();
        if let [one] = alternatives.as_slice() {
            return format!("#[cfg({one})]\n");
        }
        let line = format!("#[cfg(any({}))]\n", alternatives.join(", "));
        if line.trim_end().len() <= width {
            return line;
        }
        format!("#[cfg(any(\n    {}\n))]\n", alternatives.join(",\n    "))
    }

    fn predicate(&self, tag: usize, gate: Gate) -> String {
        let feature = &self.names.features[tag];
        match gate_feature(gate) {
            None => format!("feature = {feature:?}"),
            Some(gate) => format!("all(feature = {feature:?}, feature = {gate:?})"),
        }
    }
}

/// The feature that a gate asks for.
pub(super) fn gate_feature(gate: Gate) -> Option<&'static str> {
    match gate {
        Gate::None => None,
        Gate::OlderVersions => Some("older-versions"),
        Gate::Preview => Some("preview"),
    }
}

/// The attribute that says what a gate needs.
pub(super) fn gate_cfg(gate: Gate) -> TokenStream {
    gate_feature(gate)
        .map_or_else(TokenStream::new, |feature| quote!(#[cfg(feature = #feature)]))
}
