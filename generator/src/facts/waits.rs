//! The operation versions that waits poll, and the types that waits return.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::availability::{self, Availability};
use crate::ledger::{Ledger, RecordedResult};
use crate::model::{Api, Operation, Output, Type, TypeId};
use crate::version::Version;

/// The wait after a version of a call.
#[derive(Debug)]
pub struct Waited {
    /// The version that is polled; `None` where no operation is.
    pub polled: Option<Target>,
    /// The version that lists the polled resources; `None` where there is a single resource.
    pub list: Option<Target>,
    /// The value that the wait returns.
    pub result: Output,
}

/// A version of an operation; `version` is an index into the operation's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    pub operation: usize,
    pub version: usize,
}

/// The waits by operation and version of the call.
pub type Waits = FxHashMap<(usize, Version), Waited>;

/// Returns the wait after each version of each call that has one, or whose request type still has
/// one.
pub(super) fn waits(
    api: &Api,
    current: &FxHashMap<String, FxHashSet<Version>>,
    ledger: &Ledger,
) -> Waits {
    let types = api.types.iter().enumerate().filter_map(|(index, def)| {
        def.recorded.as_deref().map(|name| (name, TypeId(index)))
    });
    let chooser = Chooser { api, current, types: types.collect() };
    let mut waits = Waits::default();
    for (index, call) in api.operations.iter().enumerate() {
        if call.wait.is_none() && !call.offers_wait {
            continue;
        }
        let recorded = ledger.operation(&call.key);
        for version in call.versions.iter().map(|version| version.version) {
            let recorded = recorded.and_then(|recorded| recorded.result(version));
            waits.insert((index, version), chooser.waited(call, version, recorded));
        }
    }
    waits
}

/// The operations that a module has copies of, because they are in other modules, which may be
/// behind other features; with the availability that needs each.
pub type Copies = BTreeMap<Target, Availability>;

/// Returns the copies of each operation group.
pub(super) fn copies(
    api: &Api,
    current: &FxHashMap<String, FxHashSet<Version>>,
    waits: &Waits,
) -> Vec<Copies> {
    let mut copies = vec![Copies::new(); api.tags.len()];
    for ((index, version), waited) in waits {
        let call = &api.operations[*index];
        let availability = availability::of(current, call, *version);
        for target in waited.list.into_iter().chain(waited.polled) {
            if api.operations[target.operation].tag != call.tag {
                let least = copies[call.tag].entry(target).or_insert(availability);
                *least = availability.min(*least);
            }
        }
    }
    copies
}

/// Whether a wait returns the response of the polled operation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Response,
    Nothing,
}

/// The API, and the other facts on which the choice of a version depends.
struct Chooser<'a> {
    api: &'a Api,
    current: &'a FxHashMap<String, FxHashSet<Version>>,
    /// The types by the names that the ledger has for them.
    types: FxHashMap<&'a str, TypeId>,
}

impl Chooser<'_> {
    fn waited(
        &self,
        call: &Operation,
        version: Version,
        recorded: Option<&RecordedResult>,
    ) -> Waited {
        let facts = call.wait.as_ref().and_then(|wait| wait.polled.as_ref());
        let is_one = facts.is_some_and(|facts| !facts.gone && facts.each.is_none());
        let ending = if is_one { Ending::Response } else { Ending::Nothing };
        let polled = facts.and_then(|facts| {
            let recorded = recorded.and_then(|recorded| recorded.polled);
            self.target((call, version), facts.operation, ending, recorded)
        });
        let list = facts.and_then(|facts| facts.each.as_ref());
        let list = list.and_then(|(list, _)| {
            self.target((call, version), *list, Ending::Nothing, None)
        });
        let found = match polled {
            Some(target) if ending == Ending::Response => self.output(target),
            Some(_) => Output::Empty,
            None => Output::Json(Type::Json),
        };
        // Programs name the type, so it is kept whichever version is polled today.
        let kept = recorded.and_then(|recorded| self.kept(&recorded.output));
        Waited { polled, list, result: kept.unwrap_or(found) }
    }

    /// Returns the recorded output; `None` where its type is no longer in the API.
    fn kept(&self, output: &Output<String>) -> Option<Output> {
        output.try_map(&mut |name| self.types.get(name.as_str()).copied().ok_or(())).ok()
    }

    fn output(&self, target: Target) -> Output {
        let version = &self.api.operations[target.operation].versions[target.version];
        let first = version.responses.first();
        first.map_or(Output::Empty, |response| response.output.clone())
    }

    /// Chooses the version that a version of a call polls: the recorded one, else the newest that
    /// is no newer than the call's, else the operation's home version. An announced version and a
    /// preview poll the same version.
    ///
    /// So the types of a call don't change when the polled operation gets a later version.
    fn target(
        &self,
        (call, version): (&Operation, Version),
        operation: usize,
        ending: Ending,
        recorded: Option<Version>,
    ) -> Option<Target> {
        let polled = &self.api.operations[operation];
        let is_foreign = polled.tag != call.tag;
        // A module has copies of other modules' operations, which need none of those modules'
        // features.
        let is_here = |other: &Version| {
            let of =
                |operation, version| availability::of(self.current, operation, version);
            is_foreign || of(polled, *other) <= of(call, version)
        };
        let versions = || polled.versions.iter().map(|version| version.version);
        let is_stable = matches!(version, Version::Stable(_));
        // No type depends on which version of a copy is polled, so the newest is: it is supported
        // longest.
        let is_free = is_foreign && ending == Ending::Nothing;
        let fits = |other: &Version| match (is_free, is_stable) {
            (true, _) => false,
            (false, true) => *other <= version && is_here(other),
            (false, false) => *other == version && is_here(other),
        };
        let recorded = recorded.filter(|it| versions().any(|v| v == *it) && is_here(it));
        let chosen = recorded
            .or_else(|| versions().filter(fits).max())
            .or_else(|| polled.home_version());
        let version = versions().position(|version| Some(version) == chosen)?;
        Some(Target { operation, version })
    }
}
