//! JSON text as a sequence of tokens (RFC 8259). It knows nothing of types.

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
pub(super) use scan::{is_plain, run_end, same};

/// How deep lists and objects may be nested. Every level takes stack.
pub(super) const MAX_DEPTH: u8 = 128;

/// A place in JSON text. The text is known to be UTF-8, so what lies between two quotes is too.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
    /// Where halves of surrogate pairs were replaced.
    replaced: Vec<usize>,
    memory: Memory,
}

/// A place to go back to.
#[derive(Clone, Copy)]
pub(super) struct Checkpoint {
    at: usize,
    depth: u8,
}

type Result<T, E = Fault> = std::result::Result<T, E>;

impl<'a> Reader<'a> {
    /// Begins to read a text, with the memory that a text of its size may take.
    pub(super) fn new(text: &'a str) -> Self {
        let memory = Memory::of(text);
        Self { text, at: 0, depth: 0, replaced: Vec::new(), memory }
    }

    /// Takes the limit of memory away, for text that was made of values.
    pub(super) fn without_limit(self) -> Self {
        Self { memory: Memory::unlimited(), ..self }
    }

    /// Takes memory for a value at the current place.
    #[inline]
    pub(super) fn take_memory(&mut self, bytes: usize) -> Result<()> {
        if self.memory.take(bytes) { Ok(()) } else { Err(self.fault(What::Memory)) }
    }

    /// Takes the memory with which a list or map grows from a number of places to another.
    #[inline]
    pub(super) fn grow(&mut self, from: usize, to: usize, size: usize) -> Result<usize> {
        if self.memory.grow(from, to, size) {
            Ok(to)
        } else {
            Err(self.fault(What::Memory))
        }
    }

    /// Returns the offset that is read next.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Skips whitespace, and returns the byte after it.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// Describes a failure at the current place, or at the end where that is reached.
    #[cold]
    pub(super) fn fault(&self, what: What) -> Fault {
        let what = if self.at >= self.text.len() { What::End } else { what };
        Fault { at: self.at, what }
    }

    /// Describes the value at the current place as one that does not fit.
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

    /// Takes a literal whose first byte has been seen.
    pub(super) fn literal(&mut self, literal: &str) -> Result<()> {
        if self.text.as_bytes()[self.at..].starts_with(literal.as_bytes()) {
            self.at += literal.len();
            Ok(())
        } else {
            Err(Fault { at: self.at, what: What::Value })
        }
    }

    /// Takes `true` or `false`, where one begins here.
    pub(super) fn boolean(&mut self) -> Result<bool> {
        match self.text.as_bytes().get(self.at) {
            Some(b't') => self.literal("true").map(|()| true),
            Some(b'f') => self.literal("false").map(|()| false),
            _ => Err(self.mismatch(Expected::Boolean)),
        }
    }

    /// Enters the list or object whose opening byte stands here, and tells whether there is
    /// anything in it. If not, it has been left again.
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

    /// Goes on to the next item or property, and tells whether there is one. If not, the list
    /// or object has been left.
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

    /// Returns the current place.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { at: self.at, depth: self.depth }
    }

    /// Goes back to a place from before. The memory of what was read since stays taken: that is
    /// rare, and costs more to note for each value than it is worth.
    pub(super) fn rewind(&mut self, to: Checkpoint) {
        self.at = to.at;
        self.depth = to.depth;
        let before = self.replaced.partition_point(|at| *at < to.at);
        self.replaced.truncate(before);
    }

    /// Returns where halves of surrogate pairs were replaced.
    pub(super) fn replaced(self) -> Vec<usize> {
        self.replaced
    }

    /// Returns the text from a place on to the current one.
    pub(super) fn since(&self, start: Checkpoint) -> &'a str {
        &self.text[start.at..self.at]
    }

    /// Takes a property's name and the colon after it.
    pub(super) fn key(&mut self) -> Result<Cow<'a, str>> {
        if self.peek() != Some(b'"') {
            return Err(self.fault(What::Key));
        }
        let key = self.string()?;
        self.colon()?;
        Ok(key)
    }

    /// Takes a property's name and the colon after it, if it is the one that is expected. The
    /// comparison is all there is to it: no search for the end of the name.
    #[inline]
    pub(super) fn key_is(&mut self, expected: &str) -> Result<bool> {
        let rest = &self.text.as_bytes()[self.at..];
        let end = expected.len() + 1;
        let same = rest.len() > end
            && rest[end] == b'"'
            && rest[0] == b'"'
            && same(&rest[1..end], expected.as_bytes());
        if same {
            self.at += end + 1;
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

    /// Refuses anything but whitespace from here on.
    pub(super) fn end(&mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault(What::Trailing)),
        }
    }

    /// Takes a value of any kind and forgets it.
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

    /// Takes a value of any kind.
    pub(super) fn free(&mut self) -> Result<Json> {
        free::read(self)
    }

    /// Looks for a property of the object that begins here, and returns its value where that
    /// is a string. Nothing is taken, nothing is validated.
    pub(super) fn find(&self, name: &str) -> Option<Cow<'a, str>> {
        let Self { text, at, depth, memory, .. } = *self;
        scan::find(Self { text, at, depth, replaced: Vec::new(), memory }, name)
    }
}
