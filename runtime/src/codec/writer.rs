//! JSON tokens as text.

use std::io::Write as _;

use super::reader::run_end;

mod copy;
mod number;

/// The longest name in bytes that is written at once: nearly all are shorter.
const SHORT: usize = 32;

/// The bytes by which the buffer is extended ahead of the text, as long as that needs no
/// allocation.
const AHEAD: usize = 4096;

/// JSON text under construction.
///
/// The buffer is longer than the text, and a token overwrites what follows the text.
/// Appending to a vector would load and store its length for each piece, and call
/// `memcpy` for each piece of unknown length.
pub(super) struct Writer {
    buffer: Vec<u8>,
    /// The length of the text.
    length: usize,
}

impl Writer {
    /// Starts writing at the end of a text.
    pub(super) fn new(text: Vec<u8>) -> Self {
        Self { length: text.len(), buffer: text }
    }

    /// Returns the length of the text.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Returns the text.
    pub(super) fn into_text(mut self) -> Vec<u8> {
        self.buffer.truncate(self.length);
        self.buffer
    }

    pub(super) fn null(&mut self) {
        self.bytes(b"null");
    }

    pub(super) fn boolean(&mut self, boolean: bool) {
        self.bytes(if boolean { b"true" } else { b"false" });
    }

    /// Writes a property's name verbatim, in quotes, with the comma before it and the
    /// colon after it.
    #[inline]
    pub(super) fn key(&mut self, first: bool, name: &str) {
        let name = name.as_bytes();
        if name.len() > SHORT {
            self.bytes(if first { b"\"" } else { b",\"" });
            self.bytes(name);
            self.bytes(b"\":");
            return;
        }
        self.put(|room: &mut [u8; SHORT + 4]| {
            let open = usize::from(!first);
            room[0] = b',';
            room[open] = b'"';
            let close = open + 1 + name.len();
            copy::short(&mut room[open + 1..close], name);
            room[close] = b'"';
            room[close + 1] = b':';
            close + 2
        });
    }

    /// Writes a string in quotes. Most need no escapes, so it is copied first.
    #[inline]
    pub(super) fn string(&mut self, string: &str) {
        let bytes = string.as_bytes();
        let room = self.room(bytes.len() + 2);
        if let [open, content @ .., close] = room
            && copy::plain(content, bytes)
        {
            (*open, *close) = (b'"', b'"');
            self.length += bytes.len() + 2;
        } else {
            self.escaped(bytes);
        }
    }

    /// Writes punctuation.
    #[inline]
    pub(super) fn byte(&mut self, byte: u8) {
        self.put(|room: &mut [u8; 1]| {
            *room = [byte];
            1
        });
    }

    /// Writes a token verbatim.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.room(bytes.len()).copy_from_slice(bytes);
        self.length += bytes.len();
    }

    /// Writes a string that may need escapes in quotes.
    #[inline(never)]
    fn escaped(&mut self, bytes: &[u8]) {
        self.byte(b'"');
        let mut start = 0;
        loop {
            let end = run_end(bytes, start);
            self.bytes(&bytes[start..end]);
            let Some(&byte) = bytes.get(end) else { break };
            self.escape(byte);
            start = end + 1;
        }
        self.byte(b'"');
    }

    fn escape(&mut self, byte: u8) {
        let letter = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0C => b'f',
            _ => {
                let mut escape = *b"\\u0000";
                // Six bytes have room for four digits.
                let _ = write!(&mut escape[2..], "{byte:04x}");
                self.bytes(&escape);
                return;
            }
        };
        self.bytes(&[b'\\', letter]);
    }

    // Always inlined, as `room` is: the size is known where it is called.
    /// Writes a token of at most `N` bytes: `write` returns its length.
    #[inline(always)]
    fn put<const N: usize>(&mut self, write: impl FnOnce(&mut [u8; N]) -> usize) {
        if let Some(room) = self.room(N).first_chunk_mut() {
            self.length += write(room);
        }
    }

    /// Returns the next bytes of the buffer.
    #[inline(always)]
    fn room(&mut self, size: usize) -> &mut [u8] {
        if self.buffer.len() - self.length < size {
            self.extend(size);
        }
        &mut self.buffer[self.length..][..size]
    }

    /// Extends the buffer by some bytes beyond the text, and by more if no allocation is
    /// needed for them.
    #[cold]
    #[inline(never)]
    fn extend(&mut self, size: usize) {
        self.buffer.truncate(self.length);
        self.buffer.reserve(size);
        let end = self.buffer.capacity().min(self.length + size.max(AHEAD));
        self.buffer.resize(end, 0);
    }
}
