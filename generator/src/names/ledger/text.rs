//! The lines of the ledger: names, and types as Rust writes them.

use super::super::casing::UNRAWABLE;
use crate::model::{Field, Output, Type, TypeId};

/// How many lists and maps a type may be in.
const MOST_LAYERS: usize = 64;

/// A field of a record: `name: Option<Box<Type>>`; without a type only its name is known.
#[derive(Clone, Debug)]
pub(crate) struct RecordedField {
    pub(crate) name: String,
    pub(crate) ty: Option<FieldType>,
}

/// The type of a field, and what it stands in.
#[derive(Clone, Debug)]
pub(crate) struct FieldType {
    pub(crate) ty: Type<String>,
    pub(crate) nullable: bool,
    pub(crate) boxed: bool,
}

/// A parameter: `argument name: Type` or `setter name: Type`.
#[derive(Clone, Debug)]
pub(crate) struct RecordedParameter {
    pub(crate) name: String,
    pub(crate) ty: Type<String>,
    pub(crate) is_argument: bool,
}

/// What a version answers in one format: `Type`, and whether its function is the version's first:
/// `other Type` if not.
#[derive(Clone, Debug)]
pub(crate) struct RecordedAnswer {
    pub(crate) output: Output<String>,
    pub(crate) is_first: bool,
}

/// A variant of a union: its type, and the values of the discriminator.
#[derive(Clone, Debug)]
pub(crate) struct RecordedVariant<'l> {
    pub(crate) name: &'l str,
    pub(crate) ty: Type<String>,
    pub(crate) boxed: bool,
    pub(crate) tags: &'l [String],
}

impl RecordedField {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let Some((name, ty)) = line.split_once(": ") else {
            return is_identifier(line)
                .then(|| Self { name: line.to_owned(), ty: None });
        };
        let nullable = inner(ty, "Nullable<");
        let held = nullable.or_else(|| inner(ty, "Option<"))?;
        let (ty, boxed) = unboxed(held);
        let ty = FieldType { ty: parse_type(ty)?, nullable: nullable.is_some(), boxed };
        is_identifier(name).then(|| Self { name: name.to_owned(), ty: Some(ty) })
    }

    pub(crate) fn line(
        name: &str,
        field: &Field,
        boxed: bool,
        types: &[String],
    ) -> String {
        let wrapper = if field.nullable { "Nullable" } else { "Option" };
        let ty = held_text(&field.ty, boxed, types);
        format!("{name}: {wrapper}<{ty}>")
    }
}

impl RecordedParameter {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (role, rest) = line.split_once(' ')?;
        let (name, ty) = rest.split_once(": ")?;
        let is_argument = match role {
            "argument" => true,
            "setter" => false,
            _ => return None,
        };
        let ty = parse_type(ty)?;
        is_identifier(name).then(|| Self { name: name.to_owned(), ty, is_argument })
    }
}

impl RecordedAnswer {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (is_first, text) = match line.strip_prefix("other ") {
            Some(text) => (false, text),
            None => (true, line),
        };
        let output = match text {
            "()" => Output::Empty,
            "Download" => Output::Stream,
            _ => match inner(text, "Option<") {
                Some(ty) => Output::Optional(parse_type(ty)?),
                None => Output::Json(parse_type(text)?),
            },
        };
        Some(Self { output, is_first })
    }

    pub(crate) fn line(output: &Output, is_first: bool, types: &[String]) -> String {
        let text = match output {
            Output::Empty => "()".to_owned(),
            Output::Stream => "Download".to_owned(),
            Output::Json(ty) => type_text(ty, types),
            Output::Optional(ty) => format!("Option<{}>", type_text(ty, types)),
        };
        if is_first { text } else { format!("other {text}") }
    }
}

impl<'l> RecordedVariant<'l> {
    pub(crate) fn parse(name: &'l str, line: &'l [String]) -> Option<Self> {
        let (ty, tags) = line.split_first()?;
        let (ty, boxed) = unboxed(ty);
        let ty = parse_type(ty)?;
        is_variant(name).then_some(Self { name, ty, boxed, tags })
    }
}

/// Writes a type.
pub(crate) fn type_text(ty: &Type, types: &[String]) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int => "i64".to_owned(),
        Type::Float => "f64".to_owned(),
        Type::String => "String".to_owned(),
        Type::DateTime => "DateTime".to_owned(),
        Type::Date => "Date".to_owned(),
        Type::Json => "Json".to_owned(),
        Type::List(item) => format!("Vec<{}>", type_text(item, types)),
        Type::Map(value) => format!("Map<{}>", type_text(value, types)),
        Type::Def(TypeId(index)) => types[*index].clone(),
    }
}

/// Writes a type, boxed or not.
pub(super) fn held_text(ty: &Type, boxed: bool, types: &[String]) -> String {
    let ty = type_text(ty, types);
    if boxed { format!("Box<{ty}>") } else { ty }
}

/// Reads a type.
pub(crate) fn parse_type(text: &str) -> Option<Type<String>> {
    // More is a mistake, and would not fit on the stack.
    if text.matches('<').count() > MOST_LAYERS {
        return None;
    }
    Some(match text {
        "bool" => Type::Bool,
        "i64" => Type::Int,
        "f64" => Type::Float,
        "String" => Type::String,
        "DateTime" => Type::DateTime,
        "Date" => Type::Date,
        "Json" => Type::Json,
        _ => match (inner(text, "Vec<"), inner(text, "Map<")) {
            (Some(item), _) => Type::List(Box::new(parse_type(item)?)),
            (_, Some(value)) => Type::Map(Box::new(parse_type(value)?)),
            _ if is_identifier(text) => Type::Def(text.to_owned()),
            _ => return None,
        },
    })
}

/// Returns a type without its box, and whether it has one.
pub(super) fn unboxed(ty: &str) -> (&str, bool) {
    inner(ty, "Box<").map_or((ty, false), |ty| (ty, true))
}

/// Returns what stands between a prefix and the `>` at the end.
fn inner<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    text.strip_prefix(prefix)?.strip_suffix('>')
}

pub(crate) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    let first =
        characters.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c));
    first && !UNRAWABLE.contains(&name) && characters.all(unicode_ident::is_xid_continue)
}

/// Whether a name can be that of a variant: `Unknown` is every enum's own.
pub(crate) fn is_variant(name: &str) -> bool {
    is_identifier(name) && name != "Unknown"
}
