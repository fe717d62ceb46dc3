//! The derive twin: generated types as somebody would write them for `serde`, made from the
//! text of the generated ones.
//!
//! The twin keeps no undeclared property, which spares it work that the generated types do.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Writes the twins of the named types and of all that they hold.
pub(super) fn write(root: &Path, names: &[&str]) -> io::Result<String> {
    let mut items = BTreeMap::new();
    for entry in fs::read_dir(root.join("generated/src/types"))? {
        collect(&fs::read_to_string(entry?.path())?, &mut items);
    }
    let mut wanted: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut written = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        let Some(item) = items.get(&name) else { continue };
        if written.contains_key(&name) {
            continue;
        }
        let text = item.twin();
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        wanted.extend(words.filter(|word| items.contains_key(*word)).map(str::to_owned));
        written.insert(name, text);
    }
    let head = "use std::collections::BTreeMap;\nuse serde::{Deserialize, Serialize};\n\
                pub type DateTime = String;\npub type Date = String;\n\
                pub type Json = serde_json::Value;\n\
                pub type Map<T> = BTreeMap<String, T>;\n\
                pub type Nullable<T> = Option<T>;\n\n";
    Ok(head.to_owned() + &written.into_values().collect::<Vec<_>>().join("\n"))
}

/// A generated type: its declaration, and how JSON spells it.
#[derive(Default)]
struct Item {
    /// The lines from the first field or variant to the last.
    body: Vec<String>,
    name: String,
    is_enum: bool,
    /// The JSON names of an enum's variants, in any order.
    spelled: Vec<(String, String)>,
    /// A union's tag and the values for each variant, or nothing for one told apart by kind.
    tag: Option<(String, Vec<Vec<String>>)>,
    is_union: bool,
}

/// Takes the types out of a generated file.
fn collect(text: &str, items: &mut BTreeMap<String, Item>) {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut words = line.split([' ', '{', ';']);
        match (words.next(), words.next(), words.next()) {
            (Some("pub"), Some(kind @ ("struct" | "enum")), Some(name)) => {
                let body = lines.by_ref().take_while(|line| *line != "}");
                let body = if line.ends_with('{') {
                    body.map(str::to_owned).collect()
                } else {
                    Vec::new()
                };
                let item = items.entry(name.to_owned()).or_default();
                item.name = name.to_owned();
                item.is_enum = kind == "enum";
                item.body = body;
            }
            (Some("impl"), Some("Union"), Some("for")) => {
                let name = line.split(' ').nth(3).unwrap_or_default();
                let table: String = lines
                    .by_ref()
                    .take_while(|line| {
                        line.trim() != "};" && !line.contains("&VARIANTS")
                    })
                    .collect();
                let item = items.entry(name.to_owned()).or_default();
                item.is_union = true;
                item.tag = tag_of(&table);
            }
            _ => {
                let Some(call) = line.strip_prefix("atlas_admin_runtime::open_enum!(")
                else {
                    continue;
                };
                let name = call.split(',').next().unwrap_or_default().to_owned();
                let mut call = call.to_owned();
                while !call.ends_with("]);") {
                    call.push_str(lines.next().unwrap_or("]);"));
                }
                items.entry(name).or_default().spelled = spelled(&call);
            }
        }
    }
}

/// Reads `Variant => "WIRE"` pairs.
fn spelled(call: &str) -> Vec<(String, String)> {
    let list = call.split_once('[').map_or("", |(_, list)| list);
    list.split(',')
        .filter_map(|pair| {
            let (variant, json_name) = pair.split_once("=>")?;
            let json_name = json_name.trim().trim_end_matches("]);").trim();
            Some((variant.trim().to_owned(), json_name.trim_matches('"').to_owned()))
        })
        .collect()
}

/// Reads `Discriminator::Tag("name", &[&["A", "B"], …])`.
fn tag_of(table: &str) -> Option<(String, Vec<Vec<String>>)> {
    let (_, tag) = table.split_once("Discriminator::Tag(")?;
    let mut quoted = tag.splitn(3, '"');
    let name = quoted.nth(1)?.to_owned();
    let (_, lists) = quoted.next()?.split_once("&[")?;
    let values = lists.split("&[").skip(1).map(|list| {
        let list = list.split(']').next().unwrap_or_default();
        list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    });
    Some((name, values.collect()))
}

impl Item {
    fn twin(&self) -> String {
        let (name, kind) = (&self.name, if self.is_enum { "enum" } else { "struct" });
        let mut text =
            String::from("#[derive(Clone, Debug, PartialEq, Serialize, Deserialize");
        text.push_str(if self.is_enum {
            ")]\n"
        } else {
            ", Default)]\n#[serde(default)]\n"
        });
        if self.is_union {
            text.push_str(&match &self.tag {
                Some((tag, _)) => format!("#[serde(tag = {tag:?})]\n"),
                None => "#[serde(untagged)]\n".to_owned(),
            });
        }
        text.push_str(&format!("pub {kind} {name} {{\n"));
        let body = if self.is_enum { self.variants() } else { self.fields() };
        text.push_str(&body);
        text.push_str("}\n");
        if self.is_enum {
            text.push_str(&format!(
                "impl Default for {name} {{\n    fn default() -> Self {{\n        \
                 Self::Unknown(Default::default())\n    }}\n}}\n"
            ));
        }
        text
    }

    /// A field's documentation begins with its JSON name.
    fn fields(&self) -> String {
        let mut text = String::new();
        let mut json_name = "";
        let mut lines = self.body.iter().map(|line| line.trim());
        while let Some(line) = lines.next() {
            if let Some(docs) = line.strip_prefix("/// `")
                && json_name.is_empty()
            {
                json_name = docs.split('`').next().unwrap_or_default();
            } else if line.starts_with("pub ") && !line.starts_with("pub extra: Extra") {
                let rest =
                    if line.ends_with(',') { "" } else { lines.next().unwrap_or(",") };
                let line = format!("{line} {rest}");
                let optional =
                    line.contains(": Option<") || line.contains(": Nullable<");
                let skip = if optional {
                    ", skip_serializing_if = \"Option::is_none\""
                } else {
                    ""
                };
                text.push_str(&format!(
                    "    #[serde(rename = {json_name:?}{skip})]\n    {line}\n"
                ));
                json_name = "";
            }
        }
        text
    }

    fn variants(&self) -> String {
        let mut text = String::new();
        let variants = self.body.iter().map(|line| line.trim());
        let variants =
            variants.filter(|line| !line.starts_with("//") && !line.starts_with('#'));
        for (index, line) in variants.enumerate() {
            let variant = line.split(['(', ',']).next().unwrap_or_default();
            let values = self.tag.as_ref().and_then(|(_, values)| values.get(index));
            if variant == "Unknown" {
                text.push_str(if self.is_union && self.tag.is_none() {
                    ""
                } else {
                    "    #[serde(untagged)]\n"
                });
            } else if let Some(values) = values {
                for (place, value) in values.iter().enumerate() {
                    let what = if place == 0 { "rename" } else { "alias" };
                    text.push_str(&format!("    #[serde({what} = {value:?})]\n"));
                }
            } else if let Some((_, json_name)) =
                self.spelled.iter().find(|(name, _)| name == variant)
            {
                text.push_str(&format!("    #[serde(rename = {json_name:?})]\n"));
            }
            text.push_str(&format!("    {line}\n"));
        }
        text
    }
}
