//! Doc comments of request functions.

use super::members::unsaid;
use super::{code, join, prose, sentence};
use crate::casing::{self, capitalized};
use crate::emit::operation::Call;
use crate::emit::{Docs, Emit, example, wait};
use crate::model::{Location, Operation, OperationVersion, Parameter};
use crate::version::Version;

/// Returns the documentation of the request function of an operation in one version.
pub(in crate::emit) fn operation(emit: &Emit<'_>, call: &Call<'_>) -> Vec<String> {
    let (operation, version) = (call.operation, call.version);
    let place = code(&format!("{} {}", operation.method.as_str(), operation.path));
    let said = emit.sentences.operation(call.index);
    let mut paragraphs = match said {
        Some(said) => {
            let (first, rest) = sentence::split(emit, said);
            let facts = format!("{place}. {}", versions(operation, version));
            std::iter::once(first).chain(rest).chain([facts]).collect()
        }
        None => {
            let title = capitalized(&casing::spoken(&operation.short));
            vec![format!("{title}: {place}")]
        }
    };
    if emit.docs == Docs::Full
        && let Some(text) = &operation.prose
    {
        paragraphs.extend(prose::paragraphs(text));
    }
    paragraphs.push(example::code(emit, call));
    if said.is_none() {
        paragraphs.push(versions(operation, version));
    }
    paragraphs.extend(wait::words(emit, call));
    if call.returns_page(emit) {
        let words = "`send` returns one page of the list, \
                     [`stream`](crate::PagedRequest::stream) the items of all pages.";
        paragraphs.push(words.to_owned());
    }
    if !operation.roles.is_empty() {
        let roles: Vec<String> = operation.roles.iter().map(|role| code(role)).collect();
        paragraphs.push(format!("Requires the role {}.", join(&roles, "or")));
    }
    if operation.is_anonymous {
        paragraphs.push("Public: the request is sent without credentials.".to_owned());
    }
    paragraphs.extend(parameters(emit, call));
    paragraphs.extend(errors(version));
    if let Some(url) = &operation.docs_url {
        paragraphs.push(format!(
            "[{} in the Atlas documentation]({url}).",
            code(&operation.id)
        ));
    }
    paragraphs
}

/// Returns the documentation of the module of a version.
pub(in crate::emit) fn pinned(tag: &str, version: Version) -> Vec<String> {
    match version {
        Version::Stable(date) => vec![
            format!("The operations of {tag} that have the version {date}."),
            "Functions in this module are pinned to this version.".to_owned(),
        ],
        Version::Upcoming(date) => vec![
            format!("The operations of {tag} in the version announced for {date}."),
            "The version may change until that date.".to_owned(),
        ],
        Version::Preview => vec![
            format!("The operations of {tag} that are in preview."),
            "They may change at any time.".to_owned(),
        ],
    }
}

fn versions(operation: &Operation, version: &OperationVersion) -> String {
    let mut text = match version.version {
        Version::Preview => "In preview.".to_owned(),
        dated => format!("Version {dated}."),
    };
    let others: Vec<String> = operation
        .versions
        .iter()
        .filter(|other| other.version != version.version)
        .map(|other| code(&casing::version_module(other.version)))
        .collect();
    if !others.is_empty() {
        text.push_str(&format!(" Other versions: {}.", join(&others, "and")));
    }
    if let Some(date) = version.sunset {
        text.push_str(&format!(" The service may remove this version after {date}."));
    }
    text
}

fn parameters(emit: &Emit<'_>, call: &Call<'_>) -> Option<String> {
    let line = |parameter: &Parameter| {
        let place = match parameter.location {
            Location::Path => "in the path",
            Location::Query => "in the query",
            Location::Header => "in the header",
        };
        let name = code(&parameter.name);
        let said = emit.sentences.parameter(call.index, &parameter.name);
        let mut facts = unsaid(&parameter.limits, said);
        let head = match said {
            Some(said) => format!("- {name}, {place}: {}", sentence::plain(emit, said)),
            None => format!("- {name}, {place}."),
        };
        facts.insert(0, head);
        facts.join(" ")
    };
    let taken = call.operation.parameters.iter().filter(|it| it.is_argument);
    let lines: Vec<String> = taken.map(line).collect();
    (!lines.is_empty()).then(|| format!("# Parameters\n\n{}", lines.join("\n")))
}

/// Returns the section on errors. Statuses that most operations have are only linked.
fn errors(version: &OperationVersion) -> Option<String> {
    let (common, own): (Vec<u16>, Vec<u16>) =
        version.errors.iter().partition(|status| COMMON.contains(status));
    let mut lines: Vec<String> = own
        .iter()
        .filter_map(|status| Some(format!("- {status}: {}.", reason(*status)?)))
        .collect();
    if !common.is_empty() {
        let common: Vec<String> = common.iter().map(u16::to_string).collect();
        let common = common.join(", ");
        lines.push(format!("- {common}: see [`Error`](crate::Error#statuses)."));
    }
    (!lines.is_empty()).then(|| format!("# Errors\n\n{}", lines.join("\n")))
}

/// The statuses whose meaning is the same for every operation; `Error` documents them.
const COMMON: [u16; 4] = [401, 403, 429, 500];

/// Returns the meaning of another status in this API.
fn reason(status: u16) -> Option<&'static str> {
    Some(match status {
        400 => "the service rejects the request as invalid",
        402 => "the organization has no payment method",
        404 => "the resource doesn't exist, or these credentials can't see it",
        405 => "the operation is not available for this resource",
        406 => "the service doesn't have this version",
        409 => "the request conflicts with the state of the resource",
        410 => "the service has removed this version",
        503 => "the service is not available",
        _ => return None,
    })
}
