//! The ledger: everything public that was once chosen and another document could change,
//! `spec/names.toml`.
//!
//! It is consulted first. What is gone from the document keeps its lines, so that its name is not
//! given to something else; a line changes only where the document has changed what it stands
//! for. A new document and the ledger suffice to generate what programs were written against.

mod changes;
mod record;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::model::{Discriminator, Type};
use crate::version::Version;

pub(crate) use record::parameter_keys;
pub(crate) use text::{
    FieldType, RecordedAnswer, RecordedField, RecordedParameter, RecordedVariant,
};

/// Lines of the ledger: key → text.
pub(crate) type Section = BTreeMap<String, String>;

/// What names what, by section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    /// The types that are pages of a list, which can be streamed → the property that lists.
    pages: Section,
    /// Operation group → module.
    modules: Section,
    /// Schema, or place of an inline type → type.
    types: Section,
    /// Method and path → request function.
    operations: BTreeMap<String, Operation>,
    /// Enum → value → variant.
    enums: BTreeMap<String, Section>,
    /// Record → JSON name → field and its type.
    records: BTreeMap<String, Section>,
    /// Union → its discriminator and its variants.
    unions: BTreeMap<String, Union>,
}

/// The request functions of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Operation {
    /// Module and function: `clusters::get_cluster`.
    function: String,
    /// Whether the request is a builder.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    builder: bool,
    /// The stable versions that have been the newest one: their functions never move behind a
    /// feature.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    newest: BTreeSet<String>,
    /// Version and format → what the request resolves to; the first format of a version has none.
    answers: Section,
    /// Version → type of the body.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    bodies: Section,
    /// Parameter → argument or setter, and its type.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parameters: Section,
}

/// The variants of a union, and how they are told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Union {
    /// The property that tells; without one the kind of the JSON value does.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// The record of what all variants have in common, boxed or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    common: Option<String>,
    /// The variants that their content converts into.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    from: BTreeSet<String>,
    /// Variant → type, and the values that select it.
    variants: BTreeMap<String, Vec<String>>,
}

const HEADER: &str = "\
# Public names and types once chosen: what they stand for = the name, and what it was first.
# Written by `cargo xtask codegen`, and consulted first. A removed thing keeps its line; a line that
# changes is something that the API itself has changed, and breaks programs. By hand: a better name
# before its first release, and lines that resolve collisions.

";

impl Ledger {
    /// Reads the text of a ledger.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let ledger: Self = toml::from_str(text).map_err(|error| {
            let help = "correct the line, or restore the file from version control";
            problem(format!("spec/names.toml is not understood: {error}"), help)
        })?;
        match ledger.unusable() {
            None => Ok(ledger),
            Some((key, text)) => Err(problem(
                format!(
                    "spec/names.toml says `{text}` of `{key}`, which is not understood"
                ),
                "write names as Rust identifiers, and types as the other lines do",
            )),
        }
    }

    /// Writes the ledger, in order of its keys.
    pub fn render(&self) -> String {
        let body =
            toml::to_string(self).expect("a ledger is texts, lists and tables of such");
        format!("{HEADER}{body}")
    }

    pub(crate) fn operation(&self, key: &str) -> Option<&Operation> {
        self.operations.get(key)
    }

    /// Whether a type has but a name, which someone gave it by hand.
    pub(crate) fn is_only_named(&self, ty: &str) -> bool {
        self.record(ty).is_none()
            && self.values(ty).is_none()
            && self.union(ty).is_none()
    }

    /// Returns the module that the operations of a group were first put into.
    pub(crate) fn module(&self, group: &str) -> Option<&str> {
        self.modules.get(group).map(String::as_str)
    }

    /// Returns the group that was first put into a module.
    pub(crate) fn group(&self, module: &str) -> Option<&str> {
        let mut modules = self.modules.iter();
        modules.find(|(_, name)| *name == module).map(|(group, _)| group.as_str())
    }

    /// All modules there have ever been: each is a feature that programs may name.
    pub(crate) fn modules(&self) -> BTreeSet<&str> {
        self.modules.values().map(String::as_str).collect()
    }

    /// Returns the request functions that there have been in a module.
    pub(crate) fn functions(&self, module: &str) -> BTreeSet<&str> {
        let operations = self.operations.values();
        operations
            .filter(|operation| operation.module() == module)
            .map(Operation::function)
            .collect()
    }

    /// Returns the name of the type that a place declares.
    pub(crate) fn type_name(&self, key: &str) -> Option<&str> {
        self.types.get(key).map(String::as_str)
    }

    /// Returns a place that a type was declared at.
    pub(crate) fn place(&self, name: &str) -> Option<&str> {
        let mut types = self.types.iter();
        types.find(|(_, own)| *own == name).map(|(place, _)| place.as_str())
    }

    /// All names of types there have been.
    pub(crate) fn type_names(&self) -> BTreeSet<&str> {
        self.types.values().map(String::as_str).collect()
    }

    pub(crate) fn is_page(&self, ty: &str) -> bool {
        self.pages.contains_key(ty)
    }

    /// Returns the lines of an enum: value → variant.
    pub(crate) fn values(&self, ty: &str) -> Option<&Section> {
        self.enums.get(ty)
    }

    /// Returns the lines of a record.
    pub(crate) fn record(&self, ty: &str) -> Option<&Section> {
        self.records.get(ty)
    }

    pub(crate) fn union(&self, ty: &str) -> Option<&Union> {
        self.unions.get(ty)
    }

    /// Returns the field of a record.
    pub(crate) fn field(&self, ty: &str, json_name: &str) -> Option<RecordedField> {
        RecordedField::parse(self.records.get(ty)?.get(json_name)?)
    }

    /// Whether a line of a record is one that the record can have: text needs no box, and `extra` is
    /// every record's own.
    fn is_usable_field(&self, line: &str) -> bool {
        RecordedField::parse(line).is_some_and(|field| {
            let boxed = field.ty.filter(|ty| ty.boxed).map(|ty| ty.ty);
            let can_box = match boxed {
                None => true,
                Some(Type::Def(name)) => !self.enums.contains_key(&name),
                Some(_) => false,
            };
            field.name != "extra" && can_box
        })
    }

    /// Finds a line that is not understood.
    fn unusable(&self) -> Option<(&str, &str)> {
        let names = [&self.modules, &self.types].into_iter().flatten();
        let mut names = names.filter(|(_, name)| !text::is_identifier(name));
        let mut values = self.enums.values().flatten();
        let mut fields = self.records.values().flatten();
        let found = names
            .next()
            .or_else(|| values.find(|(_, name)| !text::is_variant(name)))
            .or_else(|| fields.find(|(_, line)| !self.is_usable_field(line)));
        if let Some((key, line)) = found {
            return Some((key, line));
        }
        self.operations
            .iter()
            .find_map(|(key, operation)| operation.unusable().map(|line| (&**key, line)))
            .or_else(|| {
                let mut unions = self.unions.iter();
                unions
                    .find_map(|(key, union)| union.unusable().map(|line| (&**key, line)))
            })
    }
}

impl Operation {
    pub(crate) fn module(&self) -> &str {
        self.function.split("::").next().unwrap_or_default()
    }

    pub(crate) fn function(&self) -> &str {
        self.function.rsplit("::").next().unwrap_or_default()
    }

    /// Whether there is but a name, which someone gave it by hand.
    pub(crate) fn is_only_named(&self) -> bool {
        self.answers.is_empty()
    }

    pub(crate) fn has_builder(&self) -> bool {
        self.builder
    }

    /// Whether a stable version has been the newest one.
    pub(crate) fn was_newest(&self, version: Version) -> bool {
        self.newest.contains(&version.to_string())
    }

    /// Returns what a version answers, by format.
    pub(crate) fn answers(&self, version: Version) -> BTreeMap<&str, RecordedAnswer> {
        let version = format!("{version} ");
        let lines = self.answers.iter();
        lines
            .filter_map(|(key, line)| {
                Some((key.strip_prefix(&version)?, RecordedAnswer::parse(line)?))
            })
            .collect()
    }

    pub(crate) fn body(&self, version: Version) -> Option<Type<String>> {
        text::parse_type(self.bodies.get(&version.to_string())?)
    }

    /// Returns the names of all arguments and setters there have been.
    pub(crate) fn parameter_names(&self) -> BTreeSet<String> {
        let lines = self.parameters.values();
        lines.filter_map(|line| Some(RecordedParameter::parse(line)?.name)).collect()
    }

    pub(crate) fn parameter(&self, key: &str) -> Option<RecordedParameter> {
        RecordedParameter::parse(self.parameters.get(key)?)
    }

    fn unusable(&self) -> Option<&str> {
        let path: Vec<&str> = self.function.split("::").collect();
        if path.len() != 2 || !path.iter().all(|name| text::is_identifier(name)) {
            return Some(&self.function);
        }
        let answers =
            self.answers.values().filter(|line| RecordedAnswer::parse(line).is_none());
        let bodies =
            self.bodies.values().filter(|line| text::parse_type(line).is_none());
        let parameters = self
            .parameters
            .values()
            .filter(|line| RecordedParameter::parse(line).is_none());
        answers.chain(bodies).chain(parameters).map(String::as_str).next()
    }
}

impl Union {
    pub(crate) fn discriminator(&self) -> Discriminator {
        match &self.by {
            Some(property) => {
                Discriminator::Tag { property: property.clone(), inferred: true }
            }
            None => Discriminator::JsonKind,
        }
    }

    /// Whether a discriminator is the recorded one, however it was found.
    pub(crate) fn is_told_by(&self, by: &Discriminator) -> bool {
        match by {
            Discriminator::Tag { property, .. } => self.by.as_ref() == Some(property),
            Discriminator::JsonKind => self.by.is_none(),
        }
    }

    /// Whether the kind of the JSON value tells the variants apart.
    pub(crate) fn is_by_kind(&self) -> bool {
        self.by.is_none()
    }

    /// Returns the record of what all variants have in common, and whether it is boxed.
    pub(crate) fn common(&self) -> Option<(&str, bool)> {
        self.common.as_deref().map(text::unboxed)
    }

    /// Whether its content converts into a variant.
    pub(crate) fn converts(&self, variant: &str) -> bool {
        self.from.contains(variant)
    }

    /// Returns the variants in order of their names.
    pub(crate) fn variants(&self) -> Vec<RecordedVariant<'_>> {
        let variants = self.variants.iter();
        variants.filter_map(|(name, line)| RecordedVariant::parse(name, line)).collect()
    }

    fn unusable(&self) -> Option<&str> {
        let mut variants = self.variants.iter();
        let found =
            variants.find(|(name, line)| RecordedVariant::parse(name, line).is_none());
        let common = self.common.as_deref();
        found.map(|(name, _)| name.as_str()).or_else(|| {
            common.filter(|line| !text::is_identifier(text::unboxed(line).0))
        })
    }
}

fn problem(what: String, help: &str) -> Diagnostic {
    Diagnostic::new(Severity::Error, what, Place::Nowhere).help(help)
}
