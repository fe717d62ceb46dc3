//! Resource versions of the Atlas Administration API, as a type.
//!
//! Source: <https://www.mongodb.com/docs/atlas/api/versioned-api-overview/>.

use std::fmt;

/// The version of an operation: a date, an announced date, or `preview`.
///
/// Versions are ordered by age: stable dates first, then announced ones, then the preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Version {
    /// A stable version, named by the date it was released on.
    Stable(Date),
    /// A version that is announced for a date and may still change (`<date>.upcoming`).
    Upcoming(Date),
    /// A version without a date that may change at any time.
    Preview,
}

/// A calendar date as versions carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Date {
    /// Returns the date; it is not checked against the calendar.
    pub const fn new(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }
}

impl Version {
    /// Returns the stable version of a date.
    pub const fn stable(year: u16, month: u8, day: u8) -> Self {
        Self::Stable(Date::new(year, month, day))
    }

    /// Returns the announced version of a date.
    pub const fn upcoming(year: u16, month: u8, day: u8) -> Self {
        Self::Upcoming(Date::new(year, month, day))
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

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
