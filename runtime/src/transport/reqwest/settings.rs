//! The settings of a builder, and the `reqwest` clients that are made of them.

use std::time::Duration;

use ::reqwest::redirect::Policy;
use ::reqwest::{Client, Proxy};
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::runtimes::PerRuntime;
use super::{ReqwestTransport, tls};
use crate::error::{Error, Kind};

/// The longest time that is handed on, for what adds it to the time of day overflows.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The settings of a client's connections.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) idle_connections: Option<usize>,
    /// Whether the base URL is `http`: of loopback, then.
    pub(crate) is_plain: bool,
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

    /// Makes the transport, with a first `reqwest` client that shows that more can be made.
    pub(crate) fn build(self) -> Result<ReqwestTransport, Error> {
        // A base URL without TLS, and no proxy that could have it: no certificate is needed.
        let needs_tls = !self.is_plain || !self.proxies.is_empty();
        let tls = match needs_tls {
            true => tls::trusting(&self.roots)?,
            false => tls::unused()?,
        };
        let maker = Maker { settings: self, tls };
        let first = maker.make().map_err(|error| {
            Error::with_source(
                Kind::Configuration,
                "the HTTP client can't be built",
                error,
            )
        })?;
        Ok(PerRuntime::new(maker, first).into())
    }
}

/// Makes `reqwest` clients that differ in nothing.
pub(super) struct Maker {
    settings: Settings,
    /// Read once: certificates of the platform are megabytes of files.
    tls: rustls::ClientConfig,
}

impl Maker {
    pub(super) fn make(&self) -> Result<Client, ::reqwest::Error> {
        let settings = &self.settings;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(Policy::none())
            // A small request must not wait for the answer to the one before it.
            .tcp_nodelay(true)
            .pool_idle_timeout(settings.idle_timeout.map(|limit| limit.min(LONGEST)));
        if let Some(timeout) = settings.connect_timeout {
            builder = builder.connect_timeout(timeout.min(LONGEST));
        }
        if let Some(connections) = settings.idle_connections {
            builder = builder.pool_max_idle_per_host(connections);
        }
        if settings.is_plain {
            // Credentials over plain HTTP are for loopback alone, not for a proxy on the
            // way there: the proxy variables of the environment don't count.
            builder = builder.no_proxy();
        }
        for proxy in &settings.proxies {
            builder = builder.proxy(proxy.clone());
        }
        builder.build().map_err(::reqwest::Error::without_url)
    }
}
