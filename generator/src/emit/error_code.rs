//! The enum of the error codes.

use quote::quote;

use super::enum_::row;
use super::{Emit, docs};
use crate::casing::ident;
use crate::render::{self, Comments, Piece};

/// Makes `error_code.rs`.
pub(super) fn error_code(emit: &Emit<'_>) -> String {
    let codes = || emit.names.codes.iter().map(|(code, name)| (code, ident(name)));
    let mut comments = Comments::default();
    let variants = codes().map(|(code, name)| {
        let doc = comments.add(docs::lines(vec![docs::value(emit, code, None)]));
        quote!(#doc #name,)
    });
    let rows = codes().map(|(code, name)| row(&name, code));
    let definition = quote! {
        /// A known error code of the service. Compare [`Error::code`] with a variant, or
        /// convert it for a `match`.
        ///
        /// The API's document lists no codes, so the service has further ones. They are kept
        /// as text in `Unknown`.
        ///
        /// [`Error::code`]: crate::Error::code
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum ErrorCode {
            #(#variants)*
            /// A code that this crate doesn't know, or the empty string if there is no code.
            Unknown(UndeclaredValue),
        }
    };
    render::file([
        Piece::Tokens(quote! {
            //! The known error codes of the service.
        }),
        Piece::Tokens(quote! {
            use std::borrow::Cow;
            use atlas_admin_runtime::{Code, UndeclaredValue};
        }),
        Piece::Commented(definition, comments),
        Piece::Text(render::table("open_enum", "ErrorCode", rows)),
        Piece::Tokens(quote! {
            impl From<Code<'_>> for ErrorCode {
                #[inline]
                fn from(code: Code<'_>) -> Self {
                    code.as_str().into()
                }
            }
        }),
        Piece::Tokens(quote! {
            impl From<ErrorCode> for Cow<'static, str> {
                #[inline]
                fn from(code: ErrorCode) -> Self {
                    Cow::Owned(code.as_str().to_owned())
                }
            }
        }),
    ])
}
