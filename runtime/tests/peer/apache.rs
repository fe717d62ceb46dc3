//! Digest against `mod_auth_digest`. Apache forwards accepted requests to a server of
//! this test, so that both sides can be counted: round trips in Apache's log, executions
//! in the server.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::operation::{Method, Operation};
use atlas_admin_runtime::{Client, Credentials, Request, RetryPolicy, Version};
use md5::{Digest, Md5};

use super::process::{Process, folder, free_port};
use crate::loopback::api::{PRIVATE, every_method, get};
use crate::loopback::server::{Reply, Seen, Server};

const PUBLIC: &str = "abcdefgh";
const REALM: &str = "MMS Public API";

struct Apache {
    url: String,
    folder: PathBuf,
    behind: Server,
    _process: Process,
}

impl Apache {
    async fn start(name: &str, settings: &str) -> Self {
        let behind = Server::start(|_, _| Reply::json(r#"{"id":"1"}"#)).await;
        let folder = folder(name);
        let still = folder.join("files/still");
        std::fs::create_dir_all(&still).unwrap();
        std::fs::write(still.join("1"), "{}").unwrap();
        let port = free_port();
        let hash = Md5::digest(format!("{PUBLIC}:{REALM}:{PRIVATE}"));
        let hash = hash.iter().fold(String::new(), |mut hash, byte| {
            _ = write!(hash, "{byte:02x}");
            hash
        });
        std::fs::write(folder.join("users"), format!("{PUBLIC}:{REALM}:{hash}\n"))
            .unwrap();
        let config = config(&folder, port, &behind.url, settings);
        std::fs::write(folder.join("config"), config).unwrap();
        let mut command = Command::new("/usr/sbin/apache2");
        command.arg("-f").arg(folder.join("config")).arg("-DFOREGROUND");
        let process = Process::start(&mut command, port, "apache2");
        let url = format!("http://127.0.0.1:{port}");
        Self { url, folder, behind, _process: process }
    }

    fn client(&self) -> Client {
        let builder = Client::builder().base_url(&self.url).retry(RetryPolicy::never());
        builder.credentials(Credentials::api_key(PUBLIC, PRIVATE)).build().unwrap()
    }

    /// Returns the statuses of Apache's responses, in order, after a number of requests.
    fn log(&self, requests: usize) -> Vec<String> {
        for _ in 0..100 {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap();
            let log: Vec<String> =
                log.lines().map(|line| line[..3].to_owned()).collect();
            if log.len() >= requests {
                return log;
            }
            // Apache writes the log after the response.
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("Apache logged fewer than {requests} requests");
    }
}

/// Not an operation of Atlas: a file that Apache serves.
const fn still() -> Operation {
    Operation {
        id: "still",
        name: "still",
        tag: "",
        method: Method::Get,
        path: "/still/{name}",
        version: Version::Preview,
        accept: "*/*",
        content_type: None,
        parameters: &[],
        success: &[200],
        roles: &[],
        deprecated: false,
        sunset: None,
        docs: "",
        wait: None,
    }
}

/// One child process with enough threads: Apache closes connections when child processes
/// are busy, which is not the subject of this test.
fn config(folder: &Path, port: u16, behind: &str, settings: &str) -> String {
    let modules = [
        "mpm_event",
        "authn_core",
        "authn_file",
        "authz_core",
        "authz_user",
        "auth_digest",
        "proxy",
        "proxy_http",
    ];
    let modules = modules.map(|name| {
        format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n")
    });
    let root = folder.display();
    let modules = modules.concat();
    format!(
        "ServerRoot {root}
         ServerName localhost
         User daemon
         Group daemon
         DocumentRoot {root}/files
         Listen 127.0.0.1:{port}
         {modules}
         PidFile {root}/pid
         DefaultRuntimeDir {root}
         ErrorLog {root}/errors
         CustomLog {root}/log \"%s %m %U\"
         StartServers 1
         ServerLimit 1
         ThreadLimit 64
         ThreadsPerChild 64
         MaxRequestWorkers 64
         KeepAliveTimeout 60
         MaxKeepAliveRequests 0
         AuthDigestShmemSize 1M
         ProxyPass /still !
         ProxyPass / {behind}/ nocanon
         AllowEncodedSlashes NoDecode
         <Location />
         AuthType Digest
         AuthName \"{REALM}\"
         AuthDigestProvider file
         AuthUserFile {root}/users
         Require valid-user
         {settings}
         </Location>
         "
    )
}

#[tokio::test]
#[ignore = "needs apache2"]
async fn steady_state_costs_one_round_trip() {
    let apache = Apache::start("apache-steady", "").await;
    let client = apache.client();
    for _ in 0..200 {
        get().send(&client).await.unwrap();
    }
    let log = apache.log(201);
    assert_eq!((log.len(), log[0].as_str()), (201, "401"));
    assert!(log[1..].iter().all(|status| status == "200"));
    println!("200 requests over Digest: {} round trips", log.len());
}

#[tokio::test]
#[ignore = "needs apache2"]
async fn every_method_arrives_once_with_its_body() {
    let apache = Apache::start("apache-methods", "").await;
    for request in every_method() {
        let before = apache.behind.seen().len();
        request.send(&apache.client()).await.unwrap();
        let seen = apache.behind.seen();
        assert_eq!(seen.len(), before + 1);
        let last = seen.last().unwrap();
        assert_eq!(last.method, request.method().as_str());
        assert_eq!(last.body, request.body_bytes().unwrap().unwrap_or_default());
    }
    // One client each: a probe and the request. Apache writes a line when a response is
    // complete, which may be after that of the next probe.
    let mut log = apache.log(10);
    log.sort_unstable();
    assert_eq!(log, [["200"; 5], ["401"; 5]].concat());
}

#[tokio::test]
#[ignore = "needs apache2"]
async fn an_expired_nonce_is_replaced() {
    let apache = Apache::start("apache-expiry", "AuthDigestNonceLifetime 1").await;
    let client = apache.client();
    for _ in 0..3 {
        for request in every_method() {
            request.send(&client).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(2100)).await;
    }
    assert_eq!(apache.behind.count("POST"), 3);
    let refused = apache.log(18).iter().filter(|status| *status == "401").count();
    // One for each expired nonce, besides the probe; Apache sends the next nonce in
    // advance.
    assert!((1..=4).contains(&refused), "{refused} refusals");
}

#[tokio::test]
#[ignore = "needs apache2"]
async fn one_time_nonces_cost_no_second_round_trip() {
    // Apache then sends the next nonce in each of its own responses.
    let apache = Apache::start("apache-once", "AuthDigestNonceLifetime 0").await;
    static STILL: Operation = still();
    let client = apache.client();
    for _ in 0..50 {
        Request::<Json>::new(&STILL, &["1"]).send(&client).await.unwrap();
    }
    let refused = apache.log(51).iter().filter(|status| *status == "401").count();
    assert_eq!(refused, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs apache2"]
async fn parallel_callers_pass_the_check_of_counts() {
    let apache = Apache::start("apache-parallel", "AuthDigestNcCheck On").await;
    let client = apache.client();
    for _ in 0..20 {
        let requests = every_method().into_iter().cycle().take(50);
        let calls = requests.map(|request| {
            let client = client.clone();
            tokio::spawn(async move { request.send(&client).await.map(drop) })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap().unwrap();
        }
    }
    let refused = apache.log(1000).iter().filter(|status| *status == "401").count();
    assert_eq!(apache.behind.seen().len(), 1000);
    for method in ["GET", "POST", "PATCH", "PUT", "DELETE"] {
        assert_eq!(apache.behind.count(method), 200);
    }
    let whole = |seen: &Seen| seen.body == br#"{"name":"MyProject"}"#;
    let whole = apache.behind.seen().iter().filter(|seen| whole(seen)).count();
    assert_eq!(whole, 600);
    assert!(refused <= 50, "{refused} refusals");
    println!("1000 requests from 50 tasks: {refused} refusals");
}

#[tokio::test]
#[ignore = "needs apache2"]
async fn a_wrong_key_is_refused() {
    let apache = Apache::start("apache-wrong", "").await;
    let wrong = Credentials::api_key(PUBLIC, "wrong");
    let client =
        Client::builder().base_url(&apache.url).credentials(wrong).build().unwrap();
    assert!(get().send(&client).await.unwrap_err().is_unauthorized());
    assert_eq!(apache.log(2), ["401", "401"]);
    assert!(apache.behind.seen().is_empty());
}

#[tokio::test]
#[ignore = "needs apache2 and curl"]
async fn curl_sends_the_same() {
    let apache = Apache::start("apache-curl", "").await;
    for request in every_method() {
        request.send(&apache.client()).await.unwrap();
        let ours = apache.behind.seen().pop().unwrap();
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--digest", "--user"]);
        curl.arg(format!("{PUBLIC}:{PRIVATE}"));
        curl.args(["--request", request.method().as_str()]);
        for (name, value) in &request.headers() {
            curl.arg("--header").arg(format!("{name}: {}", value.to_str().unwrap()));
        }
        if let Some(body) = request.body_bytes().unwrap() {
            curl.arg("--data-raw").arg(std::str::from_utf8(body).unwrap());
        }
        curl.arg(format!("{}{}", apache.url, request.path_and_query()));
        let output = tokio::task::spawn_blocking(move || curl.output()).await.unwrap();
        let output = output.expect("curl is missing: install the package curl");
        assert!(output.status.success(), "{output:?}");
        let theirs = apache.behind.seen().pop().unwrap();
        assert_eq!(
            (ours.method, ours.target),
            (theirs.method.clone(), theirs.target.clone())
        );
        assert_eq!(ours.body, theirs.body);
    }
}
