//! Waits: the facts by which a client detects the end of work that continues after the response.
//!
//! The document doesn't state these facts. An overlay states them, with `x-sdk-wait` on the
//! operation:
//!
//! ```yaml
//! x-sdk-wait:
//!   poll: GET /groups/{groupId}/clusters/{clusterName}   # without: GET of its own path
//!   parameters: {clusterName: response.name}   # others: as in the request
//!   property: stateName          # or a list, of which the resource has one
//!   done: [IDLE]                 # without: any value
//!   failed: [FAILED]
//!   flags: [cancelled]           # booleans; failed where one is true
//!   gone: true       # 404 means done
//!   empty: true      # so does `{}`
//!   each:            # every item of a list is polled
//!     list: GET /groups/{groupId}/clusters
//! ```
//!
//! All facts are checked against the document; a mistake is an error.
//! `x-xgen-long-running-operation` is the document's own extension; unknown parts of it are noted
//! as losses.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::Value;

use super::Lowering;
use crate::conventions::ITEMS;
use crate::model::{
    Api, Kind, Location, Method, Operation, Polled, Source, Type, Wait, operation_key,
};
use crate::overlay::UnmatchedAction;
use crate::pointer::Pointer;

/// The extension in overlays.
const WAIT: &str = "x-sdk-wait";

/// The extension in the document.
const LONG_RUNNING: &str = "x-xgen-long-running-operation";

const PAGED: &str = "a paged operation can't have a wait";

/// The operations by their keys, as indices into the model.
type Known = FxHashMap<String, usize>;

/// The extensions of an operation that describe a wait.
pub(super) struct WaitExtensions {
    key: String,
    wait: Option<Value>,
    long_running: Option<Value>,
    pointer: Pointer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    poll: Option<String>,
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

/// One name, or several alternatives.
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

impl WaitExtensions {
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
    /// Gives the operations their waits. A wait that doesn't fit the document is an error, or a
    /// loss where the overlays were written for another document.
    pub(super) fn lower_waits(&mut self, unmatched: UnmatchedAction) {
        let operations = self.api.operations.iter().enumerate();
        let known: Known =
            operations.map(|(index, it)| (it.key.clone(), index)).collect();
        for said in std::mem::take(&mut self.waits) {
            let Some(&index) = known.get(&said.key) else { continue };
            let call = &self.api.operations[index];
            let check = Check { api: &self.api, known: &known, call, unmatched };
            let polled = said.wait.as_ref().map(|wait| check.polled(wait)).transpose();
            let legacy = said.long_running.as_ref().map(|it| is_legacy(call, it));
            let polled = polled.unwrap_or_else(|what| {
                self.misfit(what, &said.pointer.child(WAIT), unmatched);
                None
            });
            let legacy = legacy.transpose().unwrap_or_else(|what| {
                self.unmapped(&said.pointer.child(LONG_RUNNING), what);
                None
            });
            // Operations that are older than operation resources have none to poll.
            if polled.is_some() || legacy == Some(false) {
                self.api.operations[index].wait = Some(Wait { polled, legacy });
            }
        }
    }

    fn misfit(&mut self, what: String, at: &Pointer, unmatched: UnmatchedAction) {
        match unmatched {
            UnmatchedAction::Error => {
                self.error(what, at, "correct the wait in spec/overlays");
            }
            UnmatchedAction::Note => self.unmapped(at, what),
        }
    }
}

/// Reads the document's statement about a long-running operation.
fn is_legacy(call: &Operation, said: &Value) -> Result<bool, String> {
    if call.is_paged {
        return Err(PAGED.to_owned());
    }
    let said = LongRunning::deserialize(said)
        .map_err(|error| format!("`{LONG_RUNNING}` can't be read: {error}"))?;
    Ok(said.legacy)
}

/// The document that the facts of a wait are checked against.
struct Check<'a> {
    api: &'a Api,
    known: &'a Known,
    call: &'a Operation,
    unmatched: UnmatchedAction,
}

impl<'a> Check<'a> {
    fn polled(&self, said: &Value) -> Result<Polled, String> {
        let facts = Facts::deserialize(said)
            .map_err(|error| format!("`{WAIT}` can't be read: {error}"))?;
        if self.call.is_paged {
            return Err(PAGED.to_owned());
        }
        let own = || format!("GET {}", self.call.path);
        let operation = self.find(&facts.poll.clone().unwrap_or_else(own))?;
        let polls = &self.api.operations[operation];
        self.fits(polls)?;
        let each = facts.each.as_ref().map(|each| {
            let list = self.find(&each.list)?;
            let target = &self.api.operations[list];
            Ok::<_, String>((list, self.sources(target, &each.parameters, None)?))
        });
        let each = each.transpose()?;
        let list = each.as_ref().map(|(list, _)| &self.api.operations[*list]);
        let sources = self.sources(polls, &facts.parameters, list)?;
        let properties = self.states(polls, &facts)?;
        self.flags(polls, &facts.flags)?;
        let Facts { done, failed, flags, gone, empty, .. } = facts;
        Ok(Polled {
            operation,
            sources,
            properties,
            done,
            failed,
            flags,
            gone,
            empty,
            each,
        })
    }

    /// Finds an operation by method and path.
    fn find(&self, text: &str) -> Result<usize, String> {
        let path = text.strip_prefix("GET ").ok_or_else(|| {
            format!(
                "`{text}` is no operation to poll: write the method GET, a space and a path"
            )
        })?;
        let index = self.known.get(&operation_key(Method::Get, path));
        index.copied().ok_or_else(|| format!("there is no operation `{text}`"))
    }

    /// Checks that a program with the call compiled in has the polled operation too.
    fn fits(&self, polls: &Operation) -> Result<(), String> {
        let is_stable = |operation: &Operation| operation.newest_stable().is_some();
        match (is_stable(self.call), is_stable(polls)) {
            (true, false) => Err(format!("`GET {}` has only preview versions, and the call has stable ones", polls.path)),
            (false, _) if polls.tag != self.call.tag => {
                Err("a call that has only preview versions can't poll an operation of another group"
                    .to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Returns the source of each path parameter of an operation.
    fn sources(
        &self,
        target: &Operation,
        said: &BTreeMap<String, Names>,
        list: Option<&Operation>,
    ) -> Result<Vec<Source>, String> {
        let names = path_parameters(target);
        if let Some(name) = said.keys().find(|name| !names.contains(&name.as_str())) {
            return Err(format!("`{}` has no path parameter `{name}`", target.path));
        }
        let source = |name: &&str| match said.get(*name) {
            Some(said) => self.source(&Vec::from(said.clone()), list),
            None if path_parameters(self.call).contains(name) => {
                Ok(Source::Request((*name).to_owned()))
            }
            None => Err(format!(
                "the path parameter `{name}` has no source: add it to `parameters`"
            )),
        };
        names.iter().map(source).collect()
    }

    /// Reads a source: `request.name`, or alternatives `response.name` or `item.name`.
    fn source(
        &self,
        said: &[String],
        list: Option<&Operation>,
    ) -> Result<Source, String> {
        let split = said.iter().map(|said| said.split_once('.').unwrap_or((said, "")));
        let (from, names): (BTreeSet<&str>, Vec<String>) =
            split.map(|(from, name)| (from, name.to_owned())).unzip();
        let from: Vec<&str> = from.into_iter().collect();
        let source = match (&*from, &*names, list) {
            (["request"], [name], _) => path_parameters(self.call)
                .contains(&name.as_str())
                .then(|| Source::Request(name.clone())),
            (["response"], _, _) => {
                declares(self.api, self.call, &names).then_some(Source::Response(names))
            }
            (["item"], _, Some(list)) => {
                lists(self.api, list, &names).then_some(Source::Item(names))
            }
            _ => None,
        };
        source.ok_or_else(|| format!("there is no `{}`", said.join("`, `")))
    }

    /// Returns the properties with the state, checked together with their values.
    fn states(&self, polls: &Operation, facts: &Facts) -> Result<Vec<String>, String> {
        let names = Vec::from(facts.property.clone());
        let mut values = facts.done.iter().chain(&facts.failed);
        if names.is_empty() {
            return match (values.next(), facts.gone) {
                (Some(_), _) => {
                    Err("`done` or `failed` without a `property`".to_owned())
                }
                (None, true) => Ok(names),
                (None, false) => {
                    Err("the wait has no end: add `property` or `gone`".to_owned())
                }
            };
        }
        self.has(polls, &names)?;
        // The service may send a value that another document doesn't declare.
        if self.unmatched == UnmatchedAction::Error {
            for declared in self.values(polls, &names) {
                let is_declared = |value: &&String| {
                    declared.iter().any(|values| values.contains(value))
                };
                if let Some(value) = values.clone().find(|value| !is_declared(value)) {
                    return Err(format!(
                        "`{}` has no value `{value}`",
                        names.join("` or `")
                    ));
                }
            }
        }
        Ok(names)
    }

    /// Returns the declared values of some properties, for each version where none of the
    /// properties is a plain string, which may have any value.
    fn values(&self, polls: &Operation, names: &[String]) -> Vec<Vec<&'a [String]>> {
        let values = |ty: &Type| match ty {
            Type::Def(id) => match &self.api.def(*id).kind {
                Kind::Enum(values) => Some(&*values.values),
                _ => None,
            },
            _ => None,
        };
        let outputs = outputs(polls).into_iter().flatten();
        let all = outputs.map(|output| types_of(self.api, &output, names));
        all.filter_map(|types| types.into_iter().map(values).collect()).collect()
    }

    /// Checks that some properties exist and are booleans.
    fn flags(&self, polls: &Operation, names: &[String]) -> Result<(), String> {
        for name in names {
            let name = std::slice::from_ref(name);
            self.has(polls, name)?;
            let mut outputs = outputs(polls).into_iter().flatten();
            let is_flag = |ty: &&Type| matches!(ty, Type::Bool);
            if !outputs
                .all(|output| types_of(self.api, &output, name).iter().all(is_flag))
            {
                return Err(format!("`{}` is not a boolean", name.concat()));
            }
        }
        Ok(())
    }

    fn has(&self, polls: &Operation, names: &[String]) -> Result<(), String> {
        if declares(self.api, polls, names) {
            return Ok(());
        }
        let names = names.join("` or `");
        Err(format!("the response of `{}` has no `{names}`", polls.path))
    }
}

fn path_parameters(operation: &Operation) -> Vec<&str> {
    let parameters = operation.parameters.iter();
    let in_path = parameters.filter(|parameter| parameter.location == Location::Path);
    in_path.map(|parameter| parameter.name.as_str()).collect()
}

/// Returns the JSON body of an operation's response in each version; `None` where a version has
/// none.
fn outputs(operation: &Operation) -> Option<Vec<Type>> {
    let versions = operation.versions.iter();
    versions.map(|version| version.responses.first()?.body().cloned()).collect()
}

/// Tells whether the response of an operation has one of some properties in every version, and each
/// of them in some version or variant.
fn declares(api: &Api, operation: &Operation, names: &[String]) -> bool {
    outputs(operation).is_some_and(|outputs| have(api, &outputs, names))
}

fn have(api: &Api, types: &[Type], names: &[String]) -> bool {
    let has = |ty: &Type, name: &String| {
        !types_of(api, ty, std::slice::from_ref(name)).is_empty()
    };
    types.iter().all(|ty| names.iter().any(|name| has(ty, name)))
        && names.iter().all(|name| types.iter().any(|ty| has(ty, name)))
}

/// Returns the types of some properties.
fn types_of<'a>(api: &'a Api, ty: &Type, names: &[String]) -> Vec<&'a Type> {
    let mut found = Vec::new();
    names.iter().for_each(|name| properties(api, ty, name, &mut found));
    found
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

/// Tells whether the items of a list have one of some properties.
fn lists(api: &Api, list: &Operation, names: &[String]) -> bool {
    let Some(outputs) = outputs(list).filter(|_| list.is_paged) else { return false };
    let mut lists = Vec::new();
    outputs.iter().for_each(|page| properties(api, page, ITEMS, &mut lists));
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
