//! The request functions: arguments, setters and outputs.

use std::collections::BTreeSet;

use super::build::Build;
use crate::casing::{free_name, precedence, setter_name, spelt};
use crate::ledger::{RecordedOperation, RecordedResponse, parameter_key};
use crate::model::{
    Body, Content, Location, Operation, OperationVersion, Output, Parameter, Response,
    Type,
};

/// Returns the operations with the types that the ledger promises.
pub(super) fn reconciled(build: &mut Build<'_>) -> Vec<Operation> {
    let api = build.api;
    api.operations.iter().map(|operation| reconcile(build, operation)).collect()
}

fn reconcile(build: &mut Build<'_>, found: &Operation) -> Operation {
    let recorded = build.ledger.operation(&found.key);
    let recorded = recorded.filter(|recorded| !recorded.is_only_named());
    let mut operation = found.clone();
    operation.parameters = parameters(build, found, recorded);
    operation.has_builder = match recorded {
        Some(recorded) => recorded.has_builder(),
        None => operation.parameters.iter().any(|parameter| !parameter.is_argument),
    };
    // A wait that is added or removed later must not change the function's return type, which
    // programs name.
    let offered = recorded.map(RecordedOperation::offers_wait);
    operation.offers_wait = offered.unwrap_or(operation.wait.is_some());
    // A paged request has methods that programs call, whether or not its pages are still numbered.
    // A request with a wait has other methods.
    let was_paged = recorded.is_some_and(RecordedOperation::is_paged);
    operation.is_paged = was_paged || operation.is_paged && !operation.offers_wait;
    for version in &mut operation.versions {
        reconcile_version(build, version, recorded);
    }
    operation
}

/// Returns the parameters. The arguments of a request function never change: a parameter that is
/// added later is set on the request.
fn parameters(
    build: &mut Build<'_>,
    operation: &Operation,
    recorded: Option<&RecordedOperation>,
) -> Vec<Parameter> {
    let mut parameters = operation.parameters.clone();
    for (index, parameter) in parameters.iter_mut().enumerate() {
        let key = parameter_key(index, parameter);
        let known = recorded.and_then(|recorded| recorded.parameter(&key));
        let is_one = !matches!(parameter.ty, Type::List(_) | Type::Map(_));
        parameter.ty = match known.map(|known| &known.ty) {
            // A parameter is sent as text, so a number or a union is accepted as one.
            Some(Type::String) if is_one => Type::String,
            known => build.ty(known, &[&parameter.ty]),
        };
        parameter.is_argument = match recorded {
            Some(_) => known.is_some_and(|known| known.is_argument),
            None => parameter.required,
        };
        parameter.recorded = known.map(|known| known.name.clone());
    }
    let taken = recorded.map(RecordedOperation::parameter_names);
    name_new_parameters(&mut parameters, taken.unwrap_or_default());
    parameters
}

/// Names new parameters without changing the names of the others, including removed ones.
/// Parameters that would get the same name are distinguished by their other characters, and by
/// their location.
fn name_new_parameters(parameters: &mut [Parameter], mut taken: BTreeSet<String>) {
    let mut new: Vec<&mut Parameter> =
        parameters.iter_mut().filter(|own| own.recorded.is_none()).collect();
    new.sort_by_cached_key(|own| {
        let by_rule = setter_name(&own.name);
        let (is_other, others, _) = precedence(&by_rule, &own.name);
        (own.location != Location::Path, is_other, others, own.name.clone())
    });
    for parameter in new {
        let placed = format!("{} {}", parameter.location.as_str(), parameter.name);
        let mut wanted =
            [parameter.name.clone(), spelt(&parameter.name), placed].into_iter();
        let is_free = |name: &str| !taken.contains(name);
        let free = wanted.find_map(|it| Some(setter_name(&it)).filter(|it| is_free(it)));
        let name =
            free.unwrap_or_else(|| free_name(&setter_name(&parameter.name), is_free));
        taken.insert(name.clone());
        parameter.recorded = Some(name);
    }
}

fn reconcile_version(
    build: &mut Build<'_>,
    version: &mut OperationVersion,
    recorded: Option<&RecordedOperation>,
) {
    let responses = recorded.map(|recorded| recorded.responses(version.version));
    let responses = responses.unwrap_or_default();
    for response in &mut version.responses {
        let known = responses.get(response.media_type.format.as_str()).copied();
        reconcile_response(build, response, known);
    }
    // The function with the plain name keeps its format.
    version.responses.sort_by_cached_key(|response| {
        let known = responses.get(response.media_type.format.as_str());
        (
            !known.map_or(responses.is_empty(), |known| known.is_first),
            response.media_type.format.clone(),
        )
    });
    // Where the format of that function is gone, the others keep their names.
    for (index, response) in version.responses.iter_mut().enumerate() {
        let known = responses.get(response.media_type.format.as_str());
        let is_first = index == 0 && responses.is_empty();
        response.is_first = known.map_or(is_first, |known| known.is_first);
    }
    if let Some(body) = &mut version.body {
        let known = recorded.and_then(|recorded| recorded.body(version.version));
        *body = Body {
            ty: build.ty(known, &[&body.ty]),
            media_type: body.media_type.clone(),
            is_bytes: body.is_bytes,
            is_argument: responses.is_empty() || known.is_some(),
        };
    }
}

fn reconcile_response(
    build: &mut Build<'_>,
    response: &mut Response,
    known: Option<&RecordedResponse>,
) {
    let ty = known.and_then(|known| match &known.output {
        Output::Json(ty) | Output::Optional(ty) => Some(ty),
        Output::Empty | Output::Stream => None,
    });
    let body = response.body().cloned();
    for (_, content) in &mut response.statuses {
        if let Content::Json(found) = content {
            // A second status with another body is decoded as this one.
            let known = ty.filter(|_| body.as_ref() == Some(found));
            *found = build.ty(known, &[found]);
        }
    }
    let output = response.output_of_statuses();
    response.output = match (known.map(|known| &known.output), output) {
        (Some(Output::Empty), _) => Output::Empty,
        (Some(Output::Stream), _) => Output::Stream,
        // Where the response no longer has a body, any JSON value is `null`.
        (Some(Output::Json(Type::Json)), Output::Empty) => Output::Json(Type::Json),
        (Some(Output::Json(_)), Output::Json(ty) | Output::Optional(ty)) => {
            Output::Json(ty)
        }
        (Some(Output::Optional(_)), Output::Json(ty) | Output::Optional(ty)) => {
            Output::Optional(ty)
        }
        (_, output) => output,
    };
}
