//! Telling whether a value has been set.
//!
//! A required field has no `Option` around it, so that reading it is no trouble. Whether it was
//! ever set shows in its content, and where the service left it out, in the record's [`Extra`].
//!
//! [`Extra`]: super::Extra

use super::extra::Contents;
use super::{By, Field, Json, Record, Union, Value, View};

/// The index beyond every field, where a record has its [`Extra`](super::Extra).
pub(super) const EXTRA: usize = usize::MAX;

/// Returns what a union is: absent where it is the unknown variant with nothing in it.
pub fn view_of_union(union: &dyn Union) -> View<'_> {
    let (index, content) = union.content();
    if index >= union.variants().by.len() && is_unset(&content.view()) {
        View::Absent
    } else {
        View::Union(union)
    }
}

impl By {
    /// Returns the number of declared variants, which is the index of the unknown one.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Tag(_, values) => values.len(),
            Self::Kind(kinds) => kinds.len(),
        }
    }
}

/// Tells whether nobody has set a value: it is absent, or a record with nothing but absent
/// fields.
///
/// A `false`, a zero and an empty list are values that a caller may well mean.
pub(super) fn is_unset(view: &View<'_>) -> bool {
    match view {
        View::Absent => true,
        // Of a record without fields nobody could say that it is set.
        View::Record(record) => {
            !record.table().fields.is_empty() && all_fields(*record, is_unset)
        }
        _ => false,
    }
}

/// Tells whether a value is still what it was before anything was read into it.
///
/// This is broader than [`is_unset`]: it asks about a field of which it is known that the
/// service did not set it.
pub(super) fn is_blank(view: &View<'_>) -> bool {
    match view {
        View::Absent | View::Bool(false) | View::Int(0) | View::Str("") => true,
        View::Float(number) => *number == 0.0,
        View::List(list) => list.len() == 0,
        View::Map(entries) => entries.len() == 0,
        View::Record(record) => all_fields(*record, is_blank),
        View::Union(union) => {
            let (index, content) = union.content();
            index >= union.variants().by.len() && is_blank(&content.view())
        }
        View::Extra(extra) => extra.is_empty(),
        View::Null | View::Bool(_) | View::Int(_) | View::Str(_) | View::Json(_) => {
            false
        }
    }
}

/// Tells whether a field of which it is known that the service did not set it is as it was then.
///
/// An optional field says itself whether it is set.
pub(super) fn is_untouched(field: &Field, view: &View<'_>) -> bool {
    match view {
        View::Absent => true,
        view => field.flags & Field::REQUIRED != 0 && is_blank(view),
    }
}

fn all_fields(record: &dyn Record, test: fn(&View<'_>) -> bool) -> bool {
    let is_plain = |contents: &Contents| {
        contents.is_empty() && !contents.bare && contents.instead.is_none()
    };
    let extra_is_blank = contents_of(record).is_none_or(is_plain);
    let mut indexes = 0..record.table().fields.len();
    extra_is_blank && indexes.all(|index| test(&record.field(index).view()))
}

/// Returns what stands in a record's extra, where anything was ever noted there.
pub(super) fn contents_of(record: &dyn Record) -> Option<&Contents> {
    match record.field(EXTRA).view() {
        View::Extra(extra) => extra.contents(),
        _ => None,
    }
}

/// Returns what the service sent instead of a record, unless anything of it has been set since.
pub(super) fn instead(record: &dyn Record) -> Option<&Json> {
    instead_in(record, contents_of(record))
}

/// As [`instead`], for who has the record's contents at hand.
pub(super) fn instead_in<'a>(
    record: &dyn Record,
    contents: Option<&'a Contents>,
) -> Option<&'a Json> {
    let contents = contents?;
    let instead = contents.instead.as_ref()?;
    let mut fields = record.table().fields.iter().enumerate();
    let is_untouched =
        fields.all(|(index, field)| is_untouched(field, &record.field(index).view()));
    (contents.is_empty() && is_untouched).then_some(instead)
}

/// Returns what the service sent instead of the object that a value is declared to be.
pub(crate) fn came_instead(value: &dyn Value) -> Option<&Json> {
    match value.view() {
        View::Record(record) => instead(record),
        View::Union(union) => came_instead(union.content().1),
        _ => None,
    }
}
