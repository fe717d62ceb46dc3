//! The version in a media type.

use std::fmt;

use atlas_admin_generator::version::{MediaType, Version as Named};

/// A version, ordered by age: none, dates, announced dates, preview. `None` is the version of
/// operations without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(Option<Named>);

impl Version {
    /// Returns the version of operations without one.
    pub(super) fn unversioned() -> Self {
        Self(None)
    }

    /// Reads the version of a media type; `None` if it has none.
    pub(super) fn of_media_type(media_type: &str) -> Option<Self> {
        let media_type: MediaType = media_type.parse().ok()?;
        Some(Self(Some(media_type.version)))
    }

    /// Returns the format after the version, or the whole of a media type without a version.
    pub(super) fn format_of(media_type: &str) -> &str {
        let format = media_type.rsplit_once('+').map(|(_, format)| format);
        let format = format.filter(|_| Self::of_media_type(media_type).is_some());
        format.unwrap_or(media_type)
    }

    /// Returns the word for the version's stability.
    pub(crate) fn stability(self) -> &'static str {
        match self.0 {
            Some(Named::Preview) => "preview",
            Some(Named::Upcoming(_)) => "upcoming",
            Some(Named::Stable(_)) | None => "stable",
        }
    }

    pub(crate) fn is_stable(self) -> bool {
        matches!(self.0, Some(Named::Stable(_)) | None)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(version) => version.fmt(f),
            None => f.write_str("unversioned"),
        }
    }
}
