//! Waiting for work that goes on after the response: what has to be asked, and what its response
//! means, is data of the operation ([`operation::Wait`](crate::operation::Wait)).
//!
//! 1. Where the document says that the operation may answer with an operation resource, and the
//!    response is 202 with a `Location`, that resource is polled until its end.
//! 2. Otherwise the operation that the facts name is polled, until a property has a value that
//!    means done or failed, or until the resource is gone.
//!
//! Both are waits as a [`Poller`](crate::Poller) is one: they outlast errors that may pass.

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
use crate::response::{Response, ResponseFuture};
use crate::transport::BoxFuture;
use run::Run;

mod judge;
mod long_running;
mod run;

/// Waits until the work that a request starts is complete, and returns the resource then.
///
/// Made by `send_and_wait` or `wait` of a [`WaitingRequest`](crate::WaitingRequest) or a builder, or
/// by [`Request::send_and_wait`](crate::Request::send_and_wait); it begins when it is awaited. The
/// documentation of the request function says what is waited for. By default the state is asked
/// for every 10 seconds, for up to an hour.
///
/// It goes on through errors that may pass, as a [`Poller`](crate::Poller) does. After a change,
/// a state that means done counts only once another was seen, or after 30 seconds: until then it
/// may be the one from before. Until what a POST makes is seen for the first time, 404 means "not
/// yet".
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
/// Returns the error of sending the request; the first error of a poll that won't pass; one for
/// which [`Error::is_failed_wait`] holds where the state means that the work has failed; and one
/// for which [`Error::is_timeout`] holds where the wait took too long. The last two name the state.
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

/// Whether the request has yet to be sent.
enum Start {
    Send,
    Sent(Result<Told, Error>),
}

/// The response to the request, as far as the wait needs it.
pub(crate) struct Told {
    status: u16,
    headers: HeaderMap,
    body: Json,
}

impl Told {
    fn of(response: Response<Json>) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.into_value() }
    }

    fn of_value(response: &Response<impl Value>) -> Result<Self, Error> {
        let body = codec::encode(response.value()).map_err(|error| {
            Error::with_source(Kind::Request, "the response can't be read again", error)
        })?;
        // A response without a body is as good as `null`.
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
        Self::with(client, parts, Start::Sent(Told::of_value(response)))
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

    /// Limits the whole wait after the response: an hour by default. A request that is under way
    /// then has limits of its own.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.schedule.timeout = timeout;
        self
    }

    /// Sets what each of the requests does differently from the client.
    ///
    /// A retry policy among them is the policy of the wait: where it gives up, the wait ends.
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

/// Sends the request unless it was sent, and waits; returns the resource, unless there is none.
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
    let told = match start {
        Start::Sent(told) => told.map_err(|error| error.of(operation))?,
        Start::Send => {
            let sent = ResponseFuture::<Json>::new(&client, &parts, &schedule.options);
            Told::of(sent.await?)
        }
    };
    let watch = Watch::after(client, schedule, &told.headers);
    Run { request: parts, wait, told, watch, report }.finish().await
}

/// Makes the error of a wait whose end nothing tells.
fn unknown(operation: &'static Operation) -> Error {
    let message = "nothing is known about how the end of its work is told: poll instead";
    Error::new(Kind::Request, message).of(operation)
}

/// Reads the resource as the type that the caller gets.
fn decode(resource: &Json, into: &mut dyn Value) -> Result<(), Error> {
    let text = resource.to_string();
    codec::decode(text.as_bytes(), into).map_err(|error| {
        let message = format!("the resource that was waited for can't be read: {error}");
        Error::with_source(Kind::Decode, message, error)
    })
}

/// The progress of a wait. `Display` gives one line.
#[derive(Clone, Copy)]
pub struct Progress<'w> {
    watch: &'w Watch,
}

impl Progress<'_> {
    /// Returns the last state that was seen: `stateName: UPDATING`; `None` where there is none yet.
    pub fn state(&self) -> Option<&str> {
        self.watch.state()
    }

    /// Returns the error of the last poll, where it is one that the wait goes on through.
    pub fn error(&self) -> Option<&Error> {
        self.watch.error()
    }

    /// Returns how long the wait has lasted.
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
