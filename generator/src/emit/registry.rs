//! The registry: every operation-version pair as data.

use proc_macro2::TokenStream;
use quote::quote;

use super::operation::Call;
use super::sections::gate_cfg;
use super::Emit;
use crate::model::{Content, Type};
use crate::names;
use crate::render::{self, Piece};

/// Makes `registry.rs`.
pub(super) fn registry(emit: &Emit<'_>) -> String {
    let tables = emit.names.modules.iter().zip(&emit.names.features).map(|(module, feature)| {
        let module = names::ident(module);
        quote!(#[cfg(feature = #feature)] crate::#module::REGISTRY,)
    });
    render::file([
        Piece::Tokens(quote! {
            //! Every operation in every version that is compiled in, as data for tools.
        }),
        Piece::Tokens(quote! {
            pub use atlas_admin_runtime::registry::{Entry, Make, Payload, encode};
        }),
        Piece::Tokens(quote! {
            /// The tables of the enabled tags.
            static TABLES: &[&[Entry]] = &[#(#tables)*];
        }),
        Piece::Tokens(quote! {
            /// Returns every operation-version pair.
            pub fn entries() -> impl Iterator<Item = &'static Entry> {
                TABLES.iter().copied().flatten()
            }
        }),
    ])
}

/// Makes the table of a tag.
pub(super) fn table(emit: &Emit<'_>, calls: &[Call<'_>]) -> TokenStream {
    let first: Vec<&Call<'_>> = calls.iter().filter(|call| call.is_first_format).collect();
    let entries = first.iter().map(|call| {
        let others: Vec<&Call<'_>> = calls
            .iter()
            .filter(|other| {
                other.index == call.index
                    && other.version.version == call.version.version
                    && !other.is_first_format
            })
            .collect();
        entry(emit, call, &others)
    });
    quote! {
        #[cfg(feature = "registry")]
        pub(crate) static REGISTRY: &[atlas_admin_runtime::registry::Entry] = {
            use atlas_admin_runtime::registry::{Entry, Payload, make};
            &[#(#entries)*]
        };
    }
}

fn entry(emit: &Emit<'_>, call: &Call<'_>, others: &[&Call<'_>]) -> TokenStream {
    let cfg = gate_cfg(call.gate);
    let operation = path(call);
    let others = others.iter().map(|other| {
        let path = path(other);
        quote!(&#path)
    });
    let body = match &call.version.body {
        Some(body) => {
            let make = make(emit, &body.ty);
            quote!(Some(#make))
        }
        None => quote!(None),
    };
    let answers = call.answer.statuses.iter().map(|(status, content)| {
        let status = proc_macro2::Literal::u16_unsuffixed(*status);
        let payload = match content {
            Content::Empty => quote!(Payload::Empty),
            Content::Stream => quote!(Payload::Stream),
            Content::Json(ty) => {
                let make = make(emit, ty);
                quote!(Payload::Json(#make))
            }
        };
        quote!((#status, #payload))
    });
    let errors = call.version.errors.iter().map(|(status, ty)| {
        let status = proc_macro2::Literal::u16_unsuffixed(*status);
        match ty {
            Some(ty) => {
                let make = make(emit, ty);
                quote!((#status, Some(#make)))
            }
            None => quote!((#status, None)),
        }
    });
    quote! {
        #cfg
        Entry {
            operation: &#operation,
            alternatives: &[#(#others),*],
            body: #body,
            answers: &[#(#answers),*],
            errors: &[#(#errors),*],
        },
    }
}

fn path(call: &Call<'_>) -> TokenStream {
    let ident = call.static_ident();
    if call.is_newest {
        quote!(#ident)
    } else {
        let module = names::ident(&names::version_module(call.version.version));
        quote!(#module::#ident)
    }
}

fn make(emit: &Emit<'_>, ty: &Type) -> TokenStream {
    let ty = emit.argument_type(ty, &quote!(crate::types::));
    quote!(make::<#ty>)
}
