//! The connection settings of a client builder, and their effects.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_admin_runtime::transport::reqwest::ReqwestTransport;
use atlas_admin_runtime::transport::{self, Body, BoxFuture, TransportError};
use atlas_admin_runtime::{Client, ClientBuilder, Credentials, RetryPolicy, Transport};
use bytes::Bytes;
use tokio::net::TcpListener;

use super::api::{api_key, every_method, get, list, service_account};
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
async fn a_builder_is_copied_for_clients_that_differ() {
    let server = server().await;
    let common = to(&server).credentials(Credentials::access_token("t"));
    for agent in ["a/1", "b/2"] {
        let client = common.clone().user_agent(agent).build().unwrap();
        get().send(&client).await.unwrap();
    }
    let seen = server.seen();
    let agents: Vec<_> =
        seen.iter().map(|it| it.header("user-agent").unwrap()).collect();
    assert!(agents[0].ends_with("a/1") && agents[1].ends_with("b/2"), "{agents:?}");
    assert!(seen.iter().all(|it| it.header("authorization") == Some("Bearer t")));
}

#[tokio::test]
async fn a_401_says_what_the_credentials_may_lack() {
    let role = r#"{"error":401,"errorCode":"NOT_ORG_GROUP_CREATOR","detail":"No."}"#;
    for (body, credentials, advice) in [
        ("", None, Some("built without credentials")),
        ("", Some("t"), Some("may have expired: pass a new one, as `atlas auth token`")),
        // A token is valid even if a role is missing.
        (role, Some("t"), None),
    ] {
        let server = Server::start(move |_, _| Reply::new(401, &[], body)).await;
        let mut builder = to(&server);
        if let Some(token) = credentials {
            builder = builder.credentials(Credentials::access_token(token));
        }
        let error = get().send(&builder.build().unwrap()).await.unwrap_err().to_string();
        let is_told =
            advice.map_or_else(|| !error.contains("token"), |it| error.contains(it));
        assert!(is_told, "{error}");
    }
}

#[tokio::test]
async fn the_user_agent_names_the_program_after_the_crate() {
    let server = server().await;
    get().send(&to(&server).build().unwrap()).await.unwrap();
    let client = to(&server).user_agent("backups/1.2 (nightly)").user_agent("jobs/3");
    get().send(&client.build().unwrap()).await.unwrap();
    let system = format!("({};{})", std::env::consts::OS, std::env::consts::ARCH);
    let crates = format!("atlas-admin/{} {system}", env!("CARGO_PKG_VERSION"));
    let [plain, named] = &server.seen()[..] else { panic!() };
    assert_eq!(plain.header("user-agent"), Some(&*crates));
    let named = named.header("user-agent").unwrap();
    assert_eq!(named, format!("{crates} backups/1.2 (nightly) jobs/3"));
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
        // Clones share connections.
        get().send(&client.clone()).await.unwrap();
        assert_eq!(server.connections(), if connections == 1 { 1 } else { 6 });
    }
}

#[tokio::test]
async fn the_making_of_a_connection_has_a_limit_of_its_own() {
    // Accepts connections and sends nothing: TLS never starts.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = Client::builder()
        .base_url(format!("https://localhost:{port}"))
        .connect_timeout(Duration::from_millis(50))
        .retry(RetryPolicy::new().attempts(2).backoff(Duration::ZERO, Duration::ZERO))
        .build()
        .unwrap();
    // No part of a request has been sent, so each is retried.
    for request in every_method() {
        // The default limit is longer than that.
        let sent = tokio::time::timeout(Duration::from_secs(5), request.send(&client));
        let error = sent.await.expect("the limit is its own").unwrap_err();
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
    let client = to(&server).transport(ReqwestTransport::from(own)).build().unwrap();
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
        assert_eq!(seen.header("accept-encoding"), Some("gzip"));
    }
}

/// Prints each request, and responds to it.
#[derive(Clone, Default)]
struct Printer(Arc<Mutex<String>>);

impl Transport for Printer {
    fn send(
        &self,
        request: transport::Request,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        *self.0.lock().unwrap() += &format!("{request:?} {request:#?}");
        let token = Bytes::from_static(br#"{"access_token":"token-hunter2"}"#);
        let mut response = http::Response::new(token.into());
        if !request.headers.contains_key("authorization") {
            *response.status_mut() = http::StatusCode::UNAUTHORIZED;
            let challenge = r#"Digest realm="r", nonce="n", qop="auth""#;
            let challenge = http::HeaderValue::from_static(challenge);
            response.headers_mut().insert("www-authenticate", challenge);
        }
        Box::pin(std::future::ready(Ok(response)))
    }
}

#[tokio::test]
async fn nothing_that_is_printed_holds_a_secret() {
    let url = Client::builder().base_url("https://me:hunter2@cloud.mongodb.com");
    let mut text = format!("{url:?}");
    text += &url.build().unwrap_err().to_string();
    for credentials in
        [api_key(), service_account(), Credentials::access_token("given-hunter2")]
    {
        let proxy = reqwest::Proxy::all("http://me:hunter2@127.0.0.1:1").unwrap();
        let builder = Client::builder().credentials(credentials).proxy(proxy);
        text += &format!("{builder:?} {builder:#?}");
        let printer = Printer::default();
        let client = builder.transport(printer.clone()).build().unwrap();
        for request in every_method() {
            request.send(&client).await.unwrap();
            text += &format!("{request:?}");
        }
        text += &format!("{client:?} {client:#?} {}", printer.0.lock().unwrap());
    }
    for secret in ["hunter2", "response=", "Basic ", "Bearer "] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("Sensitive"), "{text}");
}
