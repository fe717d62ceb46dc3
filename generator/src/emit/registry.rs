//! The registry: every operation-version pair as data.

use quote::quote;

use super::cfg::availability_line;
use super::operation::Call;
use super::ty::text;
use super::{Emit, example};
use crate::casing;
use crate::model::{Content, Type};
use crate::render::{self, Piece};

/// Makes `registry.rs`.
pub(super) fn registry(emit: &Emit<'_>) -> String {
    let tables =
        emit.names.modules.iter().zip(&emit.names.features).map(|(module, feature)| {
            let module = casing::ident(module);
            quote!(#[cfg(feature = #feature)] crate::#module::REGISTRY,)
        });
    render::file([
        Piece::Tokens(quote! {
            //! Every operation in every version that is compiled in, as data for tools.
        }),
        Piece::Tokens(quote! {
            pub use atlas_admin_runtime::registry::{Entry, Function, Make, Payload};
        }),
        Piece::Tokens(quote! {
            /// The tables of the enabled operation groups. A constant, so that only programs that
            /// use it compile all the types that it names.
            const TABLES: &[&[Entry]] = &[#(#tables)*];
        }),
        Piece::Tokens(quote! {
            /// Returns every operation in every version that is compiled in.
            #[inline]
            pub fn entries() -> impl Iterator<Item = &'static Entry> {
                TABLES.iter().copied().flatten()
            }
        }),
    ])
}

/// Makes the table of an operation group: a row for each operation-version pair.
pub(super) fn table(emit: &Emit<'_>, calls: &[Call<'_>]) -> String {
    let mut text = String::from(
        "#[cfg(feature = \"registry\")]\n\
         pub(crate) const REGISTRY: &[atlas_admin_runtime::registry::Entry] = \
         atlas_admin_runtime::entries! {\n",
    );
    for call in calls.iter().filter(|call| call.is_first_format) {
        row(emit, call, calls, &mut text);
    }
    text.push_str("};\n");
    text
}

fn row(emit: &Emit<'_>, call: &Call<'_>, calls: &[Call<'_>], text: &mut String) {
    let cfg = availability_line(call.availability);
    if !cfg.is_empty() {
        text.push_str(&format!("    {cfg}"));
    }
    text.push_str(&format!("    {}", path(call)));
    for other in calls.iter().filter(|other| call.is_in_other_format(other)) {
        text.push_str(&format!(", also {}", path(other)));
    }
    if let Some(body) = call.version.body.as_ref().filter(|body| !body.is_bytes) {
        text.push_str(&format!(", body {}", ty(emit, &body.ty)));
    }
    let responses: Vec<String> = call
        .response
        .statuses
        .iter()
        .map(|(status, content)| match content {
            Content::Empty => format!("{status} => Empty"),
            Content::Stream => format!("{status} => Stream"),
            Content::Json(body) => format!("{status} => Json<{}>", ty(emit, body)),
        })
        .collect();
    text.push_str(&format!(";\n        is {:?};\n", example::signature(emit, call)));
    text.push_str(&format!("        responses {};\n", responses.join(", ")));
    let errors: Vec<String> = call.version.errors.iter().map(u16::to_string).collect();
    text.push_str(&format!("        errors {};\n", errors.join(" ")));
}

/// Returns the path to the static of a call.
fn path(call: &Call<'_>) -> String {
    let name = call.static_name();
    match call.is_newest {
        true => name,
        false => format!("{}::{name}", casing::version_module(call.version.version)),
    }
}

fn ty(emit: &Emit<'_>, ty: &Type) -> String {
    text(&emit.argument_type(ty, &quote!(crate::types::)))
}
