//! Conversion of an offset in JSON text to a JSON path.
//!
//! Neither the decoder nor the encoder tracks the path, because it is rarely needed.
//! When it is, the text is scanned again.

use std::borrow::Cow;

use super::reader::Reader;
use super::writer::Writer;

/// A scanner of JSON text that knows the path of its position.
pub(super) struct Locator<'a> {
    bytes: &'a [u8],
    at: usize,
    levels: Vec<Level>,
}

/// An open list or object.
enum Level {
    /// The index of the current item.
    Item(usize),
    /// The start and end of the current property's name without quotes, once it has been
    /// read.
    Property(Option<(usize, usize)>),
}

impl<'a> Locator<'a> {
    /// Starts at the top level.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, levels: Vec::new() }
    }

    /// Returns the path at an offset, which must not precede the offset of the previous
    /// call. For text that is not JSON, returns some path and doesn't panic.
    pub(super) fn path_at(&mut self, offset: usize) -> String {
        while self.at < offset.min(self.bytes.len()) {
            self.step();
        }
        self.path()
    }

    fn step(&mut self) {
        let byte = self.bytes[self.at];
        self.at += 1;
        match byte {
            b'{' => self.levels.push(Level::Property(None)),
            b'[' => self.levels.push(Level::Item(0)),
            b'}' | b']' => {
                self.levels.pop();
            }
            b',' => match self.levels.last_mut() {
                Some(Level::Item(index)) => *index += 1,
                Some(Level::Property(name)) => *name = None,
                None => {}
            },
            b'"' => {
                let start = self.at;
                self.skip_string();
                if let Some(Level::Property(name @ None)) = self.levels.last_mut() {
                    *name = Some((start, self.at.saturating_sub(1).max(start)));
                }
            }
            _ => {}
        }
    }

    fn skip_string(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(self.bytes.len());
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for level in &self.levels {
            match level {
                Level::Item(index) => path.push_str(&format!("[{index}]")),
                Level::Property(Some((start, end))) => {
                    push_name(&mut path, &self.name(*start, *end));
                }
                Level::Property(None) => {}
            }
        }
        path
    }

    /// Returns a property's name with its escapes resolved, or verbatim if they are
    /// invalid.
    fn name(&self, start: usize, end: usize) -> Cow<'_, str> {
        let quoted = self
            .bytes
            .get(start - 1..=end)
            .and_then(|text| std::str::from_utf8(text).ok());
        let name = quoted.and_then(|text| Reader::new(text).string().ok());
        name.unwrap_or_else(|| String::from_utf8_lossy(&self.bytes[start..end]))
    }
}

/// Appends a property to a path: as `a.b` if the name is plain, else as `a["b c"]`,
/// escaped as in JSON.
pub(super) fn push_name(path: &mut String, name: &str) {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$');
    if !name.is_empty() && name.bytes().all(plain) {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    } else {
        let mut quoted = Writer::new(Vec::with_capacity(name.len() + 2));
        quoted.string(name);
        path.push('[');
        path.push_str(&String::from_utf8_lossy(&quoted.into_text()));
        path.push(']');
    }
}
