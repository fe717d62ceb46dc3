//! Pairs of an old and a new schema. Each pair is compared once, regardless of the number of its
//! uses.
//!
//! A pair has its own changes and the pairs below it. The changes at a place are found by walking
//! from the place's pair through the pairs that lead to a change.

use std::collections::HashMap;

use serde_json::Value;

use super::change::{Anchor, Change, Direction, Location, Part, Site};
use super::compare::{self, Own};
use super::flat::Flat;
use super::tree::{Schema, Tree};

/// The maximum number of places below one root at which a pair is reported. Further places would
/// only repeat the pair.
const MAX_PLACES: usize = 64;

type Key = (Vec<*const Value>, Vec<*const Value>, Direction);

/// All pairs that were compared.
pub(super) struct Graph<'a> {
    pub old: Tree<'a>,
    pub new: Tree<'a>,
    numbers: HashMap<Key, usize>,
    pairs: Vec<Pair<'a>>,
}

struct Pair<'a> {
    old: Schema<'a>,
    new: Schema<'a>,
    direction: Direction,
    changes: Vec<Own>,
    /// The pairs below, by the segment of a property path.
    edges: Vec<Edge>,
    leads_to_change: bool,
}

struct Edge {
    segment: String,
    is_property: bool,
    /// The component that declares the property.
    owner: Option<String>,
    to: usize,
}

/// A pair below another one, found by comparing two schemas.
pub(super) struct Below<'a> {
    pub segment: String,
    /// Whether the segment is a JSON name. The segment of a list, a map or a union is none.
    pub is_property: bool,
    pub owner: Option<String>,
    pub old: Vec<&'a Value>,
    pub new: Vec<&'a Value>,
}

/// The pair of schemas of a body, a response or a parameter.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub pair: usize,
    pub site: Site,
    pub part: Part,
    /// The words for the root: `the request body`.
    pub phrase: String,
}

impl<'a> Graph<'a> {
    pub(super) fn new(old: Tree<'a>, new: Tree<'a>) -> Self {
        Self { old, new, numbers: HashMap::new(), pairs: Vec::new() }
    }

    /// Compares two schemas and all below them, and returns the index of the pair.
    pub(super) fn pair(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        direction: Direction,
    ) -> usize {
        let mut next = self.pairs.len();
        let root = self.number(vec![old], vec![new], direction);
        while next < self.pairs.len() {
            self.compare(next);
            next += 1;
        }
        root
    }

    fn number(
        &mut self,
        old: Vec<&'a Value>,
        new: Vec<&'a Value>,
        direction: Direction,
    ) -> usize {
        let (old, new) = (self.old.schema(old), self.new.schema(new));
        let pointers = |schema: &Schema<'a>| -> Vec<*const Value> {
            schema.parts.iter().map(|part| std::ptr::from_ref(*part)).collect()
        };
        let key = (pointers(&old), pointers(&new), direction);
        let free = self.pairs.len();
        let number = *self.numbers.entry(key).or_insert(free);
        if number == free {
            let (changes, edges) = (Vec::new(), Vec::new());
            let leads_to_change = false;
            self.pairs.push(Pair {
                old,
                new,
                direction,
                changes,
                edges,
                leads_to_change,
            });
        }
        number
    }

    fn compare(&mut self, number: usize) {
        let pair = &self.pairs[number];
        let direction = pair.direction;
        let old = Flat::of(self.old, &pair.old);
        let new = Flat::of(self.new, &pair.new);
        let sides = compare::Sides { old: self.old, new: self.new, direction };
        let found = compare::compare(&sides, &old, &new);
        let edges = found.below.into_iter().map(|below| {
            let to = self.number(below.old, below.new, direction);
            let Below { segment, is_property, owner, .. } = below;
            Edge { segment, is_property, owner, to }
        });
        let edges = edges.collect();
        let pair = &mut self.pairs[number];
        pair.edges = edges;
        pair.changes = found.changes;
    }

    /// Determines the pairs that lead to a change. Call this once all pairs have been compared.
    pub(super) fn settle(&mut self) {
        let mut above = vec![Vec::new(); self.pairs.len()];
        let mut open = Vec::new();
        for (number, pair) in self.pairs.iter().enumerate() {
            pair.edges.iter().for_each(|edge| above[edge.to].push(number));
            if !pair.changes.is_empty() {
                open.push(number);
            }
        }
        while let Some(number) = open.pop() {
            if !self.pairs[number].leads_to_change {
                self.pairs[number].leads_to_change = true;
                open.extend(&above[number]);
            }
        }
    }

    /// Returns the changes at a root and below it, those with the shortest paths first.
    pub(super) fn changes(&self, root: &Root) -> Vec<Change> {
        let mut steps = vec![Step::first(self.component(root.pair), root.pair)];
        let mut visits = vec![0; self.pairs.len()];
        let mut found = Vec::new();
        let mut at = 0;
        while at < steps.len() {
            let step = steps[at].clone();
            let pair = &self.pairs[step.pair];
            at += 1;
            visits[step.pair] += 1;
            if !pair.leads_to_change || visits[step.pair] > MAX_PLACES {
                continue;
            }
            found.extend(pair.changes.iter().map(|own| change(own, pair, &step, root)));
            for edge in &pair.edges {
                let is_circle = is_above(&steps, at - 1, edge.to);
                if self.pairs[edge.to].leads_to_change && !is_circle {
                    steps.push(self.step(&step, at - 1, edge));
                }
            }
        }
        found
    }

    fn component(&self, pair: usize) -> Option<String> {
        self.pairs[pair].new.name.map(|name| format!("schema {name}"))
    }

    fn step(&self, above: &Step, number: usize, edge: &Edge) -> Step {
        let path = joined(&above.path, &edge.segment);
        let (component, inner) = match (self.component(edge.to), &edge.owner) {
            (Some(component), _) => (Some(component), String::new()),
            (None, Some(owner)) => {
                (Some(format!("schema {owner}")), edge.segment.clone())
            }
            (None, None) => {
                (above.component.clone(), joined(&above.inner, &edge.segment))
            }
        };
        let mut names = above.names.clone();
        names.extend(edge.is_property.then(|| edge.segment.clone()));
        Step { pair: edge.to, above: Some(number), path, names, component, inner }
    }
}

/// A step of the walk.
#[derive(Clone)]
struct Step {
    pair: usize,
    above: Option<usize>,
    /// The property path from the root.
    path: String,
    names: Vec<String>,
    /// The component that the place is in, and the property path from there.
    component: Option<String>,
    inner: String,
}

impl Step {
    fn first(component: Option<String>, pair: usize) -> Self {
        let (path, names, inner) = Default::default();
        Self { pair, above: None, path, names, component, inner }
    }
}

/// Tells whether a pair is above a step.
fn is_above(steps: &[Step], mut at: usize, pair: usize) -> bool {
    loop {
        if steps[at].pair == pair {
            return true;
        }
        match steps[at].above {
            Some(above) => at = above,
            None => return false,
        }
    }
}

fn joined(path: &str, segment: &str) -> String {
    if path.is_empty() { segment.to_owned() } else { format!("{path}/{segment}") }
}

/// Describes a pair's own change for a place.
fn change(own: &Own, pair: &Pair<'_>, step: &Step, root: &Root) -> Change {
    let at = |path: &str| match &own.property {
        Some(property) => joined(path, property),
        None => path.to_owned(),
    };
    let path = at(&step.path);
    let site = if step.path.is_empty() { root.site } else { Site::Property };
    let mut change = Change::new(
        &own.code.at(pair.direction, site),
        own.is_compatible,
        own.words(&subject(&path, &root.phrase)),
    );
    let names = step.names.iter().chain(&own.property).cloned().collect();
    change.location = Some(Location { part: root.part.clone(), names });
    let (component, inner) = match &own.owner {
        Some(owner) => (Some(format!("schema {owner}")), at("")),
        None => (step.component.clone(), at(&step.inner)),
    };
    change.anchor = component.map(|component| {
        let place = if inner.is_empty() {
            "the value itself".to_owned()
        } else {
            format!("`{inner}`")
        };
        Anchor { component, what: own.words(&place) }
    });
    change
}

fn subject(path: &str, phrase: &str) -> String {
    if path.is_empty() { phrase.to_owned() } else { format!("`{path}` of {phrase}") }
}
