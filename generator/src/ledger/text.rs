//! The lines of the ledger: names, and types in Rust syntax.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::casing::UNRAWABLE;
use crate::model::{Output, Type};
use crate::version::Version;

/// The maximum depth of lists and maps in a type.
const MOST_LAYERS: usize = 64;

/// The module and name of a function: `clusters::get_cluster`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) module: String,
    pub(crate) name: String,
}

/// A type, boxed or not: `Box<Type>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) ty: Type<String>,
    pub(crate) boxed: bool,
}

/// A field of a record: `name: Option<Box<Type>>`; without a type only its name is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedField {
    pub(crate) name: String,
    pub(crate) ty: Option<FieldType>,
}

/// The type of a field: `Option<Type>` or `Nullable<Type>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldType {
    pub(crate) held: Held,
    pub(crate) nullable: bool,
}

/// A parameter: `argument name: Type` or `setter name: Type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedParameter {
    pub(crate) name: String,
    pub(crate) ty: Type<String>,
    pub(crate) is_argument: bool,
}

/// The response of a version in one format: `Type` for the format of the function with the plain
/// name, `other Type` for any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedResponse {
    pub(crate) output: Output<String>,
    pub(crate) is_first: bool,
}

/// The result of the wait after a version, and the polled version: `Type from 2024-08-05`; without
/// a version where no operation is polled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedResult {
    pub(crate) output: Output<String>,
    pub(crate) polled: Option<Version>,
}

/// The content of a variant: its type, and the values of the discriminator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub(crate) struct Content {
    pub(crate) held: Held,
    pub(crate) tags: Vec<String>,
}

/// Implements reading and writing of a value that is a text in the ledger; the example shows the
/// syntax.
macro_rules! as_text {
    ($type:ty, $example:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                let problem = || format!("`{text}` can't be read; write {}", $example);
                Self::parse(&text).ok_or_else(|| D::Error::custom(problem()))
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    };
}

as_text!(Function, "`module::function`");
as_text!(Held, "a type, such as `Cluster` or `Box<Cluster>`");
as_text!(RecordedField, "`name: Option<Type>`, or only the name");
as_text!(RecordedParameter, "`argument name: Type` or `setter name: Type`");
as_text!(RecordedResponse, "`Type`, `Option<Type>`, `Download` or `()`");
as_text!(RecordedResult, "`Type`, or `Type from 2024-08-05`");
as_text!(Type<String>, "a type, such as `Cluster` or `Vec<String>`");

impl Function {
    fn parse(text: &str) -> Option<Self> {
        let (module, name) = text.split_once("::")?;
        let is_usable = is_identifier(module) && is_identifier(name);
        is_usable.then(|| Self { module: module.to_owned(), name: name.to_owned() })
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.module, self.name)
    }
}

impl Held {
    fn parse(text: &str) -> Option<Self> {
        let boxed = inner(text, "Box<");
        let ty = Type::parse(boxed.unwrap_or(text))?;
        // Only a definition can contain itself.
        let can_box = boxed.is_none() || matches!(ty, Type::Def(_));
        can_box.then_some(Self { ty, boxed: boxed.is_some() })
    }
}

impl Display for Held {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.boxed { write!(f, "Box<{}>", self.ty) } else { self.ty.fmt(f) }
    }
}

impl RecordedField {
    fn parse(line: &str) -> Option<Self> {
        let (name, ty) = match line.split_once(": ") {
            Some((name, ty)) => (name, Some(FieldType::parse(ty)?)),
            None => (line, None),
        };
        // `extra` is the field of every record for undeclared properties.
        let is_usable = is_identifier(name) && name != "extra";
        is_usable.then(|| Self { name: name.to_owned(), ty })
    }
}

impl FieldType {
    fn parse(text: &str) -> Option<Self> {
        let nullable = inner(text, "Nullable<");
        let held = nullable.or_else(|| inner(text, "Option<"))?;
        Some(Self { held: Held::parse(held)?, nullable: nullable.is_some() })
    }
}

impl Display for RecordedField {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(FieldType { held, nullable }) = &self.ty else {
            return f.write_str(&self.name);
        };
        let wrapper = if *nullable { "Nullable" } else { "Option" };
        write!(f, "{}: {wrapper}<{held}>", self.name)
    }
}

impl RecordedParameter {
    fn parse(line: &str) -> Option<Self> {
        let (role, rest) = line.split_once(' ')?;
        let (name, ty) = rest.split_once(": ")?;
        let is_argument = match role {
            "argument" => true,
            "setter" => false,
            _ => return None,
        };
        let ty = Type::parse(ty)?;
        is_identifier(name).then(|| Self { name: name.to_owned(), ty, is_argument })
    }
}

impl Display for RecordedParameter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let role = if self.is_argument { "argument" } else { "setter" };
        write!(f, "{role} {}: {}", self.name, self.ty)
    }
}

impl RecordedResponse {
    fn parse(line: &str) -> Option<Self> {
        let other = line.strip_prefix("other ");
        let output = Output::parse(other.unwrap_or(line))?;
        Some(Self { output, is_first: other.is_none() })
    }
}

impl Display for RecordedResponse {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.is_first {
            f.write_str("other ")?;
        }
        self.output.fmt(f)
    }
}

impl RecordedResult {
    fn parse(line: &str) -> Option<Self> {
        let (output, polled) = match line.split_once(" from ") {
            Some((output, version)) => (output, Some(version.parse().ok()?)),
            None => (line, None),
        };
        Some(Self { output: Output::parse(output)?, polled })
    }
}

impl Display for RecordedResult {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.output.fmt(f)?;
        self.polled.map_or(Ok(()), |version| write!(f, " from {version}"))
    }
}

impl Output<String> {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "()" => Self::Empty,
            "Download" => Self::Stream,
            _ => match inner(text, "Option<") {
                Some(ty) => Self::Optional(Type::parse(ty)?),
                None => Self::Json(Type::parse(text)?),
            },
        })
    }
}

impl Display for Output<String> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("()"),
            Self::Stream => f.write_str("Download"),
            Self::Json(ty) => ty.fmt(f),
            Self::Optional(ty) => write!(f, "Option<{ty}>"),
        }
    }
}

impl TryFrom<Vec<String>> for Content {
    type Error = String;

    fn try_from(mut line: Vec<String>) -> Result<Self, String> {
        let tags = line.split_off(line.len().min(1));
        let held = line.first().and_then(|ty| Held::parse(ty));
        let problem =
            || format!("{line:?} does not begin with a type, such as `Cluster`");
        Ok(Self { held: held.ok_or_else(problem)?, tags })
    }
}

impl From<Content> for Vec<String> {
    fn from(content: Content) -> Self {
        std::iter::once(content.held.to_string()).chain(content.tags).collect()
    }
}

impl Type<String> {
    fn parse(text: &str) -> Option<Self> {
        // A deeper type is a mistake, and would overflow the stack.
        if text.matches('<').count() > MOST_LAYERS {
            return None;
        }
        Some(match text {
            "bool" => Self::Bool,
            "i64" => Self::Int,
            "f64" => Self::Float,
            "String" => Self::String,
            "DateTime" => Self::DateTime,
            "Date" => Self::Date,
            "Json" => Self::Json,
            _ => match (inner(text, "Vec<"), inner(text, "Map<")) {
                (Some(item), _) => Self::List(Box::new(Self::parse(item)?)),
                (_, Some(value)) => Self::Map(Box::new(Self::parse(value)?)),
                _ if is_identifier(text) => Self::Def(text.to_owned()),
                _ => return None,
            },
        })
    }
}

impl Display for Type<String> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("i64"),
            Self::Float => f.write_str("f64"),
            Self::String => f.write_str("String"),
            Self::DateTime => f.write_str("DateTime"),
            Self::Date => f.write_str("Date"),
            Self::Json => f.write_str("Json"),
            Self::List(item) => write!(f, "Vec<{item}>"),
            Self::Map(value) => write!(f, "Map<{value}>"),
            Self::Def(name) => f.write_str(name),
        }
    }
}

/// Returns the text between a prefix and the `>` at the end.
fn inner<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    text.strip_prefix(prefix)?.strip_suffix('>')
}

/// Reads lines whose values are names.
pub(super) fn names<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<super::Section, D::Error> {
    let section = super::Section::deserialize(from)?;
    match section.values().find(|name| !is_identifier(name)) {
        Some(name) => Err(no_name(name)),
        None => Ok(section),
    }
}

/// Reads lines whose values are names of variants, by enum.
pub(super) fn values<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, super::Section>, D::Error> {
    let enums = BTreeMap::<String, super::Section>::deserialize(from)?;
    match enums.values().flat_map(BTreeMap::values).find(|name| !is_variant(name)) {
        Some(name) => Err(no_name(name)),
        None => Ok(enums),
    }
}

/// Reads lines whose keys are names of variants.
pub(super) fn variants<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, Content>, D::Error> {
    let variants = BTreeMap::<String, Content>::deserialize(from)?;
    match variants.keys().find(|name| !is_variant(name)) {
        Some(name) => Err(no_name(name)),
        None => Ok(variants),
    }
}

fn no_name<E: Error>(name: &str) -> E {
    E::custom(format!("`{name}` can't be a name here; write a Rust identifier"))
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    let first =
        characters.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c));
    first && !UNRAWABLE.contains(&name) && characters.all(unicode_ident::is_xid_continue)
}

/// Tells whether a variant may have a name; `Unknown` is reserved in every enum.
fn is_variant(name: &str) -> bool {
    is_identifier(name) && name != "Unknown"
}
