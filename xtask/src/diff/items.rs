//! The public items of a generated crate, each with its signature as text.
//!
//! The items are read from the text of the generated files with `syn`. The implementations of the
//! runtime's macros follow from the calls of the macros.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};

use atlas_admin_generator::Files;
use syn::{Attribute, Item as Code, ItemFn, UseTree, Visibility};

mod calls;
#[cfg(test)]
mod tests;
mod types;

/// Public items by path, as a program names them.
pub(super) type Items = BTreeMap<String, Item>;

/// A public item.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub kind: Kind,
    /// The signature: for a program, items with the same path and text are the same.
    pub text: String,
    /// The file that the item is in, without the folder: `teams` or `alerts_and_events`.
    pub file: String,
    /// The path of the type that the item belongs to; `None` for an item of a module.
    pub owner: Option<String>,
    /// The ids of the operation, by which rustdoc's search finds a function.
    pub aliases: Vec<String>,
    /// The JSON name of a field or setter, the values of a variant.
    pub json_names: Vec<String>,
}

/// The kinds of public item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Feature,
    Module,
    Function,
    Method,
    Type,
    Field,
    Variant,
    Impl,
}

impl Kind {
    /// Returns the noun for one or several.
    pub(super) fn noun(self, is_one: bool) -> &'static str {
        let (one, more) = match self {
            Self::Feature => ("feature", "features"),
            Self::Module => ("module", "modules"),
            Self::Function => ("function", "functions"),
            Self::Method => ("method", "methods"),
            Self::Type => ("type", "types"),
            Self::Field => ("field", "fields"),
            Self::Variant => ("variant", "variants"),
            Self::Impl => ("implementation", "implementations"),
        };
        if is_one { one } else { more }
    }
}

/// Reads the public items of generated files.
pub(super) fn read(files: &Files) -> Result<Items, String> {
    let mut items = Items::new();
    if let Some(manifest) = files.get("Cargo.toml") {
        features(manifest, &mut items)?;
    }
    let private = private(files)?;
    for (path, text) in files {
        let Some(name) = path.strip_prefix("src/").and_then(|it| it.strip_suffix(".rs"))
        else {
            continue;
        };
        if ["lib", "types", "registry"].contains(&name) {
            continue;
        }
        let file = parse(path, text)?;
        if private.contains(name) {
            let mut inner = Items::new();
            Reader { file: "", items: &mut inner }.module(name, &file.items);
            items.extend(inner.into_iter().map(|item| at_root(name, item)));
            continue;
        }
        let (module, stem) = match name.strip_prefix("types/") {
            Some(stem) => ("types", stem),
            None => (name, name),
        };
        let mut reader = Reader { file: stem, items: &mut items };
        if module != "types" {
            reader.add(module.to_owned(), Kind::Module, String::new());
        }
        reader.module(module, &file.items);
    }
    Ok(items)
}

fn parse(path: &str, text: &str) -> Result<syn::File, String> {
    syn::parse_file(text).map_err(|error| format!("{path}: {error}"))
}

/// Returns the private modules of the root. The root exports their public items itself.
fn private(files: &Files) -> Result<BTreeSet<String>, String> {
    let Some(root) = files.get("src/lib.rs") else { return Ok(BTreeSet::new()) };
    let root = parse("src/lib.rs", root)?;
    let modules = root.items.iter().filter_map(|item| match item {
        Code::Mod(module) if !is_public(&module.vis) => Some(module.ident.to_string()),
        _ => None,
    });
    Ok(modules.collect())
}

/// Moves an item of a module to the root.
fn at_root(module: &str, (path, item): (String, Item)) -> (String, Item) {
    let module = format!("{module}::");
    let owner = item.owner.map(|owner| owner.replace(&module, ""));
    (path.replace(&module, ""), Item { owner, ..item })
}

fn features(manifest: &str, items: &mut Items) -> Result<(), String> {
    let manifest: toml::Table =
        manifest.parse().map_err(|error| format!("Cargo.toml: {error}"))?;
    let features = manifest.get("features").and_then(toml::Value::as_table);
    for name in features.into_iter().flatten().map(|(name, _)| name) {
        let mut reader = Reader { file: name, items };
        reader.add(format!("feature {name}"), Kind::Feature, String::new());
    }
    Ok(())
}

/// A reader of one file.
struct Reader<'a> {
    file: &'a str,
    items: &'a mut Items,
}

impl Reader<'_> {
    fn add(&mut self, path: String, kind: Kind, text: String) -> &mut Item {
        let item = Item {
            kind,
            text,
            file: self.file.to_owned(),
            owner: None,
            aliases: Vec::new(),
            json_names: Vec::new(),
        };
        match self.items.entry(path) {
            Slot::Occupied(mut slot) => {
                slot.insert(item);
                slot.into_mut()
            }
            Slot::Vacant(slot) => slot.insert(item),
        }
    }

    fn module(&mut self, module: &str, code: &[Code]) {
        for item in code {
            match item {
                Code::Struct(item) if is_public(&item.vis) => self.record(module, item),
                Code::Enum(item) if is_public(&item.vis) => self.choice(module, item),
                Code::Impl(item) => self.implementation(module, item),
                _ => {}
            }
        }
        for item in code {
            match item {
                Code::Macro(call) => self.call(module, call),
                // The types that it names are known by now.
                Code::Fn(function) if is_public(&function.vis) => {
                    self.function(module, function);
                }
                Code::Mod(inner) if is_public(&inner.vis) => {
                    let path = format!("{module}::{}", inner.ident);
                    self.add(path.clone(), Kind::Module, String::new());
                    let code = inner.content.iter().flat_map(|(_, code)| code);
                    let code: Vec<Code> = code.cloned().collect();
                    self.module(&path, &code);
                }
                _ => {}
            }
        }
        for item in code {
            if let Code::Mod(inner) = item
                && let Some((_, code)) = &inner.content
            {
                self.exports(module, &format!("{module}::{}", inner.ident), code);
            }
        }
    }

    fn function(&mut self, module: &str, function: &ItemFn) {
        let path = format!("{module}::{}", function.sig.ident);
        let text = self.qualified(module, &signature(&function.sig));
        self.add(path, Kind::Function, text).aliases = aliases(&function.attrs);
    }

    /// Writes the types of a module and of the one around it with their paths, so that a moved type
    /// is a different one.
    fn qualified(&self, module: &str, text: &str) -> String {
        let outer = module.rsplit_once("::").map_or("", |(outer, _)| outer);
        let text = text.replace("super::", &format!("{outer}::"));
        let mut found = String::new();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            let path = format!("{module}::{word}");
            let is_bare = !found.ends_with("::");
            let is_type =
                self.items.get(&path).is_some_and(|item| item.kind == Kind::Type);
            found.push_str(if is_bare && is_type { &path } else { word });
            let next = after.find(is_part).unwrap_or(after.len());
            found.push_str(&after[..next]);
            rest = &after[next..];
        }
        found
    }

    /// Adds the items that a dated module re-exports from the module around it.
    fn exports(&mut self, outer: &str, inner: &str, code: &[Code]) {
        for item in code {
            let Code::Use(import) = item else { continue };
            let UseTree::Path(tree) = &import.tree else { continue };
            if !is_public(&import.vis) || tree.ident != "super" {
                continue;
            }
            let mut names = BTreeSet::new();
            leaves(&tree.tree, &mut names);
            for name in names {
                if let Some(item) = self.items.get(&format!("{outer}::{name}")).cloned()
                {
                    self.items.insert(format!("{inner}::{name}"), item);
                }
            }
        }
    }
}

fn leaves(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Name(name) => drop(names.insert(name.ident.to_string())),
        UseTree::Group(group) => {
            group.items.iter().for_each(|tree| leaves(tree, names));
        }
        _ => {}
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Returns the texts of `#[doc(alias = "…")]`.
fn aliases(attributes: &[Attribute]) -> Vec<String> {
    let texts = attributes.iter().filter_map(|attribute| {
        let text = quote::quote!(#attribute).to_string();
        let (_, rest) = text.split_once("alias = \"")?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    });
    texts.collect()
}

/// Returns a signature without the names of parameters, which no caller writes.
fn signature(signature: &syn::Signature) -> String {
    let mut signature = signature.clone();
    for input in &mut signature.inputs {
        if let syn::FnArg::Typed(typed) = input {
            let (attrs, underscore_token) = Default::default();
            *typed.pat = syn::Pat::Wild(syn::PatWild { attrs, underscore_token });
        }
    }
    normalized(&signature)
}

/// Returns tokens as text that doesn't depend on the module that they are written in.
fn normalized(tokens: &impl quote::ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let spaced = [
        (" :: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        (" ,", ","),
        (" :", ":"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (",)", ")"),
        ("types::", ""),
        ("crate::", ""),
    ];
    spaced.iter().fold(text, |text, (from, to)| text.replace(from, to))
}

/// Returns the words of a signature that may be names.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}
