//! Calls of request functions: an example program, and the signature as data.

use proc_macro2::TokenStream;

mod body;

use super::Emit;
use super::operation::{Call, arguments, output};
use super::ty::text;
use crate::casing;
use crate::model::{Body, Output, Type};

/// The maximum width of a line of the program, which must not need scrolling.
const WIDTH: usize = 80;

/// Makes the shortest program that calls the function; setup is in hidden lines.
pub(super) fn code(emit: &Emit<'_>, call: &Call<'_>) -> String {
    let arguments = arguments(emit, call);
    let module = casing::ident(&emit.names.modules[call.operation.tag]);
    let is_taken = arguments.iter().any(|(name, _)| name == "client");
    let client = if is_taken { "atlas" } else { "client" };
    let body = call.body();
    let mut taken = vec![format!("{client}: Client")];
    let mut passed = Vec::new();
    let mut lines = Vec::new();
    for (index, (name, ty)) in arguments.iter().enumerate() {
        match body {
            Some(body) if index + 1 == arguments.len() => {
                lines.push(value(emit, call, &name.to_string(), body, ty));
                let reference = if body.is_bytes { "" } else { "&" };
                passed.push(format!("{reference}{name}"));
            }
            _ => {
                taken.push(format!("{name}: {}", called(ty)));
                passed.push(name.to_string());
            }
        }
    }
    let request = format!("{module}::{}({})", path(call), passed.join(", "));
    lines.push(sent(call, &request, client));
    if call.response.output == Output::Stream {
        lines.push("response.into_value().save_to(\"download\").await?;".to_owned());
    }
    let program = lines.join("\n");
    let taken = taken.join(", ");
    let types = if taken.contains("types::") || program.contains("types::") {
        ", types"
    } else {
        ""
    };
    let nullable = if program.contains("Nullable::") { ", Nullable" } else { "" };
    format!(
        "```no_run\n\
         # use atlas_admin::{{Client, Error{nullable}, {module}{types}}};\n\
         # async fn example({taken}) -> Result<(), Error> {{\n\
         {program}\n\
         # Ok(())\n\
         # }}\n\
         ```"
    )
}

/// Returns the statement that makes a body.
fn value(
    emit: &Emit<'_>,
    call: &Call<'_>,
    name: &str,
    body: &Body,
    ty: &TokenStream,
) -> String {
    let ty = called(ty);
    if body.is_bytes {
        return format!("let {name}: {ty} = b\"...\";");
    }
    let ty = ty.trim_start_matches('&');
    let own = emit.sentences.body(call.index);
    let literal = body::literal(emit, &body.ty, &noun(&call.operation.path), own);
    match &body.ty {
        Type::Def(_) if literal.starts_with("types::") => {
            format!("let {name} = {literal};")
        }
        _ => format!("let {name}: {ty} = {literal};"),
    }
}

/// Returns the kind of thing that a path is about: `/fleets/{id}/bikes` → `bike`.
fn noun(path: &str) -> String {
    let named = path.rsplit('/').find(|step| !step.contains('{')).unwrap_or_default();
    let word = named.split(':').next().unwrap_or_default();
    body::singular(&casing::spoken(word).replace(' ', "-"))
}

/// Returns the statement that sends a request.
fn sent(call: &Call<'_>, request: &str, client: &str) -> String {
    let is_empty = call.response.output == Output::Empty;
    let kept = if is_empty { "" } else { "let response = " };
    let line = format!("{kept}{request}.send(&{client}).await?;");
    if line.len() <= WIDTH {
        return line;
    }
    format!("{kept}{request}\n    .send(&{client})\n    .await?;")
}

/// Returns the signature of the function, with a path below the group's module, for the registry.
pub(super) fn signature(emit: &Emit<'_>, call: &Call<'_>) -> String {
    let arguments: Vec<String> = arguments(emit, call)
        .iter()
        .map(|(name, ty)| format!("{name}: {}", called(ty)))
        .collect();
    let output = called(&output(emit, call));
    format!("{}({}) -> {output}", path(call), arguments.join(", "))
}

/// Returns the path of the function below its group's module.
fn path(call: &Call<'_>) -> String {
    let function = casing::ident(&call.function);
    if call.is_newest {
        return function.to_string();
    }
    format!("{}::{function}", casing::version_module(call.version.version))
}

/// Returns a type as callers write it.
fn called(ty: &TokenStream) -> String {
    text(ty).replace("atlas_admin_runtime::", "atlas_admin::")
}
