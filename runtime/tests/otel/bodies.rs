//! Bodies, at the level TRACE.

use atlas_admin_runtime::codec::{Extra, Json, Value};
use atlas_admin_runtime::{Download, Request, json, record};
use opentelemetry_sdk::trace::SpanData;
use tracing::Level;

use super::export::{Spans, traced_at};
use crate::loopback::api::{CREATE, GET, LOGS, builder, granting, service_account};
use crate::loopback::clock::Steps;
use crate::loopback::server::{Reply, Server};

/// A type in the generator's form.
#[derive(Clone, Default)]
struct Hook {
    name: Option<String>,
    secret: Option<String>,
    url: Option<String>,
    extra: Extra,
}

record! {
    Hook
    0 name "name"
    1 secret "secret" [SECRET]
    2 url "url"
}

/// Returns the bodies in a span, with the name of the event and the size first.
fn shown(span: &SpanData) -> Vec<String> {
    let value = |event: &opentelemetry::trace::Event, name: &str| {
        let found = event.attributes.iter().find(|pair| pair.key.as_str() == name);
        found.map(|pair| pair.value.to_string()).unwrap_or_default()
    };
    let events = span.events.iter().filter(|event| event.name.ends_with(" body"));
    let show = |event: &opentelemetry::trace::Event| {
        format!("{} {} {}", event.name, value(event, "size"), value(event, "body"))
    };
    events.map(show).collect()
}

async fn server(status: u16, body: &'static str) -> Server {
    granting(move |_, _| Reply::new(status, &[], body)).await
}

async fn sent<T>(level: Level, server: &Server, request: &Request<T>) -> Spans
where
    T: Value + Default,
{
    let builder = builder(server, &Steps::default()).credentials(service_account());
    let client = builder.build().unwrap();
    let spans = traced_at(level, async {
        _ = request.send(&client).await;
    })
    .await;
    assert!(!format!("{:?}", spans.0).contains("hunter2"), "{:#?}", spans.0);
    spans
}

#[tokio::test]
async fn bodies_are_shown_without_secrets() {
    let reply = r#"{"name":"n","secret":"hunter2","url":"https://me:hunter2@h/x?hunter2","new":["hunter2",1]}"#;
    let server = server(200, reply).await;
    let hook = Hook {
        name: Some("n".to_owned()),
        secret: Some("hunter2".to_owned()),
        ..Hook::default()
    };
    let request = Request::<Hook>::with_body(&CREATE, &[], &hook);
    let spans = sent(Level::TRACE, &server, &request).await;
    let response = format!(
        "response body {} {}",
        reply.len(),
        r#"{"name":"n","secret":"<redacted>","url":"https://(redacted)@h/x?(redacted)","new":["<redacted>",1]}"#
    );
    let request = r#"request body 31 {"name":"n","secret":"<redacted>"}"#.to_owned();
    assert_eq!(shown(spans.one("createGroup")), [request, response]);
    // None of the token requests.
    assert!(shown(spans.one("POST /api/oauth/token")).is_empty());
}

#[tokio::test]
async fn below_trace_nothing_is_shown() {
    let server = server(200, r#"{"name":"hunter2"}"#).await;
    let request = Request::<Hook>::new(&GET, &["1"]);
    let spans = sent(Level::DEBUG, &server, &request).await;
    assert!(spans.0.iter().all(|span| shown(span).is_empty()));
}

/// Any string of a value without a declared type may be a secret.
#[tokio::test]
async fn undeclared_strings_are_not_shown() {
    for (reply, expected) in [
        (r#"{"a":"hunter2","b":[1,true]}"#, r#"{"a":"<redacted>","b":[1,true]}"#),
        (r#""hunter2""#, r#""<redacted>""#),
        (r#"["hunter2"]"#, r#"["<redacted>"]"#),
    ] {
        let server = server(200, reply).await;
        let request = Request::<Json>::new(&GET, &["1"]);
        let spans = sent(Level::TRACE, &server, &request).await;
        let expected = format!("response body {} {expected}", reply.len());
        assert_eq!(shown(spans.one("getGroup")), [expected]);
    }
    let server = server(200, r#""hunter2 of a key""#).await;
    let spans = sent(Level::TRACE, &server, &Request::<String>::new(&GET, &["1"])).await;
    assert_eq!(shown(spans.one("getGroup")), [r#"response body 18 "<redacted>""#]);
    // A record that arrived as another kind of JSON.
    let server = self::server(200, r#"[["hunter2"]]"#).await;
    let spans =
        sent(Level::TRACE, &server, &Request::<Vec<Hook>>::new(&GET, &["1"])).await;
    assert_eq!(shown(spans.one("getGroup")), [r#"response body 13 [["<redacted>"]]"#]);
}

#[tokio::test]
async fn refusals_are_shown_with_their_attempts() {
    let reply = r#"{"detail":"see https://h/x?hunter2","errorCode":"X"}"#;
    let server = server(409, reply).await;
    let spans = sent(Level::TRACE, &server, &Request::<Json>::new(&GET, &["1"])).await;
    let expected = r#"{"detail":"see https://h/x?(redacted)","errorCode":"X"}"#;
    let attempt = spans.one("GET /api/atlas/v2/groups/{groupId}");
    assert_eq!(shown(attempt), [format!("response body {} {expected}", reply.len())]);
    assert!(shown(spans.one("getGroup")).is_empty());
}

#[tokio::test]
async fn large_bodies_are_cut() {
    let server = server(200, "{}").await;
    let body = json!({ "numbers": vec![123_456_789; 20_000] });
    let request = Request::<Json>::new(&CREATE, &[]).body(&body);
    let spans = sent(Level::TRACE, &server, &request).await;
    let shown = shown(spans.one("createGroup"));
    assert!(shown[0].len() <= (64 << 10) + 40, "{}", shown[0].len());
    assert!(shown[0].starts_with("request body 2000"), "{}", &shown[0][..40]);
}

#[tokio::test]
async fn payloads_are_not_shown() {
    let server = server(200, "hunter2").await;
    let client = builder(&server, &Steps::default()).build().unwrap();
    let spans = traced_at(Level::TRACE, async {
        let request = Request::<Download>::new(&LOGS, &["1", "x"]);
        let mut download = request.send(&client).await.unwrap();
        assert_eq!(download.chunk().await.unwrap().unwrap(), "hunter2");
    })
    .await;
    assert!(spans.0.iter().all(|span| shown(span).is_empty()));
}
