//! The names of a crate that a program can use, one on each line.

use std::collections::BTreeSet;

use atlas_admin_generator::Files;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Fields, Item, Meta, ReturnType, Signature, Token, UseTree, Visibility,
};

/// Returns every public name with its type, and functions and types again with the features that
/// they need.
pub(crate) fn surface(files: &Files) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (path, text) in files {
        let Some(path) = path.strip_prefix("src/") else { continue };
        let module = path.split(['/', '.']).next().unwrap_or(path);
        if module != "lib" {
            let file = syn::parse_file(text).expect("Rust");
            collect(&file.items, module, "", &mut names);
        }
    }
    types(files, &mut names);
    names
}

/// Adds each type once for each set of features that makes it available, by the `cfg` of its
/// module.
fn types(files: &Files, names: &mut BTreeSet<String>) {
    let Some(text) = files.get("src/types.rs") else { return };
    for item in syn::parse_file(text).expect("Rust").items {
        let Item::Mod(module) = item else { continue };
        let text = &files[&format!("src/types/{}.rs", module.ident)];
        for item in syn::parse_file(text).expect("Rust").items {
            let name = match item {
                Item::Struct(record) => record.ident,
                Item::Enum(choice) => choice.ident,
                _ => continue,
            };
            for features in module.attrs.iter().flat_map(alternatives) {
                names.insert(format!("type types::{name} with {features}"));
            }
        }
    }
}

/// Returns the alternatives of a `cfg`.
fn alternatives(attribute: &Attribute) -> Vec<String> {
    let any = |meta: &Meta| match meta {
        Meta::List(list) if list.path.is_ident("any") => {
            let metas = Punctuated::<Meta, Token![,]>::parse_terminated;
            let metas = list.parse_args_with(metas).expect("a list");
            metas.iter().map(text).collect()
        }
        other => vec![text(other)],
    };
    match attribute.path().is_ident("cfg") {
        true => any(&attribute.parse_args().expect("a condition")),
        false => Vec::new(),
    }
}

fn collect(items: &[Item], module: &str, gate: &str, names: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Fn(function) if is_public(&function.vis) => {
                let gate = gates(&function.attrs, gate);
                names.insert(format!("fn {module}::{}{gate}", function.sig.ident));
                names.insert(format!("fn {module}::{}", signature(&function.sig)));
            }
            Item::Use(import) if is_public(&import.vis) => {
                if let Some(name) = last(&import.tree) {
                    let gate = gates(&import.attrs, gate);
                    names.insert(format!("fn {module}::{name}{gate}"));
                }
            }
            Item::Mod(inner) if is_public(&inner.vis) => {
                let gate = gates(&inner.attrs, gate);
                let Some((_, items)) = &inner.content else { continue };
                collect(items, &format!("{module}::{}", inner.ident), &gate, names);
            }
            Item::Struct(record) if is_public(&record.vis) => {
                let path = format!("{module}::{}", record.ident);
                members(&record.fields, &path, names);
                names.insert(format!("type {path}"));
            }
            Item::Enum(choice) if is_public(&choice.vis) => {
                let path = format!("{module}::{}", choice.ident);
                for variant in &choice.variants {
                    names.insert(format!("variant {path}::{}", text(variant)));
                }
                names.insert(format!("type {path}"));
            }
            Item::Impl(body) if body.trait_.is_none() => {
                for item in &body.items {
                    if let syn::ImplItem::Fn(method) = item {
                        let path = format!("{module}::{}", text(&body.self_ty));
                        names.insert(format!("fn {path}::{}", signature(&method.sig)));
                    }
                }
            }
            _ => {}
        }
    }
}

fn members(fields: &Fields, path: &str, names: &mut BTreeSet<String>) {
    for field in fields.iter().filter(|field| is_public(&field.vis)) {
        let name = field.ident.to_token_stream();
        names.insert(format!("field {path}.{name}: {}", text(&field.ty)));
    }
}

fn signature(signature: &Signature) -> String {
    let output = match &signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, ty) => text(ty),
    };
    format!("{}({}) -> {output}", signature.ident, text(&signature.inputs))
}

fn gates(attributes: &[Attribute], above: &str) -> String {
    let own = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    own.fold(above.to_owned(), |gate, attribute| {
        format!("{gate} if {}", text(&attribute.meta))
    })
}

fn last(tree: &UseTree) -> Option<String> {
    match tree {
        UseTree::Path(path) => last(&path.tree),
        UseTree::Name(name) => Some(name.ident.to_string()),
        _ => None,
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Returns the tokens without attributes such as documentation.
fn text(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    text.rsplit("] ").next().unwrap_or(&text).to_owned()
}
