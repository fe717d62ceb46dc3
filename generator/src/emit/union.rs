//! Unions: an enum and the table that selects its variants.

use proc_macro2::TokenStream;
use quote::quote;

use super::ty::text;
use super::{Emit, docs};
use crate::model::{Discriminator, JsonKind, Type, TypeId, Union, Variant};
use crate::render::{self, Comments, Piece};

pub(super) fn union(emit: &Emit<'_>, id: TypeId, union: &Union, out: &mut Vec<Piece>) {
    out.push(definition(emit, id, union));
    out.push(Piece::Text(table(emit, id, union)));
}

fn definition(emit: &Emit<'_>, id: TypeId, union: &Union) -> Piece {
    let name = emit.names.ty(id);
    let mut comments = Comments::default();
    let doc = comments.add(docs::lines(docs::definition(emit, id)));
    let unknown_doc = comments.add(docs::lines(vec![docs::unknown_variant(union)]));
    let names = emit.names.members(id);
    let variants = || union.variants.iter().enumerate();
    let docs = variants().map(|(_, variant)| {
        comments.add(docs::lines(docs::variant(emit, union, variant)))
    });
    let types = variants().map(|(index, variant)| held(emit, id, index, &variant.ty));
    let unknown = match &union.common {
        Some(common) => held(emit, id, union.variants.len(), common),
        None => quote!(Json),
    };
    let tokens = quote! {
        #doc
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum #name {
            #(#docs #names(#types),)*
            #unknown_doc
            Unknown(#unknown),
        }
    };
    Piece::Commented(tokens, comments)
}

fn held(emit: &Emit<'_>, id: TypeId, index: usize, ty: &Type) -> TokenStream {
    let ty = emit.ty(ty, &TokenStream::new());
    if emit.facts.boxed.contains(&(id, index)) { quote!(Box<#ty>) } else { ty }
}

/// Returns the table by which the codec selects the variant.
fn table(emit: &Emit<'_>, id: TypeId, union: &Union) -> String {
    let name = emit.names.ty(id);
    let ty = |ty: &Type| text(&emit.ty(ty, &TokenStream::new()));
    let head = match (&union.by, &union.common) {
        (Discriminator::Tag { property, .. }, Some(common)) => {
            format!("{name} by {property:?} common {};", ty(common))
        }
        (Discriminator::Tag { property, .. }, None) => {
            format!("{name} by {property:?};")
        }
        (Discriminator::JsonKind, _) => format!("{name} by kind;"),
    };
    let rows = emit.names.members(id).zip(&union.variants).enumerate().map(
        |(index, (name, variant))| {
            let by = selector(emit, union, variant);
            let from = match emit.facts.conversions.contains(&(id, index)) {
                true => format!(" from {}", ty(&variant.ty)),
                false => String::new(),
            };
            format!("{index} {name} {by}{from};")
        },
    );
    render::table("union", &head, rows)
}

/// Returns the text that selects a variant: values of the discriminator, or a kind of JSON value.
fn selector(emit: &Emit<'_>, union: &Union, variant: &Variant) -> String {
    if let Discriminator::Tag { .. } = union.by {
        return format!("{:?}", variant.tags);
    }
    let kind = match emit.api.json_kind(&variant.ty) {
        JsonKind::Boolean => "Boolean",
        JsonKind::Number => "Number",
        JsonKind::String => "String",
        JsonKind::Array => "Array",
        JsonKind::Object => "Object",
    };
    kind.to_owned()
}
