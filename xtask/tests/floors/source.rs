//! The paths in the source of a crate that refer to other modules of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Item, UseTree};

/// A path that a module names.
pub(crate) struct Named {
    /// The file, below `src/`.
    pub(crate) file: String,
    pub(crate) line: usize,
    /// The module that names it.
    pub(crate) module: Vec<String>,
    /// The path from the root of the crate.
    pub(crate) path: Vec<String>,
}

/// The source of a crate without its root and its tests.
#[derive(Default)]
pub(crate) struct Crate {
    pub(crate) modules: BTreeSet<Vec<String>>,
    /// The macros that are names of the root, and the modules that define them.
    pub(crate) macros: BTreeMap<String, Vec<String>>,
    pub(crate) named: Vec<Named>,
}

impl Crate {
    /// Reads the files below the folder `src` of a crate.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        collect(folder, "", &mut files);
        Self::of(&files)
    }

    /// Reads files by their path below `src/`.
    pub(crate) fn of(files: &BTreeMap<String, String>) -> Self {
        let mut source = Self::default();
        let mut tests: Vec<Vec<String>> = Vec::new();
        // A file comes after the one that declares it: without the ending, `a.rs` is before
        // `a/b.rs`.
        let files: BTreeMap<Vec<String>, (&String, &String)> =
            files.iter().map(|file| (module(file.0), file)).collect();
        for (module, (file, text)) in files {
            if module == ["lib"] || tests.iter().any(|test| module.starts_with(test)) {
                continue;
            }
            let mut parsed = syn::parse_file(text)
                .unwrap_or_else(|error| panic!("{file} is no Rust: {error}"));
            source.modules.insert(module.clone());
            let mut reader =
                Reader { source: &mut source, file, text, module, tests: Vec::new() };
            reader.visit_file_mut(&mut parsed);
            tests.append(&mut reader.tests);
        }
        source
    }
}

fn collect(folder: &Path, below: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files);
        } else if name.ends_with(".rs") {
            files.insert(name, fs::read_to_string(&path).expect("a text"));
        }
    }
}

fn module(file: &str) -> Vec<String> {
    file.trim_end_matches(".rs").split('/').map(str::to_owned).collect()
}

/// Reads one file.
struct Reader<'a> {
    source: &'a mut Crate,
    file: &'a str,
    text: &'a str,
    /// The module that is being read, including modules within the file.
    module: Vec<String>,
    /// The modules that exist only in tests.
    tests: Vec<Vec<String>>,
}

impl Reader<'_> {
    /// Notes a path if it refers to a module of the crate.
    fn note(&mut self, segments: &[String]) {
        let mut path = match segments.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("self" | "super") => self.module.clone(),
            _ => return,
        };
        for segment in segments {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => drop(path.pop()),
                name => path.push(name.to_owned()),
            }
        }
        // `crate` alone is a visibility.
        if segments != ["crate"] {
            let line = self.line(segments);
            let (file, module) = (self.file.to_owned(), self.module.clone());
            self.source.named.push(Named { file, line, module, path });
        }
    }

    /// Returns the line that has the most of a path.
    fn line(&self, segments: &[String]) -> usize {
        let lines = || {
            let is_code = |line: &str| !line.trim_start().starts_with("//");
            self.text.lines().enumerate().filter(move |(_, line)| is_code(line))
        };
        let said = |count: usize| segments[..count].join("::");
        let whole = (2..=segments.len()).rev().map(said);
        let found = whole
            .chain(segments.last().cloned())
            .find_map(|said| lines().find(|(_, line)| line.contains(&said)));
        found.map_or(1, |(index, _)| index + 1)
    }

    fn note_tree(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        let depth = before.len();
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.note_tree(&path.tree, before);
            }
            UseTree::Name(name) => before.push(name.ident.to_string()),
            UseTree::Rename(rename) => before.push(rename.ident.to_string()),
            UseTree::Glob(_) => {}
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.note_tree(tree, before));
            }
        }
        if !matches!(tree, UseTree::Path(_) | UseTree::Group(_)) {
            self.note(before);
        }
        before.truncate(depth);
    }

    /// Notes the paths in the arguments of a macro; `$crate` refers to the place where it is used.
    fn note_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |index: usize, character: char| matches!(tokens.get(index), Some(TokenTree::Punct(p)) if p.as_char() == character);
        for (index, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.note_tokens(group.stream()),
                TokenTree::Ident(first)
                    if first == "crate" && (index == 0 || !is(index - 1, '$')) =>
                {
                    let mut segments = vec![first.to_string()];
                    let mut at = index + 1;
                    while is(at, ':') && is(at + 1, ':') {
                        let Some(TokenTree::Ident(next)) = tokens.get(at + 2) else {
                            break;
                        };
                        segments.push(next.to_string());
                        at += 3;
                    }
                    self.note(&segments);
                }
                _ => {}
            }
        }
    }
}

impl VisitMut for Reader<'_> {
    fn visit_item_mut(&mut self, item: &mut Item) {
        if is_test(attributes(item)) {
            if let Item::Mod(test) = item {
                let own = std::iter::once(test.ident.to_string());
                self.tests.push(self.module.iter().cloned().chain(own).collect());
            }
            return;
        }
        if let Item::Macro(defined) = item
            && let Some(name) = &defined.ident
            && defined.attrs.iter().any(|it| it.path().is_ident("macro_export"))
        {
            self.source.macros.insert(name.to_string(), self.module.clone());
        }
        visit_mut::visit_item_mut(self, item);
    }

    fn visit_item_mod_mut(&mut self, item: &mut syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit_mut::visit_item_mod_mut(self, item);
        self.module.pop();
    }

    fn visit_item_use_mut(&mut self, item: &mut syn::ItemUse) {
        self.note_tree(&item.tree, &mut Vec::new());
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut syn::ImplItemFn) {
        if !is_test(&item.attrs) {
            visit_mut::visit_impl_item_fn_mut(self, item);
        }
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let segments: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        // `self` alone is a value.
        if segments.len() > 1 {
            self.note(&segments);
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_vis_restricted_mut(&mut self, _: &mut syn::VisRestricted) {}

    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        self.visit_path_mut(&mut called.path);
        // Quoted tokens are the text of another crate.
        if !called.path.is_ident("quote") {
            self.note_tokens(called.tokens.clone());
        }
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    let is_it = |it: &Attribute| {
        it.path().is_ident("cfg")
            && it.parse_args::<syn::Ident>().is_ok_and(|name| name == "test")
    };
    attributes.iter().any(is_it)
}
