//! Media types of the Atlas Administration API.
//!
//! Source: <https://www.mongodb.com/docs/atlas/api/versioned-api-overview/>.

use std::fmt;

use crate::version::Version;

const PREFIX: &str = "application/vnd.atlas.";

/// A media type of the API: `application/vnd.atlas.<version>+<format>`.
///
/// ```
/// use atlas_admin_runtime::{MediaType, Version};
///
/// let media_type = MediaType::parse("application/vnd.atlas.2024-08-05+csv").unwrap();
/// assert_eq!(media_type.version(), Version::stable(2024, 8, 5));
/// assert_eq!(media_type.format(), "csv");
/// assert!(MediaType::parse("application/json").is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType<'a> {
    version: Version,
    format: &'a str,
}

impl<'a> MediaType<'a> {
    /// Returns the media type of JSON in a version.
    pub const fn json(version: Version) -> Self {
        Self { version, format: "json" }
    }

    /// Parses a media type. Ignores its parameters and its case (RFC 9110 section
    /// 8.3.1).
    ///
    /// Returns `None` if the text is not a media type of the API: the prefix, the
    /// version or the format is missing, or the format is no name (RFC 6838 section
    /// 4.2).
    pub fn parse(text: &'a str) -> Option<Self> {
        let essence = essence(text);
        let (prefix, rest) = essence.split_at_checked(PREFIX.len())?;
        let (version, format) = rest.rsplit_once('+')?;
        let is_name =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.".contains(&byte);
        let is_format = !format.is_empty() && format.bytes().all(is_name);
        if !prefix.eq_ignore_ascii_case(PREFIX) || !is_format {
            return None;
        }
        Some(Self { version: version.to_ascii_lowercase().parse().ok()?, format })
    }

    /// Returns the version.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns the format of the body: `json`, `csv`, `gzip`.
    pub const fn format(&self) -> &'a str {
        self.format
    }

    /// Returns true if the body is JSON.
    pub const fn is_json(&self) -> bool {
        self.format.eq_ignore_ascii_case("json")
    }
}

/// Returns the media type of JSON in the version.
impl From<Version> for MediaType<'_> {
    fn from(version: Version) -> Self {
        Self::json(version)
    }
}

impl fmt::Display for MediaType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}+{}", self.version, self.format)
    }
}

/// Returns a media type without its parameters.
pub(crate) fn essence(text: &str) -> &str {
    text.split(';').next().unwrap_or_default().trim()
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
            let media_type = MediaType::parse(text).expect(text);
            assert_eq!(media_type.to_string(), text);
            assert_eq!(media_type.is_json(), text.ends_with("json"), "{text}");
        }
    }

    #[test]
    fn parameters_and_case_do_not_matter() {
        let text = "Application/VND.atlas.2024-08-05.Upcoming+JSON ; charset=utf-8";
        let media_type = MediaType::parse(text).expect(text);
        assert_eq!(media_type.version(), Version::upcoming(2024, 8, 5));
        assert!(media_type.is_json());
    }

    #[test]
    fn other_media_types_are_none() {
        for text in [
            "",
            "application/json",
            "application/vnd.atlas.",
            "application/vnd.atlas.2024-08-05",
            "application/vnd.atlas.2024-08-05+",
            "application/vnd.atlas.2024-13-05+json",
            "application/vnd.atlas.+json",
            "application/vnd.atlas.2024-08-05+js\non",
            "application/vnd.atlas.2024-08-05+jsön",
            "application/vnd.aé.2024-08-05+json",
            "text/html; a=application/vnd.atlas.2024-08-05+json",
        ] {
            assert_eq!(MediaType::parse(text), None, "{text}");
        }
    }
}
