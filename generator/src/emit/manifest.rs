//! The crate's root, and the files that are not Rust: Cargo.toml and README.md.

use quote::quote;
use serde::Serialize;

use super::{CrateLocation, Docs, Emit, docs, front};
use crate::casing;
use crate::render::{self, Piece};

#[derive(Serialize)]
struct Facts<'a> {
    /// The path to the runtime; `None` where the crate is part of its workspace.
    runtime: Option<&'a str>,
    version: &'static str,
    features: &'a [String],
    /// The features of operation groups that no longer exist.
    empty_features: &'a [String],
    tags: Vec<Tag<'a>>,
    operations: usize,
    pairs: usize,
    types: usize,
    /// The lines of a first program, if the document has an operation for it.
    program: Vec<String>,
    program_feature: String,
}

#[derive(Serialize)]
struct Tag<'a> {
    name: &'a str,
    module: &'a str,
    feature: &'a str,
    operations: usize,
}

pub(super) fn cargo_toml(emit: &Emit<'_>) -> String {
    render_template(emit, include_str!("../../templates/Cargo.toml.tera"))
}

pub(super) fn readme(emit: &Emit<'_>) -> String {
    render_template(emit, include_str!("../../templates/README.md.tera"))
}

fn facts<'a>(emit: &'a Emit<'_>) -> Facts<'a> {
    let count =
        |tag: usize| emit.api.operations.iter().filter(|op| op.tag == tag).count();
    let tags = emit
        .api
        .tags
        .iter()
        .enumerate()
        .map(|(index, tag)| Tag {
            name: &tag.name,
            module: &emit.names.modules[index],
            feature: &emit.names.features[index],
            operations: count(index),
        })
        .collect();
    let program = front::program(emit);
    Facts {
        runtime: match emit.home {
            CrateLocation::Workspace => None,
            CrateLocation::Alone(runtime) => Some(runtime),
        },
        version: env!("CARGO_PKG_VERSION"),
        features: &emit.names.features,
        empty_features: &emit.names.empty_features,
        tags,
        operations: emit.api.operations.len(),
        pairs: emit.api.operation_versions(),
        types: emit.api.types.len(),
        program_feature: program
            .as_ref()
            .map_or_else(String::new, |it| it.feature.clone()),
        program: program.map(|it| it.lines.to_vec()).unwrap_or_default(),
    }
}

fn render_template(emit: &Emit<'_>, template: &str) -> String {
    let render = || -> tera::TeraResult<String> {
        let context = tera::Context::from_serialize(&facts(emit))?;
        let tera = tera::Tera::default();
        tera.render_str(template, &context, false)
    };
    // The templates are part of this crate; a mistake in one must show in its output.
    render().unwrap_or_else(|error| format!("# template: {error}\n"))
}

/// Makes `lib.rs`.
pub(super) fn lib(emit: &Emit<'_>) -> String {
    let mut modules: Vec<_> =
        emit.names.modules.iter().zip(&emit.names.features).collect();
    modules.sort();
    let modules = modules.into_iter().map(|(module, feature)| {
        let module = casing::ident(module);
        quote!(#[cfg(feature = #feature)] pub mod #module;)
    });
    let prose = (emit.docs == Docs::Full).then(|| {
        quote! {
            #![allow(
                rustdoc::all,
                clippy::doc_lazy_continuation,
                clippy::doc_overindented_list_items,
                clippy::too_long_first_doc_paragraph,
                reason = "the doc comments are the document's own prose"
            )]
        }
    });
    let codes = (!emit.names.codes.is_empty()).then(|| {
        quote! {
            mod error_code;
            pub use error_code::ErrorCode;
        }
    });
    render::file([
        Piece::Text(docs::inner(front::page(emit))),
        Piece::Tokens(quote! {
            #![cfg_attr(docsrs, feature(doc_cfg))]
            #prose
            #![allow(
                clippy::large_enum_variant,
                reason = "boxing for size alone would make literals of unions unpleasant to write"
            )]
            #![allow(
                clippy::enum_variant_names,
                reason = "variants are named by what the service sends"
            )]
        }),
        Piece::Tokens(quote! {
            #[doc(inline)]
            pub use atlas_admin_runtime::{
                AccessToken, ApiError, Client, ClientBuilder, Clock, Code, CommandCredentials, Credentials,
                CredentialsChain, CredentialsProvider, Download, EnvCredentials, Error,
                FileCredentials, FileStore, IntoBody, IntoList, Items, Layer, MediaType, MemoryStore, Next, Operation, Options, Outcome, Output, Page,
                PagedRequest, Pages, ParseVersionError, Poller, Progress, RateLimit, Repeat, Request, Response, ResponseFuture,
                RetryPolicy, TokenStore, Transport, Version, Waiter, WaitingRequest,
            };
            #[cfg(feature = "profiles")]
            #[doc(inline)]
            pub use atlas_admin_runtime::ProfileCredentials;
            #[doc(inline)]
            pub use atlas_admin_runtime::{
                Date, DateTime, Extra, Json, Map, Nullable, UndeclaredValue, json, list, set,
            };
            #[doc(inline)]
            pub use atlas_admin_runtime::{codec, layer, operation, transport};
            #[cfg(feature = "blocking")]
            #[doc(inline)]
            pub use atlas_admin_runtime::blocking;
            #[cfg(feature = "testing")]
            #[doc(inline)]
            pub use atlas_admin_runtime::testing;
            /// The crates whose types are in the public API of this crate.
            pub use atlas_admin_runtime::{bytes, http, indexmap, jiff, url};
            #[cfg(feature = "chrono")]
            pub use atlas_admin_runtime::chrono;
            #[cfg(feature = "time")]
            pub use atlas_admin_runtime::time;
        }),
        Piece::Tokens(quote!(#(#modules)*)),
        Piece::Tokens(quote! {
            #[cfg(feature = "registry")]
            pub mod registry;
            pub mod types;
            #codes
        }),
    ])
}
