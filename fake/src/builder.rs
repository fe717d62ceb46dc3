//! The settings of a fake, and its start.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_admin::registry::Entry;
use atlas_admin_runtime::testing::for_fake::Rules;
use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::authenticator::Authenticator;
use crate::rate_limit::RateLimit;
use crate::routes::Routes;
use crate::serve;
use crate::service::{FakeService, Shared};
use crate::store::Store;
use crate::{API_KEY, SERVICE_ACCOUNT};

/// The lifetime of a token of the service.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

/// The settings of a [`FakeService`].
///
/// ```
/// use std::time::Duration;
/// use atlas_admin_fake::{FakeService, RateLimit};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let atlas = FakeService::builder()
///     .service_account("mdb_sa_id_mine", "mdb_sa_sk_mine")
///     .rate_limit(RateLimit::new(500, 500, Duration::from_secs(60)))
///     .start()
///     .await?;
/// atlas.seed(100, 3);
/// assert!(atlas.url().starts_with("http://127.0.0.1:"));
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it starts"]
pub struct Builder {
    port: u16,
    entries: Option<Vec<&'static Entry>>,
    service_account: Option<(String, Secret)>,
    api_key: Option<(String, Secret)>,
    rate_limit: Option<RateLimit>,
    allows_missing: bool,
    populates: bool,
    token_lifetime: Option<Duration>,
    is_secure: bool,
    forgets_requests: bool,
}

/// A secret, which is not printed.
#[derive(Clone)]
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

impl Builder {
    /// Sets the port on loopback; 0, the default, takes any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the operations that the fake knows. By default, these are all operations that are
    /// compiled in.
    pub fn entries(mut self, entries: impl IntoIterator<Item = &'static Entry>) -> Self {
        self.entries = Some(entries.into_iter().collect());
        self
    }

    /// Sets the accepted service account: client ID and secret.
    pub fn service_account(
        mut self,
        id: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        self.service_account = Some((id.into(), Secret(secret.into())));
        self
    }

    /// Sets the accepted API key: public and private key.
    pub fn api_key(
        mut self,
        public: impl Into<String>,
        private: impl Into<String>,
    ) -> Self {
        self.api_key = Some((public.into(), Secret(private.into())));
        self
    }

    /// Sets the rate limit. By default, there is no limit.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// Sets the lifetime of a token, in whole seconds; the default is an hour, as in the service.
    /// At most 100 tokens of a service account are valid at a time.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }

    /// Accepts a POST or PUT whose body lacks a property that the document requires. By default,
    /// such a request gets 400.
    pub fn allow_missing(mut self) -> Self {
        self.allows_missing = true;
        self
    }

    /// Creates a missing resource when a request reads it, instead of responding with 404.
    pub fn populate(mut self) -> Self {
        self.populates = true;
        self
    }

    /// Keeps no requests, so that the memory of a fake that runs for days doesn't grow:
    /// [`FakeService::requests`] returns none. The program starts its fake with this setting.
    pub fn forget_requests(mut self) -> Self {
        self.forgets_requests = true;
        self
    }

    /// Serves HTTPS, with a certificate for `localhost` and `127.0.0.1`, signed by the authority
    /// whose certificate [`FakeService::certificate`] returns.
    #[cfg(feature = "tls")]
    pub fn tls(mut self) -> Self {
        self.is_secure = true;
        self
    }

    /// Starts the fake.
    ///
    /// # Errors
    ///
    /// Returns the system's error if the port can't be used.
    pub async fn start(self) -> io::Result<FakeService> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
        let address = listener.local_addr()?;
        let account = pair(self.service_account, SERVICE_ACCOUNT);
        let (public, private) = pair(self.api_key, API_KEY);
        let lifetime = self.token_lifetime.unwrap_or(TOKEN_LIFETIME);
        let mut store = Store::default();
        store.allows_missing = self.allows_missing;
        store.populates = self.populates;
        store.accepted.add_account(account.0.clone(), account.1.clone());
        store.accepted.add_key(public, private);
        let routes = match self.entries {
            Some(entries) => Arc::new(Routes::new(entries)),
            None => Routes::of_all(),
        };
        let rules = Arc::<Rules>::default();
        if self.forgets_requests {
            rules.forget_requests();
        }
        let shared = Arc::new(Shared {
            scheme: if self.is_secure { "https" } else { "http" },
            routes,
            today: Mutex::default(),
            authenticator: Mutex::new(Authenticator::new(lifetime)),
            rules,
            limiter: Mutex::default(),
            store: Mutex::new(store),
        });
        let app = serve::app(shared.clone());
        let (task, certificate) = listen(listener, app, self.is_secure)?;
        let service = FakeService { shared, address, account, certificate, task };
        service.set_rate_limit(self.rate_limit);
        Ok(service)
    }
}

fn pair(set: Option<(String, Secret)>, default: (&str, &str)) -> (String, String) {
    match set {
        Some((id, secret)) => (id, secret.0),
        None => (default.0.to_owned(), default.1.to_owned()),
    }
}

/// Serves connections in a task; returns the authority's certificate, or `None` over HTTP.
fn listen(
    listener: TcpListener,
    app: Router,
    is_secure: bool,
) -> io::Result<(JoinHandle<()>, Option<String>)> {
    #[cfg(feature = "tls")]
    if is_secure {
        let (listener, authority) = crate::tls::Listener::start(listener)?;
        let task = tokio::spawn(async move { _ = axum::serve(listener, app).await });
        return Ok((task, Some(authority)));
    }
    _ = is_secure;
    let task = tokio::spawn(async move { _ = axum::serve(listener, app).await });
    Ok((task, None))
}
