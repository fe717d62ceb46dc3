//! A proxy set by the caller: the requests it carries, and the data it sees.

use std::sync::{Arc, Mutex};

use atlas_admin_runtime::{Client, Credentials, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::api::get;
use super::certificate::ROOT;
use super::server::{Reply, Server};
use super::tls;

/// A proxy that opens tunnels (RFC 9110 section 9.3.6), and records the headers it
/// received.
struct Proxy {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let shared = heads.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let heads = shared.clone();
                tokio::spawn(async move { _ = tunnel(stream, &heads).await });
            }
        });
        Self { url, heads }
    }
}

async fn tunnel(
    mut client: TcpStream,
    heads: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap().to_owned();
    heads.lock().unwrap().push(head);
    let mut server = TcpStream::connect(target).await?;
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

fn proxy(url: &str) -> reqwest::Proxy {
    reqwest::Proxy::all(url).unwrap().basic_auth("caller", "hunter2-proxy")
}

#[tokio::test]
async fn a_tunnel_hides_what_goes_through_it() {
    for &(backend, _) in tls::BACKENDS {
        let target = tls::start().await;
        let tunnel = Proxy::start().await;
        let client = Client::builder()
            .base_url(&target)
            .credentials(Credentials::access_token("hunter2"))
            .root_certificates(ROOT)
            .tls_backend(backend)
            .proxy(proxy(&tunnel.url))
            .build()
            .unwrap();
        assert_eq!(get().send(&client).await.unwrap()["id"], "1");
        let heads = tunnel.heads.lock().unwrap().clone();
        let [head] = &heads[..] else { panic!("{heads:?}") };
        let host = target.strip_prefix("https://").unwrap();
        assert!(head.starts_with(&format!("CONNECT {host} HTTP/1.1\r\n")), "{head}");
        assert!(
            head.to_ascii_lowercase().contains("proxy-authorization: basic"),
            "{head}"
        );
        // The proxy gets its own credentials, and not those of the service.
        assert!(!head.contains("hunter2") && !head.contains("Bearer"), "{head}");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_not_there_has_been_sent_nothing() {
    let target = tls::start().await;
    let refusing = Server::start(|_, _| Reply::new(407, &[], "")).await;
    for url in [&*refusing.url, "http://127.0.0.1:1"] {
        let client = Client::builder()
            .base_url(&target)
            .credentials(Credentials::access_token("hunter2"))
            // So that only the proxy keeps it from a response.
            .root_certificates(ROOT)
            .retry(RetryPolicy::never())
            .proxy(proxy(url))
            .build()
            .unwrap();
        let error = get().send(&client).await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        assert!(!format!("{error} {error:#?}").contains("hunter2"), "{error:?}");
    }
    assert_eq!(refusing.count("CONNECT"), refusing.arrived());
    let seen = refusing.seen();
    let [seen] = &seen[..] else { panic!("it got {} requests", seen.len()) };
    assert_eq!(seen.header("authorization"), None);
}

#[tokio::test]
async fn a_proxy_that_requires_credentials_gets_one_attempt() {
    let refusing = Server::start(|_, _| Reply::new(407, &[], "")).await;
    let client = Client::builder()
        .base_url("https://localhost")
        .root_certificates(ROOT)
        .proxy(reqwest::Proxy::all(&refusing.url).unwrap())
        .build()
        .unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert!(error.is_connect() && !error.is_retryable(), "{error:?}");
    assert_eq!((error.attempts(), refusing.arrived()), (1, 1));
    assert!(
        error.to_string().contains("the proxy's URL with the credentials"),
        "{error}"
    );
}

#[tokio::test]
async fn a_loopback_service_is_reached_through_a_named_proxy() {
    let server = Server::start(|_, _| Reply::json(r#"{"id":"1"}"#)).await;
    // Without a listener there, only the proxy can respond.
    let client =
        Client::builder().base_url("http://127.0.0.1:1").proxy(proxy(&server.url));
    assert_eq!(get().send(&client.build().unwrap()).await.unwrap()["id"], "1");
    let seen = &server.seen()[0];
    assert_eq!(seen.target, "http://127.0.0.1:1/api/atlas/v2/groups/1");
    assert!(seen.header("proxy-authorization").is_some());
}
