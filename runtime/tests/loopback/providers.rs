//! Credentials providers that are asked once, and again.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::http::Response;
use atlas_admin_runtime::transport::{Body, BoxFuture, Request as Sent, TransportError};
use atlas_admin_runtime::{
    Client, Clock, CommandCredentials, Credentials, CredentialsChain, FileCredentials,
    Transport,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::api::{builder, every_method, get};
use super::clock::Steps;
use super::server::{Reply, Seen, Server};

/// A service that knows two secrets of one account, until the first is deleted, and a
/// token for each.
struct Account {
    is_first_deleted: Mutex<bool>,
}

const FIRST: &str = "mdb_sa_sk_first";
const SECOND: &str = "mdb_sa_sk_second";

impl Account {
    fn respond(&self, seen: &Seen) -> Reply {
        let first_deleted = *self.is_first_deleted.lock().unwrap();
        let header = seen.header("authorization").unwrap_or_default();
        let of = |secret| {
            let pair = BASE64_STANDARD.encode(format!("mdb_sa_id_1:{secret}"));
            header == format!("Basic {pair}")
        };
        let token = match seen.target.as_str() {
            "/api/oauth/token" if of(FIRST) && !first_deleted => "first",
            "/api/oauth/token" if of(SECOND) => "second",
            "/api/oauth/token" => {
                return Reply::new(401, &[], r#"{"error":"invalid_client"}"#);
            }
            _ => {
                let good = header == "Bearer second"
                    || (header == "Bearer first" && !first_deleted);
                return match good {
                    true => Reply::json("{}"),
                    false => Reply::new(401, &[], r#"{"error":401}"#),
                };
            }
        };
        Reply::json(&format!(
            r#"{{"access_token":"{token}","expires_in":3600,"token_type":"bearer"}}"#
        ))
    }

    async fn start() -> (Arc<Self>, Server) {
        let account = Arc::new(Self { is_first_deleted: Mutex::new(false) });
        let shared = account.clone();
        (account, Server::start(move |_, seen| shared.respond(seen)).await)
    }

    fn delete_first(&self) {
        *self.is_first_deleted.lock().unwrap() = true;
    }
}

fn targets(server: &Server) -> Vec<String> {
    server.seen().into_iter().map(|seen| seen.target).collect()
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir()
        .join(format!("atlas-admin-providers-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A secret is added and put into the file, and the old one deleted, as in Atlas's
/// rotation of secrets. No call fails.
#[tokio::test]
async fn a_secret_in_a_file_rotates_without_a_failed_call() {
    let (account, server) = Account::start().await;
    let folder = folder("rotates");
    let (id, secret) = (folder.join("client_id"), folder.join("client_secret"));
    std::fs::write(&id, "mdb_sa_id_1\n").unwrap();
    std::fs::write(&secret, format!("{FIRST}\n")).unwrap();
    let clock = Steps::default();
    let client = builder(&server, &clock)
        .credentials_provider(FileCredentials::service_account(&id, &secret))
        .build()
        .unwrap();
    get().send(&client).await.unwrap();
    assert_eq!(targets(&server).len(), 2);
    std::fs::write(&secret, SECOND).unwrap();
    account.delete_first();
    // The token in use and the old secret are refused; the file has the new secret.
    get().send(&client).await.unwrap();
    get().send(&client).await.unwrap();
    let last = server.seen().pop().unwrap();
    assert_eq!(last.header("authorization"), Some("Bearer second"));
    std::fs::remove_dir_all(folder).unwrap();
}

/// While the old secret is valid, the change is noticed by time, and the token in use
/// stays in use.
#[tokio::test]
async fn a_file_is_read_again_while_its_old_secret_is_good() {
    let (_, server) = Account::start().await;
    let folder = folder("again");
    let secret = folder.join("client_secret");
    let id = folder.join("client_id");
    std::fs::write(&id, "mdb_sa_id_1").unwrap();
    std::fs::write(&secret, FIRST).unwrap();
    let clock = Steps::default();
    let client = builder(&server, &clock)
        .credentials_provider(FileCredentials::service_account(&id, &secret))
        .build()
        .unwrap();
    get().send(&client).await.unwrap();
    std::fs::write(&secret, SECOND).unwrap();
    clock.advance(Duration::from_secs(31));
    get().send(&client).await.unwrap();
    assert_eq!(targets(&server).len(), 3, "the token is that of the account");
    clock.advance(Duration::from_secs(3600));
    get().send(&client).await.unwrap();
    let tokens: Vec<_> = server
        .seen()
        .into_iter()
        .filter(|seen| seen.target == "/api/oauth/token")
        .filter_map(|seen| seen.header("authorization").map(str::to_owned))
        .collect();
    let pair = BASE64_STANDARD.encode(format!("mdb_sa_id_1:{SECOND}"));
    assert_eq!(tokens.last(), Some(&format!("Basic {pair}")));
    std::fs::remove_dir_all(folder).unwrap();
}

/// Counts the requests to the provider, and gives `token-1`, `token-2`, … with the
/// number in `current`.
fn counting(
    builder: atlas_admin_runtime::ClientBuilder,
    lifetime: Option<Duration>,
    clock: &Steps,
) -> (Client, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let (requests, current) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(1)));
    let (count, number, clock) = (requests.clone(), current.clone(), clock.clone());
    let client = builder
        .credentials_provider(move || {
            count.fetch_add(1, Ordering::SeqCst);
            let token = format!("token-{}", number.load(Ordering::SeqCst));
            let mut credentials = Credentials::access_token(token);
            if let Some(lifetime) = lifetime {
                credentials = credentials.expires_at(clock.now() + lifetime);
            }
            async { Ok(Some(credentials)) }
        })
        .build()
        .unwrap();
    (client, requests, current)
}

#[tokio::test]
async fn credentials_are_requested_before_they_expire() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let clock = Steps::default();
    let lifetime = Some(Duration::from_secs(1000));
    let (client, requests, current) =
        counting(builder(&server, &clock), lifetime, &clock);
    for _ in 0..10 {
        get().send(&client).await.unwrap();
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    current.store(2, Ordering::SeqCst);
    clock.advance(Duration::from_secs(950));
    get().send(&client).await.unwrap();
    assert_eq!(requests.load(Ordering::SeqCst), 2);
    let last = server.seen().pop().unwrap();
    assert_eq!(last.header("authorization"), Some("Bearer token-2"));
}

/// The service accepts `token-2` only. A refused request was not executed, so every
/// method is sent a second time, with its body.
#[tokio::test]
async fn refused_credentials_are_requested_and_sent_again() {
    let server = Server::start(|_, seen| {
        match seen.header("authorization") == Some("Bearer token-2") {
            true => Reply::json("{}"),
            false => Reply::new(401, &[], r#"{"error":401,"detail":"token-1"}"#),
        }
    })
    .await;
    for request in every_method() {
        let clock = Steps::default();
        let (client, requests, current) =
            counting(builder(&server, &clock), None, &clock);
        // The provider has nothing else: the refusal is the result, and the provider is
        // not asked again within half a minute.
        for _ in 0..3 {
            let error = request.send(&client).await.unwrap_err();
            assert_eq!(error.status(), Some(401));
            assert!(!error.body().windows(7).any(|bytes| bytes == b"token-1"));
        }
        assert_eq!(requests.load(Ordering::SeqCst), 2);
        current.store(2, Ordering::SeqCst);
        clock.advance(Duration::from_secs(31));
        request.send(&client).await.unwrap();
        assert_eq!(requests.load(Ordering::SeqCst), 3);
        let seen = server.seen();
        let [.., refused, accepted] = &seen[..] else { panic!("two requests") };
        assert_eq!(refused.body, accepted.body);
    }
}

/// The paused clock of Tokio.
#[derive(Debug)]
struct Paused(tokio::time::Instant);

impl Clock for Paused {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Grants `token-1`, `token-2`, …; accepts the second one only, and never ends the body
/// of a refusal.
#[derive(Default)]
struct Hanging(AtomicUsize);

impl Transport for Hanging {
    fn send(
        &self,
        request: Sent,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let is_good = request
            .headers
            .get("authorization")
            .is_some_and(|it| it == "Bearer token-2");
        let body = |text: String| Body::from(Bytes::from(text));
        let response = if request.url.path() == "/api/oauth/token" {
            let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            Response::new(body(format!(r#"{{"access_token":"token-{number}"}}"#)))
        } else if is_good {
            Response::new(body("{}".to_owned()))
        } else {
            let hanging = Body::new(futures_util::stream::pending());
            Response::builder().status(401).body(hanging).unwrap()
        };
        Box::pin(std::future::ready(Ok(response)))
    }
}

/// Each refusal may take half of the time that is left, not of the time that there was.
#[tokio::test(start_paused = true)]
async fn replaced_credentials_have_the_rest_of_the_time() {
    let begun = tokio::time::Instant::now();
    let is_asked = AtomicUsize::new(0);
    let client = Client::builder()
        .transport(Hanging::default())
        .clock(Paused(begun))
        .attempt_timeout(Duration::from_secs(4))
        .credentials_provider(move || {
            let credentials = match is_asked.fetch_add(1, Ordering::SeqCst) {
                0 => Credentials::access_token("old"),
                _ => Credentials::service_account("mdb_sa_id_1", "mdb_sa_sk_1"),
            };
            async { Ok(Some(credentials)) }
        })
        .build()
        .unwrap();
    let response = get().send(&client).await.unwrap();
    assert_eq!(response.attempts(), 1);
    // Half of four seconds, and half of the other two.
    assert_eq!(begun.elapsed().as_secs(), 3);
}

#[tokio::test]
async fn a_missing_role_requests_no_credentials() {
    let server = Server::start(|_, _| {
        Reply::new(401, &[], r#"{"error":401,"errorCode":"NOT_ORG_GROUP_CREATOR"}"#)
    })
    .await;
    let clock = Steps::default();
    let (client, requests, _) = counting(builder(&server, &clock), None, &clock);
    let error = get().send(&client).await.unwrap_err();
    assert!(error.is_forbidden());
    assert_eq!((requests.load(Ordering::SeqCst), server.seen().len()), (1, 1));
}

#[tokio::test]
async fn a_hundred_first_calls_ask_once() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    let client = builder(&server, &Steps::default())
        .credentials_provider(move || {
            count.fetch_add(1, Ordering::SeqCst);
            async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(Some(Credentials::access_token("t")))
            }
        })
        .build()
        .unwrap();
    let calls = (0..100).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { get().send(&client).await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_provider_that_fails_takes_nothing_away() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let clock = Steps::default();
    let fails = Arc::new(Mutex::new(false));
    let shared = fails.clone();
    let client = builder(&server, &clock)
        .credentials_provider(move || {
            let fails = *shared.lock().unwrap();
            async move {
                match fails {
                    true => Err("the vault is sealed".into()),
                    false => Ok(Some(
                        Credentials::access_token("t")
                            .refresh_after(Duration::from_secs(60)),
                    )),
                }
            }
        })
        .build()
        .unwrap();
    get().send(&client).await.unwrap();
    *fails.lock().unwrap() = true;
    for _ in 0..5 {
        clock.advance(Duration::from_secs(61));
        get().send(&client).await.unwrap();
    }
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let clock = Steps::default();
    let missing = FileCredentials::access_token("/nonexistent/token");
    for (client, words) in [
        (
            builder(&server, &clock)
                .credentials_provider(|| async { Err("the vault is sealed".into()) }),
            "the vault is sealed",
        ),
        (
            builder(&server, &clock).credentials_provider(|| async { panic!("oh") }),
            "panicked",
        ),
        (
            builder(&server, &clock)
                .credentials_provider(CredentialsChain::new().then(missing)),
            "it has none",
        ),
        (
            builder(&server, &clock).credentials_provider(
                CommandCredentials::access_token("atlas-admin-no-such-program", [""]),
            ),
            "atlas-admin-no-such-program: can't be run",
        ),
    ] {
        let client = client.build().unwrap();
        let error = get().send(&client).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.may_have_been_executed());
    }
    assert!(server.seen().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn the_output_of_a_command_is_the_secret() {
    let server = Server::start(|_, seen| {
        match seen.header("authorization") == Some("Bearer of-a-command") {
            true => Reply::json("{}"),
            false => Reply::new(401, &[], "{}"),
        }
    })
    .await;
    let run = |script: &'static str| {
        let command = CommandCredentials::access_token("sh", ["-c", script]);
        // The arguments of a command may hold a secret.
        assert!(!format!("{command:?}").contains(script));
        let missing = FileCredentials::access_token("/nonexistent/token");
        let chain = CredentialsChain::new().then(missing).then(command);
        let client = builder(&server, &Steps::default());
        client.credentials_provider(chain).build().unwrap()
    };
    get().send(&run("echo of-a-command")).await.unwrap();
    for (script, words) in [
        ("exit 3", "exit status: 3"),
        ("echo of-a-command; exit 1", "exit status: 1"),
        ("true", "prints nothing"),
        ("head -c 100000 /dev/zero", "prints more than"),
        ("printf '\\377'", "UTF-8"),
    ] {
        let error = get().send(&run(script)).await.unwrap_err();
        assert!(error.to_string().contains(words), "{script}: {error}");
        assert!(!format!("{error:#?}").contains("of-a-command"));
    }
}

#[tokio::test]
async fn files_that_cannot_hold_a_secret_are_reported() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let folder = folder("told");
    let path = folder.join("token");
    for (content, words) in [
        (b" \n".to_vec(), "the file is empty"),
        (vec![b'a'; 100_000], "longer than"),
        (vec![0xff, 0xfe], "not UTF-8"),
    ] {
        std::fs::write(&path, content).unwrap();
        let client = builder(&server, &Steps::default())
            .credentials_provider(FileCredentials::access_token(&path))
            .build()
            .unwrap();
        let error = get().send(&client).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// A new login, or a new secret in the profile, doesn't require a restart.
#[cfg(feature = "profiles")]
#[tokio::test]
async fn a_profile_is_read_again() {
    use atlas_admin_runtime::{EnvCredentials, ProfileCredentials};

    let (account, server) = Account::start().await;
    let folder = folder("profile");
    let path = folder.join("config.toml");
    let write = |secret| {
        let profile =
            format!("[work]\nclient_id = 'mdb_sa_id_1'\nclient_secret = '{secret}'\n");
        std::fs::write(&path, profile).unwrap();
    };
    let missing = ProfileCredentials::new().file(folder.join("none.toml"));
    let profile = ProfileCredentials::named("work").file(&path);
    let chain = CredentialsChain::new().then(EnvCredentials).then(missing).then(profile);
    write(FIRST);
    let client =
        builder(&server, &Steps::default()).credentials_provider(chain).build().unwrap();
    get().send(&client).await.unwrap();
    write(SECOND);
    account.delete_first();
    get().send(&client).await.unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}
