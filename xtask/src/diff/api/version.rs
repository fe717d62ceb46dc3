//! The version that a media type names.

use std::fmt;

const PREFIX: &str = "application/vnd.atlas.";

/// A version, ordered by age: dates, announced dates, preview.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    rank: u8,
    text: String,
}

impl Version {
    /// Returns the version of operations that name none.
    pub(super) fn unversioned() -> Self {
        Self { rank: 0, text: "unversioned".to_owned() }
    }

    /// Reads the version of a media type; None if it names none.
    pub(super) fn of_media_type(media_type: &str) -> Option<Self> {
        let (text, _) = media_type.strip_prefix(PREFIX)?.split_once('+')?;
        let rank = match text {
            "preview" => 3,
            text if text.ends_with(".upcoming") => 2,
            _ => 1,
        };
        Some(Self { rank, text: text.to_owned() })
    }

    /// Returns the format behind the version, or the whole of a media type without a version.
    pub(super) fn format_of(media_type: &str) -> &str {
        let versioned = media_type.strip_prefix(PREFIX);
        versioned.and_then(|rest| rest.split_once('+')).map_or(media_type, |(_, it)| it)
    }

    /// Returns the word for how firm the version is.
    pub(crate) fn stability(&self) -> &'static str {
        match self.rank {
            3 => "preview",
            2 => "upcoming",
            _ => "stable",
        }
    }

    pub(crate) fn is_stable(&self) -> bool {
        self.rank < 2
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
