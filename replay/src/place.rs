//! Parses paths in bodies, and writes paths in documents.

use std::fmt::Write;

use atlas_admin::codec::Json;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a property.
    Name(String),
    /// Into an item of a list.
    Index(usize),
}

/// Parses a path that the codec has written: `results[0].tags["a b"]`. Returns `None` for a text
/// that is no path.
pub fn parse(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (step, after) = bracketed(inside)?;
            steps.push(step);
            rest = after;
        } else {
            let plain = rest.strip_prefix('.').unwrap_or(rest);
            let end = plain.find(['.', '[']).unwrap_or(plain.len());
            if end == 0 {
                return None;
            }
            steps.push(Step::Name(plain[..end].to_owned()));
            rest = &plain[end..];
        }
    }
    Some(steps)
}

/// Parses the step after an opening bracket. Also returns the text after the closing bracket.
fn bracketed(text: &str) -> Option<(Step, &str)> {
    if !text.starts_with('"') {
        let (index, after) = text.split_once(']')?;
        return Some((Step::Index(index.parse().ok()?), after));
    }
    let mut names = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let name = names.next()?.ok()?;
    let after = text[names.byte_offset()..].strip_prefix(']')?;
    Some((Step::Name(name), after))
}

/// Returns the value at a step into a value.
pub fn at<'j>(json: &'j Json, step: &Step) -> Option<&'j Json> {
    match step {
        Step::Name(name) => json.get(name),
        Step::Index(index) => json.as_array()?.get(*index),
    }
}

/// Returns the value at the end of a path.
pub fn find<'j>(json: &'j Json, steps: &[Step]) -> Option<&'j Json> {
    steps.iter().try_fold(json, at)
}

/// Writes a place in a document as a JSONPath (RFC 9535).
pub fn json_path(steps: &[Step]) -> String {
    let mut path = String::from("$");
    for step in steps {
        // Writing to a string does not fail.
        let _ = match step {
            Step::Index(index) => write!(path, "[{index}]"),
            Step::Name(name) if is_shorthand(name) => write!(path, ".{name}"),
            Step::Name(name) => {
                let escaped = name.replace('\\', "\\\\").replace('\'', "\\'");
                write!(path, "['{escaped}']")
            }
        };
    }
    path
}

fn is_shorthand(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_however_names_are_spelled() {
        let name = |text: &str| Step::Name(text.to_owned());
        let cases = [
            ("", vec![]),
            ("a", vec![name("a")]),
            ("[3]", vec![Step::Index(3)]),
            ("a[0].b-c", vec![name("a"), Step::Index(0), name("b-c")]),
            (r#"["a.b]"].c"#, vec![name("a.b]"), name("c")]),
            (r#"a["\"\u00e4"][1]"#, vec![name("a"), name("\"ä"), Step::Index(1)]),
        ];
        for (path, steps) in cases {
            assert_eq!(parse(path), Some(steps), "{path}");
        }
        for path in ["a..b", "[", "[a]", "[\"a\"", "a."] {
            assert_eq!(parse(path), None, "{path}");
        }
    }

    #[test]
    fn places_are_written_as_json_paths() {
        let steps = ["paths", "/a/{b}'s", "get"].map(|name| Step::Name(name.to_owned()));
        assert_eq!(json_path(&steps), r"$.paths['/a/{b}\'s'].get");
        assert_eq!(json_path(&[Step::Name("a".into()), Step::Index(1)]), "$.a[1]");
    }
}
