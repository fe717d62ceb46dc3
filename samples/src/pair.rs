//! The operations of a document in each version.

use std::collections::BTreeMap;

use atlas_admin_generator::version::MediaType;
use serde_json::Value;

use crate::demands::{Tree, entries, flag, list, text};

/// An operation in one version.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The `operationId`.
    pub id: String,
    /// The version, as media types have it: `2024-08-05`, `preview`.
    pub version: String,
    /// The method, in capital letters.
    pub method: String,
    /// The path, with the names of its parameters in braces.
    pub path: String,
    /// The first tag, which is the operation group.
    pub tag: String,
    /// The parameters of the path, the query and the headers.
    pub parameters: Vec<Parameter>,
    /// The body of the request; `None` where the operation has none.
    pub body: Option<Media>,
    /// The declared success responses, by status and then by media type.
    pub responses: Vec<Response>,
    /// The declared error responses, which are the same in each version.
    pub errors: Vec<Response>,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// The location: `path`, `query` or `header`.
    pub location: String,
    /// Whether a request must have the parameter.
    pub required: bool,
    /// The schema of its value.
    pub schema: Value,
}

/// The response with one status.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Its possible bodies, one for each media type.
    pub content: Vec<Media>,
}

/// A body in one media type.
#[derive(Clone, Debug)]
pub struct Media {
    /// The media type.
    pub name: String,
    /// The schema of the body; `None` where it has none.
    pub schema: Option<Value>,
}

impl Pair {
    /// Returns the JSON body of a status; `None` where it has none with a schema.
    pub fn response(&self, status: u16) -> Option<&Media> {
        let responses = self.responses.iter().chain(&self.errors);
        let mut content =
            responses.filter(|a| a.status == status).flat_map(|a| &a.content);
        content.find(|media| media.is_json() && media.schema.is_some())
    }
}

impl Media {
    /// Tells whether the body is JSON.
    pub fn is_json(&self) -> bool {
        self.name.ends_with("json")
    }

    fn version(&self) -> Option<String> {
        self.name.parse().ok().map(|name: MediaType| name.version.to_string())
    }
}

/// Lists the pairs of a document.
pub(crate) fn pairs(document: &Value) -> Vec<Pair> {
    let tree = Tree(document);
    let mut pairs = Vec::new();
    for (path, item) in entries(document, "paths") {
        for method in ["get", "put", "post", "delete", "options", "head", "patch"] {
            if let Some(operation) = item.get(method) {
                pairs.extend(of_operation(tree, path, item, method, operation));
            }
        }
    }
    pairs
}

fn of_operation(
    tree: Tree<'_>,
    path: &str,
    item: &Value,
    method: &str,
    operation: &Value,
) -> Vec<Pair> {
    let (responses, errors): (Vec<Response>, Vec<Response>) =
        entries(operation, "responses")
            .filter_map(|(status, response)| {
                let content = content(tree.resolve(response).0);
                Some(Response { status: status.parse().ok()?, content })
            })
            .partition(|response| (200..300).contains(&response.status));
    let bodies = operation.get("requestBody").map(|body| content(tree.resolve(body).0));
    let bodies = bodies.unwrap_or_default();
    let mut versions: BTreeMap<String, Vec<Response>> = BTreeMap::new();
    for response in &responses {
        for media in &response.content {
            let Some(version) = media.version() else { continue };
            let known = versions.entry(version).or_default();
            match known.last_mut().filter(|last| last.status == response.status) {
                Some(last) => last.content.push(media.clone()),
                None => known.push(Response {
                    status: response.status,
                    content: vec![media.clone()],
                }),
            }
        }
    }
    let tag = list(operation, "tags").first().and_then(Value::as_str);
    let of_version = |(version, responses): (String, Vec<Response>)| Pair {
        id: text(operation, "operationId").unwrap_or_default().to_owned(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        tag: tag.unwrap_or_default().to_owned(),
        parameters: parameters(tree, item, operation),
        body: bodies
            .iter()
            .find(|media| media.version().as_ref() == Some(&version))
            .cloned(),
        version,
        responses,
        errors: errors.clone(),
    };
    versions.into_iter().map(of_version).collect()
}

fn content(holder: &Value) -> Vec<Media> {
    let media = |(name, media): (&str, &Value)| Media {
        name: name.to_owned(),
        schema: media.get("schema").cloned(),
    };
    entries(holder, "content").map(media).collect()
}

fn parameters(tree: Tree<'_>, item: &Value, operation: &Value) -> Vec<Parameter> {
    let listed = list(item, "parameters").iter().chain(list(operation, "parameters"));
    let parameter = |node| {
        let (node, _) = tree.resolve(node);
        let owned = |key| text(node, key).unwrap_or_default().to_owned();
        Parameter {
            name: owned("name"),
            location: owned("in"),
            required: flag(node, "required"),
            schema: node.get("schema").cloned().unwrap_or_default(),
        }
    };
    listed.map(parameter).collect()
}
