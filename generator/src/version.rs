//! Versions and media types: `application/vnd.atlas.<version>+<format>`. This module knows their
//! syntax, and nothing about operations.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The version of an operation. Ordered by age: stable dates, announced dates, preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Released on a date.
    Stable(Date),
    /// Announced for a date: `<date>.upcoming`.
    Upcoming(Date),
    /// A preview, which has no date.
    Preview,
}

/// A calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year, which is written with four digits.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

/// The format of a body.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// JSON, which is decoded.
    Json,
    /// Comma-separated values.
    Csv,
    /// A compressed file.
    Gzip,
    /// Another format, by its name; its content is bytes.
    Other(Arc<str>),
}

/// A media type, and the version that it requests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType {
    /// The version of the operation.
    pub version: Version,
    /// The format of the body.
    pub format: Format,
    /// The media type as it is sent, where it has no version; `None` where it has one.
    plain: Option<Arc<str>>,
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

    /// Reads a media type with a version, ignoring parameters.
    fn from_str(text: &str) -> Result<Self, ()> {
        let rest = essence(text).strip_prefix(PREFIX).ok_or(())?;
        let (version, format) = rest.rsplit_once('+').ok_or(())?;
        if format.is_empty() {
            return Err(());
        }
        Ok(Self {
            version: version.parse()?,
            format: Format::named(format),
            plain: None,
        })
    }
}

impl MediaType {
    /// Returns the media type of JSON in a version.
    pub fn json(version: Version) -> Self {
        Self { version, format: Format::Json, plain: None }
    }

    /// Returns a media type without a version, as that of the given version.
    pub fn plain(version: Version, text: &str) -> Self {
        let essence = essence(text);
        let (_, subtype) = essence.split_once('/').unwrap_or(("", essence));
        let name = match subtype.rsplit_once('+') {
            Some((_, suffix)) => suffix,
            None => subtype,
        };
        let format = match name.strip_prefix("x-").unwrap_or(name) {
            "" | "*" => Format::named("any"),
            name => Format::named(name),
        };
        Self { version, format, plain: Some(essence.into()) }
    }
}

/// Returns a media type without its parameters.
fn essence(text: &str) -> &str {
    text.split(';').next().unwrap_or_default().trim()
}

impl Format {
    fn named(name: &str) -> Self {
        match name {
            "json" => Self::Json,
            "csv" => Self::Csv,
            "gzip" => Self::Gzip,
            other => Self::Other(other.into()),
        }
    }

    /// Returns the suffix in a media type.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Gzip => "gzip",
            Self::Other(name) => name,
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
        match &self.plain {
            Some(text) => f.write_str(text),
            None => write!(f, "{PREFIX}{}+{}", self.version, self.format.as_str()),
        }
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
            "application/vnd.atlas.2024-08-05+ndjson",
        ] {
            assert_eq!(text.parse::<MediaType>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "application/json",
            "application/vnd.atlas.2024-08-05+",
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
    fn parameters_are_left_out() {
        let text = "application/vnd.atlas.2024-08-05+json; charset=utf-8";
        let json = "application/vnd.atlas.2024-08-05+json";
        assert_eq!(text.parse::<MediaType>().unwrap().to_string(), json);
    }

    #[test]
    fn what_says_no_version_is_sent_as_it_is() {
        for (text, format) in [
            ("application/json", "json"),
            ("application/problem+json; charset=utf-8", "json"),
            ("application/octet-stream", "octet-stream"),
            ("application/x-ndjson", "ndjson"),
            ("text/csv", "csv"),
            ("*/*", "any"),
            ("nonsense", "nonsense"),
        ] {
            let media_type = MediaType::plain(Version::Preview, text);
            assert_eq!(media_type.format.as_str(), format, "{text}");
            assert!(text.starts_with(&media_type.to_string()), "{text}");
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
