//! JSON names, conversions and traits that the runtime's macros add to a type.

use proc_macro2::TokenTree;
use syn::ItemMacro;

use super::{Kind, Reader};
use crate::surface;

impl Reader<'_> {
    /// Adds the items that a macro call implements.
    pub(super) fn call(&mut self, module: &str, call: &ItemMacro) {
        let Some(called) = call.mac.path.segments.last() else { return };
        let tokens: Vec<TokenTree> = call.mac.tokens.clone().into_iter().collect();
        let Some((first, rest)) = tokens.split_first() else { return };
        let path = format!("{module}::{first}");
        match called.ident.to_string().as_str() {
            "record" | "open_enum" => self.names(&path, rest),
            "union" => self.union(&path, rest),
            "page" => {
                let item = rest.iter().skip_while(|it| it.to_string() != ">").skip(1);
                let item: String = item.map(ToString::to_string).collect();
                let key = format!("impl Page for {path}");
                self.add(key, Kind::Impl, item).owner = Some(path);
            }
            "builder" => {
                let word = rest.get(1).map(ToString::to_string);
                match word.as_deref() {
                    Some("paged") => self.implemented(&path, "paging"),
                    Some("waits") => self.implemented(&path, "waiting"),
                    _ => {}
                }
            }
            // For an unknown macro, the text of its calls shows whether they are the same.
            name => {
                let text = rest.iter().map(ToString::to_string).collect();
                let key = format!("impl {name} for {path}");
                self.add(key, Kind::Impl, text).owner = Some(path);
            }
        }
    }

    /// Reads `0 field "jsonName"` and `Variant "VALUE"`.
    fn names(&mut self, path: &str, tokens: &[TokenTree]) {
        for (name, json_name) in surface::pairs(tokens) {
            self.name(&format!("{path}::{name}"), [json_name]);
        }
    }

    fn name(&mut self, path: &str, json_names: impl IntoIterator<Item = String>) {
        if let Some(item) = self.items.get_mut(path) {
            item.json_names.extend(json_names);
        }
    }

    /// Reads `by "tag" common Record; 0 Variant ["A"] from Content; …`.
    fn union(&mut self, path: &str, tokens: &[TokenTree]) {
        for row in tokens.split(|token| token.to_string() == ";") {
            let after = |word: &str| {
                let rest = surface::after(row, word)?.into_iter();
                Some(rest.map(|token| token.to_string()).collect::<String>())
            };
            if let Some(common) = after("common") {
                let key = format!("{path}::common");
                self.add(key, Kind::Method, common).owner = Some(path.to_owned());
            }
            if let Some(content) = after("from") {
                self.implemented(path, &format!("From<{content}>"));
            }
            if let (Some(name), Some(TokenTree::Group(values))) =
                (row.get(1), row.get(2))
            {
                let values = surface::texts(values.stream());
                self.name(&format!("{path}::{name}"), values);
            }
        }
    }
}
