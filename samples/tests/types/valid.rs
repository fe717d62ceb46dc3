//! JSON that the document allows decodes without a difference, and is written unchanged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use atlas_admin::codec::{Discriminator, Json, Mismatch, Value, View};
use atlas_admin_replay::place::{self, Step};
use atlas_admin_samples::{Choice, Dice, Direction, Samples, is_made, write};

use crate::target::{self, difference};

/// The number of arbitrary values that each type decodes, and of those with undeclared properties.
const SEEDS: u64 = 4;

/// The maximum number of values that a type decodes to reach every variant of its unions.
const TRIES: usize = 3000;

#[test]
fn what_the_document_allows_comes_back_as_it_was() {
    let samples = Samples::vendored();
    let (mut problems, mut count) = (BTreeSet::new(), 0);
    for target in target::all(samples) {
        for choice in choices() {
            let sample = target.sample(samples, choice);
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
    // A discriminator can be optional. An object without it selects no variant, and its own
    // properties are undeclared then.
    let unselected: Vec<&str> =
        found.iter().filter_map(|it| unselected(it, text)).collect();
    let is_extended = matches!(choice, Choice::Extended(_));
    found.iter().filter(move |it| match it {
        Mismatch::Undeclared { path } => {
            let is_unselected = unselected.iter().any(|object| path.starts_with(object));
            let is_kept = is_of_entry(path) && are_properties_kept();
            !(is_extended || is_unselected || is_kept)
        }
        // The type of an object with undeclared properties can be a map.
        Mismatch::Type { path, .. } => !(is_extended && is_of_entry(path)),
        Mismatch::UnknownDiscriminator { path, .. } => {
            !unselected.contains(&path.as_str())
        }
        // The types of lists don't tell whether an item can be `null`.
        Mismatch::Null { path } => !path.ends_with(']'),
        _ => true,
    })
}

/// Tells whether a path ends with an entry that no property is declared for.
fn is_of_entry(path: &str) -> bool {
    let last = place::parse(path).and_then(|mut steps| steps.pop());
    matches!(last, Some(Step::Name(name)) if is_made(&name))
}

/// Tells whether the crate has records for programs where the document declares any object.
fn are_properties_kept() -> bool {
    UNMAPPED.contains("` keeps properties")
}

/// The differences between the crate and the document that `codegen` lists.
static UNMAPPED: LazyLock<String> = LazyLock::new(|| {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/unmapped.txt");
    fs::read_to_string(list).expect("spec/unmapped.txt is there")
});

/// Returns the path of an object that selects no variant, because it lacks its discriminator.
fn unselected<'d>(found: &'d Mismatch, text: &str) -> Option<&'d str> {
    let Mismatch::UnknownDiscriminator { path, name, value: None } = found else {
        return None;
    };
    let json = Json::from_slice(text.as_bytes()).expect("a sample is JSON");
    let object = place::find(&json, &place::parse(path)?)?;
    object.get(name).is_none().then_some(path)
}

#[test]
fn every_variant_of_every_union_is_reached() {
    let samples = Samples::vendored();
    let mut reached = Reached::default();
    let directions = [Direction::Request, Direction::Response];
    for direction in directions {
        let mut series = samples.series(direction);
        for target in target::all(samples).iter().filter(|t| t.direction == direction) {
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
    let missed: Vec<(String, usize)> = missed
        .flat_map(|(name, (count, seen))| {
            let missed = (0..*count).filter(|index| !seen.contains(index));
            missed.map(|index| ((*name).to_owned(), index))
        })
        .collect();
    let (unions, kept) = (declared_unions(), kept_variants());
    let name = |(union, index): &(String, usize)| {
        format!("{union}::{}", unions[union].get(*index).map_or("?", String::as_str))
    };
    let missed = missed.iter().map(name).filter(|variant| !kept.contains(variant));
    let missed: Vec<_> = missed.collect();
    assert!(missed.is_empty(), "variants that were not reached: {missed:#?}");
    let never = unions.iter().filter(|(name, _)| !reached.0.contains_key(name.as_str()));
    let never: Vec<_> = never
        .flat_map(|(name, variants)| {
            variants.iter().map(move |variant| format!("{name}::{variant}"))
        })
        .filter(|variant| !kept.contains(variant))
        .collect();
    assert!(never.is_empty(), "unions that were never reached: {never:#?}");
}

/// Returns the variants, as `Union::Variant`, that the crate has for programs and the document
/// doesn't declare.
fn kept_variants() -> BTreeSet<String> {
    let lines = UNMAPPED.lines().filter_map(|line| line.split_once("` keeps variants"));
    let variants = lines.flat_map(|(union, variants)| {
        let union = union.rsplit('`').next().unwrap_or_default();
        let names = variants.split('`').skip(1).step_by(2);
        names.map(move |name| format!("{union}::{name}"))
    });
    variants.collect()
}

/// Returns the variants of all unions in the generated crate, in order.
fn declared_unions() -> BTreeMap<String, Vec<String>> {
    let types = Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated/src/types");
    let files = fs::read_dir(types).expect("generated/src/types is there");
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let unions = texts.flat_map(|text| {
        let calls = text.split("_runtime::union! {").skip(1);
        calls.map(declared_union).collect::<Vec<_>>()
    });
    let unions: BTreeMap<_, _> = unions.collect();
    assert!(!unions.is_empty(), "the generated crate has unions");
    unions
}

/// Reads a union: its name, then a line for each variant, with its number and its name.
fn declared_union(call: &str) -> (String, Vec<String>) {
    let (inside, _) = call.split_once("\n}").expect("the call ends");
    let mut lines = inside.lines().map(str::trim).filter(|line| !line.is_empty());
    let name = lines.next().and_then(|line| line.split([' ', ';']).next());
    let variants = lines.filter_map(|line| {
        let mut words = line.split([' ', ';', ',']);
        words.next()?.parse::<usize>().ok()?;
        words.next().map(str::to_owned)
    });
    (name.expect("the union has a name").to_owned(), variants.collect())
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
