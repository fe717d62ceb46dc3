//! The number of connections that a client opens, and when.

use std::time::Duration;

use atlas_admin_runtime::{Client, Credentials};

use super::api::{api_key, get, service_account};
use super::oracle::{ATLAS, Oracle};
use super::server::{Reply, Seen, Server};

const TASKS: usize = 64;

fn client(server: &Server, credentials: Credentials) -> Client {
    let builder = Client::builder().base_url(&server.url).credentials(credentials);
    builder.build().unwrap()
}

/// Runs tasks that send calls one after the other.
async fn run(client: &Client, tasks: usize, calls: usize) {
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                for _ in 0..calls {
                    get().send(&client).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

fn token(seen: &Seen) -> Option<Reply> {
    let token = r#"{"access_token":"t","expires_in":3600}"#;
    (seen.target == "/api/oauth/token").then(|| Reply::new(200, &[], token))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn there_are_no_more_than_tasks() {
    for credentials in [service_account(), api_key()] {
        for tasks in [1, 8, TASKS] {
            let oracle = Oracle::new(ATLAS);
            let server = Server::forgetful(move |_, seen| {
                let is_bearer = |it: &str| it.starts_with("Bearer ");
                let refusal = match seen.header("authorization") {
                    Some(header) if is_bearer(header) => None,
                    _ => token(seen).or_else(|| oracle.refuse(seen)),
                };
                refusal.unwrap_or_else(|| Reply::json("{}"))
            })
            .await;
            run(&client(&server, credentials.clone()), tasks, 20).await;
            let opened = server.connections();
            assert!(opened <= tasks, "{opened} for {tasks} tasks with {credentials:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_at_once_have_one_each() {
    let server =
        Server::forgetful(|_, _| Reply::json("{}").after(Duration::from_millis(300)))
            .await;
    let client = client(&server, Credentials::access_token("t"));
    let (mut arrived, mut most) = (0, 0);
    for tasks in [1, 8, 2, 16, 16] {
        arrived += tasks;
        most = most.max(tasks);
        tokio::join!(run(&client, tasks, 1), server.has(arrived));
        assert_eq!(server.connections(), most);
    }
}

#[tokio::test]
async fn none_is_waited_for_that_the_server_closes() {
    let server = Server::forgetful(|_, _| {
        Reply::new(200, &[("connection", "close")], "{}").close()
    })
    .await;
    let client = client(&server, Credentials::access_token("t"));
    // The wait would take 50 ms each time.
    let calls = tokio::time::timeout(Duration::from_secs(1), run(&client, 1, 40)).await;
    calls.expect("no waits");
    assert_eq!(server.connections(), 40);
}
