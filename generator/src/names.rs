//! Names: what everything in the model is called.
//!
//! With `casing` the only maker of identifiers. Every name is claimed once in its scope, and cased
//! by its role. What the ledger holds is taken
//! first and never moves; the rules name the rest, whatever the order of the document.

mod claim;
mod codes;
mod members;
mod types;

use std::collections::{BTreeSet, HashMap};

use proc_macro2::Ident;

use crate::casing::{
    self, feature, free_name, function_of, ident, parameter_name, reserved,
};
use crate::codes::ErrorCodes;
use crate::diagnostic::Diagnostic;
use crate::ledger::{Ledger, Section};
use crate::model::{Api, TypeId};
use crate::pointer::Pointer;
use crate::version::Format;

use claim::Scope;

/// The Rust names of everything in an [`Api`], by its indices.
#[derive(Debug)]
pub struct Names {
    /// The modules of the tags.
    pub modules: Vec<String>,
    /// The Cargo features of the tags.
    pub features: Vec<String>,
    /// The features of modules that are gone: Cargo refuses a program that names a feature which
    /// isn't there.
    pub empty_features: Vec<String>,
    /// The request functions of the operations.
    pub functions: Vec<String>,
    /// The builders of the operations' requests.
    pub builders: Vec<String>,
    pub types: Vec<String>,
    /// The fields of records, the variants of enums and unions.
    pub members: Vec<Vec<String>>,
    /// Error code → variant.
    pub codes: Section,
}

/// An example of a line that names a request function in the ledger.
const OPERATION_LINE: &str =
    "[operations.\"<method> <path>\"] function = \"<module>::<function>\"";

/// Names everything.
pub fn name(
    api: &Api,
    codes: &ErrorCodes,
    ledger: &Ledger,
) -> Result<Names, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let modules = name_modules(api, ledger, &mut diagnostics);
    let functions = name_functions(api, &modules, ledger, &mut diagnostics);
    let builders = name_builders(api, &functions, &mut diagnostics);
    claim_parameters(api, &mut diagnostics);
    let types = types::name_types(api, ledger, &mut diagnostics);
    let members = members::name_members(api, &types, ledger, &mut diagnostics);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let of_the_past = ledger
        .modules()
        .into_iter()
        .filter(|module| !modules.iter().any(|own| own == module));
    Ok(Names {
        empty_features: of_the_past.map(feature).collect(),
        features: modules.iter().map(|module| feature(module)).collect(),
        builders,
        modules,
        functions,
        types,
        members,
        codes: codes::name_codes(codes, ledger),
    })
}

fn name_modules(
    api: &Api,
    ledger: &Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut scope = Scope::new("module", "[modules] \"<group>\" = \"<module>\"");
    for taken in reserved::MODULES {
        scope.reserve(taken, taken);
    }
    let of_the_past = ledger.modules();
    let mut names = Vec::new();
    for tag in &api.tags {
        let recorded = tag.module.as_deref().or_else(|| ledger.module(&tag.name));
        // Beside modules of the past, a new one gives way to those before it too.
        let is_free = |name: &str| {
            !of_the_past.contains(name)
                && (of_the_past.is_empty() || scope.is_free(name))
        };
        let name = recorded.map_or_else(
            || free_name(&casing::module_name(&tag.name), is_free),
            str::to_owned,
        );
        let at = Pointer::root().child("tags");
        scope.claim(&name, &tag.name, &at, diagnostics);
        names.push(name);
    }
    names
}

fn name_functions(
    api: &Api,
    modules: &[String],
    ledger: &Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    report_repeated_ids(api, diagnostics);
    let mut scopes: Vec<Scope> = api
        .tags
        .iter()
        .map(|_| Scope::new("request function", OPERATION_LINE))
        .collect();
    let of_the_past: Vec<BTreeSet<&str>> =
        modules.iter().map(|module| ledger.functions(module)).collect();
    let mut names = Vec::new();
    for operation in &api.operations {
        let key = operation.key();
        let recorded =
            ledger.operation(&key).map(|recorded| recorded.function().to_owned());
        let name = recorded.unwrap_or_else(|| {
            let is_free = |name: &str| !of_the_past[operation.tag].contains(name);
            let short = casing::function_name(&operation.short);
            if is_free(&short) {
                return short;
            }
            free_name(&casing::function_name(&operation.id), is_free)
        });
        let scope = &mut scopes[operation.tag];
        for format in formats(operation) {
            let name = function_of(&name, format);
            scope.claim(&name, &key, &operation.pointer, diagnostics);
        }
        names.push(name);
    }
    names
}

fn report_repeated_ids(api: &Api, diagnostics: &mut Vec<Diagnostic>) {
    let mut ids: HashMap<&str, &Pointer> = HashMap::new();
    for operation in &api.operations {
        if let Some(first) = ids.insert(&operation.id, &operation.pointer) {
            diagnostics.push(
                Diagnostic::error(
                    format!(
                        "two operations have the operationId `{}`: see {first}",
                        operation.id
                    ),
                    &operation.pointer,
                )
                .help("give one of them another id with an overlay in spec/overlays"),
            );
        }
    }
}

/// Names the builders by their functions, which the ledger keeps where they are.
fn name_builders(
    api: &Api,
    functions: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut scopes: Vec<Scope> = api
        .tags
        .iter()
        .map(|_| Scope::new("builder of a request", OPERATION_LINE))
        .collect();
    let mut names = Vec::new();
    for (operation, function) in api.operations.iter().zip(functions) {
        let name = casing::builder_name(function);
        let scope = &mut scopes[operation.tag];
        if operation.has_builder {
            scope.claim(&name, &operation.id, &operation.pointer, diagnostics);
        }
        names.push(name);
    }
    names
}

/// Claims the names of the parameters.
fn claim_parameters(api: &Api, diagnostics: &mut Vec<Diagnostic>) {
    for operation in &api.operations {
        let what = format!("argument or setter of {}", operation.id);
        let help = "remove or rename one of them with an overlay in spec/overlays";
        let mut scope = Scope::with_help(what, help);
        for parameter in &operation.parameters {
            let name = parameter_name(parameter);
            let key =
                format!("{} in the {}", parameter.name, parameter.location.as_str());
            scope.claim(&name, &key, &operation.pointer, diagnostics);
        }
    }
}

/// The formats that need a function each: none where the first one is meant.
fn formats(operation: &crate::model::Operation) -> Vec<Option<Format>> {
    let mut formats = vec![None];
    for version in &operation.versions {
        for answer in version.answers.iter().filter(|answer| !answer.is_first) {
            let format = Some(answer.media_type.format);
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
    }
    formats
}

impl Names {
    pub fn ty(&self, id: TypeId) -> Ident {
        ident(&self.types[id.0])
    }

    pub fn members(&self, id: TypeId) -> impl Iterator<Item = Ident> + '_ {
        self.members[id.0].iter().map(|name| ident(name))
    }
}
