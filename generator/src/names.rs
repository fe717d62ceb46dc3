//! Names: the Rust names of everything in the model.
//!
//! Only this module and `casing` make identifiers. Every name is claimed once in its scope, and
//! cased by its role. Recorded names of the ledger are taken first and never change; the rules name
//! the rest, independent of the document's order.

mod claim;
mod codes;
mod files;
mod members;
mod statics;
mod types;

use std::collections::BTreeSet;

use proc_macro2::Ident;
use rustc_hash::FxHashMap;

use crate::casing::{self, feature, function_of, ident, parameter_name, reserved};
use crate::codes::ErrorCodes;
use crate::diagnostic::Diagnostic;
use crate::facts::{Facts, Target};
use crate::ledger::{Ledger, Section, parameter_key};
use crate::model::{Api, Operation, TypeId};
use crate::pointer::Pointer;
use crate::version::Format;

use claim::Scope;

pub use files::TypeFile;

/// The Rust names of everything in an [`Api`], by its indices.
#[derive(Debug)]
pub struct Names {
    /// The modules of the operation groups.
    pub modules: Vec<String>,
    /// The Cargo features of the operation groups.
    pub features: Vec<String>,
    /// The features of modules that no longer exist: Cargo rejects a program that names a missing
    /// feature.
    pub empty_features: Vec<String>,
    /// The request functions of the operations.
    pub functions: Vec<String>,
    /// The builders of the operations' requests.
    pub builders: Vec<String>,
    /// The arguments for the bodies of the operations.
    pub bodies: Vec<&'static str>,
    /// The copies of operations that other modules poll.
    pub copies: FxHashMap<Target, String>,
    pub types: Vec<String>,
    /// The types in files.
    pub files: Vec<TypeFile>,
    /// The fields of records and the variants of enums and unions, by type.
    pub members: Vec<Vec<String>>,
    /// Error code → variant.
    pub codes: Section,
    /// The notes on names that were taken.
    pub notes: Vec<Diagnostic>,
}

/// An example of the ledger line that names a request function.
const OPERATION_LINE: &str =
    "[operations.\"<method> <path>\"] function = \"<module>::<function>\"";

/// Names everything.
pub fn name(
    api: &Api,
    facts: &Facts,
    codes: &ErrorCodes,
    ledger: &Ledger,
) -> Result<Names, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let modules = name_modules(api, ledger, &mut diagnostics);
    let functions = name_functions(api, &modules, ledger, &mut diagnostics);
    let builders = name_builders(api, &functions, &mut diagnostics);
    claim_parameters(api, ledger, &mut diagnostics);
    let types = types::name_types(api, ledger, &mut diagnostics);
    let members = members::name_members(api, &types, ledger, &mut diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    let of_the_past = ledger
        .modules()
        .into_iter()
        .filter(|module| !modules.iter().any(|own| own == module));
    Ok(Names {
        empty_features: of_the_past.map(feature).collect(),
        features: modules.iter().map(|module| feature(module)).collect(),
        bodies: api.operations.iter().map(body).collect(),
        copies: statics::copies(api, facts, &modules, &functions),
        files: files::files(&facts.feature_sets, &modules, &types),
        builders,
        modules,
        functions,
        types,
        members,
        codes: codes::name_codes(codes, ledger),
        notes: diagnostics,
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
    let at = Pointer::root().child("tags");
    let mut names = vec![String::new(); api.tags.len()];
    let (recorded, new): (Vec<_>, Vec<_>) = (0..api.tags.len()).partition(|&tag| {
        let tag = &api.tags[tag];
        tag.module.is_some() || ledger.module(&tag.name).is_some()
    });
    for index in recorded {
        let tag = &api.tags[index];
        let name = tag.module.as_deref().or_else(|| ledger.module(&tag.name));
        names[index] = name.unwrap_or_default().to_owned();
        scope.claim(&names[index], &tag.name, &at, diagnostics);
    }
    let mut features: BTreeSet<String> =
        of_the_past.iter().map(|module| feature(module)).collect();
    for index in by_precedence(new, |tag| &api.tags[*tag].name, casing::module_name) {
        let tag = &api.tags[index];
        let wanted = [&tag.name, &casing::spelt(&tag.name)]
            .map(|spelling| casing::module_name(spelling));
        // Where the ledger has modules, a new one must not take the name of any of them.
        let is_free = |name: &str| {
            !of_the_past.contains(name) && !features.contains(&feature(name))
        };
        names[index] = scope.give(&wanted, &tag.name, &at, is_free, diagnostics);
        features.insert(feature(&names[index]));
    }
    names
}

/// Sorts items in the order in which they claim the names of their spellings.
fn by_precedence<'a, T>(
    mut things: Vec<T>,
    spelling: impl Fn(&T) -> &'a str,
    by_rule: impl Fn(&str) -> String,
) -> Vec<T> {
    things.sort_by_cached_key(|thing| {
        let spelling = spelling(thing);
        casing::precedence(&by_rule(spelling), spelling)
    });
    things
}

fn name_functions(
    api: &Api,
    modules: &[String],
    ledger: &Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    report_repeated_ids(api, diagnostics);
    let mut modules: Vec<Functions> = modules
        .iter()
        .map(|module| Functions {
            scope: Scope::new("request function", OPERATION_LINE),
            of_the_past: ledger.functions(module),
            derived: BTreeSet::new(),
        })
        .collect();
    let operations = &api.operations;
    let mut names = vec![String::new(); operations.len()];
    let (recorded, new): (Vec<_>, Vec<_>) = (0..operations.len())
        .partition(|&index| ledger.operation(&operations[index].key).is_some());
    for index in recorded {
        let operation = &operations[index];
        let key = &operation.key;
        let name = ledger.operation(key).map(|recorded| recorded.function());
        names[index] = name.unwrap_or_default().to_owned();
        let module = &mut modules[operation.tag];
        for format in formats(operation) {
            let name = function_of(&names[index], format);
            module.scope.claim(&name, key, &operation.pointer, diagnostics);
            module.derived.extend(derived(&name));
        }
    }
    let short = |index: &usize| operations[*index].short.as_str();
    for index in by_precedence(new, short, casing::function_name) {
        let operation = &operations[index];
        names[index] = modules[operation.tag].name(operation, diagnostics);
    }
    names
}

/// The request functions of a module.
struct Functions<'l> {
    scope: Scope,
    /// The names of all functions that the module has ever had.
    of_the_past: BTreeSet<&'l str>,
    /// The names that are derived from those of the functions.
    derived: BTreeSet<String>,
}

impl Functions<'_> {
    /// Names the function of a new operation.
    fn name(
        &mut self,
        operation: &Operation,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> String {
        let spelt = [&operation.short, &operation.id].map(|it| casing::spelt(it));
        let wanted = [&operation.short, &operation.id, &spelt[0], &spelt[1]]
            .map(|spelling| casing::function_name(spelling));
        let formats = formats(operation);
        let (past, made) = (&self.of_the_past, &self.derived);
        let is_free = |name: &str| {
            !past.contains(name)
                && formats.iter().all(|format| {
                    derived(&function_of(name, *format))
                        .iter()
                        .all(|name| !made.contains(name))
                })
        };
        let (key, at) = (&operation.key, &operation.pointer);
        let name = self.scope.give(&wanted, key, at, is_free, diagnostics);
        for format in formats {
            let function = function_of(&name, format);
            if format.is_some() {
                self.scope.claim(&function, key, at, diagnostics);
            }
            self.derived.extend(derived(&function));
        }
        name
    }
}

/// Returns the names that are derived from a function's: those of its static and of its builder.
fn derived(function: &str) -> [String; 2] {
    [casing::static_name(function), casing::builder_name(function)]
}

fn report_repeated_ids(api: &Api, diagnostics: &mut Vec<Diagnostic>) {
    let mut ids: FxHashMap<&str, &Pointer> = FxHashMap::default();
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

/// Names the builders by their functions, whose names the ledger keeps.
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

/// Names the argument for a body, whose name no parameter has.
fn body(operation: &Operation) -> &'static str {
    let mut taken = operation.parameters.iter().filter(|it| it.is_argument);
    let is_taken = taken.any(|parameter| parameter_name(parameter) == "body");
    if is_taken { "request_body" } else { "body" }
}

/// Claims the names of the parameters, and notes those that were taken.
fn claim_parameters(api: &Api, ledger: &Ledger, diagnostics: &mut Vec<Diagnostic>) {
    for operation in &api.operations {
        let what = format!("argument or setter of {}", operation.id);
        let help = "remove or rename one of them with an overlay in spec/overlays";
        let mut scope = Scope::with_help(what.clone(), help);
        let recorded = ledger.operation(&operation.key);
        for (index, parameter) in operation.parameters.iter().enumerate() {
            let name = parameter_name(parameter);
            let key =
                format!("{} in the {}", parameter.name, parameter.location.as_str());
            scope.claim(&name, &key, &operation.pointer, diagnostics);
            let wanted = casing::setter_name(&parameter.name);
            let is_recorded = recorded.is_some_and(|recorded| {
                recorded.parameter(&parameter_key(index, parameter)).is_some()
            });
            if name != wanted && !is_recorded {
                let what = format!("{what} `{wanted}` is taken; `{key}` is `{name}`");
                diagnostics.push(Diagnostic::note(what, &operation.pointer).help(help));
            }
        }
    }
}

/// Returns the formats that need a function each; `None` is the first format.
fn formats(operation: &Operation) -> Vec<Option<&Format>> {
    let mut formats = vec![None];
    for version in &operation.versions {
        for response in version.responses.iter().filter(|response| !response.is_first) {
            let format = Some(&response.media_type.format);
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
