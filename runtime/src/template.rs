//! Path templates, filled with values that can't leave their segment.

use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode,
};

/// All characters but the unreserved ones (RFC 3986 section 2.3).
const RESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a value for a path segment or a query string.
pub(crate) fn encode(value: &str) -> PercentEncode<'_> {
    utf8_percent_encode(value, RESERVED)
}

/// Splits a template at its first parameter: the text before it, its name, and the text
/// after it.
pub(crate) fn split_parameter(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// Fills a template with encoded values. Also returns the problem of the values, if
/// there is one.
pub(crate) fn fill(template: &str, values: &[&str]) -> (String, Option<String>) {
    let mut path = String::with_capacity(template.len() + 24 * values.len());
    let mut problem = None;
    let mut rest = template;
    let mut values = values.iter();
    while let Some((before, name, after)) = split_parameter(rest) {
        path.push_str(before);
        rest = after;
        match values.next() {
            Some(&"") => _ = problem.get_or_insert(format!("{name} is empty")),
            Some(value) => path.extend(encode(value)),
            None => _ = problem.get_or_insert(format!("{name} is missing")),
        }
    }
    path.push_str(rest);
    // Encoding doesn't help for these: URL parsers take `%2e%2e` as `..` and go up a
    // level (RFC 3986 section 5.2.4, WHATWG URL section 4.1).
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        problem.get_or_insert_with(|| "a path parameter can't be . or ..".to_owned());
    }
    (path, problem)
}

/// Returns the names and values with which a template was filled.
pub(crate) fn values(template: &str, path: &str) -> Vec<(String, String)> {
    let mut values = Vec::new();
    // An encoded value contains no slash, so both have the same segments.
    for (pattern, segment) in template.split('/').zip(path.split('/')) {
        let (mut pattern, mut segment) = (pattern, segment);
        while let Some((before, name, after)) = split_parameter(pattern) {
            segment = segment.strip_prefix(before).unwrap_or(segment);
            // Up to the following text, or to the end of the segment.
            let next = after.split('{').next().unwrap_or_default();
            let end = match next {
                "" => segment.len(),
                next => segment.rfind(next).unwrap_or(segment.len()),
            };
            let value = percent_decode_str(&segment[..end]).decode_utf8_lossy();
            values.push((name.to_owned(), value.into_owned()));
            (pattern, segment) = (after, &segment[end..]);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: &str) -> (String, Option<String>) {
        fill("/groups/{groupId}/x", &[value])
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
        assert!(fill("/groups/{groupId}", &[]).1.is_some());
        // A value that is a part of a segment must only keep the whole segment valid.
        assert_eq!(fill("/{name}.gz", &[".."]), ("/...gz".to_owned(), None));
        assert!(fill("/{name}.", &["."]).1.is_some());
    }

    #[test]
    fn values_are_found_again() {
        let template = "/groups/{groupId}/logs/{name}.gz:{verb}";
        for value in ["prod", "a/b", "../..", "%2f", "ü€ +", "{groupId}", "a.gz:b"] {
            let (path, _) = fill(template, &[value, value, "go"]);
            let found = values(template, &path);
            let expected = [("groupId", value), ("name", value), ("verb", "go")];
            let expected = expected.map(|(name, value)| (name.into(), value.into()));
            assert_eq!(found, expected, "{path}");
        }
        assert!(values("/groups", "/groups").is_empty());
    }
}
