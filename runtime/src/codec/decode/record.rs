//! Decoding of records: objects with declared properties.

use std::borrow::Cow;

use super::{Decoder, Difference, ENTRY, Expected, Result, What};
use crate::codec::discriminators::Discriminators;
use crate::codec::extra::{Contents, EXTRA, Property};
use crate::codec::members::is_masked;
use crate::codec::reader::next_places;
use crate::codec::{Direction, Extra, Field, Json, Record, Slot, Table, View};

/// The number of fields tried after the expected one before a search. The service
/// sometimes omits optional properties, and otherwise keeps an order.
const AHEAD: usize = 8;

/// The indexes of the fields read so far.
#[derive(Default)]
struct Seen {
    low: u64,
    high: Vec<u64>,
}

impl Seen {
    /// Adds an index. Returns true if it was present.
    #[inline]
    fn insert(&mut self, index: usize) -> bool {
        let word = if index < 64 { &mut self.low } else { self.high(index / 64 - 1) };
        let bit = 1 << (index % 64);
        let before = *word & bit != 0;
        *word |= bit;
        before
    }

    #[cold]
    fn high(&mut self, place: usize) -> &mut u64 {
        if self.high.len() <= place {
            self.high.resize(place + 1, 0);
        }
        &mut self.high[place]
    }

    fn contains(&self, index: usize) -> bool {
        let word =
            if index < 64 { Some(&self.low) } else { self.high.get(index / 64 - 1) };
        word.is_some_and(|word| word & (1 << (index % 64)) != 0)
    }
}

impl<'a> Decoder<'a> {
    #[inline(never)]
    pub(super) fn record(
        &mut self,
        record: &mut dyn Record,
        discriminators: Option<&Discriminators<'_>>,
    ) -> Result<()> {
        if self.reader.peek() != Some(b'{') {
            return Err(self.reader.mismatch(Expected::Object));
        }
        if self.mode.direction == Direction::Response
            && let Some(extra) = Extra::of_mut(record)
        {
            extra.set_received();
        }
        let table = record.table();
        let fields = table.fields;
        if size_of_val(record) < size_of::<Extra>() {
            self.take_boxed(record)?;
        }
        let start = self.reader.at() + 1;
        let mut seen = Seen::default();
        let mut next = 0;
        let mut more = self.reader.enter(b'}')?;
        while more {
            match self.property(table, next)? {
                Ok(index) => {
                    self.member(record, &fields[index], index, &mut seen)?;
                    next = index + 1;
                }
                Err(name) => self.undeclared(record, &name, discriminators)?,
            }
            more = self.reader.more(b'}')?;
        }
        self.note_missing(fields, &seen, start);
        Ok(())
    }

    /// Reads the name of a property. Returns the index of its field, or the name if it is
    /// undeclared. `next` is the index of the field that is expected.
    #[inline]
    fn property(
        &mut self,
        table: &Table,
        next: usize,
    ) -> Result<Result<usize, Cow<'a, str>>> {
        if self.reader.peek() != Some(b'"') {
            return Err(self.reader.fault(What::Key));
        }
        for index in next..table.fields.len().min(next + AHEAD) {
            if self.reader.key_is(table.fields[index].json_name)? {
                return Ok(Ok(index));
            }
        }
        let name = self.reader.key()?;
        Ok(table.index_of(&name).ok_or(name))
    }

    /// Reads the value of a declared property.
    #[inline]
    fn member(
        &mut self,
        record: &mut dyn Record,
        declared: &Field,
        index: usize,
        seen: &mut Seen,
    ) -> Result<()> {
        let first = self.reader.first()?;
        let start = self.reader.checkpoint();
        if seen.insert(index) {
            forget(record, declared, index);
        }
        if first == b'n' {
            return self.null_member(record, index);
        }
        let count = self.noted.len();
        let Err(fault) = self.value(record.field_mut(index), first, None) else {
            self.note_masked(record, declared, index);
            return Ok(());
        };
        let Some((expected, found)) = fault.mismatch() else { return Err(fault) };
        self.reader.rewind(start);
        record.field_mut(index).clear(false);
        let raw = self.reader.free()?;
        self.noted.truncate(count);
        self.note(fault.at, Difference::of(expected, found));
        self.keep_property(record, declared.json_name, raw)
    }

    /// Accounts for the memory of a boxed record. An unboxed record is part of its
    /// container's memory.
    #[cold]
    fn take_boxed(&mut self, record: &dyn Record) -> Result<()> {
        let fields = (0..record.table().fields.len()).chain([EXTRA]);
        let sizes = fields.map(|index| size_of_val(record.field(index)));
        self.reader.take_memory(sizes.sum())
    }

    /// Keeps a property that can't be stored in a field.
    fn keep_property(
        &mut self,
        record: &mut dyn Record,
        name: &str,
        value: Json,
    ) -> Result<()> {
        let Some(extra) = Extra::of_mut(record) else { return Ok(()) };
        if extra.contents().is_none() {
            self.reader.take_memory(size_of::<Contents>() + 32)?;
        }
        let properties = &mut extra.contents_mut().properties;
        let length = properties.len();
        if length == properties.capacity() {
            let size = size_of::<Property>() + ENTRY;
            let places = if length == 0 { 1 } else { next_places(length) };
            self.reader.grow(length, places, size)?;
            properties.reserve_exact(places - length);
        }
        extra.keep(name, value);
        Ok(())
    }

    /// Notes that a property that the service should never return was received masked.
    /// Any other value of such a property is the caller's own.
    fn note_masked(&self, record: &mut dyn Record, declared: &Field, index: usize) {
        if declared.flags & Field::WRITE_ONLY != 0
            && self.mode.direction == Direction::Response
            && is_masked(&record.field(index).view())
            && let Some(extra) = Extra::of_mut(record)
        {
            extra.set_has_masked();
        }
    }

    /// Reads `null` for a declared property, which unsets it unless it has three states.
    fn null_member(&mut self, record: &mut dyn Record, index: usize) -> Result<()> {
        let at = self.reader.at();
        let field = record.field_mut(index);
        field.clear(true);
        if self.mode.reports_all && !matches!(field.view(), View::Null) {
            // A free-form property may be `null`. Calling `slot` leaves the field set.
            if !matches!(field.slot(), Slot::Json(_)) {
                self.note(at, Difference::Null);
            }
            record.field_mut(index).clear(true);
        }
        self.reader.literal("null")
    }

    /// Keeps an undeclared property, unless it is a discriminator whose value is known
    /// from the union around the record.
    fn undeclared(
        &mut self,
        record: &mut dyn Record,
        name: &str,
        discriminators: Option<&Discriminators<'_>>,
    ) -> Result<()> {
        if discriminators
            .is_some_and(|discriminators| discriminators.value_of(name).is_some())
        {
            return self.reader.skip();
        }
        self.reader.peek();
        if !discriminators.is_some_and(|discriminators| discriminators.names(name)) {
            self.note(self.reader.at(), Difference::Undeclared);
        }
        let value = self.reader.free()?;
        self.keep_property(record, name, value)
    }

    /// Notes the required fields that were missing, if the caller wants a report.
    fn note_missing(&mut self, fields: &'static [Field], seen: &Seen, at: usize) {
        if !self.mode.reports_all {
            return;
        }
        let elsewhere = match self.mode.direction {
            Direction::Request => Field::READ_ONLY,
            Direction::Response => Field::WRITE_ONLY,
        };
        for (index, field) in fields.iter().enumerate() {
            let is_required =
                field.flags & (Field::REQUIRED | elsewhere) == Field::REQUIRED;
            if is_required && !seen.contains(index) {
                self.note(at, Difference::Missing(field.json_name));
            }
        }
    }
}

/// Unsets a property that occurs again: the last occurrence wins.
#[cold]
fn forget(record: &mut dyn Record, declared: &Field, index: usize) {
    record.field_mut(index).clear(false);
    if let Some(extra) = Extra::of_mut(record) {
        extra.remove(declared.json_name);
    }
}
