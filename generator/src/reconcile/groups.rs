//! The modules of operations: an operation stays in its first module.

use std::collections::BTreeMap;

use crate::ledger::Ledger;
use crate::model::{Api, Tag};

/// The identity of a remaining operation group.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// A recorded module.
    Module(String),
    /// A group that has no module yet.
    New(String),
}

impl Key {
    fn of(module: Option<&String>, group: &Tag) -> Self {
        module
            .map_or_else(|| Self::New(group.name.clone()), |it| Self::Module(it.clone()))
    }
}

/// Gives every operation the group of its recorded module, and every group its module.
pub(super) fn keep_modules(api: &mut Api, ledger: &Ledger) {
    let found = std::mem::take(&mut api.tags);
    let modules = modules(api, &found, ledger);
    let wanted: Vec<Key> = api
        .operations
        .iter()
        .map(|operation| match ledger.operation(&operation.key) {
            Some(recorded) => Key::Module(recorded.module().to_owned()),
            None => Key::of(modules[operation.tag].as_ref(), &found[operation.tag]),
        })
        .collect();
    let mut tags: BTreeMap<Key, Tag> = BTreeMap::new();
    for (index, (tag, module)) in found.into_iter().zip(modules).enumerate() {
        let key = Key::of(module.as_ref(), &tag);
        // All of its operations are in the modules of other groups.
        let is_left = api.operations.iter().any(|operation| operation.tag == index)
            && !wanted.contains(&key);
        if module.is_none() && is_left {
            continue;
        }
        // Where several groups share a module, the one that the module was made for is kept.
        let is_first = module
            .as_deref()
            .is_none_or(|module| ledger.group(module) == Some(&tag.name));
        if is_first || !tags.contains_key(&key) {
            tags.insert(key, Tag { module, ..tag });
        }
    }
    for key in &wanted {
        if let Key::Module(module) = key
            && !tags.contains_key(key)
        {
            let name = ledger.group(module).unwrap_or(module).to_owned();
            tags.insert(
                key.clone(),
                Tag { name, prose: None, module: Some(module.clone()) },
            );
        }
    }
    let mut tags: Vec<(Key, Tag)> = tags.into_iter().collect();
    tags.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
    for (operation, key) in api.operations.iter_mut().zip(wanted) {
        let place = tags.iter().position(|(own, _)| *own == key);
        operation.tag = place.expect("each key that is wanted has a group");
    }
    api.tags = tags.into_iter().map(|(_, tag)| tag).collect();
}

/// Returns the recorded module of each group: its own, else the module of a removed group if this
/// group has most of its operations.
fn modules(api: &Api, tags: &[Tag], ledger: &Ledger) -> Vec<Option<String>> {
    let own: Vec<Option<&str>> =
        tags.iter().map(|tag| ledger.module(&tag.name)).collect();
    let mut modules = Vec::new();
    for (index, own_module) in own.iter().enumerate() {
        let module = own_module.or_else(|| {
            let recorded = of_most_operations(api, index, ledger)?;
            (!own.contains(&Some(recorded))).then_some(recorded)
        });
        modules.push(module.map(str::to_owned));
    }
    modules
}

fn of_most_operations<'l>(api: &Api, tag: usize, ledger: &'l Ledger) -> Option<&'l str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let operations = api.operations.iter().filter(|operation| operation.tag == tag);
    for recorded in operations.filter_map(|operation| ledger.operation(&operation.key)) {
        *counts.entry(recorded.module()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(module, _)| module)
}
