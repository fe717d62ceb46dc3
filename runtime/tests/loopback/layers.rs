use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::http::{self, HeaderValue, Response};
use atlas_admin_runtime::transport::{
    Body, BoxFuture, Request as Sent, TransportError, Url,
};
use atlas_admin_runtime::{
    Client, Credentials, Error, Layer, Next, Request, RetryPolicy, Transport,
};

use super::api::{CREATE, DELETE, api_key, builder, get, list, service_account};
use super::clock::Steps;
use super::server::{Reply, Seen, Server};

type Result<T, E = Error> = std::result::Result<T, E>;
pub(crate) type Log = Arc<Mutex<Vec<String>>>;

/// A layer that is a function.
struct With<F>(F);

impl<F> Layer for With<F>
where
    F: for<'a> Fn(Sent, Next<'a>) -> BoxFuture<'a, Result<Response<Body>>> + Send + Sync,
{
    fn call<'a>(
        &'a self,
        request: Sent,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<Response<Body>>> {
        (self.0)(request, next)
    }
}

/// Creates a layer from a function.
pub(crate) fn layer<F>(function: F) -> impl Layer
where
    F: for<'a> Fn(Sent, Next<'a>) -> BoxFuture<'a, Result<Response<Body>>> + Send + Sync,
{
    With(function)
}

/// Creates a layer that changes the request.
pub(crate) fn changing(
    change: impl Fn(&mut Sent) + Send + Sync + 'static,
) -> impl Layer {
    layer(move |mut request, next| {
        change(&mut request);
        next.run(request)
    })
}

/// A transport that logs its name before and after.
pub(crate) struct Named(
    pub(crate) &'static str,
    pub(crate) Log,
    pub(crate) Arc<dyn Transport>,
);

impl Transport for Named {
    fn send(
        &self,
        request: Sent,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            self.1.lock().unwrap().push(format!("{} sends", self.0));
            let result = self.2.send(request).await;
            self.1.lock().unwrap().push(format!("{} has sent", self.0));
            result
        })
    }
}

/// Creates a layer that logs its name before and after.
fn writing(name: &'static str, log: Log) -> impl Layer {
    layer(move |request, next| {
        let log = log.clone();
        Box::pin(async move {
            log.lock().unwrap().push(format!("{name} calls"));
            let result = next.run(request).await;
            log.lock().unwrap().push(format!("{name} has called"));
            result
        })
    })
}

fn flaky(number: usize, _: &Seen) -> Reply {
    match number {
        0 => Reply::new(503, &[], ""),
        _ => Reply::json(r#"{"id":"1"}"#),
    }
}

#[tokio::test]
async fn the_layer_that_is_added_first_is_the_outermost() {
    let server = Server::start(flaky).await;
    let log = Log::default();
    let named = |name| {
        let log = log.clone();
        move |next| Named(name, log.clone(), next)
    };
    let client = builder(&server, &Steps::default())
        .attempt_layer(named("attempt 1"))
        .layer(writing("call 1", log.clone()))
        .attempt_layer(named("attempt 2"))
        .layer(writing("call 2", log.clone()))
        .build()
        .unwrap();
    let response = get().send(&client).await.unwrap();
    assert_eq!(response["id"], "1");
    assert_eq!(response.attempts(), 2);
    let attempt = [
        "attempt 1 sends",
        "attempt 2 sends",
        "attempt 2 has sent",
        "attempt 1 has sent",
    ];
    let mut expected = vec!["call 1 calls", "call 2 calls"];
    expected.extend(attempt);
    expected.extend(attempt);
    expected.extend(["call 2 has called", "call 1 has called"]);
    assert_eq!(*log.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_layer_changes_the_request_below_its_credentials() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let client = builder(&server, &Steps::default())
        .credentials(Credentials::access_token("token"))
        .layer(changing(|request| {
            assert!(!request.headers.contains_key("authorization"));
            request.headers.insert("x-source", HeaderValue::from_static("nightly"));
            request.headers.insert("content-length", HeaderValue::from_static("99"));
            request.headers.insert("host", HeaderValue::from_static("evil.example"));
            request.headers.insert("authorization", HeaderValue::from_static("mine"));
            request.url.query_pairs_mut().append_pair("envelope", "false");
            request.body = Some(Bytes::from_static(b"{}"));
        }))
        .build()
        .unwrap();
    Request::<Json>::new(&CREATE, &[]).send(&client).await.unwrap();
    let seen = &server.seen()[0];
    assert_eq!(seen.header("x-source"), Some("nightly"));
    assert_eq!(seen.header("authorization"), Some("Bearer token"));
    assert_eq!(seen.header("host"), server.url.strip_prefix("http://"));
    assert_eq!(seen.target, "/api/atlas/v2/groups?envelope=false");
    assert_eq!(seen.body, b"{}");
}

#[tokio::test]
async fn credentials_never_follow_a_layer_to_another_origin() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let other = Server::start(|_, _| Reply::json("{}")).await;
    let targets = [
        format!("{}/api/atlas/v2/groups", other.url),
        server.url.replace("http://", "http://user:pass@"),
    ];
    for target in targets {
        let target = Url::parse(&target).unwrap();
        let credentials = [service_account(), api_key(), Credentials::access_token("t")];
        for credentials in credentials {
            let to = target.clone();
            let client = builder(&server, &Steps::default())
                .credentials(credentials.clone())
                .layer(changing(move |request| request.url = to.clone()))
                .build()
                .unwrap();
            let error = get().send(&client).await.unwrap_err();
            assert!(error.is_invalid_request(), "{error}");
            assert!(error.to_string().contains("outside the base URL"), "{error}");

            let to = target.clone();
            let client = builder(&server, &Steps::default())
                .credentials(credentials)
                .attempt_layer(move |next| Turning(to.clone(), next))
                .build()
                .unwrap();
            let error = get().send(&client).await.unwrap_err();
            assert!(error.to_string().contains("outside the base URL"), "{error}");
            assert!(!error.may_have_been_executed() && !error.is_retryable());
        }
    }
    assert_eq!((server.arrived(), other.arrived()), (0, 0));
}

/// An attempt layer that redirects requests with credentials away from the base URL.
struct Turning(Url, Arc<dyn Transport>);

impl Transport for Turning {
    fn send(
        &self,
        mut request: Sent,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        // The probe of Digest has no credentials yet.
        let authorization = HeaderValue::from_static("Digest hunter2");
        request.headers.entry("authorization").or_insert(authorization);
        request.url = self.0.clone();
        self.1.send(request)
    }
}

#[tokio::test]
async fn a_layer_that_changes_the_method_is_refused() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let client = builder(&server, &Steps::default())
        .layer(changing(|request| request.method = http::Method::POST))
        .build()
        .unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert!(error.to_string().contains("changed the method"), "{error}");
    assert_eq!(server.arrived(), 0);
}

#[tokio::test]
async fn a_refusal_sends_nothing_and_says_so() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let client = builder(&server, &Steps::default())
        .credentials(service_account())
        .layer(layer(|request, _| {
            let operation = request.operation.map_or("none", |operation| operation.id);
            let error = Error::refused(format!("not today: {operation}"));
            Box::pin(async move { Err(error) })
        }))
        .build()
        .unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert!(error.is_refused() && !error.is_retryable() && !error.is_connect());
    assert!(!error.may_have_been_executed() && !error.is_invalid_request());
    assert_eq!((error.attempts(), error.status()), (0, None));
    assert_eq!(error.to_string(), "getGroup (2023-01-01): not today: getGroup");
    assert_eq!(server.arrived(), 0);
}

/// Caches responses to reads, by their URL.
#[derive(Default)]
struct Cache(Mutex<HashMap<Url, Bytes>>);

impl Layer for Cache {
    fn call<'a>(
        &'a self,
        request: Sent,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<Response<Body>>> {
        Box::pin(async move {
            let url = request.url.clone();
            let kept = self.0.lock().unwrap().get(&url).cloned();
            if let Some(kept) = kept {
                return Ok(Response::new(kept.into()));
            }
            let (parts, mut body) = next.run(request).await?.into_parts();
            assert!(!parts.headers.contains_key("content-encoding"));
            let mut whole = Vec::new();
            while let Some(chunk) = body.chunk().await {
                whole.extend_from_slice(&chunk.unwrap());
            }
            let whole = Bytes::from(whole);
            self.0.lock().unwrap().insert(url, whole.clone());
            Ok(Response::from_parts(parts, whole.into()))
        })
    }
}

#[tokio::test]
async fn a_cache_responds_without_an_attempt() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), Default::default());
    packed.write_all(br#"{"id":"1"}"#).unwrap();
    let packed = packed.finish().unwrap();
    let server = Server::start(move |_, _| {
        Reply::new(200, &[("content-encoding", "gzip")], &packed)
    })
    .await;
    let client = builder(&server, &Steps::default()).layer(Cache::default());
    let client = client.build().unwrap();
    for attempts in [1, 0, 0] {
        let response = get().send(&client).await.unwrap();
        assert_eq!(response["id"], "1");
        assert_eq!((response.attempts(), response.status()), (attempts, 200));
    }
    assert_eq!(server.arrived(), 1);
}

/// Creates a layer that runs a failed call a second time.
fn twice() -> impl Layer {
    layer(|request, next| {
        Box::pin(async move {
            match next.run(request.clone()).await {
                Ok(response) => Ok(response),
                Err(_) => next.run(request).await,
            }
        })
    })
}

#[tokio::test]
async fn attempts_of_all_runs_are_counted() {
    let server = Server::start(|number, _| match number {
        0..3 => Reply::new(503, &[], ""),
        _ => Reply::json("{}"),
    })
    .await;
    let client = builder(&server, &Steps::default())
        .retry(RetryPolicy::new().attempts(2))
        .layer(twice())
        .build()
        .unwrap();
    assert_eq!(get().send(&client).await.unwrap().attempts(), 4);

    let down = Server::start(|_, _| Reply::new(503, &[], "")).await;
    let client = builder(&down, &Steps::default()).layer(twice()).build().unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert_eq!(error.attempts() as usize, down.arrived());
    assert!(error.may_have_been_executed() && error.status() == Some(503));
}

#[tokio::test]
async fn executions_below_a_refusal_are_reported() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let late = layer(|request, next| {
        Box::pin(async move {
            next.run(request).await?;
            Err(Error::refused("the response is not good enough"))
        })
    });
    let client = builder(&server, &Steps::default()).layer(late).build().unwrap();
    let error = Request::<Json>::new(&CREATE, &[]).send(&client).await.unwrap_err();
    assert!(error.is_refused() && error.may_have_been_executed());
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn what_was_deleted_before_stays_a_success_through_a_layer() {
    let server = Server::start(|number, _| match number {
        0 => Reply::new(503, &[], ""),
        _ => Reply::new(404, &[], "{}"),
    })
    .await;
    let client = builder(&server, &Steps::default()).layer(twice()).build().unwrap();
    let response = Request::<()>::new(&DELETE, &["1"]).send(&client).await.unwrap();
    assert_eq!((response.status(), response.attempts()), (404, 2));
}

#[tokio::test]
async fn a_status_that_a_layer_makes_is_an_error_of_that_status() {
    let teapot = layer(|_, _| {
        let body = Bytes::from_static(br#"{"detail":"Short and stout."}"#);
        let response = Response::builder().status(418).body(Body::from(body));
        Box::pin(async move { Ok(response.unwrap()) })
    });
    let client = Client::builder().layer(teapot).build().unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(418), 0));
    assert!(error.to_string().contains("Short and stout"), "{error}");
}

#[tokio::test]
async fn a_layer_does_not_make_nothing_of_something() {
    let empty =
        layer(|_, _| Box::pin(async { Ok(Response::new(Body::from(Bytes::new()))) }));
    let client = Client::builder().layer(empty).build().unwrap();
    let error = list().send(&client).await.unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("no body"), "{error}");
    // As without layers, the error has the response.
    assert_eq!(error.status(), Some(200));
}
