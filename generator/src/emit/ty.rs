//! Types as they stand in code.

use proc_macro2::TokenStream;
use quote::quote;

use super::Emit;
use crate::model::{Field, Type};

impl Emit<'_> {
    /// The type, with definitions behind a path: empty within `types`.
    pub(super) fn ty(&self, ty: &Type, path: &TokenStream) -> TokenStream {
        match ty {
            Type::Bool => quote!(bool),
            Type::Int => quote!(i64),
            Type::Float => quote!(f64),
            Type::String => quote!(String),
            Type::DateTime => quote!(DateTime),
            Type::Date => quote!(Date),
            Type::Json => quote!(Json),
            Type::List(item) => {
                let item = self.ty(item, path);
                quote!(Vec<#item>)
            }
            Type::Map(value) => {
                let value = self.ty(value, path);
                quote!(Map<#value>)
            }
            Type::Def(id) => {
                let name = self.names.ty(*id);
                quote!(#path #name)
            }
        }
    }

    /// The type of a field, with what says whether it is set, and whether to `null`.
    pub(super) fn field_type(&self, field: &Field, boxed: bool) -> TokenStream {
        let mut ty = self.ty(&field.ty, &TokenStream::new());
        if boxed {
            ty = quote!(Box<#ty>);
        }
        if field.nullable { quote!(Nullable<#ty>) } else { quote!(Option<#ty>) }
    }
}

/// Writes a type without the spaces that tokens are printed with.
pub(super) fn text(ty: &TokenStream) -> String {
    ty.to_string().replace(' ', "")
}
