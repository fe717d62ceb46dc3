//! Sends any responses to a client: challenges, tokens, redirects, waits, compressed bodies.
//!
//! The first byte selects the client's credentials and its request. The rest are the responses,
//! separated by a zero byte: a line with the status, lines with headers, an empty line, the body.
//! After the last, every response is a success.

#![no_main]

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use atlas_admin::transport::{Body, BoxFuture, Request as Sent, TransportError};
use atlas_admin::types::Group;
use atlas_admin::{Client, Clock, Credentials, Error, Transport, projects, set};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "mdb-hunter2-secret";

/// A transport that returns the responses, and checks the invariants of every request.
struct ScriptedTransport {
    responses: Mutex<std::vec::IntoIter<Vec<u8>>>,
    executed: Mutex<u32>,
}

impl Transport for ScriptedTransport {
    fn send(
        &self,
        request: Sent,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let is_token = request.url.path().starts_with("/api/oauth/");
        if let Some(header) = request.headers.get("authorization") {
            let header = header.to_str().expect("a header in ASCII");
            assert!(is_token || !header.starts_with("Basic"), "{header}");
            assert!(is_token || !header.contains(SECRET), "{header}");
        }
        assert_eq!(
            request.url.origin().ascii_serialization(),
            "https://cloud.mongodb.com"
        );
        let next = self.responses.lock().unwrap().next();
        let response = next.map_or_else(fine, |text| read(&text));
        // The service has not executed a refused request.
        let refused = matches!(response.status().as_u16(), 401 | 429);
        if request.method == "POST" && !is_token && !refused {
            let mut executed = self.executed.lock().unwrap();
            *executed += 1;
            assert_eq!(*executed, 1, "a POST was executed twice");
        }
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn fine() -> http::Response<Body> {
    let body = br#"{"access_token":"t","expires_in":3600,"results":[]}"#;
    http::Response::new(bytes::Bytes::from_static(body).into())
}

fn read(text: &[u8]) -> http::Response<Body> {
    let end = text.windows(2).position(|two| two == b"\n\n");
    let (head, body) = match end {
        Some(end) => (&text[..end], &text[end + 2..]),
        None => (text, &b""[..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let status = lines.next().and_then(|line| http::StatusCode::from_bytes(line).ok());
    let mut response = http::Response::new(bytes::Bytes::copy_from_slice(body).into());
    *response.status_mut() = status.unwrap_or(http::StatusCode::UNAUTHORIZED);
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = http::HeaderName::from_bytes(&line[..colon]);
        let value = http::HeaderValue::from_bytes(&line[colon + 1..]);
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// A clock on which every wait ends at once, except for time limits.
#[derive(Clone, Debug, Default)]
struct Steps(Arc<Mutex<Duration>>);

const LIMIT: Duration = Duration::from_secs(24 * 3600);

impl Clock for Steps {
    fn now(&self) -> jiff::Timestamp {
        let start: jiff::Timestamp = "2026-08-06T12:00:00Z".parse().expect("a time");
        start + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration >= LIMIT / 2 {
            return Box::pin(std::future::pending());
        }
        *self.0.lock().unwrap() += duration;
        Box::pin(std::future::ready(()))
    }
}

/// Runs a future that waits only for things in this file: it has to end without being woken.
fn end<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("waits for nothing"),
    }
}

fn keeps_secrets(error: &Error) {
    let mut text = format!("{error} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    assert!(!text.contains(SECRET), "{text}");
    assert!(!error.to_string().contains('\n'), "{error}");
}

fuzz_target!(|data: &[u8]| {
    let [how, responses @ ..] = data else { return };
    let script = Arc::new(ScriptedTransport {
        responses: Mutex::new(
            responses
                .split(|byte| *byte == 0)
                .map(<[u8]>::to_vec)
                .collect::<Vec<_>>()
                .into_iter(),
        ),
        executed: Mutex::default(),
    });
    let credentials = match how & 1 {
        0 => Credentials::api_key("abcdefgh", SECRET),
        _ => Credentials::service_account("mdb_sa_id_1", SECRET),
    };
    let client = Client::builder()
        .credentials(credentials)
        .transport(script.clone())
        .clock(Steps::default())
        .attempt_timeout(LIMIT)
        .timeout(LIMIT)
        .body_limit(1 << 16)
        .build()
        .expect("a client");
    let echoed =
        responses.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    let creates = match how & 2 {
        0 => [false, true, false],
        _ => [true, false, false],
    };
    let group = Group { name: set("x"), org_id: set("y"), ..Default::default() };
    for create in creates {
        *script.executed.lock().unwrap() = 0;
        let result = match create {
            true => end(projects::create_group(&group).send(&client)).map(drop),
            false => end(projects::list_groups().send(&client)).map(drop),
        };
        match result {
            Err(error) if !echoed => keeps_secrets(&error),
            _ => {}
        }
    }
    // Whatever the responses were, the client works once the service does.
    script.responses.lock().unwrap().by_ref().for_each(drop);
    let last = end(projects::list_groups().send(&client));
    last.expect("the client works");
});
