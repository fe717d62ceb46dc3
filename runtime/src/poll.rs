//! Waiting: a request repeated until its answer is what the caller waits for.

use std::marker::PhantomData;
use std::time::Duration;

use crate::client::Client;
use crate::error::{Error, Kind};
use crate::exchange;
use crate::output::{self, Output};
use crate::request::{Options, Parts, Request};
use crate::response::Response;

/// How long a poll waits between two requests unless it is told.
const INTERVAL: Duration = Duration::from_secs(10);

/// How long a poll goes on unless it is told.
const TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// A request that is repeated until its answer satisfies a predicate.
///
/// Made by [`Request::poll`]. By default it asks every 10 seconds for up to an hour.
#[must_use = "a poll does nothing before `until`"]
pub struct Poll<'a, T> {
    client: &'a Client,
    parts: &'a Parts,
    interval: Duration,
    timeout: Duration,
    options: Options,
    progress: Option<Progress<'a, T>>,
    answer: PhantomData<fn() -> T>,
}

type Progress<'a, T> = Box<dyn FnMut(&Response<T>) + Send + 'a>;

impl<T: Output> Request<T> {
    /// Begins to wait for an answer: a cluster that is `IDLE`, an index that is `READY`.
    pub fn poll<'a>(&'a self, client: &'a Client) -> Poll<'a, T> {
        Poll {
            client,
            parts: self.parts(),
            interval: INTERVAL,
            timeout: TIMEOUT,
            options: Options::DEFAULT,
            progress: None,
            answer: PhantomData,
        }
    }
}

impl<'a, T: Output> Poll<'a, T> {
    /// Sets the wait between an answer and the next request: 10 seconds by default.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Limits the whole poll: an hour by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets what each of the requests does differently from the client.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Calls `progress` with each answer that is not yet the one.
    pub fn on_progress(
        mut self,
        progress: impl FnMut(&Response<T>) + Send + 'a,
    ) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// Repeats the request until its answer satisfies `predicate`, and returns that answer.
    ///
    /// # Errors
    ///
    /// Returns the first error that the retry policy gives up on, or one for which
    /// [`Error::is_timeout`] holds where the poll took too long.
    pub async fn until(
        mut self,
        mut predicate: impl FnMut(&T) -> bool,
    ) -> Result<Response<T>, Error> {
        let end = self.end();
        loop {
            let response = self.ask().await?;
            if predicate(&response) {
                return Ok(response);
            }
            if let Some(progress) = &mut self.progress {
                progress(&response);
            }
            self.wait(end).await?;
        }
    }

    /// Repeats the request until what it asks for is gone (404): the end of a deletion.
    ///
    /// # Errors
    ///
    /// As [`Poll::until`], 404 aside.
    pub async fn until_gone(mut self) -> Result<(), Error> {
        let end = self.end();
        loop {
            match self.ask().await {
                Ok(response) => {
                    if let Some(progress) = &mut self.progress {
                        progress(&response);
                    }
                }
                Err(error) if error.is_not_found() => return Ok(()),
                Err(error) => return Err(error),
            }
            self.wait(end).await?;
        }
    }

    async fn ask(&self) -> Result<Response<T>, Error> {
        let Self { client, parts, options, .. } = self;
        output::receive(exchange::run(client, parts, options, T::STREAMS)).await
    }

    fn end(&self) -> Duration {
        self.client.core().clock.monotonic().saturating_add(self.timeout)
    }

    async fn wait(&self, end: Duration) -> Result<(), Error> {
        let clock = &self.client.core().clock;
        if clock.monotonic().saturating_add(self.interval) > end {
            let message = format!(
                "not as wanted after {:?}, the time limit of this poll (`timeout`)",
                self.timeout
            );
            return Err(Error::new(Kind::Timeout, message).of(self.parts.operation));
        }
        clock.sleep(self.interval).await;
        Ok(())
    }
}
