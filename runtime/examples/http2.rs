//! Compares HTTP/2 and HTTP/1.1 for many tasks: the same calls over each version, to
//! servers on loopback that take a millisecond per request.
//!
//! ```sh
//! cargo run --release -p atlas-admin-runtime --features http2 --example http2
//! cargo run -p atlas-admin-runtime --features http2 --example http2 -- serve
//! ```
//!
//! `serve` prints the URL of the server and runs until its input ends, for other
//! programs.

#![allow(dead_code, reason = "what the tests use is here as well")]
#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::time::{Duration, Instant};

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::{Client, Request};

use loopback::alpn::{Fate, Server};
use loopback::api::GET;
use loopback::certificate::ROOT;

#[path = "../tests/loopback"]
mod loopback {
    pub(crate) mod alpn;
    pub(crate) mod api;
    pub(crate) mod certificate;
    pub(crate) mod clock;
    pub(crate) mod server;
}

const TASKS: usize = 64;
const CALLS: usize = 100;
const ROUNDS: usize = 5;

fn main() {
    // Separate threads for the servers, so that they cost both versions the same.
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all().build().unwrap();
    let rule = |_| Fate::Response(Duration::from_millis(1));
    let multiplexed = runtime.block_on(Server::start(rule));
    if std::env::args().nth(1).as_deref() == Some("serve") {
        println!("{}", multiplexed.url);
        _ = std::io::stdin().read_line(&mut String::new());
        return;
    }
    let one_by_one = runtime.block_on(Server::offering(&[b"http/1.1"], rule));
    let clients = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    clients.unwrap().block_on(async {
        for round in 0..ROUNDS {
            for is_warm in [false, true] {
                for (name, server) in
                    [("HTTP/1.1", &one_by_one), ("HTTP/2  ", &multiplexed)]
                {
                    measure(name, server, is_warm, round).await;
                }
            }
        }
    });
}

fn client(url: &str) -> Client {
    let builder = Client::builder().base_url(url).pacing(false);
    builder.root_certificates(ROOT).build().unwrap()
}

/// Makes calls; if `is_warm`, after a first one that opens the connection, like a token
/// request.
///
/// Prints the number of connections, the total time, and the median and the 99th
/// percentile of a call.
async fn measure(name: &str, server: &Server, is_warm: bool, round: usize) {
    let client = client(&server.url);
    let before = server.counts();
    if is_warm {
        Request::<Json>::new(&GET, &["1"]).send(&client).await.unwrap();
    }
    let start = Instant::now();
    let tasks = (0..TASKS).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut times = Vec::with_capacity(CALLS);
            for _ in 0..CALLS {
                let start = Instant::now();
                let response = Request::<Json>::new(&GET, &["1"]).send(&client).await;
                assert_eq!(response.unwrap()["id"], "1");
                times.push(start.elapsed());
            }
            times
        })
    });
    let mut times = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        times.extend(task.await.unwrap());
    }
    let elapsed = start.elapsed();
    times.sort_unstable();
    let [opened, multiplexed, _] = server.counts();
    println!(
        "round {round}, {name}{}: {} connections ({} of HTTP/2), {elapsed:.1?} for {} calls; one takes \
         {:.2?}, the slowest hundredth {:.2?} and more",
        if is_warm { " after a first call" } else { "" },
        opened - before[0],
        multiplexed - before[1],
        times.len(),
        times[times.len() / 2],
        times[times.len() * 99 / 100],
    );
}
