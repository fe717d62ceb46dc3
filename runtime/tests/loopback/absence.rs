//! Responses without a body, or with an incomplete one: an absence is not a value.

use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::transport::BoxFuture;
use atlas_admin_runtime::{AccessToken, Client, Request, TokenStore, json};

use atlas_admin_runtime::Credentials;
use futures_util::future::join_all;

use super::api::{DELETE, GET, api_key, every_method, get, plain, service_account};
use super::server::{Reply, Server};

#[tokio::test]
async fn an_absence_is_a_value_of_no_read() {
    let page = [("content-type", "text/html")];
    for (reply, says) in [
        (Reply::new(200, &[], ""), "no body"),
        (Reply::new(204, &[], ""), "no body"),
        (Reply::new(200, &page, ""), "as text/html; a proxy"),
        (Reply::json("null"), "`null`"),
        (Reply::json("\u{feff} null"), "`null`"),
        (Reply::json(" \n"), "no body"),
    ] {
        let reply = std::sync::Mutex::new(Some(reply));
        let server =
            Server::start(move |_, _| reply.lock().unwrap().take().unwrap()).await;
        let read = Request::<Vec<String>>::new(&GET, &["1"]);
        let error = read.send(&plain(&server)).await.unwrap_err();
        assert!(error.is_decode() && !error.is_retryable(), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_body_that_the_connection_ended_is_requested_again_where_that_is_safe() {
    let packed = "content-encoding: gzip\r\n";
    let plain_heads = every_method().into_iter().map(|request| ("", request));
    let packed_heads = every_method().into_iter().map(|request| (packed, request));
    for (head, request) in plain_heads.chain(packed_heads) {
        let server = Server::start(move |number, _| match number {
            0 => Reply::raw(format!("HTTP/1.1 200 OK\r\n{head}\r\n")).close(),
            _ => Reply::json(r#"{"id":"1"}"#),
        })
        .await;
        let response = request.send(&plain(&server)).await;
        if request.method().is_idempotent() {
            let response = response.unwrap();
            assert_eq!((response.attempts(), &response["id"]), (2, &json!("1")));
        } else {
            let error = response.unwrap_err();
            assert!(error.is_retryable() && error.may_have_been_executed());
            assert!(error.to_string().contains("may have been executed"), "{error}");
            assert_eq!(server.arrived(), 1);
        }
    }
}

#[tokio::test]
async fn a_write_is_done_whatever_its_response_lacks() {
    for status in [200, 202, 204] {
        for request in every_method().split_off(1) {
            let server = Server::start(move |_, _| Reply::new(status, &[], "")).await;
            let response = request.send(&plain(&server)).await.unwrap();
            assert!(!response.has_body());
            assert_eq!((response.value(), response.attempts()), (&Json::Null, 1));
        }
    }
    let server = Server::start(|_, _| {
        Reply::new(202, &[("content-type", "text/html")], "<html>")
    })
    .await;
    let undeclared =
        Request::<()>::new(&DELETE, &["1"]).send(&plain(&server)).await.unwrap();
    assert_eq!((undeclared.status(), undeclared.has_body()), (202, true));
}

#[tokio::test]
async fn the_status_counts_where_the_body_of_an_error_stalls() {
    let answers = [
        (404, ""),
        (409, ""),
        (302, "location: https://elsewhere.example/\r\n"),
        (401, "www-authenticate: Digest realm=r, nonce=n, qop=auth\r\n"),
    ];
    // All at once, because each waits for the rest of its body.
    let cases = answers.into_iter().flat_map(|(status, header)| {
        let credentials = [None, Some(service_account()), Some(api_key())];
        credentials.map(|credentials| stalled(status, header, credentials))
    });
    join_all(cases).await;
}

async fn stalled(status: u16, header: &'static str, credentials: Option<Credentials>) {
    let server = Server::start(move |_, _| {
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 99\r\n{header}\r\n");
        Reply::raw(head + "{\"det").hang()
    })
    .await;
    let client = Client::builder().base_url(&server.url);
    let client = client.attempt_timeout(Duration::from_secs(5));
    let client = match credentials {
        // The access token comes from the store.
        Some(credentials) => client.credentials(credentials),
        None => client,
    };
    let client = client.token_store(Stored).build().unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(status), 1), "{error}");
}

/// A store that always has a token.
struct Stored;

impl TokenStore for Stored {
    fn load<'a>(
        &'a self,
        _: &'a str,
    ) -> BoxFuture<'a, std::io::Result<Option<AccessToken>>> {
        let end = "2999-01-01T00:00:00Z".parse().unwrap();
        Box::pin(std::future::ready(Ok(Some(AccessToken::new("t-hunter2", end)))))
    }

    fn save<'a>(
        &'a self,
        _: &'a str,
        _: &'a AccessToken,
    ) -> BoxFuture<'a, std::io::Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn remove<'a>(&'a self, _: &'a str) -> BoxFuture<'a, std::io::Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

#[tokio::test]
async fn the_code_of_a_large_error_is_read() {
    let body = format!(r#"{{"detail":"{}","errorCode":"LARGE"}}"#, "d".repeat(3 << 20));
    let server = Server::start(move |_, _| Reply::new(400, &[], &body)).await;
    let error = get().send(&plain(&server)).await.unwrap_err();
    assert_eq!((error.code().as_str(), error.body().len()), ("LARGE", 1 << 20));
}

#[tokio::test]
async fn a_delete_whose_response_was_lost_is_done_where_nothing_is_left() {
    let lost = || Reply::raw("").close();
    let gone = || Reply::new(404, &[], r#"{"errorCode":"CLUSTER_NOT_FOUND"}"#);
    let delete = Request::<()>::new(&DELETE, &["1"]);
    let server =
        Server::start(move |number, _| if number == 0 { lost() } else { gone() });
    let response = delete.send(&plain(&server.await)).await.unwrap();
    assert_eq!(
        (response.status(), response.attempts(), response.has_body()),
        (404, 2, false)
    );
    // Not if the resource never existed, nor if the earlier attempt was refused.
    for first in [404, 429, 425] {
        let server = Server::start(move |number, _| match number {
            0 => Reply::new(first, &[], ""),
            _ => gone(),
        });
        let error = delete.send(&plain(&server.await)).await.unwrap_err();
        assert!(error.is_not_found() && !error.may_have_been_executed());
    }
}
