//! HTTP/2 against a real server: the requests that may be repeated, and the ends of a
//! body.

use std::time::Duration;

use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::transport::reqwest::TlsBackend;
use atlas_admin_runtime::{Client, Credentials, RetryPolicy};

use super::alpn::{Fate, Server};
use super::api::{every_method, get};
use super::certificate::ROOT;

const LEAST: Duration = Duration::from_millis(1);
const NOW: Fate = Fate::Response(Duration::ZERO);

fn client(server: &Server) -> Client {
    let retry = RetryPolicy::new().attempts(3).backoff(LEAST, LEAST);
    Client::builder()
        .base_url(&server.url)
        .credentials(Credentials::access_token("hunter2"))
        .root_certificates(ROOT)
        .retry(retry)
        .build()
        .unwrap()
}

#[tokio::test]
async fn requests_at_once_share_a_connection_with_each_library() {
    const BACKENDS: &[TlsBackend] = &[
        TlsBackend::Rustls,
        #[cfg(feature = "native-tls")]
        TlsBackend::Native,
    ];
    for &backend in BACKENDS {
        let server = Server::start(|_| Fate::Response(Duration::from_millis(20))).await;
        let client = Client::builder().base_url(&server.url).root_certificates(ROOT);
        let client = client.tls_backend(backend).build().unwrap();
        get().send(&client).await.unwrap();
        let calls = (0..16).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { get().send(&client).await.unwrap() })
        });
        for call in calls.collect::<Vec<_>>() {
            assert_eq!(call.await.unwrap()["id"], "1");
        }
        assert_eq!(server.counts(), [1, 1, 17], "{backend:?}");
    }
}

#[tokio::test]
async fn what_the_server_did_not_process_is_repeated_whatever_the_method() {
    let refused: fn(usize) -> Fate =
        |number| if number % 2 == 0 { Fate::Refused } else { NOW };
    let gone: fn(usize) -> Fate = |number| if number == 0 { Fate::GoAway } else { NOW };
    for request in every_method() {
        for (rule, connections) in [(refused, 1), (gone, 2)] {
            let server = Server::start(rule).await;
            let response = request.send(&client(&server)).await.unwrap();
            assert_eq!(response["id"], "1");
            // Retried by the client, which counts its attempts, and by nothing below it.
            assert_eq!(response.attempts(), 2);
            assert_eq!(server.counts(), [connections, connections, 2]);
        }
    }
}

#[tokio::test]
async fn what_the_server_did_not_process_was_not_executed() {
    for request in every_method() {
        let server = Server::start(|_| Fate::Refused).await;
        let error = request.send(&client(&server)).await.unwrap_err();
        assert!(!error.may_have_been_executed() && error.is_retryable(), "{error:?}");
        assert!(error.to_string().contains("did not process the request"), "{error}");
        assert_eq!(error.attempts(), 3);
    }
}

#[tokio::test]
async fn what_the_server_may_have_processed_is_repeated_only_where_that_is_safe() {
    for request in every_method() {
        let server =
            Server::start(|number| if number == 0 { Fate::Reset } else { NOW }).await;
        let is_safe = !matches!(request.method(), Method::Post | Method::Patch);
        match request.send(&client(&server)).await {
            Ok(response) => assert_eq!((response.attempts(), is_safe), (2, true)),
            Err(error) => {
                assert_eq!((error.attempts(), is_safe), (1, false), "{error}");
                assert!(!error.is_connect(), "{error:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_is_cut_is_no_body() {
    let server = Server::start(|number| if number == 0 { Fate::Cut } else { NOW }).await;
    let response = get().send(&client(&server)).await.unwrap();
    assert_eq!((response.attempts(), response["id"].as_str()), (2, Some("1")));
}

#[tokio::test]
async fn bodies_need_no_length() {
    // The server's responses have no length. Over HTTP/1.1, a truncated body could not
    // be told from a complete one.
    let server = Server::start(|_| NOW).await;
    let response = get().send(&client(&server)).await.unwrap();
    assert_eq!(response.headers().get("content-length"), None);
    let server = Server::start(|_| Fate::Empty).await;
    let deleted = every_method().pop().unwrap();
    assert_eq!(deleted.send(&client(&server)).await.unwrap().status(), 204);
}

#[tokio::test]
async fn a_connection_that_went_silent_is_left() {
    let server =
        Server::start(|number| if number == 0 { Fate::Silence } else { NOW }).await;
    let client = client(&server);
    let call = tokio::spawn(async move { get().send(&client).await });
    while server.counts()[2] == 0 {
        tokio::time::sleep(LEAST).await;
    }
    // A ping without a response, long before the attempt's time limit passes.
    tokio::time::pause();
    for seconds in [16, 11] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    tokio::time::resume();
    let response = call.await.unwrap().unwrap();
    assert_eq!(response.attempts(), 2);
    assert_eq!(server.counts(), [2, 2, 2]);
}
