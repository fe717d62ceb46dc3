//! JSON that the document doesn't allow is kept where it is, and the values around it stay typed.

use std::mem::discriminant;

use atlas_admin::codec::{List, Slot, Value, View};
use atlas_admin_samples::{Choice, Dice, Samples};
use serde_json::{Value as Json, json};

use crate::target::{self, Target, difference};

/// The number of damaged values that each type decodes.
const ROUNDS: u64 = 5;

/// Values of every kind, which fit few types.
fn strangers() -> [Json; 12] {
    [
        Json::Null,
        json!(true),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5e300),
        json!(""),
        json!("a stranger"),
        json!([]),
        json!([null, [{}], {"a": [1]}]),
        json!({}),
        json!({"type": 1, "a": null, "links": {}, "results": [[]]}),
    ]
}

#[test]
fn a_value_of_the_wrong_shape_is_kept() {
    let samples = Samples::vendored();
    let mut problems = Vec::new();
    for (number, target) in target::all(samples).iter().enumerate() {
        let mut dice = Dice::new(number as u64);
        for seed in 0..ROUNDS {
            let mut sample = target.sample(samples, Choice::Arbitrary(seed));
            for _ in 0..=seed % 3 {
                damage(&mut sample, &mut dice);
            }
            problems.extend(kept(target, &sample).err());
        }
        for stranger in strangers() {
            problems.extend(kept(target, &stranger).err());
        }
    }
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
}

/// Inserts a value that doesn't fit, or removes something.
fn damage(value: &mut Json, dice: &mut Dice) {
    let goes_down = !dice.once_in(4);
    match value {
        Json::Object(members) if goes_down && !members.is_empty() => {
            let at = dice.roll(members.len());
            let name = members.keys().nth(at).cloned().unwrap_or_default();
            if dice.once_in(6) {
                members.remove(&name);
            } else if let Some(member) = members.get_mut(&name) {
                damage(member, dice);
            }
        }
        Json::Array(items) if goes_down && !items.is_empty() => {
            let at = dice.roll(items.len());
            damage(&mut items[at], dice);
        }
        value => *value = dice.pick(&strangers()).clone(),
    }
}

/// A decoded value that is written unchanged, and the paths of its differences; `None` where it may
/// be rejected.
type Kept = Option<(Box<dyn Value>, Vec<String>)>;

/// Decodes a value, which is rejected only where no record can keep it.
fn kept(target: &Target<'_>, json: &Json) -> Result<Kept, String> {
    if !can_keep(target, json) {
        return Ok(None);
    }
    let (place, text) = (&target.place, json.to_string());
    let (value, drift) = target
        .decode(text.as_bytes())
        .map_err(|error| format!("{place}: {json}: {error}"))?;
    match difference(text.as_bytes(), &*value, target.make) {
        Some(found) => Err(format!("{place}: {json}: {found}")),
        None => {
            let paths = drift.iter().map(|drift| drift.path().to_owned());
            Ok(Some((value, paths.collect())))
        }
    }
}

fn can_keep(target: &Target<'_>, json: &Json) -> bool {
    let mut value = (target.make)();
    match value.slot() {
        Slot::Record(_) | Slot::Union(_) | Slot::Json(_) => true,
        Slot::List(_) => json.is_array(),
        _ => false,
    }
}

#[test]
fn a_stranger_in_a_list_costs_no_more_than_its_own_place() {
    let samples = Samples::vendored();
    let (mut problems, mut alone) = (Vec::new(), 0);
    for target in target::all(samples) {
        let sample = target.sample(samples, Choice::Full);
        let (before, _) = target.decode(sample.to_string().as_bytes()).unwrap();
        let mut places = Vec::new();
        lists(&sample, String::new(), &mut places);
        for (place, stranger) in
            places.iter().flat_map(|place| strangers().map(|stranger| (place, stranger)))
        {
            let mut json = sample.clone();
            let items = json.pointer_mut(place).and_then(Json::as_array_mut).unwrap();
            let is_odd = discriminant(&items[0]) != discriminant(&stranger);
            items.push(stranger.clone());
            let (value, drift) = match kept(&target, &json) {
                Ok(Some(kept)) => kept,
                Ok(None) => continue,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            let Some(View::Record(_)) = first_in(&*before, place) else { continue };
            let list = list_at(&*value, place);
            let item = list.filter(|list| list.len() > 1).map(|list| list.get(1).view());
            let Some(View::Record(item)) = item else {
                problems
                    .push(format!("{} {place}: {stranger}: no record", target.place));
                continue;
            };
            let View::Extra(extra) = item.field(usize::MAX).view() else { continue };
            let is_told = drift.iter().any(|path| path.ends_with("[1]"));
            if is_odd
                && (extra.non_object().is_none_or(|found| *found != stranger)
                    || !is_told)
            {
                problems
                    .push(format!("{} {place}: {stranger}: {drift:?}", target.place));
            }
            alone += usize::from(is_odd);
        }
    }
    println!("{alone} strangers among records");
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
    assert!(alone > 1000, "{alone}");
}

/// Collects the JSON pointers of the lists that have items.
fn lists(json: &Json, place: String, into: &mut Vec<String>) {
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                lists(item, format!("{place}/{index}"), into);
            }
            into.extend((!items.is_empty()).then_some(place));
        }
        Json::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                lists(member, format!("{place}/{name}"), into);
            }
        }
        _ => {}
    }
}

/// Returns the list at a JSON pointer, if everything around it is typed.
fn list_at<'v>(value: &'v dyn Value, place: &str) -> Option<&'v dyn List> {
    let (mut value, mut steps) = (value, place.split('/').skip(1));
    loop {
        value = match value.view() {
            View::Union(union) => union.content().1,
            View::Record(record) => {
                let name = steps.next()?;
                let fields = record.table().fields;
                record.field(fields.iter().position(|field| field.json_name == name)?)
            }
            View::Map(entries) => entries.get(steps.next()?)?,
            View::List(list) => match steps.next() {
                Some(step) => list.get(step.parse().ok()?),
                None => return Some(list),
            },
            _ => return None,
        };
    }
}

fn first_in<'v>(value: &'v dyn Value, place: &str) -> Option<View<'v>> {
    list_at(value, place).map(|list| list.get(0).view())
}
