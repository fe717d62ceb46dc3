//! Waiting: a request repeated until its response is what the caller waits for.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use crate::client::Client;
use crate::error::{Error, Kind};
use crate::output::Output;
use crate::request::{Options, Parts};
use crate::response::{Response, ResponseFuture};

/// The default wait between a response and the next request.
const INTERVAL: Duration = Duration::from_secs(10);

/// The default limit of the whole wait.
const TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// Repeats a request until its response satisfies a predicate.
///
/// Made by [`Request::poll`](crate::Request::poll). By default it sends the request every 10
/// seconds for up to an hour. It owns all that it needs, so the wait can be spawned if the
/// caller's closures can.
#[must_use = "a poller does nothing before `until` or `until_gone`"]
pub struct Poller<'a, T> {
    schedule: Schedule,
    progress: Option<Progress<'a, T>>,
    output: PhantomData<fn() -> T>,
}

type Progress<'a, T> = Box<dyn FnMut(&Response<T>) + Send + 'a>;

/// The request, and when it is repeated.
struct Schedule {
    client: Client,
    parts: Arc<Parts>,
    interval: Duration,
    timeout: Duration,
    options: Options,
}

impl<T: Output> Poller<'static, T> {
    pub(crate) fn new(client: &Client, parts: &Arc<Parts>) -> Self {
        let schedule = Schedule {
            client: client.clone(),
            parts: Arc::clone(parts),
            interval: INTERVAL,
            timeout: TIMEOUT,
            options: Options::DEFAULT,
        };
        Self { schedule, progress: None, output: PhantomData }
    }
}

impl<'a, T: Output> Poller<'a, T> {
    /// Sets the wait between a response and the next request: 10 seconds by default.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.schedule.interval = interval;
        self
    }

    /// Limits the whole wait: an hour by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.schedule.timeout = timeout;
        self
    }

    /// Sets what each of the requests does differently from the client.
    pub fn options(mut self, options: Options) -> Self {
        self.schedule.options = options;
        self
    }

    /// Calls `progress` with each response that does not satisfy the predicate yet.
    pub fn on_progress<'b>(
        self,
        progress: impl FnMut(&Response<T>) + Send + 'b,
    ) -> Poller<'b, T> {
        let progress: Progress<'b, T> = Box::new(progress);
        Poller { schedule: self.schedule, progress: Some(progress), output: PhantomData }
    }

    /// Repeats the request until its response satisfies `predicate`, and returns that response.
    ///
    /// # Errors
    ///
    /// Returns the first error that the retry policy gives up on, or one for which
    /// [`Error::is_timeout`] holds where the wait took too long.
    pub fn until<F>(
        self,
        mut predicate: F,
    ) -> impl Future<Output = Result<Response<T>, Error>> + Send + use<'a, T, F>
    where
        F: FnMut(&T) -> bool + Send,
    {
        let Self { schedule, mut progress, .. } = self;
        async move {
            let end = schedule.end();
            loop {
                // In a block of its own: a response that need not be `Send` can't be held while
                // waiting.
                {
                    let response = schedule.send().await?;
                    if predicate(&response) {
                        return Ok(response);
                    }
                    report(&mut progress, &response);
                }
                schedule.wait(end).await?;
            }
        }
    }

    /// Repeats the request until its resource is gone (404): the end of a deletion.
    ///
    /// # Errors
    ///
    /// As [`Poller::until`], 404 aside.
    pub fn until_gone(
        self,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<'a, T> {
        let Self { schedule, mut progress, .. } = self;
        async move {
            let end = schedule.end();
            loop {
                match schedule.send().await {
                    Ok(response) => report(&mut progress, &response),
                    Err(error) if error.is_not_found() => return Ok(()),
                    Err(error) => return Err(error),
                }
                schedule.wait(end).await?;
            }
        }
    }
}

fn report<T>(progress: &mut Option<Progress<'_, T>>, response: &Response<T>) {
    if let Some(progress) = progress {
        progress(response);
    }
}

impl Schedule {
    fn send<T: Output>(&self) -> ResponseFuture<T> {
        ResponseFuture::new(&self.client, &self.parts, &self.options)
    }

    fn end(&self) -> Duration {
        self.client.core().clock.monotonic().saturating_add(self.timeout)
    }

    async fn wait(&self, end: Duration) -> Result<(), Error> {
        let clock = &self.client.core().clock;
        if clock.monotonic().saturating_add(self.interval) > end {
            let message = format!(
                "not as wanted after {:?}, the time limit of this wait (`timeout`)",
                self.timeout
            );
            return Err(Error::new(Kind::Timeout, message).of(self.parts.operation));
        }
        clock.sleep(self.interval).await;
        Ok(())
    }
}

impl<T> fmt::Debug for Poller<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller")
            .field("request", &self.schedule.parts)
            .field("interval", &self.schedule.interval)
            .field("timeout", &self.schedule.timeout)
            .finish_non_exhaustive()
    }
}
