//! Waits: how the end of work is told that goes on after the response.
//!
//! The document does not say it. An overlay does, with `x-sdk-wait` on the operation:
//!
//! ```yaml
//! x-sdk-wait:
//!   poll: GET /groups/{groupId}/clusters/{clusterName}
//!   parameters: {clusterName: response.name}   # others: as in the request
//!   property: stateName          # or a list, of which the resource has one
//!   done: [IDLE]                 # without: any value
//!   failed: [FAILED]
//!   flags: [cancelled]           # failed where true
//!   gone: true       # 404 means done
//!   empty: true      # so does `{}`
//!   each:            # every item of a list is polled
//!     list: GET /groups/{groupId}/clusters
//! ```
//!
//! All of it is checked against the document. `x-xgen-long-running-operation` is the document's own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;
use serde_json::Value;

use super::Lowering;
use crate::model::{
    Api, Kind, Location, Method, Operation, Polled, Source, Type, Wait, operation_key,
};
use crate::overlay::Idle;
use crate::pointer::Pointer;

/// The extension of an overlay.
const WAIT: &str = "x-sdk-wait";

/// The extension of the document.
const LONG_RUNNING: &str = "x-xgen-long-running-operation";

/// The operations by their keys, as indices into the model.
type Known = HashMap<String, usize>;

/// What the extensions of an operation say.
pub(super) struct Said {
    key: String,
    wait: Option<Value>,
    long_running: Option<Value>,
    pointer: Pointer,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    poll: String,
    #[serde(default)]
    parameters: BTreeMap<String, Names>,
    #[serde(default)]
    property: Names,
    #[serde(default)]
    done: Vec<String>,
    #[serde(default)]
    failed: Vec<String>,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    gone: bool,
    #[serde(default)]
    empty: bool,
    each: Option<List>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    list: String,
    #[serde(default)]
    parameters: BTreeMap<String, Names>,
}

/// A name, or several of which there is one.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Default for Names {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl From<Names> for Vec<String> {
    fn from(names: Names) -> Self {
        match names {
            Names::One(name) => vec![name],
            Names::Several(names) => names,
        }
    }
}

#[derive(Deserialize)]
struct LongRunning {
    #[serde(default)]
    legacy: bool,
}

impl Said {
    /// Reads the extensions of an operation; `None` where there are none.
    pub(super) fn of(
        source: &openapiv3::Operation,
        key: &str,
        pointer: &Pointer,
    ) -> Option<Self> {
        let get = |name: &str| source.extensions.get(name).cloned();
        let (wait, long_running) = (get(WAIT), get(LONG_RUNNING));
        (wait.is_some() || long_running.is_some()).then(|| Self {
            key: key.to_owned(),
            wait,
            long_running,
            pointer: pointer.clone(),
        })
    }
}

impl Lowering<'_> {
    /// Gives the operations their waits. What does not fit the document is an error, or a loss
    /// where the overlays were written for another document.
    pub(super) fn lower_waits(&mut self, idle: Idle) {
        let operations = self.api.operations.iter().enumerate();
        let known: Known = operations.map(|(index, it)| (it.key(), index)).collect();
        for said in std::mem::take(&mut self.waits) {
            let Some(&index) = known.get(&said.key) else { continue };
            match lower(&self.api, &known, index, &said, idle) {
                Ok(wait) => self.api.operations[index].wait = Some(wait),
                Err(what) if idle == Idle::Note => {
                    self.unmapped(&said.pointer.child(WAIT), what);
                }
                Err(what) => {
                    let help = "correct the wait in spec/overlays";
                    self.error(what, &said.pointer.child(WAIT), help);
                }
            }
        }
    }
}

fn lower(
    api: &Api,
    known: &Known,
    index: usize,
    said: &Said,
    idle: Idle,
) -> Result<Wait, String> {
    let legacy = match &said.long_running {
        None => None,
        Some(said) => {
            let said = LongRunning::deserialize(said).map_err(|error| {
                format!("`{LONG_RUNNING}` is not understood: {error}")
            })?;
            Some(said.legacy)
        }
    };
    let polled = said.wait.as_ref().map(|said| {
        let facts = Facts::deserialize(said)
            .map_err(|error| format!("`{WAIT}` is not understood: {error}"))?;
        polled(api, known, &api.operations[index], facts, idle)
    });
    Ok(Wait { polled: polled.transpose()?, legacy })
}

fn polled(
    api: &Api,
    known: &Known,
    call: &Operation,
    facts: Facts,
    idle: Idle,
) -> Result<Polled, String> {
    let operation = find(known, &facts.poll)?;
    let is_stable = |operation: &Operation| operation.newest_stable().is_some();
    if is_stable(call) && !is_stable(&api.operations[operation]) {
        return Err(format!("`{}` is only in preview", facts.poll));
    }
    if !is_stable(call) && api.operations[operation].tag != call.tag {
        return Err(
            "what is only in preview is not waited for by another group".to_owned()
        );
    }
    if call.is_paged {
        return Err("what is paged is not waited for".to_owned());
    }
    let each = match &facts.each {
        None => None,
        Some(each) => {
            let list = find(known, &each.list)?;
            let sources =
                sources(api, call, &api.operations[list], &each.parameters, None)?;
            Some((list, sources))
        }
    };
    let list = each.as_ref().map(|(list, _)| &api.operations[*list]);
    let polls = &api.operations[operation];
    let sources = sources(api, call, polls, &facts.parameters, list)?;
    let properties = Vec::from(facts.property.clone());
    if properties.is_empty() && !(facts.done.is_empty() && facts.failed.is_empty()) {
        return Err("values without a `property` that has them".to_owned());
    }
    if properties.is_empty() && !facts.gone {
        return Err(
            "nothing says when the wait is done: `property`, or `gone`".to_owned()
        );
    }
    if !properties.is_empty() {
        states(api, polls, &properties, &facts, idle)?;
    }
    for flag in &facts.flags {
        states(api, polls, std::slice::from_ref(flag), &Facts::default(), idle)?;
    }
    let Facts { done, failed, flags, gone, empty, .. } = facts;
    Ok(Polled { operation, sources, properties, done, failed, flags, gone, empty, each })
}

/// Finds an operation by method and path.
fn find(known: &Known, text: &str) -> Result<usize, String> {
    let path = text.strip_prefix("GET ").ok_or_else(|| {
        format!("`{text}` is not understood: write the method GET, a space and a path")
    })?;
    let key = operation_key(Method::Get, path);
    known.get(&key).copied().ok_or_else(|| format!("there is no operation `{text}`"))
}

/// Says where each path parameter of an operation comes from.
fn sources(
    api: &Api,
    call: &Operation,
    target: &Operation,
    said: &BTreeMap<String, Names>,
    list: Option<&Operation>,
) -> Result<Vec<Source>, String> {
    let names = path_parameters(target);
    if let Some(name) = said.keys().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("`{}` has no path parameter `{name}`", target.path));
    }
    let source = |name: &&str| {
        let Some(said) = said.get(*name) else {
            return match path_parameters(call).contains(name) {
                true => Ok(Source::Request((*name).to_owned())),
                false => Err(format!("nothing says where `{name}` comes from")),
            };
        };
        let said = Vec::from(said.clone());
        let split = said.iter().map(|said| said.split_once('.').unwrap_or((said, "")));
        let (from, names): (BTreeSet<&str>, Vec<String>) =
            split.map(|(from, name)| (from, name.to_owned())).unzip();
        let from = from.into_iter().collect::<Vec<_>>().join(", ");
        let fits = match (&*from, list) {
            ("request", _) => {
                names.len() == 1 && path_parameters(call).contains(&&*names[0])
            }
            ("response", _) => declares(api, call, &names),
            ("item", Some(list)) => lists(api, list, &names),
            _ => false,
        };
        let source = match &*from {
            "request" => Source::Request(names.concat()),
            "response" => Source::Response(names),
            _ => Source::Item(names),
        };
        fits.then_some(source)
            .ok_or_else(|| format!("there is no `{}`", said.join("`, `")))
    };
    names.iter().map(source).collect()
}

fn path_parameters(operation: &Operation) -> Vec<&str> {
    let parameters = operation.parameters.iter();
    let in_path = parameters.filter(|parameter| parameter.location == Location::Path);
    in_path.map(|parameter| parameter.name.as_str()).collect()
}

/// The bodies of an operation's responses in JSON, one for each version; `None` where a version has
/// none.
fn outputs(operation: &Operation) -> Option<Vec<Type>> {
    let versions = operation.versions.iter();
    versions.map(|version| version.answers.first()?.body().cloned()).collect()
}

/// Whether the response of an operation has one of some properties in every version, and each of
/// them in some version or variant.
fn declares(api: &Api, operation: &Operation, names: &[String]) -> bool {
    outputs(operation).is_some_and(|outputs| have(api, &outputs, names))
}

fn have(api: &Api, types: &[Type], names: &[String]) -> bool {
    let has = |ty: &Type, name: &String| {
        let mut found = Vec::new();
        properties(api, ty, name, &mut found);
        !found.is_empty()
    };
    types.iter().all(|ty| names.iter().any(|name| has(ty, name)))
        && names.iter().all(|name| types.iter().any(|ty| has(ty, name)))
}

/// Checks that every version of the polled operation has one of the properties, and the values.
fn states(
    api: &Api,
    polls: &Operation,
    names: &[String],
    facts: &Facts,
    idle: Idle,
) -> Result<(), String> {
    let names_of = || names.join("` or `");
    if !declares(api, polls, names) {
        return Err(format!("the response of `{}` has no `{}`", polls.path, names_of()));
    }
    for output in outputs(polls).into_iter().flatten() {
        let mut types = Vec::new();
        names.iter().for_each(|name| properties(api, &output, name, &mut types));
        let enums = types.iter().map(|ty| match ty {
            Type::Def(id) => match &api.def(*id).kind {
                Kind::Enum(values) => Some(&values.values),
                _ => None,
            },
            _ => None,
        });
        if idle == Idle::Note {
            // A value that another document does not declare may come all the same.
            continue;
        }
        // A string may be anything.
        let Some(values) = enums.collect::<Option<Vec<_>>>() else { continue };
        let mut expected = facts.done.iter().chain(&facts.failed);
        let is_declared =
            |value: &&String| values.iter().any(|values| values.contains(value));
        if let Some(value) = expected.find(|value| !is_declared(value)) {
            return Err(format!("`{}` is never `{value}`", names_of()));
        }
    }
    Ok(())
}

/// Collects the types of a property: of a record, or of the variants of a union.
fn properties<'a>(api: &'a Api, ty: &Type, name: &str, found: &mut Vec<&'a Type>) {
    let Type::Def(id) = ty else { return };
    match &api.def(*id).kind {
        Kind::Record(record) => {
            let mut fields = record.fields.iter();
            found.extend(fields.find(|field| field.json_name == name).map(|it| &it.ty));
        }
        Kind::Union(union) => {
            for variant in &union.variants {
                properties(api, &variant.ty, name, found);
            }
        }
        Kind::Enum(_) => {}
    }
}

/// Whether the items of a list have one of some properties.
fn lists(api: &Api, list: &Operation, names: &[String]) -> bool {
    let Some(outputs) = outputs(list).filter(|_| list.is_paged) else { return false };
    let mut lists = Vec::new();
    outputs
        .iter()
        .for_each(|page| properties(api, page, crate::facts::ITEMS, &mut lists));
    let items: Option<Vec<Type>> = lists
        .iter()
        .map(|ty| match ty {
            Type::List(item) => Some((**item).clone()),
            _ => None,
        })
        .collect();
    items.is_some_and(|items| !items.is_empty() && have(api, &items, names))
}

#[cfg(test)]
mod tests;
