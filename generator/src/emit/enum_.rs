//! Open enums: the declared values, and `Unknown` for any other.

use proc_macro2::Ident;
use quote::quote;

use super::{Emit, docs};
use crate::model::{Enum, TypeId};
use crate::render::{self, Comments, Piece};

pub(super) fn enum_(emit: &Emit<'_>, id: TypeId, values: &Enum, out: &mut Vec<Piece>) {
    let name = emit.names.ty(id);
    let mut comments = Comments::default();
    let doc = comments.add(docs::lines(docs::definition(emit, id)));
    let variants = emit.names.members(id);
    let docs = values.values.iter().enumerate().map(|(index, json_name)| {
        let said = emit.sentences.member(id, index);
        comments.add(docs::lines(vec![docs::value(emit, json_name, said)]))
    });
    let tokens = quote! {
        #doc
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum #name {
            #(#docs #variants,)*
            /// A value that the API's document doesn't declare.
            Unknown(UndeclaredValue),
        }
    };
    out.push(Piece::Commented(tokens, comments));
    out.push(Piece::Text(table(emit, id, values)));
}

/// Returns the table of JSON names and variants, in ascending order.
fn table(emit: &Emit<'_>, id: TypeId, values: &Enum) -> String {
    let name = emit.names.ty(id);
    let mut rows: Vec<_> = values.values.iter().zip(emit.names.members(id)).collect();
    rows.sort();
    let rows = rows.into_iter().map(|(json_name, variant)| row(&variant, json_name));
    render::table("open_enum", &name.to_string(), rows)
}

/// Returns the row of a variant in the table of an enum.
pub(super) fn row(variant: &Ident, json_name: &str) -> String {
    format!("{variant} {json_name:?}")
}
