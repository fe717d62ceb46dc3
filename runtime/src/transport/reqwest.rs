//! The transport that a client has unless it is given another: `reqwest`, HTTP/1.1, rustls.
//!
//! The one module whose public types are those of `reqwest`: its major versions are not this
//! crate's.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use ::reqwest::redirect::Policy;
use bytes::Bytes;
use futures_core::Stream;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls_platform_verifier::Verifier;

pub use ::reqwest::{Client, Proxy};

use super::{Body, BoxFuture, Request, Stage, Transport, TransportError};
use crate::error::{Error, Kind};

/// How the connections of a client are made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) idle_connections: Option<usize>,
    /// Whether the proxy variables of the environment count.
    pub(crate) system_proxy: bool,
    pub(crate) proxies: Vec<Proxy>,
    pub(crate) roots: Vec<CertificateDer<'static>>,
}

impl Settings {
    /// Adds the certificates of a PEM file to those that the platform trusts.
    pub(crate) fn trust(&mut self, pem: &[u8]) -> Result<(), Error> {
        let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        match roots {
            Ok(roots) if !roots.is_empty() => self.roots.extend(roots),
            _ => {
                let message = "the extra root certificates are not PEM certificates";
                return Err(Error::new(Kind::Configuration, message));
            }
        }
        Ok(())
    }

    /// Makes the client that `Http` sends with.
    pub(crate) fn build(self) -> Result<Client, Error> {
        let fail = |error| {
            Error::with_source(Kind::Configuration, "TLS can't be set up", error)
        };
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls(self.roots).map_err(fail)?)
            .redirect(Policy::none())
            // A small request must not wait for the answer to the one before it.
            .tcp_nodelay(true)
            .pool_idle_timeout(self.idle_timeout);
        if let Some(timeout) = self.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        if let Some(connections) = self.idle_connections {
            builder = builder.pool_max_idle_per_host(connections);
        }
        if !self.system_proxy {
            builder = builder.no_proxy();
        }
        for proxy in self.proxies {
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| {
            Error::with_source(
                Kind::Configuration,
                "the HTTP client can't be built",
                error.without_url(),
            )
        })
    }
}

/// Trusts what the platform trusts, and `roots`.
///
/// *ring* is the provider unless the program installed another: it builds with a C compiler
/// alone and in a fraction of the time of aws-lc. No provider is installed for the process:
/// that is for programs to do, not for libraries.
fn tls(
    roots: Vec<CertificateDer<'static>>,
) -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = rustls::crypto::CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()));
    let builder = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    let verifier = if roots.is_empty() {
        Verifier::new(provider)?
    } else {
        Verifier::new_with_extra_roots(roots, provider)?
    };
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// Sends with a `reqwest` client.
///
/// The client should not follow redirects ([`redirect::Policy::none`](Policy::none)): they are
/// judged here.
///
/// ```
/// use atlas_admin_runtime::Client;
/// use atlas_admin_runtime::transport::reqwest::{Client as Http, ReqwestTransport};
///
/// # fn example(http: Http) -> Result<Client, atlas_admin_runtime::Error> {
/// Client::builder().transport(ReqwestTransport::from(http)).build()
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ReqwestTransport(Client);

impl From<Client> for ReqwestTransport {
    fn from(client: Client) -> Self {
        Self(client)
    }
}

impl Transport for ReqwestTransport {
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let mut sent = ::reqwest::Request::new(request.method, request.url);
        *sent.headers_mut() = request.headers;
        *sent.body_mut() = request.body.map(::reqwest::Body::from);
        // Outside of the future, which would carry the request for as long as it runs.
        let pending = self.0.execute(sent);
        Box::pin(async move {
            let response = pending.await.map_err(error)?;
            let (parts, body) =
                http::Response::<::reqwest::Body>::from(response).into_parts();
            Ok(http::Response::from_parts(parts, Body::new(Chunks(body))))
        })
    }
}

fn error(error: ::reqwest::Error) -> TransportError {
    // The URL is in the operation already, and may hold what a caller thinks is private.
    let stage = if error.is_connect() || error.is_builder() {
        Stage::Connect
    } else {
        Stage::Exchange
    };
    TransportError::new(stage, error.without_url())
}

/// The frames of a body that hold data.
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
                Poll::Ready(Some(Err(problem))) => Some(Err(error(problem))),
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => Some(Ok(data)),
                    // Trailers.
                    Err(_) => continue,
                },
            });
        }
    }
}
