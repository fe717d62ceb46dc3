//! The conventions of lists that come page by page, as the whole API has them: a parameter
//! numbers the page, a property holds its items, and its links name the next one.

use crate::codec::{Json, Value, View};

/// The query parameter that numbers a page.
pub(crate) const NUMBER: &str = "pageNum";

/// The property that holds the items of a page.
pub(crate) const ITEMS: &str = "results";

/// The property that tells the number of items in all pages.
const TOTAL: &str = "totalCount";

/// The property that holds the links of a page (RFC 8288).
const LINKS: &str = "links";

/// Returns the items of a page that has no type; `None` where it has no list.
pub(crate) fn list_of(page: &Json) -> Option<&[Json]> {
    page.as_array().or_else(|| page.get(ITEMS)?.as_array()).map(Vec::as_slice)
}

/// Returns the number of items of a page.
pub(crate) fn length(page: &dyn Value) -> usize {
    match page.view() {
        View::List(list) => list.len(),
        View::Json(page) => list_of(page).map_or(0, <[_]>::len),
        View::Record(_) => match property(page, ITEMS).map(Value::view) {
            Some(View::List(list)) => list.len(),
            Some(View::Json(Json::Array(items))) => items.len(),
            _ => 0,
        },
        _ => 0,
    }
}

/// Returns the number of items in all pages, where the page says it (`totalCount`).
pub(crate) fn total(page: &dyn Value) -> Option<i64> {
    match page.view() {
        View::Json(page) => page.get(TOTAL)?.as_i64(),
        View::Record(_) => match property(page, TOTAL)?.view() {
            View::Int(total) => Some(total),
            _ => None,
        },
        _ => None,
    }
}

/// Tells whether a value is a page whose list is absent.
pub(crate) fn lacks_list(value: &dyn Value) -> bool {
    let list = property(value, ITEMS).map(Value::view);
    matches!(list, Some(View::Absent | View::Null))
}

/// Tells whether the links of a page name a next one (RFC 8288); `None` where a page has no
/// links by its type. One that lacks those it has to have names none.
pub(crate) fn has_next(page: &dyn Value) -> Option<bool> {
    let is_next = |rel: &str| rel.eq_ignore_ascii_case("next");
    let json = |links: &Json| {
        let mut links = links.as_array()?.iter();
        let rel =
            |link: &Json| link.get("rel").and_then(Json::as_str).is_some_and(is_next);
        Some(links.any(rel))
    };
    match page.view() {
        View::Json(page) => json(page.get(LINKS)?),
        View::Record(record) => match property(page, LINKS).map(Value::view) {
            Some(View::Json(links)) => json(links),
            Some(View::List(links)) => Some((0..links.len()).any(|index| {
                let rel = property(links.get(index), "rel").map(Value::view);
                matches!(rel, Some(View::Str(rel)) if is_next(rel))
            })),
            Some(_) => Some(false),
            // Beyond its fields, what the document does not declare.
            None => match record.field(record.table().fields.len()).view() {
                View::Extra(extra) => json(extra.get(LINKS)?),
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
