//! Removes types that no operation uses, and rewrites references to merged ones.

use rustc_hash::FxHashMap;

use super::{Api, Content, OperationVersion, TypeId};

impl Api {
    /// Removes the types that no operation uses.
    pub(crate) fn prune(&mut self) {
        let mut reached = vec![false; self.types.len()];
        let mut pending: Vec<TypeId> = Vec::new();
        for operation in &self.operations {
            pending.extend(
                operation.parameters.iter().filter_map(|parameter| parameter.ty.leaf()),
            );
            for version in &operation.versions {
                version.for_each_type(|ty| pending.extend(ty.leaf()));
            }
        }
        while let Some(id) = pending.pop() {
            if !std::mem::replace(&mut reached[id.0], true) {
                let kind = &self.def(id).kind;
                kind.for_each_type(|ty| pending.extend(ty.leaf()));
            }
        }
        keep(self, |id| reached[id.0], |id| id);
    }

    /// Replaces types by others and removes them.
    pub(crate) fn replace(&mut self, by: &FxHashMap<TypeId, TypeId>) {
        keep(self, |id| !by.contains_key(&id), |id| by.get(&id).copied().unwrap_or(id));
    }
}

/// Keeps some types; `target` returns the kept type that replaces a used one.
fn keep(
    api: &mut Api,
    keeps: impl Fn(TypeId) -> bool,
    target: impl Fn(TypeId) -> TypeId,
) {
    let mut new_index: Vec<usize> = Vec::with_capacity(api.types.len());
    let mut kept = 0;
    for index in 0..api.types.len() {
        new_index.push(kept);
        kept += usize::from(keeps(TypeId(index)));
    }
    let target = |id: TypeId| TypeId(new_index[target(id).0]);
    let mut index = 0;
    api.types.retain(|_| {
        index += 1;
        keeps(TypeId(index - 1))
    });
    for def in &mut api.types {
        def.kind.for_each_type_mut(|ty| ty.map_defs(&target));
    }
    for operation in &mut api.operations {
        operation
            .parameters
            .iter_mut()
            .for_each(|parameter| parameter.ty.map_defs(&target));
        operation.versions.iter_mut().for_each(|version| redirect(version, &target));
    }
}

fn redirect(version: &mut OperationVersion, target: &dyn Fn(TypeId) -> TypeId) {
    for (_, content) in
        version.responses.iter_mut().flat_map(|response| &mut response.statuses)
    {
        if let Content::Json(ty) = content {
            ty.map_defs(target);
        }
    }
    if let Some(body) = &mut version.body {
        body.ty.map_defs(target);
    }
}
