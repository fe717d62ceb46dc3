//! Errors with their sources, as `anyhow` and logs print them: each cause is named once.

use atlas_admin_runtime::transport::TransportError;
use atlas_admin_runtime::{Client, Error, RetryPolicy};

use super::api::{builder, chain, get, refused};
use super::clock::Steps;
use super::server::{Reply, Server};
use super::tls;

/// Returns the error's line and the texts of its sources.
fn texts(error: &Error) -> Vec<String> {
    chain(Some(error)).map(ToString::to_string).collect()
}

fn assert_named_once(error: &Error) {
    let texts = texts(error);
    for (index, text) in texts.iter().enumerate() {
        let before = texts[..index].join("\n");
        assert!(!before.contains(text.as_str()), "{text:?} again: {texts:#?}");
    }
}

/// Returns the innermost cause, which the line names.
fn innermost(error: &Error) -> String {
    let last = chain(error.cause()).last().expect("a cause").to_string();
    let line = error.to_string();
    assert!(line.contains(&last), "{last:?} is missing: {line}");
    last
}

#[tokio::test]
async fn a_refused_connection() {
    let error = refused().await;
    assert_named_once(&error);
    let refused = innermost(&error);
    assert!(texts(&error).len() > 1, "{:#?}", texts(&error));
    assert_eq!(texts(&error).join("\n").matches(&refused).count(), 1);
    // It can still be found by its type.
    assert!(chain(error.cause()).any(|cause| cause.is::<std::io::Error>()));
    assert!(error.cause().unwrap().is::<TransportError>());
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted() {
    let url = tls::start().await;
    for &(backend, unknown) in tls::BACKENDS {
        let client =
            Client::builder().base_url(&url).tls_backend(backend).build().unwrap();
        let error = get().send(&client).await.unwrap_err();
        assert_named_once(&error);
        assert!(innermost(&error).contains(unknown));
    }
}

#[tokio::test]
async fn a_host_that_there_is_not() {
    let never = RetryPolicy::never();
    let client = Client::builder().base_url("https://atlas.invalid").retry(never);
    let error = get().send(&client.build().unwrap()).await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    assert_named_once(&error);
}

#[tokio::test]
async fn responses_that_go_wrong() {
    let head = "HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"a\":";
    for (sent, reset) in [
        (head, false),
        (head, true),
        ("", false),
        ("SSH-2.0-x\r\n\r\n", false),
        ("HTTP/1.1 200 X\r\ncontent-length: 5\r\n\r\n{\"a\":", false),
        ("HTTP/1.1 200 X\r\ncontent-length: 4\r\n\r\nnull", false),
        ("HTTP/1.1 409 X\r\ncontent-length: 0\r\n\r\n", false),
    ] {
        let reply = move || match reset {
            true => Reply::raw(sent).reset(),
            false => Reply::raw(sent).close(),
        };
        let server = Server::start(move |_, _| reply()).await;
        let builder = builder(&server, &Steps::default()).retry(RetryPolicy::never());
        let client = builder.build().unwrap();
        if let Err(error) = get().send(&client).await {
            assert_named_once(&error);
            if error.cause().is_some() {
                innermost(&error);
            }
        }
    }
}

#[test]
fn a_client_that_cannot_be_built() {
    for builder in [
        Client::builder().user_agent("a\nb"),
        Client::builder().root_certificates("-----BEGIN CERTIFICATE-----\n!\n"),
        Client::builder().base_url("http://example.com"),
    ] {
        assert_named_once(&builder.build().unwrap_err());
    }
}
