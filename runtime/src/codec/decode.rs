//! JSON text to values.
//!
//! What fits nowhere is kept rather than refused. An undeclared property, and a declared one
//! whose value does not fit, are kept in the [`Extra`] of the record around. What is in the
//! place of a record where there is no property to keep it under, as an item of a list, a value
//! of a map or the top level, is kept in the `Extra` of that record itself. What is none in a list
//! or map of strings becomes its JSON text; in another list of scalars it is left out, and so is
//! `null` everywhere.
//! So only two things fail: text that is not JSON, and a top level that does not fit a list, a
//! map or a scalar.

use bytes::Bytes;

use super::error::{DecodeError, Expected, Fault, Found, What};
use super::extra::Contents;
use super::mismatch::{Alterations, Difference, Direction, Noted, report};
use super::path::Locator;
use super::reader::{Checkpoint, Reader, first_places, next_places};
use super::tags::Tags;
use super::{Entries, Enum, Extra, Json, List, Observer, Slot, Value, View};

mod record;
mod union;

/// What some servers write before UTF-8, though RFC 8259 section 8.1 forbids it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The size of an entry of a map besides its value: with its hash and its place in the table of
/// hashes.
const ENTRY: usize = size_of::<String>() + 28;

type Result<T, E = Fault> = std::result::Result<T, E>;

/// Reads JSON text that came from the service into a value.
///
/// What the value held before is dropped. Text with nothing but whitespace in it leaves the value
/// unset; a byte order mark before it is skipped. `()` takes any text at all, JSON or not: it
/// stands for a response of which the document promises nothing.
///
/// Every record is marked as received ([`Extra::is_received`]), so that a request leaves out what
/// only the service sets. A value of your own is made by a literal, or read by way of `serde`.
///
/// A record takes any JSON: what is no object, `null` included, is kept in its [`Extra`] and
/// written from there ([`Extra::non_object`]). What can't keep a `null` is left unset by it.
///
/// # Errors
///
/// If the text is not JSON, or is nested deeper than 128 levels; and if its top level is neither
/// what the value takes nor `null`, unless that is a record. The value then holds what was read
/// so far.
///
/// So does text whose values take more than 1 MiB of memory and 16 bytes for each byte of it. An
/// empty object in a list may be a record of a kilobyte, so a small text could fill any memory;
/// what the service sends takes 8 at most.
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
    Decoder::run(bytes, into, Mode::of(Direction::Response)).map(|_| ())
}

/// Reads JSON text into a value and reports where the text differs from what the types declare
/// for a direction: what only the service sets is not missing in a request, and what it never
/// returns is not missing in a response.
///
/// The direction also tells who made the text. A response is read as by [`decode`], a request is
/// the caller's own: none of its records is marked as received.
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
    let mode = Mode { reports_all: true, ..Mode::of(direction) };
    let noted = Decoder::run(bytes, into, mode)?;
    report(bytes, noted).for_each(|mismatch| observer.mismatch(mismatch));
    Ok(())
}

/// Reads a response as [`decode`] does, and returns the parts of it that decoding altered:
/// replaced characters, items that became text or were left out.
pub(crate) fn decode_response(
    bytes: &Bytes,
    into: &mut dyn Value,
) -> Result<Alterations, DecodeError> {
    let noted = Decoder::run(bytes, into, Mode::of(Direction::Response))?;
    Ok(Alterations::new(bytes, noted))
}

/// Reads JSON text of the caller's own into a value.
pub(super) fn decode_own(bytes: &[u8], into: &mut dyn Value) -> Result<(), DecodeError> {
    Decoder::run(bytes, into, Mode::of(Direction::Request)).map(|_| ())
}

/// Reads JSON text that was made of a value, without a limit to the memory it takes.
pub(super) fn decode_copy(
    bytes: &[u8],
    into: &mut dyn Value,
) -> Result<(), DecodeError> {
    let mode = Mode { is_limited: false, ..Mode::of(Direction::Request) };
    Decoder::run(bytes, into, mode).map(|_| ())
}

/// Reads free-form JSON.
pub(super) fn free(bytes: &[u8]) -> Result<Json, DecodeError> {
    let mut json = Json::Null;
    // Not limited: it takes 46 bytes for each byte of text at most, and any text is meant.
    match decode_copy(bytes, &mut json) {
        Ok(()) if is_blank(bytes) => {
            Err(failure(bytes, Fault { at: bytes.len(), what: What::End }))
        }
        result => result.map(|()| json),
    }
}

/// Tells whether there is no value in a text.
pub(crate) fn is_blank(bytes: &[u8]) -> bool {
    without_mark(bytes).trim_ascii().is_empty()
}

/// Returns a text without its byte order mark.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// The settings of a decoder.
#[derive(Clone, Copy)]
struct Mode {
    direction: Direction,
    /// Whether all differences are noted, or the alterations alone.
    reports_all: bool,
    /// Whether there is a limit to the memory of the values.
    is_limited: bool,
}

impl Mode {
    const fn of(direction: Direction) -> Self {
        Self { direction, reports_all: false, is_limited: true }
    }
}

/// A walk over a text and a value at once.
struct Decoder<'a> {
    reader: Reader<'a>,
    /// The differences so far.
    noted: Vec<Noted>,
    mode: Mode,
}

impl<'a> Decoder<'a> {
    fn run(
        bytes: &'a [u8],
        into: &mut dyn Value,
        mode: Mode,
    ) -> Result<Vec<Noted>, DecodeError> {
        into.clear(false);
        if matches!(into.slot(), Slot::Nothing) {
            return Ok(Vec::new());
        }
        into.clear(false);
        let whole = bytes.len();
        let bytes = without_mark(bytes);
        // A look at all of the text here spares a look at each string later.
        let (text, invalid) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let valid = &bytes[..error.valid_up_to()];
                (std::str::from_utf8(valid).unwrap_or_default(), Some(valid.len()))
            }
        };
        let reader = Reader::new(text);
        let reader = if mode.is_limited { reader } else { reader.without_limit() };
        let mut decoder = Self { reader, noted: Vec::new(), mode };
        let result = match (decoder.top(into), invalid) {
            (Ok(()), Some(at)) => Err(Fault { at, what: What::Utf8 }),
            (Err(Fault { what: What::End, .. }), Some(at)) => {
                Err(Fault { at, what: What::Utf8 })
            }
            (result, _) => result,
        };
        let Self { reader, mut noted, .. } = decoder;
        result.map_err(|fault| {
            let mut error = failure(bytes, fault);
            error.offset += whole - bytes.len();
            error
        })?;
        let replaced = reader.replaced().into_iter();
        noted.extend(replaced.map(|at| Noted { at, what: Difference::Surrogate }));
        noted.sort_by_key(|noted| noted.at);
        Ok(noted)
    }

    fn top(&mut self, into: &mut dyn Value) -> Result<()> {
        let Some(first) = self.reader.peek() else { return Ok(()) };
        match self.item(into)? {
            Err(fault) if first != b'n' => return Err(fault),
            // What can't keep a `null` is left unset by it.
            Err(fault) => {
                self.reader.literal("null")?;
                into.clear(true);
                self.note(fault.at, Difference::Null);
            }
            Ok(()) => {}
        }
        self.reader.end()
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
                *string = self.reader.string()?.into_owned();
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
        if self.mode.reports_all && !value.declared().contains(&&*name) {
            self.note(at, Difference::UnknownValue(name.into_owned()));
        }
        Ok(())
    }

    fn list(&mut self, list: &mut dyn List, first: u8) -> Result<()> {
        if first != b'[' {
            return Err(self.reader.mismatch(Expected::List));
        }
        let mut more = self.reader.enter(b']')?;
        // The places of the list as `Vec` makes them. To ask it would take a method for each type.
        let (mut length, mut places, mut size) = (0, 0, 0);
        while more {
            if length == places && length > 0 {
                places = self.reader.grow(places, (2 * places).max(4), size)?;
            }
            let item = list.push();
            if places == 0 {
                size = size_of_val(item);
                places = self.reader.grow(0, first_places(size), size)?;
            }
            length += 1;
            let start = self.reader.checkpoint();
            if let Err(fault) = self.item(item)?
                && !self.as_text(item, start, fault, true)?
            {
                list.pop();
                length -= 1;
            }
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
        let (mut places, mut size) = (0, 0);
        while more {
            let key = self.reader.key()?;
            if tags.is_some_and(|tags| tags.value_of(&key).is_some()) {
                self.reader.skip()?;
            } else {
                let length = entries.len();
                if length == places && length > 0 {
                    places = self.reader.grow(places, next_places(places), size)?;
                }
                let value = entries.insert(key.clone().into_owned());
                if places == 0 {
                    size = size_of_val(value) + ENTRY;
                    places = self.reader.grow(0, next_places(0), size)?;
                }
                let start = self.reader.checkpoint();
                if let Err(fault) = self.item(value)?
                    && !self.as_text(value, start, fault, false)?
                {
                    entries.remove(&key);
                }
            }
            more = self.reader.more(b'}')?;
        }
        Ok(())
    }

    /// Reads what is no property of a record: an item of a list, a value of a map, the top level.
    /// Returns a mismatch that the item can't keep itself; the reader then stands before it.
    fn item(&mut self, item: &mut dyn Value) -> Result<Result<()>> {
        let is_null = self.reader.peek() == Some(b'n');
        let start = self.reader.checkpoint();
        let count = self.noted.len();
        let result = if is_null { self.null(item) } else { self.value(item, None) };
        match result {
            Err(fault) if !self.keep(item, start, count, fault)? => Ok(Err(fault)),
            _ => Ok(Ok(())),
        }
    }

    /// Reads `null` into what is free-form or has three states.
    fn null(&mut self, into: &mut dyn Value) -> Result<()> {
        let fault = self.reader.mismatch(Expected::NotNull);
        self.reader.literal("null")?;
        into.clear(true);
        if matches!(into.view(), View::Null) || matches!(into.slot(), Slot::Json(_)) {
            return Ok(());
        }
        Err(fault)
    }

    /// Keeps what does not fit a value in the value itself, if that is or holds a record, and
    /// tells whether it does.
    #[cold]
    fn keep(
        &mut self,
        value: &mut dyn Value,
        start: Checkpoint,
        count: usize,
        fault: Fault,
    ) -> Result<bool> {
        let Some((expected, found)) = fault.mismatch() else { return Err(fault) };
        self.reader.rewind(start);
        self.noted.truncate(count);
        value.clear(false);
        match keeper(value) {
            Some(Keeper::Json(json)) => *json = self.reader.free()?,
            Some(Keeper::Extra(extra)) => {
                self.reader.take_memory(size_of::<Contents>())?;
                extra.contents_mut().non_object = Some(self.reader.free()?);
                if self.mode.direction == Direction::Response {
                    extra.set_received();
                }
            }
            None => return Ok(false),
        }
        self.note(fault.at, Difference::of(expected, found));
        Ok(true)
    }

    /// Replaces a mismatched string or enum by its JSON text, and tells whether it did: what is
    /// `null`, and another scalar of a list, has none and is to be left out.
    ///
    /// What is no list and no map stays a mismatch, and so does another scalar of a map: the
    /// property around keeps all of it.
    #[cold]
    fn as_text(
        &mut self,
        item: &mut dyn Value,
        start: Checkpoint,
        fault: Fault,
        is_of_list: bool,
    ) -> Result<bool> {
        let Some((expected, found)) = fault.mismatch() else { return Err(fault) };
        let what = Difference::of(expected, found);
        let is_null = matches!(what, Difference::Null);
        let slot = item.slot();
        let has_text = matches!(slot, Slot::Str(_) | Slot::Enum(_));
        let is_compound = matches!(slot, Slot::List(_) | Slot::Map(_));
        if !is_null && !has_text && (is_compound || !is_of_list) {
            return Err(fault);
        }
        self.reader.skip()?;
        self.reader.take_memory(Noted::SIZE)?;
        self.noted.push(Noted { at: fault.at, what });
        let text = self.reader.since(start).trim_ascii_start();
        match slot {
            _ if is_null => return Ok(false),
            Slot::Str(string) => text.clone_into(string),
            Slot::Enum(value) => value.set(text),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Notes a difference, if anyone wants to know.
    fn note(&mut self, at: usize, what: Difference) {
        if self.mode.reports_all {
            self.noted.push(Noted { at, what });
        }
    }
}

fn failure(text: &[u8], fault: Fault) -> DecodeError {
    DecodeError {
        path: Locator::new(text).path_at(fault.at),
        offset: fault.at,
        message: fault.what.to_string(),
        syntax: fault.mismatch().is_none(),
    }
}

/// Where a value keeps what does not fit it.
enum Keeper<'v> {
    Json(&'v mut Json),
    Extra(&'v mut Extra),
}

/// Returns where an unset value keeps what does not fit it: it is a record, or a union whose
/// variant for what is not declared holds one or any JSON.
fn keeper(value: &mut dyn Value) -> Option<Keeper<'_>> {
    match value.slot() {
        Slot::Record(record) => Extra::of_mut(record).map(Keeper::Extra),
        Slot::Union(union) => {
            let unknown = union.variants().by.len();
            keeper(union.select(unknown))
        }
        Slot::Json(json) => Some(Keeper::Json(json)),
        _ => None,
    }
}
