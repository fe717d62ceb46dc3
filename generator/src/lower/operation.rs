//! Operations: their parameters, versions, bodies and answers.

use std::collections::BTreeMap;

use openapiv3::{
    MediaType as Media, Operation as Source, Parameter as SourceParameter,
    ParameterData, ParameterSchemaOrContent, PathItem, ReferenceOr, RequestBody,
    Response, StatusCode,
};
use serde_json::Value;

use super::facets::{Facets, Node, schema_name};
use super::waits::Said;
use super::{Lowering, Spot};
use crate::conventions::PAGE_NUMBER;
use crate::diagnostic::Diagnostic;
use crate::model::{
    Answer, Body, Content, Location, Method, Operation, OperationVersion, Output,
    Parameter, Tag, Type, operation_key,
};
use crate::pointer::Pointer;
use crate::version::{Date, Format, MediaType, Version};

/// Query parameters of every operation that change the shape of the answer for clients that can't
/// read headers. The runtime reads headers and decodes the declared shape.
const WRAPPING: [&str; 2] = ["envelope", "pretty"];

/// The names of an operation: the key, of method and path, for places, which stay; the short name
/// for types.
#[derive(Clone, Copy)]
struct Called<'a> {
    key: &'a str,
    short: &'a str,
}

impl<'d> Lowering<'d> {
    pub(super) fn lower_operations(&mut self) {
        let document = self.document;
        let mut paths: Vec<(&'d String, &'d ReferenceOr<PathItem>)> =
            document.paths.iter().collect();
        paths.sort_unstable_by_key(|(path, _)| *path);
        for (path, item) in paths {
            let pointer = Pointer::root().child("paths").child(path);
            let ReferenceOr::Item(item) = item else {
                self.error(
                    "the path is a reference to another document",
                    &pointer,
                    "put the path's operations into the document",
                );
                continue;
            };
            let methods = [
                (Method::Get, "get", &item.get),
                (Method::Head, "head", &item.head),
                (Method::Post, "post", &item.post),
                (Method::Put, "put", &item.put),
                (Method::Patch, "patch", &item.patch),
                (Method::Delete, "delete", &item.delete),
            ];
            for (method, name, source) in methods {
                if let Some(source) = source {
                    let at = pointer.child(name);
                    self.lower_operation(path, method, item, source, &at);
                }
            }
            for (name, other) in [("options", &item.options), ("trace", &item.trace)] {
                if other.is_some() {
                    self.unmapped(
                        &pointer.child(name),
                        "an operation of this method is not offered",
                    );
                }
            }
        }
        self.api
            .operations
            .sort_by(|a, b| (&a.path, a.method).cmp(&(&b.path, b.method)));
    }

    fn lower_operation(
        &mut self,
        path: &'d str,
        method: Method,
        item: &'d PathItem,
        source: &'d Source,
        at: &Pointer,
    ) {
        let Some(id) = source.operation_id.clone().filter(|id| !id.trim().is_empty())
        else {
            self.error(
                "the operation has no `operationId`, so nothing names its request function",
                at,
                "add an `operationId` with an overlay in spec/overlays",
            );
            return;
        };
        let text = |key: &str| {
            source.extensions.get(key).and_then(Value::as_str).map(str::to_owned)
        };
        let short = text("x-xgen-operation-id-override").unwrap_or_else(|| id.clone());
        let key = operation_key(method, path);
        let called = Called { key: &key, short: &short };
        let parameters = self.lower_parameters(path, item, source, called, at);
        let versions = self.lower_versions(source, called, at);
        if versions.is_empty() {
            self.error(
                format!("no answer of `{id}` says which version it has"),
                at,
                "declare a media type `application/vnd.atlas.<version>+json` for its success status",
            );
            return;
        }
        let tag = self.tag(source.tags.first().map_or("Other", String::as_str));
        if source.tags.len() > 1 {
            self.unmapped(&at.child("tags"), "only the first tag places the operation");
        }
        // Page after page is requested: what is no GET would have its effect as often.
        let is_paged = method == Method::Get
            && parameters.iter().any(|parameter| parameter.numbers_pages);
        let roles =
            source.extensions.get("x-rolesRequirements").and_then(Value::as_array);
        self.waits.extend(Said::of(source, &key, at));
        self.api.operations.push(Operation {
            wait: None,
            offers_wait: false,
            short,
            tag,
            method,
            path: path.to_owned(),
            parameters,
            versions,
            deprecated: source.deprecated,
            has_builder: false,
            is_paged,
            roles: roles
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            docs_url: text("x-xgen-docs-url")
                .or_else(|| source.external_docs.as_ref().map(|docs| docs.url.clone())),
            prose: match (&source.summary, &source.description) {
                (Some(summary), Some(text)) => Some(format!("{summary}\n\n{text}")),
                (summary, text) => summary.as_ref().or(text.as_ref()).cloned(),
            },
            pointer: at.clone(),
            id,
        });
    }

    /// Finds the tag's index; a tag that the document does not list is added.
    fn tag(&mut self, name: &str) -> usize {
        let tags = &mut self.api.tags;
        match tags.binary_search_by(|tag| tag.name.as_str().cmp(name)) {
            Ok(index) => index,
            Err(index) => {
                tags.insert(
                    index,
                    Tag { name: name.to_owned(), prose: None, module: None },
                );
                for operation in &mut self.api.operations {
                    operation.tag += usize::from(operation.tag >= index);
                }
                index
            }
        }
    }

    fn lower_parameters(
        &mut self,
        path: &'d str,
        item: &'d PathItem,
        source: &'d Source,
        called: Called<'_>,
        at: &Pointer,
    ) -> Vec<Parameter> {
        let mut found: BTreeMap<(Location, &'d str), (&'d ParameterData, Pointer)> =
            BTreeMap::new();
        let above = at.parent().unwrap_or_default();
        let listed = [(&item.parameters, above), (&source.parameters, at.clone())];
        for (parameters, at) in listed {
            for (index, parameter) in parameters.iter().enumerate() {
                let at = at.child("parameters").item(index);
                if let Some((location, data, at)) = self.parameter(parameter, at)
                    && !(location == Location::Query
                        && WRAPPING.contains(&data.name.as_str()))
                {
                    found.insert((location, &data.name), (data, at));
                }
            }
        }
        let mut lowered = Vec::new();
        for name in template_parameters(path) {
            match found.remove(&(Location::Path, name)) {
                Some((data, pointer)) => {
                    lowered.push(self.lower_parameter(Location::Path, data, called, &pointer));
                }
                None => self.error(
                    format!("the path names a parameter `{name}` that the operation does not declare"),
                    at,
                    "declare the parameter with `in: path`",
                ),
            }
        }
        for ((location, name), (data, pointer)) in found {
            if location == Location::Path {
                self.unmapped(
                    &pointer,
                    format!("the path has no place for the parameter `{name}`"),
                );
            } else {
                lowered.push(self.lower_parameter(location, data, called, &pointer));
            }
        }
        lowered
    }

    fn parameter(
        &mut self,
        parameter: &'d ReferenceOr<SourceParameter>,
        at: Pointer,
    ) -> Option<(Location, &'d ParameterData, Pointer)> {
        let (parameter, at) = match parameter {
            ReferenceOr::Item(parameter) => (parameter, at),
            ReferenceOr::Reference { reference } => {
                let name = schema_name(reference);
                let components = self.document.components.as_ref()?;
                let at =
                    Pointer::root().child("components").child("parameters").child(name);
                match components.parameters.get(name)? {
                    ReferenceOr::Item(parameter) => (parameter, at),
                    other @ ReferenceOr::Reference { .. } => {
                        return self.parameter(other, at);
                    }
                }
            }
        };
        let location = match parameter {
            SourceParameter::Path { .. } => Location::Path,
            SourceParameter::Query { .. } => Location::Query,
            SourceParameter::Header { .. } => Location::Header,
            SourceParameter::Cookie { .. } => {
                self.unmapped(&at, "cookie parameters are not sent");
                return None;
            }
        };
        Some((location, parameter.parameter_data_ref(), at))
    }

    fn lower_parameter(
        &mut self,
        location: Location,
        data: &'d ParameterData,
        called: Called<'_>,
        pointer: &Pointer,
    ) -> Parameter {
        let spot = Spot {
            key: format!("{}?{}", called.key, data.name),
            hint: data.name.clone(),
            owner: called.short.to_owned(),
            pointer: pointer.child("schema"),
        };
        let (mut ty, limits) = match &data.format {
            ParameterSchemaOrContent::Schema(schema) => {
                let node = Node::of(schema);
                let limits = self.resolve(node).map(|schema| Facets::of(schema).limits);
                (self.lower_node(node, &spot), limits.unwrap_or_default())
            }
            ParameterSchemaOrContent::Content(_) => {
                self.unmapped(pointer, "a parameter with a media type is sent as text");
                (Type::String, Default::default())
            }
        };
        if location == Location::Path && !self.is_scalar(&ty) {
            self.unmapped(pointer, "a list or an object in the path is sent as text");
            ty = Type::String;
        } else if matches!(ty, Type::Map(_)) {
            self.unmapped(pointer, "a parameter that is an object is sent as its JSON");
        }
        Parameter {
            name: data.name.clone(),
            recorded: None,
            location,
            ty,
            required: data.required || location == Location::Path,
            is_argument: true,
            numbers_pages: location == Location::Query && data.name == PAGE_NUMBER,
            deprecated: data.deprecated.unwrap_or(false),
            limits,
            prose: data.description.clone(),
        }
    }

    fn is_scalar(&self, ty: &Type) -> bool {
        match ty {
            Type::List(_) | Type::Map(_) | Type::Json => false,
            Type::Def(id) => self.api.is_enum(*id),
            _ => true,
        }
    }

    fn lower_versions(
        &mut self,
        source: &'d Source,
        called: Called<'_>,
        at: &Pointer,
    ) -> Vec<OperationVersion> {
        let mut versions: BTreeMap<Version, OperationVersion> = BTreeMap::new();
        let responses = at.child("responses");
        let mut statuses: Vec<(&'d StatusCode, &'d ReferenceOr<Response>)> =
            source.responses.responses.iter().collect();
        statuses.sort_by_key(|(status, _)| status.to_string());
        for (status, response) in &statuses {
            let pointer = responses.child(status.to_string());
            let StatusCode::Code(code) = status else {
                self.unmapped(
                    &pointer,
                    "a range of statuses is decoded as what it turns out to be",
                );
                continue;
            };
            if let (200..=299, Some(response)) = (code, self.response(response)) {
                self.lower_success(*code, response, &mut versions, called, &pointer);
            }
        }
        self.lower_bodies(source, &mut versions, called, at);
        for (status, _) in statuses {
            if let StatusCode::Code(code @ (100..=199 | 300..=599)) = status {
                versions.values_mut().for_each(|version| version.errors.push(*code));
            }
        }
        versions.into_values().collect()
    }

    fn response(&self, response: &'d ReferenceOr<Response>) -> Option<&'d Response> {
        match response {
            ReferenceOr::Item(response) => Some(response),
            ReferenceOr::Reference { reference } => {
                let components = self.document.components.as_ref()?;
                self.response(components.responses.get(schema_name(reference))?)
            }
        }
    }

    fn lower_success(
        &mut self,
        code: u16,
        response: &'d Response,
        versions: &mut BTreeMap<Version, OperationVersion>,
        called: Called<'_>,
        pointer: &Pointer,
    ) {
        for (name, media) in contents(response) {
            let at = pointer.child("content").child(name);
            let Some(media_type) = self.media_type(name, &at) else { continue };
            let spot =
                body_spot(called, Some(media_type.version), "response", Some(code), &at);
            let content = match (&media.schema, media_type.format) {
                (_, Format::Csv | Format::Gzip) => Content::Stream,
                (None, Format::Json) => Content::Empty,
                (Some(schema), Format::Json) => {
                    Content::Json(self.lower_node(Node::of(schema), &spot))
                }
            };
            let sunset = self.sunset(media, &at);
            let version = versions
                .entry(media_type.version)
                .or_insert_with(|| OperationVersion::new(media_type.version));
            version.sunset = version.sunset.max(sunset);
            version.add_answer(media_type, code, content);
        }
    }

    /// Parses a media type of the API, and reports any other.
    fn media_type(&mut self, name: &str, at: &Pointer) -> Option<MediaType> {
        let parsed = name.parse().ok();
        if parsed.is_none() {
            self.error(
                format!("the media type `{name}` is not understood"),
                at,
                "write it as `application/vnd.atlas.<YYYY-MM-DD or preview>+<json, csv or gzip>`, \
                 or correct it with an overlay",
            );
        }
        parsed
    }

    fn sunset(&mut self, media: &Media, at: &Pointer) -> Option<Date> {
        let text = media.extensions.get("x-sunset")?.as_str()?;
        let date = text.get(..10).and_then(|date| date.parse().ok());
        if date.is_none() {
            self.diagnostics.push(
                Diagnostic::error(format!("`{text}` is no date"), &at.child("x-sunset"))
                    .help("write it as YYYY-MM-DD"),
            );
        }
        date
    }

    fn lower_bodies(
        &mut self,
        source: &'d Source,
        versions: &mut BTreeMap<Version, OperationVersion>,
        called: Called<'_>,
        at: &Pointer,
    ) {
        let Some((body, pointer)) = self.request_body(source, at) else { return };
        let mut contents: BTreeMap<Version, (MediaType, &'d Media, Pointer)> =
            BTreeMap::new();
        for (name, media) in &body.content {
            let at = pointer.child("content").child(name);
            let Some(media_type) = self.media_type(name, &at) else { continue };
            if media_type.format == Format::Json {
                contents.insert(media_type.version, (media_type, media, at));
            } else {
                self.unmapped(&at, "a request body that is not JSON is not offered");
            }
        }
        for (version, (_, _, at)) in &contents {
            if !versions.contains_key(version) {
                self.unmapped(at, "a request body of a version without an answer");
            }
        }
        for version in versions.values_mut() {
            // A version that repeats the body of an older one does not always list it again.
            let found = contents.range(..=version.version).next_back();
            let Some((_, (media_type, media, at))) =
                found.or_else(|| contents.first_key_value())
            else {
                continue;
            };
            let Some(schema) = &media.schema else { continue };
            let spot = body_spot(called, Some(media_type.version), "request", None, at);
            version.body = Some(Body {
                ty: self.lower_node(Node::of(schema), &spot),
                media_type: *media_type,
                is_argument: true,
            });
        }
    }

    fn request_body(
        &self,
        source: &'d Source,
        at: &Pointer,
    ) -> Option<(&'d RequestBody, Pointer)> {
        match source.request_body.as_ref()? {
            ReferenceOr::Item(body) => Some((body, at.child("requestBody"))),
            ReferenceOr::Reference { reference } => {
                let name = schema_name(reference);
                let components = self.document.components.as_ref()?;
                let at = Pointer::root()
                    .child("components")
                    .child("requestBodies")
                    .child(name);
                match components.request_bodies.get(name)? {
                    ReferenceOr::Item(body) => Some((body, at)),
                    ReferenceOr::Reference { .. } => None,
                }
            }
        }
    }
}

impl OperationVersion {
    fn new(version: Version) -> Self {
        Self {
            version,
            answers: Vec::new(),
            body: None,
            errors: Vec::new(),
            sunset: None,
        }
    }

    fn add_answer(&mut self, media_type: MediaType, code: u16, content: Content) {
        match self.answers.iter_mut().find(|answer| answer.media_type == media_type) {
            Some(answer) => answer.statuses.push((code, content)),
            None => {
                self.answers.push(Answer {
                    media_type,
                    statuses: vec![(code, content)],
                    output: Output::Empty,
                    is_first: false,
                });
                self.answers.sort_by_key(|answer| answer.media_type.format);
            }
        }
    }
}

/// The contents of a response, in ascending order of their media types.
fn contents(response: &Response) -> BTreeMap<&String, &Media> {
    response.content.iter().collect()
}

fn body_spot(
    called: Called<'_>,
    version: Option<Version>,
    role: &str,
    status: Option<u16>,
    at: &Pointer,
) -> Spot {
    let version = version.map(|version| format!("@{version}")).unwrap_or_default();
    let place = status.map_or_else(|| role.to_owned(), |status| status.to_string());
    Spot {
        key: format!("{}{version}#{place}", called.key),
        hint: role.to_owned(),
        owner: called.short.to_owned(),
        pointer: at.child("schema"),
    }
}

/// The names in the braces of a path template, in order.
fn template_parameters(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}
