//! Open enums: the declared values, and any other.

use quote::quote;

use super::{Emit, docs};
use crate::model::{Enum, TypeId};
use crate::render::Piece;

pub(super) fn enum_(emit: &Emit<'_>, id: TypeId, values: &Enum, out: &mut Vec<Piece>) {
    let name = emit.names.ty(id);
    let doc = docs::lines(docs::definition(emit, id));
    let variants = emit.names.members(id).zip(&values.values).map(|(name, wire)| {
        let doc = docs::lines(vec![docs::value(wire)]);
        quote!(#doc #name,)
    });
    out.push(Piece::Tokens(quote! {
        #doc
        #[derive(Clone)]
        pub enum #name {
            #(#variants)*
            /// A value that the document does not declare, as the service spells it.
            Unknown(String),
        }
    }));
    out.push(Piece::Text(table(emit, id, values)));
}

/// The wire names, in ascending order.
fn table(emit: &Emit<'_>, id: TypeId, values: &Enum) -> String {
    let mut rows: Vec<(String, String)> = values
        .values
        .iter()
        .cloned()
        .zip(emit.names.members(id).map(|name| name.to_string()))
        .collect();
    rows.sort();
    let mut text =
        format!("atlas_admin_runtime::open_enum!({}, [\n", emit.names.types[id.0]);
    for (wire, variant) in rows {
        text.push_str(&format!("    {variant} => {wire:?},\n"));
    }
    text.push_str("]);\n");
    text
}
