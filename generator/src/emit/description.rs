//! The values in the statics that describe operations, as formatted text. There is one for each
//! function; as tokens, they were a third of what syn read.

use super::literal::{list, option, structure, texts};
use super::operation::Call;
use crate::model::{Location, Parameter};
use crate::version::Version;

/// Returns the value that describes the operation and its wait; `date` is the function that makes a
/// date.
pub(super) fn description(call: &Call<'_>, wait: &str, date: &str) -> String {
    let operation = call.operation;
    let body = call.version.body.as_ref();
    let content_type = body.map(|body| format!("{:?}", body.media_type.to_string()));
    let statuses = call.response.statuses.iter().map(|(status, _)| status.to_string());
    let sunset = call
        .version
        .sunset
        .map(|day| format!("{date}({}, {}, {})", day.year, day.month, day.day));
    structure(
        "Operation",
        [
            format!("id: {:?}", operation.id),
            format!("name: {:?}", operation.short),
            format!("tag: {:?}", operation.group),
            format!("method: Method::{:?}", operation.method),
            format!("path: {:?}", operation.path),
            format!("version: {}", version(call.version.version)),
            format!("accept: {:?}", call.response.media_type.to_string()),
            format!("content_type: {}", option(content_type)),
            format!("parameters: {}", list(operation.parameters.iter().map(parameter))),
            format!("success: {}", list(statuses)),
            format!("roles: {}", texts(&operation.roles)),
            format!("deprecated: {}", operation.deprecated),
            format!("sunset: {}", option(sunset)),
            format!("docs: {:?}", operation.docs_url.as_deref().unwrap_or_default()),
            format!("wait: {wait}"),
        ],
    )
}

/// Returns the value that describes the request for a call's operation resource, whose path is
/// known only from the response.
pub(super) fn resource(call: &Call<'_>) -> String {
    let operation = call.operation;
    structure(
        "Operation",
        [
            format!("id: {:?}", operation.id),
            format!("name: {:?}", operation.short),
            format!("tag: {:?}", operation.group),
            "method: Method::Get".to_owned(),
            "path: \"\"".to_owned(),
            format!("version: {}", version(call.version.version)),
            format!("accept: {:?}", call.response.media_type.to_string()),
            "content_type: None".to_owned(),
            "parameters: &[]".to_owned(),
            "success: &[200]".to_owned(),
            "roles: &[]".to_owned(),
            "deprecated: false".to_owned(),
            "sunset: None".to_owned(),
            format!("docs: {:?}", operation.docs_url.as_deref().unwrap_or_default()),
            "wait: None".to_owned(),
        ],
    )
}

fn parameter(parameter: &Parameter) -> String {
    let place = match parameter.location {
        Location::Path => "path",
        Location::Query if parameter.numbers_pages => "page",
        Location::Query => "query",
        Location::Header => "header",
    };
    let mut text = format!("Parameter::{place}({:?})", parameter.name);
    if parameter.required && parameter.location != Location::Path {
        text.push_str(".required()");
    }
    if let Some(default) = &parameter.limits.default {
        text.push_str(&format!(".or({default:?})"));
    }
    if let Some(separator) = parameter.joined {
        text.push_str(&format!(".joined({separator:?})"));
    }
    text
}

fn version(version: Version) -> String {
    let (name, date) = match version {
        Version::Stable(date) => ("stable", date),
        Version::Upcoming(date) => ("upcoming", date),
        Version::Preview => return "Version::Preview".to_owned(),
    };
    format!("Version::{name}({}, {}, {})", date.year, date.month, date.day)
}
