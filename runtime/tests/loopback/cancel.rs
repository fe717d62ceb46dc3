//! Futures dropped at every point at which they wait.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::{Client, Credentials, Options, Request};

use super::api::{api_key, builder, every_method, get, service_account};
use super::clock::{LIMIT, Steps};
use super::oracle::{ATLAS, Oracle};
use super::server::{Reply, Server};
use super::watch::Watch;

/// Polls a request a number of times and drops it. Returns true if it was ready by then.
async fn ends_within(polls: usize, request: &Request<Json>, client: &Client) -> bool {
    let mut sending = pin!(request.send(client));
    let mut left = polls;
    poll_fn(|context| {
        left -= 1;
        match sending.as_mut().poll(context) {
            Poll::Ready(result) => {
                result.unwrap();
                Poll::Ready(true)
            }
            Poll::Pending if left > 0 => Poll::Pending,
            Poll::Pending => Poll::Ready(false),
        }
    })
    .await
}

/// Drops each kind of request after 1, 2, 3, … polls, until it is ready. Uses a new
/// client each time, and expects the client to work afterwards.
async fn drops(server: &Server, credentials: Credentials) {
    for request in every_method() {
        let mut polls = 0;
        loop {
            polls += 1;
            let builder = builder(server, &Steps::default());
            let client = builder.credentials(credentials.clone()).build().unwrap();
            let ended = ends_within(polls, &request, &client).await;
            get().send(&client).await.unwrap();
            request.send(&client).await.unwrap();
            if ended {
                break;
            }
        }
        // At least two exchanges, and a wait for each.
        assert!(polls > 2, "{polls} polls");
    }
    let client =
        builder(server, &Steps::default()).credentials(credentials).build().unwrap();
    let calls = (0..20).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { get().send(&client).await.map(drop) })
    });
    let calls: Vec<_> = calls.collect();
    for call in calls.iter().step_by(2) {
        call.abort();
    }
    for call in calls.into_iter().skip(1).step_by(2) {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn an_api_key_survives() {
    let oracle = Arc::new(Oracle::new(ATLAS));
    let server = Server::start(move |_, seen| {
        oracle.refuse(seen).unwrap_or_else(|| Reply::json("{}"))
    })
    .await;
    drops(&server, api_key()).await;
}

#[tokio::test]
async fn a_service_account_survives() {
    let server = Server::start(|number, seen| match seen.target.as_str() {
        "/api/oauth/token" => Reply::new(200, &[], r#"{"access_token":"t"}"#),
        _ if number % 7 == 3 => Reply::new(401, &[], ""),
        _ => Reply::json("{}"),
    })
    .await;
    drops(&server, service_account()).await;
}

#[tokio::test]
async fn a_nonce_goes_with_the_request_that_is_dropped() {
    let watch = Watch::default();
    let client = Client::builder()
        .credentials(api_key())
        .transport(watch.clone())
        .clock(Steps::default())
        .attempt_timeout(LIMIT)
        .timeout(LIMIT)
        .build()
        .unwrap();
    for request in every_method() {
        for polls in 1.. {
            let ended = ends_within(polls, &request, &client).await;
            get().send(&client).await.unwrap();
            if ended {
                break;
            }
        }
    }
    watch.check();
    // Most of the dropped requests had a nonce.
    assert!(watch.lost() > 5, "{}", watch.lost());
}

#[tokio::test]
async fn a_call_that_waits_for_a_token_continues_if_the_requesting_call_is_dropped() {
    let server = Server::start(|_, seen| match seen.target.as_str() {
        "/api/oauth/token" => Reply::new(200, &[], r#"{"access_token":"t"}"#)
            .after(Duration::from_millis(200)),
        _ => Reply::json("{}"),
    })
    .await;
    let client = builder(&server, &Steps::default())
        .credentials(service_account())
        .build()
        .unwrap();
    let call = || {
        let client = client.clone();
        tokio::spawn(async move { get().send(&client).await.map(drop) })
    };
    let first = call();
    server.has(1).await;
    let others: Vec<_> = (0..10).map(|_| call()).collect();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(server.arrived(), 1);
    first.abort();
    for other in others {
        other.await.unwrap().unwrap();
    }
    assert_eq!((server.count("POST"), server.count("GET")), (1, 10));
}

#[tokio::test]
async fn a_token_request_outlives_its_callers_and_serves_the_next() {
    let server = Server::start(|_, seen| match seen.target.as_str() {
        "/api/oauth/token" => Reply::new(200, &[], r#"{"access_token":"t"}"#)
            .after(Duration::from_millis(300)),
        _ => Reply::json("{}"),
    })
    .await;
    let client = Client::builder().base_url(&server.url).credentials(service_account());
    let client = client.build().unwrap();
    let mut done = 0;
    for _ in 0..10 {
        let limit = Duration::from_millis(100);
        done += usize::from(
            tokio::time::timeout(limit, get().send(&client))
                .await
                .is_ok_and(|it| it.is_ok()),
        );
        let options = Options::new().timeout(limit);
        done += usize::from(get().send_with(&client, &options).await.is_ok());
    }
    assert!(done >= 15, "{done} of 20");
    assert_eq!(server.count("POST"), 1);
}
