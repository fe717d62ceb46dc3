//! Types as Rust code.

use proc_macro2::TokenStream;
use quote::quote;

use super::Emit;
use crate::model::{Field, Type};

impl Emit<'_> {
    /// Returns the type, with definitions behind a path, which is empty within `types`.
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

    /// Returns the type of a field, wrapped in `Option` or `Nullable` where the field may be unset
    /// or `null`.
    pub(super) fn field_type(&self, field: &Field, boxed: bool) -> TokenStream {
        let mut ty = self.ty(&field.ty, &TokenStream::new());
        if boxed {
            ty = quote!(Box<#ty>);
        }
        if field.nullable { quote!(Nullable<#ty>) } else { quote!(Option<#ty>) }
    }
}

/// Returns a type as text, without the spaces that tokens are printed with.
pub(super) fn text(ty: &TokenStream) -> String {
    ty.to_string().replace(' ', "")
}
