//! The attributes for the features that code needs.

use proc_macro2::TokenStream;
use quote::quote;

use super::Emit;
use crate::facts::{Availability, FeatureSet};

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

/// Returns the line with the `cfg` attribute of an availability; empty where there is none.
pub(super) fn availability_line(availability: Availability) -> String {
    availability_feature(availability)
        .map_or_else(String::new, |feature| format!("#[cfg(feature = {feature:?})]\n"))
}
