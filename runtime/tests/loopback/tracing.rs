//! What the feature `tracing` writes, and what the HTTP stack logs, at their most talkative.

use std::io::Write;
use std::sync::{Arc, Mutex};

use atlas_admin_runtime::{Client, Options, Request, RetryPolicy, codec::Json};
use tracing_subscriber::fmt::MakeWriter;

use super::api::{
    LOGS, PRIVATE, SECRET, api_key, builder, every_method, get, service_account,
};
use super::clock::Steps;
use super::oracle::{ATLAS, Oracle};
use super::server::{Reply, Seen, Server};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

/// What below this crate is written to the other logging crate, by reqwest for one.
impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(self.clone(), "{}: {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn spans_and_warnings_and_no_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    log::set_boxed_logger(Box::new(log.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let oracle = Oracle::new(ATLAS);
    let server = Server::start(move |number, seen| match seen.target.as_str() {
        "/api/oauth/token" => {
            Reply::new(200, &[], r#"{"access_token":"hunter2-token"}"#)
        }
        "/api/atlas/v2/groups/1" if number == 4 => Reply::new(429, &[], ""),
        _ => match seen.header("authorization") {
            Some(header) if header.starts_with("Bearer") => Reply::json("{}"),
            _ => oracle.refuse(seen).unwrap_or_else(|| Reply::json("{}")),
        },
    })
    .await;
    for credentials in [api_key(), service_account()] {
        let client = builder(&server, &Steps::default())
            .credentials(credentials)
            .build()
            .unwrap();
        for request in every_method() {
            request.send(&client).await.unwrap();
        }
        for _ in 0..2 {
            Request::<Json>::new(&LOGS, &["1", "x"]).send(&client).await.unwrap();
        }
        get().send(&client).await.unwrap();
    }
    // Through a proxy that has credentials of its own.
    let proxy = reqwest::Proxy::all(&server.url).unwrap().basic_auth("me", "hunter2");
    let client = Client::builder().base_url("http://127.0.0.1:1").proxy(proxy);
    let client = client.credentials(service_account()).build().unwrap();
    _ = get().send_with(&client, &Options::new().retry(RetryPolicy::never())).await;
    let is_proxied = |seen: &Seen| seen.header("proxy-authorization").is_some();
    assert!(server.seen().iter().any(is_proxied), "the proxy was passed by");

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for secret in
        [PRIVATE, SECRET, "hunter2", "MyProject", "response=", "bWU6aHVudGVyMg"]
    {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    for expected in [
        "operation=\"getGroup\"",
        "version=2023-01-01",
        "attempt=2",
        "status=200",
        "wait=",
        "reqwest::",
    ] {
        assert!(text.contains(expected), "{expected} not in {text}");
    }
    // Once for each client.
    assert_eq!(text.matches("is deprecated").count(), 2, "{text}");
}
