use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::{
    Client, Credentials, Download, Error, Options, Repeat, Request, RetryPolicy,
};
use futures_util::TryStreamExt;

use super::api::{
    LIST, LOGS, api_key, builder, every_method, get, plain, service_account,
};
use super::clock::Steps;
use super::listing::Listing;
use super::server::{Reply, Seen, Server};

/// Fails for the first request.
async fn flaky(first: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |number, _| match number {
        0 => first(),
        _ => Reply::json("{}"),
    })
    .await
}

#[tokio::test]
async fn a_429_is_retried_for_every_method() {
    for request in every_method() {
        let server = flaky(|| Reply::new(429, &[("retry-after", "7")], "")).await;
        let clock = Steps::default();
        let client = builder(&server, &clock).build().unwrap();
        request.send(&client).await.unwrap();
        let [wait] = clock.waits()[..] else { panic!("{:?}", clock.waits()) };
        assert!((7.0..7.6).contains(&wait.as_secs_f64()), "{wait:?}");
    }
}

#[tokio::test]
async fn an_unsafe_request_is_never_executed_twice() {
    for broken in [
        || Reply::new(503, &[], ""),
        || Reply::raw("").reset(),
        || Reply::raw("").close(),
        || Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\n{").close(),
    ] {
        for request in every_method() {
            let server = flaky(broken).await;
            let result = request.send(&plain(&server)).await;
            let idempotent = request.method().is_idempotent();
            assert_eq!(result.is_ok(), idempotent, "{request:?}");
            assert_eq!(server.seen().len(), if idempotent { 2 } else { 1 });
        }
    }
}

/// A client on the real clock with short time limits and waits.
fn impatient(server: &Server, credentials: Credentials) -> Client {
    let retry = RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO);
    let builder = Client::builder().base_url(&server.url).credentials(credentials);
    builder.retry(retry).attempt_timeout(Duration::from_secs(1)).build().unwrap()
}

/// Sends a request whose first attempt hangs. Returns its result, and the number of
/// executions.
async fn hangs(
    request: Request<Json>,
    credentials: Credentials,
) -> (Result<(), Error>, usize) {
    let server = Server::start(|number, seen| match seen.target.as_str() {
        _ if number == 0 => Reply::raw("").hang(),
        "/api/oauth/token" => Reply::new(200, &[], r#"{"access_token":"t"}"#),
        _ => Reply::json("{}"),
    })
    .await;
    let result = request.send(&impatient(&server, credentials)).await.map(drop);
    let body = request.body_bytes().unwrap().unwrap_or_default();
    let is_executed =
        |seen: &&Seen| seen.method == request.method().as_str() && seen.body == body;
    (result, server.seen().iter().filter(is_executed).count())
}

#[tokio::test]
async fn a_try_that_took_too_long_is_repeated_where_that_is_safe() {
    // Concurrently, because each takes its time.
    let mut tasks = Vec::new();
    for request in every_method() {
        let is_idempotent = request.method().is_idempotent();
        // The request itself hangs, so it may have been executed.
        let token = Credentials::access_token("t");
        let task = tokio::spawn(hangs(request.clone(), token));
        tasks.push((task, is_idempotent, if is_idempotent { 2 } else { 1 }));
        // A request before it hangs, so no part of it was sent.
        let task = tokio::spawn(hangs(request.clone(), service_account()));
        tasks.push((task, true, 1));
        if request.method().as_str() != "GET" {
            let task = tokio::spawn(hangs(request, api_key()));
            tasks.push((task, true, 1));
        }
    }
    for (task, succeeds, executed) in tasks {
        let (result, count) = task.await.unwrap();
        assert_eq!(result.is_ok(), succeeds, "{result:?}");
        // On a busy machine, the first may not have arrived when its time limit passed.
        assert!(count <= executed, "executed {count} times");
        assert!(result.err().is_none_or(|error| error.is_timeout()));
    }
}

#[tokio::test]
async fn a_425_is_repeated_for_every_method_and_a_408_where_that_is_safe() {
    for (status, is_always) in [(425, true), (408, false)] {
        for request in every_method() {
            let server = flaky(move || Reply::new(status, &[], "")).await;
            let result = request.send(&plain(&server)).await;
            let repeats = is_always || request.method().is_idempotent();
            assert_eq!(result.is_ok(), repeats, "{request:?}");
            if let Err(error) = result {
                assert!(error.may_have_been_executed() && error.is_retryable());
            }
        }
    }
}

#[tokio::test]
async fn a_policy_is_taught_what_is_safe_and_what_may_pass() {
    let busy = r#"{"errorCode":"CLUSTER_BUSY"}"#;
    for (reply, policy, repeats) in [
        (Reply::new(409, &[], busy), RetryPolicy::new(), false),
        (
            Reply::new(409, &[], busy),
            RetryPolicy::new().error_code("CLUSTER_BUSY", Repeat::Always),
            true,
        ),
        (Reply::new(503, &[], ""), RetryPolicy::new(), false),
        (Reply::new(503, &[], ""), RetryPolicy::new().safe_to_repeat(), true),
        (Reply::new(429, &[], ""), RetryPolicy::new().status(429, Repeat::Never), false),
    ] {
        let first = std::sync::Mutex::new(Some(reply));
        let server = Server::start(move |_, _| {
            first.lock().unwrap().take().unwrap_or_else(|| Reply::json("{}"))
        })
        .await;
        let post = every_method().swap_remove(1);
        let options = Options::new().retry(policy);
        let result = post.send_with(&plain(&server), &options).await;
        assert_eq!(result.is_ok(), repeats, "{:?}", options);
    }
}

#[tokio::test]
async fn an_outage_uses_up_the_retries_of_a_client() {
    let server = Server::start(|_, _| Reply::new(503, &[], "")).await;
    let client = plain(&server);
    let calls = (0..200).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { get().send(&client).await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        assert!(call.await.unwrap().is_err());
    }
    assert_eq!(server.arrived(), 300);
    // 429 says nothing about an outage.
    let server = Server::start(|_, _| Reply::new(429, &[], "")).await;
    let client = plain(&server);
    for _ in 0..30 {
        assert_eq!(get().send(&client).await.unwrap_err().attempts(), 10);
    }
}

#[tokio::test]
async fn other_errors_are_final() {
    for status in [400, 401, 403, 404, 405, 406, 409, 410, 415, 501] {
        let server = Server::start(move |_, _| Reply::new(status, &[], "")).await;
        let error = get().send(&plain(&server)).await.unwrap_err();
        assert_eq!((error.status(), error.attempts()), (Some(status), 1));
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn attempts_end_and_can_be_switched_off() {
    let server = Server::start(|_, _| Reply::new(503, &[], "down")).await;
    let clock = Steps::default();
    let client = builder(&server, &clock).build().unwrap();
    let error = get().send(&client).await.unwrap_err();
    assert_eq!(
        (error.attempts(), server.seen().len(), clock.waits().len()),
        (10, 10, 9)
    );
    assert_eq!(
        error.to_string(),
        "getGroup (2023-01-01): 503 Service Unavailable: down (after 10 attempts)"
    );
    let options = Options::new().retry(RetryPolicy::never());
    let error = get().send_with(&client, &options).await.unwrap_err();
    assert_eq!((error.attempts(), server.seen().len()), (1, 11));
}

#[tokio::test]
async fn a_wait_beyond_the_limit_is_not_begun() {
    let server =
        Server::start(|_, _| Reply::new(429, &[("retry-after", "120")], "")).await;
    let clock = Steps::default();
    let client = builder(&server, &clock).build().unwrap();
    // Long enough for the clock of these tests to treat it as a limit.
    let options = Options::new().timeout(Duration::from_secs(13 * 3600));
    let error = get().send_with(&client, &options).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(clock.waits().len(), 9);
    let server =
        Server::start(|_, _| Reply::new(429, &[("retry-after", "46801")], "")).await;
    let client = builder(&server, &clock).build().unwrap();
    let error = get().send_with(&client, &options).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!((server.seen().len(), clock.waits().len()), (1, 9));
}

#[tokio::test]
async fn a_request_has_settings_of_its_own_for_each_try() {
    let hung = || Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\nhalf").hang();
    let server = Server::start(move |_, _| hung()).await;
    let client = Client::builder().base_url(&server.url).build().unwrap();
    let within = |limit| {
        let retry =
            RetryPolicy::new().attempts(2).backoff(Duration::ZERO, Duration::ZERO);
        Options::new().attempt_timeout(limit).retry(retry)
    };
    let options = within(Duration::from_millis(50));
    let error = get().send_with(&client, &options).await.unwrap_err();
    assert!(error.is_timeout() && error.attempts() == 2, "{error}");
    // For a download, it limits the wait for the next chunk. The first chunk must arrive
    // in time, however busy the machine is.
    let options = within(Duration::from_secs(1));
    let logs = Request::<Download>::new(&LOGS, &["1", "x"]);
    let mut download = logs.send_with(&client, &options).await.unwrap().into_value();
    assert!(download.chunk().await.unwrap().is_some());
    assert!(download.chunk().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn streams_and_polls_take_settings_too() {
    let server = Server::start(|_, _| Reply::new(503, &[], "")).await;
    let client = plain(&server);
    let never = Options::new().retry(RetryPolicy::never());
    let request = Request::<Listing>::new(&LIST, &[]).paged();
    let error = request.stream_with(&client, &never).try_next().await.unwrap_err();
    assert_eq!((error.attempts(), server.arrived()), (1, 1));
    let error = request.pages_with(&client, &never).try_next().await.unwrap_err();
    assert_eq!((error.attempts(), server.arrived()), (1, 2));
    let poll = get();
    let poll = poll.poll(&client).options(never);
    assert_eq!(poll.until(|_| true).await.unwrap_err().attempts(), 1);
    assert_eq!(server.arrived(), 3);
}
