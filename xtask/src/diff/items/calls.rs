//! What the runtime's macros add to a type: JSON names, conversions, and traits.

use proc_macro2::TokenTree;
use syn::ItemMacro;

use super::{Kind, Reader};

impl Reader<'_> {
    /// Adds what the call of a macro implements.
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
            // A macro that this table doesn't know still tells whether its calls are the same.
            name => {
                let text = rest.iter().map(ToString::to_string).collect();
                let key = format!("impl {name} for {path}");
                self.add(key, Kind::Impl, text).owner = Some(path);
            }
        }
    }

    /// Reads `0 field "jsonName"` and `Variant "VALUE"`.
    fn names(&mut self, path: &str, tokens: &[TokenTree]) {
        for pair in tokens.windows(2) {
            let [TokenTree::Ident(name), TokenTree::Literal(value)] = pair else {
                continue;
            };
            self.name(&format!("{path}::{name}"), &value.to_string());
        }
    }

    fn name(&mut self, path: &str, literal: &str) {
        let text = syn::parse_str::<syn::LitStr>(literal);
        if let (Ok(text), Some(item)) = (text, self.items.get_mut(path)) {
            item.json_names.push(text.value());
        }
    }

    /// Reads `by "tag" common Record; 0 Variant ["A"] from Content; …`.
    fn union(&mut self, path: &str, tokens: &[TokenTree]) {
        for row in tokens.split(|token| token.to_string() == ";") {
            let after = |word: &str| {
                let at = row.iter().position(|token| token.to_string() == word)?;
                let rest = row[at + 1..].iter().map(ToString::to_string);
                Some(rest.collect::<String>())
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
                let variant = format!("{path}::{name}");
                for value in values.stream() {
                    self.name(&variant, &value.to_string());
                }
            }
        }
    }
}
