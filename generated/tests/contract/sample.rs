//! The values of a call, and a check that the call used all of them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use atlas_admin::Request;
use atlas_admin::codec::{self, DecodeError, Direction, Json, Mismatch, Value};
use atlas_admin_samples::{Choice, Pair, Samples};

/// Parameters that the crate doesn't offer: both change the shape of responses.
const LEFT_OUT: [&str; 2] = ["envelope", "pretty"];

/// The values for an operation in a version.
pub(crate) struct Sample<'a> {
    samples: &'a Samples,
    pair: &'a Pair,
    /// The parameters that were used, each with its location.
    asked: RefCell<BTreeSet<(&'static str, &'static str)>>,
    problems: RefCell<Vec<String>>,
}

impl<'a> Sample<'a> {
    pub(crate) fn of(samples: &'a Samples, id: &str, version: &str) -> Self {
        let pair = samples.pair(id, version);
        let pair = pair.unwrap_or_else(|| panic!("the document has no {id} {version}"));
        Self { samples, pair, asked: RefCell::default(), problems: RefCell::default() }
    }

    /// Returns the value of a parameter of the path.
    pub(crate) fn path<T: Value + Default>(&self, name: &'static str) -> T {
        self.parameter("path", name)
    }

    /// Returns the value of a parameter of the query.
    pub(crate) fn query<T: Value + Default>(&self, name: &'static str) -> T {
        self.parameter("query", name)
    }

    /// Returns the value of a parameter among the headers.
    #[allow(dead_code, reason = "not every document has such a parameter")]
    pub(crate) fn header<T: Value + Default>(&self, name: &'static str) -> T {
        self.parameter("header", name)
    }

    /// Returns the body.
    pub(crate) fn body<T: Value + Default>(&self) -> T {
        self.value("the body", self.samples.body(self.pair, Choice::Full))
    }

    fn parameter<T: Value + Default>(
        &self,
        location: &'static str,
        name: &'static str,
    ) -> T {
        self.asked.borrow_mut().insert((location, name));
        self.value(name, self.samples.parameter(self.pair, name, Choice::Full))
    }

    fn value<T: Value + Default>(
        &self,
        what: &str,
        json: Option<serde_json::Value>,
    ) -> T {
        let mut value = T::default();
        let mut problems = self.problems.borrow_mut();
        let Some(json) = json else {
            problems.push(format!("the document has no {what}"));
            return value;
        };
        match drift(&json.to_string(), &mut value, Direction::Request) {
            Ok(found) => {
                problems.extend(found.iter().map(|drift| format!("{what}: {drift:?}")));
            }
            Err(error) => problems.push(format!("{what}: {error}")),
        }
        value
    }

    /// Returns the problems of the request that was made of the values.
    pub(crate) fn problems(&self, request: &Request<Json>, accept: &str) -> Vec<String> {
        let mut problems = self.problems.take();
        let declared = self.pair.parameters.iter();
        let declared: BTreeSet<(&str, &str)> = declared
            .filter(|parameter| !LEFT_OUT.contains(&parameter.name.as_str()))
            .map(|parameter| (parameter.location.as_str(), parameter.name.as_str()))
            .collect();
        if *self.asked.borrow() != declared {
            problems.push(format!("takes other parameters than {declared:?}"));
        }
        let content = self.pair.responses.iter().flat_map(|response| &response.content);
        if request.accept() != accept || !content.into_iter().any(|m| m.name == accept) {
            problems.push(format!("accepts {}", request.accept()));
        }
        problems.extend(self.problem_of_body(request));
        problems
    }

    /// Checks the media type, of which Prism reads only the format, and that the whole sample is
    /// sent.
    fn problem_of_body(&self, request: &Request<Json>) -> Option<String> {
        let declared = self.pair.body.as_ref()?;
        let headers = request.headers();
        let content_type = headers.get("content-type").map(|value| value.as_bytes());
        if content_type != Some(declared.name.as_bytes()) {
            return Some(format!("has the type {content_type:?} for its body"));
        }
        let sent = match request.body_bytes() {
            Ok(bytes) => bytes.unwrap_or_default(),
            Err(error) => return Some(error.to_string()),
        };
        let json: serde_json::Value = match serde_json::from_slice(sent) {
            Ok(json) => json,
            Err(error) => return Some(error.to_string()),
        };
        let whole = self.samples.body(self.pair, Choice::Full)?;
        (json != whole).then(|| format!("sends {json}\n  instead of {whole}"))
    }
}

/// Reads JSON into a value, and returns the differences from its type.
pub(crate) fn drift(
    json: &str,
    value: &mut dyn Value,
    direction: Direction,
) -> Result<Vec<Mismatch>, DecodeError> {
    let mut found = Vec::new();
    let mut note = |drift: Mismatch| found.push(drift);
    codec::decode_observed(json.as_bytes(), value, direction, &mut note)?;
    Ok(found)
}
