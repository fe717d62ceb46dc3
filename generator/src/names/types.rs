//! The names of types: schemas by their own name, inline types by their origin.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::by_precedence;
use super::claim::Scope;
use crate::casing::{common_name, type_name, words};
use crate::diagnostic::Diagnostic;
use crate::ledger::Ledger;
use crate::model::{Api, Kind, Origin, Place, Type, TypeDef, TypeId};

pub(super) fn name_types(
    api: &Api,
    ledger: &Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut naming = Naming {
        names: vec![None; api.types.len()],
        scope: Scope::new("type", "[types] \"<place>\" = \"<type>\""),
        diagnostics,
    };
    let mut order: Vec<usize> = (0..api.types.len()).collect();
    order.sort_by(|a, b| api.types[*a].origin.places.cmp(&api.types[*b].origin.places));
    naming.take_recorded_names(api, &order);
    naming.take_given_names(api, ledger, &order);
    let of_the_past = ledger.type_names();
    naming.name_schemas(api, &of_the_past, &order);
    naming.name_inline_types(api, &of_the_past, &order);
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

    /// Notes that the name of a schema belongs to another type.
    fn note(&mut self, wanted: &str, name: &str, place: &Place) {
        if wanted != name {
            let what = format!(
                "the type `{wanted}` belongs to another schema; `{}` is called `{name}`",
                place.key
            );
            self.diagnostics.push(Diagnostic::note(what, &place.pointer));
        }
    }

    /// Takes the recorded names.
    fn take_recorded_names(&mut self, api: &Api, order: &[usize]) {
        for &index in order {
            let def = &api.types[index];
            if let Some(name) = &def.recorded {
                self.claim(index, name.clone(), &def.origin.places[0]);
            }
        }
    }

    /// Takes the names that were written by hand.
    fn take_given_names(&mut self, api: &Api, ledger: &Ledger, order: &[usize]) {
        for &index in order {
            let mut places = api.types[index].origin.places.iter();
            if self.names[index].is_none()
                && let Some(place) =
                    places.find(|place| ledger.type_name(&place.key).is_some())
                && let Some(name) = ledger.type_name(&place.key)
                && ledger.is_only_named(name)
                && self.scope.is_free(name)
            {
                self.claim(index, name.to_owned(), place);
            }
        }
    }

    fn name_schemas(
        &mut self,
        api: &Api,
        of_the_past: &BTreeSet<&str>,
        order: &[usize],
    ) {
        let schemas =
            order.iter().copied().filter(|&index| api.types[index].origin.named);
        let is_one = |index: &usize| api.types[*index].origin.places.len() == 1;
        // Types of a single schema first, so that no common name takes the name of one.
        let (one, several): (Vec<usize>, Vec<usize>) = schemas.partition(is_one);
        let key = |index: &usize| api.types[*index].origin.places[0].key.as_str();
        let one = by_precedence(one, key, type_name);
        for index in one.into_iter().chain(several) {
            if self.names[index].is_some() {
                continue;
            }
            let origin = &api.types[index].origin;
            let place = &origin.places[0];
            let is_free = |name: &String| {
                self.scope.is_free(name) && !of_the_past.contains(name.as_str())
            };
            let common = match origin.places.len() {
                1 => None,
                _ => common_names(api, index).into_iter().find(is_free),
            };
            // The type that had the name before keeps it, even where this document no longer has
            // the type.
            let name = common.unwrap_or_else(|| {
                free_type_name(&type_name(&place.key), "Schema", |name| {
                    self.scope.is_free(name) && !of_the_past.contains(name)
                })
            });
            if origin.places.len() == 1 {
                self.note(&type_name(&place.key), &name, place);
            }
            self.claim(index, name, place);
        }
    }

    fn name_inline_types(
        &mut self,
        api: &Api,
        of_the_past: &BTreeSet<&str>,
        order: &[usize],
    ) {
        let dominant = dominant_types(api);
        let inline =
            order.iter().copied().filter(|&index| !api.types[index].origin.named);
        // Short names first, so that no path takes one.
        let (short, long): (Vec<usize>, Vec<usize>) =
            inline.partition(|index| dominant.contains_key(index));
        for index in short.into_iter().chain(long) {
            if self.names[index].is_some() {
                continue;
            }
            let origin = &api.types[index].origin;
            let free =
                candidates(origin, dominant.get(&index)).into_iter().find(|name| {
                    self.scope.is_free(name) && !of_the_past.contains(name.as_str())
                });
            let path = path_name(&origin.places[0]);
            let name = free.unwrap_or_else(|| {
                free_type_name(&path, "", |name| {
                    self.scope.is_free(name) && !of_the_past.contains(name)
                })
            });
            self.claim(index, name, &origin.places[0]);
        }
    }
}

/// Returns names for merged variants: the words that their names have in common, alone, after the
/// first words of the union's name, or after a word for "any".
fn common_names(api: &Api, index: usize) -> Vec<String> {
    let keys = api.types[index].origin.places.iter().map(|place| place.key.as_str());
    let Some(common) = common_name(keys) else { return Vec::new() };
    let own = words(&common);
    let holds = |def: &&TypeDef| match &def.kind {
        Kind::Union(union) => {
            let id = Type::Def(TypeId(index));
            union.variants.iter().any(|variant| variant.ty == id)
        }
        Kind::Record(_) | Kind::Enum(_) => false,
    };
    let union =
        api.types.iter().find(holds).map(|def| words(&def.origin.places[0].hint));
    let of_union = union.map(|union| {
        let first = union.iter().take_while(|word| !own.contains(word));
        first.chain(&own).cloned().collect::<Vec<_>>().join(" ")
    });
    let any = format!("any {common}");
    let names = std::iter::once(common).chain(of_union).chain([any]);
    names.map(|name| type_name(&name)).collect()
}

/// Returns a free name: the given one, else with an ending, else with a number.
fn free_type_name(name: &str, ending: &str, is_free: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}{ending}{number}"));
    let plain = [name.to_owned(), format!("{name}{ending}")];
    let mut names = plain.into_iter().chain(numbered);
    names.find(|name| is_free(name)).unwrap_or_default()
}

/// Returns the inline types that have more than half of the origins with their hint, and so may be
/// named by it alone.
fn dominant_types(api: &Api) -> FxHashMap<usize, String> {
    let mut by_hint: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, def) in api.types.iter().enumerate().filter(|(_, def)| !def.origin.named)
    {
        by_hint.entry(type_name(&def.origin.places[0].hint)).or_default().push(index);
    }
    let mut dominant = FxHashMap::default();
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

/// Returns the candidate names of an inline type, best first.
fn candidates(origin: &Origin, short: Option<&String>) -> Vec<String> {
    // A schema may have the word already. `Value` is better then than the path of one origin, for
    // there are several.
    let mut names: Vec<String> = short
        .into_iter()
        .flat_map(|name| [name.clone(), format!("{name}Value")])
        .collect();
    names.extend(origin.places.iter().map(path_name));
    names.extend(origin.places.iter().map(|place| format!("{}Value", path_name(place))));
    names
}

/// Names a type by its path; words at the end of the owner are not repeated from the hint.
fn path_name(place: &Place) -> String {
    let hint = words(&place.hint);
    let mut words = words(&place.owner);
    let repeated = (1..=hint.len()).rev().find(|count| words.ends_with(&hint[..*count]));
    words.extend_from_slice(&hint[repeated.unwrap_or(0)..]);
    type_name(&words.join(" "))
}
