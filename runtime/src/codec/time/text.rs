//! The text of a point in time.

use std::hash::{Hash, Hasher};

/// The longest text in bytes that needs no allocation. `2024-05-01T10:00:00Z` has 20.
const SHORT: usize = 22;

/// A text as large as a `String`, which holds a short one itself.
///
/// A page may have several points in time for each item, and allocating each takes longer
/// than reading it.
#[derive(Clone)]
pub enum Text {
    /// The bytes of a text, up to its length.
    Short(u8, [u8; SHORT]),
    /// A longer text.
    Long(Box<str>),
}

impl Text {
    /// Returns the text.
    pub(super) fn as_str(&self) -> &str {
        match self {
            // The bytes are those of a `str`.
            Self::Short(length, bytes) => {
                std::str::from_utf8(&bytes[..usize::from(*length)]).unwrap_or_default()
            }
            Self::Long(text) => text,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (u8::try_from(text.len()), bytes.get_mut(..text.len())) {
            (Ok(length), Some(start)) => {
                start.copy_from_slice(text.as_bytes());
                Self::Short(length, bytes)
            }
            _ => Self::Long(text.into()),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::Short(0, [0; SHORT])
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_any_length_is_kept() {
        let longest = "é2024-05-01T10:00:00.123456789+01:00";
        for (end, _) in longest.char_indices() {
            let text = Text::from(&longest[..end]);
            assert_eq!(text.as_str(), &longest[..end]);
            assert!(text == text.clone());
        }
    }

    #[test]
    fn a_text_is_as_large_as_a_string() {
        assert_eq!(size_of::<Option<Text>>(), size_of::<String>());
    }
}
