//! From an offset in JSON text to the path of what stands there.
//!
//! Neither the decoder nor the encoder keeps track of where in the document it is: nearly
//! always nobody asks. Who does pays with a second look at the text.

use std::borrow::Cow;

use super::reader::Reader;
use super::writer;

/// Walks over JSON text and knows the path of where it stands.
pub(super) struct Locator<'a> {
    bytes: &'a [u8],
    at: usize,
    levels: Vec<Level>,
}

/// A list or an object that is open.
enum Level {
    /// The index of the current item.
    Item(usize),
    /// The place of the current property's name, quotes left out, once it has been read.
    Property(Option<(usize, usize)>),
}

impl<'a> Locator<'a> {
    /// Begins at the top level.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, levels: Vec::new() }
    }

    /// Returns the path of what stands at an offset, which lies no further back than the one
    /// before. Text that is not JSON gives some path, and never a panic.
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

    /// Returns a property's name without its escapes, or as it stands where those are none.
    fn name(&self, start: usize, end: usize) -> Cow<'_, str> {
        let quoted = self
            .bytes
            .get(start - 1..=end)
            .and_then(|text| std::str::from_utf8(text).ok());
        let name = quoted.and_then(|text| Reader::new(text).string().ok());
        name.unwrap_or_else(|| String::from_utf8_lossy(&self.bytes[start..end]))
    }
}

/// Appends a property to a path: `a.b` where the name is plain, `a["b c"]` otherwise, escaped as in
/// JSON.
pub(super) fn push_name(path: &mut String, name: &str) {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$');
    if !name.is_empty() && name.bytes().all(plain) {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    } else {
        let mut quoted = Vec::with_capacity(name.len() + 2);
        writer::string(&mut quoted, name);
        path.push('[');
        path.push_str(&String::from_utf8_lossy(&quoted));
        path.push(']');
    }
}
