//! A program that uses everything of a surface: one line of Rust for each item, so that the line of
//! an error tells which item broke.

use crate::surface::{Function, Shape, Surface, Type, Union, Variant};

/// The lines before the first item.
const HEAD: &str = "#![allow(warnings)]\nuse atlas_admin::*;\n\
                    use atlas_admin_runtime::builder::IntoList;\n";

/// The kind of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A function that is called and sent: the parameters, and the type of the response.
    Function,
    /// The return type of a function, written out.
    Return,
    Setter,
    /// The item type of a stream.
    Stream,
    Type,
    Field,
    Variant,
    /// A union's conversion from a content, or its `common`.
    Conversion,
}

impl Kind {
    pub(super) const ALL: [Self; 8] = [
        Self::Function,
        Self::Return,
        Self::Setter,
        Self::Stream,
        Self::Type,
        Self::Field,
        Self::Variant,
        Self::Conversion,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Return => "return",
            Self::Setter => "setter",
            Self::Stream => "stream",
            Self::Type => "type",
            Self::Field => "field",
            Self::Variant => "variant",
            Self::Conversion => "conversion",
        }
    }
}

/// The owner of an item: a function, or a member of a type; each by its index or name.
#[derive(Clone, Debug)]
pub(super) enum Owner {
    Function(usize),
    Type(String),
}

/// One use of the surface.
pub(super) struct Item {
    pub kind: Kind,
    /// The name in reports: `types::Cluster.name`.
    pub name: String,
    pub owner: Owner,
    /// The JSON names of a field or parameter, or the JSON values that select a variant.
    pub json: Vec<String>,
    /// The parameters and the body of the function that uses the item.
    code: String,
}

impl Item {
    /// Returns the code with the types in it.
    pub(super) fn code(&self) -> &str {
        &self.code
    }
}

/// Returns the items of a surface; types only where a function needs them.
pub(super) fn items(surface: &Surface, is_reached: impl Fn(&str) -> bool) -> Vec<Item> {
    let mut items = Vec::new();
    for (index, function) in surface.functions.iter().enumerate() {
        let is_page = function.is_paged && is_page(surface, &function.response);
        of_function(index, function, is_page, &mut items);
    }
    for (name, ty) in surface.types.iter().filter(|(name, _)| is_reached(name)) {
        of_type(name, ty, &mut items);
    }
    items.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    items
}

fn is_page(surface: &Surface, response: &str) -> bool {
    let name = response.strip_prefix("types::").unwrap_or_default();
    response.starts_with("Vec<")
        || surface.types.get(name).is_some_and(|ty| ty.items.is_some())
}

fn of_function(index: usize, function: &Function, is_page: bool, items: &mut Vec<Item>) {
    let Function { path, response, returned, .. } = function;
    let mut add = |kind, name: String, json: Option<&String>, code: String| {
        let json = json.into_iter().cloned().collect();
        items.push(Item { kind, name, owner: Owner::Function(index), json, code });
    };
    let parameters = numbered("a", &function.parameters);
    let call = format!("{path}({})", numbers("a", function.parameters.len()));
    let sent = format!(
        "(client: &Client, {parameters}) {{ let r = {call}; \
         let _: ResponseFuture<{response}> = r.send(client); }}"
    );
    add(Kind::Function, path.clone(), None, sent);
    let code = format!("({parameters}) -> {returned} {{ {call} }}");
    add(Kind::Return, path.clone(), None, code);
    if is_page {
        let code = format!(
            "(client: &Client, {parameters}) {{ \
             let _: Items<{response}> = {call}.stream(client); }}"
        );
        add(Kind::Stream, path.clone(), None, code);
    }
    for setter in &function.setters {
        let code = format!(
            "({parameters}{}) {{ let _ = {call}.{}({}); }}",
            numbered("b", &setter.parameters),
            setter.name,
            numbers("b", setter.parameters.len())
        );
        let name = format!("{path}().{}", setter.name);
        add(Kind::Setter, name, setter.json_name.as_ref(), code);
    }
}

fn of_type(name: &str, ty: &Type, items: &mut Vec<Item>) {
    let path = format!("types::{name}");
    let mut add = |kind, what: String, json: Vec<String>, code: String| {
        let owner = Owner::Type(name.to_owned());
        items.push(Item { kind, name: format!("{path}{what}"), owner, json, code });
    };
    let code = format!("() -> {path} {{ {path}::default() }}");
    add(Kind::Type, String::new(), Vec::new(), code);
    if let Some(item) = &ty.items {
        let code = format!("(x: {path}) -> Vec<{item}> {{ Page::into_items(x) }}");
        add(Kind::Stream, String::new(), Vec::new(), code);
    }
    match &ty.shape {
        Shape::Record(fields) => {
            for field in fields {
                let (field_name, ty) = (&field.name, &field.ty);
                let code = format!(
                    "(x: {path}, y: {ty}) -> {path} {{ let {path} {{ {field_name}: z, .. }} = x; \
                     let _: {ty} = z; {path} {{ {field_name}: y, ..Default::default() }} }}"
                );
                let json = field.json_name.iter().cloned().collect();
                add(Kind::Field, format!(".{field_name}"), json, code);
            }
        }
        Shape::Enum(variants) => {
            for variant in variants {
                let json = variant.values.clone();
                add(
                    Kind::Variant,
                    format!("::{}", variant.name),
                    json,
                    chosen(&path, variant),
                );
            }
        }
        Shape::Union(union) => of_union(&path, union, &mut add),
    }
}

fn of_union(
    path: &str,
    union: &Union,
    add: &mut impl FnMut(Kind, String, Vec<String>, String),
) {
    for variant in &union.variants {
        let json = variant.values.clone();
        add(
            Kind::Variant,
            format!("::{}", variant.name),
            json.clone(),
            chosen(path, variant),
        );
        if let Some(from) = &variant.from {
            let code = format!("(x: {from}) -> {path} {{ x.into() }}");
            add(Kind::Conversion, format!(" from {from}"), json, code);
        }
    }
    if let Some(common) = &union.common {
        let code = format!("(x: {path}) -> {common} {{ x.common() }}");
        add(Kind::Conversion, ".common()".to_owned(), Vec::new(), code);
    }
}

/// Matches and makes a variant.
fn chosen(path: &str, variant: &Variant) -> String {
    let variant_path = format!("{path}::{}", variant.name);
    match &variant.content {
        Some(content) => format!(
            "(x: {path}, y: {content}) -> {path} {{ \
             match x {{ {variant_path}(z) => {{ let _: {content} = z; }} _ => {{}} }} \
             {variant_path}(y) }}"
        ),
        None => format!(
            "(x: {path}) -> {path} {{ match x {{ {variant_path} => {{}} _ => {{}} }} {variant_path} }}"
        ),
    }
}

/// Returns parameters with types: `a0: &str, a1: bool, `.
fn numbered(letter: &str, types: &[String]) -> String {
    let all = types.iter().enumerate();
    all.map(|(index, ty)| format!("{letter}{index}: {ty}, ")).collect()
}

/// Returns the names of parameters: `a0, a1`.
fn numbers(letter: &str, count: usize) -> String {
    let all: Vec<String> = (0..count).map(|index| format!("{letter}{index}")).collect();
    all.join(", ")
}

/// Writes the program, with an empty line for each item that is left out.
pub(super) fn text(items: &[Item], is_left_out: impl Fn(usize) -> bool) -> String {
    let mut text = HEAD.to_owned();
    for (index, item) in items.iter().enumerate() {
        if !is_left_out(index) {
            text.push_str(&format!("pub fn i{index}{} // {}", item.code, item.name));
        }
        text.push('\n');
    }
    text
}

/// Returns the index of the item on a line, counted from 1.
pub(super) fn item_on(line: usize) -> Option<usize> {
    line.checked_sub(HEAD.lines().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_an_item_tells_which_it_is() {
        let variant = |name: &str| Variant {
            name: name.to_owned(),
            content: None,
            values: vec![name.to_uppercase()],
            from: None,
        };
        let shape = Shape::Enum(vec![variant("Kilo"), variant("Piece")]);
        let mut surface = Surface::default();
        surface.types.insert("Unit".to_owned(), Type { shape, items: None });
        let items = items(&surface, |_| true);
        let text = text(&items, |index| index == 0);
        let lines: Vec<&str> = text.lines().collect();
        let line = lines.iter().position(|line| line.ends_with("types::Unit::Piece"));
        let index = item_on(line.expect("a line") + 1).expect("an item");
        assert_eq!(
            (items[index].kind, &items[index].json[0][..]),
            (Kind::Variant, "PIECE")
        );
        assert!(!text.contains("i0"), "the first is left out");
        assert_eq!(item_on(1), None);
    }
}
