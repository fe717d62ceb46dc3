//! The module of an operation group: its request functions, the newest version first, and a module
//! for each version.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::cfg::availability_cfg;
use super::operation::{Call, calls};
use super::{Emit, docs, operation, registry, wait};
use crate::casing;
use crate::facts::Availability;
use crate::render::{self, Comments, Piece};
use crate::version::Version;

/// Makes the file of an operation group.
pub(super) fn tag(emit: &Emit<'_>, tag: usize) -> String {
    let mut calls: Vec<Call<'_>> = calls(emit, tag);
    calls.sort_by(|a, b| {
        a.function.cmp(&b.function).then(b.version.version.cmp(&a.version.version))
    });
    let mut pieces = vec![Piece::Text(docs::inner(docs::tag(emit, tag)))];
    pieces.extend(imports(&calls).map(Piece::Tokens));
    for call in calls.iter().filter(|call| call.is_newest) {
        pieces.extend(operation::function(emit, call, Availability::None));
    }
    for call in calls.iter().filter(|c| c.is_newest && c.owns_builder && c.has_builder())
    {
        pieces.extend(operation::builder(emit, call));
    }
    pieces.extend(wait::copies(emit, tag).map(Piece::Text));
    let mut versions: BTreeMap<Version, Vec<&Call<'_>>> = BTreeMap::new();
    for call in &calls {
        versions.entry(call.version.version).or_default().push(call);
    }
    for (version, calls) in versions {
        pieces.push(version_module(emit, tag, version, &calls));
    }
    pieces.push(Piece::Text(registry::table(emit, &calls)));
    render::file(pieces)
}

fn imports(calls: &[Call<'_>]) -> Option<TokenStream> {
    let unversioned = calls.iter().any(|call| call.is_newest);
    unversioned.then(|| {
        let newest: Vec<&Call<'_>> =
            calls.iter().filter(|call| call.is_newest).collect();
        operation::imports(&newest, &TokenStream::new())
    })
}

/// Makes the module of a version; functions of the newest version are in it too, as re-exports.
fn version_module(
    emit: &Emit<'_>,
    tag: usize,
    version: Version,
    calls: &[&Call<'_>],
) -> Piece {
    let name = casing::ident(&casing::version_module(version));
    let mut comments = Comments::default();
    let pinned = docs::pinned(&emit.api.tags[tag].name, version);
    let doc = comments.add(docs::lines(pinned));
    let availability =
        calls.iter().map(|call| call.availability).min().unwrap_or(Availability::None);
    let cfg = availability_cfg(availability);
    let exports: Vec<TokenStream> =
        calls.iter().filter(|call| call.is_newest).map(|call| export(call)).collect();
    let own: Vec<&Call<'_>> =
        calls.iter().copied().filter(|call| !call.is_newest).collect();
    let mut pieces = Vec::new();
    if !own.is_empty() {
        let need = need_of_imports(&own, availability);
        pieces.push(Piece::Tokens(operation::imports(&own, &need)));
    }
    if !exports.is_empty() {
        pieces.push(Piece::Tokens(quote!(#(#exports)*)));
    }
    for call in own {
        pieces.extend(operation::function(emit, call, availability));
        if call.owns_builder && call.has_builder() {
            pieces.extend(operation::builder(emit, call));
        }
    }
    Piece::Module(quote!(#doc #cfg pub mod #name {}), comments, pieces)
}

/// Returns the `cfg` attribute of an import that only some functions of a module need.
fn need_of_imports(calls: &[&Call<'_>], module: Availability) -> TokenStream {
    let least = calls.iter().map(|call| call.availability).min().unwrap_or(module);
    if calls.iter().all(|call| call.availability == least) {
        return if least == module {
            TokenStream::new()
        } else {
            availability_cfg(least)
        };
    }
    quote!(#[allow(unused_imports, reason = "some features need them all")])
}

/// Re-exports a function of the group's module in the module of its version.
fn export(call: &Call<'_>) -> TokenStream {
    let function = casing::ident(&call.function);
    let deprecated = call
        .deprecation()
        .is_some()
        .then(|| quote!(#[allow(deprecated, reason = "the attribute of the function warns its callers")]));
    quote!(#deprecated pub use super::#function;)
}
