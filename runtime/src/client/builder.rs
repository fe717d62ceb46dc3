//! How a client is described.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};

use super::{Client, Core};
use crate::auth::{Auth, MemoryStore, TokenSettings, TokenStore};
use crate::clock::{Clock, SystemClock};
use crate::connection::{Base, Connection, Limits, base};
use crate::credentials::Credentials;
use crate::error::{Error, Kind};
use crate::pace::Pacer;
use crate::retry::RetryPolicy;
use crate::trace::{Propagator, Telemetry};
use crate::transport::Transport;
use crate::transport::reqwest::{Proxy, Settings};

/// The largest body in memory: several times the largest page of 500 items, and an end to
/// endless ones.
const BODY_LIMIT: u64 = 64 << 20;

/// Builds a [`Client`].
///
/// ```
/// use std::time::Duration;
/// use atlas_admin_runtime::{Client, Credentials, FileStore, RetryPolicy};
///
/// let client = Client::builder()
///     .credentials(Credentials::service_account("mdb_sa_id_…", "mdb_sa_sk_…"))
///     .token_store(FileStore::new("/var/lib/backups/atlas-tokens.json"))
///     .base_url("https://cloud.mongodbgov.com")
///     .user_agent("backups/1.2")
///     .retry(RetryPolicy::new().attempts(3))
///     .timeout(Duration::from_secs(60))
///     .build()?;
/// assert!(Client::builder().base_url("http://cloud.mongodb.com").build().is_err());
/// # Ok::<(), atlas_admin_runtime::Error>(())
/// ```
///
/// Everything has a default but the credentials; a client without them sends requests that
/// the service refuses.
#[must_use]
pub struct ClientBuilder {
    base_url: String,
    credentials: Option<Credentials>,
    store: Option<Arc<dyn TokenStore>>,
    user_agent: Option<String>,
    settings: Settings,
    roots: Vec<Vec<u8>>,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    limits: Limits,
    is_paced: bool,
    propagator: Option<Propagator>,
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            base_url: base::DEFAULT.to_owned(),
            credentials: None,
            store: None,
            user_agent: None,
            settings: Settings {
                connect_timeout: Some(Duration::from_secs(10)),
                // Shorter than servers and balancers keep them: a POST that meets a
                // connection on its way out can't be repeated.
                idle_timeout: Some(Duration::from_secs(30)),
                ..Settings::default()
            },
            roots: Vec::new(),
            transport: None,
            clock: Arc::new(SystemClock),
            retry: RetryPolicy::default(),
            limits: Limits {
                attempt: Some(Duration::from_secs(60)),
                total: Some(Duration::from_secs(300)),
                body: BODY_LIMIT,
            },
            is_paced: true,
            propagator: None,
        }
    }

    /// Sets the credentials.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets where requests, and with them the credentials, go: `https://cloud.mongodb.com` by
    /// default. Must be `https`, except for loopback.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets the base URL that some setting holds; an error names the setting.
    pub(super) fn base_url_from(
        self,
        setting: &str,
        url: impl Into<String>,
    ) -> Result<Self, Error> {
        let url = url.into();
        Base::parse(&url).map_err(|error| {
            error.edit(|error| error.message = format!("{setting}: {}", error.message))
        })?;
        Ok(self.base_url(url))
    }

    /// Sets where access tokens are kept: in the memory of this client by default. A
    /// [`FileStore`](crate::FileStore) lets short-lived processes share one.
    pub fn token_store(mut self, store: impl TokenStore + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Adds a product to the `User-Agent` header: `terraform-thing/1.2`.
    pub fn user_agent(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }

    /// Limits the making of a connection, TLS included: 10 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = Some(timeout);
        self
    }

    /// Limits each try, from its first byte to the last of the answer: 60 seconds by default.
    /// For a [`Download`](crate::Download) the wait for headers and for each next chunk.
    pub fn attempt_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limits.attempt = timeout.into();
        self
    }

    /// Limits a call, all tries and waits between them included: 5 minutes by default. A wait
    /// that would not fit is not begun.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limits.total = timeout.into();
        self
    }

    /// Sets how often and how soon failed requests are tried again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets whether requests wait before the service would refuse them (429): they do by default.
    ///
    /// The client follows what is left of each rate limit (`RateLimit-Remaining`), and lets
    /// requests go in order as fast as the limit allows. The wait counts to the time limit of a
    /// call.
    pub fn pacing(mut self, is_paced: bool) -> Self {
        self.is_paced = is_paced;
        self
    }

    /// Adds headers to every attempt that tell the service which trace it belongs to:
    /// `traceparent` and `tracestate` of W3C Trace Context. None are sent by default.
    ///
    /// The function is called for each attempt, token requests included, and inside of its span
    /// where the feature `tracing` is on. It gets an empty map. Headers that the request has
    /// already, credentials among them, are neither shown to it nor replaced. All attempts go to
    /// the base URL, and so do these headers.
    ///
    /// ```
    /// use atlas_admin_runtime::Client;
    /// use opentelemetry::global;
    /// use opentelemetry_http::HeaderInjector;
    /// use opentelemetry_sdk::propagation::TraceContextPropagator;
    /// use tracing_opentelemetry::OpenTelemetrySpanExt;
    ///
    /// global::set_text_map_propagator(TraceContextPropagator::new());
    /// let client = Client::builder().propagate(|headers| {
    ///     let context = tracing::Span::current().context();
    ///     global::get_text_map_propagator(|propagator| {
    ///         propagator.inject_context(&context, &mut HeaderInjector(headers));
    ///     });
    /// });
    /// ```
    pub fn propagate(
        mut self,
        headers: impl Fn(&mut HeaderMap) + Send + Sync + 'static,
    ) -> Self {
        self.propagator = Some(Arc::new(headers));
        self
    }

    /// Limits what is read into memory of one answer, in bytes after inflating: 64 MiB by
    /// default. Downloads have no limit.
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Sets how long an unused connection is kept: 30 seconds by default.
    pub fn pool_idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.settings.idle_timeout = timeout.into();
        self
    }

    /// Sets how many unused connections are kept: no limit by default.
    pub fn pool_max_idle(mut self, connections: usize) -> Self {
        self.settings.idle_connections = Some(connections);
        self
    }

    /// Sends through a proxy. Without this, the proxy variables of the environment count,
    /// unless the base URL is `http`.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.settings.proxies.push(proxy);
        self
    }

    /// Trusts the certificates of a PEM file besides those that the platform trusts. They are
    /// enough where the platform has none.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Sends with an HTTP stack of the caller's: a
    /// [`ReqwestTransport`](crate::transport::reqwest::ReqwestTransport) with settings of its own, a
    /// fake, anything else. Connection, proxy and TLS settings of this builder are then ignored.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Replaces the clock, for tests.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Builds the client. Does no IO but reading the certificates that the platform trusts,
    /// and not even that for an `http` base URL without a [`proxy`](Self::proxy).
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the description: a base URL that credentials must not be
    /// sent to, a certificate that can't be read; or that the platform trusts no certificate,
    /// as in an image `FROM scratch`, where nothing else is trusted. The feature `webpki-roots`
    /// brings certificates for that.
    pub fn build(self) -> Result<Client, Error> {
        let base = Base::parse(&self.base_url)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => {
                let mut settings = self.settings;
                settings.is_plain = base.is_plain();
                for pem in &self.roots {
                    settings.trust(pem)?;
                }
                Arc::new(settings.build()?)
            }
        };
        let clock = self.clock;
        let user_agent = user_agent(self.user_agent.as_deref())?;
        let telemetry = Telemetry::new(base.url(), clock.clone(), self.propagator);
        let connection = Connection { base, transport, clock, user_agent, telemetry };
        let (retry, limits) = (self.retry, self.limits);
        let auth = Auth::new(self.credentials, || TokenSettings {
            connection: connection.clone(),
            retry: retry.clone(),
            limits,
            store: self.store.unwrap_or_else(|| Arc::new(MemoryStore::default())),
        })?;
        Ok(Client(Arc::new(Core {
            connection,
            auth,
            retry,
            budget: Default::default(),
            pacer: self.is_paced.then(Pacer::default),
            limits,
            warned: Default::default(),
        })))
    }
}

fn user_agent(suffix: Option<&str>) -> Result<HeaderValue, Error> {
    let product = concat!("atlas-admin-rust/", env!("CARGO_PKG_VERSION"));
    let Some(suffix) = suffix else { return Ok(HeaderValue::from_static(product)) };
    HeaderValue::from_str(&format!("{product} {suffix}")).map_err(|error| {
        Error::with_source(
            Kind::Configuration,
            "the user agent is no header value",
            error,
        )
    })
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL was not judged yet: it may hold a password.
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("retry", &self.retry)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
