//! Any answers to a client: challenges, tokens, redirects, waits, packed bodies.
//!
//! The first byte says how the client authenticates and what it asks. The rest is the answers,
//! one after the other, with a zero byte between them: a line with the status, lines with
//! headers, an empty line, the body. After the last, all is well.

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

/// Gives the answers, and sees to what must hold for every request.
struct Script {
    answers: Mutex<std::vec::IntoIter<Vec<u8>>>,
    executed: Mutex<u32>,
}

impl Transport for Script {
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
        let answer = self.answers.lock().unwrap().next();
        let response = answer.map_or_else(fine, |answer| read(&answer));
        // Refused is what the service did not do.
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

fn read(answer: &[u8]) -> http::Response<Body> {
    let end = answer.windows(2).position(|two| two == b"\n\n");
    let (head, body) = match end {
        Some(end) => (&answer[..end], &answer[end + 2..]),
        None => (answer, &b""[..]),
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

/// A clock on which every wait is over at once, but for the time limits.
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

/// Runs a future that waits for nothing but this file: it has to end without being woken.
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
    let [how, answers @ ..] = data else { return };
    let script = Arc::new(Script {
        answers: Mutex::new(
            answers
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
    let echoed = answers.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    let creates = match how & 2 {
        0 => [false, true, false],
        _ => [true, false, false],
    };
    let group =
        Group { name: set("x"), org_id: set("y"), ..Default::default() };
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
    // Whatever it was told, the client works where the service does.
    script.answers.lock().unwrap().by_ref().for_each(drop);
    let last = end(projects::list_groups().send(&client));
    last.expect("the client works");
});
