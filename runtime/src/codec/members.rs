//! Which properties an object is written with.
//!
//! The one place that weighs a record's fields against its [`Extra`], the request and the tags
//! around it. What becomes of the properties, text or a call of `serde`, is for the caller to say.

use super::extra::{Contents, Property};
use super::tags::Tags;
use super::{Extra, Field, Json, Record, View};
use crate::operation::Method;

/// Takes the properties of an object, in the order in which they are written.
pub(super) trait Members {
    type Error;

    /// Takes a property.
    fn member(&mut self, name: &str, value: &View<'_>) -> Result<(), Self::Error>;

    /// Takes a declared property.
    fn field(
        &mut self,
        field: &'static Field,
        value: &View<'_>,
    ) -> Result<(), Self::Error> {
        self.member(field.json_name, value)
    }

    /// Takes a property whose value the document does not declare.
    fn undeclared(&mut self, name: &str, value: &Json) -> Result<(), Self::Error> {
        self.member(name, &View::Json(value))
    }

    /// Takes a declared property with another value than its field holds.
    fn replaced(
        &mut self,
        field: &'static Field,
        value: &Json,
    ) -> Result<(), Self::Error> {
        self.undeclared(field.json_name, value)
    }

    /// Takes note of a property that a request does not hold.
    fn note(&mut self, _what: Note<'_>) {}
}

/// A property that a request does not hold.
pub(super) enum Note<'a> {
    /// It is required and unset.
    Missing(&'static str),
    /// It was received and is not sent.
    LeftOut(&'a str),
    /// It is a secret that the service masked, and must be set or cleared.
    Masked(&'a str),
}

/// What an object is written for, and where.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// The method of the request; `None` if everything is written.
    pub(super) request: Option<Method>,
    /// The tags of the unions around the object.
    pub(super) tags: Option<&'a Tags<'a>>,
    /// Whether the object is an item of a list.
    pub(super) is_item: bool,
}

/// Hands out the properties of a value that is written as an object: a record, a map or free-form
/// JSON.
///
/// The extra of a record comes along: who asks has looked at it.
///
/// Views go by reference here: to copy one right after it was made means to wait for it.
pub(super) fn walk<M: Members>(
    view: &View<'_>,
    extra: Option<&Extra>,
    context: Context<'_>,
    to: &mut M,
) -> Result<(), M::Error> {
    let tags = context.tags;
    match view {
        View::Record(record) => {
            let contents = extra.and_then(Extra::contents);
            if context.request.is_none() && contents.is_none() && tags.is_none() {
                return set_fields(*record, to);
            }
            let is_received = extra.is_some_and(Extra::is_received);
            let receiver = context.request.filter(|_| is_received);
            let has_masked = extra.is_some_and(Extra::has_masked);
            Walk { record: *record, contents, receiver, has_masked, context }.run(to)
        }
        View::Map(entries) => {
            walk_tags(tags, &|name| entries.get(name).is_some(), to)?;
            let mut result = Ok(());
            entries.for_each(&mut |name, value| {
                if result.is_ok() {
                    result = to.member(name, &value.view());
                }
            });
            result
        }
        View::Json(Json::Object(members)) => {
            walk_tags(tags, &|name| members.contains_key(name), to)?;
            let mut members = members.iter();
            members.try_for_each(|(name, value)| to.member(name, &View::Json(value)))
        }
        _ => Ok(()),
    }
}

/// Hands out the fields that are set: all that there is to write of a record outside of unions,
/// with nothing in its extra, that is not sent.
fn set_fields<M: Members>(record: &dyn Record, to: &mut M) -> Result<(), M::Error> {
    for (index, field) in record.table().fields.iter().enumerate() {
        let view = record.field(index).view();
        if !matches!(view, View::Absent) {
            to.field(field, &view)?;
        }
    }
    Ok(())
}

/// Hands out the tags whose value is known and which the object does not hold itself, the
/// outermost first.
fn walk_tags<M: Members>(
    tags: Option<&Tags<'_>>,
    holds: &dyn Fn(&str) -> bool,
    to: &mut M,
) -> Result<(), M::Error> {
    tags.map_or(Ok(()), |tags| walk_outer(tags, tags, holds, to))
}

fn walk_outer<M: Members>(
    tag: &Tags<'_>,
    all: &Tags<'_>,
    holds: &dyn Fn(&str) -> bool,
    to: &mut M,
) -> Result<(), M::Error> {
    if let Some(outer) = tag.outer {
        walk_outer(outer, all, holds, to)?;
    }
    match tag.value {
        Some(value) if all.is_innermost(tag) && !holds(tag.name) => {
            to.member(tag.name, &View::Str(value))
        }
        _ => Ok(()),
    }
}

/// A walk over the properties of a record.
struct Walk<'a> {
    record: &'a dyn Record,
    contents: Option<&'a Contents>,
    /// The method of the request, if the record came from the service.
    receiver: Option<Method>,
    /// Whether a property came masked that the service is never to return.
    has_masked: bool,
    context: Context<'a>,
}

impl Walk<'_> {
    fn run<M: Members>(&self, to: &mut M) -> Result<(), M::Error> {
        let tags = self.context.tags;
        walk_tags(tags, &|name| self.holds(name), to)?;
        self.fields(to)?;
        self.contents.map_or(Ok(()), |contents| self.extras(contents, to))
    }

    /// Hands out the fields, and what the extra holds in the place of some.
    fn fields<M: Members>(&self, to: &mut M) -> Result<(), M::Error> {
        for (index, field) in self.record.table().fields.iter().enumerate() {
            let view = self.record.field(index).view();
            match self.extra_property(field.json_name) {
                Some(property) if property.is_inserted => {
                    to.replaced(field, &property.value)?;
                }
                Some(property) if matches!(view, View::Absent) => {
                    self.misfit(field, &property.value, to)?;
                }
                _ => self.field(field, &view, to)?,
            }
        }
        Ok(())
    }

    /// Hands out a received value that does not fit its field, until the field is set.
    fn misfit<M: Members>(
        &self,
        field: &'static Field,
        value: &Json,
        to: &mut M,
    ) -> Result<(), M::Error> {
        let view = View::Json(value);
        let note = self.held_back(field, &view);
        match note.or_else(|| self.masked(field.json_name, &view)) {
            Some(note) => to.note(note),
            None => to.replaced(field, value)?,
        }
        Ok(())
    }

    fn field<M: Members>(
        &self,
        field: &'static Field,
        view: &View<'_>,
        to: &mut M,
    ) -> Result<(), M::Error> {
        if matches!(view, View::Absent) {
            self.note_missing(field, to);
        } else if let Some(note) = self.held_back(field, view) {
            to.note(note);
        } else {
            to.field(field, view)?;
        }
        Ok(())
    }

    /// Hands out the properties that the record does not declare.
    fn extras<M: Members>(
        &self,
        contents: &Contents,
        to: &mut M,
    ) -> Result<(), M::Error> {
        for (name, property) in &contents.properties {
            let is_written = self.index_of(name).is_some()
                || self.tag_value(name).is_some() && !property.is_inserted;
            if is_written {
                continue;
            }
            let is_own = self.receiver.is_none() || property.is_inserted;
            let is_sent = is_own || self.is_tag(name) || self.replaces_unknown();
            let view = View::Json(&property.value);
            if !is_sent {
                to.note(Note::LeftOut(name));
            } else if let Some(note) = self.masked(name, &view).filter(|_| !is_own) {
                to.note(note);
            } else {
                to.undeclared(name, &property.value)?;
            }
        }
        Ok(())
    }

    /// Tells whether a PUT replaces what the document does not declare at all: leaving out what
    /// it does not know would empty the object.
    fn replaces_unknown(&self) -> bool {
        self.receiver == Some(Method::Put)
            && self.context.tags.is_some_and(Tags::any_unknown)
    }

    /// Tells why a property that was received is not sent back.
    #[inline]
    fn held_back(
        &self,
        field: &'static Field,
        view: &View<'_>,
    ) -> Option<Note<'static>> {
        const GUARDED: u8 = Field::READ_ONLY | Field::SECRET | Field::WRITE_ONLY;
        let method = self.receiver?;
        if field.flags & GUARDED != 0 {
            self.guarded(field, view, method)
        } else {
            has_masked_unknown(view).then(|| masked(field.json_name, method))
        }
    }

    /// Tells what becomes of a received property if it is masked.
    fn masked<'n>(&self, name: &'n str, view: &View<'_>) -> Option<Note<'n>> {
        let method = self.receiver?;
        is_masked(view).then(|| masked(name, method))
    }

    fn guarded(
        &self,
        field: &'static Field,
        view: &View<'_>,
        method: Method,
    ) -> Option<Note<'static>> {
        let is = |flag: u8| field.flags & flag != 0;
        if is(Field::READ_ONLY) {
            // The service deletes or recreates what it can't identify. Without its tag, no one
            // could read the object.
            let identifies = is(Field::IDENTITY)
                && self.context.is_item
                && matches!(method, Method::Patch | Method::Put);
            let is_sent = identifies || self.is_tag(field.json_name);
            return (!is_sent).then_some(Note::LeftOut(field.json_name));
        }
        let may_be_masked =
            is(Field::SECRET) || is(Field::WRITE_ONLY) && self.has_masked;
        if !may_be_masked || !is_masked(view) {
            return None;
        }
        let is_kept = method == Method::Put && is(Field::KEPT) && self.is_identified();
        Some(if is_kept {
            Note::LeftOut(field.json_name)
        } else {
            masked(field.json_name, method)
        })
    }

    /// Tells whether a property that identifies the record is sent.
    fn is_identified(&self) -> bool {
        let fields = self.record.table().fields.iter().enumerate();
        let mut identities =
            fields.filter(|(_, field)| field.flags & Field::IDENTITY != 0);
        identities.any(|(index, field)| match self.extra_property(field.json_name) {
            Some(property) if property.is_inserted => !property.value.is_null(),
            _ => !matches!(self.record.field(index).view(), View::Absent | View::Null),
        })
    }

    fn note_missing<M: Members>(&self, field: &'static Field, to: &mut M) {
        let replaces = matches!(self.context.request, Some(Method::Post | Method::Put));
        let is_required =
            field.flags & (Field::REQUIRED | Field::READ_ONLY) == Field::REQUIRED;
        if is_required && replaces && self.tag_value(field.json_name).is_none() {
            to.note(Note::Missing(field.json_name));
        }
    }

    /// Tells whether the record writes a property itself.
    fn holds(&self, name: &str) -> bool {
        let index = self.index_of(name);
        let is_set =
            |index: usize| !matches!(self.record.field(index).view(), View::Absent);
        index.is_some_and(is_set)
            || self
                .extra_property(name)
                .is_some_and(|extra| extra.is_inserted || index.is_some())
    }

    fn extra_property(&self, name: &str) -> Option<&Property> {
        self.contents?.properties.get(name)
    }

    fn is_tag(&self, name: &str) -> bool {
        self.context.tags.is_some_and(|tags| tags.names(name))
    }

    fn tag_value(&self, name: &str) -> Option<&str> {
        self.context.tags.and_then(|tags| tags.value_of(name))
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.record.table().index_of(name)
    }
}

/// Says what becomes of a secret that the service masked: PATCH changes nothing by leaving it out.
fn masked(name: &str, method: Method) -> Note<'_> {
    if method == Method::Patch { Note::LeftOut(name) } else { Note::Masked(name) }
}

/// Tells whether a union holds what the document does not declare, and a masked value in it.
fn has_masked_unknown(view: &View<'_>) -> bool {
    match view {
        View::Union(union) => {
            let (index, content) = union.content();
            match content.view() {
                View::Json(json) => {
                    index >= union.variants().by.len() && is_masked(&View::Json(json))
                }
                inner => has_masked_unknown(&inner),
            }
        }
        View::List(list) => {
            (0..list.len()).any(|index| has_masked_unknown(&list.get(index).view()))
        }
        View::Map(entries) => {
            let mut any = false;
            entries.for_each(&mut |_, value| {
                any = any || has_masked_unknown(&value.view());
            });
            any
        }
        _ => false,
    }
}

/// Tells whether a value is masked, as the service shows secrets: four or more asterisks in a row
/// anywhere.
pub(super) fn is_masked(view: &View<'_>) -> bool {
    match view {
        View::Str(text) => text.contains("****"),
        View::List(list) => {
            (0..list.len()).any(|index| is_masked(&list.get(index).view()))
        }
        View::Map(entries) => {
            let mut any = false;
            entries.for_each(&mut |_, value| any = any || is_masked(&value.view()));
            any
        }
        View::Json(Json::String(text)) => text.contains("****"),
        View::Json(Json::Array(items)) => {
            items.iter().any(|item| is_masked(&View::Json(item)))
        }
        View::Json(Json::Object(members)) => {
            members.values().any(|value| is_masked(&View::Json(value)))
        }
        _ => false,
    }
}
