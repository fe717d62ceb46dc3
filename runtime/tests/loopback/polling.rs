use std::time::Duration;

use atlas_admin_runtime::{
    Client, Error, Json, Options, Outcome, Response, RetryPolicy,
};

use super::api::{builder, get, plain};
use super::clock::{LIMIT, Steps};
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
async fn waits_for_a_response() {
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
async fn waits_for_the_end_and_returns_errors() {
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

/// Replies to the first requests in order, and to all later ones with the last reply.
async fn script(replies: Vec<fn() -> Reply>) -> Server {
    Server::start(move |number, _| replies[number.min(replies.len() - 1)]()).await
}

fn state(name: &'static str) -> Reply {
    Reply::json(&format!(r#"{{"stateName":"{name}"}}"#))
}

#[tokio::test]
async fn errors_that_may_pass_do_not_end_it() {
    let page = "<!DOCTYPE html><title>Unavailable</title>";
    // Each lasts longer than the client retries a request.
    for status in [500, 502, 503, 504, 429] {
        let server = Server::start(move |number, _| match number {
            0..40 => Reply::new(status, &[("content-type", "text/html")], page),
            _ => state("IDLE"),
        })
        .await;
        let clock = Steps::default();
        let client = builder(&server, &clock).build().unwrap();
        let idle = get().poll(&client).until(|group| group["stateName"] == "IDLE");
        assert!(idle.await.is_ok(), "{status}");
        assert_eq!(server.seen().len(), 41);
    }
    let broken = Server::start(|number, _| match number {
        0..20 => Reply::raw("").close(),
        20 => state("UPDATING"),
        21..40 => Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").reset(),
        _ => Reply::new(404, &[], ""),
    })
    .await;
    get().poll(&plain(&broken)).until_gone().await.unwrap();
}

#[tokio::test]
async fn an_outage_ends_it_when_its_own_time_is_up() {
    let server = script(vec![|| state("UPDATING"), || {
        Reply::new(503, &[], r#"{"errorCode":"DOWN","detail":"hunter"}"#)
    }])
    .await;
    let client = plain(&server);
    let error = get()
        .poll(&client)
        .timeout(Duration::from_secs(600))
        .until(|group| {
            Outcome::pending(format_args!("stateName: {}", group["stateName"]))
        })
        .await
        .unwrap_err();
    assert!(error.is_timeout() && !error.is_failed_wait());
    let line = error.to_string();
    let message = "600s, the time limit of this wait (`timeout`); \
                last seen: stateName: \"UPDATING\"; last error: getGroup";
    assert!(line.contains(message), "{line}");
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.to_string().contains("503"), "{source}");
    assert!(server.seen().len() > 60);
}

#[tokio::test]
async fn a_failure_is_an_error_that_names_the_state() {
    let server = script(vec![|| state("CREATING"), || state("FAILED")]).await;
    let client = plain(&server);
    let look = |group: &Json| match group["stateName"].as_str() {
        Some("IDLE") => Outcome::done(),
        Some("FAILED") => Outcome::failed("stateName: FAILED"),
        state => Outcome::pending(state.unwrap_or_default()),
    };
    let error = get().poll(&client).until(look).await.unwrap_err();
    assert!(error.is_failed_wait() && !error.is_timeout() && !error.is_retryable());
    assert!(error.to_string().contains("has failed: stateName: FAILED"), "{error}");
    assert_eq!(error.operation().map(|operation| operation.id), Some("getGroup"));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn what_was_just_made_may_not_be_there_yet() {
    let absent = || Reply::new(404, &[], "");
    let server = script(vec![absent, absent, || state("IDLE")]).await;
    let idle = |group: &Json| group["stateName"] == "IDLE";
    get().poll(&plain(&server)).until(idle).await.unwrap();
    // For half a minute, and not if it was seen before.
    let server = script(vec![absent]).await;
    assert!(get().poll(&plain(&server)).until(idle).await.unwrap_err().is_not_found());
    assert_eq!(server.seen().len(), 4);
    let server = script(vec![|| state("CREATING"), absent]).await;
    assert!(get().poll(&plain(&server)).until(idle).await.unwrap_err().is_not_found());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn not_found_can_mean_not_yet() {
    let absent = || Reply::new(404, &[], r#"{"errorCode":"GROUP_NOT_FOUND"}"#);
    let server = script(vec![absent, absent, absent, || state("IDLE"), || {
        Reply::new(403, &[], "")
    }])
    .await;
    let client = plain(&server);
    let look = |result: Result<&Response<Json>, &Error>| match result {
        Ok(group) => (group["stateName"] == "IDLE").into(),
        Err(error) if error.is_not_found() => Outcome::pending("not found"),
        Err(error) => Outcome::failed(error),
    };
    let idle = get().poll(&client).until_result(look).await.unwrap();
    assert_eq!((idle.status(), server.seen().len()), (200, 4));
    let error = get().poll(&client).until_result(look).await.unwrap_err();
    assert!(error.is_forbidden() && !error.is_failed_wait(), "{error}");
}

#[tokio::test]
async fn the_service_may_ask_for_longer_waits() {
    let wait = |seconds: &'static str| {
        let body = r#"{"stateName":"CREATING"}"#;
        move |status| Reply::new(status, &[("retry-after", seconds)], body)
    };
    let server = Server::start(move |number, _| match number {
        0 => wait("30")(200),
        1 => wait("2")(200),
        2 => wait("45")(404),
        3 => wait("999999")(200),
        4 => state("IDLE"),
        _ => wait("999999")(200),
    })
    .await;
    let clock = Steps::default();
    let client = builder(&server, &clock).build().unwrap();
    let poll = || {
        get().poll(&client).until_result(|result| {
            result.is_ok_and(|group| group["stateName"] == "IDLE")
        })
    };
    // One that asks for more time than is left doesn't end the wait before its time.
    poll().await.unwrap();
    let waits = || -> Vec<_> { clock.waits().iter().map(Duration::as_secs).collect() };
    assert_eq!(waits(), [30, 10, 45, 3600 - 30 - 10 - 45]);
    let error = poll().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!((waits()[4..].to_vec(), server.arrived()), (vec![3600], 7));
}

#[tokio::test]
async fn it_ends_where_a_policy_of_its_own_gives_up_and_where_nothing_is_reached() {
    let server = Server::start(|_, _| Reply::new(503, &[], "")).await;
    let twice = Options::new().retry(RetryPolicy::new().attempts(2));
    let poll = get().poll(&plain(&server)).options(twice).until_gone();
    assert_eq!(poll.await.unwrap_err().attempts(), 2);
    assert_eq!(server.arrived(), 2);

    let nowhere = Client::builder()
        .base_url("http://127.0.0.1:9")
        .clock(Steps::default())
        .attempt_timeout(LIMIT)
        .timeout(LIMIT)
        .build()
        .unwrap();
    let error = get().poll(&nowhere).until(|_| true).await.unwrap_err();
    assert!(error.is_connect() && !error.is_timeout(), "{error}");
}
