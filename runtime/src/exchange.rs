//! The exchange of a request for its response: the part that all types of responses
//! share.
//!
//! The order of steps: the [layers](crate::layer) of the client; the time limit of the
//! call; the retry policy; for each attempt its time limit, its authentication
//! ([`auth`](crate::auth)), redirects, and the transport; the status; the body. The
//! caller of this module decodes the value.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::additions::{Additions, add_query};
use crate::auth::Lease;
use crate::client::{Client, Core};
use crate::clock::{self, Clock, Stopwatch, Timer};
use crate::codec::{is_blank, is_null};
use crate::connection::{Call, Unread, add_headers, is_framed, read};
use crate::error::{ApiError, Error, Kind, OTHER_SERVER, status_error};
use crate::failure::{Failure, Retryability};
use crate::operation::{Method, Operation};
use crate::pace::Permit;
use crate::request::{Options, Parts};
use crate::trace::{self, CallSpan, Reason};
use crate::transport::{Body, BoxFuture, Url};

pub(crate) use received::{Payload, Received};

mod layered;
mod received;

/// The number of redirects below the base URL that are followed.
const REDIRECTS: usize = 5;

/// The body that the caller of a request expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Nothing: `()`.
    Nothing,
    /// A value that is decoded from the body.
    Value,
    /// The bytes as they arrive.
    Stream,
}

/// Sends a request and returns its response, with the body read unless it is a stream.
/// The limits count the time on `stopwatch`.
pub(crate) fn run(
    client: &Client,
    parts: &Arc<Parts>,
    options: &Options,
    expected: Expected,
    stopwatch: Stopwatch,
) -> BoxFuture<'static, Result<Received, Error>> {
    let (client, parts, options) = (client.clone(), Arc::clone(parts), options.clone());
    let operation = parts.operation;
    Box::pin(async move {
        let core = client.core();
        // Created by the first poll, inside the span that is current then.
        let span = CallSpan::new(&core.connection.telemetry, operation);
        let open = span.open();
        // Pinned here, because passing the future by value copies it.
        let result = pin!(async {
            trace::request_body(parts.encoded().as_deref());
            let call = call(core, &parts, &options, expected)?;
            let (parts, options, stopwatch) = (&*parts, &options, &stopwatch);
            if core.layers.is_empty() {
                return retry_loop(core, &call, parts, options, expected, stopwatch)
                    .await;
            }
            let (call, past) = (&call, Mutex::default());
            let call =
                layered::Inner { core, call, parts, options, expected, stopwatch, past };
            // On the heap, because otherwise calls without layers would be as large as
            // those with layers.
            Box::pin(async move { call.run().await }).await
        });
        let result = span.follow(result).await;
        open.end();
        match result {
            Ok(received) => Ok(received.of(&parts).inside(span)),
            Err(error) => {
                span.failed(&error);
                Err(parts.with_request(error))
            }
        }
    })
}

/// Prepares a request for sending.
///
/// # Errors
///
/// Returns why the request can't be sent.
fn call(
    core: &Core,
    parts: &Parts,
    options: &Options,
    expected: Expected,
) -> Result<Call, Error> {
    let body = parts.sendable()?.cloned();
    let mut headers = parts.headers();
    // A download is passed on unchanged, so it must not be compressed in transit as
    // well.
    let encoding = match expected {
        Expected::Stream => "identity",
        Expected::Nothing | Expected::Value => "gzip",
    };
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(encoding));
    let (operation, mut target) = (parts.operation, parts.path_and_query());
    if let Some(additions) = &options.additions {
        add(core, additions, &mut headers, &mut target)?;
    }
    add_query(&mut target, &core.query);
    let method = operation.method.into();
    let call =
        Call::new(&core.connection, Some(operation), method, &target, headers, body);
    Ok(call.with_encoded(parts.encoded()).anonymous(parts.is_anonymous))
}

/// Adds the headers and query parameters of the call's options.
fn add(
    core: &Core,
    additions: &Additions,
    headers: &mut HeaderMap,
    target: &mut String,
) -> Result<(), Error> {
    if let Some(problem) = &additions.problem {
        return Err(Error::new(Kind::Request, problem.as_str()));
    }
    add_headers(headers, &additions.headers);
    add_query(target, &additions.query);
    if let Some(product) = &additions.product {
        let products = [&core.connection.user_agent, product].map(HeaderValue::as_bytes);
        // Both are header values, and so is the space between them.
        if let Ok(products) = HeaderValue::from_bytes(&products.join(&b' ')) {
            headers.insert(USER_AGENT, products);
        }
    }
    Ok(())
}

async fn retry_loop(
    core: &Core,
    call: &Call,
    parts: &Parts,
    options: &Options,
    expected: Expected,
    stopwatch: &Stopwatch,
) -> Result<Received, Error> {
    let operation = parts.operation;
    let policy = options.retry.as_ref().unwrap_or(&core.retry);
    let total = options.timeout.or(core.limits.total);
    let limit = options.attempt.or(core.limits.attempt);
    let clock = &*core.connection.clock;
    let (telemetry, called) = (&core.connection.telemetry, Some(operation));
    let mut whole = Timer::new(clock, stopwatch, total);
    let mut attempts = 1;
    let mut may_be_executed = false;
    loop {
        let permit = match &core.pacer {
            Some(pacer) if parts.raw().is_none() => {
                let admission = pin!(pacer.admit(clock, operation, parts.scope()));
                let admission =
                    trace::waiting(telemetry, Reason::RateLimit, called, admission);
                let admission = pin!(admission);
                let permit = whole.wait(admission).await;
                let late = || no_time_for(total, attempts - 1, may_be_executed);
                Some(permit.ok_or_else(late)?)
            }
            _ => None,
        };
        // The limit of the call cuts that of the attempt, so that one timer serves both.
        // The waits between attempts end before it anyway.
        let limits = Limits { attempt: limit, left: whole.left(), total };
        let timer = AttemptTimer::new(clock, stopwatch, limits);
        let attempt = attempt(core, call, operation, expected, timer, permit);
        let failure = match attempt.await {
            Ok(received) => {
                call.settle(None);
                core.budget.earn();
                return Ok(received.arrived(core, attempts, limit));
            }
            Err(failure) => failure,
        };
        let Failure { error, retryability, .. } = failure;
        call.settle(Some(&error));
        let is_gone = error.kind() == Kind::Status && error.is_not_found();
        if may_be_executed && operation.method == Method::Delete && is_gone {
            return Ok(
                Received::deleted(operation, &error).arrived(core, attempts, limit)
            );
        }
        may_be_executed |= failure.may_be_executed;
        let retryability =
            policy.judge(&error, retryability, core.connection.clock.now());
        let wait = policy
            .wait(operation.method, retryability, attempts, clock::jitter())
            .filter(|wait| whole.left().is_none_or(|left| *wait < left))
            .filter(|_| error.is_rate_limited() || core.budget.take());
        let Some(wait) = wait else {
            return Err(error.after(attempts, may_be_executed));
        };
        trace::retries(attempts, wait, &error);
        trace::waiting(telemetry, Reason::Retry, called, clock.sleep(wait)).await;
        attempts += 1;
    }
}

/// Creates the error of a call whose time limit passed in the queue of the pacer, after
/// `attempts` attempts.
fn no_time_for(total: Option<Duration>, attempts: u32, may_be_executed: bool) -> Error {
    let limit = total.unwrap_or_default();
    let message = format!(
        "the rate limit of the service allows no request within the time limit of {limit:?}, \
         that of a call (`timeout`)"
    );
    Error::new(Kind::Timeout, message).after(attempts, may_be_executed)
}

/// The time limits of an attempt.
#[derive(Clone, Copy)]
struct Limits {
    attempt: Option<Duration>,
    /// The rest of the call's limit.
    left: Option<Duration>,
    /// The whole limit of the call.
    total: Option<Duration>,
}

/// The timer of an attempt. Its limit is the shorter of the limits of the attempt and
/// of the call.
struct AttemptTimer<'a> {
    timer: Timer<'a>,
    limits: Limits,
}

impl<'a> AttemptTimer<'a> {
    fn new(clock: &'a dyn Clock, stopwatch: &'a Stopwatch, limits: Limits) -> Self {
        let shorter = limits.attempt.into_iter().chain(limits.left).min();
        Self { timer: Timer::new(clock, stopwatch, shorter), limits }
    }

    /// Returns the remaining time; `None` for no limit.
    fn left(&self) -> Option<Duration> {
        self.timer.left()
    }

    /// Waits for a future. Returns `None` if the limit passed first.
    async fn wait<F: Future>(&mut self, future: Pin<&mut F>) -> Option<F::Output> {
        self.timer.wait(future).await
    }

    /// Returns the reason for which a body did not arrive in time.
    fn passed(&self) -> Unread {
        let Limits { attempt, left, total } = self.limits;
        let of_the_call =
            left.is_some_and(|left| attempt.is_none_or(|limit| left < limit));
        let (limit, name) = match of_the_call {
            true => (total, "that of a call (`timeout`)"),
            false => (attempt, "that of an attempt (`attempt_timeout`)"),
        };
        let limit = limit.unwrap_or_default();
        let message =
            format!("no complete response within the time limit of {limit:?}, {name}");
        Unread::new(Kind::Timeout, message, Bytes::new()).may_pass()
    }
}

/// Sends a call once, and follows redirects within the base URL.
async fn attempt(
    core: &Core,
    call: &Call,
    operation: &'static Operation,
    expected: Expected,
    mut timer: AttemptTimer<'_>,
    mut permit: Option<Permit<'_>>,
) -> Result<Received, Failure> {
    call.begin();
    let mut redirected;
    let mut target = call;
    for _ in 0..=REDIRECTS {
        let sent = {
            // Pinned here, because passing the future by value copies it.
            let sent = pin!(core.auth.send(&core.connection, target, timer.left()));
            timer.wait(sent).await
        };
        let (response, lease) = sent.unwrap_or_else(|| Err(late(call, &timer)))?;
        let (parts, body) = response.into_parts();
        if let Some(permit) = &mut permit {
            permit.observe(parts.status, &parts.headers);
        }
        if !parts.status.is_redirection() {
            return classify(core, operation, expected, parts, body, lease, timer).await;
        }
        let Some(url) = redirect_target(core, target, operation, &parts) else {
            let body = Box::pin(excerpt(core, &parts.headers, body, timer.left())).await;
            return Err(not_followed(operation, &parts, body).into());
        };
        core.connection.drain(body).await;
        lease.release();
        redirected = target.redirected(url);
        target = &redirected;
    }
    Err(Error::new(
        Kind::Redirect,
        format!("more than {REDIRECTS} redirects in a row: check the base URL"),
    )
    .into())
}

/// Reads the body of an error, or the part that arrives in time, and removes the secrets
/// in use.
async fn excerpt(
    core: &Core,
    headers: &HeaderMap,
    body: Body,
    left: Option<Duration>,
) -> Bytes {
    core.auth.scrub(core.connection.excerpt(headers, body, left).await)
}

/// Creates the failure of an attempt whose time limit passed before the response began.
fn late(call: &Call, timer: &AttemptTimer<'_>) -> Failure {
    let failure = timer.passed().failure(None);
    if call.was_sent() { failure.after_sending() } else { failure.unsent() }
}

/// Returns the target of a redirect, if the redirect may be followed.
fn redirect_target(
    core: &Core,
    call: &Call,
    operation: &Operation,
    response: &http::response::Parts,
) -> Option<Url> {
    if !is_safe(operation) {
        return None;
    }
    let location = response.headers.get(LOCATION)?.to_str().ok()?;
    core.connection.base.redirect(call.url(), location)
}

/// Creates the error of a redirect that is not followed.
fn not_followed(
    operation: &Operation,
    response: &http::response::Parts,
    body: Bytes,
) -> Error {
    let message = match response.headers.get(LOCATION) {
        Some(_) if !is_safe(operation) => "redirects are followed for GET and HEAD only",
        Some(_) => "redirects away from the base URL are not followed",
        None => "a redirect without a target (no `Location` header)",
    };
    status_error(Kind::Redirect, message, response.status, &response.headers, body)
}

fn is_safe(operation: &Operation) -> bool {
    matches!(operation.method, Method::Get | Method::Head)
}

/// Turns a response into a success or a failure.
async fn classify(
    core: &Core,
    operation: &'static Operation,
    expected: Expected,
    parts: http::response::Parts,
    body: Body,
    lease: Lease,
    mut timer: AttemptTimer<'_>,
) -> Result<Received, Failure> {
    let (status, headers) = (parts.status, parts.headers);
    if !status.is_success() {
        let body = Box::pin(excerpt(core, &headers, body, timer.left())).await;
        lease.release();
        return Err(refused(core, status, &headers, body));
    }
    note_deprecation(core, operation, &headers);
    if expected == Expected::Stream {
        lease.release();
        let is_framed = is_framed(parts.version, status, &headers, &[]);
        let body = Payload::Open { body, is_framed, timeout: None };
        return Ok(Received::new(operation, status, headers, body));
    }
    // The request was executed, whatever went wrong with the body of its success.
    let of_success =
        |unread: Unread| of_body(core, status, &headers, unread).after_sending();
    let read = {
        let read = pin!(read(&headers, body, core.limits.body));
        timer.wait(read).await
    };
    let bytes = read.unwrap_or_else(|| Err(timer.passed())).map_err(of_success)?;
    lease.release();
    let is_framed = is_framed(parts.version, status, &headers, &bytes);
    absence(operation, expected, &bytes, is_framed, &headers).map_err(of_success)?;
    let body = Payload::Whole { bytes, is_framed };
    Ok(Received::new(operation, status, headers, body))
}

/// Creates the failure of a response whose body could not be read, and removes the
/// secrets in use from the body.
fn of_body(
    core: &Core,
    status: StatusCode,
    headers: &HeaderMap,
    unread: Unread,
) -> Failure {
    let body = core.auth.scrub(unread.body);
    Unread { body, ..unread }.failure(Some((status, headers.clone())))
}

/// Creates the failure of a response with a status other than success.
fn refused(
    core: &Core,
    status: StatusCode,
    headers: &HeaderMap,
    body: Bytes,
) -> Failure {
    let is_unknown = status == StatusCode::UNAUTHORIZED
        && !ApiError::parse(&body).names_a_missing_role();
    let message = is_unknown.then(|| core.auth.why_unauthorized()).flatten();
    let message = message.unwrap_or_default();
    let error = status_error(Kind::Status, message, status, headers, body);
    let retryability = Retryability::after(status, headers, core.connection.clock.now());
    let failure = Failure::new(error, retryability);
    match status.as_u16() {
        408 | 500.. => failure.after_sending(),
        _ => failure,
    }
}

/// Fails if a required body is absent: an absence is not a value.
///
/// A read that declares a body must return one. A write has been executed regardless of
/// its response, so a complete but empty body leaves the value unset.
fn absence(
    operation: &Operation,
    expected: Expected,
    bytes: &Bytes,
    is_framed: bool,
    headers: &HeaderMap,
) -> Result<(), Unread> {
    let is_blank = is_blank(bytes);
    if expected != Expected::Value || !(is_blank || is_null(bytes)) {
        return Ok(());
    }
    if is_blank && !is_framed {
        let message = "the connection ended before the body of the response arrived";
        return Err(Unread::new(Kind::Transport, message, Bytes::new()).may_pass());
    }
    if !is_safe(operation) {
        return Ok(());
    }
    let what = if is_blank { "no body" } else { "`null`" };
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let hint = match kind {
        Some(kind) if !kind.contains("json") => format!(" as {kind}; {OTHER_SERVER}"),
        _ => String::new(),
    };
    let message =
        format!("the response has {what} where the operation declares a body{hint}");
    Err(Unread::new(Kind::Decode, message, bytes.clone()))
}

fn note_deprecation(core: &Core, operation: &'static Operation, headers: &HeaderMap) {
    let deprecated = operation.deprecated || headers.contains_key("deprecation");
    if deprecated && core.is_news(operation) {
        trace::deprecated(operation, headers);
    }
}
