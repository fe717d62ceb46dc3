use std::collections::HashSet;
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::{Client, Request, RetryPolicy, json};

use super::api::{CREATE, LIST, PRIVATE, api_key, builder, every_method, get, list};
use super::clock::Steps;
use super::oracle::{ATLAS, Oracle, Scheme, parse};
use super::server::{Reply, Seen, Server};
use super::watch::Watch;

async fn start(scheme: Scheme) -> (Server, Arc<Oracle>, Client) {
    let oracle = Arc::new(Oracle::new(scheme));
    let shared = oracle.clone();
    let server = Server::start(move |_, seen| {
        shared.refuse(seen).unwrap_or_else(|| Reply::json(r#"{"id":"1"}"#))
    })
    .await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    (server, oracle, client)
}

#[tokio::test]
async fn steady_state_costs_one_round_trip() {
    let (server, _, client) = start(ATLAS).await;
    for _ in 0..100 {
        get().send(&client).await.unwrap();
    }
    assert_eq!(server.seen().len(), 101);
    let counts: Vec<_> = server.seen()[1..]
        .iter()
        .map(|seen| parse(seen.header("authorization").unwrap())["nc"].clone())
        .collect();
    let expected: Vec<_> = (1..=100).map(|count| format!("{count:08x}")).collect();
    assert_eq!(counts, expected);
}

#[tokio::test]
async fn every_algorithm_is_answered() {
    let spelled = ["md5", "Sha-256-Sess"];
    for algorithm in
        ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"].into_iter().chain(spelled)
    {
        for qop in ["auth", "auth,auth-int", "auth-int, auth"] {
            let (server, _, client) = start(Scheme { algorithm, qop, ..ATLAS }).await;
            for request in every_method() {
                let response = request.send(&client).await;
                response.unwrap_or_else(|error| panic!("{algorithm} {qop}: {error}"));
            }
            assert_eq!(server.seen().len(), 6, "{algorithm} {qop}");
        }
    }
}

#[tokio::test]
async fn a_probe_is_harmless() {
    for request in every_method() {
        let (server, _, client) = start(ATLAS).await;
        request.send(&client).await.unwrap();
        let seen = server.seen();
        assert_eq!((seen[0].method.as_str(), seen[0].body.len()), ("GET", 0));
        assert_eq!(seen[0].target, seen[1].target);
        assert_eq!(seen[1].method, request.method().as_str());
        assert_eq!(seen[1].body, request.body_bytes().unwrap().unwrap_or_default());
        assert_eq!(seen.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_is_never_in_two_requests_at_once() {
    let watch = Watch::default();
    let builder = Client::builder().credentials(api_key()).transport(watch.clone());
    let client = builder.build().unwrap();
    let tasks = (0..16).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            for _ in 0..50 {
                get().send(&client).await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    watch.check();
    assert!(watch.made() <= 16, "{} nonces for 16 tasks", watch.made());
}

#[tokio::test]
async fn callers_at_once_cost_a_probe_each_and_then_none() {
    let (server, _, client) = start(ATLAS).await;
    for _ in 0..20 {
        let calls = (0..16).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { get().send(&client).await.map(drop) })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap().unwrap();
        }
    }
    // The oracle refuses a count that is not the next, which costs another round trip.
    let probes = server
        .seen()
        .iter()
        .filter(|seen| seen.header("authorization").is_none())
        .count();
    assert!(probes <= 16, "{probes}");
    assert_eq!(server.seen().len(), 320 + probes);
}

#[tokio::test]
async fn a_stale_nonce_is_replaced_and_the_request_repeated_once() {
    let (server, oracle, client) = start(Scheme { uses: 3, ..ATLAS }).await;
    for _ in 0..7 {
        get().send(&client).await.unwrap();
    }
    // A probe; three on the first nonce; a refusal; three on the second; a refusal; one.
    assert_eq!(server.seen().len(), 1 + 3 + 1 + 3 + 1 + 1);
    let nonces: HashSet<_> = server.seen()[1..]
        .iter()
        .map(|seen| parse(seen.header("authorization").unwrap())["nonce"].clone())
        .collect();
    assert_eq!(nonces.len(), 3);
    oracle.forget();
    for request in every_method() {
        request.send(&client).await.unwrap();
    }
}

#[tokio::test]
async fn a_refused_nonce_is_replaced_once_and_no_more() {
    // As a server that doesn't say `stale`: it takes the first request, and then nothing.
    let server = Server::start(|number, _| match number {
        1 => Reply::json("{}"),
        _ => {
            let challenge =
                format!("Digest realm=\"r\", nonce=\"{number}\", qop=\"auth\"");
            Reply::new(401, &[("www-authenticate", &*challenge)], "")
        }
    })
    .await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    get().send(&client).await.unwrap();
    assert_eq!(server.arrived(), 2);
    for request in every_method() {
        let before = server.arrived();
        assert!(request.send(&client).await.unwrap_err().is_unauthorized());
        // The first finds the nonce of the request that was taken, the others ask for one, and
        // that a new one is refused is final.
        assert_eq!(server.arrived() - before, 2);
    }
}

#[tokio::test]
async fn no_body_is_sent_with_a_nonce_that_is_known_to_be_stale() {
    let (server, oracle, client) = start(ATLAS).await;
    let at_once = async |request: fn() -> Request<Json>| {
        let calls = (0..4).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { request().send(&client).await.map(drop) })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap().unwrap();
        }
    };
    at_once(get).await;
    oracle.forget();
    get().send(&client).await.unwrap();
    at_once(|| every_method().swap_remove(1)).await;
    assert_eq!(server.count("POST"), 4);
}

#[tokio::test]
async fn errors_and_redirects_keep_their_nonce() {
    let oracle = Oracle::new(ATLAS);
    let server = Server::start(move |_, seen| {
        oracle.refuse(seen).unwrap_or_else(|| match seen.target.as_str() {
            "/api/atlas/v2/groups" => Reply::new(302, &[("location", "/moved")], ""),
            "/moved" => Reply::json("{}"),
            _ => Reply::new(404, &[], "{}"),
        })
    })
    .await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    for _ in 0..5 {
        assert!(get().send(&client).await.unwrap_err().is_not_found());
        list().send(&client).await.unwrap();
    }
    assert_eq!(server.arrived(), 1 + 5 * 3);
}

#[tokio::test]
async fn a_probe_that_fails_is_repeated_whatever_the_method() {
    for fault in [
        || Reply::new(503, &[], ""),
        || Reply::new(429, &[("retry-after", "1")], ""),
        || Reply::raw("").reset(),
        || Reply::raw("").close(),
    ] {
        for request in every_method() {
            let oracle = Oracle::new(ATLAS);
            let server = Server::start(move |number, seen| match number {
                0 => fault(),
                _ => oracle.refuse(seen).unwrap_or_else(|| Reply::json("{}")),
            })
            .await;
            let clock = Steps::default();
            let builder = builder(&server, &clock).credentials(api_key());
            request.send(&builder.build().unwrap()).await.unwrap();
            let authorized = |seen: &&Seen| seen.header("authorization").is_some();
            assert_eq!(server.seen().iter().filter(authorized).count(), 1);
            assert_eq!((server.arrived(), clock.waits().len()), (3, 1));
        }
    }
}

#[tokio::test]
async fn a_refusal_without_end_is_not_read_to_its_end() {
    let oracle = Oracle::new(ATLAS);
    let server = Server::start(move |_, seen| {
        if seen.header("authorization").is_some() {
            return oracle.refuse(seen).unwrap_or_else(|| Reply::json("{}"));
        }
        let challenge =
            format!("Digest realm=\"MMS Public API\", nonce=\"{}\", qop=\"auth\", opaque=\"op\\\\aque\"", oracle.next());
        let head = "HTTP/1.1 401 X\r\ntransfer-encoding: chunked\r\nwww-authenticate:";
        let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
        Reply::raw(format!("{head} {challenge}\r\n\r\n")).endless(chunk.into())
    })
    .await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    for request in every_method() {
        request.send(&client).await.unwrap();
    }
}

#[tokio::test]
async fn the_next_nonce_is_taken() {
    let oracle = Oracle::new(Scheme { uses: 1, ..ATLAS });
    let server = Server::start(move |_, seen| {
        if let Some(refusal) = oracle.refuse(seen) {
            return refusal;
        }
        // A challenge holds the next nonce: this server takes no other twice.
        let info = format!("rspauth=\"x\", nextnonce=\"{}\"", oracle.next());
        Reply::new(200, &[("authentication-info", &*info)], "{}")
    })
    .await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    for _ in 0..5 {
        get().send(&client).await.unwrap();
    }
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn a_wrong_key_is_told_at_once() {
    let (server, _, _) = start(ATLAS).await;
    let wrong = atlas_admin_runtime::Credentials::api_key("abcdefgh", "hunter3");
    let client = builder(&server, &Steps::default()).credentials(wrong).build().unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert!(error.is_unauthorized() && !error.is_retryable());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn basic_is_never_answered() {
    let server = Server::start(|_, _| {
        Reply::new(401, &[("www-authenticate", "Basic realm=\"MMS\"")], "")
    })
    .await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    assert!(list().send(&client).await.unwrap_err().is_unauthorized());
    assert!(server.seen().iter().all(|seen| seen.header("authorization").is_none()));
}

#[tokio::test]
async fn a_server_that_wants_no_authentication_is_served() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    for request in every_method() {
        request.send(&client).await.unwrap();
    }
    assert_eq!(
        (server.count("POST"), server.count("PATCH"), server.count("DELETE")),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn a_body_that_repeats_the_key_loses_it() {
    let server =
        Server::start(|_, _| Reply::new(500, &[], format!("you sent {PRIVATE}"))).await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    let request = Request::<Json>::new(&LIST, &[]);
    let error = request.send(&client).await.unwrap_err();
    assert!(!format!("{error} {error:#?}").contains(PRIVATE));
    assert!(!String::from_utf8_lossy(error.body()).contains(PRIVATE));
}

/// Returns a request with a body.
fn post() -> Request<Json> {
    every_method().swap_remove(1)
}

/// Counts the bodies that were uploaded.
fn uploads(server: &Server) -> usize {
    server.seen().iter().filter(|seen| !seen.body.is_empty()).count()
}

/// Starts a server that takes each nonce for a while, and no POST: 401 with this body, and
/// perhaps with another challenge.
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
                assert_eq!(error.error_code(), Some("NOT_ORG_GROUP_CREATOR"));
                assert_eq!(error.body(), body.as_bytes());
            }
            get().send(&client).await.unwrap();
        }
        assert_eq!((server.arrived(), uploads(&server)), (31, 20), "{challenges}");
    }
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
        // With a nonce that might have expired and with a new one; then with a new one only.
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
        // Two refusals taught it; from then on a probe goes ahead.
        assert_eq!((server.arrived(), uploads(&server)), (40, 22), "{says_stale}");
        for _ in 0..10 {
            get().send(&client).await.unwrap();
            post().send(&client).await.unwrap();
        }
        assert_eq!((server.arrived(), uploads(&server)), (80, 32), "{says_stale}");
        // Once in a while it is tried again.
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

/// Answers requests as a server does that looks at their heads only: it refuses what lacks
/// the nonce of the time, and closes the connection while the body still arrives. On threads
/// of its own, so that it does so in the middle of what the client writes.
fn hasty(accepted: Arc<AtomicUsize>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let accepted = accepted.clone();
            std::thread::spawn(move || answer_hastily(stream.unwrap(), &accepted));
        }
    });
    url
}

fn answer_hastily(mut stream: std::net::TcpStream, accepted: &AtomicUsize) {
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
    // Each nonce is stale with the next request.
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
