//! Measures the overhead of a request over bare `reqwest` calls, in turns on loopback
//! against one server: over a call that sends the same bytes, and over a minimal one.
//!
//! ```sh
//! cargo run --release -p atlas-admin-runtime --example overhead
//! ```

#![allow(dead_code, reason = "what the tests use is here as well")]
#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::time::{Duration, Instant};

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::transport::reqwest::ReqwestTransport;
use atlas_admin_runtime::{Client, Credentials, Request};

use loopback::api::GET;
use loopback::server::{Reply, Server};

#[path = "../tests/loopback"]
mod loopback {
    pub(crate) mod api;
    pub(crate) mod clock;
    pub(crate) mod server;
}

const ROUNDS: usize = 20_000;

/// The number of calls in a turn. Calls that have time limits and calls that have none are
/// not mixed one by one, because then each of the former would wake the runtime's timer,
/// which in a program it does only once.
const TURN: usize = 100;

fn main() {
    // A separate thread for the server, so that it costs both sides the same.
    let mut server = tokio::runtime::Builder::new_multi_thread();
    let server = server.worker_threads(1).enable_all().build().unwrap();
    let url =
        server.block_on(Server::forgetful(|_, _| Reply::json(r#"{"id":"1"}"#))).url;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure(url));
}

async fn measure(url: String) {
    let token = Credentials::access_token("token");
    let bare = bare();
    let client = Client::builder()
        .base_url(&url)
        .credentials(token)
        .transport(ReqwestTransport::from(bare.clone()))
        .build()
        .unwrap();
    let target = format!("{url}/api/atlas/v2/groups/1");
    let same = || {
        bare.get(&target)
            .header("accept", GET.accept)
            .header("accept-encoding", "gzip")
            .header("content-type", "application/json")
            .header("user-agent", "atlas-admin/0.1.0 (linux;x86_64)")
            .header("authorization", "Bearer token")
    };
    let mut times = [const { Vec::new() }; 3];
    for turn in 0..=ROUNDS / TURN {
        let [same_times, least_times, our_times] = &mut times;
        for _ in 0..TURN {
            same_times.push(bare_call(same).await);
        }
        for _ in 0..TURN {
            least_times.push(bare_call(|| bare.get(&target)).await);
        }
        for _ in 0..TURN {
            our_times.push(our_call(&client).await);
        }
        if turn == 0 {
            times.iter_mut().for_each(Vec::clear);
        }
    }
    let [same, least, ours] = times.map(median);
    println!("this crate {ours:?}");
    for (what, bare) in [("of the same bytes", same), ("without headers", least)] {
        let over = ours.as_secs_f64() / bare.as_secs_f64() - 1.0;
        println!("bare reqwest call {what} {bare:?}: {:+.1} %", over * 100.0);
    }
}

async fn bare_call(request: impl Fn() -> reqwest::RequestBuilder) -> Duration {
    let start = Instant::now();
    let response = request().send().await.unwrap();
    let body = response.bytes().await.unwrap();
    let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let time = start.elapsed();
    assert_eq!(value["id"], "1");
    time
}

async fn our_call(client: &Client) -> Duration {
    let start = Instant::now();
    let response = Request::<Json>::new(&GET, &["1"]).send(client).await.unwrap();
    let time = start.elapsed();
    assert_eq!(response["id"], "1");
    time
}

/// Creates a client like that of a program that calls one host.
fn bare() -> reqwest::Client {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.tls_backend_preconfigured(tls).build().unwrap()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
