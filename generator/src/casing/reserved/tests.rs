//! Compares each list with its source, both ways.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ImplItem, Item, ItemImpl, ReceiverKind, Type, UseTree, Visibility};

use super::*;
use crate::{ErrorCodes, Ledger, Options, Output, generate};

type Set = BTreeSet<String>;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the generated crates of the golden cases.
fn outputs() -> Vec<Output> {
    let codes = ErrorCodes::parse("A_CODE = { report = \"x\" }").expect("codes");
    let options = Options { codes, ..Options::default() };
    let cases = std::fs::read_dir(root().join("generator/tests/cases")).expect("cases");
    cases
        .map(|case| {
            let spec = case.expect("a case").path().join("spec.yaml");
            let spec = std::fs::read(spec).expect("a document");
            generate(&spec, &[], &Ledger::default(), &options).expect("a crate")
        })
        .collect()
}

fn assert_reserved(list: &[&str], used: &Set) {
    let list: Set = list.iter().map(|&name| name.to_owned()).collect();
    let missing: Vec<&String> = used.difference(&list).collect();
    let stale: Vec<&String> = list.difference(used).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "missing {missing:?}, stale {stale:?}"
    );
}

fn items(text: &str) -> Vec<Item> {
    syn::parse_file(text).expect("Rust").items
}

/// Collects the names that a `use` brings into scope.
fn leaves(tree: &UseTree, names: &mut Set) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, names),
        UseTree::Group(group) => group.items.iter().for_each(|it| leaves(it, names)),
        UseTree::Name(name) => _ = names.insert(name.ident.to_string()),
        UseTree::Rename(rename) => _ = names.insert(rename.rename.to_string()),
        _ => {}
    }
}

fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

/// Collects the names of types that are written without a path.
fn bare(tokens: TokenStream, names: &mut Set) {
    let mut follows_colon = false;
    let mut follows_path = false;
    for token in tokens {
        let mut is_colon = false;
        match &token {
            TokenTree::Group(group) => bare(group.stream(), names),
            TokenTree::Ident(ident) if !follows_path && is_type(&ident.to_string()) => {
                names.insert(ident.to_string());
            }
            TokenTree::Punct(punct) => is_colon = punct.as_char() == ':',
            _ => {}
        }
        follows_path = is_colon && follows_colon;
        follows_colon = is_colon;
    }
}

/// Collects the names that items use without a path, and those that they define.
fn scan(items: Vec<Item>, used: &mut Set, defined: &mut Set) {
    for item in items {
        match item {
            // The macros of the runtime write every path out; a constant holds the registry's.
            Item::Macro(_) | Item::Const(_) => {}
            Item::Use(item) => leaves(&item.tree, used),
            Item::Mod(item) => {
                scan(item.content.map(|it| it.1).unwrap_or_default(), used, defined);
            }
            Item::Struct(item) => {
                defined.insert(item.ident.to_string());
                item.fields.iter().for_each(|it| bare(it.ty.to_token_stream(), used));
            }
            Item::Enum(item) => {
                defined.insert(item.ident.to_string());
                let fields = item.variants.iter().flat_map(|it| &it.fields);
                fields.for_each(|it| bare(it.ty.to_token_stream(), used));
            }
            other => bare(other.to_token_stream(), used),
        }
    }
}

/// Returns the names that files of the generated crates use without defining them.
fn used(is_scanned: impl Fn(&str) -> bool) -> Set {
    let mut used = Set::new();
    for output in outputs() {
        let (mut names, mut defined) = (Set::new(), Set::new());
        for (_, text) in output.files.iter().filter(|file| is_scanned(file.0)) {
            scan(items(text), &mut names, &mut defined);
        }
        used.extend(names.difference(&defined).cloned());
    }
    // Values, which no type can hide, and the re-exports of the versions.
    used.retain(|name| !["Some", "None"].contains(&name.as_str()));
    used
}

fn is_group(path: &str) -> bool {
    let others = ["src/error_code.rs", "src/lib.rs", "src/registry.rs", "src/types.rs"];
    let is_other = others.contains(&path);
    path.starts_with("src/") && !path.starts_with("src/types/") && !is_other
}

#[test]
fn types() {
    let is_types = |path: &str| path == "src/types.rs" || path.starts_with("src/types/");
    let mut used = used(is_types);
    used.retain(|name| is_type(name));
    // A keyword, which every place knows.
    used.insert("Self".to_owned());
    assert_reserved(TYPES, &used);
}

#[test]
fn builders() {
    let mut used = used(is_group);
    used.retain(|name| is_type(name));
    assert_reserved(BUILDERS, &used);
}

#[test]
fn functions() {
    let mut imported = Set::new();
    for output in outputs() {
        for (_, text) in output.files.iter().filter(|file| is_group(file.0)) {
            for item in items(text) {
                if let Item::Use(item) = item {
                    leaves(&item.tree, &mut imported);
                }
            }
        }
    }
    imported.retain(|name| !is_type(name));
    assert_reserved(FUNCTIONS, &imported);
}

#[test]
fn methods() {
    let macros = include_str!("../../../../runtime/src/builder.rs");
    let mut methods = Set::new();
    for item in items(macros) {
        if let Item::Macro(item) = item {
            collect_methods(item.mac.tokens, &mut methods);
        }
    }
    // A builder dereferences to a request, and has its methods that borrow it.
    for file in rust_files(&root().join("runtime/src")) {
        let text = std::fs::read_to_string(file).expect("a file");
        for item in items(&text) {
            if let Item::Impl(item) = item {
                request_methods(item, &mut methods);
            }
        }
    }
    // Callable only where the trait is in scope.
    methods.remove("deref");
    assert_reserved(METHODS, &methods);
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let below = |path: PathBuf| match path.is_dir() {
        true => rust_files(&path),
        false => vec![path],
    };
    paths
        .flat_map(below)
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .collect()
}

/// Collects the public methods of the types of requests that borrow the request.
fn request_methods(item: ItemImpl, methods: &mut Set) {
    let types = ["PagedRequest", "Request", "WaitingRequest"];
    let Type::Path(ty) = &*item.self_ty else { return };
    // A request to a transport is a `Request` without a type of output.
    let is_request = ty.path.segments.last().is_some_and(|segment| {
        !segment.arguments.is_empty() && types.iter().any(|ty| segment.ident == ty)
    });
    if item.trait_.is_some() || !is_request {
        return;
    }
    for item in item.items {
        if let ImplItem::Fn(function) = item
            && matches!(function.vis, Visibility::Public(_))
            && function
                .sig
                .receiver()
                .is_some_and(|it| !matches!(it.kind, ReceiverKind::Value))
        {
            methods.insert(function.sig.ident.to_string());
        }
    }
}

/// Collects the functions that take `self`.
fn collect_methods(tokens: TokenStream, methods: &mut Set) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            collect_methods(group.stream(), methods);
        }
        let is_fn = matches!(token, TokenTree::Ident(ident) if ident == "fn");
        let Some(TokenTree::Ident(name)) = tokens.get(index + 1) else { continue };
        // Past the generics, if there are any.
        let arguments = tokens[index..].iter().find_map(|token| match token {
            TokenTree::Group(group) => Some(group),
            _ => None,
        });
        let Some(arguments) = arguments else { continue };
        let takes_self =
            arguments.stream().into_iter().take(3).any(
                |token| matches!(token, TokenTree::Ident(ident) if ident == "self"),
            );
        if is_fn && takes_self {
            methods.insert(name.to_string());
        }
    }
}

#[test]
fn modules() {
    for output in outputs() {
        let groups: Set = output
            .files
            .keys()
            .filter(|path| is_group(path))
            .filter_map(|path| path.strip_prefix("src/")?.strip_suffix(".rs"))
            .map(str::to_owned)
            .collect();
        // The file names that Cargo and rustc look for in `src/`.
        let mut names: Set = ["lib", "main", "mod"].map(str::to_owned).into();
        for item in items(&output.files["src/lib.rs"]) {
            match item {
                Item::Use(item) => leaves(&item.tree, &mut names),
                Item::Mod(item) => {
                    let name = item.ident.to_string();
                    names.insert(name.trim_start_matches("r#").to_owned());
                }
                _ => {}
            }
        }
        names.extend(table(&output, "dependencies").map(|name| name.replace('-', "_")));
        names.retain(|name| !is_type(name) && !groups.contains(name));
        assert_reserved(MODULES, &names);
    }
}

#[test]
fn features() {
    for output in outputs() {
        let groups =
            output.files.keys().filter(|path| is_group(path)).filter_map(|path| {
                let module = path.strip_prefix("src/")?.strip_suffix(".rs")?;
                Some(crate::casing::feature(module))
            });
        let groups: Set = groups.collect();
        let mut features: Set = table(&output, "features").collect();
        features.retain(|feature| !groups.contains(feature));
        assert_reserved(FEATURES, &features);
    }
}

/// Returns the keys of a table of the generated manifest.
fn table(output: &Output, name: &str) -> impl Iterator<Item = String> {
    let manifest = toml::Table::from_str(&output.files["Cargo.toml"]).expect("TOML");
    let table = manifest[name].as_table().expect("a table").clone();
    table.into_iter().map(|(key, _)| key)
}

#[test]
fn keywords_are_no_identifiers() {
    for keyword in KEYWORDS {
        // syn takes `gen` for an identifier, which it was before the edition 2024.
        let is_identifier = syn::parse_str::<syn::Ident>(keyword).is_ok();
        assert_eq!(is_identifier, keyword == "gen", "{keyword}");
    }
}
