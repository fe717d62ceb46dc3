//! Which version of the polled operation a wait asks for, and what it ends with.

use super::gate;
use crate::model::{Api, Operation, Output, Type};
use crate::version::Version;

/// Returns the version of a polled operation that a version of a call polls: the same where it is
/// pinned and both stand in one module, else the newest.
pub fn polled_version(
    api: &Api,
    is_current: &dyn Fn(&Operation, Version) -> bool,
    call: &Operation,
    version: Version,
    polled: usize,
) -> Version {
    let polled = &api.operations[polled];
    let newest = polled.newest_stable();
    let last = || polled.versions.last().map(|version| version.version);
    let is_pinned = Some(version) != call.newest_stable();
    let has_it = polled.versions.iter().any(|other| other.version == version);
    let needs = |operation| gate(version, is_current(operation, version));
    let is_there = polled.tag == call.tag && has_it && needs(polled) <= needs(call);
    match newest.or_else(last) {
        Some(newest) if !(is_pinned && is_there) => newest,
        _ => version,
    }
}

/// Returns what a wait ends with: the resource, or nothing where it is gone or one of many; `None`
/// where there is no wait.
pub fn waited(
    api: &Api,
    is_current: &dyn Fn(&Operation, Version) -> bool,
    call: &Operation,
    version: Version,
) -> Option<Output> {
    let wait = call.wait.as_ref()?;
    let Some(polled) = &wait.polled else { return Some(Output::Json(Type::Json)) };
    if polled.gone || polled.each.is_some() {
        return Some(Output::Empty);
    }
    let version = polled_version(api, is_current, call, version, polled.operation);
    let mut versions = api.operations[polled.operation].versions.iter();
    let found = versions.find(|other| other.version == version)?;
    found.answers.first().map(|answer| answer.output.clone())
}
