//! The builder of a client.

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

/// The default limit of a body in memory, in bytes. It is several times the size of the
/// largest page (500 items), and stops endless bodies.
const BODY_LIMIT: u64 = 64 << 20;

/// A function that wraps a transport in another.
type AttemptLayer = Arc<dyn Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync>;

/// A builder of a [`Client`].
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
/// Everything but the credentials has a default. The service refuses most requests of a
/// client without credentials. A clone has the same token store, transport and clock.
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

/// The source of the credentials.
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

    /// Sets the credentials, and replaces a provider.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(Source::Fixed(credentials));
        self
    }

    /// Sets the provider of the credentials, and replaces fixed ones: a file, a command,
    /// a closure, or a chain of providers. The client calls the provider when it sends
    /// its first request.
    pub fn credentials_provider(
        mut self,
        provider: impl CredentialsProvider + 'static,
    ) -> Self {
        self.credentials = Some(Source::Provided(Arc::new(provider)));
        self
    }

    /// Sets the URL to which requests, and with them the credentials, are sent:
    /// `https://cloud.mongodb.com` by default. The URL must be `https`, except for
    /// loopback addresses.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets the base URL from a named setting; an error names that setting.
    pub(super) fn base_url_from(
        self,
        setting: &str,
        url: impl Into<String>,
    ) -> Result<Self, Error> {
        let url = url.into();
        Base::parse_from(setting, &url)?;
        Ok(self.base_url(url))
    }

    /// Returns warnings about the settings found, a sentence each: several kinds of
    /// credentials in the environment, and the one used. With the feature `tracing`,
    /// each one is also a warning event.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Sets the store of access tokens: the memory of this client by default. A
    /// [`FileStore`](crate::FileStore) lets short-lived processes share a token.
    pub fn token_store(mut self, store: impl TokenStore + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Adds a product to the `User-Agent` header, such as `terraform-thing/1.2`. The
    /// header names this crate first, such as `atlas-admin/0.1.0 (linux;x86_64)`, then
    /// the products in the order of the calls.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.products.push(product.into());
        self
    }

    /// Sets a header of every request, token requests included: for example, one that a
    /// gateway requires. A header of a request or of its [`Options`](crate::Options)
    /// takes precedence. `null` removes the header.
    ///
    /// Headers that the SDK sets itself can't be set here, and [`build`](Self::build)
    /// fails for them: `Accept`, `Content-Type`, `Authorization`, `Host`, `User-Agent`,
    /// and those of the connection.
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

    /// Sets a query parameter of every API request. A parameter of a request or of its
    /// [`Options`](crate::Options) takes precedence. A list repeats the parameter;
    /// `null` removes it.
    pub fn query(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Json>,
    ) -> Self {
        self.additions.set_query(name.into(), &value.into());
        self
    }

    /// Sets the time limit of an attempt, from its first byte to the last of the
    /// response: 60 seconds by default; `None` for no limit. For a
    /// [`Download`](crate::Download), it limits the wait for the headers and for each
    /// next chunk.
    pub fn attempt_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limits.attempt = timeout.into();
        self
    }

    /// Sets the time limit of a call, with all its attempts and the waits between them:
    /// 5 minutes by default; `None` for no limit. A wait that would exceed the limit is
    /// not started.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.limits.total = timeout.into();
        self
    }

    /// Sets the number of attempts and the waits between them: see [`RetryPolicy`] for
    /// the defaults.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets whether requests wait where the service would refuse them (429): true by
    /// default.
    ///
    /// The client tracks the number of requests that each rate limit still allows
    /// (`RateLimit-Remaining`), and sends requests in order, as fast as the limit
    /// allows. The wait counts towards the time limit of the call.
    pub fn pacing(mut self, is_paced: bool) -> Self {
        self.is_paced = is_paced;
        self
    }

    /// Adds the headers of a trace context to every attempt: `traceparent` and
    /// `tracestate` of W3C Trace Context. None are sent by default.
    ///
    /// The function is called for each attempt, token requests included, with an empty
    /// map. With the feature `tracing`, it is called inside the attempt's span. Headers
    /// that the request already has, credentials among them, are neither shown to the
    /// function nor replaced by it. All attempts go to the base URL, and so do these
    /// headers.
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

    /// Sets the largest response body that is read into memory, in bytes after
    /// decompression: 64 MiB by default. Downloads have no limit.
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Sets the HTTP stack: a `ReqwestTransport` with settings of its own, a fake, or
    /// any other. Connection, proxy and TLS settings of this builder are then ignored.
    ///
    /// Required without the feature `reqwest`, which each TLS feature enables.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Wraps each call in a [`Layer`], which sees the request before credentials are
    /// added, and the response after all retries. The first layer added is the
    /// outermost.
    pub fn layer(mut self, layer: impl Layer + 'static) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// Wraps each attempt: `layer` creates a [`Transport`] from the next inner one; the
    /// innermost is the [`transport`](Self::transport). The first layer added is the
    /// outermost. All of them are inside those of [`layer`](Self::layer).
    ///
    /// An attempt layer sees each request as it is sent: with its credentials, once for
    /// each attempt, and including requests that are not for the API itself, such as
    /// token requests. The time that the layer takes counts towards the time limit of
    /// the attempt. If the layer redirects a request with credentials away from the
    /// base URL, the request is not sent.
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

    /// Builds the transport of [`build`](Self::build), without the layers: the one that
    /// was set, else the built-in one with the connection, proxy and TLS settings of
    /// this builder.
    ///
    /// Several clients can share the result, and a transport of your own can wrap the
    /// result.
    ///
    /// # Errors
    ///
    /// Those of [`build`](Self::build).
    pub fn build_transport(&self) -> Result<Arc<dyn Transport>, Error> {
        self.transport_for(&Base::parse(&self.base_url)?)
    }

    fn transport_for(&self, base: &Base) -> Result<Arc<dyn Transport>, Error> {
        if let Some(transport) = &self.transport {
            return Ok(transport.clone());
        }
        self.settings.clone().transport(base.is_plain())
    }

    /// Wraps the transport in the attempt layers.
    fn layered(&self, base: &Base, transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        if self.attempt_layers.is_empty() {
            return transport;
        }
        let guard: Arc<dyn Transport> =
            Arc::new(Guard { base: base.clone(), transport });
        let layers = self.attempt_layers.iter().rev();
        layers.fold(guard, |next, layer| layer(next))
    }

    /// Replaces the system's clock, for tests.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Builds the client. The only IO is reading the certificates that the platform
    /// trusts, and not even that for an `http` base URL without a
    /// [`proxy`](Self::proxy).
    ///
    /// # Errors
    ///
    /// Returns an error for an invalid setting: a base URL to which credentials must not
    /// be sent, or a certificate that can't be read. Returns an error if no certificate
    /// is trusted because the platform has none, as in an image `FROM scratch`; the
    /// feature `webpki-roots` adds certificates for that.
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

/// Returns the `User-Agent`: this crate with its version, operating system and
/// architecture, then the caller's products.
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
            "the user agent holds a character that a header can't carry",
            error,
        )
    })
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is omitted, because before its validation it may hold a password.
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("scope", &self.scope)
            .field("warnings", &self.warnings)
            .field("retry", &self.retry)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
