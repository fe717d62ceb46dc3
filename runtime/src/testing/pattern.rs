//! Patterns of the requests that an expectation is for.

use std::fmt;
use std::panic::Location;

use super::{ANY, RecordedRequest};
use crate::codec::Json;
use crate::operation::{self, Operation};
use crate::request::Request;
use crate::template::{Template, decode};

/// A test of a request, which returns the reason why a request doesn't match.
pub(super) type Test = Box<dyn Fn(&RecordedRequest) -> Result<(), String> + Send + Sync>;

/// The conditions that a request must satisfy.
pub struct Pattern {
    pub(super) operation: Option<&'static Operation>,
    /// The method; `None` matches any method.
    method: Option<&'static str>,
    /// The segments of the path, decoded; [`ANY`] matches any text.
    segments: Vec<String>,
    query: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
    /// The body of the request from which the pattern was created.
    body: Vec<u8>,
    tests: Vec<Test>,
    at: &'static Location<'static>,
}

impl Pattern {
    /// Creates the pattern of a request: its operation and version, its path, and the
    /// parameters that it sets.
    pub fn of<T>(request: &Request<T>, at: &'static Location<'static>) -> Self {
        let operation = request.operation();
        let target = request.path_and_query();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let sent = request.headers();
        let headers = operation.parameters.iter().filter_map(|parameter| {
            let value = sent.get(parameter.name)?.to_str().ok()?;
            let is_header = parameter.location == operation::Location::Header;
            is_header.then(|| (parameter.name, value.to_owned()))
        });
        Self {
            operation: Some(operation),
            method: Some(operation.method.as_str()),
            segments: segments(path),
            query: query.split('&').filter_map(pair).collect(),
            headers: headers.collect(),
            // A body that can't be sent matches any.
            body: request.body_bytes().ok().flatten().unwrap_or_default().to_vec(),
            tests: Vec::new(),
            at,
        }
    }

    /// Creates the pattern of a path, in any version.
    pub fn path(
        method: Option<&'static str>,
        path: &str,
        at: &'static Location<'static>,
    ) -> Self {
        Self {
            operation: None,
            method,
            segments: segments(path),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
            tests: Vec::new(),
            at,
        }
    }

    pub(super) fn test(&mut self, test: Test) {
        self.tests.push(test);
    }

    /// Requires the same query parameters and the same body.
    pub(super) fn make_exact(&mut self) {
        let (mut query, body) = (self.query.clone(), std::mem::take(&mut self.body));
        query.sort();
        self.test(Box::new(move |request| {
            let mut came = request.query_pairs();
            came.sort();
            if came != query {
                return Err(format!("its query is {came:?}, not {query:?}"));
            }
            let json = |bytes: &[u8]| Json::from_slice(bytes).ok();
            let came = request.body_bytes();
            if came == body || json(came).is_some() && json(came) == json(&body) {
                return Ok(());
            }
            let [came, wanted] = [came, &body].map(String::from_utf8_lossy);
            Err(format!("its body is {came}, not {wanted}"))
        }));
    }

    /// Returns why a request doesn't match.
    pub(super) fn compare(&self, request: &RecordedRequest) -> Result<(), String> {
        if let (Some(wanted), Some(came)) = (self.operation, request.operation()) {
            if wanted.id != came.id {
                return Err("another operation".to_owned());
            }
            if wanted.version != came.version || wanted.accept != came.accept {
                return Err(format!("another version than {}", came.version));
            }
        }
        if self.method.is_some_and(|method| method != request.method()) {
            return Err("another method".to_owned());
        }
        self.compare_path(request.path())?;
        let pairs = request.query_pairs();
        for (name, wanted) in &self.query {
            let mut values = pairs.iter().filter(|(other, _)| other == name).peekable();
            if values.peek().is_none() {
                return Err(format!("{name} is not set"));
            }
            if let Some((_, came)) = values.next()
                && came != wanted
                && values.all(|(_, came)| came != wanted)
            {
                return Err(format!("{name} is {came:?}, not {wanted:?}"));
            }
        }
        for (name, wanted) in &self.headers {
            let came = request.header(name);
            if came != Some(wanted) {
                let came = came.unwrap_or_default();
                return Err(format!("the header {name} is {came:?}, not {wanted:?}"));
            }
        }
        self.tests.iter().try_for_each(|test| test(request))
    }

    fn compare_path(&self, path: &str) -> Result<(), String> {
        if self.segments == [ANY] {
            return Ok(());
        }
        let came = segments(path);
        if came.len() != self.segments.len() {
            return Err("another path".to_owned());
        }
        for (index, (wanted, came)) in self.segments.iter().zip(&came).enumerate() {
            if !covers(wanted, came) {
                let template = self.operation.map(|operation| Template(operation.path));
                let segment = template.and_then(|it| it.segments().nth(index));
                return Err(match segment.and_then(|segment| segment.parameter()) {
                    Some(name) => format!("{name} is {came:?}, not {wanted:?}"),
                    None => "another path".to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// Prints one line: the pattern, and its location in the test.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(f, "{} {}: ", operation.name, operation.version)?;
        }
        let path = self.segments.join("/");
        write!(f, "{} {path}", self.method.unwrap_or(ANY))?;
        for (index, (name, value)) in self.query.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{name}={value}")?;
        }
        write!(f, " ({}:{})", self.at.file(), self.at.line())
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').map(decode).collect()
}

fn pair(text: &str) -> Option<(String, String)> {
    text.split_once('=').map(|(name, value)| (decode(name), decode(value)))
}

/// Returns true if a text matches a pattern, in which [`ANY`] matches any part.
fn covers(pattern: &str, text: &str) -> bool {
    let Some((before, rest)) = pattern.split_once(ANY) else { return pattern == text };
    let Some(text) = text.strip_prefix(before) else { return false };
    (0..=text.len())
        .filter(|at| text.is_char_boundary(*at))
        .any(|at| covers(rest, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn any_covers_any_part_of_a_segment() {
        for (pattern, text, covered) in [
            ("prod", "prod", true),
            ("prod", "product", false),
            ("*", "", true),
            ("*", "größe", true),
            ("*:pause", "prod:pause", true),
            ("*:pause", "prod:resume", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
        ] {
            assert_eq!(covers(pattern, text), covered, "{pattern} {text}");
        }
    }
}
