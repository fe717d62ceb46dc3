//! Requests at the rate of a service that limits them with token buckets.
#![allow(clippy::disallowed_methods, reason = "the buckets are refilled in real time")]

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, Instant};

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::{Client, Request, RetryPolicy};

use super::api::{DELETE, GET, builder};
use super::clock::Steps;
use super::server::{Reply, Seen, Server};

const LIMIT: f64 = 100.0;
const RATE: f64 = 150.0;

/// The buckets of a service: one, or one per project.
#[derive(Default)]
struct Buckets {
    levels: HashMap<String, (f64, Option<Instant>)>,
    refused: usize,
}

impl Buckets {
    fn respond(&mut self, name: String) -> Reply {
        let (level, at) = self.levels.entry(name).or_insert((LIMIT, None));
        let now = Instant::now();
        let since = at.replace(now).map_or(Duration::ZERO, |at| now - at);
        *level = (*level + since.as_secs_f64() * RATE).min(LIMIT);
        let status = if *level >= 1.0 { 200 } else { 429 };
        match status {
            200 => *level -= 1.0,
            _ => self.refused += 1,
        }
        let left = level.floor().to_string();
        let headers = [("ratelimit-limit", "100"), ("ratelimit-remaining", &*left)];
        Reply::new(status, &headers, "{}")
    }
}

async fn limited(bucket: fn(&Seen) -> &str) -> (Server, impl Fn() -> usize) {
    let buckets = Arc::new(Mutex::new(Buckets::default()));
    let shared = buckets.clone();
    let server = Server::start(move |_, seen| {
        shared.lock().unwrap().respond(bucket(seen).to_owned())
    });
    (server.await, move || buckets.lock().unwrap().refused)
}

fn client(server: &Server) -> Client {
    Client::builder().base_url(&server.url).build().unwrap()
}

/// Sends requests for a number of projects from 64 tasks, and returns the time taken.
async fn inventory(clients: &[Client], projects: usize) -> Duration {
    let start = Instant::now();
    let next = Arc::new(Mutex::new(0..projects));
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let (client, next) = (clients[task % clients.len()].clone(), next.clone());
            tokio::spawn(async move {
                loop {
                    let Some(project) = next.lock().unwrap().next() else { return };
                    let project = project.to_string();
                    let request = Request::<Json>::new(&GET, &[&project]);
                    request.send(&client).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    start.elapsed()
}

/// Twice the time that the bucket needs for requests, and a second for a slow machine.
fn allowed(requests: usize) -> Duration {
    Duration::from_secs_f64((requests as f64 - LIMIT) / RATE * 2.0 + 1.0)
}

#[tokio::test]
async fn one_bucket_for_all_is_used_up_and_not_overdrawn() {
    let (server, refused) = limited(|_| "").await;
    let took = inventory(&[client(&server)], 700).await;
    assert!(took < allowed(700), "{took:?} of {:?}", allowed(700));
    assert!(refused() <= 1, "{} refused", refused());
}

#[tokio::test]
async fn clients_that_share_a_bucket_converge() {
    let (server, refused) = limited(|_| "").await;
    let took = inventory(&[client(&server), client(&server)], 700).await;
    assert!(took < allowed(700), "{took:?} of {:?}", allowed(700));
    // Neither client knows the other's requests in flight: at most one per task of both.
    assert!(refused() <= 64, "{} refused", refused());
}

#[tokio::test]
async fn a_bucket_for_each_project_delays_none() {
    let (server, refused) = limited(|seen| &seen.target).await;
    let took = inventory(&[client(&server)], 1000).await;
    assert!(took < allowed(1000) / 2, "{took:?}");
    assert_eq!(refused(), 0);
}

#[tokio::test]
async fn pacing_can_be_switched_off() {
    let (server, refused) = limited(|_| "").await;
    let client = Client::builder().base_url(&server.url).pacing(false);
    let client = client.retry(RetryPolicy::never()).build();
    let client = client.unwrap();
    let calls = (0..300).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            Request::<Json>::new(&GET, &["1"]).send(&client).await.is_err()
        })
    });
    let mut failed = 0;
    for call in calls.collect::<Vec<_>>() {
        failed += usize::from(call.await.unwrap());
    }
    assert!(failed > 0 && failed == refused());
}

#[tokio::test]
async fn a_refusal_with_a_wait_closes_the_bucket_for_all() {
    let server = Server::start(|number, _| match number {
        20 => Reply::new(
            429,
            &[
                ("ratelimit-limit", "500"),
                ("ratelimit-remaining", "0"),
                ("retry-after", "1"),
            ],
            "",
        ),
        _ => Reply::new(
            200,
            &[("ratelimit-limit", "500"), ("ratelimit-remaining", "400")],
            "{}",
        ),
    })
    .await;
    let client = client(&server);
    let request = Request::<Json>::new(&GET, &["1"]);
    for _ in 0..20 {
        request.send(&client).await.unwrap();
    }
    let start = Instant::now();
    let refused = tokio::spawn({
        let (client, request) = (client.clone(), request.clone());
        async move { request.send(&client).await.map(drop) }
    });
    server.has(21).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    request.send(&client).await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(950), "{:?}", start.elapsed());
    refused.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_refusal_stops_a_client_for_a_minute_at_most() {
    let server = Server::start(|number, _| {
        let (status, wait) = if number == 1 { (429, "3000") } else { (200, "0") };
        let headers = [("ratelimit-limit", "100"), ("retry-after", wait)];
        Reply::new(status, &headers, "{}")
    })
    .await;
    let clock = Steps::default();
    let builder = builder(&server, &clock).retry(RetryPolicy::never());
    let client = builder.build().unwrap();
    let request = Request::<Json>::new(&GET, &["1"]);
    request.send(&client).await.unwrap();
    assert!(request.send(&client).await.unwrap_err().is_rate_limited());
    request.send(&client).await.unwrap();
    let waited: Duration = clock.waits().iter().sum();
    assert!((60..63).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test]
async fn figures_that_make_no_sense_delay_nothing() {
    for (limit, remaining) in [("0", "0"), ("-1", "-5"), ("100", "900"), ("", "x")] {
        let server = Server::start(move |_, _| {
            let headers =
                [("ratelimit-limit", limit), ("ratelimit-remaining", remaining)];
            Reply::new(200, &headers, "{}")
        })
        .await;
        let client = client(&server);
        let start = Instant::now();
        for _ in 0..50 {
            Request::<Json>::new(&GET, &["1"]).send(&client).await.unwrap();
        }
        assert!(start.elapsed() < Duration::from_secs(2), "{limit} {remaining}");
    }
}

#[tokio::test]
async fn an_unpolled_request_delays_no_other() {
    let server = Server::start(|number, _| {
        let remaining = if number == 0 { "0" } else { "90" };
        let headers = [("ratelimit-limit", "100"), ("ratelimit-remaining", remaining)];
        Reply::new(200, &headers, "{}")
    })
    .await;
    let client = client(&server);
    let request = Request::<Json>::new(&GET, &["1"]);
    request.send(&client).await.unwrap();
    // It waits in the queue, like a page that was requested ahead.
    let mut first = Box::pin(request.send(&client));
    let polled = poll_fn(|context| Poll::Ready(first.as_mut().poll(context))).await;
    assert!(polled.is_pending());
    let others = async {
        for _ in 0..5 {
            request.send(&client).await.unwrap();
        }
    };
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, others).await.expect("they wait for the first");
    first.await.unwrap();
    assert_eq!(server.arrived(), 7);
}

#[tokio::test]
async fn a_repeat_that_waits_too_long_tells_of_the_attempt_before() {
    let server = Server::start(|_, _| {
        let headers = [("ratelimit-limit", "100"), ("ratelimit-remaining", "0")];
        Reply::new(500, &headers, "{}")
    })
    .await;
    let retry = RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO);
    let client = Client::builder().base_url(&server.url).retry(retry);
    let client = client.timeout(Duration::from_millis(500)).build().unwrap();
    let error = Request::<()>::new(&DELETE, &["1"]).send(&client).await.unwrap_err();
    assert!(error.to_string().contains("allows no request within"), "{error}");
    assert_eq!(error.attempts(), server.seen().len() as u32);
    assert!(error.may_have_been_executed());
}
