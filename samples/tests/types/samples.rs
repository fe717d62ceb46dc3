//! The samples are valid according to a validator that shares no code with their maker.

use std::collections::{BTreeMap, BTreeSet};

use atlas_admin_samples::{Choice, Direction, Samples};
use serde_json::Value;

use crate::schema;

/// Requirements of the document that no value can meet: the property, and the problem.
///
/// - The thresholds of alerts declare units, and each kind of metric others.
/// - Some discriminator values of a mapping are not among the values of the property.
const CONTRADICTIONS: [&str; 2] = [
    "type: the discriminator value is not among the property's values",
    "units: two declarations have no value in common",
];

#[test]
fn every_sample_is_valid() {
    let samples = Samples::vendored();
    let validators = schema::Validators::of(samples.tree());
    let (mut done, mut count) = (BTreeSet::new(), 0);
    let (mut problems, mut contradictions) = (BTreeMap::new(), BTreeSet::new());
    for (direction, schema, place) in bodies(samples) {
        if !done.insert((direction == Direction::Request, schema.to_string())) {
            continue;
        }
        let validator = validators.get(schema, direction);
        for choice in choices() {
            count += 1;
            let found = samples.contradictions(schema, direction, choice);
            if !found.is_empty() {
                contradictions.extend(found);
                continue;
            }
            let value = samples.value(schema, direction, choice);
            for error in validator.iter_errors(&value) {
                let at = error.schema_path().to_string();
                let problem = format!("{place} {choice:?}: {}", error.masked());

                problems.entry(at).or_insert(problem);
            }
        }
    }
    println!("{count} samples of {} schemas", done.len());
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
    let contradictions: BTreeSet<_> =
        contradictions.iter().map(|found| found.rsplit('.').next().unwrap()).collect();
    assert_eq!(contradictions, CONTRADICTIONS.into(), "correct the list above");
}

#[test]
fn every_parameter_is_valid() {
    let samples = Samples::vendored();
    let validators = schema::Validators::of(samples.tree());
    let (mut problems, mut count) = (BTreeSet::new(), 0);
    for pair in samples.pairs() {
        for parameter in &pair.parameters {
            let validator = validators.get(&parameter.schema, Direction::Request);
            for choice in choices() {
                count += 1;
                let value = samples.parameter(pair, &parameter.name, choice).unwrap();
                let errors = validator.iter_errors(&value);
                problems.extend(errors.map(|error| {
                    format!("{} {} {choice:?}: {error}", pair.id, parameter.name)
                }));
            }
        }
    }
    println!("{count} values");
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
}

fn choices() -> impl Iterator<Item = Choice> {
    let seeds =
        (0..8).flat_map(|seed| [Choice::Arbitrary(seed), Choice::Extended(seed)]);
    [Choice::Minimal, Choice::Full].into_iter().chain(seeds)
}

/// Returns every schema of a body, with the place that uses it.
fn bodies(samples: &Samples) -> Vec<(Direction, &Value, String)> {
    let mut found = Vec::new();
    for pair in samples.pairs() {
        let place = format!("{} {}", pair.id, pair.version);
        let body = pair.body.iter().filter_map(|media| media.schema.as_ref());
        found.extend(body.map(|schema| (Direction::Request, schema, place.clone())));
        for response in pair.responses.iter().chain(&pair.errors) {
            let json = response.content.iter().filter(|media| media.is_json());
            let schemas = json.filter_map(|media| media.schema.as_ref());
            found.extend(
                schemas.map(|schema| (Direction::Response, schema, place.clone())),
            );
        }
    }
    found
}
