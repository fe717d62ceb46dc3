//! Trace context, sent with requests.

use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use opentelemetry::global;
use opentelemetry_http::HeaderInjector;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::export::{attribute, traced};
use super::spans::get;
use crate::loopback::api::{builder, granting, plain, service_account};
use crate::loopback::clock::Steps;
use crate::loopback::server::{Reply, Server};

/// Adds `traceparent`, like a program.
fn inject(headers: &mut HeaderMap) {
    let context = tracing::Span::current().context();
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut HeaderInjector(headers));
    });
}

async fn server() -> Server {
    granting(|number, _| match number {
        1 => Reply::new(500, &[], ""),
        _ => Reply::json("{}"),
    })
    .await
}

#[tokio::test]
async fn each_attempt_says_which_it_is() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let server = server().await;
    let builder = builder(&server, &Steps::default()).credentials(service_account());
    let client = builder.propagate(inject).build().unwrap();
    let spans = traced(async {
        get().send(&client).await.unwrap();
    })
    .await;
    let mut attempts = spans.all("POST /api/oauth/token");
    attempts.extend(spans.all("GET /api/atlas/v2/groups/{groupId}"));
    let expected: Vec<_> = attempts
        .iter()
        .map(|attempt| {
            let context = &attempt.span_context;
            format!("00-{}-{}-01", context.trace_id(), context.span_id())
        })
        .collect();
    let seen = server.seen();
    let sent = seen.iter().map(|seen| seen.header("traceparent").unwrap_or_default());
    assert_eq!(sent.collect::<Vec<_>>(), expected);
    assert_eq!(expected.len(), 3);
}

#[tokio::test]
async fn nothing_is_sent_without_a_propagator() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let server = server().await;
    let client = plain(&server);
    let spans = traced(async {
        get().send(&client).await.unwrap();
    });
    spans.await;
    assert!(server.seen().iter().all(|seen| seen.header("traceparent").is_none()));
}

/// A propagator sees no credentials, and can't replace them.
#[tokio::test]
async fn headers_of_the_request_are_its_own() {
    let server = server().await;
    let builder = builder(&server, &Steps::default()).credentials(service_account());
    let builder = builder.propagate(|headers| {
        assert!(headers.is_empty());
        let value = HeaderValue::from_static("other");
        headers.insert(AUTHORIZATION, value.clone());
        headers.insert(USER_AGENT, value.clone());
        headers.insert("tracestate", value);
    });
    get().send(&builder.build().unwrap()).await.unwrap();
    for seen in server.seen() {
        assert_ne!(seen.header("authorization"), Some("other"));
        assert_ne!(seen.header("user-agent"), Some("other"));
        assert_eq!(seen.header("tracestate"), Some("other"));
    }
}

/// No request is sent to another origin after a redirect, and so no context.
#[tokio::test]
async fn no_other_origin_learns_of_the_trace() {
    let other = server().await;
    let target = format!("{}/elsewhere", other.url);
    let server =
        Server::start(move |_, _| Reply::new(307, &[("location", &target)], "")).await;
    let builder = builder(&server, &Steps::default()).propagate(inject);
    let client = builder.build().unwrap();
    let spans = traced(async {
        get().send(&client).await.unwrap_err();
    })
    .await;
    assert_eq!(other.arrived(), 0);
    let attempt = spans.one("GET /api/atlas/v2/groups/{groupId}");
    assert_eq!(attribute(attempt, "error.type"), Some(&"redirect".into()));
}
