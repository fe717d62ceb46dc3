//! JSON text as a sequence of tokens (RFC 8259), independent of types.

use std::borrow::Cow;

use super::error::{Expected, Fault, Found, What};
use super::{Json, Kind};
use memory::Memory;

mod free;
mod memory;
mod number;
mod scan;
mod string;

pub(super) use memory::{first_places, next_places};
pub(super) use scan::{HIGH, ONES, run_end, same};

/// The nesting limit of lists and objects. Every level takes stack memory.
pub(super) const MAX_DEPTH: u8 = 128;

/// A position in JSON text. The text is valid UTF-8, so the content between two quotes
/// is too.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
    /// The offsets at which halves of surrogate pairs were replaced.
    replaced: Vec<usize>,
    memory: Memory,
}

/// A position to return to.
#[derive(Clone, Copy)]
pub(super) struct Checkpoint {
    at: usize,
    depth: u8,
}

type Result<T, E = Fault> = std::result::Result<T, E>;

impl<'a> Reader<'a> {
    /// Starts reading a text, with the memory limit for its size.
    pub(super) fn new(text: &'a str) -> Self {
        let memory = Memory::of(text);
        Self { text, at: 0, depth: 0, replaced: Vec::new(), memory }
    }

    /// Removes the memory limit, for text that was encoded from values.
    pub(super) fn without_limit(self) -> Self {
        Self { memory: Memory::unlimited(), ..self }
    }

    /// Takes memory for a value at the current position.
    #[inline]
    pub(super) fn take_memory(&mut self, bytes: usize) -> Result<()> {
        if self.memory.take(bytes) { Ok(()) } else { Err(self.fault(What::Memory)) }
    }

    /// Takes the memory for a list or map that grows from one capacity to another.
    #[inline]
    pub(super) fn grow(&mut self, from: usize, to: usize, size: usize) -> Result<usize> {
        if self.memory.grow(from, to, size) {
            Ok(to)
        } else {
            Err(self.fault(What::Memory))
        }
    }

    /// Returns the current offset.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Skips whitespace, and returns the byte after it.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.peek_after_whitespace(),
        }
    }

    /// Skips whitespace. This is a separate function, because most JSON is compact.
    #[inline(never)]
    fn peek_after_whitespace(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// Skips whitespace, and returns the first byte of the value after it.
    #[inline]
    pub(super) fn first(&mut self) -> Result<u8> {
        self.peek().ok_or_else(|| self.fault(What::End))
    }

    /// Describes a failure at the current position, or the unexpected end if the text
    /// ends there.
    #[cold]
    pub(super) fn fault(&self, what: What) -> Fault {
        let what = if self.at >= self.text.len() { What::End } else { what };
        Fault { at: self.at, what }
    }

    /// Describes the value at the current position as a mismatch.
    #[cold]
    pub(super) fn mismatch(&self, expected: Expected) -> Fault {
        let found = match self.text.as_bytes().get(self.at) {
            Some(b'"') => Found::Of(Kind::String),
            Some(b'{') => Found::Of(Kind::Object),
            Some(b'[') => Found::Of(Kind::Array),
            Some(b't' | b'f') => Found::Of(Kind::Boolean),
            Some(b'n') => Found::Null,
            Some(b'-' | b'0'..=b'9') => Found::Of(Kind::Number),
            _ => return self.fault(What::Value),
        };
        Fault { at: self.at, what: What::Mismatch(expected, found) }
    }

    /// Reads a literal whose first byte has been seen.
    pub(super) fn literal(&mut self, literal: &str) -> Result<()> {
        if self.text.as_bytes()[self.at..].starts_with(literal.as_bytes()) {
            self.at += literal.len();
            Ok(())
        } else {
            Err(Fault { at: self.at, what: What::Value })
        }
    }

    /// Reads `true` or `false`, if one starts here.
    pub(super) fn boolean(&mut self) -> Result<bool> {
        match self.text.as_bytes().get(self.at) {
            Some(b't') => self.literal("true").map(|()| true),
            Some(b'f') => self.literal("false").map(|()| false),
            _ => Err(self.mismatch(Expected::Boolean)),
        }
    }

    /// Enters the list or object that starts at the current position. Returns false if
    /// it is empty; it has been left again then.
    pub(super) fn enter(&mut self, close: u8) -> Result<bool> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fault(What::Depth));
        }
        self.at += 1;
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(false);
        }
        self.depth += 1;
        Ok(true)
    }

    /// Advances to the next item or property. Returns false if there is none; the list
    /// or object has been left then.
    #[inline]
    pub(super) fn more(&mut self, close: u8) -> Result<bool> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            _ if close == b']' => Err(self.fault(What::CommaOrBracket)),
            _ => Err(self.fault(What::CommaOrBrace)),
        }
    }

    /// Returns the current position.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { at: self.at, depth: self.depth }
    }

    /// Returns to an earlier position. The memory taken since then stays taken:
    /// rewinding is rare, and noting the memory for each value costs more than it is
    /// worth.
    pub(super) fn rewind(&mut self, to: Checkpoint) {
        self.at = to.at;
        self.depth = to.depth;
        let before = self.replaced.partition_point(|at| *at < to.at);
        self.replaced.truncate(before);
    }

    /// Returns the offsets at which halves of surrogate pairs were replaced.
    pub(super) fn replaced(self) -> Vec<usize> {
        self.replaced
    }

    /// Returns the text between an earlier position and the current one.
    pub(super) fn since(&self, start: Checkpoint) -> &'a str {
        &self.text[start.at..self.at]
    }

    /// Reads a property's name and the colon after it.
    pub(super) fn key(&mut self) -> Result<Cow<'a, str>> {
        if self.peek() != Some(b'"') {
            return Err(self.fault(What::Key));
        }
        let key = self.string()?;
        self.colon()?;
        Ok(key)
    }

    /// Reads a property's name and the colon after it, if the name is the expected one.
    /// The current position is at its quote. Only compares, and doesn't search for the
    /// end of the name.
    #[inline]
    pub(super) fn key_is(&mut self, expected: &str) -> Result<bool> {
        let start = self.at + 1;
        let end = start + expected.len();
        let bytes = self.text.as_bytes();
        let same = bytes.get(end) == Some(&b'"')
            && same(&bytes[start..end], expected.as_bytes());
        if same {
            self.at = end + 1;
            self.colon()?;
        }
        Ok(same)
    }

    #[inline]
    fn colon(&mut self) -> Result<()> {
        if self.peek() != Some(b':') {
            return Err(self.fault(What::Colon));
        }
        self.at += 1;
        Ok(())
    }

    /// Fails if anything but whitespace follows.
    pub(super) fn end(&mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault(What::Trailing)),
        }
    }

    /// Reads a value of any kind and discards it.
    pub(super) fn skip(&mut self) -> Result<()> {
        let memory = self.memory;
        if self.peek() == Some(b'"') {
            self.string().map(drop)?;
        } else {
            self.free().map(drop)?;
        }
        self.memory = memory;
        Ok(())
    }

    /// Reads a value of any kind.
    pub(super) fn free(&mut self) -> Result<Json> {
        free::read(self)
    }

    /// Searches the object that starts here for a property, and returns its value if
    /// that is a string. The position doesn't change, and nothing is validated.
    pub(super) fn find(&self, name: &str) -> Option<Cow<'a, str>> {
        let Self { text, at, depth, memory, .. } = *self;
        scan::find(Self { text, at, depth, replaced: Vec::new(), memory }, name)
    }
}
