//! Layers: the caller's code around each call.
//!
//! A layer handles HTTP requests and responses. Credentials, retries and time limits are
//! below it; types of responses are above it.

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

/// The caller's code around each call of a client, which measures, logs, changes
/// headers, caches or refuses.
///
/// A layer receives the request before credentials are added, and passes the request on
/// with [`Next::run`], which does everything else: pacing, authentication, retries and
/// time limits. A layer may run the call once, never (a cache, or a refusal by
/// [`Error::refused`]) or several times. The response of a
/// [`Download`](crate::Download) streams through the layer. The body of any other
/// response has been read, so that a response that breaks off is retried below the
/// layer.
///
/// To wrap each attempt instead, with its credentials and the token requests, see
/// [`ClientBuilder::attempt_layer`](crate::ClientBuilder::attempt_layer).
///
/// - The first layer [added](crate::ClientBuilder::layer) is the outermost: it sees the
///   request first and the response last.
/// - The URL must stay below the client's base URL, and the method must stay the same.
///   Otherwise the call fails, and the request is not sent.
/// - A response with a status other than 2xx is an [`Error`] that `run` returns. If a
///   layer returns such a response, the call fails with it.
/// - A compressed response has been decompressed, so it has neither `Content-Encoding`
///   nor its former `Content-Length`.
/// - The time that a layer takes counts towards the time limit of the call. The limit
///   only ends the work below the layer.
/// - [`Response::attempts`](crate::Response::attempts) counts the attempts of all runs,
///   and is 0 if there was no run.
/// ```
/// use atlas_admin_runtime::transport::{Body, BoxFuture, Request};
/// use atlas_admin_runtime::{Client, Error, Layer, Next};
///
/// /// Refuses deletions.
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
    /// Returns the response to a request, usually from [`Next::run`].
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

/// The rest of a call: the inner layers, then the call itself.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    layers: &'a [Arc<dyn Layer>],
    innermost: &'a dyn Innermost,
}

/// The target of the innermost layer's request.
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

    /// Sends the request as a client without this layer would.
    ///
    /// `Next` is `Copy`: a layer may run it several times. Dropping the future cancels
    /// the call.
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
