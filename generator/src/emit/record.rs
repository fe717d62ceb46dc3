//! Records: a struct and its field table.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emit, docs};
use crate::facts::Member;
use crate::model::{Field, Record, Type, TypeId};
use crate::render::{self, Comments, Piece};

pub(super) fn record(
    emit: &Emit<'_>,
    id: TypeId,
    record: &Record,
    out: &mut Vec<Piece>,
) {
    out.push(definition(emit, id, record));
    out.push(Piece::Text(table(emit, id, record)));
    out.extend(page(emit, id, record).map(Piece::Tokens));
}

fn definition(emit: &Emit<'_>, id: TypeId, record: &Record) -> Piece {
    let name = emit.names.ty(id);
    let mut comments = Comments::default();
    let doc = comments.add(docs::lines(docs::definition(emit, id)));
    let names = emit.names.members(id);
    let fields = || record.fields.iter().enumerate();
    let docs = fields().map(|(index, field)| {
        comments.add(docs::lines(docs::field(emit, field, (id, index))))
    });
    let types = fields().map(|(index, field)| {
        emit.field_type(field, emit.facts.boxed.contains(&(id, index)))
    });
    let tokens = quote! {
        #doc
        #[derive(Clone, Default)]
        pub struct #name {
            #(#docs pub #names: #types,)*
            /// Undeclared properties: received ones, and ones to send. Takes `null` for declared ones.
            pub extra: Extra,
        }
    };
    Piece::Commented(tokens, comments)
}

/// Returns the table by which the codec reads and writes the record.
fn table(emit: &Emit<'_>, id: TypeId, record: &Record) -> String {
    let name = emit.names.ty(id);
    let rows = emit.names.members(id).zip(&record.fields).enumerate().map(
        |(index, (name, field))| {
            let flags = flags(emit, (id, index), field);
            let flags = match flags.is_empty() {
                true => String::new(),
                false => format!(" [{}]", flags.join(" | ")),
            };
            format!("{index} {name} {:?}{flags}", field.json_name)
        },
    );
    render::table("record", &name.to_string(), rows)
}

fn flags(emit: &Emit<'_>, member: Member, field: &Field) -> Vec<&'static str> {
    let all = [
        (field.required, "REQUIRED"),
        (emit.facts.read_only.contains(&member), "READ_ONLY"),
        (field.write_only, "WRITE_ONLY"),
        (field.secret, "SECRET"),
        (emit.facts.identities.contains(&member), "IDENTITY"),
        (field.kept, "KEPT"),
    ];
    all.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).collect()
}

/// Implements the trait of a page for a record that an operation responds with page by page.
fn page(emit: &Emit<'_>, id: TypeId, record: &Record) -> Option<TokenStream> {
    let index = *emit.facts.pages.get(&id)?;
    let Type::List(item) = &record.fields[index].ty else { return None };
    let name = emit.names.ty(id);
    let item = emit.ty(item, &TokenStream::new());
    let list = emit.names.members(id).nth(index)?;
    Some(quote!(atlas_admin_runtime::page!(#name, #list => #item);))
}
