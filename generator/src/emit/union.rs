//! Unions: an enum and the table of its tags.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::{Emit, docs};
use crate::model::{By, JsonKind, Kind, Type, TypeId, Union};
use crate::render::{Piece, blank};

pub(super) fn union(emit: &Emit<'_>, id: TypeId, union: &Union, out: &mut Vec<Piece>) {
    out.push(Piece::Tokens(definition(emit, id, union)));
    out.push(Piece::Tokens(access(emit, id, union)));
    let name = emit.names.ty(id);
    let common = union.common.iter().map(|common| emit.ty(common, &TokenStream::new()));
    let (variants, records) = conversions(emit, id, union);
    out.push(Piece::Tokens(quote! {
        atlas_admin_runtime::union!(#name, [#(#records => #variants),*] #(=> #common)*);
    }));
}

/// Returns the variants that a value converts into because of its type, and these types: the
/// records that only one variant holds.
fn conversions(
    emit: &Emit<'_>,
    id: TypeId,
    union: &Union,
) -> (Vec<Ident>, Vec<TokenStream>) {
    let holds =
        |ty: &Type| union.variants.iter().filter(|variant| variant.ty == *ty).count();
    let is_record = |ty: &Type| matches!(ty, Type::Def(id) if matches!(emit.api.def(*id).kind, Kind::Record(_)));
    let all = emit.names.members(id).zip(&union.variants);
    all.filter(|(_, variant)| is_record(&variant.ty) && holds(&variant.ty) == 1)
        .filter(|(_, variant)| union.common.as_ref() != Some(&variant.ty))
        .map(|(name, variant)| (name, emit.ty(&variant.ty, &TokenStream::new())))
        .unzip()
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

fn access(emit: &Emit<'_>, id: TypeId, union: &Union) -> TokenStream {
    let name = emit.names.ty(id);
    let text = name.to_string();
    let by = by(emit, union);
    let names: Vec<Ident> = emit.names.members(id).collect();
    let index: Vec<Literal> = (0..names.len()).map(Literal::usize_unsuffixed).collect();
    let last = Literal::usize_unsuffixed(names.len());
    let blank = blank();
    quote! {
        impl Union for #name {
            #[inline]
            fn variants(&self) -> &'static Variants {
                static VARIANTS: Variants = Variants { name: #text, by: #by };
                &VARIANTS
            }
            #blank
            #[inline]
            fn content(&self) -> (usize, &dyn Value) {
                match self {
                    #(Self::#names(content) => (#index, content),)*
                    Self::Unknown(content) => (#last, content),
                }
            }
            #blank
            #[inline]
            fn select(&mut self, index: usize) -> &mut dyn Value {
                *self = match index {
                    #(#index => Self::#names(Default::default()),)*
                    _ => Self::default(),
                };
                match self {
                    #(Self::#names(content) => content,)*
                    Self::Unknown(content) => content,
                }
            }
        }
    }
}

fn by(emit: &Emit<'_>, union: &Union) -> TokenStream {
    match &union.by {
        By::Tag { property, .. } => {
            let tags = union.variants.iter().map(|variant| {
                let tags = &variant.tags;
                quote!(&[#(#tags),*])
            });
            quote!(By::Tag(#property, &[#(#tags),*]))
        }
        By::JsonKind => {
            let kinds = union.variants.iter().map(|variant| {
                match json_kind(emit, &variant.ty) {
                    JsonKind::Boolean => quote!(Kind::Boolean),
                    JsonKind::Number => quote!(Kind::Number),
                    JsonKind::String => quote!(Kind::String),
                    JsonKind::Array => quote!(Kind::Array),
                    JsonKind::Object => quote!(Kind::Object),
                }
            });
            quote!(By::Kind(&[#(#kinds),*]))
        }
    }
}

pub(super) fn json_kind(emit: &Emit<'_>, ty: &Type) -> JsonKind {
    match ty {
        Type::Bool => JsonKind::Boolean,
        Type::Int | Type::Float => JsonKind::Number,
        Type::String | Type::DateTime | Type::Day => JsonKind::String,
        Type::List(_) => JsonKind::Array,
        Type::Map(_) | Type::Json => JsonKind::Object,
        Type::Def(id) => match &emit.api.def(*id).kind {
            Kind::Enum(_) => JsonKind::String,
            _ => JsonKind::Object,
        },
    }
}
