//! The settings of a builder, and the `reqwest` clients that are made of them.

use std::sync::Arc;
use std::time::Duration;

use ::reqwest::redirect::Policy;
use ::reqwest::{Client, Proxy};
use rustls_pki_types::{CertificateDer, pem::PemObject};

use super::ReqwestTransport;
use super::runtimes::PerRuntime;
use super::tls::{Tls, TlsBackend};
use crate::error::{Error, Kind};
use crate::transport::Transport;

/// The longest time that is handed on, for what adds it to the time of day overflows.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The time between pings on a connection of HTTP/2 with requests in flight.
///
/// A connection of HTTP/1.1 ends with the attempt that times out on it. One of HTTP/2 goes on,
/// and a network that drops its packets would fail each next attempt, too.
#[cfg(feature = "http2")]
const PING_INTERVAL: Duration = Duration::from_secs(15);

/// The limit of the wait for the response to a ping, after which the connection is closed.
#[cfg(feature = "http2")]
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// The settings of a client's connections.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) idle_connections: Option<usize>,
    pub(crate) proxies: Vec<Proxy>,
    /// PEM files.
    pub(crate) roots: Vec<Vec<u8>>,
    /// `None` for the library that the features name.
    pub(crate) tls: Option<TlsBackend>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Some(Duration::from_secs(10)),
            // Shorter than servers and balancers keep them: a POST that meets a
            // connection on its way out can't be repeated.
            idle_timeout: Some(Duration::from_secs(30)),
            idle_connections: None,
            proxies: Vec::new(),
            roots: Vec::new(),
            tls: None,
        }
    }
}

impl Settings {
    /// Makes the transport, with a first `reqwest` client that shows that more can be made.
    ///
    /// `is_plain` if the base URL is `http`: of loopback, then.
    pub(crate) fn transport(self, is_plain: bool) -> Result<Arc<dyn Transport>, Error> {
        let mut roots = Vec::new();
        for pem in &self.roots {
            roots.extend(certificates(pem)?);
        }
        // A base URL without TLS, and no proxy that could have it: no certificate is needed.
        let needs_tls = !is_plain || !self.proxies.is_empty();
        let tls = match needs_tls {
            true => Tls::trusting(self.tls, &roots)?,
            false => Tls::unused(self.tls)?,
        };
        let maker = Maker { settings: self, is_plain, tls };
        let first = maker.make().map_err(|error| {
            Error::with_source(
                Kind::Configuration,
                "the HTTP client can't be built",
                error,
            )
        })?;
        Ok(Arc::new(ReqwestTransport::from(PerRuntime::new(maker, first))))
    }
}

/// Reads the certificates of a PEM file.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    match CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>() {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => {
            let message = "the extra root certificates are not PEM certificates";
            Err(Error::new(Kind::Configuration, message))
        }
    }
}

/// Makes `reqwest` clients that differ in nothing.
pub(super) struct Maker {
    settings: Settings,
    is_plain: bool,
    tls: Tls,
}

impl Maker {
    pub(super) fn make(&self) -> Result<Client, ::reqwest::Error> {
        let settings = &self.settings;
        let mut builder = self
            .tls
            .apply(Client::builder())
            .redirect(Policy::none())
            // What can be repeated is repeated above, where attempts are counted.
            .retry(::reqwest::retry::never())
            // A small request must not wait for the response to the one before it.
            .tcp_nodelay(true)
            .pool_idle_timeout(settings.idle_timeout.map(|limit| limit.min(LONGEST)));
        if let Some(timeout) = settings.connect_timeout {
            builder = builder.connect_timeout(timeout.min(LONGEST));
        }
        if let Some(connections) = settings.idle_connections {
            builder = builder.pool_max_idle_per_host(connections);
        }
        if self.is_plain {
            // Credentials over plain HTTP are for loopback alone, not for a proxy on the
            // way there: the proxy variables of the environment don't count.
            builder = builder.no_proxy();
        }
        #[cfg(feature = "http2")]
        {
            builder = builder
                .http2_keep_alive_interval(PING_INTERVAL)
                .http2_keep_alive_timeout(PING_TIMEOUT);
        }
        for proxy in &settings.proxies {
            builder = builder.proxy(proxy.clone());
        }
        builder.build().map_err(::reqwest::Error::without_url)
    }
}
