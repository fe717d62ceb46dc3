//! `Debug` for every type, based on the same tables, so that no secret is printed by
//! mistake.

use std::fmt;

use super::extra::non_object;
use super::redact;
use super::{Discriminator, Extra, Json, List, Record, Union, Value, View};

/// Prints a value: for a record, the type's name and the set fields with their JSON
/// names; for a union, the type, the variant and its content.
///
/// Fields marked as secret or write-only, except for IDs, are named and their values
/// omitted. Undeclared properties are printed as names only. URLs are printed without
/// credentials and query string, and maps without the values of headers that hold
/// credentials.
///
/// # Errors
///
/// Returns the formatter's own errors.
pub fn fmt_debug(value: &dyn Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    fmt::Debug::fmt(&Shown(value.view()), f)
}

/// A value for printing.
struct Shown<'a>(View<'a>);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            View::Absent => f.write_str("unset"),
            View::Null => f.write_str("null"),
            View::Bool(boolean) => boolean.fmt(f),
            View::Int(number) => number.fmt(f),
            View::Float(number) => fmt::Debug::fmt(&number, f),
            View::Str(string) => fmt::Debug::fmt(&*redact::text(string), f),
            View::Json(json) => match redact::json(json) {
                Some(shown) => fmt::Display::fmt(&shown, f),
                None => fmt::Display::fmt(json, f),
            },
            View::Extra(extra) => fmt::Debug::fmt(extra, f),
            View::List(list) => items(list, f),
            View::Map(entries) => {
                let mut map = f.debug_map();
                entries.for_each(&mut |name, value| {
                    match redact::is_secret_name(name) {
                        true => map.entry(&name, &format_args!("(redacted)")),
                        false => map.entry(&name, &Shown(value.view())),
                    };
                });
                map.finish()
            }
            View::Record(record) => fields(record, f),
            View::Union(union) => variant(union, f),
        }
    }
}

fn items(list: &dyn List, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_list()
        .entries((0..list.len()).map(|index| Shown(list.get(index).view())))
        .finish()
}

fn fields(record: &dyn Record, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let table = record.table();
    let mut shown = f.debug_struct(table.name);
    for (index, field) in table.fields.iter().enumerate() {
        let view = record.field(index).view();
        if matches!(view, View::Absent) {
            continue;
        }
        if field.is_hidden() {
            shown.field(field.json_name, &format_args!("(redacted)"));
        } else {
            shown.field(field.json_name, &Shown(view));
        }
    }
    let shows_extra = |extra: &&Extra| !extra.is_empty() || non_object(record).is_some();
    if let Some(extra) = Extra::of(record).filter(shows_extra) {
        shown.field("extra", extra);
    }
    shown.finish()
}

fn variant(union: &dyn Union, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let variants = union.variants();
    let (index, content) = union.content();
    let name = variants.names.get(index).copied().unwrap_or("Unknown");
    let mut tuple = f.debug_tuple(&format!("{}::{name}", variants.name));
    if let (Discriminator::Property(_, values), View::Absent) =
        (&variants.by, content.view())
        && let Some(value) = values.get(index).and_then(|values| values.first())
    {
        return tuple.field(value).finish();
    }
    match content.view() {
        View::Json(json) if index >= variants.by.len() => tuple.field(&Outline(json)),
        view => tuple.field(&Shown(view)),
    };
    tuple.finish()
}

/// Free-form JSON whose values may be secrets. Printed as its keys, or as its kind.
pub(super) struct Outline<'a>(pub(super) &'a Json);

impl fmt::Debug for Outline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Json::Object(members) => f.debug_set().entries(members.keys()).finish(),
            Json::Array(items) => write!(f, "a list of {}", items.len()),
            Json::String(_) => f.write_str("a string"),
            Json::Number(_) => f.write_str("a number"),
            Json::Bool(_) => f.write_str("a boolean"),
            Json::Null => f.write_str("null"),
        }
    }
}
