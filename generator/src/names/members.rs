//! The names of fields and variants, each claimed in its type.

use std::collections::HashSet;

use super::claim::Scope;
use crate::casing::{common_ending, field_name, free_name, variant_name, words};
use crate::diagnostic::Diagnostic;
use crate::ledger::{Ledger, Section};
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
                let recorded = ledger.record(name).into_iter().flatten();
                let recorded = recorded
                    .map(|(json_name, field)| (json_name.clone(), field.name.clone()));
                let naming = Naming {
                    what: format!("field of {name}"),
                    line: format!("[records.{name}] \"<property>\" = \"<field>\""),
                    recorded: recorded.collect(),
                    by_rule: field_name,
                };
                naming.name_each(def, json_names, diagnostics)
            }
            Kind::Enum(values) => {
                let json_names = values.values.iter().map(String::as_str);
                let naming = Naming {
                    what: format!("variant of {name}"),
                    line: format!("[enums.{name}] \"<value>\" = \"<variant>\""),
                    recorded: ledger.values(name).cloned().unwrap_or_default(),
                    by_rule: variant_name,
                };
                naming.name_each(def, json_names, diagnostics)
            }
            Kind::Union(union) => {
                name_variants(def, name, types, union, ledger, diagnostics)
            }
        })
        .collect()
}

/// The naming of a type's members by their JSON names.
struct Naming {
    /// The thing that is named, for messages: `field of Cluster`.
    what: String,
    /// An example of a line in the ledger.
    line: String,
    /// JSON name → name, of members that are gone too.
    recorded: Section,
    by_rule: fn(&str) -> String,
}

impl Naming {
    /// Names the members, and reports collisions.
    fn name_each<'a>(
        self,
        def: &TypeDef,
        json_names: impl Iterator<Item = &'a str>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<String> {
        let mut scope = Scope::new(self.what.clone(), self.line.clone());
        let place = &def.origin.places[0];
        json_names
            .map(|json_name| {
                let name = self.name(json_name, &scope, def);
                scope.claim(&name, json_name, &place.pointer, diagnostics);
                name
            })
            .collect()
    }

    /// A new member gives way to those that the type has had, and to those before it.
    fn name(&self, json_name: &str, scope: &Scope, def: &TypeDef) -> String {
        if let Some(name) = self.recorded.get(json_name) {
            return name.clone();
        }
        let is_free = |name: &str| {
            !self.recorded.values().any(|recorded| recorded == name)
                && (def.recorded.is_none() || scope.is_free(name))
        };
        free_name(&(self.by_rule)(json_name), is_free)
    }
}

fn name_variants(
    def: &TypeDef,
    name: &str,
    types: &[String],
    union: &Union,
    ledger: &Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let place = &def.origin.places[0];
    // What its siblings have been called before is theirs.
    let of_the_past: Vec<String> = ledger
        .union(name)
        .iter()
        .flat_map(|union| union.variants())
        .map(|variant| variant.name.to_owned())
        .collect();
    let short: Vec<String> =
        union.variants.iter().map(|v| short_name(v, union, name, types)).collect();
    let mut scope = Scope::new(
        format!("variant of {name}"),
        format!("[unions.{name}.variants] <variant> = [\"<type>\", \"<value>\"]"),
    );
    let mut names = Vec::new();
    for (index, variant) in union.variants.iter().enumerate() {
        let full = type_text(&variant.ty, types);
        let given = || given_name(ledger, name, variant);
        let name = variant.recorded.clone().or_else(given).unwrap_or_else(|| {
            let is_distinct =
                short.iter().filter(|other| **other == short[index]).count() == 1;
            let short = (is_distinct && !short[index].is_empty())
                .then(|| variant_name(&short[index]));
            let longer = [variant_name(&full), variant_name(&format!("{full} variant"))];
            let mut names = short.into_iter().chain(longer.clone());
            let free = names.find(|name| !of_the_past.contains(name));
            free.unwrap_or_else(|| {
                free_name(&longer[0], |name| !of_the_past.iter().any(|own| own == name))
            })
        });
        scope.claim(&name, &full, &place.pointer, diagnostics);
        names.push(name);
    }
    names
}

/// The name that someone has given a variant by hand, by the values that select it.
fn given_name(ledger: &Ledger, union: &str, variant: &Variant) -> Option<String> {
    let mut given =
        ledger.union(union)?.variants().filter(|given| !given.tags.is_empty());
    let given =
        given.find(|given| given.tags.iter().all(|tag| variant.tags.contains(tag)))?;
    Some(given.name.to_owned())
}

/// A name without what the union's name says already: the tag where the document maps just one,
/// else the type's name with the union's words cut from its ends.
fn short_name(variant: &Variant, union: &Union, name: &str, types: &[String]) -> String {
    if let (Discriminator::Tag { inferred, .. }, [tag]) =
        (&union.by, variant.tags.as_slice())
        && (!inferred || shares_types(union))
    {
        return tag.clone();
    }
    let text = type_text(&variant.ty, types);
    if !matches!(union.by, Discriminator::Tag { .. }) {
        return text;
    }
    let all: Vec<Vec<String>> =
        union.variants.iter().map(|v| words(&type_text(&v.ty, types))).collect();
    let ending = common_ending(&all);
    let of_union = words(name);
    let mut words = words(&text);
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

/// Whether two variants have one type, so that it can't name them.
fn shares_types(union: &Union) -> bool {
    let types: HashSet<&Type> =
        union.variants.iter().map(|variant| &variant.ty).collect();
    types.len() < union.variants.len()
}

fn says(words: &[String], word: &str) -> bool {
    words.iter().any(|other| other.trim_end_matches('s') == word.trim_end_matches('s'))
}

/// Returns the word for a type where its kind tells it apart.
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
