//! Waits: the data in the static of an operation, and their documentation.

use proc_macro2::Ident;

use super::cfg::availability_line;
use super::description::{description, resource};
use super::literal::{list, option, structure, texts};
use super::operation::Call;
use super::{Emit, docs};
use crate::casing;
use crate::facts::{Target, Waited};
use crate::model::{Polled, Source};

/// Returns the data of the wait after a call.
pub(super) fn data(emit: &Emit<'_>, call: &Call<'_>) -> String {
    let (Some(wait), Some(waited)) = (&call.operation.wait, call.waited) else {
        return "None".to_owned();
    };
    let polled = wait.polled.as_ref().zip(waited.polled);
    let polled = polled.map(|(facts, target)| {
        let operation = path(emit, call, target);
        poll(emit, call, facts, &operation, waited)
    });
    let wait = match (polled, wait.legacy) {
        (Some(polled), None) => format!("Wait::polls({polled})"),
        (polled, legacy) => {
            let resource = legacy.map(|legacy| long_running(call, legacy));
            structure(
                "Wait",
                [
                    format!("poll: {}", option(polled)),
                    format!("long_running: {}", option(resource)),
                ],
            )
        }
    };
    format!("Some(&{wait})")
}

fn poll(
    emit: &Emit<'_>,
    call: &Call<'_>,
    polled: &Polled,
    operation: &str,
    waited: &Waited,
) -> String {
    let lists = [
        ("properties", &polled.properties),
        ("done", &polled.done),
        ("failed", &polled.failed),
        ("flags", &polled.flags),
    ];
    let lists = lists.into_iter().filter(|(_, values)| !values.is_empty());
    let mut fields: Vec<String> =
        lists.map(|(name, values)| format!("{name}: {}", texts(values))).collect();
    let switches = [("gone", polled.gone), ("empty", polled.empty)].into_iter();
    fields.extend(
        switches.filter(|(_, is_on)| *is_on).map(|(name, _)| format!("{name}: true")),
    );
    if let Some(((_, from), list)) = polled.each.as_ref().zip(waited.list) {
        let each = structure(
            "Each",
            [
                format!("list: &{}", path(emit, call, list)),
                format!("parameters: {}", sources(from)),
            ],
        );
        fields.push(format!("each: Some({each})"));
    }
    fields.push(format!("..Polled::of(&{operation}, {})", sources(&polled.sources)));
    structure("Polled", fields)
}

fn sources(sources: &[Source]) -> String {
    list(sources.iter().map(|source| match source {
        Source::Request(name) => format!("Source::Request({name:?})"),
        Source::Response(names) => format!("Source::Response({})", texts(names)),
        Source::Item(names) => format!("Source::Item({})", texts(names)),
    }))
}

/// Returns the wait on an operation resource, which is requested in the version of the call.
fn long_running(call: &Call<'_>, legacy: bool) -> String {
    let resource = resource(call);
    structure(
        "LongRunning",
        [format!("legacy: {legacy}"), format!("resource: &{resource}")],
    )
}

/// Returns the call of a polled version.
fn target<'a>(emit: &Emit<'a>, target: Target) -> Call<'a> {
    let versions = &emit.api.operations[target.operation].versions;
    Call::of(emit, target.operation, &versions[target.version], 0)
}

/// Returns the path to the static of a polled operation, as seen from that of the call.
fn path(emit: &Emit<'_>, call: &Call<'_>, polled: Target) -> String {
    if emit.facts.copies[call.operation.tag].contains_key(&polled) {
        let name = &emit.names.copies[&polled];
        return if call.is_newest { name.clone() } else { format!("super::{name}") };
    }
    let target = target(emit, polled);
    let name = target.static_name();
    let module = casing::version_module(target.version.version);
    let is_near = target.version.version == call.version.version;
    match (target.is_newest, call.is_newest) {
        (true, true) => name,
        (true, false) => format!("super::{name}"),
        (false, true) => format!("{module}::{name}"),
        (false, false) if is_near => name,
        (false, false) => format!("super::{module}::{name}"),
    }
}

/// Makes the copies of operations of other modules that the module of an operation group polls.
pub(super) fn copies(emit: &Emit<'_>, tag: usize) -> impl Iterator<Item = String> {
    let copies = emit.facts.copies[tag].iter();
    let mut copies: Vec<_> = copies
        .map(|(target, least)| (&emit.names.copies[target], *target, *least))
        .collect();
    copies.sort();
    copies.into_iter().map(|(name, target, availability)| {
        // The module may have no date of its own, and then doesn't import the function.
        let date = "atlas_admin_runtime::jiff::civil::date";
        let value = description(&self::target(emit, target), "None", date);
        let cfg = availability_line(availability);
        format!("{cfg}static {name}: Operation = {value};\n")
    })
}

/// Returns the paragraph that explains the wait after a call.
pub(super) fn words(emit: &Emit<'_>, call: &Call<'_>) -> Option<String> {
    let wait = call.operation.wait.as_ref()?;
    let begin = "The work continues after the response";
    let method = docs::code("send_and_wait");
    let Some(polled) = &wait.polled else {
        return Some(format!("{begin}: {method} waits until the work has ended."));
    };
    let asked = docs::function_link(emit, polled.operation);
    let values = |values: &[String], last: &str| {
        let values: Vec<String> = values.iter().map(|value| docs::code(value)).collect();
        docs::join(&values, last)
    };
    let property = values(&polled.properties, "or");
    let mut ends = Vec::new();
    match (polled.done.is_empty(), polled.gone) {
        (false, _) => {
            let done = values(&polled.done, "or");
            ends.push(format!("{property} in the response of {asked} is {done}"));
        }
        (true, false) => ends.push(format!("the response of {asked} has {property}")),
        (true, true) => {}
    }
    if polled.gone {
        let object = if polled.empty { " or an empty object" } else { "" };
        ends.push(format!("{asked} responds with 404{object}"));
    }
    let mut text = format!("{begin}: {method} waits until {}", ends.join(", or "));
    if let Some((list, _)) = &polled.each {
        let list = docs::function_link(emit, *list);
        text.push_str(&format!(" for each item that {list} returns"));
    }
    text.push('.');
    let mut failures = Vec::new();
    if !polled.failed.is_empty() {
        failures.push(format!("{property} is {}", values(&polled.failed, "or")));
    }
    if !polled.flags.is_empty() {
        failures.push(format!("{} is true", values(&polled.flags, "or")));
    }
    if !failures.is_empty() {
        text.push_str(&format!(" The wait fails if {}.", failures.join(", or ")));
    }
    Some(text)
}

/// Returns the types that the data of some calls names.
pub(super) fn imports(calls: &[&Call<'_>]) -> Vec<Ident> {
    let waits = || calls.iter().filter_map(|call| call.operation.wait.as_ref());
    let polled = || waits().filter_map(|wait| wait.polled.as_ref());
    let sources = |polled: &Polled| {
        !polled.sources.is_empty()
            || polled.each.as_ref().is_some_and(|(_, sources)| !sources.is_empty())
    };
    let used = [
        ("Each", polled().any(|polled| polled.each.is_some())),
        ("LongRunning", waits().any(|wait| wait.legacy.is_some())),
        ("Polled", polled().next().is_some()),
        ("Source", polled().any(sources)),
        ("Wait", waits().next().is_some()),
    ];
    used.into_iter()
        .filter(|(_, used)| *used)
        .map(|(name, _)| casing::ident(name))
        .collect()
}
