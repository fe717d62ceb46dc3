//! The write contract, for every operation with a body: what a request sends, and what it leaves
//! out.

use atlas_admin::Request;
use atlas_admin::codec::{self, Direction, Value};
use atlas_admin::operation::{Location, Operation};
use atlas_admin::registry::{self, Entry, Make};
use atlas_admin_samples::{Pair, Samples};
use serde_json::Value as Json;

mod alone;
mod back;
mod required;
mod states;

/// An operation with a body.
struct Body<'s> {
    place: String,
    operation: &'static Operation,
    make: Make,
    schema: &'s Json,
}

fn bodies(samples: &Samples) -> Vec<Body<'_>> {
    let with_body = |entry: &'static Entry| {
        let schema = pair(samples, entry).body.as_ref()?.schema.as_ref()?;
        let operation = entry.operation;
        let place = format!("{} {}", operation.id, operation.version);
        Some(Body { place, operation, make: entry.body?, schema })
    };
    registry::entries().filter_map(with_body).collect()
}

fn pair<'s>(samples: &'s Samples, entry: &Entry) -> &'s Pair {
    let operation = entry.operation;
    samples
        .pair(operation.id, &operation.version.to_string())
        .expect("the pair is there")
}

impl Body<'_> {
    /// Reads a value of the caller's own.
    fn own(&self, json: &Json) -> Box<dyn Value> {
        let mut value = (self.make)();
        set(&mut *value, json);
        value
    }

    /// Makes the request that sends a value.
    fn request(&self, value: &dyn Value) -> Request<()> {
        let in_path = |parameter: &&_| {
            let parameter: &atlas_admin::operation::Parameter = parameter;
            parameter.location == Location::Path
        };
        let parameters = self.operation.parameters.iter().filter(in_path);
        let path: Vec<&str> = parameters.map(|_| "x").collect();
        Request::with_body(self.operation, &path, value)
    }
}

/// Sets a value as a caller does.
fn set(value: &mut dyn Value, json: &Json) {
    let ignore = &mut |_| {};
    let text = json.to_string();
    codec::decode_observed(text.as_bytes(), value, Direction::Request, ignore)
        .unwrap_or_else(|error| panic!("{text}: {error}"));
}

/// Reads the text that a request sends.
fn text<T>(request: &Request<T>) -> Vec<u8> {
    request.body_bytes().unwrap().unwrap().to_vec()
}
