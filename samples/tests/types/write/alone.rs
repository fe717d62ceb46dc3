//! A body with one property set sends only that property.

use std::collections::BTreeSet;

use atlas_admin::codec::{Discriminator, Slot, Union, Value, View};
use atlas_admin_samples::{Choice, Direction, Samples};
use serde_json::{Value as Json, json};

use super::{Body, bodies, set, text};
use crate::target::difference_in;

#[test]
fn a_property_that_is_set_is_sent_alone() {
    let samples = Samples::vendored();
    let choices = (0..6).map(Choice::Arbitrary).chain([Choice::Full]);
    let choices: Vec<Choice> = choices.collect();
    let (mut problems, mut known, mut count) = (Vec::new(), BTreeSet::new(), 0);
    let bodies = bodies(samples);
    for body in &bodies {
        let mut own = BTreeSet::new();
        // A property that only the service sets is sent too, if the caller has set it.
        for direction in [Direction::Request, Direction::Response] {
            for choice in &choices {
                let sample = samples.value(body.schema, direction, *choice);
                let value = body.own(&sample);
                let mut found = Vec::new();
                chains(&*value, &mut Vec::new(), &mut found);
                for chain in found {
                    let property = property(&*value, &chain);
                    let is_outermost = steps(&chain) == 1;
                    if is_outermost && own.insert(property) || known.insert(property) {
                        count += 1;
                        problems.extend(alone(body, &*value, &sample, &chain));
                    }
                }
            }
        }
    }
    println!("{count} properties of {} bodies", bodies.len());
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
    assert!(count > 4 * bodies.len(), "{count}");
}

/// A step from a value to a part of it.
#[derive(Clone)]
enum Step {
    Field(usize),
    Variant(usize),
    First,
    Entry(String),
}

/// Returns the number of properties in a chain.
fn steps(chain: &[Step]) -> usize {
    chain.iter().filter(|step| matches!(step, Step::Field(_))).count()
}

/// Collects the chains to every property that is set.
fn chains(value: &dyn Value, so_far: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let mut go = |step: Step, part: &dyn Value| {
        so_far.push(step);
        if matches!(so_far.last(), Some(Step::Field(_))) {
            found.push(so_far.clone());
        }
        chains(part, so_far, found);
        so_far.pop();
    };
    match value.view() {
        View::Record(record) => {
            for index in 0..record.table().fields.len() {
                let field = record.field(index);
                if !matches!(field.view(), View::Absent | View::Null) {
                    go(Step::Field(index), field);
                }
            }
        }
        View::Union(union) => {
            let (index, content) = union.content();
            go(Step::Variant(index), content);
        }
        View::List(list) if list.len() > 0 => go(Step::First, list.get(0)),
        View::Map(entries) => {
            let mut first = None;
            entries.for_each(&mut |name, _| _ = first.get_or_insert(name.to_owned()));
            if let Some(name) = first {
                go(Step::Entry(name.clone()), entries.get(&name).unwrap());
            }
        }
        _ => {}
    }
}

/// Returns the type and the name of the last property of a chain.
fn property(value: &dyn Value, chain: &[Step]) -> (&'static str, &'static str) {
    match (value.view(), chain) {
        (View::Record(record), [Step::Field(index)]) => {
            (record.table().name, record.table().fields[*index].json_name)
        }
        (_, [step, rest @ ..]) => property(part(value, step), rest),
        _ => unreachable!("a chain ends with a property"),
    }
}

fn part<'v>(value: &'v dyn Value, step: &Step) -> &'v dyn Value {
    match (value.view(), step) {
        (View::Record(record), Step::Field(index)) => record.field(*index),
        (View::Union(union), Step::Variant(_)) => union.content().1,
        (View::List(list), Step::First) => list.get(0),
        (View::Map(entries), Step::Entry(name)) => entries.get(name).unwrap(),
        _ => unreachable!("the chain was made of this value"),
    }
}

/// Sets one property of a new body, and returns what else is sent.
fn alone(
    body: &Body<'_>,
    like: &dyn Value,
    sample: &Json,
    chain: &[Step],
) -> Option<String> {
    let mut value = (body.make)();
    let leaf = build(&mut *value, like, sample, chain);
    let expected = expected(like, chain, leaf);
    let request = body.request(&*value);
    let found = difference_in(
        expected.to_string().as_bytes(),
        &text(&request),
        &*value,
        body.make,
    );
    let left_out = request.left_out();
    let problem =
        found.or((!left_out.is_empty()).then(|| format!("without {left_out:?}")));
    problem.map(|found| format!("{} {:?}: {found}", body.place, property(like, chain)))
}

/// Sets the property at the end of a chain, and returns its JSON.
fn build(value: &mut dyn Value, like: &dyn Value, json: &Json, chain: &[Step]) -> Json {
    let Some((step, rest)) = chain.split_first() else {
        set(value, json);
        return json.clone();
    };
    let like_part = part(like, step);
    match (value.slot(), step) {
        (Slot::Record(record), Step::Field(index)) => {
            let name = record.table().fields[*index].json_name;
            build(record.field_mut(*index), like_part, &json[name], rest)
        }
        (Slot::Union(union), Step::Variant(index)) => {
            build(union.select(*index), like_part, json, rest)
        }
        (Slot::List(list), Step::First) => build(list.push(), like_part, &json[0], rest),
        (Slot::Map(map), Step::Entry(name)) => {
            build(map.insert(name.clone()), like_part, &json[name.as_str()], rest)
        }
        _ => unreachable!("the chain was made of a value of this type"),
    }
}

/// Returns the expected JSON for a chain: the discriminators of the unions in it, and the property.
fn expected(like: &dyn Value, chain: &[Step], leaf: Json) -> Json {
    let Some((step, rest)) = chain.split_first() else { return leaf };
    let inner = expected(part(like, step), rest, leaf);
    match (like.view(), step) {
        (View::Record(record), Step::Field(index)) => {
            json!({record.table().fields[*index].json_name: inner})
        }
        (View::Union(union), _) => with_tag(union, inner),
        (_, Step::First) => json!([inner]),
        (_, Step::Entry(name)) => json!({name: inner}),
        _ => unreachable!("the chain was made of this value"),
    }
}

fn with_tag(union: &dyn Union, mut content: Json) -> Json {
    if let (Discriminator::Property(name, values), Some(members)) =
        (&union.variants().by, content.as_object_mut())
        && let Some([only]) = values.get(union.content().0)
        && !members.contains_key(*name)
    {
        members.insert((*name).to_owned(), (*only).into());
    }
    content
}
