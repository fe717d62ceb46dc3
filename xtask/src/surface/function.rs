//! The functions of dated modules, including those defined elsewhere, and the setters of their
//! builders.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, File, FnArg, ImplItem, Item, ItemFn, Lit, ReturnType, UseTree};

use super::ty::{Scope, written};
use super::{Function, Operation, Setter};

/// Reads the functions of the dated modules of a module.
pub(super) fn of_module(
    module: &str,
    file: &File,
    types: &BTreeSet<String>,
) -> Vec<Function> {
    let builders: BTreeSet<String> = file
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    let scope = Scope { module, builders: &builders, types };
    let methods = Methods {
        setters: setters(file, &scope),
        paged: file.items.iter().filter_map(paged).collect(),
    };
    let outer = Definitions::of(&file.items);
    let mut found = Vec::new();
    for item in &file.items {
        let Item::Mod(dated) = item else { continue };
        let name = dated.ident.to_string();
        let Some((_, items)) = dated.content.as_ref().filter(|_| is_dated(&name)) else {
            continue;
        };
        let inner = Definitions::of(items);
        let own = inner.functions.values().map(|function| (*function, &inner));
        let imported = items.iter().filter_map(imported);
        let imported =
            imported.filter_map(|name| Some((*outer.functions.get(&name)?, &outer)));
        for (function, definitions) in own.chain(imported) {
            let path = format!("{module}::{name}::{}", function.sig.ident);
            let Some(operation) = definitions.operation(function) else { continue };
            found.extend(read(function, path, operation, &scope, &methods));
        }
    }
    found
}

/// Returns the builder that a macro call of the runtime makes paged; `None` for other calls.
fn paged(item: &Item) -> Option<String> {
    let Item::Macro(item) = item else { return None };
    let mut names = Vec::new();
    idents(item.mac.tokens.clone(), &mut names);
    let is_builder = item.mac.path.segments.last()?.ident == "builder";
    (is_builder && names.get(1)? == "paged").then(|| names.swap_remove(0))
}

fn is_dated(module: &str) -> bool {
    let date = module.strip_prefix('v').unwrap_or_default();
    date.len() == 10 && date.chars().all(|c| c.is_ascii_digit() || c == '_')
}

fn imported(item: &Item) -> Option<String> {
    let Item::Use(import) = item else { return None };
    let UseTree::Path(path) = &import.tree else { return None };
    match &*path.tree {
        UseTree::Name(name) if path.ident == "super" => Some(name.ident.to_string()),
        _ => None,
    }
}

/// The methods of the builders of a module, by their names.
struct Methods {
    setters: BTreeMap<String, Vec<Setter>>,
    /// The builders of paged operations.
    paged: BTreeSet<String>,
}

/// The functions and operations that a module defines.
struct Definitions<'a> {
    functions: BTreeMap<String, &'a ItemFn>,
    operations: BTreeMap<String, Operation>,
}

impl<'a> Definitions<'a> {
    fn of(items: &'a [Item]) -> Self {
        let (mut functions, mut operations) = (BTreeMap::new(), BTreeMap::new());
        for item in items {
            match item {
                Item::Fn(function)
                    if matches!(function.vis, syn::Visibility::Public(_)) =>
                {
                    functions.insert(function.sig.ident.to_string(), function);
                }
                Item::Static(item) => {
                    let operation = operation(&item.expr);
                    operations.extend(operation.map(|it| (item.ident.to_string(), it)));
                }
                _ => {}
            }
        }
        Self { functions, operations }
    }

    /// Returns the operation whose constant the function's body names.
    fn operation(&self, function: &ItemFn) -> Option<Operation> {
        let mut names = Vec::new();
        idents(function.block.to_token_stream(), &mut names);
        names.iter().find_map(|name| self.operations.get(name)).cloned()
    }
}

fn idents(tokens: TokenStream, names: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => names.push(ident.to_string()),
            TokenTree::Group(group) => idents(group.stream(), names),
            _ => {}
        }
    }
}

/// Reads an operation from the literal of its constant; `None` if it has no dated version.
fn operation(literal: &Expr) -> Option<Operation> {
    let Expr::Struct(literal) = literal else { return None };
    let field = |name: &str| {
        let mut fields = literal.fields.iter();
        fields.find(|field| field.member.to_token_stream().to_string() == name)
    };
    let text = |name: &str| match &field(name)?.expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    let Expr::Path(method) = &field("method")?.expr else { return None };
    let method = method.path.segments.last()?.ident.to_string().to_lowercase();
    let Expr::Call(version) = &field("version")?.expr else { return None };
    let numbers: Option<Vec<u32>> = version
        .args
        .iter()
        .map(|number| number.to_token_stream().to_string().parse().ok())
        .collect();
    let &[year, month, day] = &numbers?[..] else { return None };
    let version = format!("{year:04}-{month:02}-{day:02}");
    Some(Operation { method, path: text("path")?, version })
}

fn read(
    function: &ItemFn,
    path: String,
    operation: Operation,
    scope: &Scope<'_>,
    methods: &Methods,
) -> Option<Function> {
    let ReturnType::Type(_, returned) = &function.sig.output else { return None };
    let syn::Type::Path(builder) = &**returned else { return None };
    let last = builder.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let syn::GenericArgument::Type(response) = arguments.args.first()? else {
        return None;
    };
    Some(Function {
        path,
        operation,
        parameters: parameters(&function.sig, scope),
        returned: written(returned, scope),
        response: written(response, scope),
        is_paged: methods.paged.contains(&last.ident.to_string()),
        setters: methods
            .setters
            .get(&last.ident.to_string())
            .cloned()
            .unwrap_or_default(),
    })
}

fn parameters(signature: &syn::Signature, scope: &Scope<'_>) -> Vec<String> {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(written(&typed.ty, scope)),
        FnArg::Receiver(_) => None,
    });
    typed.collect()
}

/// Returns the setters of each builder.
fn setters(file: &File, scope: &Scope<'_>) -> BTreeMap<String, Vec<Setter>> {
    let mut found: BTreeMap<String, Vec<Setter>> = BTreeMap::new();
    for item in &file.items {
        let Item::Impl(body) = item else { continue };
        let syn::Type::Path(builder) = &*body.self_ty else { continue };
        let Some(builder) = builder.path.segments.last() else { continue };
        for item in &body.items {
            let ImplItem::Fn(method) = item else { continue };
            if body.trait_.is_none() && matches!(method.vis, syn::Visibility::Public(_))
            {
                found.entry(builder.ident.to_string()).or_default().push(Setter {
                    name: method.sig.ident.to_string(),
                    parameters: parameters(&method.sig, scope),
                    json_name: first_text(method.block.to_token_stream()),
                });
            }
        }
    }
    found
}

/// Returns the first string literal of some tokens.
pub(crate) fn first_text(tokens: TokenStream) -> Option<String> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => first_text(group.stream()),
        TokenTree::Literal(literal) => super::table::text(&literal),
        _ => None,
    })
}
