//! Spans of calls and attempts.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::layer::DryRun;
use atlas_admin_runtime::{Client, Request, RetryPolicy};
use opentelemetry::Value;
use opentelemetry::trace::{SpanKind, Status};

use super::export::{ID, attribute, says, traced};
use crate::loopback::api::{
    CREATE, DELETE, GET, LOGS, api_key, builder, granting, plain, service_account,
};
use crate::loopback::clock::Steps;
use crate::loopback::oracle::{ATLAS, Oracle};
use crate::loopback::server::{Reply, Server};

const CALL: &str = "getGroup";
const ATTEMPT: &str = "GET /api/atlas/v2/groups/{groupId}";
const TOKEN: &str = "POST /api/oauth/token";

pub(super) fn get() -> Request<Json> {
    Request::new(&GET, &[ID]).query("name", "hunter2")
}

pub(super) fn port(url: &str) -> i64 {
    url.rsplit(':').next().unwrap().parse().unwrap()
}

/// The attributes of every call span.
fn call<const N: usize>(
    url: &str,
    more: [(&'static str, Value); N],
) -> Vec<(&'static str, Value)> {
    let mut attributes = vec![
        ("http.request.method", "GET".into()),
        ("url.template", "/api/atlas/v2/groups/{groupId}".into()),
        ("server.address", "127.0.0.1".into()),
        ("server.port", port(url).into()),
        ("atlas.operation", "getGroup".into()),
        ("atlas.version", "2023-01-01".into()),
    ];
    attributes.extend(more);
    attributes
}

/// The attributes of every attempt span.
fn attempt<const N: usize>(
    url: &str,
    number: i64,
    more: [(&'static str, Value); N],
) -> Vec<(&'static str, Value)> {
    let mut attributes = call(url, more);
    attributes.push(("atlas.attempt", number.into()));
    attributes.push(("url.full", format!("{url}/api/atlas/v2/groups/REDACTED").into()));
    attributes
}

fn error(description: &'static str) -> Status {
    Status::error(description)
}

fn replies(
    statuses: &'static [u16],
) -> impl Fn(usize, &crate::loopback::server::Seen) -> Reply {
    move |number, _| match statuses[number.min(statuses.len() - 1)] {
        200 => Reply::json(r#"{"name":"MyProject"}"#),
        status => Reply::new(status, &[], r#"{"detail":"no MyProject"}"#),
    }
}

#[tokio::test]
async fn a_success() {
    let server = Server::start(replies(&[200])).await;
    let client = plain(&server);
    let spans = traced(async {
        get().send(&client).await.unwrap();
    })
    .await;
    assert_eq!(spans.0.len(), 3);
    spans.are_nested(&[ATTEMPT, CALL]);
    let more = [("http.response.status_code", 200.into()), ("atlas.attempts", 1.into())];
    says(spans.one(CALL), SpanKind::Internal, Status::Unset, call(&server.url, more));
    let more = [
        ("http.response.status_code", 200.into()),
        ("network.protocol.version", "1.1".into()),
    ];
    let expected = attempt(&server.url, 1, more);
    says(spans.one(ATTEMPT), SpanKind::Client, Status::Unset, expected);
}

#[tokio::test]
async fn not_found() {
    let server = Server::start(replies(&[404])).await;
    let client = plain(&server);
    let spans = traced(async {
        get().send(&client).await.unwrap_err();
    })
    .await;
    spans.are_nested(&[ATTEMPT, CALL]);
    let more = [
        ("http.response.status_code", 404.into()),
        ("error.type", "404".into()),
        ("atlas.attempts", 1.into()),
    ];
    says(spans.one(CALL), SpanKind::Internal, error(""), call(&server.url, more));
    let more = [
        ("http.response.status_code", 404.into()),
        ("error.type", "404".into()),
        ("network.protocol.version", "1.1".into()),
    ];
    let expected = attempt(&server.url, 1, more);
    says(spans.one(ATTEMPT), SpanKind::Client, error(""), expected);
}

#[tokio::test]
async fn a_failure_and_a_success() {
    let server = Server::start(replies(&[500, 200])).await;
    let client = plain(&server);
    let spans = traced(async {
        get().send(&client).await.unwrap();
    })
    .await;
    let more = [("http.response.status_code", 200.into()), ("atlas.attempts", 2.into())];
    let whole = spans.one(CALL);
    says(whole, SpanKind::Internal, Status::Unset, call(&server.url, more));
    let [first, second] = spans.all(ATTEMPT)[..] else { panic!("{:#?}", spans.0) };
    let version = ("network.protocol.version", "1.1".into());
    let more = [
        ("http.response.status_code", 500.into()),
        ("error.type", "500".into()),
        version.clone(),
    ];
    says(first, SpanKind::Client, error(""), attempt(&server.url, 1, more));
    let more = [
        ("http.response.status_code", 200.into()),
        ("http.request.resend_count", 1.into()),
        version,
    ];
    says(second, SpanKind::Client, Status::Unset, attempt(&server.url, 2, more));
    for attempt in [first, second] {
        assert_eq!(attempt.parent_span_id, whole.span_context.span_id());
    }
    // The wait is not part of an attempt.
    assert!(first.end_time <= second.start_time);
    let waits = whole.events.iter().map(|event| &*event.name);
    assert_eq!(waits.collect::<Vec<_>>(), ["waiting"]);
}

#[tokio::test]
async fn a_refused_connection() {
    // Bound, without a listener.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let client = Client::builder().base_url(&url).retry(RetryPolicy::never());
    let client = client.build().unwrap();
    let spans = traced(async {
        get().send(&client).await.unwrap_err();
    })
    .await;
    spans.are_nested(&[ATTEMPT, CALL]);
    let status = error("no connection to the service");
    let more = [("error.type", "connect".into()), ("atlas.attempts", 1.into())];
    says(spans.one(CALL), SpanKind::Internal, status.clone(), call(&url, more));
    let expected = attempt(&url, 1, [("error.type", "connect".into())]);
    says(spans.one(ATTEMPT), SpanKind::Client, status, expected);
}

#[tokio::test]
async fn a_timeout() {
    let server = Server::start(|_, _| Reply::raw("").hang()).await;
    let builder = builder(&server, &Steps::default()).retry(RetryPolicy::never());
    let client = builder.attempt_timeout(Duration::from_secs(1)).build().unwrap();
    let spans = traced(async {
        get().send(&client).await.unwrap_err();
    })
    .await;
    spans.are_nested(&[ATTEMPT, CALL]);
    let status = error("no complete response within the time limit");
    let more = [("error.type", "timeout".into()), ("atlas.attempts", 1.into())];
    says(spans.one(CALL), SpanKind::Internal, status.clone(), call(&server.url, more));
    let expected = attempt(&server.url, 1, [("error.type", "timeout".into())]);
    says(spans.one(ATTEMPT), SpanKind::Client, status, expected);
}

#[tokio::test]
async fn a_dropped_future() {
    let server = Server::start(|_, _| Reply::raw("").hang()).await;
    let client = plain(&server);
    let spans = traced(async {
        let mut sending = pin!(get().send(&client));
        let arrived = server.has(1);
        let mut arrived = pin!(arrived);
        poll_fn(|context| {
            assert!(sending.as_mut().poll(context).is_pending());
            arrived.as_mut().poll(context)
        })
        .await;
    })
    .await;
    spans.are_nested(&[ATTEMPT, CALL]);
    let cancelled = [("error.type", "cancelled".into())];
    let expected = attempt(&server.url, 1, cancelled.clone());
    says(spans.one(ATTEMPT), SpanKind::Client, Status::Unset, expected);
    let expected = call(&server.url, cancelled);
    says(spans.one(CALL), SpanKind::Internal, Status::Unset, expected);
}

#[tokio::test]
async fn a_future_that_is_not_polled_has_no_span() {
    let server = Server::start(|_, _| Reply::raw("").hang()).await;
    let client = plain(&server);
    let spans = traced(async {
        drop(get().send(&client));
        let mut never = pin!(pending::<()>());
        poll_fn(|context| Poll::Ready(never.as_mut().poll(context).is_pending())).await;
    })
    .await;
    assert_eq!(spans.0.len(), 1);
}

#[tokio::test]
async fn a_token_request() {
    let server = granting(|_, _| Reply::json("{}")).await;
    let builder = builder(&server, &Steps::default()).credentials(service_account());
    let client = builder.build().unwrap();
    let spans = traced(async {
        get().send(&client).await.unwrap();
    })
    .await;
    spans.are_nested(&[ATTEMPT, CALL]);
    spans.are_nested(&[TOKEN, CALL]);
    let expected = [
        ("http.request.method", "POST".into()),
        ("http.response.status_code", 200.into()),
        ("network.protocol.version", "1.1".into()),
        ("server.address", "127.0.0.1".into()),
        ("server.port", port(&server.url).into()),
        ("url.full", format!("{}/api/oauth/token", server.url).into()),
        ("url.template", "/api/oauth/token".into()),
        ("atlas.attempt", 1.into()),
    ];
    says(spans.one(TOKEN), SpanKind::Client, Status::Unset, expected);
    // Not resent, because the token request is not part of the call.
    let resent = |pair: &opentelemetry::KeyValue| pair.key.as_str().contains("resend");
    assert!(!spans.one(ATTEMPT).attributes.iter().any(resent));
    assert!(spans.one(TOKEN).end_time <= spans.one(ATTEMPT).start_time);
}

#[tokio::test]
async fn a_refused_token_request() {
    let body = r#"{"error":"invalid_client","detail":"hunter2"}"#;
    let server = Server::start(move |_, _| Reply::new(401, &[], body)).await;
    let builder = builder(&server, &Steps::default()).credentials(service_account());
    let client = builder.build().unwrap();
    let spans = traced(async {
        get().send(&client).await.unwrap_err();
    })
    .await;
    assert_eq!(spans.one(TOKEN).status, error(""));
    assert!(spans.all(ATTEMPT).is_empty());
    let more = [("error.type", "token".into()), ("atlas.attempts", 1.into())];
    let expected = call(&server.url, more);
    let status = error("the token endpoint gave no token");
    says(spans.one(CALL), SpanKind::Internal, status, expected);
}

/// A call starts with the first poll, so that it can be instrumented and spawned before.
#[tokio::test]
async fn a_future_that_is_instrumented() {
    let server = Server::start(replies(&[200])).await;
    let client = plain(&server);
    let spans = traced(async {
        let sending = get().send(&client);
        let span = tracing::info_span!(target: "atlas_admin", "outer");
        tracing::Instrument::instrument(sending, span).await.unwrap();
    })
    .await;
    spans.are_nested(&[ATTEMPT, CALL, "outer"]);
}

/// A revoked token is in the body, and nowhere else.
#[tokio::test]
async fn a_revocation() {
    let server = granting(|_, _| Reply::json("{}")).await;
    let builder = builder(&server, &Steps::default()).credentials(service_account());
    let client = builder.build().unwrap();
    let spans = traced(async {
        get().send(&client).await.unwrap();
        client.revoke().await.unwrap();
    })
    .await;
    spans.are_nested(&["POST /api/oauth/revoke"]);
}

/// The challenge of Digest is a separate exchange, and no failure.
#[tokio::test]
async fn a_challenge() {
    let oracle = Oracle::new(ATLAS);
    let server = Server::start(move |_, seen| {
        oracle.refuse(seen).unwrap_or_else(|| Reply::json("{}"))
    })
    .await;
    let builder = builder(&server, &Steps::default()).credentials(api_key());
    let client = builder.build().unwrap();
    let spans = traced(async {
        let body = atlas_admin_runtime::json!({"name": "MyProject"});
        Request::<Json>::new(&CREATE, &[]).body(&body).send(&client).await.unwrap();
    })
    .await;
    let challenge = spans.one("GET /api/atlas/v2/groups");
    let sent = spans.one("POST /api/atlas/v2/groups");
    assert_eq!((&challenge.status, &sent.status), (&Status::Unset, &Status::Unset));
    assert_eq!(attribute(sent, "http.request.resend_count"), Some(&1.into()));
    let parent = spans.one("createGroup").span_context.span_id();
    assert_eq!((challenge.parent_span_id, sent.parent_span_id), (parent, parent));
}

/// The HTTP exchange is complete, but the call fails.
#[tokio::test]
async fn a_value_that_is_none() {
    let server = Server::start(|_, _| Reply::json(r#"{"hunter2"#)).await;
    let client = plain(&server);
    let spans = traced(async {
        get().send(&client).await.unwrap_err();
    })
    .await;
    spans.are_nested(&[ATTEMPT, CALL]);
    assert_eq!(spans.one(ATTEMPT).status, Status::Unset);
    let more = [
        ("http.response.status_code", 200.into()),
        ("error.type", "decode".into()),
        ("atlas.attempts", 1.into()),
    ];
    let status = error("the response is not what the operation declares");
    says(spans.one(CALL), SpanKind::Internal, status, call(&server.url, more));
}

#[tokio::test]
async fn a_body_that_breaks_off() {
    let server = Server::start(|_, _| {
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").close()
    })
    .await;
    let client = builder(&server, &Steps::default()).retry(RetryPolicy::never());
    let client = client.build().unwrap();
    let spans = traced(async {
        get().send(&client).await.unwrap_err();
    })
    .await;
    let more = [
        ("http.response.status_code", 200.into()),
        ("error.type", "transport".into()),
        ("network.protocol.version", "1.1".into()),
    ];
    let expected = attempt(&server.url, 1, more);
    let status = error("the connection broke");
    says(spans.one(ATTEMPT), SpanKind::Client, status, expected);
}

/// The resource to delete is gone: the call succeeds, and the attempt has failed.
#[tokio::test]
async fn a_delete_that_finds_nothing() {
    let server = Server::start(replies(&[500, 404])).await;
    let client = plain(&server);
    let spans = traced(async {
        Request::<()>::new(&DELETE, &[ID]).send(&client).await.unwrap();
    })
    .await;
    assert_eq!(spans.one("deleteGroup").status, Status::Unset);
    let statuses: Vec<_> = spans
        .all("DELETE /api/atlas/v2/groups/{groupId}")
        .iter()
        .map(|span| span.status.clone())
        .collect();
    assert_eq!(statuses, [error(""), error("")]);
}

/// The error shows the request; the span does not.
#[tokio::test]
async fn a_dry_run() {
    let server = Server::start(replies(&[200])).await;
    let builder = builder(&server, &Steps::default()).layer(DryRun::new());
    let client = builder.build().unwrap();
    let spans = traced(async {
        let error = Request::<()>::new(&DELETE, &[ID]).send(&client).await.unwrap_err();
        assert!(error.to_string().contains(ID), "{error}");
    })
    .await;
    assert_eq!(spans.0.len(), 2);
    let span = spans.one("deleteGroup");
    assert_eq!(span.status, error("a layer refused the request"));
    assert_eq!(attribute(span, "error.type"), Some(&"refused".into()));
    assert_eq!(attribute(span, "atlas.attempts"), Some(&0.into()));
}

/// A redirect is followed in a separate attempt, with the operation's template.
#[tokio::test]
async fn a_redirect() {
    let server = Server::start(|number, _| match number {
        0 => Reply::new(307, &[("location", "/api/hunter2")], ""),
        _ => Reply::json("{}"),
    })
    .await;
    let client = plain(&server);
    let spans = traced(async {
        get().send(&client).await.unwrap();
    })
    .await;
    let [first, second] = spans.all(ATTEMPT)[..] else { panic!("{:#?}", spans.0) };
    assert_eq!((&first.status, &second.status), (&Status::Unset, &Status::Unset));
    let parent = spans.one(CALL).span_context.span_id();
    assert_eq!((first.parent_span_id, second.parent_span_id), (parent, parent));
}

/// The spans end with the headers, because the caller may take long for the payload.
#[tokio::test]
async fn a_download() {
    let server = Server::start(|_, _| {
        let kind = "application/vnd.atlas.2023-01-01+gzip";
        Reply::new(200, &[("content-type", kind)], "payload")
    })
    .await;
    let client = plain(&server);
    let spans = traced(async {
        let request =
            Request::<atlas_admin_runtime::Download>::new(&LOGS, &[ID, "hunter2"]);
        let download = request.send(&client).await.unwrap();
        tracing::info_span!(target: "atlas_admin", "later").in_scope(|| ());
        drop(download);
    })
    .await;
    let ended: Vec<_> = spans.0.iter().map(|span| &*span.name).collect();
    let attempt = "GET /api/atlas/v2/groups/{groupId}/logs/{name}.gz";
    assert_eq!(ended, [attempt, "getLogs", "later", "program"]);
    let url = format!("{}/api/atlas/v2/groups/REDACTED/logs/REDACTED.gz", server.url);
    assert_eq!(attribute(spans.one(attempt), "url.full"), Some(&url.into()));
}
