//! JSON text to values.
//!
//! What fits nowhere is kept rather than refused. An undeclared property, and a declared one
//! whose value does not fit, stand in the [`Extra`] of the record around. What stands in the
//! place of a record where there is no property to keep it under, as an item of a list, a value
//! of a map or the top level, stands in the `Extra` of that record itself. So only two things
//! fail: text that is not JSON, and what does not fit a list, a map or a scalar that no record is
//! around.

use super::drift::{Difference, Direction, Noted, report};
use super::error::{DecodeError, Expected, Fault, Found, What};
use super::path::Locator;
use super::reader::Reader;
use super::tags::Tags;
use super::{Entries, Enum, Extra, Field, List, Observer, Slot, Value, View};

mod record;
mod union;

type Result<T, E = Fault> = std::result::Result<T, E>;

/// Reads JSON text into a value.
///
/// What the value held before is dropped. Text with nothing but whitespace in it leaves the value
/// unset. `()` takes any text at all, JSON or not: it stands for an answer of which the document
/// promises nothing.
///
/// A record takes any JSON: what is no object, `null` included, is kept in its [`Extra`] and
/// written from there ([`Extra::instead`]). What can't keep a `null` is left unset by it.
///
/// # Errors
///
/// Where the text is not JSON, holds a number beyond `f64` or is nested deeper than 128 levels,
/// and where its top level is a list, a map or a scalar for the value, and the text something
/// else or, within it, something that no record is there to keep. The value then holds what was
/// read so far.
///
/// ```
/// use atlas_admin_runtime::codec::{Map, decode};
///
/// let mut labels = Map::<String>::new();
/// decode(br#"{"team": "search"}"#, &mut labels)?;
/// assert_eq!(labels["team"], "search");
/// # Ok::<(), atlas_admin_runtime::codec::DecodeError>(())
/// ```
pub fn decode(bytes: &[u8], into: &mut dyn Value) -> Result<(), DecodeError> {
    Decoder::run(bytes, into, None)
}

/// Reads JSON text into a value as [`decode`] does, and reports where the text differs from
/// what the types declare for that direction: what only the service sets is not missing in a
/// request, and what it never returns is not missing in a response.
///
/// # Errors
///
/// As for [`decode`]; nothing is reported then.
pub fn decode_observed(
    bytes: &[u8],
    into: &mut dyn Value,
    direction: Direction,
    observer: &mut dyn Observer,
) -> Result<(), DecodeError> {
    Decoder::run(bytes, into, Some((direction, observer)))
}

/// A walk over a text and a value at once.
struct Decoder<'a> {
    reader: Reader<'a>,
    /// The differences so far, where somebody wants to know.
    noted: Option<Vec<Noted>>,
    /// The flag of the fields that go the other way, and are not missing.
    elsewhere: u8,
}

impl<'a> Decoder<'a> {
    fn run(
        bytes: &'a [u8],
        into: &mut dyn Value,
        observer: Option<(Direction, &mut dyn Observer)>,
    ) -> Result<(), DecodeError> {
        into.clear(false);
        if matches!(into.slot(), Slot::Nothing) {
            return Ok(());
        }
        into.clear(false);
        // A look at all of the text here spares a look at each string later.
        let (text, invalid) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let valid = &bytes[..error.valid_up_to()];
                (std::str::from_utf8(valid).unwrap_or_default(), Some(valid.len()))
            }
        };
        let noted = observer.is_some().then(Vec::new);
        let elsewhere = match &observer {
            Some((Direction::Request, _)) => Field::READ_ONLY,
            Some((Direction::Response, _)) => Field::WRITE_ONLY,
            None => 0,
        };
        let mut decoder = Self { reader: Reader::new(text), noted, elsewhere };
        let result = match (decoder.top(into), invalid) {
            (Ok(()), Some(at)) => Err(Fault { at, what: What::Utf8 }),
            (Err(Fault { what: What::End, .. }), Some(at)) => {
                Err(Fault { at, what: What::Utf8 })
            }
            (result, _) => result,
        };
        if let (Ok(()), Some((_, observer))) = (&result, observer) {
            report(bytes, decoder.noted.unwrap_or_default(), observer);
        }
        result.map_err(|fault| DecodeError {
            path: Locator::new(bytes).path_at(fault.at),
            offset: fault.at,
            message: fault.what.to_string(),
            syntax: fault.mismatch().is_none(),
        })
    }

    fn top(&mut self, into: &mut dyn Value) -> Result<()> {
        match self.reader.peek() {
            None => return Ok(()),
            // What can't keep a `null` is left unset by it.
            Some(b'n') => match self.item(into) {
                Err(fault) if fault.mismatch().is_some() => {
                    into.clear(true);
                    self.note(fault.at, Difference::Null);
                }
                result => result?,
            },
            Some(_) => self.item(into)?,
        }
        match self.reader.peek() {
            None => Ok(()),
            Some(_) => Err(self.reader.fault(What::Trailing)),
        }
    }

    /// Reads a value that is not `null` into its place. The tags are those of the unions around
    /// it whose object this is.
    fn value(&mut self, into: &mut dyn Value, tags: Option<&Tags<'_>>) -> Result<()> {
        let Some(first) = self.reader.peek() else {
            return Err(self.reader.fault(What::End));
        };
        match into.slot() {
            Slot::Str(string) => {
                if first != b'"' {
                    return Err(self.reader.mismatch(Expected::String));
                }
                let at = self.reader.at();
                *string = self.reader.string()?.into_owned();
                if string.is_empty() {
                    return non_empty(into, at);
                }
            }
            Slot::Record(record) => return self.record(record, tags),
            Slot::Enum(value) => return self.enumerated(value, first),
            Slot::List(list) => return self.list(list, first),
            Slot::Union(union) => return self.union(union, first, tags),
            Slot::Bool(boolean) => *boolean = self.reader.boolean()?,
            Slot::Int(number) => *number = self.int(first)?,
            Slot::Float(number) => *number = self.float(first)?,
            Slot::Map(entries) => return self.map(entries, first, tags),
            Slot::Json(json) => *json = self.reader.free()?,
            Slot::Nothing => self.reader.skip()?,
            // Only a record reads into it, property by property.
            Slot::Extra(_) => return Err(self.reader.mismatch(Expected::Object)),
        }
        Ok(())
    }

    fn int(&mut self, first: u8) -> Result<i64> {
        if !matches!(first, b'-' | b'0'..=b'9') {
            return Err(self.reader.mismatch(Expected::Integer));
        }
        let at = self.reader.at();
        let inexact = What::Mismatch(Expected::Integer, Found::Inexact);
        self.reader.number()?.as_int().ok_or(Fault { at, what: inexact })
    }

    fn float(&mut self, first: u8) -> Result<f64> {
        if !matches!(first, b'-' | b'0'..=b'9') {
            return Err(self.reader.mismatch(Expected::Number));
        }
        let at = self.reader.at();
        let inexact = What::Mismatch(Expected::Number, Found::Inexact);
        self.reader.number()?.as_float().ok_or(Fault { at, what: inexact })
    }

    fn enumerated(&mut self, value: &mut dyn Enum, first: u8) -> Result<()> {
        if first != b'"' {
            return Err(self.reader.mismatch(Expected::String));
        }
        let at = self.reader.at();
        let name = self.reader.string()?;
        value.set(&name);
        if name.is_empty() {
            non_empty(value, at)?;
        }
        if self.noted.is_some() && !value.declared().contains(&&*name) {
            self.note(at, Difference::UnknownValue(name.into_owned()));
        }
        Ok(())
    }

    fn list(&mut self, list: &mut dyn List, first: u8) -> Result<()> {
        if first != b'[' {
            return Err(self.reader.mismatch(Expected::List));
        }
        let mut more = self.reader.enter(b']')?;
        while more {
            self.item(list.push())?;
            more = self.reader.more(b']')?;
        }
        Ok(())
    }

    fn map(
        &mut self,
        entries: &mut dyn Entries,
        first: u8,
        tags: Option<&Tags<'_>>,
    ) -> Result<()> {
        if first != b'{' {
            return Err(self.reader.mismatch(Expected::Object));
        }
        let mut more = self.reader.enter(b'}')?;
        while more {
            let key = self.reader.key()?;
            if tags.is_some_and(|tags| tags.value_of(&key).is_some()) {
                self.reader.skip()?;
            } else {
                self.item(entries.insert(key.into_owned()))?;
            }
            more = self.reader.more(b'}')?;
        }
        Ok(())
    }

    /// Reads what is no property of a record: an item of a list, a value of a map, the top level.
    fn item(&mut self, item: &mut dyn Value) -> Result<()> {
        let start = self.reader.clone();
        let count = self.noted_count();
        let result = if self.reader.peek() == Some(b'n') {
            self.null_item(item)
        } else {
            self.value(item, None)
        };
        match result {
            Ok(()) => Ok(()),
            Err(fault) => self.instead(item, &start, count, fault),
        }
    }

    /// Reads `null` into what is free-form, has three states, or is unset where it is empty.
    fn null_item(&mut self, item: &mut dyn Value) -> Result<()> {
        let fault = self.reader.mismatch(Expected::NotNull);
        self.reader.literal("null")?;
        item.clear(true);
        match item.view() {
            View::Null => return Ok(()),
            View::Absent => {}
            _ => return Err(fault),
        }
        if !is_free_form(item) {
            self.note(fault.at, Difference::Null);
        }
        item.clear(true);
        Ok(())
    }

    /// Keeps what does not fit an item in the item itself, if that is or holds a record.
    #[cold]
    fn instead(
        &mut self,
        item: &mut dyn Value,
        start: &Reader<'a>,
        count: usize,
        fault: Fault,
    ) -> Result<()> {
        let Some((expected, found)) = fault.mismatch() else { return Err(fault) };
        item.clear(false);
        let Some(extra) = extra_within(item) else { return Err(fault) };
        self.reader.rewind(start);
        extra.contents_mut().instead = Some(self.reader.free()?);
        self.forget_since(count);
        self.note(fault.at, Difference::of(expected, found));
        Ok(())
    }

    /// Notes a difference, if anyone wants to know.
    fn note(&mut self, at: usize, what: Difference) {
        if let Some(noted) = &mut self.noted {
            noted.push(Noted { at, what });
        }
    }

    /// Forgets the differences within a value that is about to be read in another way.
    fn forget_since(&mut self, count: usize) {
        if let Some(noted) = &mut self.noted {
            noted.truncate(count);
        }
    }

    fn noted_count(&self) -> usize {
        self.noted.as_ref().map_or(0, Vec::len)
    }
}

/// Refuses an empty string for a type that is unset where it is empty: it would be lost.
fn non_empty(value: &dyn Value, at: usize) -> Result<()> {
    let what = What::Mismatch(Expected::NonEmptyString, Found::Of(super::Kind::String));
    if matches!(value.view(), View::Absent) { Err(Fault { at, what }) } else { Ok(()) }
}

/// Tells whether a value takes any JSON. The question leaves the value set.
fn is_free_form(value: &mut dyn Value) -> bool {
    matches!(value.slot(), Slot::Json(_) | Slot::Nothing)
}

/// Returns the extra of a record, if it has one.
fn extra_of(record: &mut dyn super::Record) -> Option<&mut Extra> {
    match record.field_mut(super::unset::EXTRA).slot() {
        Slot::Extra(extra) => Some(extra),
        _ => None,
    }
}

/// Returns the extra of the record that an unset value is, or holds where it is a union of which
/// no variant is known.
fn extra_within(value: &mut dyn Value) -> Option<&mut Extra> {
    match value.slot() {
        Slot::Record(record) => extra_of(record),
        Slot::Union(union) => {
            let unknown = union.variants().by.len();
            extra_within(union.select(unknown))
        }
        _ => None,
    }
}
