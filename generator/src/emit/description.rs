//! The values in the statics that describe operations.

use proc_macro2::TokenStream;
use quote::quote;

use super::operation::Call;
use crate::model::{Location, Method, Parameter};
use crate::version::{Date, Version};

/// Returns the value that describes the operation and its wait; `date` is the function that makes a
/// date.
pub(super) fn description(
    call: &Call<'_>,
    wait: &TokenStream,
    date: &TokenStream,
) -> TokenStream {
    let operation = call.operation;
    let (id, short, path) = (&operation.id, &operation.short, &operation.path);
    let tag = &operation.group;
    let method = method(operation.method);
    let version = version(call.version.version);
    let accept = call.response.media_type.to_string();
    let content_type = match &call.version.body {
        Some(body) => {
            let media_type = body.media_type.to_string();
            quote!(Some(#media_type))
        }
        None => quote!(None),
    };
    let parameters = operation.parameters.iter().map(parameter);
    let success = call
        .response
        .statuses
        .iter()
        .map(|(status, _)| proc_macro2::Literal::u16_unsuffixed(*status));
    let roles = &operation.roles;
    let deprecated = operation.deprecated;
    let sunset = match call.version.sunset {
        Some(day) => {
            let (year, month, day) = numbers(day);
            quote!(Some(#date(#year, #month, #day)))
        }
        None => quote!(None),
    };
    let docs = operation.docs_url.as_deref().unwrap_or_default();
    quote! {
        Operation {
            id: #id,
            name: #short,
            tag: #tag,
            method: #method,
            path: #path,
            version: #version,
            accept: #accept,
            content_type: #content_type,
            parameters: &[#(#parameters,)*],
            success: &[#(#success),*],
            roles: &[#(#roles),*],
            deprecated: #deprecated,
            sunset: #sunset,
            docs: #docs,
            wait: #wait,
        }
    }
}

/// Returns the value that describes the request for a call's operation resource, whose path is
/// known only from the response.
pub(super) fn resource(call: &Call<'_>) -> TokenStream {
    let operation = call.operation;
    let (id, short) = (&operation.id, &operation.short);
    let tag = &operation.group;
    let version = version(call.version.version);
    let accept = call.response.media_type.to_string();
    let docs = operation.docs_url.as_deref().unwrap_or_default();
    quote! {
        Operation {
            id: #id,
            name: #short,
            tag: #tag,
            method: Method::Get,
            path: "",
            version: #version,
            accept: #accept,
            content_type: None,
            parameters: &[],
            success: &[200],
            roles: &[],
            deprecated: false,
            sunset: None,
            docs: #docs,
            wait: None,
        }
    }
}

fn parameter(parameter: &Parameter) -> TokenStream {
    let name = &parameter.name;
    let place = match parameter.location {
        Location::Path => quote!(Parameter::path(#name)),
        Location::Query if parameter.numbers_pages => quote!(Parameter::page(#name)),
        Location::Query => quote!(Parameter::query(#name)),
        Location::Header => quote!(Parameter::header(#name)),
    };
    let is_noted = parameter.required && parameter.location != Location::Path;
    let required = is_noted.then(|| quote!(.required()));
    let default = parameter.limits.default.as_ref().map(|default| quote!(.or(#default)));
    let joined = parameter.joined.map(|separator| quote!(.joined(#separator)));
    quote!(#place #required #default #joined)
}

fn method(method: Method) -> TokenStream {
    match method {
        Method::Get => quote!(Method::Get),
        Method::Head => quote!(Method::Head),
        Method::Post => quote!(Method::Post),
        Method::Put => quote!(Method::Put),
        Method::Patch => quote!(Method::Patch),
        Method::Delete => quote!(Method::Delete),
    }
}

fn version(version: Version) -> TokenStream {
    let numbers = |date: Date| {
        let (year, month, day) = numbers(date);
        quote!(#year, #month, #day)
    };
    match version {
        Version::Stable(date) => {
            let date = numbers(date);
            quote!(Version::stable(#date))
        }
        Version::Upcoming(date) => {
            let date = numbers(date);
            quote!(Version::upcoming(#date))
        }
        Version::Preview => quote!(Version::Preview),
    }
}

fn numbers(
    date: Date,
) -> (proc_macro2::Literal, proc_macro2::Literal, proc_macro2::Literal) {
    let literal = |number| proc_macro2::Literal::u16_unsuffixed(number);
    (literal(date.year), literal(date.month.into()), literal(date.day.into()))
}
