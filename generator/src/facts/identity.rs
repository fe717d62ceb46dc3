//! Fields that identify list items in PATCH and PUT bodies.

use rustc_hash::FxHashSet;

use super::Member;
use super::availability::reachable;
use crate::model::{Api, Kind, Method, Type, TypeId};

/// Returns the fields that identify their record, for records that are list items in the bodies of
/// PATCH and PUT.
pub(super) fn identities(api: &Api) -> FxHashSet<Member> {
    let updates = api
        .operations
        .iter()
        .filter(|operation| matches!(operation.method, Method::Patch | Method::Put));
    let bodies: Vec<&Type> = updates
        .flat_map(|operation| &operation.versions)
        .filter_map(|version| version.body.as_ref().map(|body| &body.ty))
        .collect();
    let mut items = FxHashSet::default();
    bodies.iter().for_each(|ty| add_items(api, ty, &mut items));
    for id in reachable(api, bodies.iter().filter_map(|ty| ty.leaf()).collect()) {
        api.def(id).kind.for_each_type(|ty| add_items(api, ty, &mut items));
    }
    let identities = items.into_iter().flat_map(|id| {
        let fields = match &api.def(id).kind {
            Kind::Record(record) => record.fields.as_slice(),
            Kind::Enum(_) | Kind::Union(_) => &[],
        };
        let members = fields.iter().enumerate().filter(|(_, field)| field.identity);
        members.map(move |(index, _)| (id, index))
    });
    identities.collect()
}

/// Adds the definitions of a list's items; for a union, those of its variants.
fn add_items(api: &Api, ty: &Type, items: &mut FxHashSet<TypeId>) {
    match ty {
        Type::List(item) => {
            let mut pending: Vec<&Type> = vec![item];
            while let Some(item) = pending.pop() {
                let Type::Def(id) = item else {
                    add_items(api, item, items);
                    continue;
                };
                if let (true, Kind::Union(union)) =
                    (items.insert(*id), &api.def(*id).kind)
                {
                    pending.extend(union.variants.iter().map(|variant| &variant.ty));
                    pending.extend(&union.common);
                }
            }
        }
        Type::Map(value) => add_items(api, value, items),
        _ => {}
    }
}
