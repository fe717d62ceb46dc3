//! The names of fields and variants, each claimed in its type.

use super::casing::{field_name, variant_name};
use super::claim::Scope;
use super::ledger::Ledger;
use super::nouns;
use crate::diagnostic::Diagnostic;
use crate::model::{Api, Discriminator, Kind, Type, TypeDef, Union, Variant};

pub(super) fn name_members(
    api: &Api,
    types: &[String],
    ledger: &Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Vec<String>> {
    api.types
        .iter()
        .zip(types)
        .map(|(def, name)| match &def.kind {
            Kind::Record(record) => {
                let json_names =
                    record.fields.iter().map(|field| field.json_name.as_str());
                name_each(
                    def,
                    format!("field of {name}"),
                    "fields",
                    json_names,
                    |key, json_name| {
                        ledger
                            .field(key)
                            .map_or_else(|| field_name(json_name), str::to_owned)
                    },
                    diagnostics,
                )
            }
            Kind::Enum(values) => {
                let json_names = values.values.iter().map(String::as_str);
                name_each(
                    def,
                    format!("variant of {name}"),
                    "values",
                    json_names,
                    |key, json_name| {
                        ledger
                            .value(key)
                            .map_or_else(|| variant_name(json_name), str::to_owned)
                    },
                    diagnostics,
                )
            }
            Kind::Union(union) => {
                name_variants(api, def, name, types, union, ledger, diagnostics)
            }
        })
        .collect()
}

/// Names the members of a type by their JSON names, and reports collisions.
fn name_each<'a>(
    def: &TypeDef,
    what: String,
    section: &'static str,
    json_names: impl Iterator<Item = &'a str>,
    name: impl Fn(&str, &str) -> String,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut scope = Scope::new(what, section);
    let place = &def.origin.places[0];
    json_names
        .map(|json_name| {
            let key = format!("{}/{json_name}", place.key);
            let name = name(&key, json_name);
            scope.claim(&name, &key, &place.pointer, diagnostics);
            name
        })
        .collect()
}

fn name_variants(
    api: &Api,
    def: &TypeDef,
    name: &str,
    types: &[String],
    union: &Union,
    ledger: &Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let place = &def.origin.places[0];
    let keys: Vec<String> = union
        .variants
        .iter()
        .map(|variant| variant_key(api, &place.key, variant))
        .collect();
    let known: Vec<Option<&str>> = keys.iter().map(|key| ledger.variant(key)).collect();
    let short: Vec<String> =
        union.variants.iter().map(|v| short_name(v, union, name, types)).collect();
    let mut scope = Scope::new(format!("variant of {name}"), "variants");
    let mut names = Vec::new();
    for (index, variant) in union.variants.iter().enumerate() {
        let name = known[index].map_or_else(
            || {
                let full = type_text(&variant.ty, types);
                let is_distinct =
                    short.iter().filter(|other| **other == short[index]).count() == 1;
                let short = (is_distinct && !short[index].is_empty())
                    .then(|| variant_name(&short[index]));
                let longer =
                    [variant_name(&full), variant_name(&format!("{full} variant"))];
                let mut names = short.into_iter().chain(longer.clone());
                // What its siblings have been called before is theirs.
                let free = names.find(|name| !known.contains(&Some(name.as_str())));
                free.unwrap_or_else(|| longer[0].clone())
            },
            str::to_owned,
        );
        scope.claim(&name, &keys[index], &place.pointer, diagnostics);
        names.push(name);
    }
    names
}

/// What a variant is called in the ledger: by what it holds, wherever the union lists it.
pub(super) fn variant_key(api: &Api, union: &str, variant: &Variant) -> String {
    format!("{union}|{}", type_key(api, &variant.ty))
}

fn type_key(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Def(id) => api.def(*id).origin.places[0].key.clone(),
        Type::List(item) => format!("{}[]", type_key(api, item)),
        Type::Map(value) => format!("{}{{}}", type_key(api, value)),
        scalar => type_text(scalar, &[]),
    }
}

/// A name without what the union's name says already: the tag where the document maps just one,
/// else the type's name with the union's words cut from its ends.
fn short_name(variant: &Variant, union: &Union, name: &str, types: &[String]) -> String {
    if let (Discriminator::Tag { inferred: false, .. }, [tag]) =
        (&union.by, variant.tags.as_slice())
    {
        return tag.clone();
    }
    let text = type_text(&variant.ty, types);
    if !matches!(union.by, Discriminator::Tag { .. }) {
        return text;
    }
    let all: Vec<Vec<String>> =
        union.variants.iter().map(|v| split(&type_text(&v.ty, types))).collect();
    let ending = common_ending(&all);
    let of_union = split(name);
    let mut words = split(&text);
    words.truncate(words.len().saturating_sub(ending));
    while words.len() > 1 && words.last().is_some_and(|word| says(&of_union, word)) {
        words.pop();
    }
    let mut start = 0;
    while start + 1 < words.len()
        && of_union.get(start).is_some_and(|word| *word == words[start])
    {
        start += 1;
    }
    words[start..].join(" ")
}

fn says(words: &[String], word: &str) -> bool {
    words.iter().any(|other| other.trim_end_matches('s') == word.trim_end_matches('s'))
}

fn split(name: &str) -> Vec<String> {
    nouns::words(name)
}

/// How many words all names end with, as long as each keeps one.
fn common_ending(names: &[Vec<String>]) -> usize {
    let Some(first) = names.first().filter(|_| names.len() > 1) else { return 0 };
    (1..first.len())
        .take_while(|&count| {
            let ending = &first[first.len() - count..];
            names.iter().all(|name| name.len() > count && name.ends_with(ending))
        })
        .last()
        .unwrap_or(0)
}

/// What a type is called where its kind tells it apart.
fn type_text(ty: &Type, types: &[String]) -> String {
    match ty {
        Type::Bool => "boolean".to_owned(),
        Type::Int | Type::Float => "number".to_owned(),
        Type::String | Type::DateTime | Type::Date => "text".to_owned(),
        Type::Json => "any".to_owned(),
        Type::List(_) => "list".to_owned(),
        Type::Map(_) => "map".to_owned(),
        Type::Def(id) => types[id.0].clone(),
    }
}
