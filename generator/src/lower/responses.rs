//! Versions of an operation: the responses and the body of each.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{
    MediaType as Media, Operation as Source, ReferenceOr, RequestBody, Response,
    StatusCode,
};

use super::facets::{Node, schema_name};
use super::operation::Called;
use super::{Lowering, Place};
use crate::model::{self, Body, Content, OperationVersion, Output, Type};
use crate::pointer::Pointer;
use crate::version::{Date, Format, MediaType, Version};

/// The status assumed for a range, a default, or an operation without a success.
const OK: u16 = 200;

/// The statuses of responses without content (RFC 9110 sections 15.3.5 and 15.3.6).
const WITHOUT_CONTENT: [u16; 2] = [204, 205];

type Versions = BTreeMap<Version, OperationVersion>;

/// A success status with its response, or the assumed one.
struct Success<'d> {
    code: u16,
    response: &'d Response,
    pointer: Pointer,
}

impl<'d> Lowering<'d> {
    /// Lowers the versions of an operation. Returns no versions if the document states none
    /// anywhere.
    pub(super) fn lower_versions(
        &mut self,
        source: &'d Source,
        called: Called<'_>,
        at: &Pointer,
    ) -> Vec<OperationVersion> {
        let successes = self.successes(source, at);
        let body = self.request_body(source, at);
        let bodies =
            body.map(|(body, pointer)| bodies(body, &pointer)).unwrap_or_default();
        let mut versions = Versions::new();
        for success in &successes {
            self.lower_versioned(success, &mut versions, called);
        }
        if versions.is_empty() {
            for version in self.unsaid_versions(&bodies, at) {
                let mut lowered = OperationVersion::new(version);
                for success in &successes {
                    self.lower_unversioned(success, &mut lowered, called);
                }
                if lowered.responses.is_empty() {
                    let json = MediaType::json(version);
                    lowered.add_response(json, OK, Content::Empty);
                }
                versions.insert(version, lowered);
            }
        } else {
            self.note_unversioned(&successes);
            add_empty_statuses(&successes, &mut versions);
        }
        self.lower_bodies(bodies, &mut versions, called);
        for code in codes(source).filter(|code| !(200..=299).contains(code)) {
            versions.values_mut().for_each(|version| version.errors.push(code));
        }
        versions.into_values().collect()
    }

    /// Returns the success responses. Where no status is listed, a range counts as one, else the
    /// default.
    fn successes(&mut self, source: &'d Source, at: &Pointer) -> Vec<Success<'d>> {
        let responses = at.child("responses");
        let mut listed: Vec<(&'d StatusCode, &'d ReferenceOr<Response>)> =
            source.responses.responses.iter().collect();
        listed.sort_by_key(|(status, _)| status.to_string());
        let mut found = Vec::new();
        let mut ranges = Vec::new();
        for (status, response) in listed {
            let pointer = responses.child(status.to_string());
            let Some(response) = self.response(response) else { continue };
            self.note_links(response, &pointer);
            match status {
                StatusCode::Code(code @ 200..=299) => {
                    found.push(Success { code: *code, response, pointer });
                }
                StatusCode::Code(_) => {}
                StatusCode::Range(class) => {
                    ranges.push((*class == 2, response, pointer))
                }
            }
        }
        for (is_success, response, pointer) in ranges {
            if is_success && found.is_empty() {
                let what = "a range of statuses is treated as status 200";
                self.unmapped(&pointer, what);
                found.push(Success { code: OK, response, pointer });
            } else {
                let what = "a range of statuses is not expressed: a response is decoded by its status";
                self.unmapped(&pointer, what);
            }
        }
        if let Some(response) = &source.responses.default {
            let pointer = responses.child("default");
            match self.response(response) {
                Some(response) if found.is_empty() => {
                    self.unmapped(
                        &pointer,
                        "a default response is treated as status 200",
                    );
                    found.push(Success { code: OK, response, pointer });
                }
                _ => self
                    .unmapped(&pointer, "a default response is not expressed: a response is decoded by its status"),
            }
        }
        if found.is_empty() {
            self.unmapped(
                &responses,
                "no success response is declared: the body is not decoded",
            );
        }
        found
    }

    /// Notes links to other operations, which are lost.
    fn note_links(&mut self, response: &'d Response, at: &Pointer) {
        if !response.links.is_empty() {
            self.unmapped(&at.child("links"), "links to operations are not followed");
        }
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

    fn lower_versioned(
        &mut self,
        success: &Success<'d>,
        versions: &mut Versions,
        called: Called<'_>,
    ) {
        for (name, media) in contents(success.response) {
            let Ok(media_type) = name.parse::<MediaType>() else { continue };
            let version = versions
                .entry(media_type.version)
                .or_insert_with(|| OperationVersion::new(media_type.version));
            let at = success.pointer.child("content").child(name);
            self.lower_content(success, (media_type, media), version, called, &at);
        }
    }

    /// Lowers a response without a version as the response of a version.
    fn lower_unversioned(
        &mut self,
        success: &Success<'d>,
        version: &mut OperationVersion,
        called: Called<'_>,
    ) {
        for (name, media) in contents(success.response) {
            let at = success.pointer.child("content").child(name);
            let media_type = MediaType::plain(version.version, name);
            self.lower_content(success, (media_type, media), version, called, &at);
        }
        if success.response.content.is_empty() {
            let json = MediaType::json(version.version);
            version.add_response(json, success.code, Content::Empty);
        }
    }

    fn lower_content(
        &mut self,
        success: &Success<'d>,
        (media_type, media): (MediaType, &'d Media),
        version: &mut OperationVersion,
        called: Called<'_>,
        at: &Pointer,
    ) {
        let place =
            body_place(called, version.version, "response", Some(success.code), at);
        let content = match (&media.schema, &media_type.format) {
            (schema, _) if WITHOUT_CONTENT.contains(&success.code) => {
                if schema.is_some() {
                    self.unmapped(at, "a response with this status has no body");
                }
                Content::Empty
            }
            (None, Format::Json) => Content::Empty,
            (Some(schema), Format::Json) => {
                Content::Json(self.lower_node(Node::of(schema), &place))
            }
            (_, Format::Csv | Format::Gzip) => Content::Stream,
            (_, Format::Other(_)) => {
                self.unmapped(at, "a body of this media type is returned as bytes");
                Content::Stream
            }
        };
        let sunset = self.sunset(media, at);
        version.sunset = version.sunset.max(sunset);
        version.add_response(media_type, success.code, content);
    }

    /// Notes contents without a version where contents with a version replace them.
    fn note_unversioned(&mut self, successes: &[Success<'d>]) {
        for success in successes {
            for (name, _) in contents(success.response) {
                if name.parse::<MediaType>().is_err() {
                    let at = success.pointer.child("content").child(name);
                    let what = "a media type without a version is not requested where others have one";
                    self.unmapped(&at, what);
                }
            }
        }
    }

    /// Returns the versions of an operation whose responses state none: those of its bodies, else
    /// the oldest of the document, in which an operation that never changed was released.
    fn unsaid_versions(
        &mut self,
        bodies: &Bodies<'d>,
        at: &Pointer,
    ) -> BTreeSet<Version> {
        let of_bodies: BTreeSet<Version> =
            bodies.iter().filter_map(|body| body.version).collect();
        let (versions, whose) = match of_bodies.is_empty() {
            false => (of_bodies, "the version of its body"),
            true => (
                self.oldest_version().into_iter().collect(),
                "the oldest version of the document",
            ),
        };
        let what = match versions.is_empty() {
            true => {
                "not generated: no media type of the document has a version".to_owned()
            }
            false => format!("no response has a version: {whose} is requested"),
        };
        self.unmapped(&at.child("responses"), what);
        versions
    }

    /// Returns the oldest stable version of the document, or the oldest of all where none is
    /// stable.
    fn oldest_version(&self) -> Option<Version> {
        let items = self.document.paths.iter().filter_map(|(_, item)| item.as_item());
        let operations = items.flat_map(openapiv3::PathItem::iter);
        let responses = operations.flat_map(|(_, it)| it.responses.responses.values());
        let contents = responses.filter_map(|response| self.response(response));
        let names = contents.flat_map(|response| response.content.keys());
        let parsed = names.filter_map(|name| name.parse::<MediaType>().ok());
        parsed.map(|media_type| media_type.version).min()
    }

    fn sunset(&mut self, media: &Media, at: &Pointer) -> Option<Date> {
        let text = media.extensions.get("x-sunset")?;
        let date = text.as_str().and_then(|text| text.get(..10)?.parse().ok());
        if date.is_none() {
            let what = format!("the sunset {text} is no date and is ignored");
            self.unmapped(&at.child("x-sunset"), what);
        }
        date
    }

    /// Gives each version its body: its own, else that of the next older version, because versions
    /// may omit an unchanged body, else the oldest body.
    fn lower_bodies(
        &mut self,
        bodies: Bodies<'d>,
        versions: &mut Versions,
        called: Called<'_>,
    ) {
        let (json, others): (Vec<_>, Vec<_>) =
            bodies.into_iter().partition(|body| body.format == Format::Json);
        let has_json = !json.is_empty();
        for other in &others {
            self.unmapped(
                &other.pointer,
                match has_json {
                    true => {
                        "a request body in another format is not offered beside JSON"
                    }
                    false => "a request body of this media type is sent as bytes",
                },
            );
        }
        let offered = if has_json { json } else { others };
        // A body without a version is for all versions; of several bodies that are bytes the first
        // counts.
        let mut by_version: BTreeMap<Option<Version>, Offered<'d>> = BTreeMap::new();
        for body in offered.into_iter().rev() {
            if body.version.is_some_and(|version| !versions.contains_key(&version)) {
                self.unmapped(
                    &body.pointer,
                    "a request body of a version without a response is ignored",
                );
            }
            by_version.insert(body.version, body);
        }
        for version in versions.values_mut() {
            let found = by_version.range(..=Some(version.version)).next_back();
            let Some((_, body)) = found.or_else(|| by_version.first_key_value()) else {
                continue;
            };
            version.body = self.lower_body(body, version.version, called);
        }
    }

    fn lower_body(
        &mut self,
        body: &Offered<'d>,
        version: Version,
        called: Called<'_>,
    ) -> Option<Body> {
        let media_type = body.media_type(version);
        let place =
            body_place(called, media_type.version, "request", None, &body.pointer);
        let is_bytes = body.format != Format::Json;
        let ty = match (is_bytes, &body.media.schema) {
            (true, _) => Type::Json,
            (false, Some(schema)) => self.lower_node(Node::of(schema), &place),
            (false, None) => return None,
        };
        Some(Body { ty, media_type, is_bytes, is_argument: true })
    }

    fn request_body(
        &mut self,
        source: &'d Source,
        at: &Pointer,
    ) -> Option<(&'d RequestBody, Pointer)> {
        let (body, pointer) = self.find_body(source, at)?;
        if !body.required && !body.content.is_empty() {
            let what =
                "the body is optional in the document; the function always sends one";
            self.unmapped(&pointer, what);
        }
        Some((body, pointer))
    }

    fn find_body(
        &self,
        source: &'d Source,
        at: &Pointer,
    ) -> Option<(&'d RequestBody, Pointer)> {
        let components = self.document.components.as_ref();
        let mut found = source.request_body.as_ref()?;
        let mut pointer = at.child("requestBody");
        loop {
            match found {
                ReferenceOr::Item(body) => return Some((body, pointer)),
                ReferenceOr::Reference { reference } => {
                    let name = schema_name(reference);
                    let section = Pointer::root().child("components");
                    pointer = section.child("requestBodies").child(name);
                    found = components?.request_bodies.get(name)?;
                }
            }
        }
    }
}

/// A body that an operation accepts.
struct Offered<'d> {
    /// The version in its media type; `None` where it has none.
    version: Option<Version>,
    format: Format,
    name: &'d str,
    media: &'d Media,
    pointer: Pointer,
}

type Bodies<'d> = Vec<Offered<'d>>;

impl Offered<'_> {
    /// Returns its media type, in the given version where it has none.
    fn media_type(&self, version: Version) -> MediaType {
        self.name.parse().unwrap_or_else(|()| MediaType::plain(version, self.name))
    }
}

/// Returns the contents of a request body, in ascending order of their media types.
fn bodies<'d>(body: &'d RequestBody, pointer: &Pointer) -> Bodies<'d> {
    let listed: BTreeMap<&'d String, &'d Media> = body.content.iter().collect();
    let offered = |(name, media): (&'d String, &'d Media)| {
        let parsed = name.parse::<MediaType>().ok();
        let version = parsed.as_ref().map(|media_type| media_type.version);
        let plain = || MediaType::plain(Version::Preview, name);
        Offered {
            version,
            format: parsed.unwrap_or_else(plain).format,
            name,
            media,
            pointer: pointer.child("content").child(name),
        }
    };
    listed.into_iter().map(offered).collect()
}

/// Adds the statuses without content to every version: any version may respond with them.
fn add_empty_statuses(successes: &[Success<'_>], versions: &mut Versions) {
    for success in successes.iter().filter(|it| it.response.content.is_empty()) {
        for version in versions.values_mut() {
            version.add_response(
                MediaType::json(version.version),
                success.code,
                Content::Empty,
            );
        }
    }
}

/// Returns the listed statuses in ascending order.
fn codes(source: &Source) -> impl Iterator<Item = u16> {
    let listed = source.responses.responses.keys();
    let codes: BTreeSet<u16> = listed
        .filter_map(|status| match status {
            StatusCode::Code(code) => Some(*code),
            StatusCode::Range(_) => None,
        })
        .collect();
    codes.into_iter()
}

impl OperationVersion {
    fn new(version: Version) -> Self {
        Self {
            version,
            responses: Vec::new(),
            body: None,
            errors: Vec::new(),
            sunset: None,
        }
    }

    fn add_response(&mut self, media_type: MediaType, code: u16, content: Content) {
        let is_same = |response: &&mut model::Response| {
            response.media_type.format == media_type.format
        };
        match self.responses.iter_mut().find(is_same) {
            Some(response) => {
                if response.statuses.iter().all(|(other, _)| *other != code) {
                    response.statuses.push((code, content));
                    response.statuses.sort_by_key(|(code, _)| *code);
                }
            }
            None => {
                self.responses.push(model::Response {
                    media_type,
                    statuses: vec![(code, content)],
                    output: Output::Empty,
                    is_first: false,
                });
                self.responses
                    .sort_by(|a, b| a.media_type.format.cmp(&b.media_type.format));
            }
        }
    }
}

/// Returns the contents of a response, in ascending order of their media types.
fn contents(response: &Response) -> BTreeMap<&String, &Media> {
    response.content.iter().collect()
}

fn body_place(
    called: Called<'_>,
    version: Version,
    role: &str,
    status: Option<u16>,
    at: &Pointer,
) -> Place {
    let place = status.map_or_else(|| role.to_owned(), |status| status.to_string());
    Place {
        key: format!("{}@{version}#{place}", called.key),
        hint: role.to_owned(),
        owner: called.short.to_owned(),
        pointer: at.child("schema"),
    }
}
