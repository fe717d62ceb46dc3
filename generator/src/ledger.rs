//! The ledger, `spec/names.toml`: every chosen public name and type that another document could
//! change.
//!
//! Names are looked up in the ledger first. Lines of removed parts of the API are kept, so that
//! their names are not given to anything else. A line changes only if the document changes the
//! subject of the line. The ledger and a new document are sufficient to generate every item that
//! existing programs use, as far as the API still has it.

mod changes;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::model::{Discriminator, Location, Parameter, Type};
use crate::version::Version;

pub(crate) use text::{
    Content, FieldType, Function, Held, RecordedField, RecordedParameter,
    RecordedResponse, RecordedResult,
};

/// Lines of the ledger: key → name.
pub(crate) type Section = BTreeMap<String, String>;

/// The fields of a record, by their JSON names.
pub(crate) type Fields = BTreeMap<String, RecordedField>;

/// The names and types that were chosen, by section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    /// The types that are pages of a list, which can be streamed → the property with the items.
    pub(crate) pages: Section,
    /// Operation group → module.
    #[serde(deserialize_with = "text::names")]
    pub(crate) modules: Section,
    /// Error code → variant.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[serde(deserialize_with = "text::names")]
    pub(crate) error_codes: Section,
    /// Schema, or location of an inline type → type.
    #[serde(deserialize_with = "text::names")]
    pub(crate) types: Section,
    /// Method and path → request function.
    pub(crate) operations: BTreeMap<String, RecordedOperation>,
    /// Enum → value → variant.
    #[serde(deserialize_with = "text::values")]
    pub(crate) enums: BTreeMap<String, Section>,
    /// Record → JSON name → field and its type.
    pub(crate) records: BTreeMap<String, Fields>,
    /// Union → its discriminator and its variants.
    pub(crate) unions: BTreeMap<String, RecordedUnion>,
}

/// The request functions of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RecordedOperation {
    pub(crate) function: Function,
    /// Whether the request is a builder.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) builder: bool,
    /// Whether the response is paged.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) paged: bool,
    /// Whether the type of the request has a wait.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) waits: bool,
    /// The stable versions that have been the newest one: their functions are never moved behind a
    /// feature.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) newest: BTreeSet<String>,
    /// Version and format → output of the request; the key of a version's first format has no
    /// format.
    #[serde(rename = "answers")]
    pub(crate) responses: BTreeMap<String, RecordedResponse>,
    /// Version → result of the wait, where the type of the request has one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) results: BTreeMap<String, RecordedResult>,
    /// Version → type of the body.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) bodies: BTreeMap<String, Type<String>>,
    /// Parameter → argument or setter, and its type.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) parameters: BTreeMap<String, RecordedParameter>,
}

/// The variants of a union, and its discriminator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RecordedUnion {
    /// The discriminating property; `None` where the kind of the JSON value selects the variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// The record of the fields that all variants have in common, boxed or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) common: Option<Held>,
    /// The variants that have a `From` conversion of their content.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) from: BTreeSet<String>,
    /// Variant → type, and the values that select it.
    #[serde(deserialize_with = "text::variants")]
    pub(crate) variants: BTreeMap<String, Content>,
}

/// A variant of a union: its name, its type, and the values of the discriminator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordedVariant<'l> {
    pub(crate) name: &'l str,
    pub(crate) ty: &'l Type<String>,
    pub(crate) boxed: bool,
    pub(crate) tags: &'l [String],
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
            problem(format!("spec/names.toml can't be read: {error}"), help)
        })?;
        match ledger.boxed_enum() {
            None => Ok(ledger),
            Some(field) => Err(problem(
                format!("spec/names.toml has a box around an enum in {field}"),
                "write the type without the box: an enum of strings needs none",
            )),
        }
    }

    /// Writes the ledger, in order of its keys.
    pub fn render(&self) -> String {
        let body =
            toml::to_string(self).expect("a ledger is texts, lists and tables of such");
        format!("{HEADER}{body}")
    }

    pub(crate) fn operation(&self, key: &str) -> Option<&RecordedOperation> {
        self.operations.get(key)
    }

    /// Tells whether the ledger has only the name of a type. A person wrote such a line.
    pub(crate) fn is_only_named(&self, ty: &str) -> bool {
        self.record(ty).is_none()
            && self.values(ty).is_none()
            && self.union(ty).is_none()
    }

    /// Returns the module that was created for an operation group.
    pub(crate) fn module(&self, group: &str) -> Option<&str> {
        self.modules.get(group).map(String::as_str)
    }

    /// Returns the operation group for which a module was created.
    pub(crate) fn group(&self, module: &str) -> Option<&str> {
        let mut modules = self.modules.iter();
        modules.find(|(_, name)| *name == module).map(|(group, _)| group.as_str())
    }

    /// Returns all modules that have ever existed: each is a feature that programs may name.
    pub(crate) fn modules(&self) -> BTreeSet<&str> {
        self.modules.values().map(String::as_str).collect()
    }

    /// Returns the request functions that a module has ever had.
    pub(crate) fn functions(&self, module: &str) -> BTreeSet<&str> {
        let operations = self.operations.values();
        operations
            .filter(|operation| operation.module() == module)
            .map(RecordedOperation::function)
            .collect()
    }

    /// Returns the name of the type that was declared at a location.
    pub(crate) fn type_name(&self, key: &str) -> Option<&str> {
        self.types.get(key).map(String::as_str)
    }

    /// Returns a location where a type was declared.
    pub(crate) fn place(&self, name: &str) -> Option<&str> {
        let mut types = self.types.iter();
        types.find(|(_, own)| *own == name).map(|(place, _)| place.as_str())
    }

    /// Returns all names that types have ever had.
    pub(crate) fn type_names(&self) -> BTreeSet<&str> {
        self.types.values().map(String::as_str).collect()
    }

    /// Returns the variants of all error codes that have ever been listed.
    pub(crate) fn error_codes(&self) -> &Section {
        &self.error_codes
    }

    pub(crate) fn is_page(&self, ty: &str) -> bool {
        self.pages.contains_key(ty)
    }

    /// Returns the lines of an enum: value → variant.
    pub(crate) fn values(&self, ty: &str) -> Option<&Section> {
        self.enums.get(ty)
    }

    /// Returns the fields of a record.
    pub(crate) fn record(&self, ty: &str) -> Option<&Fields> {
        self.records.get(ty)
    }

    pub(crate) fn union(&self, ty: &str) -> Option<&RecordedUnion> {
        self.unions.get(ty)
    }

    /// Returns the type of a field.
    pub(crate) fn field(&self, record: &str, json_name: &str) -> Option<&FieldType> {
        self.records.get(record)?.get(json_name)?.ty.as_ref()
    }

    /// Returns a field with a box around an enum, which is a mistake.
    fn boxed_enum(&self) -> Option<String> {
        let is_boxed_enum = |field: &RecordedField| {
            let held = field.ty.as_ref().map(|ty| &ty.held).filter(|held| held.boxed);
            held.is_some_and(|held| {
                matches!(&held.ty, Type::Def(name) if self.enums.contains_key(name))
            })
        };
        self.records.iter().find_map(|(record, fields)| {
            let (json_name, _) =
                fields.iter().find(|(_, field)| is_boxed_enum(field))?;
            Some(format!("[records.{record}] {json_name}"))
        })
    }
}

impl RecordedOperation {
    pub(crate) fn module(&self) -> &str {
        &self.function.module
    }

    pub(crate) fn function(&self) -> &str {
        &self.function.name
    }

    /// Tells whether the ledger has only the name of the union. A person wrote such a line.
    pub(crate) fn is_only_named(&self) -> bool {
        self.responses.is_empty()
    }

    pub(crate) fn has_builder(&self) -> bool {
        self.builder
    }

    pub(crate) fn is_paged(&self) -> bool {
        self.paged
    }

    pub(crate) fn offers_wait(&self) -> bool {
        self.waits
    }

    /// Tells whether a stable version has been the newest one.
    pub(crate) fn was_newest(&self, version: Version) -> bool {
        self.newest.contains(&version.to_string())
    }

    /// Returns the responses of a version, by format.
    pub(crate) fn responses(
        &self,
        version: Version,
    ) -> BTreeMap<&str, &RecordedResponse> {
        let version = format!("{version} ");
        let responses = self.responses.iter();
        responses
            .filter_map(|(key, response)| Some((key.strip_prefix(&version)?, response)))
            .collect()
    }

    /// Returns the result of the wait after a version.
    pub(crate) fn result(&self, version: Version) -> Option<&RecordedResult> {
        self.results.get(&version.to_string())
    }

    pub(crate) fn body(&self, version: Version) -> Option<&Type<String>> {
        self.bodies.get(&version.to_string())
    }

    /// Returns the names that arguments and setters have ever had.
    pub(crate) fn parameter_names(&self) -> BTreeSet<String> {
        self.parameters.values().map(|parameter| parameter.name.clone()).collect()
    }

    pub(crate) fn parameter(&self, key: &str) -> Option<&RecordedParameter> {
        self.parameters.get(key)
    }
}

impl RecordedUnion {
    pub(crate) fn discriminator(&self) -> Discriminator {
        match &self.by {
            Some(property) => {
                Discriminator::Tag { property: property.clone(), inferred: true }
            }
            None => Discriminator::JsonKind,
        }
    }

    /// Tells whether a discriminator is the recorded one, whether declared or inferred.
    pub(crate) fn is_told_by(&self, by: &Discriminator) -> bool {
        match by {
            Discriminator::Tag { property, .. } => self.by.as_ref() == Some(property),
            Discriminator::JsonKind => self.by.is_none(),
        }
    }

    /// Tells whether the kind of the JSON value selects the variant.
    pub(crate) fn is_by_kind(&self) -> bool {
        self.by.is_none()
    }

    /// Returns the record of the common fields, and whether it is boxed.
    pub(crate) fn common(&self) -> Option<(&str, bool)> {
        match self.common.as_ref()? {
            Held { ty: Type::Def(name), boxed } => Some((name, *boxed)),
            Held { .. } => None,
        }
    }

    /// Tells whether a variant has a `From` conversion of its content.
    pub(crate) fn converts(&self, variant: &str) -> bool {
        self.from.contains(variant)
    }

    /// Returns the variants in order of their names.
    pub(crate) fn variants(&self) -> impl Iterator<Item = RecordedVariant<'_>> {
        self.variants.iter().map(|(name, Content { held, tags })| RecordedVariant {
            name,
            ty: &held.ty,
            boxed: held.boxed,
            tags,
        })
    }
}

/// Returns the ledger key of a parameter: for a path parameter its position, else its name.
pub(crate) fn parameter_key(index: usize, parameter: &Parameter) -> String {
    match parameter.location {
        Location::Path => format!("{{{index}}}"),
        Location::Query => format!("?{}", parameter.name),
        Location::Header => format!("{}:", parameter.name),
    }
}

fn problem(what: String, help: &str) -> Diagnostic {
    Diagnostic::new(Severity::Error, what, Place::Nowhere).help(help)
}
