//! Boxing: where a type holds itself by value, one step of the circle goes through a box.
//!
//! Lists and maps hold their items elsewhere already. The steps are found by one walk over the
//! graph, in order of the types' places, so that the same step is boxed whatever the document's
//! order.

use std::collections::HashSet;

use super::Member;
use crate::model::{Api, Kind, Type, TypeId};

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Unseen,
    Open,
    Done,
}

/// Returns the members that close a circle.
pub(super) fn boxed(api: &Api) -> HashSet<Member> {
    let mut order: Vec<usize> = (0..api.types.len()).collect();
    order.sort_by(|a, b| api.types[*a].origin.places.cmp(&api.types[*b].origin.places));
    let mut walk =
        Walk { api, marks: vec![Mark::Unseen; api.types.len()], boxed: HashSet::new() };
    for index in order {
        walk.visit(TypeId(index));
    }
    walk.boxed
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
