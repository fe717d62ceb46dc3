//! Layers: code of the caller's around each call.
//!
//! A layer knows requests and responses of HTTP. Credentials, retries and time limits are below
//! it; types of responses are above.

use std::fmt;
use std::sync::Arc;

use http::Response;

use crate::error::Error;
use crate::transport::{Body, BoxFuture, Request};

pub use dry_run::{DryRun, PlannedRequest};
#[cfg(feature = "recording")]
pub use record::{Recorder, Recording};

mod dry_run;
#[cfg(feature = "recording")]
mod record;

/// Code around each call of a client: it measures, logs, changes headers, caches or refuses.
///
/// It gets the request before its credentials, and hands it on with [`Next::run`], which does
/// all that a call does: pacing, authentication, retries and time limits. It may do so once,
/// never (a cache, a refusal by [`Error::refused`]) or several times. The response of a
/// [`Download`](crate::Download) streams through it; that of another request has been read, so
/// that a response that breaks off is retried below it.
///
/// For each attempt instead, with its credentials and the requests for tokens, see
/// [`ClientBuilder::attempt_layer`](crate::ClientBuilder::attempt_layer).
///
/// - The layer that is [added](crate::ClientBuilder::layer) first is the outermost: it sees the
///   request first and the response last.
/// - The URL has to stay below the client's base URL, and the method has to stay: a request that
///   breaks this is an error, and is not sent.
/// - A response of another status than 2xx is an [`Error`] that `run` returns. A layer that returns
///   such a response makes the call fail with it.
/// - A compressed response has been inflated, so that it has neither `Content-Encoding` nor the
///   `Content-Length` of before.
/// - The time that a layer takes counts to the time limit of the call, which ends only what is
///   below the layer.
/// - [`Response::attempts`](crate::Response::attempts) counts the attempts of all runs, and is 0
///   where there was none.
///
/// ```
/// use atlas_admin_runtime::transport::{Body, BoxFuture, Request};
/// use atlas_admin_runtime::{Client, Error, Layer, Next};
///
/// /// Lets nobody delete.
/// struct Careful;
///
/// impl Layer for Careful {
///     fn call<'a>(
///         &'a self,
///         mut request: Request,
///         next: Next<'a>,
///     ) -> BoxFuture<'a, Result<http::Response<Body>, Error>> {
///         Box::pin(async move {
///             if request.method == http::Method::DELETE {
///                 return Err(Error::refused("this program deletes nothing"));
///             }
///             request.headers.insert("x-request-source", "nightly".parse().unwrap());
///             let response = next.run(request).await?;
///             println!("{}", response.status());
///             Ok(response)
///         })
///     }
/// }
///
/// let client = Client::builder().layer(Careful).build()?;
/// # Ok::<(), Error>(())
/// ```
pub trait Layer: Send + Sync {
    /// Makes the response to a request, most likely by [`Next::run`].
    fn call<'a>(
        &'a self,
        request: Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<Response<Body>, Error>>;
}

impl<T: Layer + ?Sized> Layer for Arc<T> {
    fn call<'a>(
        &'a self,
        request: Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<Response<Body>, Error>> {
        (**self).call(request, next)
    }
}

/// The rest of a call: the layers within, then the call itself.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    layers: &'a [Arc<dyn Layer>],
    innermost: &'a dyn Innermost,
}

/// What the innermost layer hands its request to.
pub(crate) trait Innermost: Send + Sync {
    fn run(&self, request: Request) -> BoxFuture<'_, Result<Response<Body>, Error>>;
}

impl<'a> Next<'a> {
    pub(crate) fn new(
        layers: &'a [Arc<dyn Layer>],
        innermost: &'a dyn Innermost,
    ) -> Self {
        Self { layers, innermost }
    }

    /// Sends the request as a client without this layer does.
    ///
    /// `Next` is `Copy`: a layer may run it several times. Dropping the future gives the call up.
    pub fn run(self, request: Request) -> BoxFuture<'a, Result<Response<Body>, Error>> {
        match self.layers.split_first() {
            Some((layer, layers)) => layer.call(request, Self { layers, ..self }),
            None => self.innermost.run(request),
        }
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next")
            .field("layers", &self.layers.len())
            .finish_non_exhaustive()
    }
}
