//! Settings of the built-in transport: connections, proxies and TLS.

use std::time::Duration;

use super::ClientBuilder;
use crate::transport::reqwest::Proxy;
#[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
use crate::transport::reqwest::TlsBackend;

/// Settings of the built-in transport, with the feature `reqwest`. They are ignored if
/// [`transport`](Self::transport) sets another.
impl ClientBuilder {
    /// Sets the time limit of establishing a connection, TLS included: 10 seconds by
    /// default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = Some(timeout);
        self
    }

    /// Sets the time for which an unused connection is kept: 30 seconds by default;
    /// `None` for no limit.
    pub fn pool_idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.settings.idle_timeout = timeout.into();
        self
    }

    /// Sets the number of unused connections that are kept: no limit by default.
    pub fn pool_max_idle(mut self, connections: usize) -> Self {
        self.settings.idle_connections = Some(connections);
        self
    }

    /// Sends through a proxy. By default, the proxy variables of the environment apply,
    /// unless the base URL is `http`.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.settings.proxies.push(proxy);
        self
    }

    /// Trusts the certificates of a PEM file besides those that the platform trusts.
    /// They are sufficient if the platform has none.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.settings.roots.push(pem.into());
        self
    }

    /// Sets the TLS library: by default that of the enabled feature, and `native-tls`
    /// before rustls if both are enabled.
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    pub fn tls_backend(mut self, backend: TlsBackend) -> Self {
        self.settings.tls = Some(backend);
        self
    }
}
