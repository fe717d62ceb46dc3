use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use atlas_admin_runtime::transport::BoxFuture;
use atlas_admin_runtime::{
    AccessToken, Client, Clock, FileStore, MemoryStore, RetryPolicy, TokenStore,
};

use super::api::{SECRET, builder, every_method, get, list, service_account};
use super::clock::Steps;
use super::server::{Reply, Seen, Server};

/// Issues `token-1`, `token-2`, … and accepts the latest.
struct Issuer {
    issued: AtomicUsize,
}

impl Issuer {
    fn respond(&self, seen: &Seen) -> Reply {
        match seen.target.as_str() {
            "/api/oauth/token" => {
                let number = self.issued.fetch_add(1, Ordering::SeqCst) + 1;
                let token = format!(
                    r#"{{"access_token":"token-{number}","expires_in":3600,"token_type":"bearer"}}"#
                );
                Reply::new(200, &[], token)
            }
            "/api/oauth/revoke" => {
                self.issued.fetch_add(1, Ordering::SeqCst);
                Reply::new(200, &[], "")
            }
            _ => {
                let latest =
                    format!("Bearer token-{}", self.issued.load(Ordering::SeqCst));
                match seen.header("authorization") == Some(&latest) {
                    true => Reply::json("{}"),
                    false => {
                        Reply::new(401, &[], r#"{"error":401,"detail":"token-1?"}"#)
                    }
                }
            }
        }
    }
}

async fn start() -> (Server, Steps, Client, Arc<Issuer>) {
    let issuer = Arc::new(Issuer { issued: AtomicUsize::new(0) });
    let shared = issuer.clone();
    let server = Server::start(move |_, seen| shared.respond(seen)).await;
    let clock = Steps::default();
    let client =
        builder(&server, &clock).credentials(service_account()).build().unwrap();
    (server, clock, client, issuer)
}

fn tokens(server: &Server) -> usize {
    server.seen().iter().filter(|seen| seen.target == "/api/oauth/token").count()
}

#[tokio::test]
async fn a_thousand_first_calls_request_one_token() {
    let (server, _, client, _) = start().await;
    let calls = (0..1000).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { get().send(&client).await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(tokens(&server), 1);
    assert_eq!(server.seen().len(), 1001);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let (server, clock, client, _) = start().await;
    get().send(&client).await.unwrap();
    clock.advance(Duration::from_secs(2800));
    get().send(&client).await.unwrap();
    assert_eq!(tokens(&server), 1);
    clock.advance(Duration::from_secs(500));
    get().send(&client).await.unwrap();
    assert_eq!(tokens(&server), 2);
    assert!(server.seen().iter().all(|seen| seen.header("authorization").is_some()));
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_for_all_callers() {
    let (server, clock, client, issuer) = start().await;
    for request in every_method() {
        request.send(&client).await.unwrap();
        issuer.issued.fetch_add(1, Ordering::SeqCst);
        clock.advance(REFUSAL_PAUSE);
    }
    assert_eq!(tokens(&server), 5);

    let before = tokens(&server);
    let calls = (0..50).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { get().send(&client).await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(tokens(&server), before + 1);
}

/// The time after a token request caused by a refusal in which no other refusal causes
/// one.
const REFUSAL_PAUSE: Duration = Duration::from_secs(5 * 60);

/// A service that refuses every token for one operation only.
async fn refusing(body: &'static str) -> (Server, Steps, Client) {
    let server = Server::start(move |number, seen| match seen.target.as_str() {
        "/api/oauth/token" => {
            let token =
                format!(r#"{{"access_token":"t-{number}","expires_in":360000}}"#);
            Reply::new(200, &[], token)
        }
        "/api/atlas/v2/groups" => Reply::new(401, &[], body),
        _ => Reply::json("{}"),
    })
    .await;
    let clock = Steps::default();
    let client =
        builder(&server, &clock).credentials(service_account()).build().unwrap();
    (server, clock, client)
}

#[tokio::test]
async fn a_missing_role_costs_no_token() {
    let body = r#"{"error":401,"errorCode":"NOT_ORG_GROUP_CREATOR","detail":"No."}"#;
    let (server, clock, client) = refusing(body).await;
    for _ in 0..100 {
        get().send(&client).await.unwrap();
        let error = every_method().swap_remove(1).send(&client).await.unwrap_err();
        assert!(error.is_forbidden() && !error.is_unauthorized(), "{error}");
        clock.advance(REFUSAL_PAUSE);
    }
    assert_eq!((tokens(&server), server.arrived()), (1, 201));
}

#[tokio::test]
async fn a_refusal_costs_one_token_in_five_minutes() {
    let (server, clock, client) = refusing(r#"{"error":401}"#).await;
    for minute in 0..60 {
        let error = list().send(&client).await.unwrap_err();
        assert!(error.is_unauthorized(), "{error}");
        clock.advance(Duration::from_secs(60));
        let forced = minute / 5 + 1;
        assert_eq!(tokens(&server), 1 + forced);
    }
}

#[tokio::test]
async fn a_token_that_works_is_not_given_up_for_a_refusal() {
    let server = Server::start(|number, seen| match seen.target.as_str() {
        "/api/oauth/token" => {
            Reply::new(200, &[], format!(r#"{{"access_token":"t-{number}"}}"#))
        }
        "/api/atlas/v2/groups" => {
            Reply::new(401, &[], "").after(Duration::from_millis(100))
        }
        _ => Reply::json("{}"),
    })
    .await;
    let client = Client::builder().base_url(&server.url).credentials(service_account());
    let client = client.build().unwrap();
    get().send(&client).await.unwrap();
    let refused = tokio::spawn({
        let client = client.clone();
        async move { list().send(&client).await.map(drop) }
    });
    server.has(3).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    get().send(&client).await.unwrap();
    assert!(refused.await.unwrap().unwrap_err().is_unauthorized());
    assert_eq!(tokens(&server), 1);
}

#[tokio::test]
async fn a_failure_of_the_token_endpoint_is_shared_for_its_backoff() {
    let server = Server::start(|_, _| Reply::new(503, &[], "")).await;
    let retry = RetryPolicy::new().attempts(5);
    let client = Client::builder().base_url(&server.url).credentials(service_account());
    let client = client.retry(retry).build().unwrap();
    let calls = (0..64).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { get().send(&client).await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap_err().status(), Some(503));
    }
    assert!(tokens(&server) <= 8, "{} token requests", tokens(&server));
}

#[tokio::test]
async fn a_401_that_stays_is_an_error_after_one_renewal() {
    let server = Server::start(|_, seen| match seen.target.as_str() {
        "/api/oauth/token" => Reply::new(200, &[], r#"{"access_token":"t-hunter2"}"#),
        _ => Reply::new(401, &[], "no t-hunter2 here"),
    })
    .await;
    let client = builder(&server, &Steps::default())
        .credentials(service_account())
        .build()
        .unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert!(!format!("{error} {error:#?}").contains("hunter2"));
    assert_eq!((tokens(&server), server.seen().len()), (2, 4));
}

#[tokio::test]
async fn waiting_calls_share_a_failure() {
    let server = Server::start(|_, _| {
        let body = r#"{"error":"invalid_client","error_description":"wrong mdb_sa_sk_hunter2"}"#;
        Reply::new(401, &[], body).after(Duration::from_millis(500))
    })
    .await;
    let client = builder(&server, &Steps::default())
        .credentials(service_account())
        .build()
        .unwrap();
    let calls = (0..100).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { get().send(&client).await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_unauthorized() && !error.is_too_many_tokens());
        assert!(!format!("{error} {error:#?}").contains(SECRET));
        assert!(!String::from_utf8_lossy(error.body()).contains(SECRET));
    }
    assert_eq!(tokens(&server), 1);
}

#[tokio::test]
async fn faults_of_the_token_endpoint_are_retried_for_every_method() {
    for request in every_method() {
        let server =
            Server::start(|number, seen| match (number, seen.target.as_str()) {
                (0, _) => Reply::new(503, &[], ""),
                (1, _) => Reply::new(429, &[("retry-after", "3")], ""),
                (2, _) => Reply::raw("").reset(),
                (_, "/api/oauth/token") => {
                    Reply::new(200, &[], r#"{"access_token":"t"}"#)
                }
                _ => Reply::json("{}"),
            })
            .await;
        let clock = Steps::default();
        let client =
            builder(&server, &clock).credentials(service_account()).build().unwrap();
        request.send(&client).await.unwrap();
        assert_eq!((tokens(&server), clock.waits().len()), (4, 3));
        assert!(clock.waits()[1] >= Duration::from_secs(3));
    }
}

#[tokio::test]
async fn too_many_active_tokens_is_not_a_wrong_secret() {
    let server = Server::start(|_, _| {
        Reply::new(429, &[], r#"{"detail":"Maximum number of active tokens reached.","error":429,"errorCode":"TOO_MANY_ACTIVE_TOKENS"}"#)
    })
    .await;
    let client = builder(&server, &Steps::default())
        .credentials(service_account())
        .build()
        .unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert!(error.is_too_many_tokens() && !error.is_unauthorized());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn responses_without_a_token_are_reported_without_their_bytes() {
    for body in [
        r#"{"access_token":"hunter2","token_type":"mac"}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":"hunter2\n"}"#,
        "hunter2",
        "",
    ] {
        let server = Server::start(move |_, _| Reply::new(200, &[], body)).await;
        let client = builder(&server, &Steps::default())
            .credentials(service_account())
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let error = get().send(&client).await.unwrap_err();
        assert!(!format!("{error} {error:#?}").contains("hunter2"), "{error:?}");
        assert!(error.body().is_empty());
    }
}

#[tokio::test]
async fn revoke_forgets_the_token_everywhere() {
    let (server, _, client, _) = start().await;
    client.revoke().await.unwrap();
    assert_eq!(server.seen().len(), 0);
    get().send(&client).await.unwrap();
    client.revoke().await.unwrap();
    let revoke = server.seen().pop().unwrap();
    assert_eq!((&*revoke.method, &*revoke.target), ("POST", "/api/oauth/revoke"));
    assert_eq!(revoke.body, b"token=token-1&token_type_hint=access_token");
    get().send(&client).await.unwrap();
    assert_eq!(tokens(&server), 2);
}

/// Creates clients that share a store with each other only.
fn sharing(server: &Server, clock: &Steps) -> impl Fn() -> Client {
    let store = Arc::new(MemoryStore::default());
    move || {
        let builder = builder(server, clock).credentials(service_account());
        builder.token_store(store.clone()).build().unwrap()
    }
}

#[tokio::test]
async fn clients_share_a_token_through_their_store() {
    let (server, clock, _, issuer) = start().await;
    let client = sharing(&server, &clock);
    for _ in 0..3 {
        get().send(&client()).await.unwrap();
    }
    assert_eq!(tokens(&server), 1);
    // A stored token that the service refuses is not used twice.
    issuer.issued.fetch_add(1, Ordering::SeqCst);
    get().send(&client()).await.unwrap();
    get().send(&client()).await.unwrap();
    assert_eq!(tokens(&server), 2);
}

#[tokio::test]
async fn a_failed_renewal_continues_with_the_token() {
    let server = Server::start(|number, seen| match (number, seen.target.as_str()) {
        (0, _) => Reply::new(200, &[], r#"{"access_token":"t","expires_in":1000}"#),
        (_, "/api/oauth/token") => Reply::new(400, &[], ""),
        _ => Reply::json("{}"),
    })
    .await;
    let clock = Steps::default();
    let client =
        builder(&server, &clock).credentials(service_account()).build().unwrap();
    get().send(&client).await.unwrap();
    clock.advance(Duration::from_secs(950));
    get().send(&client).await.unwrap();
    get().send(&client).await.unwrap();
    assert_eq!(tokens(&server), 2);
    clock.advance(Duration::from_secs(60));
    assert!(get().send(&client).await.is_err());
}

/// A clock on which only the time limit of a renewal passes, at once.
#[derive(Debug)]
struct Impatient(Steps, Duration);

impl Clock for Impatient {
    fn now(&self) -> jiff::Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration != self.1 {
            return Box::pin(std::future::pending());
        }
        self.0.advance(duration);
        Box::pin(std::future::ready(()))
    }
}

/// A service whose first token is valid for 1,000 s, and whose next never arrives.
async fn with_one_token() -> Server {
    Server::start(|number, seen| match (number, seen.target.as_str()) {
        (0, _) => Reply::new(200, &[], r#"{"access_token":"t","expires_in":1000}"#),
        (_, "/api/oauth/token") => Reply::raw("").hang(),
        _ => Reply::json("{}"),
    })
    .await
}

#[tokio::test]
async fn a_renewal_that_hangs_continues_with_the_token() {
    // A quarter of an attempt's time, but at most 2 s.
    for (limit, wait) in [(60, 2), (4, 1)] {
        let server = with_one_token().await;
        let steps = Steps::default();
        let clock = Impatient(steps.clone(), Duration::from_secs(wait));
        let builder = builder(&server, &steps).credentials(service_account());
        let builder = builder.attempt_timeout(Duration::from_secs(limit)).clock(clock);
        let client = builder.build().unwrap();
        get().send(&client).await.unwrap();
        steps.advance(Duration::from_secs(900));
        let mut last = steps.monotonic();
        for call in 0..3 {
            let request = get();
            let sending = request.send(&client);
            let sent = tokio::time::timeout(Duration::from_secs(10), sending).await;
            sent.expect("it waits for the renewal").unwrap();
            // One attempt, and then none for some time.
            let waited = steps.monotonic() - last;
            assert_eq!(waited.as_secs(), if call == 0 { wait } else { 0 });
            last = steps.monotonic();
        }
        steps.advance(Duration::from_secs(31));
        get().send(&client).await.unwrap();
        assert_eq!(server.count("GET"), 5);
    }
}

#[tokio::test]
async fn a_renewal_that_is_dropped_is_not_begun_by_the_next_call() {
    let server = with_one_token().await;
    let steps = Steps::default();
    let client =
        builder(&server, &steps).credentials(service_account()).build().unwrap();
    get().send(&client).await.unwrap();
    steps.advance(Duration::from_secs(900));
    let request = get();
    let begun = async {
        while tokens(&server) < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = request.send(&client) => panic!("the renewal ended"),
        () = begun => {}
    }
    get().send(&client).await.unwrap();
    assert_eq!(tokens(&server), 2);
}

#[tokio::test]
async fn no_failure_of_the_token_endpoint_stops_a_client_for_good() {
    let server = Server::start(|number, seen| match (number, seen.target.as_str()) {
        (0, _) => Reply::new(503, &[("retry-after", "999999999")], "<html>"),
        (_, "/api/oauth/token") => {
            Reply::json(r#"{"access_token":"t","expires_in":3600}"#)
        }
        _ => Reply::json("{}"),
    })
    .await;
    let clock = Steps::default();
    let builder = builder(&server, &clock).credentials(service_account());
    get().send(&builder.build().unwrap()).await.unwrap();
    let [wait] = clock.waits()[..] else { panic!("{:?}", clock.waits()) };
    assert!((300..301).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test]
async fn lifetimes_are_read_however_they_are_written() {
    for (written, lifetime) in [
        ("600", 600),
        ("\"600\"", 600),
        ("600.5", 600),
        ("\"600.5\"", 600),
        ("null", 3600),
        ("[]", 3600),
    ] {
        let server = Server::start(move |_, seen| match seen.target.as_str() {
            "/api/oauth/token" => {
                let token = format!(r#"{{"access_token":"t","expires_in":{written}}}"#);
                Reply::new(200, &[], token)
            }
            _ => Reply::json("{}"),
        })
        .await;
        let clock = Steps::default();
        let builder = builder(&server, &clock).credentials(service_account());
        let client = builder.build().unwrap();
        get().send(&client).await.unwrap();
        clock.advance(Duration::from_secs(lifetime * 3 / 4));
        get().send(&client).await.unwrap();
        assert_eq!(tokens(&server), 1, "{written}");
        clock.advance(Duration::from_secs(lifetime / 4));
        get().send(&client).await.unwrap();
        assert_eq!(tokens(&server), 2, "{written}");
    }
    // No token has these. Each call would otherwise request one, up to the 100 that the
    // service allows.
    for written in ["0", "-5", "0.5", "\"NaN\""] {
        let token = format!(r#"{{"access_token":"t","expires_in":{written}}}"#);
        let server = Server::start(move |_, _| Reply::new(200, &[], &token)).await;
        let builder = builder(&server, &Steps::default()).credentials(service_account());
        let client = builder.build().unwrap();
        get().send(&client).await.unwrap();
        get().send(&client).await.unwrap();
        assert_eq!((tokens(&server), server.arrived()), (1, 3), "{written}");
    }
}

#[tokio::test]
async fn a_token_that_is_due_is_used_while_one_call_renews_it() {
    let server = Server::start(|number, seen| match (number, seen.target.as_str()) {
        (0, _) => Reply::new(200, &[], r#"{"access_token":"t","expires_in":1000}"#),
        (_, "/api/oauth/token") => Reply::raw("").hang(),
        _ => Reply::json("{}"),
    })
    .await;
    let clock = Steps::default();
    let client =
        builder(&server, &clock).credentials(service_account()).build().unwrap();
    get().send(&client).await.unwrap();
    clock.advance(Duration::from_secs(950));
    let renewing = tokio::spawn({
        let client = client.clone();
        async move { get().send(&client).await.map(drop) }
    });
    server.has(3).await;
    for request in every_method() {
        let sending = request.send(&client);
        let sent = tokio::time::timeout(Duration::from_secs(10), sending).await;
        sent.expect("it waits for the renewal").unwrap();
    }
    assert_eq!(tokens(&server), 2);
    // Dropping the call that renews the token doesn't harm the token either.
    renewing.abort();
    _ = renewing.await;
    clock.advance(Duration::from_secs(60));
    let request = get();
    let expired = request.send(&client);
    assert!(tokio::time::timeout(Duration::from_millis(100), expired).await.is_err());
    // The call waits for the renewal, which continues.
    assert_eq!(tokens(&server), 2);
}

#[tokio::test]
async fn revoke_affects_clients_that_share_the_store() {
    let (server, clock, _, _) = start().await;
    let client = sharing(&server, &clock);
    get().send(&client()).await.unwrap();
    // A client that never called revokes the token in the store.
    client().revoke().await.unwrap();
    let revoke = server.seen().pop().unwrap();
    assert_eq!(revoke.body, b"token=token-1&token_type_hint=access_token");
    get().send(&client()).await.unwrap();
    assert_eq!(tokens(&server), 2);
    // Otherwise the new token would have been refused.
    assert_eq!(server.arrived(), 5);
}

#[tokio::test]
async fn a_revoke_that_fails_is_an_error_and_keeps_the_token() {
    let server = Server::start(|_, seen| match seen.target.as_str() {
        "/api/oauth/token" => Reply::new(200, &[], r#"{"access_token":"t-hunter2"}"#),
        "/api/oauth/revoke" => Reply::new(503, &[], "no t-hunter2 today"),
        _ => Reply::json("{}"),
    })
    .await;
    let retry = RetryPolicy::new().attempts(3);
    let client = builder(&server, &Steps::default())
        .credentials(service_account())
        .retry(retry)
        .build()
        .unwrap();
    get().send(&client).await.unwrap();
    for _ in 0..2 {
        let error = client.revoke().await.unwrap_err();
        assert_eq!((error.status(), error.attempts()), (Some(503), 3));
        let printed = format!("{error} {error:#?}");
        assert!(
            printed.contains("not revoked") && !printed.contains("hunter2"),
            "{printed}"
        );
    }
    get().send(&client).await.unwrap();
    assert_eq!((tokens(&server), server.arrived()), (1, 9));
}

#[tokio::test]
async fn revoke_ends_within_the_time_limit_and_holds_nothing() {
    let server = Server::start(|_, seen| match seen.target.as_str() {
        "/api/oauth/token" => Reply::new(200, &[], r#"{"access_token":"t"}"#),
        "/api/oauth/revoke" => Reply::raw("").hang(),
        _ => Reply::json("{}"),
    })
    .await;
    let limit = Duration::from_millis(400);
    let client = Client::builder().base_url(&server.url).credentials(service_account());
    let client = client.attempt_timeout(limit / 2).timeout(limit).build().unwrap();
    get().send(&client).await.unwrap();
    let revoking = tokio::spawn({
        let client = client.clone();
        async move { client.revoke().await }
    });
    server.has(3).await;
    get().send(&client).await.unwrap();
    assert!(revoking.await.unwrap().unwrap_err().is_timeout());
}

#[tokio::test]
async fn revoke_takes_back_the_token_of_the_store_too() {
    let (server, clock, _, _) = start().await;
    let store = Arc::new(MemoryStore::default());
    let client = builder(&server, &clock).credentials(service_account());
    let client = client.token_store(store.clone()).build().unwrap();
    get().send(&client).await.unwrap();
    let key = format!("{}#mdb_sa_id_1", server.url);
    let newer = AccessToken::new("newer", "2999-01-01T00:00:00Z".parse().unwrap());
    store.save(&key, &newer).await.unwrap();
    client.revoke().await.unwrap();
    let revoked: Vec<_> = server
        .seen()
        .into_iter()
        .filter(|seen| seen.target == "/api/oauth/revoke")
        .map(|seen| String::from_utf8(seen.body).unwrap())
        .collect();
    assert_eq!(revoked.len(), 2);
    assert!(
        revoked[0].starts_with("token=token-1&")
            && revoked[1].starts_with("token=newer&")
    );
    assert!(store.load(&key).await.unwrap().is_none());
}

#[tokio::test]
async fn a_store_that_fails_costs_token_requests_and_no_call() {
    let (server, clock, _, _) = start().await;
    // A folder, and a file in a folder that doesn't exist.
    let folder =
        std::env::temp_dir().join(format!("atlas-store-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("tokens")).unwrap();
    for path in [folder.join("tokens"), "/nonexistent/folder/tokens".into()] {
        let builder = builder(&server, &clock).credentials(service_account());
        let client = builder.token_store(FileStore::new(path)).build().unwrap();
        for request in every_method() {
            request.send(&client).await.unwrap();
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!((tokens(&server), server.arrived()), (2, 12));
}
