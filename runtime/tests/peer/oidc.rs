//! Service accounts against `oidc-provider`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::operation::{Method, Operation};
use atlas_admin_runtime::{
    Client, Credentials, FileStore, Request, RetryPolicy, Version,
};

use super::process::{Process, folder, free_port};
use crate::loopback::api::{every_method, get, service_account};
use crate::loopback::clock::{LIMIT, Steps};

/// Not an operation of Atlas: the server's counters.
static COUNTS: Operation = Operation {
    id: "counts",
    name: "counts",
    tag: "",
    method: Method::Get,
    path: "/counts",
    version: Version::Preview,
    accept: "application/json",
    content_type: None,
    parameters: &[],
    success: &[200],
    roles: &[],
    deprecated: false,
    sunset: None,
    docs: "",
    wait: None,
};

struct Oidc {
    url: String,
    _process: Process,
}

/// Installs the npm package, once for all tests.
fn install() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = folder("oidc");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peer/oidc");
        for name in ["package.json", "package-lock.json", "server.js"] {
            std::fs::copy(from.join(name), folder.join(name)).unwrap();
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(&folder);
        let status = npm.status().expect("npm is missing: install nodejs and npm");
        assert!(status.success(), "npm ci failed: {status}");
        folder
    })
}

impl Oidc {
    fn start(lifetime: u32) -> Self {
        let port = free_port();
        let mut node = Command::new("node");
        node.arg("server.js").arg(port.to_string()).arg(lifetime.to_string());
        node.current_dir(install()).stderr(std::process::Stdio::null());
        let process = Process::start(&mut node, port, "nodejs");
        Self { url: format!("http://127.0.0.1:{port}"), _process: process }
    }

    fn client(&self, credentials: Credentials) -> Client {
        let builder = Client::builder().base_url(&self.url).retry(RetryPolicy::never());
        builder.credentials(credentials).build().unwrap()
    }

    /// Returns the numbers of tokens issued, requests accepted and requests refused.
    async fn counts(&self) -> [u64; 3] {
        let client = Client::builder().base_url(&self.url).build().unwrap();
        let counts = Request::<Json>::new(&COUNTS, &[]).send(&client).await.unwrap();
        ["tokens", "accepted", "refused"].map(|name| counts[name].as_u64().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nodejs and npm"]
async fn a_thousand_first_calls_request_one_token() {
    let oidc = Oidc::start(3600);
    let client = oidc.client(service_account());
    let calls = (0..1000).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { get().send(&client).await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(oidc.counts().await, [1, 1000, 0]);
}

#[tokio::test]
#[ignore = "needs nodejs and npm"]
async fn short_lived_tokens_are_renewed_before_anybody_notices() {
    let oidc = Oidc::start(2);
    let client = oidc.client(service_account());
    for _ in 0..50 {
        get().send(&client).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let [tokens, accepted, refused] = oidc.counts().await;
    assert!((4..=7).contains(&tokens), "{tokens} tokens");
    assert_eq!((accepted, refused), (50, 0));
}

#[tokio::test]
#[ignore = "needs nodejs and npm"]
async fn a_token_that_expires_under_many_calls_is_replaced_once() {
    let oidc = Oidc::start(2);
    // On this clock no time passes, so only the server knows that the token has expired.
    let clock = Steps::default();
    let builder = Client::builder().base_url(&oidc.url).retry(RetryPolicy::never());
    let builder = builder.credentials(service_account()).clock(clock);
    let client = builder.attempt_timeout(LIMIT).timeout(LIMIT).build().unwrap();
    get().send(&client).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2200)).await;
    let requests = every_method().into_iter().cycle().take(50);
    let calls = requests.map(|request| {
        let client = client.clone();
        tokio::spawn(async move { request.send(&client).await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    let [tokens, accepted, refused] = oidc.counts().await;
    assert_eq!((tokens, accepted), (2, 51));
    assert!((1..=50).contains(&refused), "{refused} refusals");
}

#[tokio::test]
#[ignore = "needs nodejs and npm"]
async fn a_token_revoked_by_somebody_else_is_replaced() {
    let oidc = Oidc::start(3600);
    let store = std::sync::Arc::new(atlas_admin_runtime::MemoryStore::default());
    let client = || {
        let builder = Client::builder().base_url(&oidc.url).retry(RetryPolicy::never());
        let builder = builder.credentials(service_account()).token_store(store.clone());
        builder.build().unwrap()
    };
    let (one, other) = (client(), client());
    get().send(&one).await.unwrap();
    get().send(&other).await.unwrap();
    one.revoke().await.unwrap();
    for request in every_method() {
        request.send(&other).await.unwrap();
    }
    assert_eq!(oidc.counts().await, [2, 7, 1]);
}

#[tokio::test]
#[ignore = "needs nodejs and npm"]
async fn processes_share_a_token_through_a_file() {
    let oidc = Oidc::start(3600);
    let path = folder("tokens").join("tokens.json");
    for _ in 0..5 {
        let builder =
            Client::builder().base_url(&oidc.url).credentials(service_account());
        let client = builder.token_store(FileStore::new(&path)).build().unwrap();
        get().send(&client).await.unwrap();
    }
    assert_eq!(oidc.counts().await, [1, 5, 0]);
}

#[tokio::test]
#[ignore = "needs nodejs and npm"]
async fn a_wrong_secret_is_reported() {
    let oidc = Oidc::start(3600);
    let client = oidc.client(Credentials::service_account("mdb_sa_id_1", "hunter3"));
    let error = get().send(&client).await.unwrap_err();
    assert!(error.is_unauthorized() && !error.is_too_many_tokens(), "{error}");
    assert!(!format!("{error} {error:#?}").contains("hunter3"));
}
