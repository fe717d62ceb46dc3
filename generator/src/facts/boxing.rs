//! Boxing: where a type holds itself by value, one step of the circle goes through a box.
//!
//! Lists and maps hold their items elsewhere already. The steps are found by one walk over the
//! graph, in order of the types' places, so that the same step is boxed whatever the document's
//! order. A step that was boxed once stays so: another type elsewhere would change the walk.

use std::collections::HashSet;

use super::Member;
use crate::model::{Api, Kind, Type, TypeId};
use crate::names::Ledger;

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Unseen,
    Open,
    Done,
}

/// Returns the members that close a circle.
pub(super) fn boxed(api: &Api, ledger: &Ledger) -> HashSet<Member> {
    let mut order: Vec<usize> = (0..api.types.len()).collect();
    order.sort_by(|a, b| api.types[*a].origin.places.cmp(&api.types[*b].origin.places));
    let boxed = known(api, ledger);
    let mut walk = Walk { api, marks: vec![Mark::Unseen; api.types.len()], boxed };
    for index in order {
        walk.visit(TypeId(index));
    }
    walk.boxed
}

/// The members that the ledger holds.
fn known(api: &Api, ledger: &Ledger) -> HashSet<Member> {
    let mut known = HashSet::new();
    for (index, def) in api.types.iter().enumerate() {
        let id = TypeId(index);
        for (member, _) in held_by_value(api, id) {
            let label = label(api, (id, member));
            let mut places = def.origin.places.iter();
            if places.any(|place| ledger.was_boxed(&place.key, &label)) {
                known.insert((id, member));
            }
        }
    }
    known
}

/// What a member is called in the ledger: by the property, or by what the variant holds.
pub(super) fn label(api: &Api, (id, member): Member) -> String {
    match &api.def(id).kind {
        Kind::Record(record) => record.fields[member].json_name.clone(),
        Kind::Union(_) | Kind::Enum(_) => {
            let held = held_by_value(api, id).into_iter().find(|(at, _)| *at == member);
            held.map(|(_, target)| api.def(target).origin.places[0].key.clone())
                .unwrap_or_default()
        }
    }
}

struct Walk<'a> {
    api: &'a Api,
    marks: Vec<Mark>,
    boxed: HashSet<Member>,
}

impl Walk<'_> {
    /// Visits a type and what it holds. The path is kept on the heap: documents may be deep.
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
                Mark::Open => {
                    self.boxed.insert((id, member));
                }
                Mark::Done => {}
            }
        }
    }
}

/// The members of a type that hold a definition by value.
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
