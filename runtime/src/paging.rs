//! Paged lists: the statements of a response about its page, by the conventions of its
//! operation.

use crate::codec::{Json, Value, View};
use crate::operation::Paging;

/// Returns the items of a page without a declared type; `None` if the page has no list.
pub(crate) fn list_of<'a>(page: &'a Json, by: &Paging) -> Option<&'a [Json]> {
    page.as_array().or_else(|| page.get(by.items)?.as_array()).map(Vec::as_slice)
}

/// Returns the number of items of a page.
pub(crate) fn length(page: &dyn Value, by: &Paging) -> usize {
    match page.view() {
        View::List(list) => list.len(),
        View::Json(page) => list_of(page, by).map_or(0, <[_]>::len),
        View::Record(_) => match property(page, by.items).map(Value::view) {
            Some(View::List(list)) => list.len(),
            Some(View::Json(Json::Array(items))) => items.len(),
            _ => 0,
        },
        _ => 0,
    }
}

/// Returns the number of items in all pages, if the page states it.
pub(crate) fn total(page: &dyn Value, by: &Paging) -> Option<i64> {
    match page.view() {
        View::Json(page) => page.get(by.total)?.as_i64(),
        View::Record(_) => match property(page, by.total)?.view() {
            View::Int(total) => Some(total),
            _ => None,
        },
        _ => None,
    }
}

/// Returns true if a value is a page without its list.
pub(crate) fn lacks_list(value: &dyn Value, by: &Paging) -> bool {
    let list = property(value, by.items).map(Value::view);
    matches!(list, Some(View::Absent | View::Null))
}

/// Returns the message about a page without its list.
pub(crate) fn no_page(by: &Paging) -> String {
    format!("it is a page without `{}`", by.items)
}

/// Returns true if the links of a page contain one to a next page (RFC 8288). Returns
/// `None` if the type of the page has no links, and false if the links are declared and
/// missing.
pub(crate) fn has_next(page: &dyn Value, by: &Paging) -> Option<bool> {
    let is_next = |rel: &str| rel.eq_ignore_ascii_case(by.next);
    let json = |links: &Json| {
        let mut links = links.as_array()?.iter();
        let rel =
            |link: &Json| link.get("rel").and_then(Json::as_str).is_some_and(is_next);
        Some(links.any(rel))
    };
    match page.view() {
        View::Json(page) => json(page.get(by.links)?),
        View::Record(record) => match property(page, by.links).map(Value::view) {
            Some(View::Json(links)) => json(links),
            Some(View::List(links)) => Some((0..links.len()).any(|index| {
                let rel = property(links.get(index), "rel").map(Value::view);
                matches!(rel, Some(View::Str(rel)) if is_next(rel))
            })),
            Some(_) => Some(false),
            // Beyond the fields, in the undeclared properties.
            None => match record.field(record.table().fields.len()).view() {
                View::Extra(extra) => json(extra.get(by.links)?),
                _ => None,
            },
        },
        _ => None,
    }
}

/// Returns the field of a record by its JSON name.
fn property<'a>(value: &'a dyn Value, name: &str) -> Option<&'a dyn Value> {
    let View::Record(record) = value.view() else { return None };
    Some(record.field(record.table().index_of(name)?))
}
