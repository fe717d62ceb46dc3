//! Sends 10,000 requests from 64 tasks with each authentication scheme, with a fault in
//! 2 % of them, and prints the results. Fails if one is wrong.
//!
//! ```sh
//! cargo run --release -p atlas-admin-runtime --example load            # 10,000 requests
//! cargo run --release -p atlas-admin-runtime --example load -- 500000
//! ```
//!
//! Memory is that of the whole process, server included. It grows by some hundred KiB
//! until the allocator has seen the highest load; a longer run distinguishes that from a
//! leak.

#![allow(dead_code, reason = "what the tests use is here as well")]
#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::json;
use atlas_admin_runtime::{Client, Credentials, Request, RetryPolicy};

use loopback::api::{CREATE, DELETE, GET, UPDATE, api_key, service_account};
use loopback::oracle::{ATLAS, Oracle};
use loopback::server::{Reply, Seen, Server};

#[path = "../tests/loopback"]
mod loopback {
    pub(crate) mod api;
    pub(crate) mod clock;
    pub(crate) mod oracle;
    pub(crate) mod server;
}

const TASKS: usize = 64;
/// One of this many requests meets a fault: 2 %.
const FAULTY: usize = 50;

/// The server's record.
struct Ledger {
    arrived: AtomicUsize,
    tokens: AtomicUsize,
    faults: AtomicUsize,
    /// The number of executions of each unsafe request, by the number in its body.
    /// Allocated and written at the start, so that it doesn't count as growth.
    executed: Vec<AtomicU8>,
}

impl Ledger {
    fn new(requests: usize) -> Self {
        let mut executed = Vec::with_capacity(requests);
        executed.resize_with(requests, || AtomicU8::new(u8::MAX));
        executed.iter_mut().for_each(|count| *count.get_mut() = 0);
        let (arrived, tokens, faults) = Default::default();
        Self { arrived, tokens, faults, executed }
    }

    /// Responds to a request with valid credentials.
    fn respond(&self, seen: &Seen, oracle: &Oracle) -> Reply {
        let number = self.arrived.fetch_add(1, Ordering::Relaxed);
        let execute = || {
            if seen.method == "POST" || seen.method == "PATCH" {
                let body: Json = serde_json::from_slice(&seen.body).unwrap();
                let number = body["id"].as_u64().unwrap() as usize;
                self.executed[number].fetch_add(1, Ordering::Relaxed);
            }
            let id = seen.target.rsplit('/').next().unwrap_or_default();
            Reply::json(&format!(r#"{{"id":"{id}"}}"#))
        };
        if number % FAULTY != 7 {
            return execute();
        }
        match self.faults.fetch_add(1, Ordering::Relaxed) % 7 {
            0 => Reply::new(429, &[("retry-after", "0")], ""),
            1 => Reply::new(429, &[], ""),
            2 => Reply::new(503, &[("content-type", "text/html")], "<html>"),
            3 => Reply::raw("").reset(),
            4 => {
                execute();
                Reply::raw("").close()
            }
            5 => {
                execute();
                Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n{").close()
            }
            // A token that is refused occasionally is not replaced each time: Atlas also
            // responds with 401 where a role is missing.
            _ if is_bearer(seen) => Reply::new(425, &[], ""),
            _ => oracle.challenge(true),
        }
    }
}

fn is_bearer(seen: &Seen) -> bool {
    seen.header("authorization").is_some_and(|header| header.starts_with("Bearer"))
}

#[tokio::main]
async fn main() {
    let requests = std::env::args().nth(1);
    let requests = requests.map_or(10_000, |number| number.parse().expect("a number"));
    run("service account", service_account(), requests).await;
    run("API key", api_key(), requests).await;
}

async fn run(scheme: &str, credentials: Credentials, requests: usize) {
    let ledger = Arc::new(Ledger::new(requests));
    let oracle = Oracle::new(ATLAS);
    let shared = ledger.clone();
    let server = Server::forgetful(move |_, seen| {
        if seen.target == "/api/oauth/token" {
            let number = shared.tokens.fetch_add(1, Ordering::Relaxed);
            let token =
                format!(r#"{{"access_token":"token-{number}","expires_in":3600}}"#);
            return Reply::new(200, &[], token);
        }
        let refusal = if is_bearer(seen) { None } else { oracle.refuse(seen) };
        refusal.unwrap_or_else(|| shared.respond(seen, &oracle))
    })
    .await;
    let backoff = (Duration::from_millis(5), Duration::from_millis(50));
    let client = Client::builder()
        .base_url(&server.url)
        .credentials(credentials)
        .retry(RetryPolicy::new().backoff(backoff.0, backoff.1))
        .build()
        .unwrap();

    let next = Arc::new(AtomicUsize::new(0));
    let memory = Arc::new(Mutex::new(Vec::new()));
    let start = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            tokio::spawn(work(
                client.clone(),
                next.clone(),
                ledger.clone(),
                memory.clone(),
            ))
        })
        .collect();
    let mut failed = 0;
    for task in tasks {
        failed += task.await.unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();

    let executed = ledger.executed.iter().map(|count| count.load(Ordering::Relaxed));
    let twice = executed.filter(|count| *count > 1).count();
    let memory = memory.lock().unwrap();
    println!("{scheme}: {requests} requests from {TASKS} tasks in {seconds:.2} s");
    println!(
        "  arrived with good credentials  {}",
        ledger.arrived.load(Ordering::Relaxed)
    );
    println!(
        "  faults                         {}",
        ledger.faults.load(Ordering::Relaxed)
    );
    println!(
        "  token requests                 {}",
        ledger.tokens.load(Ordering::Relaxed)
    );
    println!("  all that arrived               {}", server.arrived());
    println!("  connections                    {}", server.connections());
    println!("  POST, PATCH reported as failed  {failed}");
    println!("  POST, PATCH executed twice     {twice}");
    println!("  memory (KiB) at 10 % steps     {memory:?}");
    assert_eq!(twice, 0);
    let (early, late) = (memory[2], memory[memory.len() - 1]);
    assert!(late < early + early / 4 + 4096, "memory grows: {memory:?}");
}

/// Takes numbers until there are no more. Returns the number of failed requests.
async fn work(
    client: Client,
    next: Arc<AtomicUsize>,
    ledger: Arc<Ledger>,
    memory: Arc<Mutex<Vec<u64>>>,
) -> usize {
    let mut failed = 0;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= ledger.executed.len() {
            return failed;
        }
        if number.is_multiple_of(ledger.executed.len() / 10) {
            memory.lock().unwrap().push(resident());
        }
        let id = number.to_string();
        let body = json!({ "id": number });
        let request: Request<Json> = match number % 4 {
            0 => Request::new(&CREATE, &[]).body(&body),
            1 => Request::new(&UPDATE, &[&id]).body(&body),
            2 => Request::new(&DELETE, &[&id]),
            _ => Request::new(&GET, &[&id]),
        };
        match request.send(&client).await {
            Ok(response) if number.is_multiple_of(4) => {
                assert_eq!(response["id"], "groups")
            }
            Ok(response) => assert_eq!(response["id"], id),
            Err(error) => {
                assert!(number % 4 < 2, "{error}");
                failed += 1;
                // A refused request must not have been executed.
                let count = ledger.executed[number].load(Ordering::Relaxed);
                let refused = error.status().is_some_and(|status| status >= 400);
                assert!(!refused || count == 0, "{error}");
            }
        }
    }
}

/// Returns the memory of this process in KiB; 0 if the system doesn't state it.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
