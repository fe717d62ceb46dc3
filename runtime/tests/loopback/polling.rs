use std::time::Duration;

use super::api::{builder, get, plain};
use super::clock::Steps;
use super::server::{Reply, Server};

async fn creating(until: usize) -> Server {
    Server::start(move |number, _| match number {
        1 => Reply::new(503, &[], ""),
        number if number < until => Reply::json(r#"{"stateName":"CREATING"}"#),
        _ => Reply::json(r#"{"stateName":"IDLE"}"#),
    })
    .await
}

#[tokio::test]
async fn waits_for_an_answer() {
    let server = creating(4).await;
    let clock = Steps::default();
    let client = builder(&server, &clock).build().unwrap();
    let mut progress = 0;
    let request = get();
    let idle = request
        .poll(&client)
        .interval(Duration::from_secs(60))
        .on_progress(|_| progress += 1)
        .until(|group| group["stateName"] == "IDLE")
        .await
        .unwrap();
    assert_eq!(idle["stateName"], "IDLE");
    assert_eq!((progress, server.seen().len()), (3, 5));
    let minutes = clock.waits().iter().filter(|wait| wait.as_secs() == 60).count();
    assert_eq!(minutes, 3);
}

#[tokio::test]
async fn gives_up_in_time() {
    let server = creating(usize::MAX).await;
    let clock = Steps::default();
    let client = builder(&server, &clock).build().unwrap();
    let request = get();
    let error = request
        .poll(&client)
        .interval(Duration::from_secs(10))
        .timeout(Duration::from_secs(95))
        .until(|group| group["stateName"] == "IDLE")
        .await
        .unwrap_err();
    assert!(error.is_timeout() && error.operation().is_some(), "{error}");
    let waits = clock.waits().iter().filter(|wait| wait.as_secs() == 10).count();
    assert_eq!(waits, 9);
}

#[tokio::test]
async fn waits_for_the_end_and_tells_errors() {
    let server = Server::start(|number, _| match number {
        0 | 1 => Reply::json("{}"),
        2 => Reply::new(404, &[], ""),
        _ => Reply::new(403, &[], ""),
    })
    .await;
    let client = plain(&server);
    get().poll(&client).until_gone().await.unwrap();
    assert_eq!(server.seen().len(), 3);
    assert!(get().poll(&client).until_gone().await.unwrap_err().is_forbidden());
    assert!(get().poll(&client).until(|_| true).await.unwrap_err().is_forbidden());
}
