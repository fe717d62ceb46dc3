//! Types, with their fields, variants, methods and implementations.

use quote::ToTokens;
use syn::{Attribute, Fields, ImplItem, ItemEnum, ItemImpl, ItemStruct};

use super::{Kind, Reader, is_public, normalized, signature};
use crate::surface::first_text;

impl Reader<'_> {
    pub(super) fn record(&mut self, module: &str, item: &ItemStruct) {
        let path = format!("{module}::{}", item.ident);
        let text = format!("struct {}", normalized(&item.generics));
        self.add(path.clone(), Kind::Type, text);
        self.derives(&path, &item.attrs);
        for field in item.fields.iter().filter(|field| is_public(&field.vis)) {
            let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            let text = normalized(&field.ty);
            self.add(format!("{path}::{name}"), Kind::Field, text).owner =
                Some(path.clone());
        }
    }

    pub(super) fn choice(&mut self, module: &str, item: &ItemEnum) {
        let path = format!("{module}::{}", item.ident);
        let is_open = item.attrs.iter().any(|it| it.path().is_ident("non_exhaustive"));
        let openness = if is_open { "non_exhaustive " } else { "" };
        let text = format!("{openness}enum {}", normalized(&item.generics));
        self.add(path.clone(), Kind::Type, text);
        self.derives(&path, &item.attrs);
        for variant in &item.variants {
            let text = match &variant.fields {
                Fields::Unit => String::new(),
                fields => normalized(fields),
            };
            let name = format!("{path}::{}", variant.ident);
            self.add(name, Kind::Variant, text).owner = Some(path.clone());
        }
    }

    fn derives(&mut self, path: &str, attributes: &[Attribute]) {
        for attribute in attributes.iter().filter(|it| it.path().is_ident("derive")) {
            let syn::Meta::List(list) = &attribute.meta else { continue };
            let text = list.tokens.to_string();
            for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                self.implemented(path, name);
            }
        }
    }

    /// Adds that a type implements a trait.
    pub(super) fn implemented(&mut self, path: &str, name: &str) {
        let key = format!("impl {name} for {path}");
        self.add(key, Kind::Impl, String::new()).owner = Some(path.to_owned());
    }

    pub(super) fn implementation(&mut self, module: &str, item: &ItemImpl) {
        let syn::Type::Path(ty) = &*item.self_ty else { return };
        let Some(last) = ty.path.segments.last() else { return };
        let path = format!("{module}::{}", last.ident);
        if let Some((name, _)) = &item.trait_ {
            self.implemented(&path, &normalized(name));
            return;
        }
        for method in &item.items {
            let ImplItem::Fn(method) = method else { continue };
            if !is_public(&method.vis) {
                continue;
            }
            let name = format!("{path}::{}", method.sig.ident);
            let json_name = first_text(method.block.to_token_stream());
            let added = self.add(name, Kind::Method, signature(&method.sig));
            added.owner = Some(path.clone());
            added.json_names.extend(json_name);
        }
    }
}
