//! The operations of a document, each with its versions and their parts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::tree::{Tree, last_segment};

mod version;

pub(crate) use version::Version;

const METHODS: [&str; 8] =
    ["delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// An operation of a document.
pub(super) struct Endpoint<'a> {
    pub path: &'a str,
    pub method: &'static str,
    pub id: &'a str,
    pub tag: &'a str,
    /// Path, query and header parameters, including those of the path item.
    pub parameters: Vec<Parameter<'a>>,
    /// The alternative security requirements, each as text. An empty text means that no
    /// credentials are needed.
    pub security: BTreeSet<String>,
    pub versions: BTreeMap<Version, View<'a>>,
}

/// A parameter.
#[derive(Clone)]
pub(super) struct Parameter<'a> {
    pub name: &'a str,
    pub place: &'a str,
    pub is_required: bool,
    pub is_deprecated: bool,
    pub schema: Option<&'a Value>,
    /// The name in `components`; `None` for an inline parameter.
    pub component: Option<&'a str>,
}

/// The parts of an operation in one of its versions.
#[derive(Default)]
pub(super) struct View<'a> {
    pub body: Option<Body<'a>>,
    pub responses: BTreeMap<&'a str, Response<'a>>,
    pub is_deprecated: bool,
    pub sunset: Option<&'a str>,
}

/// The schemas of a body by format: `json`, or a whole media type without a version.
pub(super) type Content<'a> = BTreeMap<&'a str, Option<&'a Value>>;

pub(super) struct Body<'a> {
    pub is_required: bool,
    pub content: Content<'a>,
}

pub(super) struct Response<'a> {
    pub content: Content<'a>,
    /// The headers by name in lower case.
    pub headers: BTreeMap<String, Header<'a>>,
    /// The name in `components`; `None` for an inline response.
    pub component: Option<&'a str>,
}

/// A header of a response.
pub(super) struct Header<'a> {
    pub name: &'a str,
    /// Whether the service always sends the header.
    pub is_required: bool,
}

/// Reads the operations of a document.
pub(super) fn endpoints(tree: Tree<'_>) -> Vec<Endpoint<'_>> {
    let paths = tree.root.get("paths").and_then(Value::as_object);
    let mut found = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        let (item, _) = tree.resolve(item);
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                found.push(endpoint(tree, (path, method), item, operation));
            }
        }
    }
    found
}

fn endpoint<'a>(
    tree: Tree<'a>,
    (path, method): (&'a str, &'static str),
    item: &'a Value,
    operation: &'a Value,
) -> Endpoint<'a> {
    let text = |keyword: &str| operation.get(keyword).and_then(Value::as_str);
    let tag = operation.get("tags").and_then(|tags| tags.get(0)?.as_str());
    Endpoint {
        path,
        method,
        id: text("operationId").unwrap_or_default(),
        tag: tag.unwrap_or_default(),
        parameters: parameters(tree, item, operation),
        security: security(tree, operation),
        versions: versions(tree, operation),
    }
}

/// Returns the name of the component that a reference points to.
fn referred(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str).map(last_segment)
}

fn is_true(value: &Value, keyword: &str) -> bool {
    value.get(keyword) == Some(&Value::Bool(true))
}

/// Returns the parameters; one of the operation overrides one of the path item with the same name
/// and location.
fn parameters<'a>(
    tree: Tree<'a>,
    item: &'a Value,
    operation: &'a Value,
) -> Vec<Parameter<'a>> {
    let mut found = BTreeMap::new();
    for holder in [item, operation] {
        let list = holder.get("parameters").and_then(Value::as_array);
        for parameter in list.into_iter().flatten() {
            let (target, component) = (tree.resolve(parameter).0, referred(parameter));
            let text = |keyword: &str| target.get(keyword).and_then(Value::as_str);
            let (Some(name), Some(place)) = (text("name"), text("in")) else { continue };
            let content = target.get("content").and_then(Value::as_object);
            let content = content.and_then(|all| all.values().next()?.get("schema"));
            let parameter = Parameter {
                name,
                place,
                is_required: is_true(target, "required"),
                is_deprecated: is_true(target, "deprecated"),
                schema: target.get("schema").or(content),
                component,
            };
            found.insert((place, name), parameter);
        }
    }
    found.into_values().collect()
}

fn security(tree: Tree<'_>, operation: &Value) -> BTreeSet<String> {
    let requirements = operation.get("security").or(tree.root.get("security"));
    let requirements = requirements.and_then(Value::as_array);
    let names = |requirement: &Value| {
        let schemes = requirement.as_object().into_iter().flatten();
        schemes.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" + ")
    };
    requirements.into_iter().flatten().map(names).collect()
}

/// The parts of an operation that have media types.
struct Holders<'a> {
    body: Option<&'a Value>,
    responses: Vec<(&'a str, &'a Value, Option<&'a str>)>,
}

fn versions<'a>(tree: Tree<'a>, operation: &'a Value) -> BTreeMap<Version, View<'a>> {
    let responses = operation.get("responses").and_then(Value::as_object);
    let responses = responses.into_iter().flatten().map(|(status, response)| {
        (status.as_str(), tree.resolve(response).0, referred(response))
    });
    let holders = Holders {
        body: operation.get("requestBody").map(|body| tree.resolve(body).0),
        responses: responses.collect(),
    };
    let all = holders.responses.iter().map(|(_, response, _)| *response);
    let media = all.chain(holders.body).flat_map(media);
    let mut names: BTreeSet<Version> =
        media.filter_map(|(name, _)| Version::of_media_type(name)).collect();
    if names.is_empty() {
        names.insert(Version::unversioned());
    }
    let view = |version| (version, view(tree, operation, &holders, version));
    names.into_iter().map(view).collect()
}

fn media(holder: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let content = holder.get("content").and_then(Value::as_object);
    content.into_iter().flatten().map(|(name, media)| (name.as_str(), media))
}

fn view<'a>(
    tree: Tree<'a>,
    operation: &'a Value,
    holders: &Holders<'a>,
    version: Version,
) -> View<'a> {
    let mut view =
        View { is_deprecated: is_true(operation, "deprecated"), ..View::default() };
    view.sunset = operation.get("x-sunset").and_then(Value::as_str);
    if let Some(body) = holders.body
        && let Some(content) = content(body, version, &mut view)
    {
        let is_required = is_true(body, "required");
        view.body = Some(Body { is_required, content });
    }
    for (status, response, component) in &holders.responses {
        let Some(content) = content(response, version, &mut view) else { continue };
        let headers = response.get("headers").and_then(Value::as_object);
        let headers = headers.into_iter().flatten().map(|(name, header)| {
            let is_required = is_true(tree.resolve(header).0, "required");
            (name.to_lowercase(), Header { name, is_required })
        });
        let headers = headers.collect();
        let component = *component;
        view.responses.insert(status, Response { content, headers, component });
    }
    view
}

/// Returns the media types of a version; `None` if all media types have other versions.
fn content<'a>(
    holder: &'a Value,
    version: Version,
    view: &mut View<'a>,
) -> Option<Content<'a>> {
    let mut content = Content::new();
    let mut is_of_others = false;
    for (name, media) in media(holder) {
        let named = Version::of_media_type(name);
        if named.is_some_and(|named| named != version) {
            is_of_others = true;
            continue;
        }
        view.sunset = view.sunset.or(media.get("x-sunset").and_then(Value::as_str));
        content.insert(Version::format_of(name), media.get("schema"));
    }
    (!content.is_empty() || !is_of_others).then_some(content)
}
