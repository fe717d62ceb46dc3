//! The bodies of all operation-version pairs: their types and their schemas.

use std::collections::BTreeSet;
use std::fmt;

use atlas_admin::codec::{self, Mismatch, Value, View};
use atlas_admin::registry::{self, Entry, Make, Payload};
use atlas_admin_replay::compare;
use atlas_admin_samples::{Choice, Direction, Pair, Samples};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

/// A body.
pub struct Target<'s> {
    /// The operation, its version, and `body` or a status.
    pub place: String,
    pub make: Make,
    pub schema: &'s Json,
    pub direction: Direction,
}

/// Returns the bodies of all pairs; each combination of a type and a schema occurs once.
pub fn all(samples: &Samples) -> Vec<Target<'_>> {
    let (mut targets, mut known, mut pairs) = (Vec::new(), BTreeSet::new(), 0);
    for entry in registry::entries() {
        let (id, version) = (entry.operation.id, entry.operation.version.to_string());
        let pair = samples.pair(id, &version).expect("the pair is in the document");
        pairs += 1;
        for target in of_pair(entry, pair) {
            let name = name_of(&*(target.make)());
            let is_request = target.direction == Direction::Request;
            if known.insert((name, is_request, target.schema.to_string())) {
                targets.push(target);
            }
        }
    }
    assert_eq!(pairs, samples.pairs().len(), "the registry has every pair");
    targets
}

fn of_pair<'s>(entry: &Entry, pair: &'s Pair) -> Vec<Target<'s>> {
    let target = |what: String, make, direction, schema| Target {
        place: format!("{} {} {what}", pair.id, pair.version),
        make,
        schema,
        direction,
    };
    let schema = pair.body.as_ref().and_then(|media| media.schema.as_ref());
    let body = entry.body.zip(schema);
    let body = body.map(|(make, schema)| {
        target("body".to_owned(), make, Direction::Request, schema)
    });
    let responses = entry.responses.iter().filter_map(json_response);
    let responses = responses.filter_map(|(status, make)| {
        let schema = pair.response(status)?.schema.as_ref()?;
        Some(target(status.to_string(), make, Direction::Response, schema))
    });
    body.into_iter().chain(responses).collect()
}

/// Returns the status and the type of a JSON response.
pub fn json_response((status, payload): &(u16, Payload)) -> Option<(u16, Make)> {
    match payload {
        Payload::Json(make) => Some((*status, *make)),
        Payload::Empty | Payload::Stream => None,
    }
}

/// Returns the name of a type, or of its contents.
pub fn name_of(value: &dyn Value) -> &'static str {
    match value.view() {
        View::Record(record) => record.table().name,
        View::Union(union) => union.variants().name,
        _ => "",
    }
}

impl Target<'_> {
    /// Decodes a text, and returns the differences from the declarations.
    pub fn decode(
        &self,
        text: &[u8],
    ) -> Result<(Box<dyn Value>, Vec<Mismatch>), codec::DecodeError> {
        let mut value = (self.make)();
        let mut found = Vec::new();
        let direction = match self.direction {
            Direction::Request => codec::Direction::Request,
            Direction::Response => codec::Direction::Response,
        };
        let mut observe = |drift| found.push(drift);
        codec::decode_observed(text, &mut *value, direction, &mut observe)?;
        Ok((value, found))
    }

    /// Makes a sample.
    pub fn sample(&self, samples: &Samples, choice: Choice) -> Json {
        samples.value(self.schema, self.direction, choice)
    }
}

/// Returns the first difference between a text and the value that was decoded from it.
pub fn difference(text: &[u8], value: &dyn Value, make: Make) -> Option<String> {
    let written = codec::encode(value).expect("what was decoded can be encoded");
    let found = difference_in(text, &written, value, make);
    // Another reader checks that no property occurs twice.
    read(&written);
    found
}

/// Returns the first difference between two texts of one value.
pub fn difference_in(
    text: &[u8],
    written: &[u8],
    value: &dyn Value,
    make: Make,
) -> Option<String> {
    let found = compare::texts(text, written, value, make).into_iter().next();
    found.map(|found| format!("{found:?}"))
}

/// Reads JSON in which no property occurs twice.
pub fn read(text: &[u8]) -> Json {
    match serde_json::from_slice(text) {
        Ok(Once(value)) => value,
        // The number is kept as it was written, but this reader can't hold it.
        Err(error) if error.to_string().contains("out of range") => Json::Null,
        Err(error) => panic!("what is encoded is no JSON: {error}"),
    }
}

/// A JSON value in which no property occurs twice.
struct Once(Json);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Once;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Once, E> {
        Ok(Once(Json::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Once, E> {
        Ok(Once(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Once, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Once(list.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Once, A::Error> {
        let mut object = Map::new();
        while let Some((name, Once(value))) = members.next_entry::<String, Once>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("{name} stands twice")));
            }
            object.insert(name, value);
        }
        Ok(Once(object.into()))
    }
}
