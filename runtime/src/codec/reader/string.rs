//! Strings and their escapes.

use std::borrow::Cow;

use super::{Reader, Result, What, run_end};
use crate::codec::error::Fault;
use crate::codec::mismatch::Noted;

/// The size in bytes of the note of a replaced character, here and in the report.
const NOTE: usize = 3 * size_of::<usize>() + Noted::SIZE;

impl<'a> Reader<'a> {
    /// Reads a string. The result is borrowed from the text, unless it contains escapes.
    #[inline]
    pub(in crate::codec) fn string(&mut self) -> Result<Cow<'a, str>> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let end = run_end(bytes, start);
        self.at = end;
        match bytes.get(end) {
            Some(b'"') => {
                self.at += 1;
                Ok(Cow::Borrowed(&self.text[start..end]))
            }
            _ => self.unescape(start).map(Cow::Owned),
        }
    }

    /// Reads the rest of a string that starts at `start`, from its first escape on.
    #[cold]
    fn unescape(&mut self, start: usize) -> Result<String> {
        let mut string = self.text[start..self.at].to_owned();
        let bytes = self.text.as_bytes();
        let replaced = self.replaced.len();
        loop {
            match bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    // One note per string is enough.
                    self.replaced.truncate(replaced + 1);
                    return Ok(string);
                }
                Some(b'\\') => string.push(self.escape()?),
                _ => return Err(self.fault(What::Control)),
            }
            let start = self.at;
            self.at = run_end(bytes, start);
            string.push_str(&self.text[start..self.at]);
        }
    }

    /// Reads an escape.
    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        let letter = self.text.as_bytes().get(start + 1).copied();
        self.at += 2;
        Ok(match letter {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => self.unicode(start)?,
            Some(_) => return Err(Fault { at: start, what: What::Escape }),
            None => return Err(Fault { at: self.text.len(), what: What::End }),
        })
    }

    /// Reads the digits of a `\u` escape, and a second escape if the two are a surrogate
    /// pair.
    ///
    /// Replaces half of a pair by U+FFFD. A half occurs in a text that was cut inside a
    /// pair.
    fn unicode(&mut self, start: usize) -> Result<char> {
        let first = self.hex(start)?;
        let code = match first {
            0xD800..=0xDBFF => self.second_half(first)?,
            first => Some(first),
        };
        if let Some(character) = code.and_then(char::from_u32) {
            return Ok(character);
        }
        self.take_memory(NOTE)?;
        self.replaced.push(start);
        Ok(char::REPLACEMENT_CHARACTER)
    }

    /// Reads the second escape of a surrogate pair, if there is one, and returns the
    /// code point of both.
    fn second_half(&mut self, first: u32) -> Result<Option<u32>> {
        let start = self.at;
        if !self.text.as_bytes()[start..].starts_with(b"\\u") {
            return Ok(None);
        }
        self.at += 2;
        match self.hex(start)? {
            second @ 0xDC00..=0xDFFF => {
                Ok(Some(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)))
            }
            _ => {
                self.at = start;
                Ok(None)
            }
        }
    }

    fn hex(&mut self, start: usize) -> Result<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let Some(digits) = digits else {
            return Err(Fault { at: self.text.len(), what: What::End });
        };
        let mut code = 0;
        for digit in digits {
            let Some(digit) = char::from(*digit).to_digit(16) else {
                return Err(Fault { at: start, what: What::Escape });
            };
            code = code * 16 + digit;
        }
        self.at += 4;
        Ok(code)
    }
}
