//! The steps from a request to its response, in the service's order.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::http::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use atlas_admin_runtime::http::{HeaderMap, Response, request};
use atlas_admin_runtime::json;
use atlas_admin_runtime::testing::RecordedRequest;
use atlas_admin_runtime::testing::for_fake::{
    self, Change, Outcome, error, query_pairs, recorded,
};
use atlas_admin_runtime::transport::Url;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use futures_core::Stream;

use crate::authenticator::text;
use crate::body;
use crate::place::Place;
use crate::render::Call;
use crate::routes::Route;
use crate::service::{Shared, lock};
use crate::special::{ENDPOINTS, Endpoint, PUBLIC};

/// The path of the fake's own endpoint, which returns
/// [`FakeService::buckets`](crate::FakeService::buckets) to programs in other languages.
const BUCKETS: &str = "/fake/buckets";

const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// The maximum size of a request body, in bytes.
const LIMIT: usize = 64 << 20;

/// Returns the router that handles every request.
pub(crate) fn app(shared: Arc<Shared>) -> Router {
    Router::new().fallback(respond).with_state(shared)
}

async fn respond(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LIMIT).await else {
        return whole(error(413, "PAYLOAD_TOO_LARGE", "The body is too large."));
    };
    let (route, limits) = match admit(&shared, &head, &body) {
        Ok(admitted) => admitted,
        Err(refusal) => return whole(*refusal),
    };
    let mut response = admitted(&shared, &head, &body, &route).await;
    response.headers_mut().extend(limits);
    if let Some(end) = route.operation.sunset {
        // RFC 8594 section 3.
        let end = end.strftime("%a, %d %b %Y 00:00:00 GMT").to_string();
        response.headers_mut().extend(end.parse().map(|end| (SUNSET, end)));
    }
    response
}

/// Responds to an admitted request: as an expectation states, else from the stored resources.
async fn admitted(
    shared: &Shared,
    head: &request::Parts,
    body: &Bytes,
    route: &Route,
) -> Response<Body> {
    let Some(request) = record(head, body, route) else {
        return whole(error(400, "INVALID_REQUEST", "The target can't be read."));
    };
    match shared.rules.interfere(&request) {
        Some(Outcome::Response(response)) => whole(response),
        Some(Outcome::Broken(_)) => Response::new(Body::from_stream(Broken)),
        Some(Outcome::Never) => std::future::pending().await,
        Some(Outcome::Stored { wait, change }) => {
            if wait > Duration::ZERO {
                tokio::time::sleep(wait).await;
            }
            whole(stored(shared, &request, route, change))
        }
        None => whole(stored(shared, &request, route, None)),
    }
}

/// Returns the operation that a request calls, and the headers of its rate limit; or the refusal.
fn admit(
    shared: &Shared,
    head: &request::Parts,
    body: &Bytes,
) -> Result<(Route, HeaderMap), Box<Response<Bytes>>> {
    let (method, path) = (head.method.as_str(), head.uri.path());
    if (method, path) == ("GET", BUCKETS) {
        return Err(Box::new(buckets(shared)));
    }
    let target = head.uri.path_and_query().map_or(path, |target| target.as_str());
    let caller = {
        let store = lock(&shared.store);
        let accepted = &store.accepted;
        let mut authenticator = lock(&shared.authenticator);
        let headers = &head.headers;
        if let Some(response) =
            authenticator.oauth(accepted, method, path, headers, body)
        {
            return Err(Box::new(response));
        }
        let undeclared = undeclared(method, path);
        if let Some(endpoint) = undeclared.filter(|endpoint| !endpoint.authenticates) {
            return Err(Box::new(fixed(endpoint)));
        }
        let caller = match path.starts_with(PUBLIC) {
            true => String::new(),
            false => authenticator.check(accepted, method, target, headers)?,
        };
        if let Some(endpoint) = undeclared {
            return Err(Box::new(fixed(endpoint)));
        }
        caller
    };
    let today = *lock(&shared.today);
    let route = shared.routes.find(method, path, &head.headers, today)?;
    let limits =
        lock(&shared.limiter).admit(route.operation, &caller, &route.parameters)?;
    check_content_type(head, body, &route).map_err(|mut refusal| {
        refusal.headers_mut().extend(limits.clone());
        refusal
    })?;
    Ok((route, limits))
}

/// Responds with the counts of all buckets.
fn buckets(shared: &Shared) -> Response<Bytes> {
    let counts = lock(&shared.limiter).counts();
    let counts = counts.into_iter().map(|bucket| {
        json!({
            "endpointSet": bucket.endpoint_set,
            "owner": bucket.owner,
            "admitted": bucket.admitted,
            "refused": bucket.refused,
        })
    });
    let body = Json::from_iter(counts).to_string();
    for_fake::response(200, Some("application/json"), body)
}

fn check_content_type(
    head: &request::Parts,
    body: &Bytes,
    route: &Route,
) -> Result<(), Box<Response<Bytes>>> {
    let sent = text(&head.headers, CONTENT_TYPE).unwrap_or_default();
    let sent = sent.split(';').next().unwrap_or_default().trim();
    // A date between two versions is accepted here too, as in `Accept`.
    let accept = text(&head.headers, ACCEPT);
    // Atlas's introduction sends its requests as plain JSON, and the service accepts them.
    let fits = |wanted: &str| {
        sent == wanted || sent == "application/json" || accept == Some(sent)
    };
    match route.operation.content_type {
        Some(wanted) if !body.is_empty() && !fits(wanted) => {
            let detail = format!("Content-Type is {sent:?}, not {wanted}.");
            Err(Box::new(error(415, "UNSUPPORTED_MEDIA_TYPE", &detail)))
        }
        _ => Ok(()),
    }
}

/// Returns an endpoint that the document doesn't declare.
fn undeclared(method: &str, path: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().find(|endpoint| endpoint.method == method && endpoint.path == path)
}

fn fixed(endpoint: &Endpoint) -> Response<Bytes> {
    for_fake::response(endpoint.status, Some("application/json"), endpoint.body)
}

fn record(
    head: &request::Parts,
    body: &Bytes,
    route: &Route,
) -> Option<RecordedRequest> {
    let target = head.uri.path_and_query()?.as_str();
    let url = Url::parse("http://localhost/").ok()?.join(target).ok()?;
    let (method, headers) = (head.method.clone(), head.headers.clone());
    Some(recorded(route.operation, method, url, headers, body.clone()))
}

fn stored(
    shared: &Shared,
    request: &RecordedRequest,
    route: &Route,
    change: Option<Change>,
) -> Response<Bytes> {
    if let Some(change) = change {
        changed(shared, route, &change);
    }
    let allows_missing = lock(&shared.store).allows_missing;
    if let Err(refusal) = body::check(route, request.body_bytes(), allows_missing) {
        return *refusal;
    }
    let origin =
        format!("{}://{}", shared.scheme, request.header("host").unwrap_or("127.0.0.1"));
    lock(&shared.store).respond(&Call {
        origin: &origin,
        routes: &shared.routes,
        route,
        path: request.path(),
        query: &query_pairs(request),
        body: request.body_bytes(),
    })
}

/// Calls a test's closure with the resource that a request is for, if one is stored.
fn changed(shared: &Shared, route: &Route, change: &Change) {
    let place = Place::of(route.operation.path, &route.parameters);
    let Some(mut resource) = lock(&shared.store).get(&place).cloned() else { return };
    // Not under the lock: the closure may use the fake.
    change(&mut resource.json);
    let mut store = lock(&shared.store);
    // A resource that was deleted in the meantime stays deleted.
    if store.get(&place).is_some() {
        store.put(&place, resource.json, resource.fill);
    }
}

fn whole(response: Response<Bytes>) -> Response<Body> {
    response.map(Body::from)
}

/// A body that fails before its first byte.
struct Broken;

impl Stream for Broken {
    type Item = io::Result<Bytes>;

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        Poll::Ready(Some(Err(io::Error::other("as the test says"))))
    }
}
