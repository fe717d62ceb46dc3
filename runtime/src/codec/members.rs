//! Which properties an object is written with.
//!
//! The one place that weighs a record's fields against its [`Extra`](super::Extra), the mode
//! and the tags around it. What becomes of the properties, text or a call of `serde`, is for
//! the caller to say.

use super::extra::Contents;
use super::tags::Tags;
use super::unset::{is_blank, is_unset, is_untouched};
use super::{Field, Json, Mode, Record, View};

/// Takes the properties of an object, in the order in which they are written.
pub(super) trait Members {
    type Error;

    /// Takes a property. Its value may be absent where it is free-form; that is `null` then.
    fn member(&mut self, name: &str, value: &View<'_>) -> Result<(), Self::Error>;

    /// Takes a declared property.
    fn field(
        &mut self,
        field: &'static Field,
        value: &View<'_>,
    ) -> Result<(), Self::Error> {
        self.member(field.wire, value)
    }

    /// Takes note of a required property that is not set.
    fn missing(&mut self, name: &'static str);
}

/// Hands out the properties of a value that is written as an object: a record, a map, free-form
/// JSON, or nothing but the tags around it.
///
/// The contents of a record's extra come along: whoever asks has looked at them.
///
/// Views go by reference here: to copy one right after it was made means to wait for it.
pub(super) fn walk<M: Members>(
    view: &View<'_>,
    contents: Option<&Contents>,
    mode: Mode,
    tags: Option<&Tags<'_>>,
    to: &mut M,
) -> Result<(), M::Error> {
    match view {
        View::Record(record) => Walk { record: *record, contents, mode, tags }.run(to),
        View::Map(entries) => {
            walk_tags(tags, &|name| entries.get(name).is_some(), tags, to)?;
            let mut result = Ok(());
            entries.for_each(&mut |name, value| {
                if result.is_ok() {
                    result = to.member(name, &value.view());
                }
            });
            result
        }
        View::Json(Json::Object(members)) => {
            walk_tags(tags, &|name| members.contains_key(name), tags, to)?;
            members
                .iter()
                .try_for_each(|(name, value)| to.member(name, &view_of_json(value)))
        }
        _ => walk_tags(tags, &|_| false, tags, to),
    }
}

/// Hands out the tags whose value is known and which the object does not hold itself, the
/// outermost first.
fn walk_tags<M: Members>(
    tags: Option<&Tags<'_>>,
    holds: &dyn Fn(&str) -> bool,
    all: Option<&Tags<'_>>,
    to: &mut M,
) -> Result<(), M::Error> {
    let (Some(tag), Some(all)) = (tags, all) else { return Ok(()) };
    walk_tags(tag.outer, holds, Some(all), to)?;
    match tag.value {
        Some(value) if all.is_innermost(tag) && !holds(tag.name) => {
            to.member(tag.name, &View::Str(value))
        }
        _ => Ok(()),
    }
}

/// Returns what free-form JSON is that stands where a property is written in any case.
pub(super) fn view_of_json(json: &Json) -> View<'_> {
    if json.is_null() { View::Null } else { View::Json(json) }
}

/// A walk over the properties of a record.
struct Walk<'a> {
    record: &'a dyn Record,
    contents: Option<&'a Contents>,
    mode: Mode,
    tags: Option<&'a Tags<'a>>,
}

/// What becomes of a field.
enum Choice<'a> {
    Write,
    WriteInstead(&'a Json),
    Omit,
    Missing,
}

impl<'a> Walk<'a> {
    fn run<M: Members>(&self, to: &mut M) -> Result<(), M::Error> {
        let contents = self.contents;
        walk_tags(self.tags, &|name| self.holds_tag(name, contents), self.tags, to)?;
        let plain = contents.is_none_or(Contents::leaves_fields_alone);
        match self.tags {
            None if plain => self.plain_fields(None, to)?,
            Some(Tags { name, outer: None, .. }) if plain => {
                self.plain_fields(self.index_of(name), to)?;
            }
            _ => self.fields(contents, to)?,
        }
        contents.map_or(Ok(()), |contents| self.extras(contents, to))
    }

    /// Hands out the fields of a record with nothing in its extra that concerns them, and with
    /// no more than one tag, whose index is given. Nearly all records are like that.
    fn plain_fields<M: Members>(
        &self,
        tag: Option<usize>,
        to: &mut M,
    ) -> Result<(), M::Error> {
        let request = matches!(self.mode, Mode::Request);
        for (index, field) in self.record.table().fields.iter().enumerate() {
            let is_tag = Some(index) == tag;
            if request && field.flags & Field::READ_ONLY != 0 && !is_tag {
                continue;
            }
            let view = self.record.field(index).view();
            if is_tag && self.tag_value(field.wire).is_some() && is_blank(&view) {
                continue;
            }
            if request && field.flags & Field::REQUIRED != 0 && is_unset(&view) {
                to.missing(field.wire);
            } else if !matches!(view, View::Absent) {
                to.field(field, &view)?;
            }
        }
        Ok(())
    }

    /// Hands out the fields in the light of all there is to regard.
    fn fields<M: Members>(
        &self,
        contents: Option<&Contents>,
        to: &mut M,
    ) -> Result<(), M::Error> {
        for (index, field) in self.record.table().fields.iter().enumerate() {
            let view = self.record.field(index).view();
            match self.choose(contents, field, index, &view) {
                Choice::Write => to.field(field, &view)?,
                Choice::WriteInstead(json) => to.field(field, &view_of_json(json))?,
                Choice::Omit => {}
                Choice::Missing => to.missing(field.wire),
            }
        }
        Ok(())
    }

    fn choose<'c>(
        &self,
        contents: Option<&'c Contents>,
        field: &'static Field,
        index: usize,
        view: &View<'_>,
    ) -> Choice<'c> {
        if let Some(added) = contents.and_then(|contents| contents.added.get(field.wire))
        {
            return Choice::WriteInstead(added);
        }
        let is_tag = self.tags.is_some_and(|tags| tags.names(field.wire));
        let request = matches!(self.mode, Mode::Request);
        // Without its tag the object could not be read, whoever sets it.
        if request && field.flags & Field::READ_ONLY != 0 && !is_tag {
            return Choice::Omit;
        }
        if let Some(unfit) = unfit(contents, field, view) {
            return Choice::WriteInstead(unfit);
        }
        if is_tag && self.tag_value(field.wire).is_some() && is_blank(view) {
            return Choice::Omit;
        }
        let left_out = contents.is_some_and(|contents| contents.absent.contains(&index));
        if left_out && is_blank(view) {
            return if request { Choice::Missing } else { Choice::Omit };
        }
        if request && field.flags & Field::REQUIRED != 0 && is_unset(view) {
            return Choice::Missing;
        }
        if matches!(view, View::Absent) { Choice::Omit } else { Choice::Write }
    }

    /// Hands out the properties that the record does not declare.
    fn extras<M: Members>(
        &self,
        contents: &Contents,
        to: &mut M,
    ) -> Result<(), M::Error> {
        // What did not fit a field of another type, from which this extra was taken, is not
        // declared here.
        let unfit =
            contents.unfit.iter().filter(|(name, _)| self.index_of(name).is_none());
        for (name, value) in unfit.chain(&contents.received) {
            let is_tag = self.tags.is_some_and(|tags| tags.names(name));
            let omitted = matches!(self.mode, Mode::Request) && !is_tag
                || contents.added.contains_key(name)
                || self.tag_value(name).is_some();
            if !omitted {
                to.member(name, &view_of_json(value))?;
            }
        }
        for (name, value) in &contents.added {
            if self.index_of(name).is_none() {
                to.member(name, &view_of_json(value))?;
            }
        }
        Ok(())
    }

    /// Tells whether the record writes a tag itself.
    fn holds_tag(&self, name: &str, contents: Option<&Contents>) -> bool {
        if contents.is_some_and(|contents| contents.added.contains_key(name)) {
            return true;
        }
        let Some(index) = self.index_of(name) else { return false };
        let view = self.record.field(index).view();
        !is_blank(&view)
            || unfit(contents, &self.record.table().fields[index], &view).is_some()
    }

    fn tag_value(&self, name: &str) -> Option<&'a str> {
        self.tags.and_then(|tags| tags.value_of(name))
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        let fields = self.record.table().fields;
        fields.iter().position(|field| field.wire == name)
    }
}

/// Returns the value that did not fit a field, unless the field has been set since.
fn unfit<'a>(
    contents: Option<&'a Contents>,
    field: &Field,
    view: &View<'_>,
) -> Option<&'a Json> {
    let unfit = contents?.unfit.get(field.wire)?;
    is_untouched(field, view).then_some(unfit)
}
