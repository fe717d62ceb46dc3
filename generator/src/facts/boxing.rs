//! Boxing: in each circle of types that contain each other by value, one member is boxed.
//!
//! Lists and maps need no box, because they allocate their items. One walk over the graph finds
//! the members, in order of the types' origins, so that the choice doesn't depend on the
//! document's order. A member that the ledger has remains as recorded, boxed or not.

use rustc_hash::FxHashSet;

use super::Member;
use crate::ledger::Ledger;
use crate::model::{Api, Kind, Type, TypeDef, TypeId, Variant};

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Unseen,
    Open,
    Done,
}

/// Returns the members that are boxed.
pub(super) fn boxed(api: &Api, ledger: &Ledger) -> FxHashSet<Member> {
    let mut order: Vec<usize> = (0..api.types.len()).collect();
    order.sort_by(|a, b| api.types[*a].origin.places.cmp(&api.types[*b].origin.places));
    let (recorded, mut boxed) = recorded(api, ledger);
    // Where a recorded member is boxed instead of another, a circle may be left; the next walk
    // finds it.
    loop {
        let before = boxed.len();
        let mut walk = Walk {
            api,
            marks: vec![Mark::Unseen; api.types.len()],
            recorded: &recorded,
            boxed,
        };
        for index in &order {
            walk.visit(TypeId(*index));
        }
        boxed = walk.boxed;
        if boxed.len() == before {
            return boxed;
        }
    }
}

/// Returns the members that the ledger has, and those of them that are boxed.
fn recorded(api: &Api, ledger: &Ledger) -> (FxHashSet<Member>, FxHashSet<Member>) {
    let mut recorded = FxHashSet::default();
    let mut boxed = FxHashSet::default();
    for (index, def) in api.types.iter().enumerate() {
        for (member, is_boxed) in recorded_members(def, ledger) {
            recorded.insert((TypeId(index), member));
            if is_boxed {
                boxed.insert((TypeId(index), member));
            }
        }
    }
    (recorded, boxed)
}

/// Returns the members of a type that the ledger has, each with whether it is boxed.
fn recorded_members(def: &TypeDef, ledger: &Ledger) -> Vec<(usize, bool)> {
    let Some(name) = def.recorded.as_deref() else { return Vec::new() };
    match &def.kind {
        Kind::Record(record) => {
            let fields = record.fields.iter().enumerate();
            fields
                .filter_map(|(index, field)| {
                    let known = ledger.field(name, &field.json_name)?;
                    Some((index, known.held.boxed))
                })
                .collect()
        }
        Kind::Union(union) => {
            let Some(recorded) = ledger.union(name) else { return Vec::new() };
            let known = |variant: &Variant| {
                let mut variants = recorded.variants();
                variants.find(|known| Some(known.name) == variant.recorded.as_deref())
            };
            let members = union.variants.iter().enumerate();
            let common = recorded.common().filter(|_| union.common.is_some());
            members
                .filter_map(|(index, variant)| Some((index, known(variant)?.boxed)))
                .chain(common.map(|(_, boxed)| (union.variants.len(), boxed)))
                .collect()
        }
        Kind::Enum(_) => Vec::new(),
    }
}

struct Walk<'a> {
    api: &'a Api,
    marks: Vec<Mark>,
    recorded: &'a FxHashSet<Member>,
    boxed: FxHashSet<Member>,
}

impl Walk<'_> {
    /// Visits a type and its contents. The path is kept on the heap, because documents may be
    /// deeply nested.
    fn visit(&mut self, root: TypeId) {
        if self.marks[root.0] != Mark::Unseen {
            return;
        }
        self.marks[root.0] = Mark::Open;
        let mut path = vec![(root, 0)];
        while let Some((id, next)) = path.last_mut() {
            let id = *id;
            let held = held_by_value(self.api, id);
            let Some(&(member, target)) = held.get(*next) else {
                self.marks[id.0] = Mark::Done;
                path.pop();
                continue;
            };
            *next += 1;
            if self.boxed.contains(&(id, member)) {
                continue;
            }
            match self.marks[target.0] {
                Mark::Unseen => {
                    self.marks[target.0] = Mark::Open;
                    path.push((target, 0));
                }
                Mark::Open => self.close(&path, target),
                Mark::Done => {}
            }
        }
    }

    /// Boxes a member of the circle that the last step of a path closes: the last one whose type
    /// the ledger doesn't have.
    fn close(&mut self, path: &[(TypeId, usize)], target: TypeId) {
        let start = path.iter().position(|(id, _)| *id == target).unwrap_or_default();
        let steps = path[start..].iter().filter_map(|(id, next)| {
            let (member, _) = held_by_value(self.api, *id).get(next - 1).copied()?;
            Some((*id, member))
        });
        let steps: Vec<Member> = steps.collect();
        if steps.iter().any(|step| self.boxed.contains(step)) {
            return;
        }
        let new = steps.iter().rev().find(|step| !self.recorded.contains(step));
        self.boxed.extend(new.or(steps.last()).copied());
    }
}

/// Returns the members of a type that contain a definition by value.
fn held_by_value(api: &Api, id: TypeId) -> Vec<(usize, TypeId)> {
    let types: Vec<&Type> = match &api.def(id).kind {
        Kind::Record(record) => record.fields.iter().map(|field| &field.ty).collect(),
        Kind::Union(union) => {
            union.variants.iter().map(|v| &v.ty).chain(&union.common).collect()
        }
        Kind::Enum(_) => Vec::new(),
    };
    let by_value = |(member, ty): (usize, &Type)| match ty {
        Type::Def(id) => Some((member, *id)),
        _ => None,
    };
    types.into_iter().enumerate().filter_map(by_value).collect()
}
