//! The schedule of a wait's requests, and the observations so far.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use crate::client::Client;
use crate::connection::Base;
use crate::error::{Error, Kind, start_of};
use crate::headers::retry_after;
use crate::operation::Operation;
use crate::output::Output;
use crate::page::{Items, Page};
use crate::request::{Options, Parts};
use crate::send::ResponseFuture;

/// The default wait between a response and the next request.
const INTERVAL: Duration = Duration::from_secs(10);

/// The default time limit of the whole wait.
const TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// The time for which 404 may mean that a new resource is not visible yet.
const EARLY: Duration = Duration::from_secs(30);

/// The longest quotation of a state, in characters: in the error of a failed wait, and
/// in that of a wait that exceeded its time limit, which is longer.
const FAILED_STATE: usize = 120;
const LAST_STATE: usize = 60;

/// The interval, time limit and options of a wait's requests.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
    pub(crate) options: Options,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { interval: INTERVAL, timeout: TIMEOUT, options: Options::DEFAULT }
    }
}

/// The progress of a wait: its start, and the latest observations.
pub(crate) struct Watch {
    client: Client,
    schedule: Schedule,
    start: Duration,
    /// Whether a server was reached.
    is_reached: bool,
    /// Whether the resource was seen.
    is_seen: bool,
    /// The last state in a response.
    state: Option<String>,
    /// The error of the last request.
    error: Option<Error>,
    /// The wait before the next request that the service requested; `None` if it
    /// requested none.
    requested_wait: Option<Duration>,
}

impl Watch {
    pub(crate) fn new(client: Client, schedule: Schedule) -> Self {
        Self {
            start: client.core().connection.clock.monotonic(),
            client,
            schedule,
            is_reached: false,
            is_seen: false,
            state: None,
            error: None,
            requested_wait: None,
        }
    }

    /// Starts a wait after a response.
    pub(crate) fn after(
        client: Client,
        schedule: Schedule,
        headers: &HeaderMap,
    ) -> Self {
        let mut watch = Self::new(client, schedule);
        watch.is_reached = true;
        watch.note_retry_after(headers);
        watch
    }

    /// Sends a request of the wait.
    pub(crate) fn send<T: Output>(&self, parts: &Arc<Parts>) -> ResponseFuture<T> {
        ResponseFuture::new(&self.client, parts, &self.schedule.options)
    }

    /// Requests the items of a list.
    pub(crate) fn items<T: Page + Output>(&self, parts: &Arc<Parts>) -> Items<T> {
        Items::new(&self.client, parts, &self.schedule.options)
    }

    pub(crate) fn base(&self) -> &Base {
        &self.client.core().connection.base
    }

    /// Returns the time since the wait started.
    pub(crate) fn elapsed(&self) -> Duration {
        self.client.core().connection.clock.monotonic().saturating_sub(self.start)
    }

    pub(crate) fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    pub(crate) fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Notes a response that does not end the wait.
    pub(crate) fn saw(&mut self, state: Option<String>, headers: &HeaderMap) {
        (self.is_reached, self.is_seen) = (true, true);
        self.state = state.or(self.state.take());
        self.error = None;
        self.note_retry_after(headers);
    }

    /// Returns true if the wait continues after an error, regardless of the caller's
    /// outcome.
    ///
    /// Returns false if the very first request can't connect, because there may be no
    /// server at that address. Returns false if the caller has set a retry policy for
    /// the wait, because the wait then ends when that policy gives up.
    pub(crate) fn outlasts(&self, error: &Error) -> bool {
        let may_be_elsewhere = error.is_connect() && !self.is_reached;
        let is_free = self.schedule.options.retry.is_none();
        error.is_retryable() && is_free && !may_be_elsewhere
    }

    /// Returns true if an error may mean that a new resource is not visible yet.
    pub(crate) fn may_be_too_early(&self, error: &Error) -> bool {
        error.is_not_found() && !self.is_seen && self.elapsed() < EARLY
    }

    /// Notes an error after which the wait continues.
    ///
    /// # Errors
    ///
    /// Returns an error that ends the wait.
    pub(crate) fn pass(&mut self, error: Error) -> Result<(), Error> {
        if !self.outlasts(&error) {
            return Err(error);
        }
        self.passes(error);
        Ok(())
    }

    /// Notes an error that does not end the wait.
    pub(crate) fn passes(&mut self, error: Error) {
        self.is_reached |= !error.is_connect();
        self.note_retry_after(error.headers());
        self.error = Some(error);
    }

    /// Notes the wait that a response body requests.
    pub(crate) fn note_requested_wait(&mut self, wait: Duration) {
        self.requested_wait = self.requested_wait.max(Some(wait));
    }

    fn note_retry_after(&mut self, headers: &HeaderMap) {
        self.requested_wait =
            retry_after(headers, self.client.core().connection.clock.now());
    }

    /// Waits until the next request is due.
    ///
    /// # Errors
    ///
    /// Returns an error at once, with the latest observation, if the time limit passes
    /// before the next request is due.
    pub(crate) async fn pause(
        &mut self,
        operation: &'static Operation,
    ) -> Result<(), Error> {
        let elapsed = self.elapsed();
        // A wait that the service asks for doesn't end this one before its time: the last
        // request is sent at its end.
        let left = self.schedule.timeout.saturating_sub(elapsed);
        let requested = self.requested_wait.take().unwrap_or_default().min(left);
        let pause = self.schedule.interval.max(requested);
        if elapsed.saturating_add(pause) > self.schedule.timeout {
            return Err(self.out_of_time(operation));
        }
        self.client.core().connection.clock.sleep(pause).await;
        Ok(())
    }

    fn out_of_time(&mut self, operation: &'static Operation) -> Error {
        let limit = self.schedule.timeout;
        let mut message = format!(
            "the expected state was not reached within {limit:?}, the time limit of this wait (`timeout`)"
        );
        if let Some(state) = &self.state {
            message.push_str(&format!("; last seen: {}", start_of(state, LAST_STATE)));
        }
        let last = self.error.take();
        if let Some(last) = &last {
            // Its complete line is in the source.
            message.push_str(&format!("; last error: {}", last.head()));
        }
        let error = match last {
            Some(last) => Error::with_source(Kind::Timeout, message, last),
            None => Error::new(Kind::Timeout, message),
        };
        error.of(operation)
    }
}

/// Creates the error of a failed wait.
pub(crate) fn failed(state: Option<&str>) -> Error {
    let message = match state {
        Some(state) => {
            format!(
                "the work that was waited for has failed: {}",
                start_of(state, FAILED_STATE)
            )
        }
        None => "the work that was waited for has failed".to_owned(),
    };
    Error::new(Kind::Failed, message)
}
