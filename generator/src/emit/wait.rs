//! Waits: the data in the static of an operation, and their documentation.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::cfg::availability_cfg;
use super::description::{description, resource};
use super::operation::Call;
use super::{Emit, docs};
use crate::casing;
use crate::facts::{Target, Waited};
use crate::model::{Polled, Source, Wait};

/// Returns the data of the wait after a call.
pub(super) fn data(emit: &Emit<'_>, call: &Call<'_>) -> TokenStream {
    let (Some(wait), Some(waited)) = (&call.operation.wait, call.waited) else {
        return quote!(None);
    };
    let polled = wait.polled.as_ref().zip(waited.polled);
    let polled = polled.map(|(facts, target)| {
        let operation = path(emit, call, target);
        poll(emit, call, facts, &operation, waited)
    });
    let wait = match (polled, wait.legacy) {
        (Some(polled), None) => quote!(Wait::polls(#polled)),
        (polled, _) => {
            let poll = polled.map_or(quote!(None), |polled| quote!(Some(#polled)));
            let long_running = long_running(call, wait);
            quote!(Wait { poll: #poll, long_running: #long_running })
        }
    };
    quote!(Some(&#wait))
}

fn poll(
    emit: &Emit<'_>,
    call: &Call<'_>,
    polled: &Polled,
    operation: &TokenStream,
    waited: &Waited,
) -> TokenStream {
    let sources = sources(&polled.sources);
    let Polled { properties, done, failed, flags, gone, empty, .. } = polled;
    let values = |name: &str, values: &[String]| {
        let name = casing::ident(name);
        (!values.is_empty()).then(|| quote!(#name: &[#(#values),*],))
    };
    let properties = values("properties", properties);
    let (done, failed) = (values("done", done), values("failed", failed));
    let flags = values("flags", flags);
    let gone = gone.then(|| quote!(gone: true,));
    let empty = empty.then(|| quote!(empty: true,));
    let each = polled.each.as_ref().zip(waited.list).map(|((_, from), list)| {
        let (list, from) = (path(emit, call, list), self::sources(from));
        quote!(each: Some(Each { list: &#list, parameters: #from }),)
    });
    quote! {
        Polled {
            #properties
            #done
            #failed
            #flags
            #gone
            #empty
            #each
            ..Polled::of(&#operation, #sources)
        }
    }
}

fn sources(sources: &[Source]) -> TokenStream {
    let sources = sources.iter().map(|source| match source {
        Source::Request(name) => quote!(Source::Request(#name)),
        Source::Response(names) => quote!(Source::Response(&[#(#names),*])),
        Source::Item(names) => quote!(Source::Item(&[#(#names),*])),
    });
    quote!(&[#(#sources),*])
}

/// Returns the wait on an operation resource, which is requested in the version of the call.
fn long_running(call: &Call<'_>, wait: &Wait) -> TokenStream {
    let Some(legacy) = wait.legacy else { return quote!(None) };
    let resource = resource(call);
    quote!(Some(LongRunning { legacy: #legacy, resource: &#resource }))
}

/// Returns the call of a polled version.
fn target<'a>(emit: &Emit<'a>, target: Target) -> Call<'a> {
    let versions = &emit.api.operations[target.operation].versions;
    Call::of(emit, target.operation, &versions[target.version], 0)
}

/// Returns the path to the static of a polled operation, as seen from that of the call.
fn path(emit: &Emit<'_>, call: &Call<'_>, polled: Target) -> TokenStream {
    if emit.facts.copies[call.operation.tag].contains_key(&polled) {
        let ident = casing::ident(&emit.names.copies[&polled]);
        return if call.is_newest { quote!(#ident) } else { quote!(super::#ident) };
    }
    let target = target(emit, polled);
    let ident = target.static_ident();
    let module = casing::ident(&casing::version_module(target.version.version));
    let is_near = target.version.version == call.version.version;
    match (target.is_newest, call.is_newest) {
        (true, true) => quote!(#ident),
        (true, false) => quote!(super::#ident),
        (false, true) => quote!(#module::#ident),
        (false, false) if is_near => quote!(#ident),
        (false, false) => quote!(super::#module::#ident),
    }
}

/// Makes the copies of operations of other modules that the module of an operation group polls.
pub(super) fn copies(emit: &Emit<'_>, tag: usize) -> Vec<TokenStream> {
    let copies = emit.facts.copies[tag].iter();
    let mut copies: Vec<_> = copies
        .map(|(target, least)| (&emit.names.copies[target], *target, *least))
        .collect();
    copies.sort();
    let copies = copies.into_iter().map(|(name, target, availability)| {
        let ident = casing::ident(name);
        // The module may have no date of its own, and then doesn't import the function.
        let date = quote!(atlas_admin_runtime::jiff::civil::date);
        let target = self::target(emit, target);
        let literal = description(&target, &quote!(None), &date);
        let cfg = availability_cfg(availability);
        quote!(#cfg static #ident: Operation = #literal;)
    });
    copies.collect()
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
