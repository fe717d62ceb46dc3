//! Types as text, written so that a program outside of the crate can name them.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Path, Type};

/// The module that a type is written in, and the names that are in scope there.
pub(super) struct Scope<'a> {
    /// The module that `super` and names of builders refer to.
    pub module: &'a str,
    /// The names of the module's builders.
    pub builders: &'a BTreeSet<String>,
    /// The names in `types`.
    pub types: &'a BTreeSet<String>,
}

/// Writes a type with paths that begin at the root of the crate.
pub(super) fn written(ty: &Type, scope: &Scope<'_>) -> String {
    let mut ty = ty.clone();
    let mut qualify = Qualify(scope);
    qualify.visit_type_mut(&mut ty);
    compact(&ty.to_token_stream().to_string())
}

struct Qualify<'a>(&'a Scope<'a>);

impl VisitMut for Qualify<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let Some(first) = path.segments.first() else { return };
        let name = first.ident.to_string();
        let module = match path.segments.len() {
            1 if self.0.types.contains(&name) => "types",
            1 if self.0.builders.contains(&name) => self.0.module,
            2 if name == "super" => self.0.module,
            _ => return,
        };
        let segments = path.segments.iter().skip_while(|part| part.ident == "super");
        let module = syn::Ident::new(module, proc_macro2::Span::call_site());
        *path = Path {
            leading_colon: None,
            segments: std::iter::once(module.into()).chain(segments.cloned()).collect(),
        };
    }
}

/// Removes the spaces between printed tokens that Rust doesn't need.
fn compact(text: &str) -> String {
    let spaced = [
        (" :: ", "::"),
        (" < ", "<"),
        (" > ", ">"),
        (" >", ">"),
        ("& ", "&"),
        (" ,", ","),
        ("< ", "<"),
    ];
    spaced.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Returns the names of the module `types` that a text mentions.
pub(crate) fn mentioned(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split("types::").skip(1).map(move |rest| {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        &rest[..end]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn types_are_written_from_the_root() {
        let (builders, types) = (set(&["GetPear"]), set(&["Pear"]));
        let scope = Scope { module: "fruit", builders: &builders, types: &types };
        for (from, to) in [
            ("&types::Pear", "&types::Pear"),
            ("Option<Vec<Pear>>", "Option<Vec<types::Pear>>"),
            ("super::GetPear<types::Pear>", "fruit::GetPear<types::Pear>"),
            ("GetPear<()>", "fruit::GetPear<()>"),
            ("&str", "&str"),
            ("impl Into<a::DateTime>", "impl Into<a::DateTime>"),
        ] {
            let ty = syn::parse_str(from).expect("a type");
            assert_eq!(written(&ty, &scope), to);
        }
    }

    #[test]
    fn mentioned_types_are_found() {
        let names: Vec<&str> = mentioned("Map<types::Pear, Vec<types::Plum>>").collect();
        assert_eq!(names, ["Pear", "Plum"]);
    }
}
