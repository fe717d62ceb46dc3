//! Responses that are not HTTP: another attempt would fail in the same way.

use atlas_admin_runtime::Client;

use super::api::{get, plain, service_account};
use super::server::{Reply, Server};

fn heads() -> [String; 5] {
    [
        format!("HTTP/1.1 200 X\r\nx: {}\r\n\r\n", "y".repeat(1 << 20)),
        "HTTP/1.1 two hundred\r\n\r\n".to_owned(),
        "HTTP/1.1 99 X\r\n\r\n".to_owned(),
        "HTTP/9.9 200 X\r\n\r\n".to_owned(),
        "NOT HTTP\r\n\r\n".to_owned(),
    ]
}

#[tokio::test]
async fn a_response_that_is_not_http_gets_one_attempt() {
    for head in heads() {
        let shown = head[..10].to_owned();
        let server = Server::start(move |_, _| Reply::raw(head.clone()).hang()).await;
        let error = get().send(&plain(&server)).await.unwrap_err();
        assert_eq!((error.attempts(), server.arrived()), (1, 1), "{shown}: {error}");
        assert!(!error.is_retryable() && !error.is_connect(), "{error}");
        let line = error.to_string();
        assert!(
            line.contains("not valid HTTP") && line.contains("check the base URL"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn the_token_endpoint_gets_one_attempt_too() {
    let server =
        Server::start(|_, _| Reply::raw("220 mail.example ESMTP\r\n\r\n").hang());
    let server = server.await;
    let builder = Client::builder().base_url(&server.url);
    let client = builder.credentials(service_account()).build().unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert_eq!((error.attempts(), server.arrived()), (1, 1), "{error}");
}
