//! From a request to its answer, in the order in which the service looks at it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use bytes::Bytes;
use futures_core::Stream;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Response, request};
use tokio::net::TcpListener;

use super::super::RecordedRequest;
use super::super::reply::{self, Change, Outcome};
use super::place::Place;
use super::routes::Route;
use super::store::Call;
use super::{Shared, lock, text};
use crate::transport::{self, Url};

/// What is read of a body, in bytes.
const LIMIT: usize = 64 << 20;

pub(super) async fn run(listener: TcpListener, shared: Arc<Shared>) {
    let app = Router::new().fallback(respond).with_state(shared);
    // It ends with the task.
    _ = axum::serve(listener, app).await;
}

async fn respond(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LIMIT).await else {
        return whole(reply::error(413, "PAYLOAD_TOO_LARGE", "The body is too large."));
    };
    let route = match admit(&shared, &head, &body) {
        Ok(route) => route,
        Err(answer) => return whole(*answer),
    };
    let Some(asked) = note(&head, &body, &route) else {
        return whole(reply::error(400, "INVALID_REQUEST", "The target can't be read."));
    };
    match shared.rules.interfere(&asked) {
        Some(Outcome::Response(response)) => whole(response),
        Some(Outcome::Broken(_)) => Response::new(Body::from_stream(Broken)),
        Some(Outcome::Never) => std::future::pending().await,
        Some(Outcome::Stored { wait, change }) => {
            if wait > Duration::ZERO {
                tokio::time::sleep(wait).await;
            }
            whole(stored(&shared, &asked, &route, change))
        }
        None => whole(stored(&shared, &asked, &route, None)),
    }
}

/// Finds what a request calls, or answers in its stead.
fn admit(
    shared: &Shared,
    head: &request::Parts,
    body: &Bytes,
) -> Result<Route, Box<Response<Bytes>>> {
    let (method, path) = (head.method.as_str(), head.uri.path());
    let target = head.uri.path_and_query().map_or(path, |target| target.as_str());
    let mut gate = lock(&shared.gate);
    if let Some(answer) = gate.oauth(method, path, &head.headers, body) {
        return Err(Box::new(answer));
    }
    gate.check(method, target, &head.headers)?;
    drop(gate);
    let routes = lock(&shared.routes).clone();
    let route = routes.find(method, path, &head.headers)?;
    let sent = text(&head.headers, CONTENT_TYPE).unwrap_or_default();
    let sent = sent.split(';').next().unwrap_or_default().trim();
    // A date between two versions is as good here as it is in `Accept`.
    let accept = text(&head.headers, ACCEPT);
    let fits = |wanted: &str| sent == wanted || is_plain(sent) || accept == Some(sent);
    match route.operation.content_type {
        Some(wanted) if !body.is_empty() && !fits(wanted) => {
            let detail = format!("Content-Type is {sent:?}, not {wanted}.");
            Err(Box::new(reply::error(415, "UNSUPPORTED_MEDIA_TYPE", &detail)))
        }
        _ => Ok(route),
    }
}

/// Atlas's introduction sends its requests so, and they are taken.
fn is_plain(kind: &str) -> bool {
    kind == "application/json"
}

fn note(head: &request::Parts, body: &Bytes, route: &Route) -> Option<RecordedRequest> {
    Some(RecordedRequest::new(transport::Request {
        method: head.method.clone(),
        url: Url::parse("http://localhost/").ok()?.join(&head.uri.to_string()).ok()?,
        headers: head.headers.clone(),
        body: (!body.is_empty()).then(|| body.clone()),
        operation: Some(route.operation),
    }))
}

fn stored(
    shared: &Shared,
    asked: &RecordedRequest,
    route: &Route,
    change: Option<Change>,
) -> Response<Bytes> {
    let routes = lock(&shared.routes).clone();
    let mut store = lock(&shared.store);
    if let Some(change) = change {
        let place = Place::of(route.operation.path, asked.path(), &route.parameters);
        if let Some(json) = store.get_mut(&place) {
            change(json);
        }
    }
    store.respond(&Call {
        routes: &routes,
        route,
        path: asked.path(),
        query: &asked.query_pairs(),
        body: asked.body_bytes(),
    })
}

fn whole(response: Response<Bytes>) -> Response<Body> {
    response.map(Body::from)
}

/// A body that breaks off before its first byte.
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
