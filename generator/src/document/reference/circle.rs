//! Finds references that lead back to themselves without a value in between.
//!
//! A schema may contain itself in a property, a list or a map, because values can be finite. A
//! schema can't *be* itself: such a schema describes nothing, and following it never ends. Atlas
//! writes inheritance as references from a base to its children (`oneOf`) and back (`allOf`),
//! which is no circle. So the two directions are checked separately.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::pointer::Pointer;

/// The names that each name is an alias or composition of.
type Graph<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// Reports each circle once, with all its references.
pub(super) fn check(tree: &Value) -> Vec<Diagnostic> {
    let sections = tree.get("components").and_then(Value::as_object);
    let mut found = BTreeSet::new();
    for (section, entries) in sections.into_iter().flatten() {
        let directions: &[&[&str]] = match section.as_str() {
            "schemas" => &[&["allOf"], &["oneOf", "anyOf"]],
            _ => &[&[]],
        };
        for keywords in directions {
            let graph = graph(section, entries, keywords);
            found.extend(
                circles(&graph).into_iter().map(|circle| report(section, &circle)),
            );
        }
    }
    found.into_iter().collect()
}

fn graph<'a>(section: &str, entries: &'a Value, keywords: &[&str]) -> Graph<'a> {
    let entries = entries.as_object().into_iter().flatten();
    let links = entries.map(|(name, value)| {
        let mut targets = Vec::new();
        collect_targets(section, value, keywords, &mut targets);
        (name.as_str(), targets)
    });
    links.collect()
}

/// Collects the references that define a value: its own, or those under `keywords`, at any depth.
fn collect_targets<'a>(
    section: &str,
    value: &'a Value,
    keywords: &[&str],
    targets: &mut Vec<&'a str>,
) {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        targets.extend(super::name(section, reference));
        return;
    }
    for keyword in keywords {
        let items = value.get(keyword).and_then(Value::as_array);
        for item in items.into_iter().flatten() {
            collect_targets(section, item, keywords, targets);
        }
    }
}

/// Finds circles by a depth-first walk without recursion, for chains may be long.
fn circles<'a>(graph: &Graph<'a>) -> Vec<Vec<&'a str>> {
    let mut done = BTreeSet::new();
    let mut circles = Vec::new();
    for start in graph.keys().copied() {
        if done.contains(start) {
            continue;
        }
        let mut path: Vec<(&str, usize)> = vec![(start, 0)];
        let mut depth = BTreeMap::from([(start, 0)]);
        while let Some((name, next)) = path.last_mut() {
            let target =
                graph.get(*name).and_then(|targets| targets.get(*next)).copied();
            *next += 1;
            match target {
                None => {
                    done.insert(*name);
                    depth.remove(*name);
                    path.pop();
                }
                Some(target) => {
                    if let Some(from) = depth.get(target) {
                        circles
                            .push(path[*from..].iter().map(|(name, _)| *name).collect());
                    } else if !done.contains(target) {
                        depth.insert(target, path.len());
                        path.push((target, 0));
                    }
                }
            }
        }
    }
    circles
}

fn report(section: &str, circle: &[&str]) -> Diagnostic {
    // A circle begins at its smallest name, so that the message doesn't depend on the walk.
    let smallest = (0..circle.len()).min_by_key(|index| circle[*index]).unwrap_or(0);
    let mut chain: Vec<&str> = circle[smallest..].to_vec();
    chain.extend(&circle[..=smallest]);
    let at = Pointer::root().child("components").child(section).child(chain[0]);
    let what = format!("references form a circle: {}", chain.join(" → "));
    Diagnostic::error(what, &at).help("remove one of the references with an overlay")
}
