//! The default transport of a client: `reqwest`, with the TLS library of the enabled
//! features.
//!
//! This is the only module with `reqwest`'s types in its public API, so a new major
//! version of `reqwest` need not be one of this crate.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::header::CONNECTION;
use http::{HeaderValue, Version};

pub use ::reqwest::{Client, Proxy};

use self::classify::classify;
use self::opening::InFlight;
use self::runtimes::{PerRuntime, Pool};
use super::{Body, BoxFuture, Request, Transport, TransportError};

pub use self::tls::TlsBackend;

pub(crate) use self::settings::Settings;

mod classify;
mod opening;
mod runtimes;
mod settings;
mod tls;

/// A transport that uses a `reqwest` client.
///
/// The client should not follow redirects (`redirect::Policy::none`), because this
/// crate decides about them. The connections of the client belong to the Tokio runtimes
/// that opened them, so use the client on a single runtime. (A client that is built
/// without a transport of the caller has separate connections on each runtime.)
///
/// ```
/// use atlas_admin_runtime::Client;
/// use atlas_admin_runtime::transport::reqwest::{Client as Http, ReqwestTransport};
///
/// # fn example(http: Http) -> Result<Client, atlas_admin_runtime::Error> {
/// Client::builder().transport(ReqwestTransport::from(http)).build()
/// # }
/// ```
#[derive(Clone)]
pub struct ReqwestTransport(Source);

/// The source of the `reqwest` client of a request.
#[derive(Clone)]
enum Source {
    Given(Pool),
    Made(Arc<PerRuntime>),
}

impl From<Client> for ReqwestTransport {
    fn from(client: Client) -> Self {
        Self(Source::Given(Pool { client, opening: None }))
    }
}

impl From<PerRuntime> for ReqwestTransport {
    fn from(clients: PerRuntime) -> Self {
        Self(Source::Made(Arc::new(clients)))
    }
}

impl ReqwestTransport {
    fn pool(&self) -> Result<Pool, TransportError> {
        match &self.0 {
            Source::Given(pool) => Ok(pool.clone()),
            Source::Made(clients) => clients.get(),
        }
    }
}

/// Prints no settings, because the URL of a proxy may contain a password.
impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestTransport(..)")
    }
}

impl Transport for ReqwestTransport {
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let Pool { client, opening } = match self.pool() {
            Ok(pool) => pool,
            Err(error) => return Box::pin(std::future::ready(Err(error))),
        };
        let mut sent = ::reqwest::Request::new(request.method, request.url);
        *sent.headers_mut() = request.headers;
        *sent.body_mut() = request.body.map(::reqwest::Body::from);
        // Outside the future, which would otherwise hold the request as long as it runs.
        let pending = client.execute(sent);
        let in_flight = opening.map(|opening| opening.begin());
        Box::pin(async move {
            let response = match &in_flight {
                Some(in_flight) => in_flight.follow(pending).await,
                None => pending.await,
            };
            let response =
                http::Response::<::reqwest::Body>::from(response.map_err(classify)?);
            let in_flight = in_flight.filter(|_| stays_open(&response));
            Ok(response.map(|body| Body::new(Chunks { body, in_flight })))
        })
    }
}

/// Returns true if the connection of a response can be used for another request (RFC
/// 9112 section 9.3).
fn stays_open<T>(response: &http::Response<T>) -> bool {
    let closes = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"close");
    response.version() > Version::HTTP_10
        && !response.headers().get(CONNECTION).is_some_and(closes)
}

/// The data frames of a body.
struct Chunks {
    body: ::reqwest::Body,
    /// The request in flight, which ends with the body.
    in_flight: Option<InFlight>,
}

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        loop {
            let frame = Pin::new(&mut self.body);
            return Poll::Ready(match http_body::Body::poll_frame(frame, context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => {
                    if let Some(in_flight) = self.in_flight.take() {
                        in_flight.end();
                    }
                    None
                }
                Poll::Ready(Some(Err(problem))) => Some(Err(classify(problem))),
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => Some(Ok(data)),
                    // Trailers.
                    Err(_) => continue,
                },
            });
        }
    }
}
