//! Polling: a request is repeated until its response is the expected one.
//!
//! A wait may last for hours, and outlasts temporary failures. Each request is retried
//! by the client's retry policy. If the policy gives up on a retryable error
//! ([`Error::is_retryable`]), the wait sends the request again an interval later, until
//! its own time limit. If the very first request can't connect, the wait ends, because
//! the address may be wrong.

use std::fmt;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use crate::client::Client;
use crate::error::Error;
use crate::output::Output;
use crate::request::{Options, Parts, Request};
use crate::response::Response;

pub use outcome::Outcome;
pub(crate) use outcome::Verdict;
pub(crate) use schedule::{Schedule, Watch, failed};

mod outcome;
mod schedule;

impl<T: Output> Request<T> {
    /// Starts waiting for a state: a cluster that is `IDLE`, an index that is `READY`.
    pub fn poll(&self, client: &Client) -> Poller<'static, T> {
        Poller::new(client, self.parts())
    }
}

/// A wait that repeats a request until its response is the expected one.
///
/// Returned by [`Request::poll`](crate::Request::poll). By default, sends the request
/// every 10 seconds for up to an hour; waits longer if the service requests that
/// (`Retry-After`). Continues after retryable errors ([`Error::is_retryable`]), except
/// that the very first request must reach a server.
///
/// Owns all of its parts, so the wait can be spawned if the caller's closures can.
#[must_use = "a poller does nothing before `until`, `until_result` or `until_gone`"]
pub struct Poller<'a, T> {
    client: Client,
    parts: Arc<Parts>,
    schedule: Schedule,
    progress: Option<Progress<'a, T>>,
    output: PhantomData<fn() -> T>,
}

type Progress<'a, T> = Box<dyn FnMut(&Response<T>) + Send + 'a>;

impl<T: Output> Poller<'static, T> {
    pub(crate) fn new(client: &Client, parts: &Arc<Parts>) -> Self {
        Self {
            client: client.clone(),
            parts: Arc::clone(parts),
            schedule: Schedule::default(),
            progress: None,
            output: PhantomData,
        }
    }
}

impl<'a, T: Output> Poller<'a, T> {
    /// Sets the wait between a response and the next request: 10 seconds by default.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.schedule.interval = interval;
        self
    }

    /// Sets the time limit of the whole wait: 1 hour by default. A request in flight at
    /// that time keeps its own limits.
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

    /// Calls `progress` with each response that does not end the wait.
    pub fn on_progress<'b>(
        self,
        progress: impl FnMut(&Response<T>) + Send + 'b,
    ) -> Poller<'b, T> {
        let Self { client, parts, schedule, output, .. } = self;
        let progress: Option<Progress<'b, T>> = Some(Box::new(progress));
        Poller { client, parts, schedule, progress, output }
    }

    /// Repeats the request until `outcome` is done for its response, and returns that
    /// response. A `bool` is an outcome too: `true` is done.
    ///
    /// A new resource may not be visible at once. In the first 30 seconds, 404 does not
    /// end the wait, unless the resource was seen before.
    ///
    /// ```
    /// # use atlas_admin_runtime::{Client, Error, Json, Outcome, Request};
    /// # async fn example(client: Client, request: Request<Json>) -> Result<(), Error> {
    /// let cluster = request
    ///     .poll(&client)
    ///     .until(|cluster| match cluster["stateName"].as_str() {
    ///         Some("IDLE") => Outcome::done(),
    ///         Some("FAILED") => Outcome::failed("FAILED"),
    ///         state => Outcome::pending(state.unwrap_or_default()),
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the first error that is not retryable. If the outcome is failed, returns
    /// an error for which [`Error::is_failed_wait`] is true. If the wait exceeds its
    /// time limit, returns one for which [`Error::is_timeout`] is true. Both name the
    /// last state of an outcome.
    pub fn until<F, O>(
        self,
        mut outcome: F,
    ) -> impl Future<Output = Result<Response<T>, Error>> + Send + use<'a, T, F, O>
    where
        F: FnMut(&T) -> O + Send,
        O: Into<Outcome>,
    {
        self.run(true, move |result: Result<&Response<T>, &Error>| match result {
            Ok(response) => outcome(response.value()).into(),
            Err(error) => Outcome::failed(error),
        })
    }

    /// Repeats the request until `outcome` is done, and passes errors to `outcome` too:
    /// 404 right after a POST may mean "not yet".
    ///
    /// Retryable errors ([`Error::is_retryable`]) are not passed to `outcome`, because
    /// the wait continues after them in any case. An error whose outcome is done or
    /// failed ends the wait, and is returned.
    ///
    /// ```
    /// # use atlas_admin_runtime::{Client, Error, Json, Outcome, Request};
    /// # async fn example(client: Client, request: Request<Json>) -> Result<(), Error> {
    /// let cluster = request
    ///     .poll(&client)
    ///     .until_result(|result| match result {
    ///         Ok(cluster) => (cluster["stateName"] == "IDLE").into(),
    ///         Err(error) if error.is_not_found() => Outcome::pending("not found"),
    ///         Err(error) => Outcome::failed(error),
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Poller::until`].
    pub fn until_result<F, O>(
        self,
        mut outcome: F,
    ) -> impl Future<Output = Result<Response<T>, Error>> + Send + use<'a, T, F, O>
    where
        F: FnMut(Result<&Response<T>, &Error>) -> O + Send,
        O: Into<Outcome>,
    {
        self.run(false, move |result| outcome(result).into())
    }

    /// Repeats the request until `outcome` is done. `is_patient` states whether 404 may
    /// mean that it is too early.
    fn run<F>(
        self,
        is_patient: bool,
        mut outcome: F,
    ) -> impl Future<Output = Result<Response<T>, Error>> + Send + use<'a, T, F>
    where
        F: FnMut(Result<&Response<T>, &Error>) -> Outcome + Send,
    {
        let Self { client, parts, schedule, mut progress, .. } = self;
        async move {
            let mut watch = Watch::new(client, schedule);
            loop {
                // In a separate block, because a response that need not be `Send` can't
                // be held across the wait.
                {
                    let result = watch.send(&parts).await;
                    if let ControlFlow::Break(ended) =
                        look(&mut watch, result, is_patient, &mut outcome, &mut progress)
                    {
                        return ended.map_err(|error| error.of(parts.operation));
                    }
                }
                watch.pause(parts.operation).await?;
            }
        }
    }

    /// Repeats the request until its resource no longer exists (404), for example
    /// because it was deleted.
    ///
    /// # Errors
    ///
    /// Those of [`Poller::until`], except 404.
    pub fn until_gone(
        self,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<'a, T> {
        let ended = self.run(false, |result| match result {
            Ok(_) => false.into(),
            Err(error) => Outcome::failed(error),
        });
        async move {
            match ended.await.map(drop) {
                Err(error) if error.is_not_found() => Ok(()),
                result => result,
            }
        }
    }
}

/// Judges the result of a request: the end of the wait, or a step towards it.
fn look<T>(
    watch: &mut Watch,
    result: Result<Response<T>, Error>,
    is_patient: bool,
    outcome: &mut impl FnMut(Result<&Response<T>, &Error>) -> Outcome,
    progress: &mut Option<Progress<'_, T>>,
) -> ControlFlow<Result<Response<T>, Error>> {
    let may_pass = |watch: &Watch, error: &Error| {
        watch.outlasts(error) || is_patient && watch.may_be_too_early(error)
    };
    let response = match result {
        Ok(response) => response,
        Err(error) => {
            if !may_pass(watch, &error)
                && outcome(Err(&error)).verdict != Verdict::Pending
            {
                return ControlFlow::Break(Err(error));
            }
            watch.passes(error);
            return ControlFlow::Continue(());
        }
    };
    let Outcome { verdict, state } = outcome(Ok(&response));
    match verdict {
        Verdict::Done => ControlFlow::Break(Ok(response)),
        Verdict::Failed => ControlFlow::Break(Err(failed(state.as_deref()))),
        Verdict::Pending => {
            watch.saw(state, response.headers());
            if let Some(progress) = progress {
                progress(&response);
            }
            ControlFlow::Continue(())
        }
    }
}

impl<T> fmt::Debug for Poller<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller")
            .field("request", &self.parts)
            .field("interval", &self.schedule.interval)
            .field("timeout", &self.schedule.timeout)
            .finish_non_exhaustive()
    }
}
