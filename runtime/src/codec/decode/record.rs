//! Objects with declared properties.

use super::{Decoder, Difference, Expected, Result, What, extra_of, is_free_form};
use crate::codec::tags::Tags;
use crate::codec::{Field, Record, View};

/// How many fields after the expected one are tried before a search: the service leaves out
/// optional properties now and then, and otherwise keeps to an order.
const AHEAD: usize = 8;

/// The indexes of fields that have been read.
#[derive(Default)]
struct Seen {
    low: u64,
    high: Vec<u64>,
    /// Whether any of them was something other than `null`.
    filled: bool,
}

impl Seen {
    /// Adds an index, and tells whether it was there already.
    fn insert(&mut self, index: usize) -> bool {
        let word = if index < 64 {
            &mut self.low
        } else {
            let place = index / 64 - 1;
            if self.high.len() <= place {
                self.high.resize(place + 1, 0);
            }
            &mut self.high[place]
        };
        let bit = 1 << (index % 64);
        let before = *word & bit != 0;
        *word |= bit;
        before
    }

    fn contains(&self, index: usize) -> bool {
        let word =
            if index < 64 { Some(&self.low) } else { self.high.get(index / 64 - 1) };
        word.is_some_and(|word| word & (1 << (index % 64)) != 0)
    }
}

impl Decoder<'_> {
    pub(super) fn record(
        &mut self,
        record: &mut dyn Record,
        tags: Option<&Tags<'_>>,
    ) -> Result<()> {
        if self.reader.peek() != Some(b'{') {
            return Err(self.reader.mismatch(Expected::Object));
        }
        let fields = record.table().fields;
        let start = self.reader.at() + 1;
        let mut seen = Seen::default();
        let mut next = 0;
        let mut more = self.reader.enter(b'}')?;
        while more {
            if let Some(index) = self.expected_field(fields, next)? {
                self.member(record, &fields[index], index, &mut seen)?;
                next = index + 1;
            } else {
                let key = self.reader.key()?;
                match fields.binary_search_by(|field| field.wire.cmp(&key)) {
                    Ok(index) => {
                        self.member(record, &fields[index], index, &mut seen)?;
                        next = index + 1;
                    }
                    Err(_) => self.undeclared(record, &key, tags)?,
                }
            }
            more = self.reader.more(b'}')?;
        }
        if !seen.filled
            && !fields.is_empty()
            && let Some(extra) = extra_of(record)
        {
            extra.contents_mut().bare = true;
        }
        self.note_missing(record, &seen, start);
        Ok(())
    }

    /// Takes the name of the next property if it is among the fields that are due.
    fn expected_field(
        &mut self,
        fields: &[Field],
        next: usize,
    ) -> Result<Option<usize>> {
        if self.reader.peek() != Some(b'"') {
            return Err(self.reader.fault(What::Key));
        }
        for (index, field) in fields.iter().enumerate().skip(next).take(AHEAD) {
            if self.reader.key_is(field.wire)? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// Reads the value of a declared property.
    fn member(
        &mut self,
        record: &mut dyn Record,
        declared: &Field,
        index: usize,
        seen: &mut Seen,
    ) -> Result<()> {
        let first = self.reader.peek();
        let start = self.reader.clone();
        seen.filled |= first != Some(b'n');
        if seen.insert(index) {
            record.field_mut(index).clear(false);
            if let Some(extra) = extra_of(record) {
                extra.forget(declared.wire);
            }
        }
        let count = self.noted_count();
        let result = if first == Some(b'n') {
            self.null(record, declared, index)
        } else {
            self.value(record.field_mut(index), None)
        };
        let Err(fault) = result else { return Ok(()) };
        let Some((expected, found)) = fault.mismatch() else { return Err(fault) };
        self.reader.rewind(&start);
        let raw = self.reader.free()?;
        self.forget_since(count);
        record.field_mut(index).clear(false);
        self.note(fault.at, Difference::of(expected, found));
        if let Some(extra) = extra_of(record) {
            extra.contents_mut().unfit.insert(declared.wire.to_owned(), raw);
        }
        Ok(())
    }

    /// Reads `null` for a declared property.
    fn null(
        &mut self,
        record: &mut dyn Record,
        declared: &Field,
        index: usize,
    ) -> Result<()> {
        let at = self.reader.at();
        let field = record.field_mut(index);
        field.clear(true);
        let lost = match field.view() {
            View::Null => false,
            // For an optional property, null says the same as absence.
            View::Absent => declared.flags & Field::REQUIRED != 0,
            _ => true,
        };
        if lost {
            let fault = self.reader.mismatch(Expected::NotNull);
            return self.reader.literal("null").and(Err(fault));
        }
        if self.noted.is_some() && matches!(field.view(), View::Absent) {
            if !is_free_form(field) {
                self.note(at, Difference::Null);
            }
            record.field_mut(index).clear(true);
        }
        self.reader.literal("null")
    }

    /// Keeps a property that the document does not declare, unless it is a tag that the union
    /// around the record knows.
    fn undeclared(
        &mut self,
        record: &mut dyn Record,
        name: &str,
        tags: Option<&Tags<'_>>,
    ) -> Result<()> {
        if tags.is_some_and(|tags| tags.value_of(name).is_some()) {
            return self.reader.skip();
        }
        self.reader.peek();
        if !tags.is_some_and(|tags| tags.names(name)) {
            self.note(self.reader.at(), Difference::Undeclared);
        }
        let value = self.reader.free()?;
        if let Some(extra) = extra_of(record) {
            extra.contents_mut().received.insert(name.to_owned(), value);
        }
        Ok(())
    }

    /// Notes the required fields that were not there.
    fn note_missing(&mut self, record: &mut dyn Record, seen: &Seen, at: usize) {
        let fields = record.table().fields;
        for (index, field) in fields.iter().enumerate() {
            if field.flags & Field::REQUIRED == 0 || seen.contains(index) {
                continue;
            }
            if field.flags & self.elsewhere == 0 {
                self.note(at, Difference::Missing(field.wire));
            }
            if matches!(record.field(index).view(), View::Absent | View::Null) {
                continue;
            }
            if let Some(extra) = extra_of(record) {
                extra.contents_mut().absent.push(index);
            }
        }
    }
}
