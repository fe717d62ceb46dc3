//! The ledger: public names once chosen, `spec/names.toml`.
//!
//! It is consulted first and only ever added to. A removed thing keeps its line, so that its name
//! is not given to something else.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Names;
use super::members::variant_key;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::model::{Api, Kind, Type};
use crate::version::Version;

type Section = BTreeMap<String, String>;

/// What names what, by section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    /// Tag → module.
    modules: Section,
    /// Operation id → request function.
    operations: Section,
    /// Operation id → the stable versions that have been the newest one: their dated functions
    /// never move behind a feature.
    newest: BTreeMap<String, BTreeSet<String>>,
    /// Schema, or place of an inline type → type.
    types: Section,
    /// Union and schema of the variant → variant.
    variants: Section,
    /// Union → the properties that all its variants had in common at some time.
    common: BTreeMap<String, BTreeSet<String>>,
    /// Type → the members that are boxed, which is part of their type.
    boxed: BTreeMap<String, BTreeSet<String>>,
    /// Schema and property → field, where the rules give two properties one name.
    fields: Section,
    /// Type and value → variant of an enum, where the rules give two values one name.
    values: Section,
}

const HEADER: &str = "\
# Public names once chosen: what they name = the name.
# Written by `cargo xtask codegen`, consulted first and only ever added to; a removed thing keeps
# its line. By hand: a better name before its first release, and [fields] and [values], which
# resolve collisions.

";

impl Ledger {
    /// Reads the text of a ledger.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let ledger: Self = toml::from_str(text).map_err(|error| {
            let help = "correct the line, or restore the file from version control";
            Diagnostic::new(
                Severity::Error,
                format!("spec/names.toml is not understood: {error}"),
                Place::Nowhere,
            )
            .help(help)
        })?;
        match ledger.unusable_name() {
            None => Ok(ledger),
            Some((key, name)) => Err(Diagnostic::new(
                Severity::Error,
                format!("spec/names.toml names `{key}` with `{name}`, which is no Rust identifier"),
                Place::Nowhere,
            )
            .help("use letters, digits and underscores, beginning with a letter")),
        }
    }

    /// Writes the ledger, in order of its keys.
    pub fn render(&self) -> String {
        let body = toml::to_string(self).unwrap_or_default();
        format!("{HEADER}{body}")
    }

    fn unusable_name(&self) -> Option<(&String, &String)> {
        [
            &self.modules,
            &self.operations,
            &self.types,
            &self.variants,
            &self.fields,
            &self.values,
        ]
        .into_iter()
        .flatten()
        .find(|(_, name)| !is_identifier(name))
    }

    pub(super) fn module(&self, tag: &str) -> Option<&str> {
        self.modules.get(tag).map(String::as_str)
    }

    pub(super) fn operation(&self, id: &str) -> Option<&str> {
        self.operations.get(id).map(String::as_str)
    }

    /// Returns the name of the type that a place declares.
    pub fn type_name(&self, key: &str) -> Option<&str> {
        self.types.get(key).map(String::as_str)
    }

    pub(super) fn has_type_name(&self, name: &str) -> bool {
        self.types.values().any(|taken| taken == name)
    }

    pub(super) fn variant(&self, key: &str) -> Option<&str> {
        self.variants.get(key).map(String::as_str)
    }

    /// Returns the properties that the variants of a union have had in common.
    pub fn common_fields(&self, union: &str) -> Option<&BTreeSet<String>> {
        self.common.get(union)
    }

    /// Whether a member of a type has been boxed.
    pub fn was_boxed(&self, ty: &str, member: &str) -> bool {
        self.boxed.get(ty).is_some_and(|members| members.contains(member))
    }

    /// Adds a boxed member.
    pub fn add_boxed(&mut self, ty: &str, member: String) {
        self.boxed.entry(ty.to_owned()).or_default().insert(member);
    }

    pub(super) fn field(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(String::as_str)
    }

    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// Whether a stable version has been the newest one of an operation.
    pub fn was_newest(&self, id: &str, version: Version) -> bool {
        self.newest
            .get(id)
            .is_some_and(|versions| versions.contains(&version.to_string()))
    }

    /// Adds what was named for the first time.
    pub(super) fn record(&mut self, api: &Api, names: &Names) {
        let add = |section: &mut Section, key: &str, name: &str| {
            section.entry(key.to_owned()).or_insert_with(|| name.to_owned());
        };
        for (tag, module) in api.tags.iter().zip(&names.modules) {
            add(&mut self.modules, &tag.name, module);
        }
        for (operation, function) in api.operations.iter().zip(&names.functions) {
            add(&mut self.operations, &operation.id, function);
            if let Some(newest) = operation.newest_stable() {
                let versions = self.newest.entry(operation.id.clone()).or_default();
                versions.insert(newest.to_string());
            }
        }
        for ((def, name), members) in
            api.types.iter().zip(&names.types).zip(&names.members)
        {
            for place in &def.origin.places {
                add(&mut self.types, &place.key, name);
            }
            if let Kind::Union(union) = &def.kind {
                let place = &def.origin.places[0];
                for (variant, name) in union.variants.iter().zip(members) {
                    let key = variant_key(api, &place.key, variant);
                    add(&mut self.variants, &key, name);
                }
                if let Some(Type::Def(id)) = union.common
                    && let Kind::Record(record) = &api.def(id).kind
                {
                    let json_names =
                        record.fields.iter().map(|field| field.json_name.clone());
                    self.common.entry(place.key.clone()).or_default().extend(json_names);
                }
            }
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    let first =
        characters.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c));
    first && name != "_" && characters.all(unicode_ident::is_xid_continue)
}
