//! The settings of a builder, and the `reqwest` clients built from them.

use std::sync::Arc;
use std::time::Duration;

use ::reqwest::redirect::Policy;
use ::reqwest::{Client, Proxy};
use rustls_pki_types::{CertificateDer, pem::PemObject};

use super::ReqwestTransport;
use super::opening::{Around, Opening};
use super::runtimes::{PerRuntime, Pool};
use super::tls::{Tls, TlsBackend};
use crate::error::{Error, Kind};
use crate::transport::Transport;

/// The longest time that is passed to `reqwest`, because adding a longer one to the
/// current time overflows.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The interval of pings on an HTTP/2 connection with requests in flight.
///
/// An HTTP/1.1 connection ends with the attempt that times out on it. An HTTP/2
/// connection is kept, so if a network drops its packets, each later attempt would fail
/// too.
#[cfg(feature = "http2")]
const PING_INTERVAL: Duration = Duration::from_secs(15);

/// The time limit of the response to a ping, after which the connection is closed.
#[cfg(feature = "http2")]
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// The settings of a client's connections.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) idle_connections: Option<usize>,
    pub(crate) proxies: Vec<Proxy>,
    /// The contents of PEM files with certificates to trust.
    pub(crate) roots: Vec<Vec<u8>>,
    /// The TLS library; `None` for that of the enabled features.
    pub(crate) tls: Option<TlsBackend>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Some(Duration::from_secs(10)),
            // Shorter than the timeouts of servers and load balancers: a POST on a
            // connection that is being closed can't be repeated.
            idle_timeout: Some(Duration::from_secs(30)),
            idle_connections: None,
            proxies: Vec::new(),
            roots: Vec::new(),
            tls: None,
        }
    }
}

impl Settings {
    /// Creates the transport, with a first `reqwest` client. If that succeeds, further
    /// clients can be created too.
    ///
    /// `is_plain` is true if the base URL is `http`, and so a loopback address.
    pub(crate) fn transport(self, is_plain: bool) -> Result<Arc<dyn Transport>, Error> {
        let mut roots = Vec::new();
        for pem in &self.roots {
            roots.extend(certificates(pem)?);
        }
        // With a base URL without TLS and no proxy that could use TLS, no certificate is
        // needed.
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

/// A factory of `reqwest` clients with the same settings.
pub(super) struct Maker {
    settings: Settings,
    is_plain: bool,
    tls: Tls,
}

impl Maker {
    pub(super) fn make(&self) -> Result<Pool, ::reqwest::Error> {
        let settings = &self.settings;
        let mut builder = self
            .tls
            .apply(Client::builder())
            .redirect(Policy::none())
            // Retries happen above, where attempts are counted.
            .retry(::reqwest::retry::never())
            // Otherwise a small request could wait for the response to the previous one.
            .tcp_nodelay(true)
            .pool_idle_timeout(settings.idle_timeout.map(|limit| limit.min(LONGEST)));
        if let Some(timeout) = settings.connect_timeout {
            builder = builder.connect_timeout(timeout.min(LONGEST));
        }
        let opening = match settings.idle_connections {
            // Those beyond the limit don't come back, so none is waited for.
            Some(connections) => {
                builder = builder.pool_max_idle_per_host(connections);
                None
            }
            None => {
                let opening = Arc::<Opening>::default();
                builder = builder.connector_layer(Around(Arc::clone(&opening)));
                Some(opening)
            }
        };
        if self.is_plain {
            // Credentials over plain HTTP are for loopback only, and not for a proxy:
            // the proxy variables of the environment are ignored.
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
        let client = builder.build().map_err(::reqwest::Error::without_url)?;
        Ok(Pool { client, opening })
    }
}
