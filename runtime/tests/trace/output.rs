//! The output of the feature `tracing` and of the HTTP stack, at the most verbose level.

use std::io::Write;
use std::sync::{Arc, Mutex};

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::{
    Client, Credentials, Error, FileStore, Options, Request, RetryPolicy,
};
use tracing_subscriber::fmt::MakeWriter;

use crate::loopback::api::{
    LOGS, PRIVATE, SECRET, api_key, builder, every_method, get, printed, service_account,
};
use crate::loopback::clock::Steps;
use crate::loopback::oracle::{ATLAS, Oracle};
use crate::loopback::server::{Reply, Seen, Server};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

/// Events of crates that use `log`, such as reqwest.
impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(self.clone(), "{}: {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
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

/// Fails in every way that involves credentials, and prints each error.
async fn fail(log: &Log) {
    // The server's response repeats the request.
    let echo = |status| {
        Server::start(move |number, seen| match seen.target.as_str() {
            "/api/oauth/token" if status == 200 || number < 3 => Reply::new(
                200,
                &[],
                r#"{"access_token":"hunter2-token","expires_in":1}"#,
            ),
            _ => {
                let body = format!("{:?}", seen.header("authorization"));
                let challenge = format!("Digest realm=\"{number}\", nonce=\"{number}\"");
                Reply::new(status, &[("www-authenticate", &*challenge)], body)
            }
        })
    };
    for status in [200, 400, 401, 403, 429, 503] {
        let server = echo(status).await;
        for credentials in
            [api_key(), service_account(), Credentials::access_token("hunter2-given")]
        {
            let store = FileStore::new("/nonexistent/folder/tokens");
            let clock = Steps::default();
            let builder = builder(&server, &clock).credentials(credentials);
            let client = builder.token_store(store).build().unwrap();
            for request in every_method() {
                let error = request.send(&client).await.unwrap_err();
                clock.advance(std::time::Duration::from_secs(2));
                print(log, &error);
            }
            if let Err(error) = client.revoke().await {
                print(log, &error);
            }
            writeln!(log.clone(), "{client:?} {client:#?}").unwrap();
        }
    }
}

/// Prints an error like a program.
fn print(log: &Log, error: &Error) {
    writeln!(log.clone(), "{} {:?}", printed(error), error.api()).unwrap();
    // Programs may print the bytes of a refusal; those of a success are for decoding.
    if error.status().is_some_and(|status| status >= 400) {
        log.clone().write_all(error.body()).unwrap();
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
    let printed = Log::default();
    fail(&printed).await;
    // Through a proxy with separate credentials.
    let proxy = reqwest::Proxy::all(&server.url).unwrap().basic_auth("me", "hunter2");
    let client = Client::builder().base_url("http://127.0.0.1:1").proxy(proxy);
    let client = client.credentials(service_account()).build().unwrap();
    _ = get().send_with(&client, &Options::new().retry(RetryPolicy::never())).await;
    let is_proxied = |seen: &Seen| seen.header("proxy-authorization").is_some();
    assert!(server.seen().iter().any(is_proxied), "the proxy was passed by");

    let basic = base64(&format!("mdb_sa_id_1:{SECRET}"));
    let proxied = base64("me:hunter2");
    let secrets = [PRIVATE, SECRET, "hunter2", &basic, &proxied];
    let (text, printed) = (log.text(), printed.text());
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} in {text}");
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    // Bodies have a separate target. Strings of a request without a type are not shown.
    let is_body = |line: &&str| line.contains(" atlas_admin::body: ");
    let (bodies, lines): (Vec<_>, Vec<_>) = text.lines().partition(is_body);
    let (bodies, text) = (bodies.join("\n"), lines.join("\n"));
    assert!(bodies.contains("request body") && bodies.contains("response body"));
    for (what, shown) in [("bodies", &bodies), ("the log", &text), ("errors", &printed)]
    {
        assert!(!shown.contains("MyProject"), "MyProject in {what}: {shown}");
    }
    assert!(printed.contains("<redacted>"), "{printed}");
    // No part of what authorizes a request, even if it is not secret.
    assert!(!text.contains("response="), "{text}");
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
    assert!(text.contains("the token store failed"), "{text}");
    // Once per client.
    assert_eq!(text.matches("is deprecated").count(), 2, "{text}");
}

fn base64(text: &str) -> String {
    use base64::prelude::{BASE64_STANDARD, Engine};
    BASE64_STANDARD.encode(text)
}
