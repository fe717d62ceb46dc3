//! Changes of unions: their branches, and the discriminator that selects one.

use std::collections::BTreeSet;

use super::super::change::Direction;
use super::super::flat::{Discriminator, Flat, MAPPED, Union};
use super::Found;

/// Compares the unions and discriminators of two schemas.
pub(super) fn compare<'a>(
    direction: Direction,
    old: &Flat<'a>,
    new: &Flat<'a>,
    found: &mut Found<'a>,
) {
    let empty = Union::new();
    let keywords: BTreeSet<_> = old.unions.keys().chain(new.unions.keys()).collect();
    for keyword in keywords {
        let before = old.unions.get(keyword).unwrap_or(&empty);
        let after = new.unions.get(keyword).unwrap_or(&empty);
        let renamed = renamed(old, new, (before, after));
        branches(direction, keyword, (before, after), &renamed, found);
    }
    match (&old.discriminator, &new.discriminator) {
        (None, Some(new)) => {
            let words = format!("added the discriminator `{}` to ", new.property);
            found.schema("discriminator-added", true, words);
        }
        (Some(old), None) => {
            let words = format!("removed the discriminator `{}` from ", old.property);
            found.schema("discriminator-removed", !direction.is_request(), words);
        }
        (Some(old), Some(new)) => mapping(direction, (old, new), found),
        (None, None) => {}
    }
}

/// Returns the new names of branches that a value of the discriminator still selects.
fn renamed<'a>(
    old: &Flat<'a>,
    new: &Flat<'a>,
    (before, after): (&Union<'a>, &Union<'a>),
) -> Vec<(&'a str, &'a str)> {
    let (Some(old), Some(new)) = (&old.discriminator, &new.discriminator) else {
        return Vec::new();
    };
    let pairs = old.mapping.iter().filter_map(|(value, from)| {
        let to = new.mapping.get(value)?;
        let is_renamed = !after.contains_key(*from) && !before.contains_key(*to);
        let are_branches = before.contains_key(*from) && after.contains_key(*to);
        (is_renamed && are_branches).then_some((*from, *to))
    });
    let mut found: Vec<(&str, &str)> = Vec::new();
    for (from, to) in pairs {
        if found.iter().all(|(other, target)| *other != from && *target != to) {
            found.push((from, to));
        }
    }
    found
}

fn branches<'a>(
    direction: Direction,
    keyword: &str,
    (old, new): (&Union<'a>, &Union<'a>),
    renamed: &[(&str, &str)],
    found: &mut Found<'a>,
) {
    let (segment, codes) = match keyword {
        "one-of" => ("oneOf", Some(("one-of-added", "one-of-removed"))),
        "any-of" => ("anyOf", Some(("any-of-added", "any-of-removed"))),
        // The changes of a mapping have codes of their own.
        _ => (MAPPED, None),
    };
    let pairs = paired(old, new, renamed);
    for (before, after) in &pairs {
        let segment = format!("{segment}[{after}]");
        found.below(&segment, vec![old[*before].schema], vec![new[*after].schema]);
    }
    let Some((added, removed)) = codes else { return };
    for name in old.keys().filter(|name| pairs.iter().all(|pair| pair.0 != **name)) {
        let words = format!("removed the branch `{name}` from ");
        found.schema(removed, !direction.is_request(), words);
    }
    for name in new.keys().filter(|name| pairs.iter().all(|pair| pair.1 != **name)) {
        let words = format!("added the branch `{name}` to ");
        found.schema(added, true, words);
    }
}

/// Pairs the branches of two unions by name; unnamed ones are paired with equal ones first.
fn paired<'b>(
    old: &'b Union<'_>,
    new: &'b Union<'_>,
    renamed: &[(&str, &str)],
) -> Vec<(&'b str, &'b str)> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    let mut pair = |fits: &dyn Fn(&str, &str) -> bool| {
        for before in old.keys() {
            let is_free = |after: &&String| {
                pairs.iter().all(|(other, taken)| other != before && taken != *after)
            };
            let found = new.keys().filter(is_free).find(|after| fits(before, after));
            if let Some(after) = found {
                pairs.push((before, after));
            }
        }
    };
    pair(&|before, after| {
        let (before, after) = (&old[before], &new[after]);
        before.is_inline && after.is_inline && before.schema == after.schema
    });
    pair(&|before, after| before == after || renamed.contains(&(before, after)));
    pairs
}

fn mapping(
    direction: Direction,
    (old, new): (&Discriminator<'_>, &Discriminator<'_>),
    found: &mut Found<'_>,
) {
    if old.property != new.property {
        let words = format!(
            "changed the discriminator from `{}` to `{}` of ",
            old.property, new.property
        );
        found.schema("discriminator-property-name-changed", false, words);
    }
    for value in new.mapping.keys().filter(|value| !old.mapping.contains_key(*value)) {
        let words = format!("added the discriminator value `{value}` to ");
        found.schema("discriminator-mapping-added", true, words);
    }
    for value in old.mapping.keys().filter(|value| !new.mapping.contains_key(*value)) {
        let words = format!("removed the discriminator value `{value}` from ");
        let is_compatible = !direction.is_request();
        found.schema("discriminator-mapping-deleted", is_compatible, words);
    }
}
