//! Records: a struct and its field table.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emit, docs};
use crate::model::{Record, Type, TypeId};
use crate::render::{Piece, blank};

/// The property that lists the items of a page, in every paged answer of the API.
const ITEMS: &str = "results";

pub(super) fn record(
    emit: &Emit<'_>,
    id: TypeId,
    record: &Record,
    out: &mut Vec<Piece>,
) {
    out.push(Piece::Tokens(definition(emit, id, record)));
    out.push(Piece::Tokens(access(emit, id, record)));
    out.extend(page(emit, id, record).map(Piece::Tokens));
    let name = emit.names.ty(id);
    out.push(Piece::Tokens(quote!(atlas_admin_runtime::record!(#name);)));
}

fn definition(emit: &Emit<'_>, id: TypeId, record: &Record) -> TokenStream {
    let name = emit.names.ty(id);
    let doc = docs::lines(docs::definition(emit, id));
    let fields = emit.names.members(id).zip(&record.fields).enumerate().map(
        |(index, (name, field))| {
            let doc = docs::lines(docs::field(emit, field, (id, index)));
            let ty = emit.field_type(field, emit.facts.boxed.contains(&(id, index)));
            quote!(#doc pub #name: #ty,)
        },
    );
    quote! {
        #doc
        #[derive(Clone, Default)]
        pub struct #name {
            #(#fields)*
            /// Undeclared properties: received ones, and ones to send.
            pub extra: Extra,
        }
    }
}

fn access(emit: &Emit<'_>, id: TypeId, record: &Record) -> TokenStream {
    let name = emit.names.ty(id);
    let text = name.to_string();
    let entries = record.fields.iter().enumerate().map(|(index, field)| {
        let wire = &field.wire;
        let flags = flags(emit, id, index, record);
        quote!(Field::new(#wire, #flags),)
    });
    let names: Vec<_> = emit.names.members(id).collect();
    let index: Vec<_> =
        (0..names.len()).map(proc_macro2::Literal::usize_unsuffixed).collect();
    let blank = blank();
    let (argument, shared, exclusive) = if names.is_empty() {
        (quote!(_index), quote!(&self.extra), quote!(&mut self.extra))
    } else {
        (
            quote!(index),
            quote!(match index { #(#index => &self.#names,)* _ => &self.extra, }),
            quote!(match index { #(#index => &mut self.#names,)* _ => &mut self.extra, }),
        )
    };
    quote! {
        impl Record for #name {
            #[inline]
            fn table(&self) -> &'static Table {
                static TABLE: Table = Table { name: #text, fields: &[#(#entries)*] };
                &TABLE
            }
            #blank
            #[inline]
            fn field(&self, #argument: usize) -> &dyn Value {
                #shared
            }
            #blank
            #[inline]
            fn field_mut(&mut self, #argument: usize) -> &mut dyn Value {
                #exclusive
            }
        }
    }
}

fn flags(emit: &Emit<'_>, id: TypeId, index: usize, record: &Record) -> TokenStream {
    let field = &record.fields[index];
    let all = [
        (field.required, quote!(Field::REQUIRED)),
        (emit.facts.read_only.contains(&(id, index)), quote!(Field::READ_ONLY)),
        (field.write_only, quote!(Field::WRITE_ONLY)),
        (field.secret, quote!(Field::SECRET)),
        (emit.facts.identities.contains(&(id, index)), quote!(Field::IDENTITY)),
        (field.kept, quote!(Field::KEPT)),
    ];
    let set: Vec<TokenStream> =
        all.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).collect();
    if set.is_empty() { quote!(0) } else { quote!(#(#set)|*) }
}

/// Says that a record is a page of a list, where an operation answers with it page by page.
fn page(emit: &Emit<'_>, id: TypeId, record: &Record) -> Option<TokenStream> {
    let index = record.fields.iter().position(|field| field.wire == ITEMS)?;
    let field = &record.fields[index];
    let Type::List(item) = &field.ty else { return None };
    let mut users = emit.facts.users[id.0].answered_by.iter();
    if !users.any(|operation| emit.api.operations[*operation].is_paged()) {
        return None;
    }
    let name = emit.names.ty(id);
    let item = emit.ty(item, &TokenStream::new());
    let list = emit.names.members(id).nth(index)?;
    let (borrowed, owned) = if field.nullable {
        (quote!(as_option().map(Vec::as_slice)), quote!(into_option()))
    } else {
        (quote!(as_deref()), quote!())
    };
    let dot = (!owned.is_empty()).then(|| quote!(.));
    let blank = blank();
    Some(quote! {
        impl Page for #name {
            type Item = #item;
            #blank
            #[inline]
            fn items(&self) -> &[#item] {
                self.#list.#borrowed.unwrap_or_default()
            }
            #blank
            #[inline]
            fn into_items(self) -> Vec<#item> {
                self.#list #dot #owned.unwrap_or_default()
            }
        }
    })
}
