//! The derive twin: types as a person would write them for `serde`, made from the generated types.
//!
//! The twin keeps no undeclared properties, which saves work that the generated types do.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use atlas_admin_generator::Files;

use crate::surface::{self, Field, Shape, Type, Union, Variant, mentioned};

/// The imports and aliases that the twin's types use.
const HEAD: &str = "\
use std::collections::BTreeMap;
use serde::{Deserialize, Serialize};
pub type DateTime = String;
pub type Date = String;
pub type UndeclaredValue = String;
pub type Json = serde_json::Value;
pub type Map<T> = BTreeMap<String, T>;
pub type Nullable<T> = Option<T>;

";

/// Writes the twins of the named types and of all types that they contain.
pub(super) fn write(root: &Path, names: &[&str]) -> io::Result<String> {
    let types = surface::read(&files(root)?).map_err(io::Error::other)?.types;
    let mut wanted: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut written = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        let Some(ty) = types.get(&name).filter(|_| !written.contains_key(&name)) else {
            continue;
        };
        let text = twin(&name, ty);
        wanted.extend(mentioned(&text).map(str::to_owned));
        written.insert(name, text.replace("types::", ""));
    }
    Ok(HEAD.to_owned() + &written.into_values().collect::<Vec<_>>().join("\n"))
}

/// Reads the files of the types.
fn files(root: &Path) -> io::Result<Files> {
    let entries = fs::read_dir(root.join("generated/src/types"))?;
    entries
        .map(|entry| {
            let entry = entry?;
            let path = format!("src/types/{}", entry.file_name().to_string_lossy());
            Ok((path, fs::read_to_string(entry.path())?))
        })
        .collect()
}

fn twin(name: &str, ty: &Type) -> String {
    const DERIVES: &str = "#[derive(Clone, Debug, PartialEq, Serialize, Deserialize";
    match &ty.shape {
        Shape::Record(fields) => {
            let fields: String = fields.iter().filter_map(field).collect();
            format!(
                "{DERIVES}, Default)]\n#[serde(default)]\npub struct {name} {{\n{fields}}}\n"
            )
        }
        Shape::Enum(variants) => {
            let variants: String = variants
                .iter()
                .map(|it| variant(it, "    #[serde(untagged)]\n"))
                .collect();
            format!(
                "{DERIVES})]\npub enum {name} {{\n{variants}}}\n{}",
                default_of(name)
            )
        }
        Shape::Union(Union { by, variants, .. }) => {
            let (union, unknown) = match by {
                Some(by) => {
                    (format!("#[serde(tag = {by:?})]\n"), "    #[serde(untagged)]\n")
                }
                None => ("#[serde(untagged)]\n".to_owned(), ""),
            };
            let variants: String =
                variants.iter().map(|it| variant(it, unknown)).collect();
            format!(
                "{DERIVES})]\n{union}pub enum {name} {{\n{variants}}}\n{}",
                default_of(name)
            )
        }
    }
}

/// Writes a declared field, which every record may leave out.
fn field(field: &Field) -> Option<String> {
    let json_name = field.json_name.as_ref()?;
    let (name, ty) = (&field.name, &field.ty);
    Some(format!(
        "    #[serde(rename = {json_name:?}, skip_serializing_if = \"Option::is_none\")]\n    \
         pub {name}: {ty},\n"
    ))
}

/// Writes a variant; `unknown` is the attribute of the variant for undeclared values.
fn variant(variant: &Variant, unknown: &str) -> String {
    let mut text = String::new();
    if variant.name == "Unknown" {
        text.push_str(unknown);
    }
    for (place, value) in variant.values.iter().enumerate() {
        let what = if place == 0 { "rename" } else { "alias" };
        text.push_str(&format!("    #[serde({what} = {value:?})]\n"));
    }
    let content = variant.content.as_ref().map(|content| format!("({content})"));
    text + &format!("    {}{},\n", variant.name, content.unwrap_or_default())
}

/// Writes the default of an enum with an `Unknown` variant, for which it can't be derived.
pub(super) fn default_of(name: &str) -> String {
    format!(
        "impl Default for {name} {{\n    fn default() -> Self {{\n        \
         Self::Unknown(Default::default())\n    }}\n}}\n"
    )
}
