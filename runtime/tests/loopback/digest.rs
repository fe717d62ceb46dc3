use std::collections::HashSet;
use std::sync::Arc;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::{Client, Request};

use super::api::{LIST, PRIVATE, api_key, builder, every_method, get, list};
use super::clock::Steps;
use super::oracle::{ATLAS, Oracle, Scheme, parse};
use super::server::{Reply, Seen, Server};
use super::watch::Watch;

pub(crate) async fn start(scheme: Scheme) -> (Server, Arc<Oracle>, Client) {
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
async fn every_algorithm_is_supported() {
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
    // The oracle refuses a count other than the next one, which costs another round
    // trip.
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
    // Like a server that doesn't send `stale`: accepts the first request, and then none.
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
        // The first request takes the nonce of the accepted one, the others request a
        // nonce, and the refusal of a new nonce is final.
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
        // A challenge contains the next nonce: this server accepts no other twice.
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
async fn a_wrong_key_is_reported_at_once() {
    let (server, _, _) = start(ATLAS).await;
    let wrong = atlas_admin_runtime::Credentials::api_key("abcdefgh", "hunter3");
    let client = builder(&server, &Steps::default()).credentials(wrong).build().unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert!(error.is_unauthorized() && !error.is_retryable());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn basic_is_never_used() {
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
async fn a_server_without_authentication_works() {
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
