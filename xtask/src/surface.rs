//! The public surface of a generated crate: the functions of its dated modules, and its types.
//!
//! The surface is read from the text of the generated files with `syn`, as a program sees it.

use std::collections::{BTreeMap, BTreeSet};

use atlas_admin_generator::Files;
use syn::{File, Item};

mod function;
mod table;
mod ty;

pub(crate) use function::first_text;
pub(crate) use table::{after, pairs, texts};
pub(crate) use ty::mentioned;

/// The names of a crate that a program can use.
#[derive(Default)]
pub(crate) struct Surface {
    pub functions: Vec<Function>,
    pub types: BTreeMap<String, Type>,
}

/// A request function of a dated module.
pub(crate) struct Function {
    /// The path: `clusters::v2024_08_05::get_cluster`.
    pub path: String,
    pub operation: Operation,
    /// The types of the parameters.
    pub parameters: Vec<String>,
    /// The type that is returned: a request or a builder.
    pub returned: String,
    /// The type of the response.
    pub response: String,
    /// Whether the response is paged.
    pub is_paged: bool,
    pub setters: Vec<Setter>,
}

/// An operation in a version, by the service's identifiers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Operation {
    /// The method in lower case, as in a document.
    pub method: String,
    pub path: String,
    /// The version: `2024-08-05`.
    pub version: String,
}

/// A setter of an optional parameter.
#[derive(Clone)]
pub(crate) struct Setter {
    pub name: String,
    pub parameters: Vec<String>,
    /// The JSON name of the parameter; `None` if unknown.
    pub json_name: Option<String>,
}

/// A type of the module `types`.
pub(crate) struct Type {
    pub shape: Shape,
    /// The type of the items; `None` if the type is no page of a list.
    pub items: Option<String>,
}

pub(crate) enum Shape {
    Record(Vec<Field>),
    Enum(Vec<Variant>),
    Union(Union),
}

pub(crate) struct Field {
    pub name: String,
    pub ty: String,
    /// The JSON name; `None` for `extra`.
    pub json_name: Option<String>,
}

pub(crate) struct Variant {
    pub name: String,
    /// The type of the content.
    pub content: Option<String>,
    /// The JSON values that select the variant.
    pub values: Vec<String>,
    /// The type that converts into the variant; `None` where none does.
    pub from: Option<String>,
}

pub(crate) struct Union {
    /// The discriminator; `None` if the kind of the JSON value selects the variant.
    pub by: Option<String>,
    pub variants: Vec<Variant>,
    /// The record that `common()` returns; `None` where the union has none.
    pub common: Option<String>,
}

/// Reads the surface of generated files.
pub(crate) fn read(files: &Files) -> Result<Surface, String> {
    let mut modules = Vec::new();
    let mut types = Vec::new();
    for (path, text) in files {
        let Some(path) = path.strip_prefix("src/") else { continue };
        let Some(name) = path.strip_suffix(".rs") else { continue };
        let file = syn::parse_file(text).map_err(|error| format!("{path}: {error}"))?;
        if name.starts_with("types/") {
            types.push(file);
        } else if !["lib", "types", "registry"].contains(&name) {
            modules.push((name.to_owned(), file));
        }
    }
    let names = type_names(&types);
    let mut surface = Surface::default();
    for (module, file) in &modules {
        surface.functions.extend(function::of_module(module, file, &names));
    }
    for file in &types {
        table::collect(file, &names, &mut surface.types);
    }
    Ok(surface)
}

fn type_names(files: &[File]) -> BTreeSet<String> {
    let items = files.iter().flat_map(|file| &file.items);
    let names = items.filter_map(|item| match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        _ => None,
    });
    names.collect()
}
