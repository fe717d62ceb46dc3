//! A limit on the connections of a pool: no more than there are requests in flight.
//!
//! The pool of `reqwest` starts to open a connection for each request that finds no
//! idle one. Meanwhile, the pool also offers the request each connection that is
//! returned. If the request takes a returned connection, the pool still completes the
//! opened one, which is then left over. The next request of a task often starts before
//! the connection of the previous request is returned, so the pool opens more
//! connections than there are ever requests in flight. Here, a request waits a short
//! time for a returned or left-over connection before it opens another.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use tower_layer::Layer;
use tower_service::Service;

use crate::clock::{Clock, SystemClock};
use crate::transport::{BoxError, BoxFuture};

/// The longest time in which the connection of a response is expected to return to the
/// pool, once the response has been read. It takes much less, unless the machine is
/// busy.
const RETURN: Duration = Duration::from_millis(50);

/// The longest wait for a connection that is being opened and is left over.
const LEFT_OVER: Duration = Duration::from_secs(1);

tokio::task_local! {
    /// Set while a request is polled. The pool opens left-over connections in separate
    /// tasks, outside of any request.
    static REQUEST: ();
}

/// Returns true while a request is polled, which then waits for its connection.
fn is_awaited() -> bool {
    REQUEST.try_with(|()| ()).is_ok()
}

/// The requests and connections of a pool.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// The number of requests in flight, until their responses have been read.
    requests: AtomicUsize,
    /// The number of connections that are open or being opened. Closed connections are
    /// included until a request has waited for one in vain.
    connections: AtomicUsize,
    /// The number of left-over connections that are still being opened.
    left_over: AtomicUsize,
    /// The time until which the connection of the last response may return to the pool,
    /// in milliseconds of the monotonic clock.
    returns_until: AtomicU64,
}

impl Opening {
    /// Counts a request.
    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        self.requests.fetch_add(1, Relaxed);
        InFlight(Arc::clone(self))
    }

    /// Waits until a connection may be opened.
    ///
    /// # Errors
    ///
    /// Fails if the request got another connection.
    async fn wait(&self) -> Result<(), BoxError> {
        let mut waited = Duration::ZERO;
        while is_awaited() {
            if self.adds_one() {
                return Ok(());
            }
            let is_expected = match self.left_over.load(Relaxed) {
                0 => waited < RETURN && now() < self.returns_until.load(Relaxed),
                _ => waited < LEFT_OVER,
            };
            if !is_expected {
                // Nothing came back, so this one replaces a closed one.
                self.connections.store(self.requests.load(Relaxed), Relaxed);
                return Ok(());
            }
            SystemClock.sleep(RETURN).await;
            waited += RETURN;
        }
        Err("the request got another connection".into())
    }

    /// Counts another connection and returns true, if there are fewer connections than
    /// requests.
    fn adds_one(&self) -> bool {
        let requests = self.requests.load(Relaxed);
        let more = |open| (open < requests).then_some(open + 1);
        self.connections.fetch_update(Relaxed, Relaxed, more).is_ok()
    }

    /// Polls the opening of a connection to its end.
    async fn finish<T>(
        &self,
        opened: impl Future<Output = Result<T, BoxError>>,
    ) -> Result<T, BoxError> {
        let mut opened = pin!(opened);
        let mut unfinished =
            Unfinished { opening: self, is_left_over: false, is_open: false };
        let outcome = poll_fn(|context| {
            unfinished.note();
            opened.as_mut().poll(context)
        })
        .await;
        unfinished.is_open = outcome.is_ok();
        outcome
    }
}

/// A connection that is being opened. If it is dropped before it is open, it is no
/// longer counted.
struct Unfinished<'a> {
    opening: &'a Opening,
    is_left_over: bool,
    is_open: bool,
}

impl Unfinished<'_> {
    /// Counts the connection as left over, if its request got another one.
    fn note(&mut self) {
        if !self.is_left_over && !is_awaited() {
            self.is_left_over = true;
            self.opening.left_over.fetch_add(1, Relaxed);
        }
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.is_open {
            let less = |open: usize| Some(open.saturating_sub(1));
            _ = self.opening.connections.fetch_update(Relaxed, Relaxed, less);
        }
        if self.is_left_over {
            self.opening.left_over.fetch_sub(1, Relaxed);
        }
    }
}

/// A request in flight, until it is dropped.
pub(super) struct InFlight(Arc<Opening>);

impl InFlight {
    /// Polls the request.
    pub(super) async fn follow<T>(&self, response: impl Future<Output = T>) -> T {
        REQUEST.scope((), response).await
    }

    /// Notes that the response was read, so that its connection returns to the pool.
    pub(super) fn end(self) {
        self.0.returns_until.store(now() + milliseconds(RETURN), Relaxed);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Relaxed);
    }
}

fn now() -> u64 {
    milliseconds(SystemClock.monotonic())
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Wraps the connector of `reqwest` in an [`Opener`].
#[derive(Clone)]
pub(super) struct Around(pub(super) Arc<Opening>);

impl<S> Layer<S> for Around {
    type Service = Opener<S>;

    fn layer(&self, inner: S) -> Opener<S> {
        Opener { inner: Arc::new(inner), opening: Arc::clone(&self.0) }
    }
}

/// A connector that waits until another connection may be opened.
pub(super) struct Opener<S> {
    /// The connector of `reqwest`. Shared, because `reqwest` clones the opener for
    /// every request.
    inner: Arc<S>,
    opening: Arc<Opening>,
}

impl<S> Clone for Opener<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), opening: Arc::clone(&self.opening) }
    }
}

impl<S, Target> Service<Target> for Opener<S>
where
    S: Service<Target, Error = BoxError> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Response: Send,
    Target: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Target) -> Self::Future {
        let Self { inner, opening } = self.clone();
        Box::pin(async move {
            opening.wait().await?;
            let mut inner = S::clone(&inner);
            poll_fn(|context| inner.poll_ready(context)).await?;
            opening.finish(inner.call(target)).await
        })
    }
}
