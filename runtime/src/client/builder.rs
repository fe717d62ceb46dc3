//! How a client is described.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};

use super::scope::Scope;
use super::{Client, Core};
use crate::additions::Additions;
use crate::auth::{Auth, MemoryStore, TokenSettings, TokenStore};
use crate::clock::{Clock, SystemClock};
use crate::codec::Json;
use crate::connection::{Base, Connection, Guard, Limits, base};
use crate::credentials::{Credentials, CredentialsProvider};
use crate::error::{Error, Kind};
use crate::layer::Layer;
use crate::pace::Pacer;
use crate::retry::RetryPolicy;
use crate::trace::{Propagator, Telemetry};
use crate::transport::Transport;
#[cfg(not(feature = "reqwest"))]
use crate::transport::absent::Settings;
#[cfg(feature = "reqwest")]
use crate::transport::reqwest::Settings;

/// The largest body in memory: several times the largest page of 500 items, and an end to
/// endless ones.
const BODY_LIMIT: u64 = 64 << 20;

/// Puts a transport around another.
type AttemptLayer = Arc<dyn Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync>;

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
/// the service refuses. A copy has the same token store, transport and clock.
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    base_url: String,
    pub(super) credentials: Option<Source>,
    pub(super) scope: Scope,
    pub(super) warnings: Vec<String>,
    store: Option<Arc<dyn TokenStore>>,
    products: Vec<String>,
    additions: Additions,
    pub(super) settings: Settings,
    transport: Option<Arc<dyn Transport>>,
    layers: Vec<Arc<dyn Layer>>,
    attempt_layers: Vec<AttemptLayer>,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    limits: Limits,
    is_paced: bool,
    propagator: Option<Propagator>,
}

/// Where the credentials come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Fixed(Credentials),
    Provided(Arc<dyn CredentialsProvider>),
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            base_url: base::DEFAULT.to_owned(),
            credentials: None,
            scope: Scope::default(),
            warnings: Vec::new(),
            store: None,
            products: Vec::new(),
            additions: Additions::default(),
            settings: Settings::default(),
            transport: None,
            layers: Vec::new(),
            attempt_layers: Vec::new(),
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

    /// Sets the credentials, in place of a provider.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(Source::Fixed(credentials));
        self
    }

    /// Sets who gives the credentials, in place of fixed ones: a file, a command, a closure, a
    /// chain of them. It is asked when the first request is sent.
    pub fn credentials_provider(
        mut self,
        provider: impl CredentialsProvider + 'static,
    ) -> Self {
        self.credentials = Some(Source::Provided(Arc::new(provider)));
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

    /// Returns what is doubtful about the settings that were found, a sentence each: several kinds
    /// of credentials in the environment, and which one is used. With the feature `tracing`, each
    /// is a warning there too.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Sets where access tokens are kept: in the memory of this client by default. A
    /// [`FileStore`](crate::FileStore) lets short-lived processes share one.
    pub fn token_store(mut self, store: impl TokenStore + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Adds a product to the `User-Agent` header, as `terraform-thing/1.2`. The header names this
    /// crate first, as `atlas-admin/0.1.0 (linux;x86_64)`, then the products in the order in which
    /// they were added.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.products.push(product.into());
        self
    }

    /// Sets a header of every request, those for tokens included, as a gateway may want it. Requests
    /// and their [`Options`](crate::Options) come before the client. `null` removes it.
    ///
    /// What a request has of its own can't be set, and [`build`](Self::build) says so: `Accept`,
    /// `Content-Type`, `Authorization`, `Host`, `User-Agent` and those of the connection.
    ///
    /// ```
    /// # use atlas_admin_runtime::Client;
    /// let client = Client::builder().header("x-gateway-key", "…").build()?;
    /// let error = Client::builder().header("host", "example.com").build().unwrap_err();
    /// assert!(error.to_string().contains("header host can't be set"));
    /// # Ok::<(), atlas_admin_runtime::Error>(())
    /// ```
    pub fn header(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Json>,
    ) -> Self {
        self.additions.set_header(&name.into(), &value.into());
        self
    }

    /// Sets a query parameter of every request of the API. Requests and their
    /// [`Options`](crate::Options) come before the client. A list repeats the parameter; `null`
    /// removes it.
    pub fn query(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Json>,
    ) -> Self {
        self.additions.set_query(name.into(), &value.into());
        self
    }

    /// Limits each attempt, from its first byte to the last of the response: 60 seconds by default.
    /// For a [`Download`](crate::Download) the wait for headers and for each next chunk.
    pub fn attempt_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limits.attempt = timeout.into();
        self
    }

    /// Limits a call, all attempts and waits between them included: 5 minutes by default. A wait
    /// that would not fit is not begun.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limits.total = timeout.into();
        self
    }

    /// Sets how often and how soon failed requests are sent again.
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

    /// Limits what is read into memory of one response, in bytes after inflating: 64 MiB by
    /// default. Downloads have no limit.
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Sends with an HTTP stack of the caller's: a `ReqwestTransport` with settings of its own, a
    /// fake, anything else. Connection, proxy and TLS settings of this builder are then ignored.
    ///
    /// Required without the feature `reqwest`, which each feature of TLS turns on.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Wraps each call in a [`Layer`], which sees the request before its credentials, and the
    /// response after all retries. The layer that is added first is the outermost.
    pub fn layer(mut self, layer: impl Layer + 'static) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// Wraps each attempt: `layer` makes a [`Transport`] of the one within, that of the
    /// [`transport`](Self::transport) at last. The layer that is added first is the outermost, and
    /// all of them are within those of [`layer`](Self::layer).
    ///
    /// It sees each request as it leaves: with its credentials, once for each attempt, and also
    /// those that are none of the API's own, as for an access token. Its time counts to the limit of
    /// the attempt. A request with credentials that it turns away from the base URL is not sent.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Instant;
    /// use atlas_admin_runtime::transport::{Body, BoxFuture, Request, TransportError};
    /// use atlas_admin_runtime::{Client, Transport};
    ///
    /// struct Timed(Arc<dyn Transport>);
    ///
    /// impl Transport for Timed {
    ///     fn send(
    ///         &self,
    ///         request: Request,
    ///     ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
    ///         Box::pin(async move {
    ///             # #[allow(clippy::disallowed_methods)]
    ///             let begun = Instant::now();
    ///             let result = self.0.send(request).await;
    ///             println!("headers after {:?}", begun.elapsed());
    ///             result
    ///         })
    ///     }
    /// }
    ///
    /// let client = Client::builder().attempt_layer(Timed).build()?;
    /// # Ok::<(), atlas_admin_runtime::Error>(())
    /// ```
    pub fn attempt_layer<T: Transport + 'static>(
        mut self,
        layer: impl Fn(Arc<dyn Transport>) -> T + Send + Sync + 'static,
    ) -> Self {
        self.attempt_layers.push(Arc::new(move |next| Arc::new(layer(next))));
        self
    }

    /// Builds the transport that [`build`](Self::build) would send with, without the layers: the
    /// one that was given, else the built-in one with the connection, proxy and TLS settings of
    /// this builder.
    ///
    /// Several clients can share it, and a transport of the caller's can be made around it.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build).
    pub fn build_transport(&self) -> Result<Arc<dyn Transport>, Error> {
        self.transport_for(&Base::parse(&self.base_url)?)
    }

    fn transport_for(&self, base: &Base) -> Result<Arc<dyn Transport>, Error> {
        if let Some(transport) = &self.transport {
            return Ok(transport.clone());
        }
        self.settings.clone().transport(base.is_plain())
    }

    /// Puts the layers of attempts around the transport.
    fn layered(&self, base: &Base, transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        if self.attempt_layers.is_empty() {
            return transport;
        }
        let guard: Arc<dyn Transport> =
            Arc::new(Guard { base: base.clone(), transport });
        let layers = self.attempt_layers.iter().rev();
        layers.fold(guard, |next, layer| layer(next))
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
        if let Some(problem) = self.additions.problem {
            return Err(Error::new(Kind::Configuration, problem));
        }
        let base = Base::parse(&self.base_url)?;
        let transport = self.layered(&base, self.transport_for(&base)?);
        let clock = self.clock;
        let user_agent = user_agent(&self.products)?;
        let telemetry = Telemetry::new(base.url(), clock.clone(), self.propagator);
        let connection = Connection {
            base,
            transport,
            clock,
            user_agent,
            headers: self.additions.headers,
            telemetry,
        };
        let (retry, limits) = (self.retry, self.limits);
        let settings = TokenSettings {
            connection: connection.clone(),
            retry: retry.clone(),
            limits,
            store: self.store.unwrap_or_else(|| Arc::new(MemoryStore::default())),
        };
        let auth = match self.credentials {
            None => Auth::None,
            Some(Source::Fixed(credentials)) => Auth::fixed(credentials, settings)?,
            Some(Source::Provided(provider)) => Auth::provided(provider, settings),
        };
        Ok(Client(Arc::new(Core {
            connection,
            auth,
            scope: self.scope,
            retry,
            budget: Default::default(),
            pacer: self.is_paced.then(Pacer::default),
            limits,
            query: self.additions.query,
            layers: self.layers.into(),
            warned: Default::default(),
        })))
    }
}

/// Returns the `User-Agent`: this crate with its version, operating system and architecture, then
/// the products of the caller.
fn user_agent(products: &[String]) -> Result<HeaderValue, Error> {
    use std::env::consts::{ARCH, OS};
    let version = env!("CARGO_PKG_VERSION");
    let mut agent = format!("atlas-admin/{version} ({OS};{ARCH})");
    for product in products {
        agent.push(' ');
        agent.push_str(product);
    }
    HeaderValue::from_str(&agent).map_err(|error| {
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
            .field("scope", &self.scope)
            .field("warnings", &self.warnings)
            .field("retry", &self.retry)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
