//! Makes a value that meets the requirements of schemas.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::demands::{Branch, Demands, Tree, flag};
use crate::dice::Dice;
use crate::pattern::Patterns;
use crate::{Choice, Direction};

mod free;
mod number;
mod text;

pub use free::is_made;

/// The depth below which an arbitrary value omits everything optional.
const DEEP: usize = 24;

/// The number of times that an arbitrary value may contain a schema within itself.
const TURNS: usize = 3;

/// Makes one value.
pub(crate) struct Maker<'d> {
    pub(crate) tree: Tree<'d>,
    pub(crate) patterns: &'d Patterns,
    pub(crate) direction: Direction,
    pub(crate) choice: Choice,
    dice: Dice,
    /// The schemas of the objects around the value.
    open: Vec<*const Value>,
    /// The number of times that each union has been visited.
    visits: HashMap<*const Value, usize>,
    path: Vec<String>,
    /// The requirements that no value can meet, with their locations.
    pub(crate) contradictions: BTreeSet<String>,
}

impl<'d> Maker<'d> {
    pub(crate) fn new(
        tree: Tree<'d>,
        patterns: &'d Patterns,
        direction: Direction,
        choice: Choice,
    ) -> Self {
        Self {
            tree,
            patterns,
            direction,
            choice,
            dice: Dice::new(choice.seed().unwrap_or_default()),
            open: Vec::new(),
            visits: HashMap::new(),
            path: Vec::new(),
            contradictions: BTreeSet::new(),
        }
    }

    /// Makes a value that meets the requirements of several schemas.
    pub(crate) fn value(&mut self, schemas: &[&'d Value]) -> Value {
        self.tagged(schemas, None)
    }

    fn tagged(&mut self, schemas: &[&'d Value], tags: Option<&[&'d str]>) -> Value {
        let mut demands = Demands::of(self.tree, schemas.iter().copied());
        self.settle(&mut demands);
        let can_be_null =
            demands.nullable && demands.kind.is_some() && demands.values.is_none();
        if tags.is_none() && can_be_null && self.is_arbitrary() && self.dice.once_in(6) {
            return Value::Null;
        }
        if let Some(value) = self.enumerated(&demands, tags) {
            return value;
        }
        match demands.kind.or(demands.implied_kind()) {
            Some("object") => self.object(&demands),
            Some("array") => self.list(&demands),
            Some("string") => Value::String(self.text(&demands)),
            Some("integer") => self.integer(&demands),
            Some("number") => self.number(&demands),
            Some("boolean") => Value::Bool(!self.is_arbitrary() || self.dice.once_in(2)),
            _ => self.free(3),
        }
    }

    pub(crate) fn is_arbitrary(&self) -> bool {
        self.choice.seed().is_some()
    }

    fn contradiction(&mut self, what: &str) {
        let path = self.path.join(".");
        self.contradictions.insert(format!("{path}: {what}"));
    }

    /// Chooses a branch of every remaining union. Consecutive seeds choose the branches in turn.
    fn settle(&mut self, demands: &mut Demands<'d>) {
        while let Some(union) = demands.unions.pop() {
            let fixed = union.property.and_then(|name| demands.tags.get(name));
            let fits = |branch: &&Branch<'d>| {
                fixed.is_none_or(|fixed| {
                    branch.tags.iter().any(|tag| fixed.contains(tag))
                })
            };
            let mut ways: Vec<_> = union.branches.iter().filter(fits).collect();
            if ways.is_empty() {
                self.contradiction("no branch of a union has the discriminator value");
                ways = union.branches.iter().collect();
            }
            if ways.iter().any(|branch| !self.turns_back(&[branch.schema])) {
                ways.retain(|branch| !self.turns_back(&[branch.schema]));
            }
            let chosen = if self.is_arbitrary() {
                let fits = |tag: &str| fixed.is_none_or(|fixed| fixed.contains(&tag));
                let mut choices = choices(&ways, &fits);
                let turn = self.turn(union.schema) % choices.len();
                choices.swap_remove(turn)
            } else {
                ways[0].clone()
            };
            demands.choose(self.tree, union.property, &chosen);
        }
    }

    /// Returns the number of the next choice of a union: consecutive seeds and visits choose in
    /// turn.
    fn turn(&mut self, union: &Value) -> usize {
        let visits = self.visits.entry(std::ptr::from_ref(union)).or_default();
        *visits += 1;
        self.choice.seed().unwrap_or_default() as usize + *visits - 1
    }

    /// Returns one of the listed values; `None` where no values are listed.
    fn enumerated(
        &mut self,
        demands: &Demands<'d>,
        tags: Option<&[&'d str]>,
    ) -> Option<Value> {
        let values = demands.values.as_deref();
        if let Some(tags) = tags {
            let declared = |tag: &&&str| {
                values.is_none_or(|values| values.iter().any(|value| *value == **tag))
            };
            let mut ways: Vec<&&str> = tags.iter().filter(declared).collect();
            if ways.is_empty() {
                self.contradiction(
                    "the discriminator value is not among the property's values",
                );
                ways = tags.iter().collect();
            }
            return Some(Value::from(**self.one_of(&ways)));
        }
        if demands.is_torn {
            self.contradiction("two declarations have no value in common");
        }
        let values = values.filter(|values| !values.is_empty())?;
        let fits = |value: &&&Value| demands.kind.is_none_or(|kind| is_of(value, kind));
        let fitting: Vec<&Value> = values.iter().filter(fits).copied().collect();
        if fitting.is_empty() {
            // Some documents list the values of items at the list.
            return None;
        }
        Some((*self.one_of(&fitting)).clone())
    }

    /// Returns the first of several items, or any of them for an arbitrary value.
    fn one_of<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        if self.is_arbitrary() { self.dice.pick(from) } else { &from[0] }
    }

    fn object(&mut self, demands: &Demands<'d>) -> Value {
        let depth = self.open.len();
        self.open.extend(&demands.schemas);
        let mut object = Map::new();
        for (name, schemas) in &demands.properties {
            let tags = demands.tags.get(name).map(Vec::as_slice);
            let is_wanted = tags.is_some()
                || self.belongs(schemas)
                    && (demands.required.contains(name) || self.wants(schemas));
            if is_wanted {
                self.path.push((*name).to_owned());
                object.insert((*name).to_owned(), self.tagged(schemas, tags));
                self.path.pop();
            }
        }
        for name in &demands.required {
            if !demands.properties.contains_key(name) {
                let tag = demands.tags.get(name).and_then(|tags| tags.first());
                if tag.is_none() {
                    self.contradiction(&format!("{name} is required and not declared"));
                }
                object.insert((*name).to_owned(), Value::from(*tag.unwrap_or(&"text")));
            }
        }
        self.entries(demands, &mut object);
        self.open.truncate(depth);
        Value::Object(object)
    }

    /// Tells whether a property may be sent in this direction.
    fn belongs(&self, schemas: &[&'d Value]) -> bool {
        let mark = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        !schemas.iter().any(|schema| flag(schema, mark))
    }

    /// Tells whether an optional property is included.
    fn wants(&mut self, schemas: &[&'d Value]) -> bool {
        match self.choice {
            Choice::Minimal => false,
            Choice::Full => !self.turns_back(schemas),
            Choice::Arbitrary(seed) | Choice::Extended(seed) => {
                let rate = seed as usize % 4 + 1;
                self.dice.roll(4) < rate && !self.turns_back(schemas)
            }
        }
    }

    /// Tells whether a value would contain a schema that is around it too often.
    fn turns_back(&self, schemas: &[&'d Value]) -> bool {
        let mut demands = Demands::of(self.tree, schemas.iter().copied());
        while !demands.items.is_empty() {
            let items = std::mem::take(&mut demands.items);
            items.into_iter().for_each(|item| demands.add(self.tree, item, false));
        }
        if let Some(values) = demands.additional.filter(|schema| schema.is_object()) {
            demands.add(self.tree, values, false);
        }
        let turns = if self.is_arbitrary() { TURNS } else { 1 };
        let is_deep = self.path.len() >= DEEP;
        demands.schemas.iter().any(|schema| {
            let found = self.open.iter().filter(|open| *open == schema).count();
            found >= turns || is_deep && found > 0
        })
    }

    /// Adds the entries of an object that are no declared properties.
    fn entries(&mut self, demands: &Demands<'d>, object: &mut Map<String, Value>) {
        let least = demands.property_count.low.unwrap_or_default() as usize;
        let schema = match demands.additional {
            Some(Value::Bool(false)) => return,
            Some(schema) if schema.is_object() => Some(schema),
            _ => None,
        };
        let wanted = match self.choice {
            Choice::Minimal => 0,
            Choice::Full if schema.is_some() || demands.properties.is_empty() => 1,
            Choice::Full => 0,
            Choice::Arbitrary(_)
                if schema.is_none() && !demands.properties.is_empty() =>
            {
                0
            }
            Choice::Arbitrary(_) | Choice::Extended(_) => self.dice.roll(4),
        };
        let most = demands.property_count.high.unwrap_or(u64::MAX) as usize;
        let count = (object.len() + wanted).max(least).min(most);
        let mut number = object.len();
        while object.len() < count {
            let name = self.name(number);
            number += 1;
            if demands.properties.contains_key(name.as_str()) {
                continue;
            }
            self.path.push("*".to_owned());
            let value = match schema {
                Some(schema) => self.value(&[schema]),
                None => self.free(3),
            };
            self.path.pop();
            object.insert(name, value);
        }
    }

    fn list(&mut self, demands: &Demands<'d>) -> Value {
        let low = demands.item_count.low.unwrap_or_default() as usize;
        let high = demands.item_count.high.map_or(usize::MAX, |high| high as usize);
        let wanted = match self.choice {
            Choice::Minimal => low,
            _ if self.turns_back(&demands.items) => low,
            Choice::Full => low.max(1).min(high),
            _ if high <= 10 && self.dice.once_in(6) => high,
            _ => (low + self.dice.roll(4)).min(high),
        };
        let mut list = Vec::new();
        let mut tries = 0;
        while list.len() < wanted && tries < wanted + 50 {
            tries += 1;
            let item = self.value(&demands.items);
            if !demands.unique || !list.contains(&item) {
                list.push(item);
            }
        }
        if list.len() < low {
            self.contradiction(
                "the list requires more distinct items than the schema allows",
            );
        }
        Value::Array(list)
    }
}

/// Returns a choice for each discriminator value of the branches: first one of each branch, then the
/// second ones. A branch without such values is one choice.
fn choices<'d>(
    branches: &[&Branch<'d>],
    fits: &dyn Fn(&str) -> bool,
) -> Vec<Branch<'d>> {
    let of_branch = |branch: &&Branch<'d>| {
        let tags = branch.tags.iter().filter(|tag| fits(tag));
        let mut choices: Vec<Vec<&'d str>> = tags.map(|tag| vec![*tag]).collect();
        if choices.is_empty() {
            choices.push(branch.tags.clone());
        }
        (branch.schema, choices)
    };
    let branches: Vec<_> = branches.iter().map(of_branch).collect();
    let most = branches.iter().map(|(_, choices)| choices.len()).max();
    let in_turn = (0..most.unwrap_or_default()).flat_map(|index| {
        branches.iter().filter_map(move |(schema, choices)| {
            Some(Branch { schema, tags: choices.get(index)?.clone() })
        })
    });
    in_turn.collect()
}

/// Tells whether a value has a type, or is null.
fn is_of(value: &Value, kind: &str) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) => kind == "boolean",
        Value::Number(_) => matches!(kind, "integer" | "number"),
        Value::String(_) => kind == "string",
        Value::Array(_) => kind == "array",
        Value::Object(_) => kind == "object",
    }
}

impl Demands<'_> {
    /// Returns the type of a schema that declares none.
    fn implied_kind(&self) -> Option<&'static str> {
        if !self.properties.is_empty() || self.additional.is_some() {
            Some("object")
        } else if !self.items.is_empty() {
            Some("array")
        } else {
            None
        }
    }
}
