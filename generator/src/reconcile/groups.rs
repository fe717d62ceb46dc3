//! The modules: an operation stays in the one it was first put into.

use std::collections::BTreeMap;

use crate::model::{Api, Tag};
use crate::names::Ledger;

/// Gives every operation the group of its recorded module, and every group its module.
pub(super) fn keep_modules(api: &mut Api, ledger: &Ledger) {
    let found = std::mem::take(&mut api.tags);
    let mut modules = modules(api, &found, ledger);
    let mut tags: BTreeMap<String, Tag> = BTreeMap::new();
    let mut wanted: Vec<String> = Vec::new();
    for operation in &api.operations {
        let recorded = ledger.operation(&operation.key()).map(|known| known.module());
        let own = modules[operation.tag].clone();
        let key = match recorded {
            Some(module) => module.to_owned(),
            // Only a name: what has no module yet is told apart by its group.
            None => own.unwrap_or_else(|| format!(" {}", found[operation.tag].name)),
        };
        wanted.push(key);
    }
    for (index, tag) in found.into_iter().enumerate() {
        let module = modules[index].take();
        let key = module.clone().unwrap_or_else(|| format!(" {}", tag.name));
        // Its operations are all in the modules of other groups.
        let is_left = api.operations.iter().any(|operation| operation.tag == index)
            && !wanted.contains(&key);
        if module.is_none() && is_left {
            continue;
        }
        // A group that was renamed beside one that was not: the old name stands for both.
        let is_first = module
            .as_deref()
            .is_none_or(|module| ledger.group(module) == Some(&tag.name));
        if is_first || !tags.contains_key(&key) {
            tags.insert(key, Tag { module, ..tag });
        }
    }
    for key in &wanted {
        if !tags.contains_key(key) {
            let name = ledger.group(key).unwrap_or(key).to_owned();
            let tag = Tag { name, prose: None, module: Some(key.clone()) };
            tags.insert(key.clone(), tag);
        }
    }
    let mut tags: Vec<(String, Tag)> = tags.into_iter().collect();
    tags.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
    for (operation, key) in api.operations.iter_mut().zip(wanted) {
        operation.tag = tags.iter().position(|(own, _)| *own == key).unwrap_or_default();
    }
    api.tags = tags.into_iter().map(|(_, tag)| tag).collect();
}

/// Returns the recorded module of each group: its own, else that of a group which is gone and
/// most of whose operations it has.
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
    for recorded in operations.filter_map(|operation| ledger.operation(&operation.key()))
    {
        *counts.entry(recorded.module()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(module, _)| module)
}
