//! The types of a generated file, with the JSON names that their tables give.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};
use syn::{File, Item, ItemMacro, Lit};

use super::ty::{Scope, written};
use super::{Field, Shape, Type, Union, Variant};

/// Adds the types of a file.
pub(super) fn collect(
    file: &File,
    names: &BTreeSet<String>,
    types: &mut BTreeMap<String, Type>,
) {
    let builders = BTreeSet::new();
    let scope = Scope { module: "types", builders: &builders, types: names };
    for item in &file.items {
        let (name, shape) = match item {
            Item::Struct(item) => (&item.ident, record(item, &scope)),
            Item::Enum(item) => (&item.ident, Shape::Enum(variants(item, &scope))),
            _ => continue,
        };
        types.insert(name.to_string(), Type { shape, items: None });
    }
    for item in &file.items {
        if let Item::Macro(call) = item {
            apply(call, &scope, types);
        }
    }
}

fn record(item: &syn::ItemStruct, scope: &Scope<'_>) -> Shape {
    let public = |field: &&syn::Field| matches!(field.vis, syn::Visibility::Public(_));
    let fields = item.fields.iter().filter(public).filter_map(|field| {
        let name = field.ident.as_ref()?.to_string();
        Some(Field { name, ty: written(&field.ty, scope), json_name: None })
    });
    Shape::Record(fields.collect())
}

fn variants(item: &syn::ItemEnum, scope: &Scope<'_>) -> Vec<Variant> {
    let variants = item.variants.iter().map(|variant| Variant {
        name: variant.ident.to_string(),
        content: variant.fields.iter().next().map(|field| written(&field.ty, scope)),
        values: Vec::new(),
        from: None,
    });
    variants.collect()
}

/// Adds the facts that a macro call of the runtime states about a type.
fn apply(call: &ItemMacro, scope: &Scope<'_>, types: &mut BTreeMap<String, Type>) {
    let Some(called) = call.mac.path.segments.last() else { return };
    let mut tokens: Vec<TokenTree> = call.mac.tokens.clone().into_iter().collect();
    if tokens.is_empty() {
        return;
    }
    let name = tokens.remove(0).to_string();
    let Some(ty) = types.get_mut(&name) else { return };
    match (called.ident.to_string().as_str(), &mut ty.shape) {
        ("record", Shape::Record(fields)) => {
            for (name, json_name) in pairs(&tokens) {
                let field = fields.iter_mut().find(|field| field.name == name);
                field.into_iter().for_each(|f| f.json_name = Some(json_name.clone()));
            }
        }
        ("open_enum", Shape::Enum(variants)) => {
            for (name, json_name) in pairs(&tokens) {
                let variant = variants.iter_mut().find(|variant| variant.name == name);
                variant.into_iter().for_each(|v| v.values.push(json_name.clone()));
            }
        }
        ("union", Shape::Enum(variants)) => {
            let variants = std::mem::take(variants);
            ty.shape = Shape::Union(union(variants, &tokens, scope));
        }
        ("page", _) => {
            let at = tokens.iter().position(|token| token.to_string() == ">");
            let item = at.map(|at| tokens[at + 1..].iter().cloned().collect());
            ty.items = item.and_then(|item| parsed(item, scope));
        }
        _ => {}
    }
}

/// Returns each identifier that is followed by a string, with that string.
pub(crate) fn pairs(tokens: &[TokenTree]) -> Vec<(String, String)> {
    let pairs = tokens.windows(2).filter_map(|pair| match pair {
        [TokenTree::Ident(name), TokenTree::Literal(literal)] => {
            Some((name.to_string(), text(literal)?))
        }
        _ => None,
    });
    pairs.collect()
}

/// Reads `by "tag" common Record; 0 Variant ["A", "B"] from Content; …`.
fn union(mut variants: Vec<Variant>, tokens: &[TokenTree], scope: &Scope<'_>) -> Union {
    let mut rows = tokens.split(|token| token.to_string() == ";");
    let head = rows.next().unwrap_or_default();
    let common = after(head, "common").and_then(|tokens| parsed(tokens, scope));
    for row in rows {
        let Some(name) = row.get(1).map(ToString::to_string) else { continue };
        let found = variants.iter_mut().find(|variant| variant.name == name);
        let Some(variant) = found else { continue };
        if let Some(TokenTree::Group(group)) = row.get(2)
            && group.delimiter() == Delimiter::Bracket
        {
            variant.values = texts(group.stream());
        }
        variant.from = after(row, "from").and_then(|tokens| parsed(tokens, scope));
    }
    let by = pairs(head).into_iter().find(|(word, _)| word == "by").map(|(_, by)| by);
    Union { by, variants, common }
}

/// Returns the tokens after a word.
pub(crate) fn after(tokens: &[TokenTree], word: &str) -> Option<TokenStream> {
    let at = tokens.iter().position(|token| token.to_string() == word)?;
    Some(tokens[at + 1..].iter().cloned().collect())
}

fn parsed(tokens: TokenStream, scope: &Scope<'_>) -> Option<String> {
    syn::parse2(tokens).ok().map(|ty| written(&ty, scope))
}

/// Returns the strings among some tokens.
pub(crate) fn texts(tokens: TokenStream) -> Vec<String> {
    let texts = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Literal(literal) => text(&literal),
        _ => None,
    });
    texts.collect()
}

/// Returns the value of a string literal.
pub(super) fn text(literal: &Literal) -> Option<String> {
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}
