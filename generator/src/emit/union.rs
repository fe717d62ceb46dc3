//! Unions: an enum and the table that selects its variants.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Emit, docs};
use crate::model::{Discriminator, JsonKind, Type, TypeId, Union, Variant};
use crate::render::{self, Piece};

pub(super) fn union(emit: &Emit<'_>, id: TypeId, union: &Union, out: &mut Vec<Piece>) {
    out.push(Piece::Tokens(definition(emit, id, union)));
    out.push(Piece::Text(table(emit, id, union)));
}

fn definition(emit: &Emit<'_>, id: TypeId, union: &Union) -> TokenStream {
    let name = emit.names.ty(id);
    let doc = docs::lines(docs::definition(emit, id));
    let variants = emit.names.members(id).zip(&union.variants).enumerate().map(
        |(index, (name, variant))| {
            let doc = docs::lines(docs::variant(emit, union, variant));
            let ty = held(emit, id, index, &variant.ty);
            quote!(#doc #name(#ty),)
        },
    );
    let unknown_doc = docs::lines(vec![docs::unknown_variant(union)]);
    let unknown = match &union.common {
        Some(common) => held(emit, id, union.variants.len(), common),
        None => quote!(Json),
    };
    quote! {
        #doc
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            #unknown_doc
            Unknown(#unknown),
        }
    }
}

fn held(emit: &Emit<'_>, id: TypeId, index: usize, ty: &Type) -> TokenStream {
    let ty = emit.ty(ty, &TokenStream::new());
    if emit.facts.boxed.contains(&(id, index)) { quote!(Box<#ty>) } else { ty }
}

/// Returns the table by which the codec selects the variant.
fn table(emit: &Emit<'_>, id: TypeId, union: &Union) -> String {
    let name = emit.names.ty(id);
    let head = match &union.by {
        Discriminator::Tag { property, .. } => {
            let common = union.common.iter().map(|ty| emit.ty(ty, &TokenStream::new()));
            quote!(#name by #property #(common #common)*;)
        }
        Discriminator::JsonKind => quote!(#name by kind;),
    };
    let rows = emit.names.members(id).zip(&union.variants).enumerate().map(
        |(index, (name, variant))| {
            let by = selector(emit, union, variant);
            let from = emit
                .facts
                .conversions
                .contains(&(id, index))
                .then(|| emit.ty(&variant.ty, &TokenStream::new()))
                .map(|ty| quote!(from #ty));
            let index = Literal::usize_unsuffixed(index);
            quote!(#index #name #by #from;)
        },
    );
    render::table("union", &head, rows)
}

/// Returns the tokens that select a variant: values of the discriminator, or a kind of JSON value.
fn selector(emit: &Emit<'_>, union: &Union, variant: &Variant) -> TokenStream {
    if let Discriminator::Tag { .. } = union.by {
        let values = &variant.tags;
        return quote!([#(#values),*]);
    }
    match emit.api.json_kind(&variant.ty) {
        JsonKind::Boolean => quote!(Boolean),
        JsonKind::Number => quote!(Number),
        JsonKind::String => quote!(String),
        JsonKind::Array => quote!(Array),
        JsonKind::Object => quote!(Object),
    }
}
