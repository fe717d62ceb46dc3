//! The module `types`, which holds all types, in files by the features that need them.

use quote::quote;

use super::{Emit, enum_, record, union};
use crate::model::Kind;
use crate::names::TypeFile;
use crate::render::{self, Piece};

/// The maximum widths at which rustfmt keeps the attribute of a module, and of an import, on one
/// line.
const CFG_WIDTH: (usize, usize) = (89, 84);

/// Makes `types.rs`.
pub(super) fn root(emit: &Emit<'_>) -> String {
    let mut files: Vec<&TypeFile> = emit.names.files.iter().collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let modules = files.iter().map(|file| {
        format!("{}mod {};\n", emit.cfg(&file.feature_set, CFG_WIDTH.0), file.name)
    });
    let exports = files.iter().map(|file| {
        format!(
            "{}pub use {}::*;\n",
            emit.cfg(&file.feature_set, CFG_WIDTH.1),
            file.name
        )
    });
    render::file([
        Piece::Tokens(quote! {
            //! The types of the API: the bodies of requests and responses, and their parts.
            //!
            //! A type is available if an enabled feature has operations that use it. All types
            //! are open: a record keeps undeclared properties in `extra`, an enum or a union keeps
            //! an undeclared value in `Unknown`.
            //!
            //! An unset field is not sent, so the body of a PATCH needs only what changes. A received
            //! record can be changed and sent back: the request omits the properties that only the
            //! service sets, except those that identify the items of a list.
            //! End the literal of a record with `..Default::default()`, because a later version of
            //! this crate may add fields.
        }),
        Piece::Tokens(quote! {
            #[allow(unused_imports, reason = "some features need them all")]
            use atlas_admin_runtime::codec::{
                Date, DateTime, Extra, Json, Map, Nullable, UndeclaredValue,
            };
        }),
        Piece::Text(modules.collect()),
        Piece::Text(exports.collect()),
    ])
}

/// Makes the file of types that need the same features.
pub(super) fn file(emit: &Emit<'_>, file: &TypeFile) -> String {
    let mut pieces = vec![Piece::Tokens(quote!(
        use super::*;
    ))];
    for id in &file.types {
        match &emit.api.def(*id).kind {
            Kind::Record(def) => record::record(emit, *id, def, &mut pieces),
            Kind::Enum(def) => enum_::enum_(emit, *id, def, &mut pieces),
            Kind::Union(def) => union::union(emit, *id, def, &mut pieces),
        }
    }
    render::file(pieces)
}
