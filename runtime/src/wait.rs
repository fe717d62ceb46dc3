//! Waiting for work that continues after the response. The request that is polled, and
//! the meaning of its responses, are data of the operation
//! ([`operation::Wait`](crate::operation::Wait)).
//!
//! 1. If the document declares that the operation may respond with an operation
//!    resource, and the response is 202 with a `Location`, the operation resource is
//!    polled until its end.
//! 2. Otherwise the operation that the data name is polled, until a property has a
//!    value that means done or failed, or until the resource is gone.
//!
//! Both waits continue after retryable errors, like a [`Poller`](crate::Poller).

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use crate::client::Client;
use crate::codec::{self, Json, Value};
use crate::error::{Error, Kind};
use crate::operation::Operation;
use crate::poll::{Schedule, Watch};
use crate::request::{Options, Parts};
use crate::response::Response;
use crate::send::ResponseFuture;
use crate::transport::BoxFuture;
use run::Run;

pub use request::WaitingRequest;

mod judge;
mod long_running;
mod request;
mod run;

/// A wait until the work that a request starts is complete. Its output is the resource.
///
/// Returned by `send_and_wait` or `wait` of a [`WaitingRequest`](crate::WaitingRequest)
/// or a builder, or by [`Request::send_and_wait`](crate::Request::send_and_wait). Starts
/// when it is awaited. The documentation of the request function states the end of the
/// wait. By default, the state is requested every 10 seconds, for up to an hour.
///
/// Continues after retryable errors, like a [`Poller`](crate::Poller). After a change, a
/// state that means done counts only once another state was seen, or after 30 seconds,
/// because until then it may be the earlier state. Until the resource of a POST is seen
/// for the first time, 404 means "not yet".
///
/// ```no_run
/// # use std::time::Duration;
/// # use atlas_admin_runtime::{Client, Error, Json, Request};
/// # async fn example(client: Client, request: Request<Json>) -> Result<(), Error> {
/// let cluster = request
///     .send_and_wait::<Json>(&client)
///     .timeout(Duration::from_secs(2 * 60 * 60))
///     .on_progress(|progress| println!("{progress}"))
///     .await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Returns the error of sending the request, or the first error of a poll that is not
/// retryable. If the state means that the work has failed, returns an error for which
/// [`Error::is_failed_wait`] is true. If the wait exceeds its time limit, returns one
/// for which [`Error::is_timeout`] is true. Both name the state.
#[must_use = "a wait begins when it is awaited"]
pub struct Waiter<'a, W> {
    client: Client,
    parts: Arc<Parts>,
    start: Start,
    schedule: Schedule,
    report: Option<Report<'a>>,
    result: PhantomData<fn() -> W>,
}

type Report<'a> = Box<dyn FnMut(&Progress<'_>) + Send + 'a>;

/// Whether the request has been sent already.
enum Start {
    Send,
    Sent(Result<CallResponse, Error>),
}

/// The parts of the response to the request that the wait needs.
pub(crate) struct CallResponse {
    status: u16,
    headers: HeaderMap,
    body: Json,
}

impl CallResponse {
    fn of(response: Response<Json>) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.into_value() }
    }

    fn of_value(response: &Response<impl Value>) -> Result<Self, Error> {
        let body = codec::encode(response.value()).map_err(|error| {
            Error::with_source(
                Kind::Request,
                "the response can't be encoded to start the wait",
                error,
            )
        })?;
        // A response without a body counts as `null`.
        let body = Json::from_slice(&body).unwrap_or_default();
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Self { status, headers, body })
    }
}

impl<W: Value + Default> Waiter<'static, W> {
    pub(crate) fn new(client: &Client, parts: &Arc<Parts>) -> Self {
        Self::with(client, parts, Start::Send)
    }

    pub(crate) fn after(
        client: &Client,
        parts: &Arc<Parts>,
        response: &Response<impl Value>,
    ) -> Self {
        Self::with(client, parts, Start::Sent(CallResponse::of_value(response)))
    }

    fn with(client: &Client, parts: &Arc<Parts>, start: Start) -> Self {
        Self {
            client: client.clone(),
            parts: Arc::clone(parts),
            start,
            schedule: Schedule::default(),
            report: None,
            result: PhantomData,
        }
    }
}

impl<'a, W: Value + Default> Waiter<'a, W> {
    /// Sets the wait between a response and the next request: 10 seconds by default.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.schedule.interval = interval;
        self
    }

    /// Sets the time limit of the wait after the response: 1 hour by default. A request
    /// in flight at that time keeps its own limits.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.schedule.timeout = timeout;
        self
    }

    /// Sets the options of each request.
    ///
    /// A retry policy among them is also the policy of the wait: the wait ends when the
    /// policy gives up.
    pub fn options(mut self, options: Options) -> Self {
        self.schedule.options = options;
        self
    }

    /// Calls `progress` after each poll that does not end the wait.
    pub fn on_progress<'b>(
        self,
        progress: impl FnMut(&Progress<'_>) + Send + 'b,
    ) -> Waiter<'b, W> {
        let Self { client, parts, start, schedule, result, .. } = self;
        Waiter {
            client,
            parts,
            start,
            schedule,
            report: Some(Box::new(progress)),
            result,
        }
    }
}

impl<'a, W: Value + Default> IntoFuture for Waiter<'a, W> {
    type Output = Result<W, Error>;
    type IntoFuture = BoxFuture<'a, Result<W, Error>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { client, parts, start, schedule, report, .. } = self;
        let ended = wait(client, parts, start, schedule, report);
        Box::pin(async move {
            let resource = ended.await?;
            let mut value = W::default();
            if let Some(resource) = resource {
                decode(&resource, &mut value)?;
            }
            Ok(value)
        })
    }
}

/// Sends the request unless it has been sent, and waits. Returns the resource; `None`
/// if the wait ended without one.
async fn wait(
    client: Client,
    parts: Arc<Parts>,
    start: Start,
    schedule: Schedule,
    report: Option<Report<'_>>,
) -> Result<Option<Json>, Error> {
    let operation = parts.operation;
    let Some(wait) = operation.wait else {
        return Err(unknown(operation));
    };
    let response = match start {
        Start::Sent(response) => response.map_err(|error| error.of(operation))?,
        Start::Send => {
            let sent = ResponseFuture::<Json>::new(&client, &parts, &schedule.options);
            CallResponse::of(sent.await?)
        }
    };
    let watch = Watch::after(client, schedule, &response.headers);
    Run { request: parts, wait, response, watch, report }.finish().await
}

/// Creates the error of a wait whose end can't be detected.
fn unknown(operation: &'static Operation) -> Error {
    let message =
        "the operation declares no sign of the end of its work: use `poll` instead";
    Error::new(Kind::Request, message).of(operation)
}

/// Decodes the resource to the caller's type.
fn decode(resource: &Json, into: &mut dyn Value) -> Result<(), Error> {
    let text = resource.to_string();
    codec::decode(text.as_bytes(), into).map_err(|error| {
        let message =
            format!("the resource that was waited for can't be decoded: {error}");
        Error::with_source(Kind::Decode, message, error)
    })
}

/// The progress of a wait. `Display` prints one line.
#[derive(Clone, Copy)]
pub struct Progress<'w> {
    watch: &'w Watch,
}

impl Progress<'_> {
    /// Returns the last observed state: `stateName: UPDATING`; `None` if no state was
    /// observed yet.
    pub fn state(&self) -> Option<&str> {
        self.watch.state()
    }

    /// Returns the error of the last poll, after which the wait continues; `None` if
    /// the poll succeeded.
    pub fn error(&self) -> Option<&Error> {
        self.watch.error()
    }

    /// Returns the time since the wait started.
    pub fn elapsed(&self) -> Duration {
        self.watch.elapsed()
    }
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} after {} s",
            self.state().unwrap_or("waiting"),
            self.elapsed().as_secs()
        )?;
        match self.error() {
            Some(error) => write!(f, ", last error: {error}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("state", &self.state())
            .field("error", &self.error())
            .field("elapsed", &self.elapsed())
            .finish()
    }
}

impl<W> fmt::Debug for Waiter<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter")
            .field("request", &self.parts)
            .field("interval", &self.schedule.interval)
            .field("timeout", &self.schedule.timeout)
            .finish_non_exhaustive()
    }
}
