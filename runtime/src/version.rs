//! Resource versions of the Atlas Administration API, as a type.
//!
//! Source: <https://www.mongodb.com/docs/atlas/api/versioned-api-overview/>.

use std::fmt;

use jiff::civil::Date;

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

impl Version {
    /// Returns the stable version of a date.
    ///
    /// # Panics
    ///
    /// If the calendar has no such date.
    pub const fn stable(year: i16, month: i8, day: i8) -> Self {
        Self::Stable(jiff::civil::date(year, month, day))
    }

    /// Returns the announced version of a date.
    ///
    /// # Panics
    ///
    /// If the calendar has no such date.
    pub const fn upcoming(year: i16, month: i8, day: i8) -> Self {
        Self::Upcoming(jiff::civil::date(year, month, day))
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
