//! Selection of the properties with which an object is written.
//!
//! The only module that combines a record's fields with its [`Extra`], the request and
//! the discriminators around it. The caller decides whether the properties become text
//! or a call of `serde`.

use super::discriminators::Discriminators;
use super::extra::{Contents, Property};
use super::{Extra, Field, Json, Record, View};
use crate::operation::Method;

/// A receiver of the properties of an object, in the order of writing.
pub(super) trait Members {
    type Error;

    /// Writes a property.
    fn member(&mut self, name: &str, value: &View<'_>) -> Result<(), Self::Error>;

    /// Writes a declared property.
    fn field(
        &mut self,
        field: &'static Field,
        value: &View<'_>,
    ) -> Result<(), Self::Error> {
        self.member(field.json_name, value)
    }

    /// Writes a property with an undeclared value.
    fn undeclared(&mut self, name: &str, value: &Json) -> Result<(), Self::Error> {
        self.member(name, &View::Json(value))
    }

    /// Writes a declared property with another value than its field's.
    fn replaced(
        &mut self,
        field: &'static Field,
        value: &Json,
    ) -> Result<(), Self::Error> {
        self.undeclared(field.json_name, value)
    }

    /// Notes a property that a request omits.
    fn note(&mut self, _what: Note<'_>) {}
}

/// A property that a request omits.
pub(super) enum Note<'a> {
    /// A required property that is unset.
    Missing(&'static str),
    /// A received property that is not sent.
    LeftOut(&'a str),
    /// A secret that the service masked, and that must be set or cleared.
    Masked(&'a str),
}

/// The context in which an object is written.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// The method of the request; `None` to write everything.
    pub(super) request: Option<Method>,
    /// The discriminator values of the unions around the object.
    pub(super) discriminators: Option<&'a Discriminators<'a>>,
    /// Whether the object is an item of a list.
    pub(super) is_item: bool,
}

/// Passes on the properties of a value that is written as an object: a record, a map or
/// free-form JSON.
///
/// The extra of a record is passed in, because the caller has already looked it up.
///
/// Views are passed by reference: copying one right after its creation stalls on the
/// store.
pub(super) fn walk<M: Members>(
    view: &View<'_>,
    extra: Option<&Extra>,
    context: Context<'_>,
    to: &mut M,
) -> Result<(), M::Error> {
    let discriminators = context.discriminators;
    match view {
        View::Record(record) => {
            let contents = extra.and_then(Extra::contents);
            if context.request.is_none() && contents.is_none() {
                walk_discriminators(
                    discriminators,
                    &|name| has_field(*record, name),
                    to,
                )?;
                return set_fields(*record, to);
            }
            let is_received = extra.is_some_and(Extra::is_received);
            let receiver = context.request.filter(|_| is_received);
            let has_masked = extra.is_some_and(Extra::has_masked);
            Walk { record: *record, contents, receiver, has_masked, context }.run(to)
        }
        View::Map(entries) => {
            walk_discriminators(
                discriminators,
                &|name| entries.get(name).is_some(),
                to,
            )?;
            let mut result = Ok(());
            entries.for_each(&mut |name, value| {
                if result.is_ok() {
                    result = to.member(name, &value.view());
                }
            });
            result
        }
        View::Json(Json::Object(members)) => {
            walk_discriminators(discriminators, &|name| members.contains_key(name), to)?;
            let mut members = members.iter();
            members.try_for_each(|(name, value)| to.member(name, &View::Json(value)))
        }
        _ => Ok(()),
    }
}

/// Passes on the fields that are set. Outside of requests, a record with an empty extra
/// consists of these fields and the discriminators.
fn set_fields<M: Members>(record: &dyn Record, to: &mut M) -> Result<(), M::Error> {
    for (index, field) in record.table().fields.iter().enumerate() {
        let view = record.field(index).view();
        if !matches!(view, View::Absent) {
            to.field(field, &view)?;
        }
    }
    Ok(())
}

/// Returns true if a record has a field with a JSON name, and it is set.
fn has_field(record: &dyn Record, name: &str) -> bool {
    let index = record.table().index_of(name);
    index.is_some_and(|index| !matches!(record.field(index).view(), View::Absent))
}

/// Passes on the discriminator values that are known and not in the object itself, the
/// outermost first.
fn walk_discriminators<M: Members>(
    discriminators: Option<&Discriminators<'_>>,
    holds: &dyn Fn(&str) -> bool,
    to: &mut M,
) -> Result<(), M::Error> {
    discriminators.map_or(Ok(()), |discriminators| {
        walk_outer(discriminators, discriminators, holds, to)
    })
}

fn walk_outer<M: Members>(
    discriminator: &Discriminators<'_>,
    all: &Discriminators<'_>,
    holds: &dyn Fn(&str) -> bool,
    to: &mut M,
) -> Result<(), M::Error> {
    if let Some(outer) = discriminator.outer {
        walk_outer(outer, all, holds, to)?;
    }
    match discriminator.value {
        Some(value) if all.is_innermost(discriminator) && !holds(discriminator.name) => {
            to.member(discriminator.name, &View::Str(value))
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
    /// Whether a property that the service should never return was received masked.
    has_masked: bool,
    context: Context<'a>,
}

impl Walk<'_> {
    fn run<M: Members>(&self, to: &mut M) -> Result<(), M::Error> {
        let discriminators = self.context.discriminators;
        walk_discriminators(discriminators, &|name| self.holds(name), to)?;
        self.fields(to)?;
        self.contents.map_or(Ok(()), |contents| self.extras(contents, to))
    }

    /// Passes on the fields, and the properties of the extra that replace some.
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

    /// Passes on a received value that doesn't fit its field, until the field is set.
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

    /// Passes on the undeclared properties.
    fn extras<M: Members>(
        &self,
        contents: &Contents,
        to: &mut M,
    ) -> Result<(), M::Error> {
        for (name, property) in &contents.properties {
            let is_written = self.index_of(name).is_some()
                || self.discriminator_value(name).is_some() && !property.is_inserted;
            if is_written {
                continue;
            }
            let is_own = self.receiver.is_none() || property.is_inserted;
            let is_sent =
                is_own || self.is_discriminator(name) || self.replaces_unknown();
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

    /// Returns true if a PUT replaces a variant that is undeclared: omitting its
    /// undeclared properties would empty the object.
    fn replaces_unknown(&self) -> bool {
        self.receiver == Some(Method::Put)
            && self.context.discriminators.is_some_and(Discriminators::any_unknown)
    }

    /// Returns the reason for which a received property is not sent back, if there is
    /// one.
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

    /// Returns the consequence of a masked property; `None` if the property is not
    /// masked.
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
            // The service deletes or recreates an object that it can't identify. Without
            // its discriminator, an object can't be decoded.
            let identifies = is(Field::IDENTITY)
                && self.context.is_item
                && matches!(method, Method::Patch | Method::Put);
            let is_sent = identifies || self.is_discriminator(field.json_name);
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

    /// Returns true if a property that identifies the record is sent.
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
        if is_required && replaces && self.discriminator_value(field.json_name).is_none()
        {
            to.note(Note::Missing(field.json_name));
        }
    }

    /// Returns true if the record writes a property itself.
    fn holds(&self, name: &str) -> bool {
        let is_kept =
            |extra: &Property| extra.is_inserted || self.index_of(name).is_some();
        has_field(self.record, name) || self.extra_property(name).is_some_and(is_kept)
    }

    fn extra_property(&self, name: &str) -> Option<&Property> {
        self.contents?.properties.get(name)
    }

    fn is_discriminator(&self, name: &str) -> bool {
        self.context
            .discriminators
            .is_some_and(|discriminators| discriminators.names(name))
    }

    fn discriminator_value(&self, name: &str) -> Option<&str> {
        self.context
            .discriminators
            .and_then(|discriminators| discriminators.value_of(name))
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.record.table().index_of(name)
    }
}

/// Returns the consequence of a masked secret: PATCH changes nothing by omitting it.
fn masked(name: &str, method: Method) -> Note<'_> {
    if method == Method::Patch { Note::LeftOut(name) } else { Note::Masked(name) }
}

/// Returns true if a union has undeclared content with a masked value in it.
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

/// Returns true if a value is masked in the service's way: it contains four or more
/// asterisks in a row.
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
