//! Futures dropped at every point at which they wait.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use atlas_admin_runtime::Credentials;

use super::api::{api_key, builder, every_method, get, service_account};
use super::clock::Steps;
use super::oracle::{ATLAS, Oracle};
use super::server::{Reply, Server};

/// Drops each kind of request after 1, 2, 3, … polls, then expects the client to work.
async fn drops(server: &Server, credentials: Credentials) {
    let client =
        builder(server, &Steps::default()).credentials(credentials).build().unwrap();
    for polls in 1..12 {
        for request in every_method() {
            let mut sending = pin!(request.send(&client));
            let mut left = polls;
            poll_fn(|context| {
                left -= 1;
                match sending.as_mut().poll(context) {
                    Poll::Pending if left > 0 => Poll::Pending,
                    _ => Poll::Ready(()),
                }
            })
            .await;
        }
        get().send(&client).await.unwrap();
    }
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
