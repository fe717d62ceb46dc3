//! What the builder of a client says about its connections, and what becomes of it.

use std::time::Duration;

use atlas_admin_runtime::{Client, ClientBuilder, RetryPolicy};
use tokio::net::TcpListener;

use super::api::{every_method, get, list};
use super::server::{Reply, Server};

fn to(server: &Server) -> ClientBuilder {
    Client::builder().base_url(&server.url)
}

async fn server() -> Server {
    Server::start(|_, seen| match (seen.method.as_str(), seen.target.as_str()) {
        ("GET", "/api/atlas/v2/groups") => {
            Reply::new(302, &[("location", "/moved")], "")
        }
        _ => Reply::json("{}"),
    })
    .await
}

#[tokio::test]
async fn the_user_agent_names_the_program_after_the_crate() {
    let server = server().await;
    get().send(&to(&server).build().unwrap()).await.unwrap();
    let client = to(&server).user_agent("backups/1.2 (nightly)").build().unwrap();
    get().send(&client).await.unwrap();
    let crates = concat!("atlas-admin-rust/", env!("CARGO_PKG_VERSION"));
    let [plain, named] = &server.seen()[..] else { panic!() };
    assert_eq!(plain.header("user-agent"), Some(crates));
    let named = named.header("user-agent").unwrap();
    assert_eq!(named, format!("{crates} backups/1.2 (nightly)"));
    let error = to(&server).user_agent("a\r\nb: c").build().unwrap_err();
    assert!(error.to_string().contains("user agent"), "{error}");
}

#[tokio::test]
async fn connections_are_kept_as_long_and_as_many_as_it_says() {
    for (settings, connections) in [
        (ClientBuilder::from as fn(ClientBuilder) -> ClientBuilder, 1),
        (|builder| builder.pool_max_idle(0), 5),
        (|builder| builder.pool_idle_timeout(Duration::ZERO), 5),
    ] {
        let server = server().await;
        let client = settings(to(&server)).build().unwrap();
        for request in every_method() {
            request.send(&client).await.unwrap();
        }
        assert_eq!((server.arrived(), server.connections()), (5, connections));
        // Clones share them.
        get().send(&client.clone()).await.unwrap();
        assert_eq!(server.connections(), if connections == 1 { 1 } else { 6 });
    }
}

#[tokio::test]
async fn the_making_of_a_connection_has_a_limit_of_its_own() {
    // It takes connections and says nothing: TLS never begins.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = Client::builder()
        .base_url(format!("https://localhost:{port}"))
        .connect_timeout(Duration::from_millis(50))
        .retry(RetryPolicy::new().attempts(2).backoff(Duration::ZERO, Duration::ZERO))
        .build()
        .unwrap();
    // Nothing of a request has left, so each is tried again.
    for request in every_method() {
        let error = request.send(&client).await.unwrap_err();
        assert!(error.is_connect() && error.attempts() == 2, "{error:?}");
    }
}

#[tokio::test]
async fn a_client_of_the_caller_sends() {
    // No other test of this program needs another provider.
    _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let own = reqwest::Client::builder().default_headers(
        [("x-own".parse().unwrap(), "yes".parse().unwrap())].into_iter().collect(),
    );
    let own = own.redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let server = server().await;
    let client = to(&server).http_client(own).build().unwrap();
    list().send(&client).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|seen| seen.header("x-own") == Some("yes")));
}

#[tokio::test]
async fn a_body_is_announced_and_so_is_that_there_is_none() {
    let server = server().await;
    let client = to(&server).build().unwrap();
    for request in every_method() {
        request.send(&client).await.unwrap();
        let body = request.body_bytes().unwrap();
        let announced = match body.map(<[u8]>::len) {
            None if request.method().as_str() == "GET" => None,
            length => Some(length.unwrap_or(0).to_string()),
        };
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.header("content-length"), announced.as_deref(), "{request:?}");
        assert_eq!(seen.header("transfer-encoding"), None);
    }
}
