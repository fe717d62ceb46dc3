//! The names of types: schemas by their own name, inline types for what they are.

use std::collections::{BTreeMap, HashMap};

use super::casing::type_name;
use super::claim::Scope;
use super::ledger::Ledger;
use crate::diagnostic::Diagnostic;
use crate::model::{Api, Origin, Place};

pub(super) fn name_types(
    api: &Api,
    ledger: &Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut naming = Naming {
        names: vec![None; api.types.len()],
        scope: Scope::new("type", "types"),
        diagnostics,
    };
    let mut order: Vec<usize> = (0..api.types.len()).collect();
    order.sort_by(|a, b| api.types[*a].origin.places.cmp(&api.types[*b].origin.places));
    naming.take_ledger_names(api, ledger, &order);
    naming.name_schemas(api, ledger, &order);
    naming.name_inline_types(api, ledger, &order);
    naming.names.into_iter().map(Option::unwrap_or_default).collect()
}

struct Naming<'a> {
    names: Vec<Option<String>>,
    scope: Scope,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Naming<'_> {
    fn claim(&mut self, index: usize, name: String, place: &Place) {
        self.scope.claim(&name, &place.key, &place.pointer, self.diagnostics);
        self.names[index] = Some(name);
    }

    /// What had a name keeps it. Where an inline type has come apart, the part that holds the
    /// first place keeps the name and the others are named anew.
    fn take_ledger_names(&mut self, api: &Api, ledger: &Ledger, order: &[usize]) {
        for &index in order {
            let origin = &api.types[index].origin;
            for place in &origin.places {
                let Some(name) = ledger.type_name(&place.key) else { continue };
                if origin.named || self.scope.is_free(name) {
                    self.claim(index, name.to_owned(), place);
                    break;
                }
            }
        }
    }

    fn name_schemas(&mut self, api: &Api, ledger: &Ledger, order: &[usize]) {
        for &index in order {
            let origin = &api.types[index].origin;
            if !origin.named || self.names[index].is_some() {
                continue;
            }
            let place = &origin.places[0];
            let mut name = type_name(&place.key);
            // What bore the name before keeps it, even where it is gone from this document.
            if ledger.has_type_name(&name) {
                name.push_str("Schema");
            }
            self.claim(index, name, place);
        }
    }

    fn name_inline_types(&mut self, api: &Api, ledger: &Ledger, order: &[usize]) {
        let dominant = dominant_types(api);
        let inline =
            order.iter().copied().filter(|&index| !api.types[index].origin.named);
        // Short names first, so that no path happens to take one.
        let (short, long): (Vec<usize>, Vec<usize>) =
            inline.partition(|index| dominant.contains_key(index));
        for index in short.into_iter().chain(long) {
            if self.names[index].is_some() {
                continue;
            }
            let origin = &api.types[index].origin;
            let free = candidates(origin, dominant.get(&index))
                .into_iter()
                .find(|name| self.scope.is_free(name) && !ledger.has_type_name(name));
            // Where every candidate is taken, the claim reports who took it.
            let name = free.unwrap_or_else(|| path_name(&origin.places[0]));
            self.claim(index, name, &origin.places[0]);
        }
    }
}

/// The inline types that hold more than half of the places of their hint: the word means them.
fn dominant_types(api: &Api) -> HashMap<usize, String> {
    let mut by_hint: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, def) in api.types.iter().enumerate().filter(|(_, def)| !def.origin.named)
    {
        by_hint.entry(type_name(&def.origin.places[0].hint)).or_default().push(index);
    }
    let mut dominant = HashMap::new();
    for (name, indices) in by_hint {
        let places = |index: usize| api.types[index].origin.places.len();
        let all: usize = indices.iter().map(|index| places(*index)).sum();
        for index in indices {
            if places(index) > 1 && places(index) * 2 > all {
                dominant.insert(index, name.clone());
            }
        }
    }
    dominant
}

/// The names that an inline type may take, best first.
fn candidates(origin: &Origin, short: Option<&String>) -> Vec<String> {
    // A schema may have the word already; the path of one place would say less.
    let mut names: Vec<String> = short
        .into_iter()
        .flat_map(|name| [name.clone(), format!("{name}Value")])
        .collect();
    names.extend(origin.places.iter().map(path_name));
    names.extend(origin.places.iter().map(|place| format!("{}Value", path_name(place))));
    names
}

fn path_name(place: &Place) -> String {
    type_name(&format!("{} {}", place.owner, place.hint))
}
