//! From a request to its answer: the one core that all types of answers share.
//!
//! In this order: the overall time limit; the retry policy; for each try its time limit, its
//! authentication ([`auth`](crate::auth)), redirects, the transport, the body; then the
//! judgement of the status. The value itself is read by the caller of this module.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};

use crate::auth::{Auth, Nonce};
use crate::client::{Client, Core};
use crate::clock;
use crate::error::{Error, Kind};
use crate::operation::{Method, Operation};
use crate::request::{Options, Parts};
use crate::retry::Again;
use crate::trace;
use crate::transport::{Body, BoxFuture};

pub(crate) use answer::{Answer, OTHER_SERVER, Payload, status_error};
pub(crate) use body::{drain, excerpt, is_framed, read};
pub(crate) use call::Call;

mod answer;
mod body;
mod call;

/// How many redirects within the origin are followed.
const REDIRECTS: usize = 5;

/// Why a try failed, and whether the request may be sent again.
#[derive(Clone)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) again: Again,
}

impl Failure {
    /// Makes it the failure of something that went before the request itself.
    pub(crate) fn unsent(mut self) -> Self {
        if let Again::IfRepeatable(after) = self.again {
            self.again = Again::Always(after);
        }
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, again: Again::Never }
    }
}

/// Sends a request and returns its answer, with the body read unless it `streams`.
pub(crate) fn run(
    client: &Client,
    parts: &Arc<Parts>,
    options: &Options,
    streams: bool,
) -> BoxFuture<'static, Result<Answer, Error>> {
    let (client, parts, options) = (client.clone(), Arc::clone(parts), options.clone());
    let operation = parts.operation;
    Box::pin(trace::request(operation, async move {
        let core = client.core();
        let call = Call::new(core, &parts, streams)?;
        let result = tries(core, &call, operation, &options, streams).await;
        result.map_err(|error| error.of(operation))
    }))
}

async fn tries(
    core: &Core,
    call: &Call,
    operation: &'static Operation,
    options: &Options,
    streams: bool,
) -> Result<Answer, Error> {
    let policy = options.retry.as_ref().unwrap_or(&core.retry);
    let total = options.timeout.or(core.limits.total);
    let limit = options.attempt.or(core.limits.attempt);
    let end = total.map(|total| core.clock.monotonic().saturating_add(total));
    let mut attempt = 1;
    loop {
        // The limit of the call cuts that of the try, so that one timer does for both: the
        // waits between tries end before it anyway.
        let left = end.map(|end| end.saturating_sub(core.clock.monotonic()));
        let shorter = limit.into_iter().chain(left).min();
        let one = one(core, call, operation, streams, shorter);
        let Failure { error, again } = match trace::attempt(attempt, one).await {
            Ok(answer) => return Ok(answer.arrived(core, attempt, limit)),
            Err(failure) => failure,
        };
        let wait = policy.wait(operation.method, again, attempt, clock::jitter());
        let fits = |wait: &Duration| {
            end.is_none_or(|end| core.clock.monotonic().saturating_add(*wait) < end)
        };
        let Some(wait) = wait.filter(fits) else {
            return Err(error.edit(|error| {
                error.attempts = attempt;
                if error.kind == Kind::Timeout {
                    error.message = out_of_time(limit, left, total);
                }
            }));
        };
        trace::waits(attempt, wait, &error);
        core.clock.sleep(wait).await;
        attempt += 1;
    }
}

/// Says which limit ran out: that of a try, or what the call had left where that is shorter.
fn out_of_time(
    attempt: Option<Duration>,
    left: Option<Duration>,
    total: Option<Duration>,
) -> String {
    let of_the_call = left.is_some_and(|left| attempt.is_none_or(|limit| left < limit));
    let (limit, name) = match of_the_call {
        true => (total, "that of a call (`timeout`)"),
        false => (attempt, "that of a try (`attempt_timeout`)"),
    };
    format!(
        "no whole answer within the time limit of {:?}, {name}",
        limit.unwrap_or_default()
    )
}

/// Tries once, within a time limit.
async fn one(
    core: &Core,
    call: &Call,
    operation: &'static Operation,
    streams: bool,
    limit: Option<Duration>,
) -> Result<Answer, Failure> {
    call.begin();
    // Pinned here, for whatever takes it by value copies it.
    let attempt = pin!(follow(core, call, operation, streams, limit));
    clock::limit(&*core.clock, limit, attempt).await.unwrap_or_else(|| {
        let error = Error::new(Kind::Timeout, "no whole answer within the time limit");
        let failure = Failure { error, again: Again::IfRepeatable(None) };
        Err(if call.was_sent() { failure } else { failure.unsent() })
    })
}

/// Sends a call and follows redirects within the origin.
async fn follow(
    core: &Core,
    call: &Call,
    operation: &'static Operation,
    streams: bool,
    limit: Option<Duration>,
) -> Result<Answer, Failure> {
    let mut redirected;
    let mut call = call;
    for _ in 0..=REDIRECTS {
        let (response, nonce) = authorized(core, call, limit).await?;
        let (parts, body) = response.into_parts();
        trace::answered(parts.status);
        if !parts.status.is_redirection() {
            return settle(core, operation, streams, parts, body, nonce).await;
        }
        let safe = matches!(operation.method, Method::Get | Method::Head);
        let location = parts.headers.get(LOCATION).and_then(|to| to.to_str().ok());
        let target = location.and_then(|to| core.base.redirect(call.url(), to));
        let Some(target) = target.filter(|_| safe) else {
            let message = match location {
                Some(_) if !safe => "only a GET follows redirects",
                Some(_) => "redirects to another origin are not followed",
                None => "a redirect to nowhere",
            };
            let body = Box::pin(excerpt(core, &parts.headers, body)).await;
            let error = status_error(Kind::Redirect, parts.status, &parts.headers, body);
            return Err(error.edit(|error| error.message = message.to_owned()).into());
        };
        drain(body).await;
        give_back(core, nonce);
        redirected = call.redirected(target);
        call = &redirected;
    }
    Err(Error::new(Kind::Redirect, "redirected too often").into())
}

/// Sends a call with the credentials of the client, and once more where these were good but
/// have run out.
async fn authorized(
    core: &Core,
    call: &Call,
    limit: Option<Duration>,
) -> Result<(http::Response<Body>, Option<Nonce>), Failure> {
    let response = match &core.auth {
        Auth::None => call.send(core, None).await?,
        Auth::AccessToken { header, .. } => call.send(core, Some(header)).await?,
        // On the heap, for the way to a nonce is large: else every request has its size.
        Auth::ApiKey(key) => return Box::pin(key.send(core, call)).await,
        Auth::ServiceAccount(account) => {
            let bearer = account.token(core, limit).await?;
            let response = call.send(core, Some(bearer.header())).await?;
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok((response, None));
            }
            // Revoked, or expired by the server's clock: the request was not executed.
            account.refuse(&bearer);
            drain(response.into_body()).await;
            let bearer = account.token(core, limit).await?;
            call.send(core, Some(bearer.header())).await?
        }
    };
    Ok((response, None))
}

/// Makes an answer or an error of a response.
async fn settle(
    core: &Core,
    operation: &'static Operation,
    streams: bool,
    parts: http::response::Parts,
    body: Body,
    nonce: Option<Nonce>,
) -> Result<Answer, Failure> {
    let (status, headers) = (parts.status, parts.headers);
    if !status.is_success() {
        let body = Box::pin(excerpt(core, &headers, body)).await;
        give_back(core, nonce);
        let mut error = status_error(Kind::Status, status, &headers, body);
        if status == StatusCode::UNAUTHORIZED && matches!(core.auth, Auth::None) {
            let message = "the client was built without credentials";
            error = error.edit(|error| error.message = message.to_owned());
        }
        let again = Again::after(status, &headers, core.clock.now());
        return Err(Failure { error, again });
    }
    note_deprecation(core, operation, &headers);
    let body = if streams {
        Payload::Open { body, patience: None }
    } else {
        let read = read(core, &headers, body, core.limits.body).await;
        let bytes = read.map_err(|failure| Failure {
            error: failure.error.edit(|error| {
                error.status = Some(status);
                error.headers = headers.clone();
            }),
            ..failure
        })?;
        Payload::Whole { bytes, is_framed: is_framed(parts.version, &headers) }
    };
    give_back(core, nonce);
    Ok(Answer::new(operation, status, headers, body))
}

/// Returns the nonce of a request that is over.
fn give_back(core: &Core, nonce: Option<Nonce>) {
    if let (Auth::ApiKey(key), Some(nonce)) = (&core.auth, nonce) {
        key.give_back(nonce);
    }
}

fn note_deprecation(core: &Core, operation: &'static Operation, headers: &HeaderMap) {
    let deprecated = operation.deprecated || headers.contains_key("deprecation");
    if deprecated && core.is_news(operation) {
        trace::deprecated(operation, headers);
    }
}

/// Makes an error of bytes that arrived for a request.
pub(crate) fn broken(kind: Kind, message: &str, body: Bytes) -> Error {
    Error::new(kind, message).edit(|error| error.body = body)
}
