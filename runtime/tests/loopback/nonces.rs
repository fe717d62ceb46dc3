//! Digest with refused nonces: the requests that are sent twice, and those that never
//! are.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::{Client, Request, RetryPolicy, json};

use super::api::{CREATE, api_key, builder, every_method, get};
use super::clock::Steps;
use super::digest::start;
use super::oracle::{ATLAS, Oracle, Scheme};
use super::server::{Reply, Server};

/// Returns a request with a body.
fn post() -> Request<Json> {
    every_method().swap_remove(1)
}

/// Counts the uploaded bodies.
fn uploads(server: &Server) -> usize {
    server.seen().iter().filter(|seen| !seen.body.is_empty()).count()
}

/// Starts a server that accepts each nonce for some time, and no POST: it responds with
/// 401, this body, and optionally another challenge.
async fn without_role(body: &'static str, challenges: bool) -> Server {
    let oracle = Oracle::new(ATLAS);
    Server::start(move |_, seen| {
        oracle.refuse(seen).unwrap_or_else(|| match &*seen.method {
            "POST" if challenges => {
                let challenge = format!(
                    "Digest realm=\"MMS Public API\", nonce=\"{}\", qop=\"auth\", \
                     opaque=\"op\\\\aque\", stale=false",
                    oracle.next()
                );
                Reply::new(401, &[("www-authenticate", &*challenge)], body)
            }
            "POST" => Reply::new(401, &[], body),
            _ => Reply::json("{}"),
        })
    })
    .await
}

#[tokio::test]
async fn a_missing_role_costs_neither_a_nonce_nor_a_body() {
    let body = r#"{"error":401,"errorCode":"NOT_ORG_GROUP_CREATOR","detail":"No."}"#;
    for challenges in [true, false] {
        let server = without_role(body, challenges).await;
        let builder = builder(&server, &Steps::default()).credentials(api_key());
        let client = builder.build().unwrap();
        for _ in 0..10 {
            for _ in 0..2 {
                let error = post().send(&client).await.unwrap_err();
                assert_eq!(error.code(), "NOT_ORG_GROUP_CREATOR");
                assert_eq!(error.body(), body.as_bytes());
            }
            get().send(&client).await.unwrap();
        }
        assert_eq!((server.arrived(), uploads(&server)), (31, 20), "{challenges}");
    }
}

#[tokio::test]
async fn a_missing_role_is_read_from_a_packed_body() {
    let mut packed =
        flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(br#"{"errorCode":"NOT_ORG_GROUP_CREATOR"}"#).unwrap();
    let packed = packed.finish().unwrap();
    let oracle = Oracle::new(ATLAS);
    let server = Server::start(move |_, seen| {
        oracle.refuse(seen).unwrap_or_else(|| {
            let challenge = "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"";
            let headers =
                [("www-authenticate", challenge), ("content-encoding", "gzip")];
            Reply::new(401, &headers, &packed)
        })
    })
    .await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    for _ in 0..3 {
        let error = post().send(&client).await.unwrap_err();
        assert_eq!(error.code(), "NOT_ORG_GROUP_CREATOR");
    }
    assert_eq!((server.arrived(), uploads(&server)), (4, 3));
}

#[tokio::test]
async fn a_missing_role_without_a_code_uploads_twice_once() {
    let server = without_role("", true).await;
    let clock = Steps::default();
    let client = builder(&server, &clock).credentials(api_key()).build().unwrap();
    for round in 0..10 {
        get().send(&client).await.unwrap();
        let before = server.arrived();
        assert!(post().send(&client).await.unwrap_err().is_unauthorized());
        // With a nonce that may have expired and then with a new one; from then on with
        // a new one only.
        assert_eq!(server.arrived() - before, 2, "{round}");
        assert_eq!(uploads(&server), 2 + round);
    }
    // The role may have been granted.
    clock.advance(Duration::from_secs(3600));
    get().send(&client).await.unwrap();
    let before = uploads(&server);
    assert!(post().send(&client).await.unwrap_err().is_unauthorized());
    assert_eq!(uploads(&server) - before, 2);
}

#[tokio::test]
async fn one_time_nonces_double_no_upload_for_long() {
    for says_stale in [true, false] {
        let oracle = Arc::new(Oracle::new(Scheme { uses: 1, ..ATLAS }));
        let shared = oracle.clone();
        let server = Server::start(move |_, seen| match shared.refuse(seen) {
            Some(_) if !says_stale => shared.challenge(false),
            Some(refusal) => refusal,
            None => Reply::json("{}"),
        })
        .await;
        let clock = Steps::default();
        let client = builder(&server, &clock).credentials(api_key()).build().unwrap();
        for _ in 0..20 {
            post().send(&client).await.unwrap();
        }
        // After two refusals, a probe goes first.
        assert_eq!((server.arrived(), uploads(&server)), (40, 22), "{says_stale}");
        for _ in 0..10 {
            get().send(&client).await.unwrap();
            post().send(&client).await.unwrap();
        }
        assert_eq!((server.arrived(), uploads(&server)), (80, 32), "{says_stale}");
        // From time to time, it is tried again.
        clock.advance(Duration::from_secs(3600));
        for _ in 0..10 {
            post().send(&client).await.unwrap();
        }
        assert_eq!((server.arrived(), uploads(&server)), (100, 43), "{says_stale}");
    }
}

#[tokio::test]
async fn a_server_that_takes_nonces_twice_again_is_believed() {
    let oracles = [Oracle::new(Scheme { uses: 1, ..ATLAS }), Oracle::new(ATLAS)];
    let server = Server::start(move |number, seen| {
        let refusal = oracles[usize::from(number >= 20)].refuse(seen);
        refusal.unwrap_or_else(|| Reply::json("{}"))
    })
    .await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    for _ in 0..10 {
        post().send(&client).await.unwrap();
    }
    assert_eq!((server.arrived(), uploads(&server)), (20, 12));
    for _ in 0..2 {
        get().send(&client).await.unwrap();
    }
    let before = server.arrived();
    for _ in 0..10 {
        post().send(&client).await.unwrap();
    }
    assert_eq!(server.arrived() - before, 10);
}

#[tokio::test]
async fn one_time_nonces_with_a_next_one_cost_nothing() {
    let oracle = Oracle::new(Scheme { uses: 1, ..ATLAS });
    let server = Server::start(move |_, seen| {
        oracle.refuse(seen).unwrap_or_else(|| {
            let info = format!("nextnonce=\"{}\"", oracle.next());
            Reply::new(200, &[("authentication-info", &*info)], "{}")
        })
    })
    .await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    for _ in 0..20 {
        for request in every_method() {
            request.send(&client).await.unwrap();
        }
    }
    assert_eq!((server.arrived(), uploads(&server)), (101, 60));
}

#[tokio::test]
async fn a_realm_may_be_written_in_any_script() {
    let (server, _, client) = start(Scheme { realm: "Zürich 東京", ..ATLAS }).await;
    for request in every_method() {
        request.send(&client).await.unwrap();
    }
    assert_eq!(server.arrived(), 6);
}

/// Responds to requests like a server that reads their headers only: it refuses those
/// without the current nonce, and closes the connection while the body still arrives. On
/// separate threads, so that it does so while the client writes.
fn hasty(accepted: Arc<AtomicUsize>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let accepted = accepted.clone();
            std::thread::spawn(move || respond_hastily(stream.unwrap(), &accepted));
        }
    });
    url
}

fn respond_hastily(mut stream: std::net::TcpStream, accepted: &AtomicUsize) {
    let mut head = Vec::new();
    let mut buffer = vec![0; 4 << 10];
    let end = loop {
        let read = stream.read(&mut buffer).unwrap_or(0);
        if read == 0 {
            return;
        }
        head.extend_from_slice(&buffer[..read]);
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = String::from_utf8_lossy(&head[..end]);
    // Each nonce is stale at the next request.
    let nonce = accepted.load(SeqCst);
    let status = if text.contains(&format!("nonce=\"{nonce}\"")) {
        let length = text.split("content-length: ").nth(1);
        let length = length.map_or("0", |rest| rest.split("\r\n").next().unwrap());
        let left = length.parse::<u64>().unwrap() - (head.len() - end) as u64;
        std::io::copy(&mut (&stream).take(left), &mut std::io::sink()).unwrap();
        accepted.fetch_add(1, SeqCst);
        "200 OK\r\n".to_owned()
    } else {
        format!(
            "401 Unauthorized\r\nwww-authenticate: Digest realm=\"r\", nonce=\"{nonce}\", \
             qop=\"auth\", stale=true\r\n"
        )
    };
    let response =
        format!("HTTP/1.1 {status}connection: close\r\ncontent-length: 2\r\n\r\n{{}}");
    _ = stream.write_all(response.as_bytes());
}

#[tokio::test]
async fn a_large_body_is_sent_with_a_new_nonce() {
    let accepted = Arc::new(AtomicUsize::new(0));
    let url = hasty(accepted.clone());
    let builder = Client::builder().base_url(&url).credentials(api_key());
    let client = builder.retry(RetryPolicy::never()).build().unwrap();
    for size in [8 << 20, 65 << 10, 1 << 20] {
        for _ in 0..10 {
            get().send(&client).await.unwrap();
            let before = accepted.load(SeqCst);
            let body = json!({"name": "x".repeat(size)});
            let request = Request::<Json>::new(&CREATE, &[]).body(&body);
            request
                .send(&client)
                .await
                .unwrap_or_else(|error| panic!("{size}: {error}"));
            assert_eq!(accepted.load(SeqCst) - before, 1);
        }
    }
}
