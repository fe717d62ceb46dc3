//! Path templates: `/groups/{groupId}/clusters/{clusterName}:pause`. They are filled with
//! values that can't leave their segment, and matched with paths.
//!
//! This module is not part of the public API: the other crates of this repository use
//! the module, and it changes without notice.

use std::cmp::Reverse;

use memchr::memchr;
use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode,
};

/// All characters but the unreserved ones (RFC 3986 section 2.3).
const RESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a value for a path segment or a query string.
pub fn encode(value: &str) -> PercentEncode<'_> {
    utf8_percent_encode(value, RESERVED)
}

/// Decodes percent-encoding. Bytes that are not UTF-8 are replaced.
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template<'t>(pub &'t str);

/// A segment of a path template: a literal, a parameter, or parameters between text, such
/// as `{clusterName}:pause`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'t>(pub &'t str);

/// A piece of a path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text, which paths contain verbatim.
    Text(&'t str),
    /// The name of a parameter.
    Parameter(&'t str),
}

/// The pieces of a template or a segment, in order.
#[derive(Clone, Debug)]
pub struct Pieces<'t>(&'t str);

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        let bytes = self.0.as_bytes();
        let first = bytes.first()?;
        let end = if *first == b'{' { memchr(b'}', bytes) } else { None };
        if let Some(end) = end {
            let name = &self.0[1..end];
            self.0 = &self.0[end + 1..];
            return Some(Piece::Parameter(name));
        }
        // A brace that is never closed is text.
        let brace = memchr(b'{', &bytes[1..]).map_or(bytes.len(), |at| at + 1);
        let (text, rest) = self.0.split_at(brace);
        self.0 = rest;
        Some(Piece::Text(text))
    }
}

impl<'t> Template<'t> {
    /// Returns the text and the parameters of the template.
    pub fn pieces(self) -> Pieces<'t> {
        Pieces(self.0)
    }

    /// Returns the names of the parameters, in order.
    pub fn parameters(self) -> impl Iterator<Item = &'t str> {
        self.pieces().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Parameter(name) => Some(name),
        })
    }

    /// Returns the segments between the slashes.
    pub fn segments(self) -> impl Iterator<Item = Segment<'t>> {
        self.0.split('/').map(Segment)
    }

    /// Returns the template without its last segment, and that segment; `None` if the
    /// template has only one segment.
    pub fn split_last(self) -> Option<(Self, Segment<'t>)> {
        let (before, last) = self.0.rsplit_once('/')?;
        Some((Self(before), Segment(last)))
    }

    /// Returns a sort key that puts the most specific one of the templates that match a
    /// path first: a literal before a parameter, and a parameter with more text around it
    /// before one with less.
    pub fn specificity(self) -> Vec<(bool, Reverse<usize>)> {
        let key = |segment: Segment<'_>| {
            let text = segment.pieces().map(|piece| match piece {
                Piece::Text(text) => text.len(),
                Piece::Parameter(_) => 0,
            });
            (!segment.is_literal(), Reverse(text.sum()))
        };
        self.segments().map(key).collect()
    }

    /// Fills the parameters with encoded values. Also returns a problem, if a value is
    /// unsuitable.
    pub fn fill(self, values: &[&str]) -> (String, Option<String>) {
        let mut path = String::with_capacity(self.0.len() + 24 * values.len());
        let mut problem = None;
        let mut values = values.iter();
        for piece in self.pieces() {
            let name = match piece {
                Piece::Text(text) => {
                    path.push_str(text);
                    continue;
                }
                Piece::Parameter(name) => name,
            };
            match values.next() {
                Some(&"") => _ = problem.get_or_insert(format!("{name} is empty")),
                Some(value) => path.extend(encode(value)),
                None => _ = problem.get_or_insert(format!("{name} is missing")),
            }
        }
        // Encoding doesn't help for these: URL parsers take `%2e%2e` as `..` and go up a
        // level (RFC 3986 section 5.2.4, WHATWG URL section 4.1).
        if path.contains('.')
            && path.split('/').any(|segment| matches!(segment, "." | ".."))
        {
            problem
                .get_or_insert_with(|| "a path parameter can't be . or ..".to_owned());
        }
        (path, problem)
    }

    /// Returns the names and decoded values of the parameters in a path; `None` if the
    /// path doesn't match.
    pub fn capture(self, path: &str) -> Option<Vec<(&'t str, String)>> {
        let mut captured = Vec::new();
        // An encoded value contains no slash, so both have the same segments.
        let mut came = path.split('/');
        for segment in self.segments() {
            captured.extend(segment.capture(came.next()?)?);
        }
        came.next().is_none().then_some(captured)
    }

    /// Returns the value of the first parameter in a path, still encoded; `None` if the
    /// path has none.
    pub fn first_value(self, path: &str) -> Option<&str> {
        // Each call of a client needs this value, so the segments before the first brace are
        // compared at once.
        let brace = self.0.find('{')?;
        let start = self.0[..brace].rfind('/').map_or(0, |slash| slash + 1);
        let (before, rest) = self.0.split_at(start);
        let mut segments =
            Self(rest).segments().zip(path.strip_prefix(before)?.split('/'));
        segments.find_map(|(segment, came)| Some(segment.split(came)?.first()?.1))
    }
}

impl<'t> Segment<'t> {
    /// Returns the text and the parameters of the segment.
    pub fn pieces(self) -> Pieces<'t> {
        Pieces(self.0)
    }

    /// Returns true if the segment has no parameter.
    pub fn is_literal(self) -> bool {
        self.pieces().all(|piece| matches!(piece, Piece::Text(_)))
    }

    /// Returns the name of the parameter that is the whole segment; `None` for other
    /// segments.
    pub fn parameter(self) -> Option<&'t str> {
        let mut pieces = self.pieces();
        match (pieces.next(), pieces.next()) {
            (Some(Piece::Parameter(name)), None) => Some(name),
            _ => None,
        }
    }

    /// Returns the names of the parameters, and their values in a segment of a path,
    /// still encoded; `None` if the segment doesn't match or a value is empty.
    pub fn split<'p>(self, came: &'p str) -> Option<Vec<(&'t str, &'p str)>> {
        let mut values = Vec::new();
        let mut rest = came;
        let mut pieces = self.pieces().peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Text(text) => rest = rest.strip_prefix(text)?,
                Piece::Parameter(name) => {
                    // Up to the following text, or to the end of the segment.
                    let end = match pieces.peek() {
                        Some(Piece::Text(text)) => rest.rfind(text)?,
                        _ => rest.len(),
                    };
                    let (value, after) = rest.split_at(end);
                    values.push((name, value));
                    rest = after;
                }
            }
        }
        let is_whole =
            rest.is_empty() && values.iter().all(|(_, value)| !value.is_empty());
        is_whole.then_some(values)
    }

    fn capture(self, came: &str) -> Option<Vec<(&'t str, String)>> {
        if let Some(values) = self.split(came) {
            return Some(
                values.into_iter().map(|(name, it)| (name, decode(it))).collect(),
            );
        }
        // Other clients may also encode the text around a parameter.
        let decoded = decode(came);
        let values = self.split(&decoded)?;
        Some(values.into_iter().map(|(name, it)| (name, it.to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: &str) -> (String, Option<String>) {
        Template("/groups/{groupId}/x").fill(&[value])
    }

    #[test]
    fn values_stay_in_their_segment() {
        for (value, encoded) in [
            ("prod", "prod"),
            ("a/b", "a%2Fb"),
            ("../..", "..%2F.."),
            ("%2f", "%252f"),
            ("%2e%2e", "%252e%252e"),
            ("a?b#c", "a%3Fb%23c"),
            ("a b+c", "a%20b%2Bc"),
            ("ü€", "%C3%BC%E2%82%AC"),
            ("a\\b\r\n\0", "a%5Cb%0D%0A%00"),
            ("...", "..."),
            ("{groupId}", "%7BgroupId%7D"),
            (";v=1", "%3Bv%3D1"),
        ] {
            assert_eq!(one(value), (format!("/groups/{encoded}/x"), None));
        }
    }

    #[test]
    fn values_that_cannot_stay_are_reported() {
        for value in ["", ".", ".."] {
            assert!(one(value).1.is_some(), "{value:?}");
        }
        assert!(Template("/groups/{groupId}").fill(&[]).1.is_some());
        // A value that is a part of a segment must only keep the whole segment valid.
        assert_eq!(Template("/{name}.gz").fill(&[".."]), ("/...gz".to_owned(), None));
        assert!(Template("/{name}.").fill(&["."]).1.is_some());
    }

    #[test]
    fn values_are_found_again() {
        let template = Template("/groups/{groupId}/logs/{name}.gz:{verb}");
        for value in ["prod", "a/b", "../..", "%2f", "ü€ +", "{groupId}", "a.gz:b"] {
            let (path, _) = template.fill(&[value, value, "go"]);
            let expected = [("groupId", value), ("name", value), ("verb", "go")];
            let expected = expected.map(|(name, value)| (name, value.to_owned()));
            assert_eq!(template.capture(&path).unwrap(), expected, "{path}");
        }
        assert_eq!(Template("/groups").capture("/groups"), Some(Vec::new()));
    }

    #[test]
    fn a_path_matches_segment_by_segment() {
        let template = Template("/groups/{groupId}/clusters/{name}:pause");
        for (path, name) in [
            ("/groups/1/clusters/a:pause", Some("a")),
            ("/groups/1/clusters/a%3Apause", Some("a")),
            ("/groups/1/clusters/a:pause:pause", Some("a:pause")),
            ("/groups/1/clusters/a%2Fb:pause", Some("a/b")),
            ("/groups/1/clusters/a:pauses", None),
            ("/groups/1/clusters/:pause", None),
            ("/groups//clusters/a:pause", None),
            ("/groups/1/clusters/a:pause/", None),
            ("/groups/1/clusters", None),
            ("/orgs/1/clusters/a:pause", None),
        ] {
            let values = template.capture(path);
            let found = values.as_ref().map(|values| &*values[1].1);
            assert_eq!(found, name, "{path}");
        }
    }

    #[test]
    fn the_first_value_is_found_beside_text() {
        for (template, path, value) in [
            ("/groups/{groupId}:migrate", "/groups/1:migrate", Some("1")),
            ("/groups/{groupId}/clusters/{name}", "/groups/1/clusters/a", Some("1")),
            ("/groups", "/groups", None),
        ] {
            assert_eq!(Template(template).first_value(path), value, "{template}");
        }
    }

    #[test]
    fn segments_know_their_pieces() {
        for (segment, parameter, is_literal) in [
            ("groups", None, true),
            ("{groupId}", Some("groupId"), false),
            ("{name}:pause", None, false),
            ("{a}{b}", None, false),
            ("", None, true),
            ("{open", None, true),
            ("a{open", None, true),
            ("close}", None, true),
        ] {
            let segment = Segment(segment);
            assert_eq!(segment.parameter(), parameter, "{segment:?}");
            assert_eq!(segment.is_literal(), is_literal, "{segment:?}");
        }
        let pieces: Vec<_> = Template("/a/{b}:c{d").pieces().collect();
        let (a, b) = (Piece::Text("/a/"), Piece::Parameter("b"));
        assert_eq!(pieces, [a, b, Piece::Text(":c"), Piece::Text("{d")]);
    }

    #[test]
    fn the_most_specific_template_is_first() {
        let mut templates =
            ["/a/{b}", "/{a}/b", "/a/{b}:addUser", "/a/b", "/a/{b}:x"].map(Template);
        templates.sort_by_key(|template| template.specificity());
        let texts = templates.map(|template| template.0);
        assert_eq!(texts, ["/a/b", "/a/{b}:addUser", "/a/{b}:x", "/a/{b}", "/{a}/b"]);
    }
}
