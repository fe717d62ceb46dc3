//! The default transport of a client: `reqwest`, with the TLS library of the enabled
//! features.
//!
//! The only module with `reqwest`'s types in its public API: a new major version of
//! `reqwest` is not one of this crate.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

pub use ::reqwest::{Client, Proxy};

use self::classify::classify;
use self::runtimes::PerRuntime;
use super::{Body, BoxFuture, Request, Transport, TransportError};

pub use self::tls::TlsBackend;

pub(crate) use self::settings::Settings;

mod classify;
mod runtimes;
mod settings;
mod tls;

/// A transport that uses a `reqwest` client.
///
/// The client should not follow redirects (`redirect::Policy::none`), because this crate
/// decides about them. Its connections belong to the Tokio runtimes that opened them, so
/// use it on a single runtime. (A client that is built without a transport of the caller
/// has separate connections on each runtime.)
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
    Given(Client),
    Made(Arc<PerRuntime>),
}

impl From<Client> for ReqwestTransport {
    fn from(client: Client) -> Self {
        Self(Source::Given(client))
    }
}

impl From<PerRuntime> for ReqwestTransport {
    fn from(clients: PerRuntime) -> Self {
        Self(Source::Made(Arc::new(clients)))
    }
}

impl ReqwestTransport {
    fn client(&self) -> Result<Client, TransportError> {
        match &self.0 {
            Source::Given(client) => Ok(client.clone()),
            Source::Made(clients) => clients.get(),
        }
    }
}

/// Prints no settings, because a proxy among them may have a password.
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
        let client = match self.client() {
            Ok(client) => client,
            Err(error) => return Box::pin(std::future::ready(Err(error))),
        };
        let mut sent = ::reqwest::Request::new(request.method, request.url);
        *sent.headers_mut() = request.headers;
        *sent.body_mut() = request.body.map(::reqwest::Body::from);
        // Outside the future, which would otherwise hold the request as long as it runs.
        let pending = client.execute(sent);
        Box::pin(async move {
            let response = pending.await.map_err(classify)?;
            let (parts, body) =
                http::Response::<::reqwest::Body>::from(response).into_parts();
            Ok(http::Response::from_parts(parts, Body::new(Chunks(body))))
        })
    }
}

/// The data frames of a body.
struct Chunks(::reqwest::Body);

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        loop {
            let frame = Pin::new(&mut self.0);
            return Poll::Ready(match http_body::Body::poll_frame(frame, context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => None,
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
