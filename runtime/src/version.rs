//! Resource versions of the Atlas Administration API.
//!
//! Source: <https://www.mongodb.com/docs/atlas/api/versioned-api-overview/>.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// The version of an operation: a date, an announced date, or `preview`.
///
/// Versions are ordered by age: stable dates first, then announced ones, then the
/// preview. Their text is that in media types:
///
/// ```
/// use atlas_admin_runtime::Version;
///
/// let version: Version = "2024-08-05".parse()?;
/// assert_eq!(version, Version::stable(2024, 8, 5));
/// assert_eq!(version.to_string(), "2024-08-05");
/// # Ok::<(), atlas_admin_runtime::ParseVersionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Version {
    /// A stable version, named by its release date.
    Stable(Date),
    /// A version that is announced for a date and may still change (`<date>.upcoming`).
    Upcoming(Date),
    /// A version without a date that may change at any time.
    Preview,
}

impl Version {
    /// Returns the stable version with a date.
    ///
    /// # Panics
    ///
    /// Panics if the date doesn't exist.
    pub const fn stable(year: i16, month: i8, day: i8) -> Self {
        Self::Stable(jiff::civil::date(year, month, day))
    }

    /// Returns the announced version with a date.
    ///
    /// # Panics
    ///
    /// Panics if the date doesn't exist.
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

impl FromStr for Version {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, ParseVersionError> {
        let date = |text: &str| {
            let date: Date = text.parse().map_err(|_| ParseVersionError(()))?;
            // Other spellings of a date, and a date with a time, are not versions.
            let is_same = date.to_string() == text;
            is_same.then_some(date).ok_or(ParseVersionError(()))
        };
        match (text, text.strip_suffix(".upcoming")) {
            ("preview", _) => Ok(Self::Preview),
            (_, Some(announced)) => date(announced).map(Self::Upcoming),
            (stable, None) => date(stable).map(Self::Stable),
        }
    }
}

/// The error for a text that is not a [`Version`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseVersionError(());

impl fmt::Display for ParseVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not a version of the API: write a date such as `2024-08-05`, an announced one such as \
             `2024-08-05.upcoming`, or `preview`",
        )
    }
}

impl std::error::Error for ParseVersionError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_back_as_they_went_in() {
        let all = [
            Version::stable(2024, 8, 5),
            Version::upcoming(2043, 1, 1),
            Version::Preview,
        ];
        for version in all {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_is_accepted() {
        for text in [
            "",
            "2024-8-5",
            "20240805",
            "2024-13-05",
            "2024-02-30",
            "+2024-08-05",
            "2024-08-05 ",
            "2024-08-05T00:00",
            "2024-08-05.Upcoming",
            "2024-08-05.upcoming.upcoming",
            ".upcoming",
            "preview.upcoming",
            "Preview",
            "v2024_08_05",
        ] {
            let error = text.parse::<Version>().expect_err(text).to_string();
            assert!(
                error.contains("`2024-08-05`") && error.contains("`preview`"),
                "{error}"
            );
        }
    }
}
