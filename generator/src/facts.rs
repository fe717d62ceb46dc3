//! Facts derived from the model, computed once: boxed members, read-only fields, the fields that
//! identify list items, the operations that waits poll, and for each type its features and the
//! operations that use it.

mod availability;
mod boxing;
mod collections;
mod conversions;
mod first;
mod identity;
mod pages;
mod waits;

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ledger::Ledger;
use crate::model::{Api, Content, Kind, Operation, Type, TypeId};
use crate::version::Version;

pub use availability::{Availability, FeatureSet};
pub use collections::Collection;
pub use waits::{Copies, Target, Waited, Waits};

/// A member of a definition: the field of a record or the variant of a union, by index.
pub type Member = (TypeId, usize);

/// The facts that follow from an [`Api`].
#[derive(Debug)]
pub struct Facts {
    /// The members that are boxed so that their type has a finite size.
    pub boxed: FxHashSet<Member>,
    /// The fields that requests leave out.
    pub read_only: FxHashSet<Member>,
    /// The fields by which an update matches the items of a list.
    pub identities: FxHashSet<Member>,
    /// The variants that have a `From` conversion of their content.
    pub conversions: FxHashSet<Member>,
    /// The records that are pages of a list → the field with the items, by index.
    pub pages: FxHashMap<TypeId, usize>,
    /// The operation that the first program calls; `None` where none is suitable.
    pub first: Option<usize>,
    /// The operation groups by the collection that they are about, for the front page.
    pub collections: Vec<Collection>,
    /// The waits after calls.
    pub waits: Waits,
    /// The operations of other groups that the waits of a group poll, by the group's index.
    pub copies: Vec<Copies>,
    /// The features that make a type available, by the type's index.
    pub feature_sets: Vec<FeatureSet>,
    /// The operations that respond with a type, send it or fail with it, by the type's index.
    pub users: Vec<Users>,
    current: FxHashMap<String, FxHashSet<Version>>,
}

/// The operations that name a type, as indices into the model.
#[derive(Clone, Debug, Default)]
pub struct Users {
    pub answered_by: BTreeSet<usize>,
    pub sent_by: BTreeSet<usize>,
}

impl Facts {
    pub fn of(api: &Api, ledger: &Ledger) -> Self {
        let current = current_versions(api, ledger);
        let waits = waits::waits(api, &current, ledger);
        let feature_sets = availability::feature_sets(api, &current, &waits);
        let users = users(api);
        Self {
            boxed: boxing::boxed(api, ledger),
            read_only: read_only(api),
            identities: identity::identities(api),
            conversions: conversions::conversions(api, ledger),
            pages: pages::pages(api, &users, ledger),
            first: first::first(api),
            collections: collections::collections(api),
            copies: waits::copies(api, &current, &waits),
            waits,
            feature_sets,
            users,
            current,
        }
    }

    /// Returns the availability of a version of an operation. It doesn't need the feature
    /// `older-versions` if it is the newest stable version, or was when it was first published.
    pub fn availability(&self, operation: &Operation, version: Version) -> Availability {
        availability::of(&self.current, operation, version)
    }
}

fn current_versions(
    api: &Api,
    ledger: &Ledger,
) -> FxHashMap<String, FxHashSet<Version>> {
    let mut current: FxHashMap<String, FxHashSet<Version>> = FxHashMap::default();
    for operation in &api.operations {
        let newest = operation.newest_stable();
        let recorded = ledger.operation(&operation.key);
        let was_newest =
            |version| recorded.is_some_and(|recorded| recorded.was_newest(version));
        let versions = operation
            .versions
            .iter()
            .map(|version| version.version)
            .filter(|v| Some(*v) == newest || was_newest(*v));
        let versions = versions.collect();
        current.insert(operation.key.clone(), versions);
    }
    current
}

fn users(api: &Api) -> Vec<Users> {
    let mut users = vec![Users::default(); api.types.len()];
    for (index, operation) in api.operations.iter().enumerate() {
        for version in &operation.versions {
            for (_, content) in
                version.responses.iter().flat_map(|response| &response.statuses)
            {
                if let Content::Json(ty) = content
                    && let Some(id) = ty.leaf()
                {
                    users[id.0].answered_by.insert(index);
                }
            }
            if let Some(id) = version.body.as_ref().and_then(|body| body.ty.leaf()) {
                users[id.0].sent_by.insert(index);
            }
        }
    }
    users
}

/// Returns the fields that are marked as read-only, and those whose type is a record of read-only
/// fields only.
fn read_only(api: &Api) -> FxHashSet<Member> {
    let mut members: FxHashSet<Member> = FxHashSet::default();
    for (index, def) in api.types.iter().enumerate() {
        if let Kind::Record(record) = &def.kind {
            let marked =
                record.fields.iter().enumerate().filter(|(_, field)| field.read_only);
            members.extend(marked.map(|(field, _)| (TypeId(index), field)));
        }
    }
    loop {
        let whole: FxHashSet<TypeId> = api
            .types
            .iter()
            .enumerate()
            .filter_map(|(index, def)| match &def.kind {
                Kind::Record(record) if !record.fields.is_empty() => {
                    let id = TypeId(index);
                    let all = (0..record.fields.len())
                        .all(|field| members.contains(&(id, field)));
                    all.then_some(id)
                }
                _ => None,
            })
            .collect();
        let before = members.len();
        for (index, def) in api.types.iter().enumerate() {
            let Kind::Record(record) = &def.kind else { continue };
            for (field, declared) in record.fields.iter().enumerate() {
                if matches!(&declared.ty, Type::Def(id) if whole.contains(id)) {
                    members.insert((TypeId(index), field));
                }
            }
        }
        if members.len() == before {
            return members;
        }
    }
}
