use std::collections::HashSet;
use std::sync::Arc;

use atlas_admin_runtime::Client;
use atlas_admin_runtime::codec::Json;

use super::api::{LIST, PRIVATE, api_key, builder, every_method, get, list};
use super::clock::Steps;
use super::oracle::{ATLAS, Oracle, Scheme, parse};
use super::server::{Reply, Server};

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

#[tokio::test]
async fn a_nonce_is_never_in_two_requests_at_once() {
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
    let request = atlas_admin_runtime::Request::<Json>::new(&LIST, &[]);
    let error = request.send(&client).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains(PRIVATE));
    assert!(!String::from_utf8_lossy(error.body()).contains(PRIVATE));
}
