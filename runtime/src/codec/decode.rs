//! JSON text to values.
//!
//! JSON that doesn't fit is kept rather than refused:
//!
//! - An undeclared property, and a declared one whose value doesn't fit, are kept in the
//!   [`Extra`] of their record.
//! - A value in place of a record that is not a property (an item of a list, a value of
//!   a map, the top level) is kept in the `Extra` of that record itself.
//! - Any other value in a list or map of strings becomes its JSON text.
//! - Any other value in another list of scalars is dropped, and so is `null` everywhere.
//!
//! So decoding fails in two cases only: the text is not JSON, or the top level doesn't
//! fit a list, a map or a scalar.

use bytes::Bytes;

use super::discriminators::Discriminators;
use super::error::{DecodeError, Expected, Fault, Found, What};
use super::extra::Contents;
use super::mismatch::{Alterations, Difference, Direction, Noted, report};
use super::path::Locator;
use super::reader::{Checkpoint, Reader, first_places, next_places};
use super::{Entries, Enum, Extra, Json, List, Observer, Slot, Value, View};

mod record;
mod union;

/// A byte order mark, which some servers write before UTF-8 although RFC 8259 section
/// 8.1 forbids it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The size in bytes of a map entry besides its value: the key, its hash, and its slot
/// in the hash table.
const ENTRY: usize = size_of::<String>() + 28;

type Result<T, E = Fault> = std::result::Result<T, E>;

/// Decodes JSON text from the service into a value.
///
/// The value's earlier content is dropped. Text that contains only whitespace leaves the
/// value unset; a byte order mark is skipped. `()` accepts any text, JSON or not: it is
/// the type of a response without a declared body.
///
/// Every record is marked as received ([`Extra::is_received`]), so that a request omits
/// properties that only the service sets. For a value of your own, use a literal or
/// `serde`.
///
/// A record accepts any JSON: anything but an object, `null` included, is kept in its
/// [`Extra`] and encoded from there ([`Extra::non_object`]). A `null` unsets a value
/// that can't keep the `null`.
///
/// # Errors
///
/// Fails if the text is not JSON, or is nested deeper than 128 levels. Fails if the top
/// level is neither the declared type nor `null`, unless the declared type is a record.
/// The value then holds the part decoded so far.
///
/// Fails if the decoded values take more than 1 MiB of memory plus 16 bytes for each
/// byte of text. An empty object in a list may decode to a record of a kilobyte, so
/// without this limit a small text could exhaust the memory. Responses of the service
/// take 8 bytes per byte at most.
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

/// Decodes JSON text into a value, and reports the differences from the declared types
/// for a direction. In a request, properties that only the service sets are not reported
/// as missing; in a response, neither are properties that it never returns.
///
/// The direction also states the author of the text. A response is decoded as by
/// [`decode`]. A request is the caller's own: none of its records is marked as received.
///
/// # Errors
///
/// Those of [`decode`]; no difference is reported then.
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

/// Decodes a response as [`decode`] does, and returns the parts that decoding altered:
/// replaced characters, and items that were converted to text or dropped.
pub(crate) fn decode_response(
    bytes: &Bytes,
    into: &mut dyn Value,
) -> Result<Alterations, DecodeError> {
    let noted = Decoder::run(bytes, into, Mode::of(Direction::Response))?;
    Ok(Alterations::new(bytes, noted))
}

/// Decodes JSON text of the caller's own into a value.
pub(super) fn decode_own(bytes: &[u8], into: &mut dyn Value) -> Result<(), DecodeError> {
    Decoder::run(bytes, into, Mode::of(Direction::Request)).map(|_| ())
}

/// Decodes JSON text that was encoded from a value, without a memory limit.
pub(crate) fn decode_copy(
    bytes: &[u8],
    into: &mut dyn Value,
) -> Result<(), DecodeError> {
    let mode = Mode { is_limited: false, ..Mode::of(Direction::Request) };
    Decoder::run(bytes, into, mode).map(|_| ())
}

/// Decodes free-form JSON.
pub(super) fn free(bytes: &[u8]) -> Result<Json, DecodeError> {
    let mut json = Json::Null;
    // Not limited: it takes at most 46 bytes for each byte of text, and any text is
    // valid.
    match decode_copy(bytes, &mut json) {
        Ok(()) if is_blank(bytes) => {
            Err(failure(bytes, Fault { at: bytes.len(), what: What::End }))
        }
        result => result.map(|()| json),
    }
}

/// Returns true if a text contains no value.
pub(crate) fn is_blank(bytes: &[u8]) -> bool {
    without_mark(bytes).trim_ascii().is_empty()
}

/// Returns true if a body is JSON's `null`.
pub(crate) fn is_null(bytes: &[u8]) -> bool {
    without_mark(bytes).trim_ascii() == b"null"
}

/// Returns a text without its byte order mark.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// The settings of a decoder.
#[derive(Clone, Copy)]
struct Mode {
    direction: Direction,
    /// Whether all differences are noted, or only alterations.
    reports_all: bool,
    /// Whether the memory of the values is limited.
    is_limited: bool,
}

impl Mode {
    const fn of(direction: Direction) -> Self {
        Self { direction, reports_all: false, is_limited: true }
    }
}

/// A simultaneous walk over a text and a value.
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
        // Validating the whole text here avoids validating each string later.
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
            // A `null` leaves a value unset that can't keep it.
            Err(fault) => {
                self.reader.literal("null")?;
                into.clear(true);
                self.note(fault.at, Difference::Null);
            }
            Ok(()) => {}
        }
        self.reader.end()
    }

    /// Reads a value that is not `null`, and starts with the byte `first` at the current
    /// position. `discriminators` are those of the unions around it, if this value is
    /// their object.
    #[inline]
    fn value(
        &mut self,
        into: &mut dyn Value,
        first: u8,
        discriminators: Option<&Discriminators<'_>>,
    ) -> Result<()> {
        match into.slot() {
            Slot::Str(string) if first == b'"' => {
                *string = self.reader.string()?.into_owned();
            }
            Slot::Text(text) if first == b'"' => {
                *text = (&*self.reader.string()?).into()
            }
            Slot::Enum(value) => return self.enumerated(value, first),
            Slot::Bool(boolean) => *boolean = self.reader.boolean()?,
            Slot::Int(number) => *number = self.int(first)?,
            Slot::Float(number) => *number = self.float(first)?,
            slot => return self.compound(slot, first, discriminators),
        }
        Ok(())
    }

    /// Reads a value that is no scalar. This is a separate function, so that the
    /// function for scalars, which reads most values, takes less stack.
    #[inline(never)]
    fn compound(
        &mut self,
        into: Slot<'_>,
        first: u8,
        discriminators: Option<&Discriminators<'_>>,
    ) -> Result<()> {
        match into {
            Slot::Record(record) => self.record(record, discriminators),
            Slot::List(list) => self.list(list, first),
            Slot::Union(union) => self.union(union, first, discriminators),
            Slot::Map(entries) => self.map(entries, first, discriminators),
            Slot::Json(json) => {
                *json = self.reader.free()?;
                Ok(())
            }
            Slot::Nothing => self.reader.skip(),
            // Only a record reads into an [`Extra`], property by property.
            Slot::Extra(_) => Err(self.reader.mismatch(Expected::Object)),
            _ => Err(self.reader.mismatch(Expected::String)),
        }
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
        // The capacity of the list, as `Vec` grows it. Reading it from the list would
        // need a method per type.
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
        discriminators: Option<&Discriminators<'_>>,
    ) -> Result<()> {
        if first != b'{' {
            return Err(self.reader.mismatch(Expected::Object));
        }
        let mut more = self.reader.enter(b'}')?;
        let (mut places, mut size) = (0, 0);
        while more {
            let key = self.reader.key()?;
            if discriminators
                .is_some_and(|discriminators| discriminators.value_of(&key).is_some())
            {
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

    /// Reads a value that is not a property of a record: an item of a list, a value of a
    /// map, or the top level. Returns a mismatch that the item can't keep itself; the
    /// reader's position is then before the item.
    fn item(&mut self, item: &mut dyn Value) -> Result<Result<()>> {
        let first = self.reader.first()?;
        let start = self.reader.checkpoint();
        let count = self.noted.len();
        let is_null = first == b'n';
        let result =
            if is_null { self.null(item) } else { self.value(item, first, None) };
        match result {
            Err(fault) if !self.keep(item, start, count, fault)? => Ok(Err(fault)),
            _ => Ok(Ok(())),
        }
    }

    /// Reads `null` into a value. Returns a mismatch unless the value is free-form or
    /// has three states.
    fn null(&mut self, into: &mut dyn Value) -> Result<()> {
        let fault = self.reader.mismatch(Expected::NotNull);
        self.reader.literal("null")?;
        into.clear(true);
        if matches!(into.view(), View::Null) || matches!(into.slot(), Slot::Json(_)) {
            return Ok(());
        }
        Err(fault)
    }

    /// Keeps JSON that doesn't fit a value in the value itself, if the value is or
    /// contains a record. Returns true if it does.
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

    /// Replaces a mismatched string or enum by its JSON text, and returns true. Returns
    /// false for `null`, and for another scalar of a list: these are to be dropped.
    ///
    /// A mismatched list or map stays a mismatch, and so does another scalar of a map:
    /// the property that contains the mismatch is kept as a whole.
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
        let has_text = matches!(slot, Slot::Str(_) | Slot::Text(_) | Slot::Enum(_));
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
            Slot::Text(slot) => *slot = text.into(),
            Slot::Enum(value) => value.set(text),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Notes a difference, if the caller wants a report.
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

/// The part of a value that keeps JSON that doesn't fit.
enum Keeper<'v> {
    Json(&'v mut Json),
    Extra(&'v mut Extra),
}

/// Returns the part of an unset value that keeps JSON that doesn't fit. Only a record
/// has one, or a union whose variant for undeclared content holds a record or any JSON.
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
