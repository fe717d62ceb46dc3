//! Validates every response of the fake against the document's schemas, so that any client
//! generated from the document can read it.

use std::collections::{BTreeMap, BTreeSet};

use atlas_admin::codec::{self, Direction, Mismatch};
use atlas_admin::registry::{self, Entry, Payload};
use atlas_admin_fake::{Builder, FakeService};
use atlas_admin_samples::{Choice, Pair, Samples};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::by_hand::{http, token};
use schema::Validators;

#[path = "../../../samples/tests/types/schema.rs"]
mod schema;

const ID: &str = "32b6e34b3d91647abb20e7b8";

/// Requirements of the document that no value can meet.
const MISTAKES: &[&str] = &[
    // The pattern has its backslashes doubled.
    "/mobileNumber",
    // 24 digits in the path and 20 here, for the same identity provider.
    "/associatedOrgs/0/identityProviderId",
    // A minimum in one version that another version lacks.
    "/diskSizeGB",
    // A value that the request may have and the response may not.
    "/teamIds/0",
    // Older documents declare a public key to be an email address.
    "/publicKey",
    // Older documents don't declare that a field can have several mappings.
    "/mappings/fields/key",
];

/// A fake, and an HTTP client for requests to it.
struct Service {
    _fake: FakeService,
    url: String,
    http: reqwest::Client,
    token: String,
}

/// A response.
struct Response {
    status: u16,
    kind: String,
    body: Vec<u8>,
}

impl Service {
    async fn start(builder: Builder) -> Self {
        let fake = builder.start().await.unwrap();
        let (url, http) = (fake.url(), http());
        let token = token(&http, &fake).await;
        Self { _fake: fake, url, http, token }
    }

    async fn send(&self, entry: &Entry, path: &str, body: Option<&Value>) -> Response {
        let operation = entry.operation;
        let method = operation.method.as_str().parse().unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        request = request.bearer_auth(&self.token).header("accept", operation.accept);
        if let (Some(body), Some(kind)) = (body, operation.content_type) {
            request = request.header("content-type", kind).body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let kind = response.headers().get("content-type");
        let kind =
            kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap().to_vec();
        Response { status, kind, body }
    }
}

/// Returns the document's pair for a registry entry.
fn pair<'s>(samples: &'s Samples, entry: &Entry) -> &'s Pair {
    let operation = entry.operation;
    samples.pair(operation.id, &operation.version.to_string()).unwrap()
}

/// Fills a path with plain values of the document.
fn path_of(samples: &Samples, pair: &Pair) -> String {
    let mut path = pair.path.clone();
    for parameter in pair.parameters.iter().filter(|it| it.location == "path") {
        let value = samples.parameter(pair, &parameter.name, Choice::Full).unwrap();
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        // The document restricts these less in the path than in the response.
        let pattern = parameter.schema.get("pattern").and_then(Value::as_str);
        let is_of_pattern = pattern.is_some_and(|pattern| !pattern.contains("{24}"));
        let value = match &*parameter.name {
            "clientId" => value,
            "processId" => "host.example.invalid:27017".to_owned(),
            name if name.ends_with("Id") && is_of_pattern => value,
            name if name.ends_with("Id") || name == "id" => ID.to_owned(),
            "ipAddress" => "203.0.113.7".to_owned(),
            _ => value,
        };
        let value = value.replace('%', "%25").replace('/', "%2F").replace(' ', "%20");
        path = path.replace(&format!("{{{}}}", parameter.name), &value);
    }
    path
}

/// Returns the differences of a response from the generated types and from the schema. A text that
/// the request has sent may be any: documents list other values for requests than for responses.
fn differences(
    validators: &Validators<'_>,
    pair: &Pair,
    entry: &Entry,
    (request, response): (Option<&Value>, &Response),
) -> Vec<String> {
    let sent = request.map(texts).unwrap_or_default();
    let declared = entry.responses.iter().find(|(status, _)| *status == response.status);
    let Some((_, Payload::Json(make))) = declared else { return Vec::new() };
    let mut problems = Vec::new();
    let mut observe = |mismatch: Mismatch| match &mismatch {
        Mismatch::UnknownValue { value, .. } if sent.contains(value.as_str()) => {}
        _ => problems.push(format!("{mismatch:?}")),
    };
    let mut value = make();
    codec::decode_observed(
        &response.body,
        &mut *value,
        Direction::Response,
        &mut observe,
    )
    .unwrap();
    let schema = pair.response(response.status).and_then(|media| media.schema.as_ref());
    if response.body.is_empty() {
        // The type has taken it: documents have responses of an object that is no body.
        return problems;
    }
    let json: Value = serde_json::from_slice(&response.body).unwrap();
    let validator =
        validators.get(schema.unwrap(), atlas_admin_samples::Direction::Response);
    let errors = validator.iter_errors(&json);
    problems.extend(errors.flat_map(|error| told(&error, &sent)));
    problems
}

/// Calls an operation with a full body. Returns the path, the response, and its differences.
async fn full_call(
    (samples, validators): (&Samples, &Validators<'_>),
    service: &Service,
    entry: &Entry,
) -> (String, Response, Vec<String>) {
    let pair = pair(samples, entry);
    let path = path_of(samples, pair);
    let body = samples.body(pair, Choice::Full);
    let response = service.send(entry, &path, body.as_ref()).await;
    let problems = differences(validators, pair, entry, (body.as_ref(), &response));
    (path, response, problems)
}

/// Returns all texts in a value.
fn texts(value: &Value) -> BTreeSet<&str> {
    match value {
        Value::String(text) => BTreeSet::from([text.as_str()]),
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => BTreeSet::new(),
    }
}

/// Describes a difference; for a union, those of the branch that fits best.
fn told(error: &ValidationError<'_>, sent: &BTreeSet<&str>) -> Vec<String> {
    let text = error.instance().as_str();
    match error.kind() {
        ValidationErrorKind::AnyOf { context }
        | ValidationErrorKind::OneOfNotValid { context } => {
            let branches = context.iter();
            let told = branches
                .map(|errors| errors.iter().flat_map(|it| told(it, sent)).collect());
            told.min_by_key(Vec::len).unwrap_or_default()
        }
        // The fake's own texts, for patterns that hardly any text matches.
        ValidationErrorKind::Pattern { .. }
            if text.is_some_and(|text| text.starts_with("made-")) =>
        {
            Vec::new()
        }
        ValidationErrorKind::Enum { .. }
            if text.is_some_and(|text| sent.contains(text)) =>
        {
            Vec::new()
        }
        _ if MISTAKES
            .iter()
            .any(|known| error.instance_path().as_str().ends_with(known)) =>
        {
            Vec::new()
        }
        _ => vec![format!("{}: {error}", error.instance_path())],
    }
}

/// Calls each GET in each of its versions, with all parents present.
#[tokio::test(flavor = "multi_thread")]
async fn every_read_is_what_the_document_declares() {
    let samples = Samples::vendored();
    let validators = Validators::of(samples.tree());
    let service = Service::start(FakeService::builder().populate()).await;
    let (mut read, mut wrong) = (0, BTreeMap::new());
    for entry in registry::entries().filter(|it| it.operation.method.as_str() == "GET") {
        let pair = pair(samples, entry);
        let path = path_of(samples, pair);
        let response = service.send(entry, &path, None).await;
        let operation = entry.operation;
        let name = format!("{} {}", operation.id, operation.version);
        assert!(
            operation.success.contains(&response.status),
            "{name}: {}",
            response.status
        );
        // Documents have reads that declare no body.
        let is_bodiless =
            entry.responses.iter().all(|(_, it)| matches!(it, Payload::Empty));
        let kind = if is_bodiless { "" } else { operation.accept };
        assert_eq!(response.kind, kind, "{name}");
        read += 1;
        let problems = differences(&validators, pair, entry, (None, &response));
        if !problems.is_empty() {
            wrong.insert(name, problems);
        }
    }
    assert!(wrong.is_empty(), "{} of {read}: {wrong:#?}", wrong.len());
    let reads = samples.pairs().iter().filter(|pair| pair.method == "GET").count();
    assert!(read > 0 && read == reads, "{read} of {reads}");
}

/// Returns the value that a parameter of a path has in a resource.
fn named<'j>(json: &'j Value, parameter: &str) -> Option<&'j str> {
    let last = parameter.rfind(|it: char| it.is_ascii_uppercase());
    let short = last.map(|at| parameter[at..].to_lowercase());
    let own_id = short.as_ref().map(|it| format!("_{it}"));
    // The parameter is an address, an AWS endpoint, or the resource in a response that holds more.
    let other = match parameter {
        "entryValue" => "ipAddress",
        "endpointId" => "interfaceEndpointId",
        other => other,
    };
    let names = [Some(other.to_owned()), Some(parameter.to_owned()), short, own_id];
    let json = json.get("organization").unwrap_or(json);
    let object = json.as_object()?;
    let same = names.into_iter().flatten().find_map(|name| {
        let same = |(other, _): &(&String, &Value)| other.eq_ignore_ascii_case(&name);
        object.iter().find(same)?.1.as_str()
    });
    // The resource's property can have a longer name.
    let parameter = parameter.to_lowercase();
    let longer =
        |(name, _): &(&String, &Value)| name.to_lowercase().ends_with(&parameter);
    same.or_else(|| object.iter().find(longer)?.1.as_str())
}

/// Tells whether a template is that of a resource in a collection.
fn is_below(template: &str, collection: &str) -> bool {
    let rest = template.strip_prefix(collection).and_then(|it| it.strip_prefix('/'));
    rest.is_some_and(|rest| {
        rest.starts_with('{') && !rest.contains("}/") && !rest.contains("}:")
    })
}

/// Returns the GET operations of the selected templates.
fn reads(is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static Entry> {
    registry::entries().filter(move |it| {
        it.operation.method.as_str() == "GET" && is_wanted(it.operation.path)
    })
}

/// Returns the ways in which a new resource of a path is not found or listed.
async fn not_found(
    (samples, validators): (&Samples, &Validators<'_>),
    service: &Service,
    (template, path): (&str, &str),
    json: &Value,
) -> Vec<String> {
    let mut problems = Vec::new();
    for read in reads(|it| is_below(it, template)) {
        let rest = &read.operation.path[template.len() + 1..];
        let Some(value) = named(json, rest.trim_matches(['{', '}'])) else {
            problems.push(format!("no {rest} in {json}"));
            continue;
        };
        let got = service.send(read, &format!("{path}/{value}"), None).await;
        if got.status != 200 {
            problems.push(format!("{rest} {value}: {} for {json}", got.status));
        }
        let version = read.operation.version;
        let differs = differences(validators, pair(samples, read), read, (None, &got));
        problems.extend(differs.into_iter().map(|it| format!("GET {version}: {it}")));
        let got: Value = serde_json::from_slice(&got.body).unwrap_or_default();
        let id = named(json, "id").filter(|id| named(&got, "id") != Some(id));
        problems.extend(id.map(|id| format!("{rest}: {id}, found {got}")));
    }
    for list in reads(|it| it == template) {
        let listed = service.send(list, path, None).await;
        let listed: Value = serde_json::from_slice(&listed.body).unwrap_or_default();
        let results = listed.get("results").unwrap_or(&listed);
        // Some collections are sorted into lists by kind.
        let kinds = results.as_object().into_iter().flat_map(|it| it.values());
        let count = match results.as_array() {
            Some(results) => results.len(),
            None => kinds.filter_map(Value::as_array).map(Vec::len).sum(),
        };
        if count != 1 {
            problems.push(format!("listed: {listed}"));
        }
    }
    problems
}

/// Calls each operation that creates a resource, in each of its versions: the response fits the
/// type, and the resource is found by each of its names and in each version, and listed.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_is_found() {
    let samples = Samples::vendored();
    let validators = Validators::of(samples.tree());
    let (mut made, mut wrong) = (0, BTreeMap::new());
    for entry in registry::entries().filter(|it| it.operation.method.as_str() == "POST")
    {
        let operation = entry.operation;
        let template = operation.path;
        let is_named = reads(|it| is_below(it, template)).next().is_some();
        if !is_named
            || entry.body.is_none()
            || template.rsplit('/').next().unwrap().contains(':')
        {
            continue;
        }
        made += 1;
        let service = Service::start(FakeService::builder()).await;
        let document = (samples, &validators);
        let (path, response, mut problems) = full_call(document, &service, entry).await;
        let json: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        if operation.success.contains(&response.status) {
            let json = json.get("results").map_or(&json, |results| &results[0]);
            problems
                .extend(not_found(document, &service, (template, &path), json).await);
        } else {
            problems.push(format!("{} {json}", response.status));
        }
        if !problems.is_empty() {
            wrong.insert(format!("{} {}", operation.id, operation.version), problems);
        }
    }
    assert!(wrong.is_empty(), "{} of {made}: {wrong:#?}", wrong.len());
    assert!(made * 12 > samples.pairs().len(), "{made}");
}

/// Calls each operation that changes or deletes, in each of its versions, with a full body.
#[tokio::test(flavor = "multi_thread")]
async fn every_change_gets_the_response_that_the_document_declares() {
    let samples = Samples::vendored();
    let validators = Validators::of(samples.tree());
    let mut wrong = BTreeMap::new();
    for entry in registry::entries().filter(|it| it.operation.method.as_str() != "GET") {
        let service = Service::start(FakeService::builder().populate()).await;
        let operation = entry.operation;
        let name = format!("{} {}", operation.id, operation.version);
        let (path, response, mut problems) =
            full_call((samples, &validators), &service, entry).await;
        if !operation.success.contains(&response.status) {
            let text = String::from_utf8_lossy(&response.body);
            problems.push(format!("{} {text}", response.status));
        }
        // Whatever the request, there is a response.
        let pair = pair(samples, entry);
        for seed in 0..2 {
            let body = samples.body(pair, Choice::Extended(seed));
            let status = service.send(entry, &path, body.as_ref()).await.status;
            assert!(status < 500, "{name}: {status}");
        }
        if !problems.is_empty() {
            wrong.insert(name, problems);
        }
    }
    assert!(wrong.is_empty(), "{} of all: {wrong:#?}", wrong.len());
}
