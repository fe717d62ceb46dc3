//! JSON that the document allows decodes without a difference, and is written unchanged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use atlas_admin::codec::{Discriminator, Json, Mismatch, Value, View};
use atlas_admin_replay::place;
use atlas_admin_samples::{Choice, Dice, Direction, Samples, write};

use crate::target::{self, difference};

/// The number of arbitrary values that each type decodes, and of those with undeclared properties.
const SEEDS: u64 = 4;

/// The maximum number of values that a type decodes to reach every variant of its unions.
const TRIES: usize = 3000;

#[test]
fn what_the_document_allows_comes_back_as_it_was() {
    let _turn = crate::alone();
    let samples = Samples::vendored();
    let (mut problems, mut count) = (BTreeSet::new(), 0);
    for target in target::all(&samples) {
        for choice in choices() {
            let sample = target.sample(&samples, choice);
            let odd = write(&sample, &mut Dice::new(count));
            for text in [sample.to_string(), odd] {
                count += 1;
                let found = match target.decode(text.as_bytes()) {
                    Ok((value, drifts)) => {
                        let drifts = unexplained(&text, choice, &drifts);
                        let drifts = drifts.map(|drift| format!("{drift:?}"));
                        let found = difference(text.as_bytes(), &*value, target.make);
                        drifts.chain(found).collect()
                    }
                    Err(error) => vec![error.to_string()],
                };
                let place = &target.place;
                problems.extend(
                    found.iter().map(|found| format!("{place} {choice:?}: {found}")),
                );
            }
        }
    }
    println!("{count} texts");
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
}

fn choices() -> impl Iterator<Item = Choice> {
    let seeds =
        (0..SEEDS).flat_map(|seed| [Choice::Arbitrary(seed), Choice::Extended(seed)]);
    [Choice::Minimal, Choice::Full].into_iter().chain(seeds)
}

/// Returns the differences that the types should not have found in a valid text.
fn unexplained<'d>(
    text: &str,
    choice: Choice,
    found: &'d [Mismatch],
) -> impl Iterator<Item = &'d Mismatch> {
    let json = Json::from_slice(text.as_bytes()).expect("a sample is JSON");
    // A discriminator can be optional. An object without it selects no variant, and its own
    // properties are undeclared then.
    let untold: Vec<&str> = found.iter().filter_map(|it| untold(it, &json)).collect();
    found.iter().filter(move |it| match it {
        Mismatch::Undeclared { path } => {
            !matches!(choice, Choice::Extended(_))
                && !untold.iter().any(|object| path.starts_with(object))
        }
        Mismatch::UnknownDiscriminator { path, .. } => !untold.contains(&path.as_str()),
        // The types of lists don't tell whether an item can be `null`.
        Mismatch::Null { path } => !path.ends_with(']'),
        _ => true,
    })
}

/// Returns the path of an object that lacks its discriminator.
fn untold<'d>(found: &'d Mismatch, json: &Json) -> Option<&'d str> {
    let Mismatch::UnknownDiscriminator { path, name, value: None } = found else {
        return None;
    };
    let object = place::find(json, &place::parse(path)?)?;
    object.get(name).is_none().then_some(path)
}

#[test]
fn every_variant_of_every_union_is_reached() {
    let _turn = crate::alone();
    let samples = Samples::vendored();
    let mut reached = Reached::default();
    let directions = [Direction::Request, Direction::Response];
    for direction in directions {
        let mut series = samples.series(direction);
        for target in target::all(&samples).iter().filter(|t| t.direction == direction) {
            let mut own = Reached::default();
            for tries in 0..TRIES {
                let sample = series.next(target.schema).to_string();
                let (value, _) = target.decode(sample.as_bytes()).unwrap();
                own.visit(&*value);
                reached.visit(&*value);
                // The first few may be `null`, or have an empty list of a union.
                if tries > 8 && own.0.keys().all(|name| reached.is_complete(name)) {
                    break;
                }
            }
        }
    }
    let missed = reached.0.iter().filter(|(name, _)| !reached.is_complete(name));
    let missed: Vec<_> = missed
        .map(|(name, (count, seen))| {
            let missed: Vec<_> =
                (0..*count).filter(|index| !seen.contains(index)).collect();
            format!("{name}: {missed:?} of {count}")
        })
        .collect();
    assert!(missed.is_empty(), "variants that were not reached: {missed:#?}");
    let declared = declared_unions();
    let mut lost = declared.iter().filter(|name| !reached.0.contains_key(name.as_str()));
    assert_eq!(lost.next(), None, "a union that was never reached");
}

/// Returns the names of all unions in the generated crate.
fn declared_unions() -> BTreeSet<String> {
    let types = Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated/src/types");
    let files = fs::read_dir(types).expect("generated/src/types is there");
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let unions = texts.flat_map(|text| {
        let calls = text.split("_runtime::union!(").skip(1);
        let name = |call: &str| {
            let end = |c: char| !c.is_ascii_alphanumeric();
            call.trim_start().split(end).next().unwrap().to_owned()
        };
        calls.map(name).collect::<Vec<_>>()
    });
    unions.collect()
}

/// The number of declared variants of each union, and the variants that were decoded.
#[derive(Default)]
struct Reached(BTreeMap<&'static str, (usize, BTreeSet<usize>)>);

impl Reached {
    fn is_complete(&self, name: &str) -> bool {
        let known = self.0.get(name);
        known.is_some_and(|(count, seen)| (0..*count).all(|index| seen.contains(&index)))
    }

    fn visit(&mut self, value: &dyn Value) {
        match value.view() {
            View::List(list) => {
                (0..list.len()).for_each(|index| self.visit(list.get(index)))
            }
            View::Map(entries) => entries.for_each(&mut |_, value| self.visit(value)),
            View::Record(record) => (0..record.table().fields.len())
                .for_each(|index| self.visit(record.field(index))),
            View::Union(union) => {
                let (variants, (index, content)) = (union.variants(), union.content());
                let known = self.0.entry(variants.name);
                known.or_insert_with(|| start(&variants.by)).1.insert(index);
                self.visit(content);
            }
            _ => {}
        }
    }
}

/// Returns the number of variants, and those that no JSON selects: all their discriminator values
/// select another variant, because the document declares both the same.
fn start(by: &Discriminator) -> (usize, BTreeSet<usize>) {
    match by {
        Discriminator::Property(_, tags) => {
            let closed = (0..tags.len()).filter(|index| tags[*index].is_empty());
            (tags.len(), closed.collect())
        }
        Discriminator::Kind(kinds) => (kinds.len(), BTreeSet::new()),
    }
}
