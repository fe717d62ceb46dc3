//! The calls of the contract test: each request function with all its parameters and a body.
//!
//! The handwritten part of `tests/contract` sends them.

use quote::quote;

use super::operation::{Call, argument, calls};
use super::ty::text;
use super::{Emit, docs};
use crate::casing;
use crate::model::{Parameter, Type};
use crate::render::{self, Piece};

/// Makes `calls.rs`, which collects the calls of all operation groups.
pub(super) fn root(emit: &Emit<'_>) -> String {
    let mut modules: Vec<_> =
        emit.names.modules.iter().map(|module| casing::ident(module)).collect();
    modules.sort();
    render::file([
        Piece::Tokens(quote! {
            //! Every request function, called with all its parameters and a full body.
        }),
        Piece::Tokens(quote!(
            use crate::Contract;
        )),
        Piece::Tokens(quote!(#(mod #modules;)*)),
        Piece::Tokens(quote! {
            /// Adds the calls of all operation groups.
            pub(crate) fn add(contract: &mut Contract) {
                #(#modules::add(contract);)*
            }
        }),
    ])
}

/// Makes the file of an operation group.
pub(super) fn tag(emit: &Emit<'_>, tag: usize) -> String {
    let module = &emit.names.modules[tag];
    let doc = docs::inner(vec![docs::tag_facts(emit, tag)]);
    let calls = calls(emit, tag);
    let deprecated = calls.iter().any(is_deprecated).then(
        || quote!(#![allow(deprecated, reason = "deprecated functions are called too")]),
    );
    // Laid out here: a chain of setters reads best with one on each line.
    let mut text =
        "#[rustfmt::skip]\npub(super) fn add(contract: &mut Contract) {\n".to_owned();
    for call in &calls {
        add(emit, module, call, &mut text);
    }
    text.push_str("}\n");
    let module = casing::ident(module);
    let imports = [
        quote!(use atlas_admin::#module;),
        quote!(
            use crate::Contract;
        ),
    ];
    let tokens = deprecated.into_iter().chain(imports).map(Piece::Tokens);
    render::file([Piece::Text(doc)].into_iter().chain(tokens).chain([Piece::Text(text)]))
}

fn is_deprecated(call: &Call<'_>) -> bool {
    call.deprecation().is_some()
        || call.operation.parameters.iter().any(|parameter| parameter.deprecated)
}

/// Writes the statement that adds a call.
fn add(emit: &Emit<'_>, module: &str, call: &Call<'_>, text: &mut String) {
    let id = &call.operation.id;
    let version = call.version.version;
    let accept = &call.response.media_type;
    let dated = casing::version_module(version);
    let (module, function) = (casing::ident(module), casing::ident(&call.function));
    let (required, others): (Vec<&Parameter>, Vec<&Parameter>) =
        call.operation.parameters.iter().partition(|parameter| parameter.is_argument);
    let mut arguments: Vec<String> =
        required.into_iter().map(|p| value(emit, p, false)).collect();
    arguments.extend(call.body().map(|body| match body.is_bytes {
        true => "b\"\"".to_owned(),
        false => "&sample.body()".to_owned(),
    }));
    let arguments = arguments.join(", ");
    let sample = match (arguments.is_empty(), others.is_empty()) {
        (true, true) if call.version.body.is_none() => "_",
        _ => "sample",
    };
    text.push_str(&format!(
        "    contract.add({id:?}, \"{version}\", \"{accept}\", |{sample}| {{\n        \
         {module}::{dated}::{function}({arguments})\n"
    ));
    for parameter in others {
        let value = value(emit, parameter, true);
        text.push_str(&match call.has_builder() {
            true => format!("            .{}({value})\n", argument(parameter)),
            false => set(parameter),
        });
    }
    if call.body().is_none() && call.version.body.is_some() {
        text.push_str("            .body(&sample.body::<atlas_admin::Json>())\n");
    }
    text.push_str("    });\n");
}

/// Writes the call that sets a parameter without a setter.
fn set(parameter: &Parameter) -> String {
    let from = parameter.location.as_str();
    let json_name = &parameter.name;
    format!(
        "            .{from}({json_name:?}, sample.{from}::<atlas_admin::Json>({json_name:?}))\n"
    )
}

/// Returns the expression for the value of a parameter. A setter takes whatever converts into its
/// type, so its argument must name the type.
fn value(emit: &Emit<'_>, parameter: &Parameter, is_set: bool) -> String {
    let json_name = &parameter.name;
    let from = parameter.location.as_str();
    let ty = text(&emit.argument_type(&parameter.ty, &quote!(atlas_admin::types::)));
    match &parameter.ty {
        Type::Bool | Type::Int | Type::Float => format!("sample.{from}({json_name:?})"),
        Type::String | Type::List(_) if !is_set => {
            format!("&sample.{from}::<{ty}>({json_name:?})")
        }
        _ => format!("sample.{from}::<{ty}>({json_name:?})"),
    }
}
