//! Versions and media types: `application/vnd.atlas.<version>+<format>`.
//!
//! Knows the grammar and nothing of operations.

use std::fmt;
use std::str::FromStr;

/// The version of an operation. Ordered by age: stable dates, announced dates, preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Released on a date.
    Stable(Date),
    /// Announced for a date: `<date>.upcoming`.
    Upcoming(Date),
    /// Without a date.
    Preview,
}

/// A calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year, as it is written with four digits.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

/// The format of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// JSON, which is decoded.
    Json,
    /// Comma-separated values.
    Csv,
    /// A compressed file.
    Gzip,
}

/// A versioned media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType {
    /// The version of the operation.
    pub version: Version,
    /// The format of the body.
    pub format: Format,
}

const PREFIX: &str = "application/vnd.atlas.";

impl FromStr for Date {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = |range: std::ops::Range<usize>| -> Result<u16, ()> {
            let part = text.get(range).ok_or(())?;
            if part.bytes().all(|b| b.is_ascii_digit()) {
                part.parse().map_err(drop)
            } else {
                Err(())
            }
        };
        let dashes = text.len() == 10
            && &text.as_bytes()[4..5] == b"-"
            && text.as_bytes()[7] == b'-';
        if !dashes {
            return Err(());
        }
        let (year, month, day) =
            (digits(0..4)?, digits(5..7)? as u8, digits(8..10)? as u8);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return Err(());
        }
        Ok(Self { year, month, day })
    }
}

impl FromStr for Version {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "preview" {
            return Ok(Self::Preview);
        }
        match text.strip_suffix(".upcoming") {
            Some(date) => date.parse().map(Self::Upcoming),
            None => text.parse().map(Self::Stable),
        }
    }
}

impl FromStr for MediaType {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let rest = text.strip_prefix(PREFIX).ok_or(())?;
        let (version, format) = rest.rsplit_once('+').ok_or(())?;
        let format = match format {
            "json" => Format::Json,
            "csv" => Format::Csv,
            "gzip" => Format::Gzip,
            _ => return Err(()),
        };
        Ok(Self { version: version.parse()?, format })
    }
}

impl Format {
    /// Returns the suffix in a media type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Gzip => "gzip",
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stable(date) => date.fmt(f),
            Self::Upcoming(date) => write!(f, "{date}.upcoming"),
            Self::Preview => f.write_str("preview"),
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}+{}", self.version, self.format.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_come_back_as_they_went_in() {
        for text in [
            "application/vnd.atlas.2024-08-05+json",
            "application/vnd.atlas.preview+gzip",
            "application/vnd.atlas.2043-01-01.upcoming+csv",
        ] {
            assert_eq!(text.parse::<MediaType>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "application/json",
            "application/vnd.atlas.2024-08-05+xml",
            "application/vnd.atlas.2024-13-05+json",
            "application/vnd.atlas.2024-8-05+json",
            "application/vnd.atlas.+024-08-05+json",
            "application/vnd.atlas.é24-08-05+json",
            "application/vnd.atlas.+json",
        ] {
            assert!(text.parse::<MediaType>().is_err(), "{text}");
        }
    }

    #[test]
    fn preview_is_younger_than_any_date() {
        let mut versions: Vec<Version> =
            ["preview", "2024-08-05", "2023-01-01.upcoming", "2025-01-01"]
                .iter()
                .map(|v| v.parse().unwrap())
                .collect();
        versions.sort();
        let text: Vec<String> = versions.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["2024-08-05", "2025-01-01", "2023-01-01.upcoming", "preview"]);
    }
}
