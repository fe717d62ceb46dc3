//! The names of fields and variants, each claimed in its type.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::by_precedence;
use super::claim::Scope;
use crate::casing::{common_ending, field_name, free_name, spelt, variant_name, words};
use crate::diagnostic::Diagnostic;
use crate::ledger::Ledger;
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
                let recorded =
                    recorded.map(|(json_name, field)| (&**json_name, &*field.name));
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
                let recorded = ledger.values(name).into_iter().flatten();
                let naming = Naming {
                    what: format!("variant of {name}"),
                    line: format!("[enums.{name}] \"<value>\" = \"<variant>\""),
                    recorded: recorded
                        .map(|(value, name)| (&**value, &**name))
                        .collect(),
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
struct Naming<'l> {
    /// The kind of member, for messages: `field of Cluster`.
    what: String,
    /// An example of the ledger line.
    line: String,
    /// JSON name → name, including removed members.
    recorded: BTreeMap<&'l str, &'l str>,
    by_rule: fn(&str) -> String,
}

impl Naming<'_> {
    /// Names the members: recorded ones first, then each new one by its spelling.
    fn name_each<'a>(
        self,
        def: &TypeDef,
        json_names: impl Iterator<Item = &'a str>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<String> {
        let mut scope = Scope::new(self.what.clone(), self.line.clone());
        let at = &def.origin.places[0].pointer;
        let json_names: Vec<&str> = json_names.collect();
        let mut names = vec![String::new(); json_names.len()];
        let (recorded, new): (Vec<_>, Vec<_>) = (0..json_names.len())
            .partition(|&index| self.recorded.contains_key(json_names[index]));
        for index in recorded {
            names[index] = self.recorded[json_names[index]].to_owned();
            scope.claim(&names[index], json_names[index], at, diagnostics);
        }
        let is_free =
            |name: &str| !self.recorded.values().any(|recorded| *recorded == name);
        for index in by_precedence(new, |&index| json_names[index], self.by_rule) {
            let json_name = json_names[index];
            let wanted = [json_name, &spelt(json_name)].map(self.by_rule);
            names[index] = scope.give(&wanted, json_name, at, is_free, diagnostics);
        }
        names
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
    // A new variant must not take the former name of another.
    let of_the_past: Vec<String> = ledger
        .union(name)
        .iter()
        .flat_map(|union| union.variants())
        .map(|variant| variant.name.to_owned())
        .collect();
    // The ledger names most variants, which then need no short name.
    let short = LazyCell::new(|| -> Vec<String> {
        union.variants.iter().map(|v| short_name(v, union, name, types)).collect()
    });
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
            let is_free = |name: &str| {
                scope.is_free(name) && !of_the_past.iter().any(|own| own == name)
            };
            let free = names.find(|name| is_free(name));
            free.unwrap_or_else(|| free_name(&longer[0], is_free))
        });
        scope.claim(&name, &full, &place.pointer, diagnostics);
        names.push(name);
    }
    names
}

/// Returns the name that was written by hand for a variant, found by its discriminator values.
fn given_name(ledger: &Ledger, union: &str, variant: &Variant) -> Option<String> {
    let mut given =
        ledger.union(union)?.variants().filter(|given| !given.tags.is_empty());
    let given =
        given.find(|given| given.tags.iter().all(|tag| variant.tags.contains(tag)))?;
    Some(given.name.to_owned())
}

/// Returns a name without the words of the union's name: the discriminator value where the document
/// maps just one, else the type's name without those words at its ends.
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

/// Tells whether two variants have the same type, which then can't name them.
fn shares_types(union: &Union) -> bool {
    let types: FxHashSet<&Type> =
        union.variants.iter().map(|variant| &variant.ty).collect();
    types.len() < union.variants.len()
}

fn says(words: &[String], word: &str) -> bool {
    words.iter().any(|other| other.trim_end_matches('s') == word.trim_end_matches('s'))
}

/// Returns the word for a type whose kind selects a variant.
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
