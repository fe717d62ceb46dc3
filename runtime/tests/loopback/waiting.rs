//! Waits for work: each rule that ends one.

use std::sync::Mutex;
use std::time::Duration;

use atlas_admin_runtime::operation::{
    Each, LongRunning, Method, Operation, Parameter, Polled, Source, Wait,
};
use atlas_admin_runtime::{Client, Error, Json, Request, json};

use super::api::{GET, LIST, builder, operation, plain};
use super::clock::Steps;
use super::server::{Reply, Seen, Server};

const PLAIN: Polled = Polled {
    operation: &GET,
    parameters: &[Source::Request("groupId")],
    properties: &["state", "stateName"],
    done: &["IDLE"],
    failed: &["BROKEN"],
    flags: &["cancelled"],
    gone: false,
    empty: false,
    each: None,
};

static MADE: Operation = Operation {
    wait: Some(&Wait::polls(Polled {
        parameters: &[Source::Response(&["_id", "id"])],
        ..PLAIN
    })),
    ..CREATE
};
static RESTORED: Operation = Operation {
    wait: Some(&Wait::polls(Polled {
        parameters: &[Source::Response(&["id"])],
        properties: &["finishedAt"],
        done: &[],
        ..PLAIN
    })),
    ..CREATE
};
static STARTED: Operation = Operation {
    wait: Some(&Wait::polls(Polled {
        parameters: &[Source::Request("groupId")],
        ..PLAIN
    })),
    ..one("startGroup", Method::Post)
};
static CHANGED: Operation = Operation { wait: Some(&Wait::polls(PLAIN)), ..UPDATE };
static REPLACED: Operation = Operation { wait: Some(&Wait::polls(PLAIN)), ..REPLACE };
static DELETED: Operation = Operation {
    wait: Some(&Wait::polls(Polled { done: &[], gone: true, empty: true, ..PLAIN })),
    ..DELETE
};
static GRANTED: Operation = Operation {
    wait: Some(&Wait::polls(Polled {
        parameters: &[Source::Item(&["name"])],
        each: Some(Each { list: &LIST, parameters: &[] }),
        ..PLAIN
    })),
    ..CREATE
};
static LONG: Operation = Operation {
    wait: Some(&Wait { poll: Some(PLAIN), long_running: Some(resource(false)) }),
    ..UPDATE
};
static LONG_ONLY: Operation = Operation {
    wait: Some(&Wait { poll: None, long_running: Some(resource(false)) }),
    ..UPDATE
};
static LEGACY: Operation = Operation {
    wait: Some(&Wait { poll: Some(PLAIN), long_running: Some(resource(true)) }),
    ..UPDATE
};

const fn resource(legacy: bool) -> LongRunning {
    LongRunning { legacy, resource: &RESOURCE }
}

const CREATE: Operation = operation("createGroup", Method::Post, "/api/atlas/v2/groups");
const UPDATE: Operation = one("updateGroup", Method::Patch);
const REPLACE: Operation = one("replaceGroup", Method::Put);
const DELETE: Operation = one("deleteGroup", Method::Delete);
const GET_GROUP: Operation = one("getGroup", Method::Get);
static RESOURCE: Operation = operation("updateGroup", Method::Get, "");

const fn one(id: &'static str, method: Method) -> Operation {
    operation(id, method, "/api/atlas/v2/groups/{groupId}")
}

fn request(operation: &'static Operation) -> Request<Json> {
    let path: &[&str] = if operation.path.contains('{') { &["a/b"] } else { &[] };
    Request::new(operation, path)
}

fn state(name: &str) -> Reply {
    Reply::json(&json!({"id": 7, "stateName": name}).to_string())
}

fn absent() -> Reply {
    Reply::new(404, &[], r#"{"errorCode":"GROUP_NOT_FOUND","error":404}"#)
}

/// Replies in order, and repeats the last reply.
async fn script(replies: &'static [fn() -> Reply]) -> Server {
    Server::start(move |number, _| replies[number.min(replies.len() - 1)]()).await
}

/// The result of a wait, its duration in seconds, and the requests that it sent.
struct Ended {
    result: Result<Json, Error>,
    seconds: u64,
    seen: Vec<Seen>,
}

async fn wait(operation: &'static Operation, server: &Server) -> Ended {
    let clock = Steps::default();
    let client = builder(server, &clock).build().unwrap();
    let result = request(operation).send_and_wait(&client).await;
    let waits = clock.waits().into_iter().filter(|wait| wait.as_millis() >= 2000);
    let seconds = waits.map(|wait| wait.as_secs()).sum();
    Ended { result, seconds, seen: server.seen() }
}

#[tokio::test]
async fn what_is_made_is_polled_by_what_the_response_names() {
    let server = script(&[
        || state("CREATING"),
        absent,
        absent,
        || state("CREATING"),
        || Reply::new(503, &[], ""),
        || state("CREATING"),
        || state("IDLE"),
    ])
    .await;
    let Ended { result, seconds, seen } = wait(&MADE, &server).await;
    assert_eq!(result.unwrap()["stateName"], "IDLE");
    assert_eq!(seconds, 40);
    assert_eq!(seen[0].method, "POST");
    assert!(seen[1..].iter().all(|seen| seen.target == "/api/atlas/v2/groups/7"));
}

#[tokio::test]
async fn what_was_seen_and_is_gone_ends_it() {
    let server = script(&[|| state("CREATING"), || state("CREATING"), absent]).await;
    assert!(wait(&MADE, &server).await.result.unwrap_err().is_not_found());
    // A resource that is changed existed before.
    let server = script(&[|| state("UPDATING"), absent]).await;
    assert!(wait(&CHANGED, &server).await.result.unwrap_err().is_not_found());
}

#[tokio::test]
async fn after_a_change_done_counts_once_another_state_was_seen_or_after_half_a_minute()
{
    for operation in [&CHANGED, &REPLACED, &STARTED] {
        // The earlier state, then the change.
        let moved = script(&[
            || state("IDLE"),
            || state("IDLE"),
            || state("UPDATING"),
            || state("IDLE"),
        ])
        .await;
        assert_eq!(wait(operation, &moved).await.seconds, 20);
        // The response to the change has a new state itself.
        let message = script(&[|| state("UPDATING"), || state("IDLE")]).await;
        assert_eq!(wait(operation, &message).await.seconds, 0);
        // A change without an effect never shows.
        let never = script(&[|| state("IDLE")]).await;
        let Ended { result, seconds, seen } = wait(operation, &never).await;
        assert_eq!((seconds, seen.len()), (30, 5));
        assert_eq!(result.unwrap()["stateName"], "IDLE");
        assert!(seen.iter().all(|seen| seen.target == "/api/atlas/v2/groups/a%2Fb"));
        // Nor does an earlier failure count.
        let before = script(&[
            || state("BROKEN"),
            || state("BROKEN"),
            || state("UPDATING"),
            || state("IDLE"),
        ])
        .await;
        assert!(wait(operation, &before).await.result.is_ok());
    }
    // A created resource has no earlier state.
    let made = script(&[|| state("IDLE")]).await;
    assert_eq!(wait(&MADE, &made).await.seconds, 0);
}

#[tokio::test]
async fn a_deletion_ends_with_404_or_where_the_facts_say_so_with_nothing() {
    for end in [absent, || Reply::json("{}")] {
        let server = Server::start(move |number, _| match number {
            0 => Reply::new(202, &[], ""),
            1 => state("IDLE"),
            2 => Reply::new(500, &[], ""),
            3 => state("DELETING"),
            _ => end(),
        })
        .await;
        let client = plain(&server);
        let mut states = Vec::new();
        request(&DELETED)
            .send_and_wait::<()>(&client)
            .on_progress(|progress| states.extend(progress.state().map(str::to_owned)))
            .await
            .unwrap();
        assert_eq!(states, ["stateName: IDLE", "stateName: DELETING"]);
    }
    let failed = script(&[|| Reply::new(204, &[], ""), || state("BROKEN")]).await;
    assert!(wait(&DELETED, &failed).await.result.unwrap_err().is_failed_wait());
}

#[tokio::test]
async fn a_date_can_mean_done_and_a_flag_failed() {
    let job = |rest: &str| Reply::json(&format!(r#"{{"id":7,"failed":false{rest}}}"#));
    for (end, is_failed) in [
        (r#","finishedAt":"2026-08-06T12:00:00Z""#, false),
        (r#","finishedAt":"2026-08-06T12:00:00Z","cancelled":true"#, true),
    ] {
        let server = Server::start(move |number, _| match number {
            0..4 => job(r#","finishedAt":null,"cancelled":false"#),
            _ => job(end),
        })
        .await;
        let Ended { result, seen, .. } = wait(&RESTORED, &server).await;
        assert_eq!(seen.len(), 5);
        match result {
            Ok(job) => assert!(!is_failed && job.get("finishedAt").is_some()),
            Err(error) => {
                assert!(is_failed && error.is_failed_wait(), "{error}");
                assert!(error.to_string().contains("cancelled: true"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn failures_and_time_limits_name_the_state() {
    let server = script(&[|| state("CREATING"), || state("BROKEN")]).await;
    let error = wait(&MADE, &server).await.result.unwrap_err();
    assert!(error.is_failed_wait(), "{error}");
    assert!(error.to_string().contains("stateName: BROKEN"), "{error}");
    let server = script(&[|| state("CREATING")]).await;
    let wait = request(&MADE).send_and_wait::<Json>(&plain(&server));
    let error = wait.timeout(Duration::from_secs(60)).await.unwrap_err();
    assert!(error.is_timeout() && error.to_string().contains("stateName: CREATING"));
    assert_eq!(server.seen().len(), 8);
    let server = script(&[|| state("CREATING"), || Reply::new(403, &[], "")]).await;
    let wait = request(&MADE).send_and_wait::<Json>(&plain(&server));
    assert!(wait.await.unwrap_err().is_forbidden());
}

#[tokio::test]
async fn a_wait_can_begin_with_a_response_that_came_before() {
    let server = script(&[|| state("CREATING"), || state("IDLE")]).await;
    let client = plain(&server);
    let request = request(&MADE);
    let made = request.send(&client).await.unwrap();
    let ready: Json = request.wait(&client, &made).await.unwrap();
    assert_eq!(ready["stateName"], "IDLE");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn what_keeps_it_from_beginning_says_so() {
    let nameless = script(&[|| Reply::json("{}")]).await;
    let error = wait(&MADE, &nameless).await.result.unwrap_err();
    assert!(error.to_string().contains("lacks the property _id or id"), "{error}");
    let server = script(&[|| Reply::json("{}")]).await;
    let error = wait(&GET, &server).await.result.unwrap_err();
    assert!(error.is_invalid_request() && server.seen().is_empty(), "{error}");
    let refused = script(&[|| Reply::new(400, &[], "")]).await;
    assert!(wait(&MADE, &refused).await.result.unwrap_err().is_bad_request());
}

#[tokio::test]
async fn every_item_of_a_list_has_to_be_done() {
    let polls = Mutex::new(0);
    let server = Server::start(move |_, seen| match &*seen.target {
        "/api/atlas/v2/groups" if seen.method == "POST" => Reply::json("{}"),
        "/api/atlas/v2/groups?pageNum=2" => Reply::json(r#"{"results":[{"name":"c"}]}"#),
        "/api/atlas/v2/groups/b" => absent(),
        "/api/atlas/v2/groups/c" => {
            let mut polls = polls.lock().unwrap();
            *polls += 1;
            state(if *polls < 3 { "PENDING" } else { "IDLE" })
        }
        target if target.contains("pageNum") => Reply::json(r#"{"results":[]}"#),
        "/api/atlas/v2/groups" => Reply::json(
            r#"{"results":[{"name":"a"},{"name":"b"}],"links":[{"rel":"next","href":""}]}"#,
        ),
        _ => state("IDLE"),
    })
    .await;
    let Ended { result, seconds, .. } = wait(&GRANTED, &server).await;
    assert_eq!(result.unwrap(), Json::Null);
    // Because a done state may be the earlier one.
    assert_eq!(seconds, 30 + 20);
}

fn accepted(location: &str) -> Reply {
    Reply::new(202, &[("location", location), ("retry-after", "3")], "{}")
}

#[tokio::test]
async fn an_operation_resource_is_followed_to_its_result() {
    let polls = Mutex::new(0);
    let server = Server::start(move |_, seen| match &*seen.target {
        "/api/atlas/v2/groups/a%2Fb" => accepted("/api/atlas/v2/operations/1?x=1"),
        "/api/atlas/v2/operations/1?x=1" => {
            let mut polls = polls.lock().unwrap();
            *polls += 1;
            match *polls {
                1 => Reply::json(r#"{"status":"PENDING","retryAfterSeconds":25}"#),
                2 => Reply::json(r#"{"status":"IN_PROGRESS"}"#),
                _ => Reply::json(r#"{"status":"SUCCEEDED","resultHref":"/result"}"#),
            }
        }
        "/result" => Reply::json(r#"{"made":true}"#),
        _ => Reply::new(500, &[], ""),
    })
    .await;
    let Ended { result, seconds, seen } = wait(&LONG, &server).await;
    assert_eq!(result.unwrap()["made"], Json::Bool(true));
    assert_eq!(seconds, 25 + 10);
    assert!(seen[1..].iter().all(|seen| seen.method == "GET"));
    assert!(seen.iter().all(|one| one.header("accept") == seen[0].header("accept")));
}

#[tokio::test]
async fn without_a_result_the_state_of_the_resource_decides() {
    let polls = Mutex::new(0);
    let server = Server::start(move |_, seen| match (&*seen.method, &*seen.target) {
        ("PATCH", _) => accepted("operations/1"),
        (_, target) if target.ends_with("/operations/1") => {
            let mut polls = polls.lock().unwrap();
            *polls += 1;
            // It expires before its end was seen, or states that it has ended.
            if *polls == 1 { Reply::json(r#"{"status":"SUCCEEDED"}"#) } else { absent() }
        }
        _ => state("IDLE"),
    })
    .await;
    for _ in 0..2 {
        let ended = wait(&LONG, &server).await.result.unwrap();
        assert_eq!(ended["stateName"], "IDLE");
    }
    let done = script(&[
        || accepted("/operations/1"),
        || Reply::json(r#"{"status":"SUCCEEDED"}"#),
    ])
    .await;
    assert_eq!(wait(&LONG_ONLY, &done).await.result.unwrap(), Json::Null);
}

#[tokio::test]
async fn a_failed_operation_names_its_error() {
    for (status, message) in [
        ("FAILED", "status: FAILED, which may be retried: OUT_OF_CAPACITY: No room."),
        ("CANCELED", "status: CANCELED, which may be retried: OUT_OF_CAPACITY"),
        ("SUPERSEDED", "status: SUPERSEDED"),
    ] {
        let error = json!({
            "retryable": true, "errorCode": "OUT_OF_CAPACITY", "detail": "No room.",
        });
        let body = json!({"status": status, "error": error}).to_string();
        let server = Server::start(move |number, _| match number {
            0 => accepted("/operations/1"),
            _ => Reply::json(&body),
        })
        .await;
        let error = wait(&LONG, &server).await.result.unwrap_err();
        assert!(
            error.is_failed_wait() && error.to_string().contains(message),
            "{error}"
        );
    }
}

#[tokio::test]
async fn nothing_outside_of_the_base_url_is_followed() {
    let elsewhere = Server::start(|_, _| Reply::json(r#"{"status":"SUCCEEDED"}"#)).await;
    for location in [
        format!("{}/operations/1", elsewhere.url),
        "/operations/1".to_owned(),
        "/base/../operations/1".to_owned(),
        "/basement/1".to_owned(),
        "//evil.example/1".to_owned(),
    ] {
        let server = Server::start(move |_, seen| match &*seen.method {
            "PATCH" => accepted(&location),
            _ if seen.target.starts_with("/base/api/") => state("IDLE"),
            _ => Reply::json(r#"{"status":"FAILED"}"#),
        })
        .await;
        let client = Client::builder()
            .base_url(format!("{}/base", server.url))
            .clock(Steps::default())
            .attempt_timeout(super::clock::LIMIT)
            .timeout(super::clock::LIMIT)
            .build()
            .unwrap();
        let ended: Json = request(&LONG).send_and_wait(&client).await.unwrap();
        assert_eq!(ended["stateName"], "IDLE");
        assert!(server.seen().iter().all(|seen| seen.target.starts_with("/base/api/")));
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn an_older_operation_has_no_operation_resource() {
    let server = Server::start(|_, seen| match &*seen.method {
        "PATCH" => accepted("/operations/1"),
        _ => state("IDLE"),
    })
    .await;
    let Ended { result, seen, .. } = wait(&LEGACY, &server).await;
    assert_eq!(result.unwrap()["stateName"], "IDLE");
    assert!(seen.iter().all(|seen| !seen.target.starts_with("/operations")));
}

const AS_A_TREE: Parameter = Parameter::header("Use-A-Tree");
static VIEWED: Operation = Operation { parameters: &[AS_A_TREE], ..GET_GROUP };
static CHANGED_VIEW: Operation = Operation {
    parameters: &[AS_A_TREE, Parameter::query("dryRun")],
    wait: Some(&Wait::polls(Polled { operation: &VIEWED, ..PLAIN })),
    ..UPDATE
};

#[tokio::test]
async fn a_poll_takes_over_the_parameters_of_the_caller() {
    let server = script(&[|| state("UPDATING"), || state("IDLE")]).await;
    let request =
        request(&CHANGED_VIEW).header("Use-A-Tree", true).query("dryRun", true);
    let ended: Json = request.send_and_wait(&plain(&server)).await.unwrap();
    assert_eq!(ended["stateName"], "IDLE");
    let seen = server.seen();
    assert!(seen.iter().all(|seen| seen.header("use-a-tree") == Some("true")));
    // The polled operation gets only the parameters that it declares.
    assert!(seen[0].target.ends_with("?dryRun=true"));
    assert!(!seen[1].target.contains('?'));
}

#[tokio::test]
async fn a_wait_without_anything_to_poll_is_not_done() {
    for reply in [
        || Reply::new(202, &[], "{}"),
        || accepted("https://elsewhere.example/operations/1"),
    ] {
        let server = Server::start(move |_, _| reply()).await;
        let error = wait(&LONG_ONLY, &server).await.result.unwrap_err();
        assert!(error.to_string().contains("use `poll` instead"), "{error}");
    }
    // The work was complete with the response.
    let server = script(&[|| state("IDLE")]).await;
    assert_eq!(wait(&LONG_ONLY, &server).await.result.unwrap()["id"], 7);
}

#[tokio::test]
async fn a_list_without_items_is_not_one_of_nothing() {
    let server = script(&[|| state("IDLE"), || Reply::json("{}")]).await;
    let error = wait(&GRANTED, &server).await.result.unwrap_err();
    assert!(error.is_decode(), "{error}");
}
